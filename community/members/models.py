"""Members, their sign-ins, the links that let people in, and the links that reset a password."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Optional

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of

if TYPE_CHECKING:
    from community.groups.models import Group

NAME_LENGTH = 60
PRONOUNS_LENGTH = 40
PROFESSION_LENGTH = 80
EMAIL_LENGTH = 254


class MemberStatus(StrEnum):
    """Whether the door is open to a member."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class SeenAs(StrEnum):
    """How the others in a sit see a member."""

    NAME = "name"
    INITIALS = "initials"
    ONE_MORE = "one_more"


class Theme(StrEnum):
    """The light of the pages; ``system`` leaves it to the device."""

    SYSTEM = "system"
    PAPER = "paper"
    CANDLELIGHT = "candlelight"


@lru_cache(maxsize=4096)
def initials_of(name: str) -> str:
    """Give up to two letters for the cushion."""
    words = [word for word in name.split() if word[0].isalnum()] or name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def first_name_of(name: str) -> str:
    """Give the word a friend would use."""
    return name.split(maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Named:
    """A member as the others see them in a list: all that a cushion and a line need, and nothing else."""

    id: int
    name: str

    @property
    def initials(self) -> str:
        """Give up to two letters for the cushion."""
        return initials_of(self.name)

    @property
    def first_name(self) -> str:
        """Give the word a friend would use."""
        return first_name_of(self.name)


class Member(Base):
    """A confirmed and admitted person."""

    __tablename__ = "members"
    __table_args__ = (one_of("status", MemberStatus), one_of("seen_as", SeenAs), one_of("theme", Theme))

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH), unique=True)  # lower case, see emails.py
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    pronouns: Mapped[str] = mapped_column(sa.String(PRONOUNS_LENGTH), default="")
    profession: Mapped[str] = mapped_column(sa.String(PROFESSION_LENGTH), default="")
    zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    password_hash: Mapped[str] = mapped_column(sa.String(200), deferred=True)
    status: Mapped[MemberStatus] = mapped_column(WordEnum(MemberStatus), default=MemberStatus.ACTIVE)
    is_admin: Mapped[bool] = mapped_column(default=False)
    seen_as: Mapped[SeenAs | None] = mapped_column(WordEnum(SeenAs))  # None: not asked yet
    theme: Mapped[Theme] = mapped_column(WordEnum(Theme), default=Theme.SYSTEM)
    created_at: Mapped[datetime]
    briefed_at: Mapped[datetime | None]  # when they had read what may come up in a sit, and went in

    @property
    def initials(self) -> str:
        """Give up to two letters for the cushion."""
        return initials_of(self.name)

    @property
    def first_name(self) -> str:
        """Give the word a friend would use."""
        return first_name_of(self.name)

    @property
    def is_active(self) -> bool:
        """Whether the member may come in at all."""
        return self.status is MemberStatus.ACTIVE


class SignIn(Base):
    """One browser that is signed in; only the hash of its token is kept."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship()


class Invitation(Base):
    """A link that lets a person join the community and, where it is bound to one, a group."""

    __tablename__ = "invitations"
    __table_args__ = (sa.CheckConstraint("places_left >= 0", name="places_left_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    places_left: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    made_by: Mapped[Member] = relationship()
    group: Mapped[Optional["Group"]] = relationship()

    def open_at(self, at: datetime) -> bool:
        """Whether the link still lets somebody in."""
        return self.revoked_at is None and self.places_left > 0 and at < self.expires_at


class Joining(Base):
    """Somebody on the way in: they hold an invitation and have yet to open the letter that we sent them."""

    __tablename__ = "joinings"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey("invitations.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    zone: Mapped[str] = mapped_column(sa.String(64))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    invitation: Mapped[Invitation] = relationship()


class PasswordReset(Base):
    """Somebody asked for a new password for an address; a job finds out whose it is and sends the link.

    The request writes the same row for every address, so it takes the same time for known and unknown ones.
    """

    __tablename__ = "password_resets"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(EMAIL_LENGTH))
    token_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    looked_up_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    member: Mapped[Member | None] = relationship()
