"""What may be sent about threads, posts and drafts."""

from typing import Any

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import UUID, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from community.threads.models import DRAFT_LENGTH, NOTE_LENGTH, TITLE_LENGTH, Wants
from community.web import Form
from community.web.forms import WholeNumber

NOTHING = ""
WANTS = {
    NOTHING: "Whatever comes",
    Wants.BE_HEARD.value: "To be heard",
    Wants.QUESTIONS.value: "Questions",
    Wants.IDEAS.value: "Ideas",
}
MOST = 2**31 - 1

# Line ends count twice on their way here; the exact limits are those of the text as it is kept.
source_rules = [
    Length(max=2 * DRAFT_LENGTH, message="That is far longer than a post can be. Please share it in parts.")
]
note_rules = [Length(max=NOTE_LENGTH, message=f"A content note has at most {NOTE_LENGTH} characters.")]
title_rules = [Length(max=TITLE_LENGTH, message=f"A title has at most {TITLE_LENGTH} characters.")]
NOT_WHOLE = "The page was not whole when it was sent. What you wrote is here; please send it once more."
key_rules = [Optional(), UUID(NOT_WHOLE)]
position_rules = [Optional(), NumberRange(min=0, max=MOST, message=NOT_WHOLE)]
stamp_rules = [Length(max=40, message=NOT_WHOLE)]


def hidden_number(rules: list[Any]) -> WholeNumber:
    """Give the field for a number that a page carries along unseen."""
    return WholeNumber(validators=rules, widget=HiddenInput(), invalid_value_message=NOT_WHOLE)


def wants_field() -> RadioField:
    """Give the choice of what a writer would like back."""
    return RadioField("What would you like back?", choices=WANTS, default=NOTHING)


def note_field() -> StringField:
    """Give the field for what a reader should know before opening a post."""
    return StringField(
        "Content note",
        note_rules,
        description="With a note, the post stays folded until its reader opens it. Say what it touches, not how.",
    )


class WordsForm(Form):
    """A text that somebody writes, the key that makes a repeat of it the same post, and what draft it began from."""

    source = TextAreaField("Your reply", source_rules)
    content_note = note_field()
    write_key = HiddenField(validators=key_rules)
    draft_version = HiddenField(validators=stamp_rules)


class ReplyForm(WordsForm):
    """An answer in a thread, and how far the page reached that it was written from."""

    read_to = hidden_number(position_rules)


class ThreadForm(WordsForm):
    """A new thread with its first post."""

    title = StringField("Title", title_rules)
    source = TextAreaField("What you would like to say", source_rules)
    wants = wants_field()


class EditForm(Form):
    """A post said otherwise; ``version`` is the one that was read."""

    source = TextAreaField("Your words", source_rules)
    content_note = note_field()
    version = hidden_number([NumberRange(min=1, max=MOST, message=NOT_WHOLE)])


class EditOpeningForm(EditForm):
    """The first post of a thread, with what belongs to the thread."""

    title = StringField("Title", title_rules)
    wants = wants_field()


class DraftForm(Form):
    """Whatever stands in a composer when it is kept."""

    title = StringField(validators=title_rules)
    source = TextAreaField(validators=source_rules)
    content_note = StringField(validators=note_rules)
    wants = RadioField(choices=WANTS, validate_choice=False)
    write_key = HiddenField(validators=key_rules)
    draft_version = HiddenField(validators=stamp_rules)


class PreviewForm(Form):
    """A text to be read back."""

    source = TextAreaField(validators=source_rules)
    content_note = StringField(validators=note_rules)


class ReadingForm(Form):
    """How far somebody has read."""

    position = hidden_number([NumberRange(min=0, max=MOST, message=NOT_WHOLE)])


class WithdrawalForm(Form):
    """Nothing but the wish."""


def chosen_wants(value: str | None) -> Wants | None:
    """Give what a writer would like back, from a form's word for it; an unknown word is no wish."""
    return {each.value: each for each in Wants}.get(value or NOTHING)
