"""The forms of laying a programme on a group, and of writing on one of its modules."""

from datetime import datetime

from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import UUID, InputRequired, Length, Optional

from community.journal.forms import NOT_WHOLE
from community.sits.meeting import LINK_LENGTH
from community.web import Form


class LayForm(Form):
    """When a group follows a programme, and who leads its sits."""

    day = DateField("Day of the first sit", [InputRequired("Choose a day.")])
    time = TimeField("First bell", [InputRequired("Choose a time.")])
    every_weeks = RadioField("And then", coerce=int, choices={1: "Every week", 2: "Every second week"}, default=1)
    leader = SelectField("Led by", coerce=int, choices=[], default=0)
    meeting_link = StringField("A meeting for speaking together", [Length(max=LINK_LENGTH)])

    def wall(self) -> datetime:
        """Give the wall time of the first sit."""
        return datetime.combine(self.day.data, self.time.data)


class ReflectionForm(Form):
    """What one found, in the body first; it goes into one's own journal."""

    body = TextAreaField("What happened, in the body first")
    thought = TextAreaField("What it tells me about my clients, my work, the practice")
    write_key = HiddenField(validators=[Optional(), UUID(NOT_WHOLE)])  # names the page: a repeat is the same one
