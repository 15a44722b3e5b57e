"""Notices: one per person and event, holding ids only; the words are made when it is shown."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from community.db import Base, WordEnum, one_of


class NoticeKind(StrEnum):
    """What a notice tells of."""

    REPLY = "reply"
    HELD = "held"
    DECIDED = "decided"
    ADMITTED = "admitted"
    SIT_BEGINS = "sit_begins"
    REMINDER = "reminder"  # a sit that this member wanted to be reminded of
    SIT_NOW = "sit_now"  # somebody in one of this member's groups opened a room
    THANKS = "thanks"  # somebody thanks those they sat with
    SIT_CHANGED = "sit_changed"  # a sit that this member meant to come to is moved, or will not take place
    DESK = "desk"  # something waits for a teacher
    BROUGHT = "brought"  # a teacher has read what this member brought
    PASSAGE = "passage"  # a passage of a journal that is shared with this teacher, or that a teacher has answered


class Notice(Base):
    """Something a member may want to know of; ``subject`` is the id that the kind's loader understands."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("kind", NoticeKind),
        sa.UniqueConstraint("member_id", "event_key"),
        sa.Index(None, "member_id", "seen_at"),
        sa.Index(None, "kind", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(WordEnum(NoticeKind))
    subject: Mapped[str] = mapped_column(sa.String(64))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    event_key: Mapped[str] = mapped_column(sa.String(96))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
