"""A member's own log of sits, the sealed pages of their journal, and how they want it shown.

The log survives the end of the group and of the series, and the member's leaving: it says in its own words what it
was. What is written stands in sealed columns only; see ``sealed.py``.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base

TITLE_LENGTH = 120
KEY_LENGTH = 64  # of a practice, of a key on the ring, and what a browser names its own sit by
NAME_LENGTH = 120
MODULE_LENGTH = 80
OF_A_MODULE = sa.text("module IS NOT NULL")
OF_A_FORM = sa.text("write_key IS NOT NULL")
OF_NO_SIT = sa.text("sit_id IS NULL")  # they are few among ten years of pages, and a journal asks for the newest


class Sat:
    """What follows from what a log says of a sit."""

    __slots__ = ()
    if TYPE_CHECKING:
        began_at: Any
        closing_at: Any
        ended_at: Any
        planned_at: Any

    @property
    def is_alone(self) -> bool:
        """Whether nobody else could sit there."""
        return self.planned_at is None

    @property
    def until(self) -> datetime:
        """Give the moment up to which they sat; the circle does not count."""
        until: datetime = min(self.ended_at or self.closing_at, self.closing_at)
        return until

    @property
    def minutes(self) -> int:
        """Give how long they sat, in whole minutes."""
        sat: timedelta = max(self.until - self.began_at, timedelta(0))
        return round(sat / timedelta(minutes=1))


class JournalSit(Sat, Base):
    """That a member sat: with a group, or alone where it has a ``write_key`` of the browser that it was sat in.

    Who has no ``ended_at`` sat until the closing bell. ``began_at`` is the first bell, or when they came after it.
    """

    __tablename__ = "journal_sits"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "series_id", "planned_at"),
        sa.UniqueConstraint("member_id", "write_key"),
        sa.Index(None, "member_id", "began_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    began_at: Mapped[datetime]
    closing_at: Mapped[datetime]  # the closing bell, as it was planned
    ended_at: Mapped[datetime | None]
    practice_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    practice_version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id", ondelete="SET NULL"), index=True)
    group_name: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sit_series.id", ondelete="SET NULL"), index=True)
    planned_at: Mapped[datetime | None]  # names the sit of the series, as it does in every address
    write_key: Mapped[str | None] = mapped_column(sa.String(KEY_LENGTH))


class JournalEntry(Base):
    """A page: what its writer moved and wrote before and after a sit, or without one. All of it is sealed.

    ``write_key`` is made by the form of a new page: a repeat is the same page.
    """

    __tablename__ = "journal_entries"
    __table_args__ = (
        sa.Index(None, "member_id", "written_at", "id"),
        sa.Index(None, "member_id", "module", "written_at", sqlite_where=OF_A_MODULE, postgresql_where=OF_A_MODULE),
        sa.Index(
            "ix_journal_entries_of_no_sit",
            *("member_id", "written_at", "id"),
            sqlite_where=OF_NO_SIT,
            postgresql_where=OF_NO_SIT,
        ),
        sa.Index(None, "member_id", "write_key", unique=True, sqlite_where=OF_A_FORM, postgresql_where=OF_A_FORM),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    sit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal_sits.id", ondelete="SET NULL"), unique=True)
    module: Mapped[str | None] = mapped_column(sa.String(MODULE_LENGTH))  # the step of a programme it belongs to
    key_id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    sealed_before: Mapped[bytes | None]
    sealed_after: Mapped[bytes | None]
    sealed_body: Mapped[bytes | None]
    sealed_feeling: Mapped[bytes | None]
    sealed_thought: Mapped[bytes | None]
    write_key: Mapped[str | None] = mapped_column(sa.String(36))
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]

    sit: Mapped[JournalSit | None] = relationship(lazy="raise")


class JournalWishes(Base):
    """When a member's day ends, and what they like to see of their own; who has no row wants what a new row says."""

    __tablename__ = "journal_wishes"
    __table_args__ = (sa.CheckConstraint("day_ends_minutes BETWEEN 0 AND 1439", name="day_ends_within_a_day"),)

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    day_ends_minutes: Mapped[int] = mapped_column(default=240, server_default="240")  # after midnight, where they live
    shows_rhythm: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    shows_company: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
