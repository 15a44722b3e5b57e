"""The forms of the journal: sliders that nobody has to answer, three places to write, and how it is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from wtforms import BooleanField, HiddenField, IntegerField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import UUID, InputRequired, Length, Optional

from community.journal.actions import WRITE_KEY_MOST
from community.journal.keeping import DAY_ENDS_HOURS
from community.journal.models import KEY_LENGTH
from community.journal.page import MOST, STEP, Page, Systems
from community.journal.scales import SCALES
from community.journal.wording import ends_of_day
from community.web import Form, WholeNumber

KEPT = "_kept"  # the box beside a slider: without its tick the slider says nothing
LAST_MS = 32_503_680_000_000  # the year 3000
PASSWORD_LENGTH = 200
VERSION_LENGTH = 20
NOT_WHOLE = "That did not arrive whole. What you wrote is here: keep it once more."
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Slider(WholeNumber):
    """A place between two ends, or None: a browser always sends where a slider stands, whether it was moved or not.

    So it counts only where the box beside it is ticked, by a script when it is moved, by hand where there is none.
    """

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the place, to the nearest step; one that was left out is None."""
        super().process_formdata(valuelist)
        if self.data is not None:
            if not 0 <= self.data <= MOST:
                raise ValueError("A slider goes from one end to the other, and no further.")
            self.data = round(self.data / STEP) * STEP

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read a form that was sent."""
        told = formdata is not None and self.name + KEPT in formdata
        super().process(formdata if formdata is None or told else type(formdata)(), *args, **kwargs)
        if formdata and not told:
            self.data = None


class BeforeForm(Form):
    """Where one stands before a sit."""

    before_drive = Slider("Drive", [Optional()])
    before_threat = Slider("Threat", [Optional()])
    before_soothing = Slider("Soothing", [Optional()])
    before_company = Slider("Felt company", [Optional()])

    @property
    def before(self) -> Systems:
        """Give what was moved."""
        return systems_of(self, "before")


class AfterForm(Form):
    """Where one stands after a sit, and what there is to say of it."""

    after_drive = Slider("Drive", [Optional()])
    after_threat = Slider("Threat", [Optional()])
    after_soothing = Slider("Soothing", [Optional()])
    after_company = Slider("Felt company", [Optional()])
    body = TextAreaField("In the body")
    feeling = TextAreaField("What I felt")
    thought = TextAreaField("What happened, and what it tells me about my work")

    @property
    def after(self) -> Systems:
        """Give what was moved."""
        return systems_of(self, "after")

    def said(self, name: str) -> str:
        """Give what was written in one of the three places."""
        return self[name].data or ""


class PageForm(BeforeForm, AfterForm):
    """A whole page; ``version`` is the one that was read, and ``write_key`` names one that is new."""

    version = HiddenField(validators=[Length(max=VERSION_LENGTH, message=NOT_WHOLE)])
    write_key = HiddenField(validators=[Optional(), UUID(NOT_WHOLE)])

    @classmethod
    def blank(cls) -> "PageForm":
        """Give the form of a page that is new."""
        return cls(formdata=None, data={"write_key": str(uuid4())})

    @property
    def page(self) -> dict[str, Any]:
        """Give all that it says, by name."""
        words = {name: self.said(name) for name in ("body", "feeling", "thought")}
        return {"before": self.before, "after": self.after, **words}

    @classmethod
    def of(cls, page: Page) -> "PageForm":
        """Give the form of a page that is there, as it stands."""
        sliders = {
            f"{when}_{scale.name}": getattr(getattr(page, when), scale.name)
            for when in ("before", "after")
            for scale in SCALES
        }
        words = {"body": page.body, "feeling": page.feeling, "thought": page.thought}
        return cls(formdata=None, data={**sliders, **words, "version": page.version})


class SitAloneForm(Form):
    """A sit alone, as the browser tells that it was sat in; the moments are left out where no script measured them."""

    practice = StringField("Practice", [InputRequired(), Length(max=KEY_LENGTH)])
    version = WholeNumber("Version", [Optional()])
    began_ms = IntegerField("First bell", [Optional()])
    ended_ms = IntegerField("End", [Optional()])
    write_key = StringField("Name of the sit", [InputRequired(), Length(max=WRITE_KEY_MOST)])

    def span(self, at: datetime, length: timedelta) -> tuple[datetime, datetime]:
        """Give from when to when; without a script it was just now, and the whole of it."""
        if not self.is_measured:
            return at - length, at
        began, ended = (_EPOCH + timedelta(milliseconds=each.data) for each in (self.began_ms, self.ended_ms))
        return began, ended

    @property
    def is_measured(self) -> bool:
        """Whether a script says from when to when it was."""
        return all(each.data is not None and 0 <= each.data <= LAST_MS for each in (self.began_ms, self.ended_ms))


class WishesForm(Form):
    """How a member's journal is shown to them."""

    day_ends_minutes = SelectField(
        "Your day ends", coerce=int, choices={hour * 60: ends_of_day(hour * 60) for hour in DAY_ENDS_HOURS}
    )
    shows_rhythm = BooleanField("Show me my rhythm")
    shows_company = BooleanField("Show me with whom I sat")


class ErasureForm(Form):
    """The password, once more, before everything goes."""

    password = PasswordField("Your password", [InputRequired("Give your password."), Length(max=PASSWORD_LENGTH)])


def systems_of(form: Form, when: str) -> Systems:
    """Give what was moved before or after."""
    return Systems(**{scale.name: form[f"{when}_{scale.name}"].data for scale in SCALES})
