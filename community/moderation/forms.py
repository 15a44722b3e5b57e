"""What may be sent to and from the desk."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from community.moderation import words
from community.moderation.models import WORDS_LENGTH
from community.web import Form, WholeNumber

LARGEST_ID = 2**31 - 1
TO_WRITER = "The writer reads this. It also stands in the group’s record, which everybody in the group can read."
TO_MEMBER = "They read this, and so do the teachers. The others in the group do not."
PAGE_IS_OLD = "This page had been open for long. Look again before you decide."


def words_field(label: str, *, description: str = "") -> TextAreaField:
    """Give the field for a reason or an answer."""
    too_long = Length(max=WORDS_LENGTH, message=f"At most {WORDS_LENGTH} characters, please.")
    return TextAreaField(label, [Optional(), too_long], description=description)


class FlagForm(Form):
    """Why a post is brought to a teacher."""

    reason = RadioField(
        "What is it about",
        [InputRequired("Choose what comes nearest.")],
        choices={kind.value: said for kind, said in words.FLAGS.items()},
    )
    words = words_field("In your words", description="The teachers read them as you write them, without your name.")


class DecisionForm(Form):
    """What a teacher decides, on which version of the case and of the words."""

    verdict = RadioField(
        "Decision",
        [InputRequired("Choose what is to happen.")],
        choices={verdict.value: said for verdict, said in words.BUTTONS.items()},
    )
    words = words_field("Your words")
    version = WholeNumber(
        "Version",
        [InputRequired(PAGE_IS_OLD), NumberRange(1, LARGEST_ID, PAGE_IS_OLD)],
        invalid_value_message=PAGE_IS_OLD,
    )
    reading = WholeNumber("Reading", [Optional(), NumberRange(1, LARGEST_ID)], invalid_value_message=PAGE_IS_OLD)


class HidingForm(Form):
    """Why a post is hidden."""

    words = words_field(
        "Why, in your words",
        description=TO_WRITER,
    )


class RestoringForm(Form):
    """A word to the writer, if wished."""

    words = words_field(
        "A word to the writer",
        description=TO_WRITER,
    )


class MutingForm(Form):
    """For how long, and why."""

    hours = WholeNumber(
        "For how many hours",
        [
            InputRequired("For how many hours? Between 1 and 720."),
            NumberRange(1, 720, "Between 1 hour and 720, which is thirty days."),
        ],
        description="A day is 24, a week 168. Thirty days, 720, are the most.",
        invalid_value_message="Write the hours as a whole number, such as 24.",
    )
    words = words_field(
        "Why, in your words",
        description=TO_MEMBER,
    )


class RemovalForm(Form):
    """Why somebody is removed."""

    words = words_field(
        "Why, in your words",
        description=TO_MEMBER,
    )
