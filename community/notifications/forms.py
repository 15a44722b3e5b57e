"""What may be sent about notices."""

from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from community.web import Form


class SeenForm(Form):
    """ "I have seen these": up to the newest notice that stood on the page."""

    up_to = IntegerField("up to", validators=[Optional(), NumberRange(min=0, max=2**31 - 1)])
