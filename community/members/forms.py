"""The forms of coming in and of one's own account."""

from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from community.clock import zones
from community.members.models import (
    EMAIL_LENGTH,
    NAME_LENGTH,
    PROFESSION_LENGTH,
    PRONOUNS_LENGTH,
    SeenAs,
    Theme,
)
from community.members.passwords import MAXIMUM
from community.web import Form

ZONES = sorted(zone for zone in zones() if "/" in zone or zone == "UTC")

email_rules = [
    InputRequired("Your email address is needed here."),
    Length(max=EMAIL_LENGTH, message="That is longer than an email address can be."),
]
password_rules = [
    InputRequired("A password is needed here."),
    Length(max=MAXIMUM, message="A password has at most 128 characters."),
]


def zone_field() -> SelectField:
    """Give a choice of time zones."""
    return SelectField(
        "Time zone",
        choices={zone: zone.replace("_", " ") for zone in ZONES},
        default="UTC",
        description="The times of sits are shown in it.",
    )


def name_field() -> StringField:
    """Give the field for a name."""
    return StringField(
        "Name",
        [InputRequired("Tell us what to call you."), Length(max=NAME_LENGTH, message="At most 60 characters, please.")],
    )


class SignInForm(Form):
    """Email and password."""

    email = EmailField("Email", email_rules)
    password = PasswordField("Password", password_rules)
    keep = BooleanField("Stay signed in on this device", description="Best left empty on a shared computer.")


class JoinForm(Form):
    """What we ask of somebody who was invited."""

    name = name_field()
    email = EmailField("Email", email_rules, description="Nobody here sees it. A letter goes there to confirm it.")
    password = PasswordField(
        "Password", password_rules, description="At least 8 characters; 15 or more is better. A few words will do."
    )
    zone = zone_field()


class EmptyForm(Form):
    """A button and nothing else."""


class ResetAskForm(Form):
    """An address to send a link to."""

    email = EmailField("Email", email_rules)


class ResetForm(Form):
    """A new password."""

    password = PasswordField("New password", password_rules, description="At least 8 characters; 15 or more is better.")


class PasswordForm(Form):
    """The old password and a new one."""

    current = PasswordField("Password as it is now", password_rules)
    password = PasswordField(
        "New password", password_rules, description="At least 8 characters. Your other browsers will be signed out."
    )


class ProfileForm(Form):
    """What others read about me, and how I am seen in a sit."""

    name = name_field()
    pronouns = StringField("Pronouns", [Length(max=PRONOUNS_LENGTH, message="At most 40 characters, please.")])
    profession = StringField("Profession", [Length(max=PROFESSION_LENGTH, message="At most 80 characters, please.")])
    zone = zone_field()
    seen_as = RadioField(
        "How I am seen in a sit",
        [Optional(strip_whitespace=False)],
        choices={
            SeenAs.NAME.value: "By my name",
            SeenAs.INITIALS.value: "By my initials",
            SeenAs.ONE_MORE.value: "As one more person",
        },
    )


class ThemeForm(Form):
    """The light of the pages."""

    theme = RadioField("Light", choices={theme.value: theme.value for theme in Theme})


class InvitationForm(Form):
    """How long an invitation is open, and for how many."""

    days = SelectField("Open for", coerce=int, choices={1: "one day", 7: "a week", 30: "thirty days"}, default=7)
    places = SelectField("For", coerce=int, choices={1: "one person", 5: "five people", 12: "twelve people"})
