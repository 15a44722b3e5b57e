"""The forms of planning a sit and of being seen in one."""

from datetime import date, datetime, time
from typing import cast

from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from community.errors import Invalid
from community.members.models import SeenAs
from community.sits.actions import OPEN_ROOM
from community.sits.meeting import LINK_LENGTH
from community.sits.models import NOTE_LENGTH, TITLE_LENGTH, ChangeKind, Reminding, RemindOf
from community.sits.recurrence import DAY_NAMES, DAYS, Rule, end_of_day, place_in_month, validated
from community.web import Form, WholeNumber

USUAL = "quiet_half_hour"
ONCE, FORTNIGHTLY, MONTHLY, MONTHLY_LAST = "once", "fortnightly", "monthly", "monthly_last"
WEEKLY = "FREQ=WEEKLY"
REPEATS = {
    ONCE: "Once",
    WEEKLY: "Every week",
    FORTNIGHTLY: "Every second week",
    MONTHLY: "Each month, such as on the second Tuesday",
    MONTHLY_LAST: "Each month, such as on the last Friday",
    OPEN_ROOM: "Back to back, an open room",
}
# Where what is wrong with a rule stands on the form.
FIELDS = {"rrule": "repeat", "wall": "day"}


class SitForm(Form):
    """When a group sits, and how."""

    title = StringField("Title", [InputRequired("Give the sit a name."), Length(max=TITLE_LENGTH)])
    plan = SelectField(
        "What you sit with",
        choices=[],
        default=USUAL,
        invalid_choice_message="That is no choice any more. Choose one of the practices.",
    )
    day = DateField("Day of the first one", [InputRequired("Choose a day.")])
    time = TimeField("First bell", [InputRequired("Choose a time.")])
    repeat = RadioField("How often", choices=REPEATS, default=ONCE)
    days = SelectMultipleField("On which days", choices=dict(zip(DAYS, DAY_NAMES, strict=True)))
    until = DateField("Until", [Optional()])
    count = WholeNumber("Or for so many sits", [Optional()])
    leader = SelectField("Led by", coerce=int, choices=[], default=0)
    meeting_link = StringField("A meeting for speaking together", [Length(max=LINK_LENGTH)])

    def rule(self, zone: str) -> Rule:
        """Give the rule that was chosen; raises Invalid, with the field at which it is to be said."""
        day = cast("date", self.day.data)
        try:
            return validated(datetime.combine(day, cast("time", self.time.data)), zone, self._rrule(day, zone))
        except Invalid as refusal:
            raise Invalid(refusal.sentence, field=FIELDS.get(refusal.field or "", refusal.field)) from refusal

    def _rrule(self, day: date, zone: str) -> str | None:
        chosen = self.repeat.data
        if self.days.data and chosen not in {WEEKLY, FORTNIGHTLY}:
            raise Invalid("Days can be chosen for a sit every week or every second week.", field="days")
        if chosen in {ONCE, OPEN_ROOM}:
            if self.until.data or self.count.data is not None:
                raise Invalid("Only a sit that comes again, by weeks or by months, has a last one.", field="until")
            return None if chosen == ONCE else OPEN_ROOM
        parts = self._by_month(day) if chosen in {MONTHLY, MONTHLY_LAST} else self._by_week()
        return ";".join([*parts, *self._end(zone)])

    def _by_week(self) -> list[str]:
        parts = [WEEKLY, "INTERVAL=2"] if self.repeat.data == FORTNIGHTLY else [WEEKLY]
        return [*parts, f"BYDAY={','.join(self.days.data)}"] if self.days.data else parts

    def _by_month(self, day: date) -> list[str]:
        place = -1 if self.repeat.data == MONTHLY_LAST else place_in_month(day)
        return ["FREQ=MONTHLY", f"BYDAY={place}{DAYS[day.weekday()]}"]

    def _end(self, zone: str) -> list[str]:
        parts = [f"COUNT={self.count.data}"] if self.count.data is not None else []
        if self.until.data:
            parts.append(f"UNTIL={end_of_day(self.until.data, zone)}")
        return parts


class MeetingForm(Form):
    """Where the people of a series speak together; the address that is kept is not shown in it."""

    meeting_link = StringField("A meeting for speaking together", [Length(max=LINK_LENGTH)])


class RemindersForm(Form):
    """Of what, how and how long before somebody is reminded."""

    reminding = RadioField(
        "How may we remind you?",
        choices={
            Reminding.APP.value: "In the app",
            Reminding.MAIL.value: "By mail",
            Reminding.BOTH.value: "In the app and by mail",
            Reminding.NONE.value: "Not at all",
        },
    )
    remind_of = RadioField(
        "Of which sits?",
        choices={
            RemindOf.INTENDED.value: "Those I mean to come to",
            RemindOf.GROUPS.value: "All that are planned in my groups",
        },
    )
    lead_minutes = RadioField(
        "How long before?",
        coerce=int,
        choices={10: "Ten minutes, when the doors open", 60: "An hour", 1440: "A day"},
    )
    hears_of_sit_now = BooleanField("Tell me when somebody in my groups sits now")


class SitNowForm(Form):
    """With which practice a room is opened now."""

    plan = SelectField(
        "What you sit with",
        choices=[],
        default=USUAL,
        invalid_choice_message="That is no choice here. Choose one of the practices.",
    )


class ChangeForm(Form):
    """What becomes of a single sit."""

    to = RadioField(
        "What becomes of it?",
        [InputRequired("Choose what becomes of it.")],
        choices={
            ChangeKind.MOVED.value: "It takes place at another time",
            ChangeKind.CALLED_OFF.value: "It does not take place",
            ChangeKind.KEPT.value: "It takes place as it was planned",
        },
    )
    day = DateField("Its new day", [Optional()])
    time = TimeField("Its new first bell", [Optional()])
    note = StringField("A few words to the members", [Length(max=NOTE_LENGTH)])
    version = WholeNumber("version", [InputRequired("Please open this page anew."), NumberRange(min=0)])

    def wall(self) -> datetime | None:
        """Give the wall time that was chosen, if a day and a time were."""
        if self.day.data is None or self.time.data is None:
            return None
        return datetime.combine(self.day.data, self.time.data)


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
