"""What may be sent about a practice: its texts, its plan line by line, or a file."""

from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from community.practices.draft import Checked, Draft, Line, draft_of, lines_of
from community.practices.files import FILE_MOST, Given
from community.practices.kinds import SYSTEM_WORDS, TRIGGER_WORDS, System, Trigger
from community.practices.library import GENERAL_CARE, Practice
from community.practices.models import CHANGED_LENGTH, LEAD_LENGTH
from community.practices.said import ABOUT_MOST, PracticeText, practice_text
from community.practices.segments import CARE_MOST, CARE_NOTE_MOST, TITLE_MOST, Kind, Layer
from community.web import Form
from community.web.forms import WholeNumber

CHOOSE = "Choose one of these."
NOT_WHOLE = "The page was not whole when it was sent. What you wrote is here; please send it once more."
MOST = 2**31 - 1

KINDS = {
    Kind.BELL.value: "Bell",
    Kind.CUE.value: "Words",
    Kind.SILENCE.value: "Silence",
    Kind.WALK.value: "Walking",
    Kind.WRITE.value: "Writing",
}
LAYERS = {"": "Not said", Layer.BODY.value: "Body", Layer.IMAGE.value: "Image", Layer.WORDS.value: "Words"}
BELLS = {"": "None", "1": "One", "2": "Two", "3": "Three", **{str(n): str(n) for n in range(4, 10)}}

BEGINNING = Draft(
    lines=(
        Line(time="0:00", kind=Kind.BELL.value, bells="3"),
        Line(time="0:30", kind=Kind.CUE.value, layer=Layer.BODY.value),
        Line(time="2:00", kind=Kind.SILENCE.value),
        Line(time="10:00", kind=Kind.BELL.value, bells="1"),
    ),
    care="\n".join(GENERAL_CARE),
    circle="15",
)


class PracticeForm(Form):
    """A practice as it is written; the lines of its plan are read by ``draft``, not by fields of their own."""

    title = StringField("Title", [Length(max=10 * TITLE_MOST, message=f"A title has at most {TITLE_MOST} characters.")])
    lead = StringField(
        "In a sentence",
        [Length(max=LEAD_LENGTH, message=f"At most {LEAD_LENGTH} characters, please.")],
        description="What it is, to somebody who looks for something to sit with.",
    )
    care = TextAreaField(
        "Take care",
        [Length(max=2 * CARE_MOST * CARE_NOTE_MOST, message="That is far more than people will read.")],
        description="A note on each line: what may come up, when to leave it, and what one may always do.",
    )
    source = TextAreaField(
        "What it is for, and how to sit",
        [Length(max=2 * ABOUT_MOST, message=f"At most {ABOUT_MOST:,} characters, please.")],
    )
    nourishes = RadioField(
        "What it nourishes",
        choices={system.value: words for system, words in SYSTEM_WORDS.items()},
        default=System.SOOTHING.value,
        invalid_choice_message=CHOOSE,
    )
    meets = SelectMultipleField(
        "What it meets", choices={trigger.value: words for trigger, words in TRIGGER_WORDS.items()}
    )
    teacher_led = BooleanField("Only with a teacher in the room")
    has_circle = BooleanField("A circle follows the last bell")
    circle = StringField(
        "Minutes of the circle", [Length(max=20, message="A circle lasts from 1 to 60 minutes.")], default="15"
    )

    def draft(self) -> Draft:
        """Give the plan as it was typed."""
        return Draft(
            title=self.title.data or "",
            lines=lines_of(request.form),
            care=self.care.data or "",
            has_circle=bool(self.has_circle.data),
            circle=self.circle.data or "",
            teacher_led=bool(self.teacher_led.data),
        )

    def said(self, checked: Checked) -> PracticeText:
        """Render what was written; raises Invalid, with the field at which it is to be said."""
        return practice_text(
            title=self.title.data or "",
            lead=self.lead.data or "",
            plan=checked.plan,
            nourishes=System(self.nourishes.data),
            meets=[Trigger(each) for each in self.meets.data or ()],
            teacher_led=bool(self.teacher_led.data),
            about=self.source.data or "",
        )


class NewForm(PracticeForm):
    """A practice that is written for a group."""

    group = HiddenField(validators=[InputRequired(NOT_WHOLE), Length(max=200, message=NOT_WHOLE)])


class EditForm(PracticeForm):
    """A practice said otherwise; ``version`` is the one that was read."""

    changed = StringField(
        "What changed",
        [Length(max=CHANGED_LENGTH, message=f"At most {CHANGED_LENGTH} characters, please.")],
        description="A sentence for those who have sat with it before. It stands beside the version.",
    )
    version = WholeNumber(
        validators=[InputRequired(NOT_WHOLE), NumberRange(min=1, max=MOST, message=NOT_WHOLE)],
        widget=HiddenInput(),
        invalid_value_message=NOT_WHOLE,
    )


class PreviewForm(PracticeForm):
    """A practice to be looked over while it is written."""

    version = WholeNumber(validators=[Optional()], widget=HiddenInput(), invalid_value_message=NOT_WHOLE)


class FileForm(Form):
    """A practice that was saved, as words or as a file; the file itself is read by the door that takes it."""

    group = HiddenField(validators=[InputRequired(NOT_WHOLE), Length(max=200, message=NOT_WHOLE)])
    words = TextAreaField("Or its words", [Length(max=FILE_MOST, message="That is far more than a plan.")])


def of_practice(practice: Practice) -> tuple[dict[str, Any], Draft]:
    """Give a practice as a form would hold it: its fields, and its plan as typed."""
    draft = draft_of(practice.plan.to_json(), teacher_led=practice.teacher_led)
    return {
        **_of_draft(draft),
        "lead": practice.lead,
        "source": practice.about,
        "nourishes": practice.nourishes.value,
        "meets": [trigger.value for trigger in practice.meets],
        "teacher_led": practice.teacher_led,
    }, draft


def of_file(given: Given) -> dict[str, Any]:
    """Give what a file said as the fields of a form."""
    return {
        **_of_draft(given.draft),
        "lead": given.lead,
        "source": given.about,
        "nourishes": (given.nourishes or System.SOOTHING).value,
        "meets": [trigger.value for trigger in given.meets],
        "teacher_led": given.draft.teacher_led,
    }


def of_beginning() -> dict[str, Any]:
    """Give the fields with which an empty form begins."""
    return _of_draft(BEGINNING)


def _of_draft(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "care": draft.care,
        "has_circle": draft.has_circle,
        "circle": draft.circle or "15",
    }


def as_text(fields: Mapping[str, str]) -> str:
    """Write all that somebody typed into a form as text, to be copied where the form itself is refused."""
    lines = [f"{line.time} {KINDS.get(line.kind, line.kind)}: {line.words}".strip() for line in lines_of(fields)]
    parts = [fields.get(name, "") for name in ("title", "lead")]
    parts += ["\n".join(lines), fields.get("care", ""), fields.get("source", ""), fields.get("changed", "")]
    return "\n\n".join(part for part in parts if part.strip())
