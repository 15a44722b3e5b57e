"""The form of one's own calendar."""

from wtforms import RadioField

from community.calendars.models import Titles
from community.web import Form


class CalendarForm(Form):
    """What a calendar says of a sit."""

    titles = RadioField(
        "What shall stand in it?",
        choices={
            Titles.NEUTRAL.value: "“Practice”, and nothing else",
            Titles.NAMES.value: "The names of the sit and of its group",
        },
        default=Titles.NEUTRAL.value,
    )
