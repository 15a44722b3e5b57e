"""The forms of beginning, keeping and joining a group."""

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from community.errors import Invalid
from community.groups.agreement import AgreementText, agreement_text
from community.groups.models import NAME_LENGTH, PURPOSE_LENGTH, WORDS_LENGTH, GroupKind, Holding
from community.members.forms import ZONES
from community.members.models import EMAIL_LENGTH
from community.text import MAX_CHARACTERS
from community.web import Form, WholeNumber

KINDS = {GroupKind.OPEN.value: "Open", GroupKind.BY_REQUEST.value: "By request", GroupKind.HIDDEN.value: "Hidden"}
HOLDINGS = {
    Holding.NOTHING.value: "None",
    Holding.NEWCOMERS.value: "The first ones of somebody new",
    Holding.EVERYTHING.value: "Every one",
}
LARGEST_ID = 2**31 - 1
CHOOSE = "Choose one of these."
A_NUMBER = "Write this as a number, such as 7."


def name_field() -> StringField:
    """Give the field for a group's name."""
    return StringField(
        "Name",
        [
            InputRequired("A group needs a name."),
            Length(max=NAME_LENGTH, message=f"At most {NAME_LENGTH} characters, please."),
        ],
    )


def purpose_field() -> TextAreaField:
    """Give the field for the sentence under a group's name."""
    return TextAreaField(
        "What it is for",
        [
            InputRequired("Say in a sentence what the group is for."),
            Length(max=PURPOSE_LENGTH, message=f"At most {PURPOSE_LENGTH} characters, please."),
        ],
        description="A sentence or two; it stands under the name.",
    )


def kind_field() -> RadioField:
    """Give the choice of who may come to know of a group."""
    return RadioField(
        "Who can find it", choices=KINDS, default=GroupKind.BY_REQUEST.value, invalid_choice_message=CHOOSE
    )


def zone_field() -> SelectField:
    """Give the choice of the zone in which a group plans its sits."""
    return SelectField(
        "Time zone",
        choices={zone: zone.replace("_", " ") for zone in ZONES},
        default="UTC",
        invalid_choice_message="Choose the time zone of a city near you.",
        description="Sits are planned in it; everybody reads them in their own.",
    )


class _WithAgreement(Form):
    """A form with an agreement in ``source``; ``agreement`` is what became of it."""

    agreement: AgreementText

    source = TextAreaField(
        "The agreement",
        [
            InputRequired("The agreement is still empty. A sentence about confidentiality is a beginning."),
            Length(max=2 * MAX_CHARACTERS, message="That is more than anybody reads. Please shorten it."),
        ],
        description="Everybody reads and accepts it before anything else. Lines beginning with # are headings.",
    )

    def validate_source(self, field: Any) -> None:
        """Render it here, before the transaction, since that is slow; what is too heavy is said at the field."""
        try:
            self.agreement = agreement_text(field.data)
        except Invalid as refusal:
            raise ValidationError(refusal.sentence) from refusal


class StartForm(_WithAgreement):
    """A new group."""

    name = name_field()
    purpose = purpose_field()
    kind = kind_field()
    zone = zone_field()
    teacher = EmailField(
        "First teacher",
        [
            InputRequired("A group begins with somebody who looks after it."),
            Length(max=EMAIL_LENGTH, message="That is longer than an email address can be."),
        ],
        description="The email address of a member. They can appoint others.",
    )


class EditForm(Form):
    """What a group is called and how it is kept."""

    name = name_field()
    purpose = purpose_field()
    kind = kind_field()
    may_be_seen = BooleanField("Let everybody in the community find this group")
    zone = zone_field()
    soft_doors = BooleanField("Soft doors")
    holding = RadioField("Posts that a teacher reads first", choices=HOLDINGS, invalid_choice_message=CHOOSE)
    held_first_posts = WholeNumber(
        "How many posts of somebody new",
        [Optional(), NumberRange(1, 20, "Between 1 and 20 posts can be read first.")],
        description="Between 1 and 20; counted for each person.",
        invalid_value_message=A_NUMBER,
    )


class AgreementForm(_WithAgreement):
    """A new version of an agreement."""

    follows = WholeNumber("Follows", [InputRequired(), NumberRange(0, LARGEST_ID)])


class AcceptForm(Form):
    """The version that was read, and where one was going."""

    version = WholeNumber("Version", [InputRequired(), NumberRange(0, LARGEST_ID)])
    next = HiddenField("Next")


class AskForm(Form):
    """What somebody says to be let in."""

    words = TextAreaField(
        "Your words to the teachers",
        [
            InputRequired("A sentence or two about you and what brings you helps the teachers to answer."),
            Length(max=WORDS_LENGTH, message=f"At most {WORDS_LENGTH} characters, please."),
        ],
        description="Who you are, and what brings you. Only the teachers of this group read it.",
    )


class LinkForm(Form):
    """How long a link into the group is open, and for how many."""

    days = WholeNumber(
        "Open for how many days",
        [
            InputRequired("How many days shall it be open? Between 1 and 30."),
            NumberRange(1, 30, "A link can be open for 1 to 30 days."),
        ],
        default=7,
        invalid_value_message=A_NUMBER,
    )
    places = WholeNumber(
        "For how many people",
        [
            InputRequired("How many people is it for? Between 1 and 30."),
            NumberRange(1, 30, "A link can be for 1 to 30 people."),
        ],
        default=1,
        invalid_value_message=A_NUMBER,
    )


class AppointForm(Form):
    """Who is to teach."""

    member = WholeNumber("Member", [InputRequired(), NumberRange(1, LARGEST_ID)])
