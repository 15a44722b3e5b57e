"""What may be sent about notices."""

from wtforms.validators import NumberRange, Optional

from community.web import Form, WholeNumber


class SeenForm(Form):
    """The button below a list, or the page itself: all is seen up to the newest notice that stood there."""

    up_to = WholeNumber("up to", validators=[Optional(), NumberRange(min=0, max=2**31 - 1)])
