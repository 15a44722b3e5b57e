"""The forms of planning a sit and of being seen in one."""

from wtforms import DateField, RadioField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length

from community.members.models import SeenAs
from community.sits.actions import OPEN_ROOM
from community.sits.models import TITLE_LENGTH
from community.sits.plan import BUILT_IN
from community.web import Form

REPEATS = {"once": "Once", "FREQ=WEEKLY": "Every week", OPEN_ROOM: "Back to back, an open room"}


class SitForm(Form):
    """When a group sits, and how."""

    title = StringField("Title", [InputRequired("Give the sit a name."), Length(max=TITLE_LENGTH)])
    plan = RadioField(
        "Plan", choices={plan.id: f"{plan.title}, {plan.total_s // 60} minutes" for plan in BUILT_IN.values()}
    )
    day = DateField("Day of the first one", [InputRequired("Choose a day.")])
    time = TimeField("First bell", [InputRequired("Choose a time.")])
    repeat = RadioField("How often", choices=REPEATS, default="once")
    leader = SelectField("Led by", coerce=int, choices=[], default=0)


class SeenForm(Form):
    """How the others see me while we sit."""

    seen_as = RadioField(
        "How would you like to be seen?",
        choices={
            SeenAs.NAME.value: "By my name",
            SeenAs.INITIALS.value: "By my initials",
            SeenAs.ONE_MORE.value: "As one more person",
        },
        default=SeenAs.INITIALS.value,
    )
