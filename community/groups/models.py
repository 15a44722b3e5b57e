"""Practice groups, their agreements, who belongs to them, and who asks to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from community.db import Base, WordEnum, one_of
from community.members.models import Member

NAME_LENGTH = 80
SLUG_LENGTH = 80
PURPOSE_LENGTH = 400
WORDS_LENGTH = 1000
EXCERPT_LENGTH = 200


class GroupKind(StrEnum):
    """Who may come to know of a group, and how one joins it."""

    OPEN = "open"
    BY_REQUEST = "by_request"
    HIDDEN = "hidden"


class GroupStatus(StrEnum):
    """Whether a group is being kept, or only kept to be read."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class Holding(StrEnum):
    """Which posts wait for a teacher's reading."""

    NOTHING = "nothing"
    NEWCOMERS = "newcomers"
    EVERYTHING = "everything"


class Group(Base):
    """People, a teacher or more, an agreement, sits and threads."""

    __tablename__ = "groups"
    __table_args__ = (one_of("kind", GroupKind), one_of("status", GroupStatus), one_of("holding", Holding))

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    purpose: Mapped[str] = mapped_column(sa.String(PURPOSE_LENGTH))
    kind: Mapped[GroupKind] = mapped_column(WordEnum(GroupKind))
    status: Mapped[GroupStatus] = mapped_column(WordEnum(GroupStatus), default=GroupStatus.ACTIVE)
    zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    holding: Mapped[Holding] = mapped_column(WordEnum(Holding), default=Holding.NOTHING)
    soft_doors: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # of its sits, see sits
    held_first_posts: Mapped[int] = mapped_column(default=1)  # how many of a newcomer's posts are read first
    agreement_version: Mapped[int] = mapped_column(default=0)
    agreement_excerpt: Mapped[str] = mapped_column(sa.String(EXCERPT_LENGTH), default="")  # its first words
    created_at: Mapped[datetime]

    @property
    def group(self) -> "Group":
        """Give itself, so that every thing in a group answers to the same word."""
        return self

    @property
    def is_archived(self) -> bool:
        """Whether nothing new may be written here."""
        return self.status is GroupStatus.ARCHIVED

    def membership_of(self, member: Member) -> "Membership | None":
        """Give the member's active membership, if there is one."""
        membership = self._belonging_of(member)
        return membership if membership is not None and membership.is_active else None

    def removed(self, member: Member) -> bool:
        """Whether a teacher removed the member from this group."""
        membership = self._belonging_of(member)
        return membership is not None and membership.status is Belonging.REMOVED

    def welcomes_back(self, member: Member, made_at: datetime) -> bool:
        """Whether a link made then lets the member in: one who was removed needs a link made afterwards."""
        membership = self._belonging_of(member)
        if membership is None or membership.status is not Belonging.REMOVED:
            return True
        return membership.ended_at is not None and membership.ended_at < made_at

    def _belonging_of(self, member: Member) -> "Membership | None":
        """Ask once per loaded group, and not at all where a loader has joined and remembered it."""
        known: dict[int, Membership | None] = self.__dict__.setdefault("_known", {})
        if member.id not in known:
            found = object_session(self)
            known[member.id] = found.get(Membership, (self.id, member.id)) if found and self.id else None
        return known[member.id]

    def remember(self, member_id: int, membership: "Membership | None") -> None:
        """Keep what a loader already knows of one member's belonging."""
        self.__dict__.setdefault("_known", {})[member_id] = membership

    def taught_by(self, member: Member) -> bool:
        """Whether the member teaches this group now."""
        membership = self.membership_of(member)
        return membership is not None and membership.is_teacher


@event.listens_for(Group, "expire")
def _forget(group: Group | None, _attributes: Any) -> None:
    """What was known of belonging ends with the transaction in which it was read."""
    if group is not None:  # nobody may hold it any more
        group.__dict__.pop("_known", None)


class Agreement(Base):
    """One version of a group's own rules; versions are never changed, only followed by the next."""

    __tablename__ = "agreements"
    __table_args__ = (sa.UniqueConstraint("group_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"))
    version: Mapped[int]
    source: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]


class Role(StrEnum):
    """What a member is in one group."""

    MEMBER = "member"
    TEACHER = "teacher"


class Belonging(StrEnum):
    """Whether a membership stands; one who was removed does not simply walk in again."""

    ACTIVE = "active"
    LEFT = "left"
    REMOVED = "removed"


class Membership(Base):
    """A member's place in a group."""

    __tablename__ = "memberships"
    __table_args__ = (
        one_of("role", Role),
        one_of("status", Belonging),
        sa.Index(None, "member_id", "status"),
        sa.Index(None, "group_id", "status", "role", "joined_at"),
    )

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(WordEnum(Role), default=Role.MEMBER)
    status: Mapped[Belonging] = mapped_column(WordEnum(Belonging), default=Belonging.ACTIVE)
    agreed_version: Mapped[int] = mapped_column(default=0)
    agreed_at: Mapped[datetime | None]
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    muted_until: Mapped[datetime | None]
    posts_let_through: Mapped[int] = mapped_column(default=0)

    group: Mapped[Group] = relationship()
    member: Mapped[Member] = relationship()

    @property
    def is_active(self) -> bool:
        """Whether the member belongs to the group now."""
        return self.status is Belonging.ACTIVE

    @property
    def is_teacher(self) -> bool:
        """Whether the member teaches the group now."""
        return self.is_active and self.role is Role.TEACHER


class RequestState(StrEnum):
    """What became of somebody's asking."""

    OPEN = "open"
    ADMITTED = "admitted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


class JoinRequest(Base):
    """A member asks to join a group, in their own words; at most one is open per member and group."""

    __tablename__ = "join_requests"
    __table_args__ = (
        one_of("state", RequestState),
        sa.Index(
            "uq_join_requests_open",
            "group_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH))
    answer: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH), default="")
    state: Mapped[RequestState] = mapped_column(WordEnum(RequestState), default=RequestState.OPEN)
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    group: Mapped[Group] = relationship()
    member: Mapped[Member] = relationship()

    @property
    def author_id(self) -> int:
        """Give whose words these are."""
        return self.member_id
