"""Passages: what somebody shares of their journal, sealed, for as long as they share it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.groups.models import Group
from community.members.models import Member
from community.seals import SealedRows, register_sealed
from community.threads.models import Wants

PASSAGE_LENGTH = 4000
ANSWER_LENGTH = 1000


class Audience(StrEnum):
    """With whom a passage is shared."""

    GROUP = "group"  # whoever may read the thread that it opened
    TEACHERS = "teachers"  # whoever teaches the group, each time it is asked


class PassageStatus(StrEnum):
    """Whether a passage is there to be read; it goes one way only."""

    SHARED = "shared"
    WITHDRAWN = "withdrawn"


class Passage(Base):
    """A passage of somebody's journal. Its words are here and nowhere else, and go when it is withdrawn."""

    __tablename__ = "passages"
    __table_args__ = (
        one_of("audience", Audience),
        one_of("status", PassageStatus),
        one_of("wants", Wants),
        sa.CheckConstraint(
            "status = 'shared' OR (sealed IS NULL AND answer IS NULL AND entry_id IS NULL AND NOT in_notebook)",
            name="withdrawn_is_empty",
        ),
        sa.UniqueConstraint("author_id", "write_key"),
        sa.Index(None, "author_id", "id"),
        sa.Index(
            "ix_passages_notebook",
            "group_id",
            "shared_at",
            sqlite_where=sa.text("in_notebook"),
            postgresql_where=sa.text("in_notebook"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    # A page that is erased takes along what is still shared of it, should nobody have withdrawn that first.
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal_entries.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("threads.id", ondelete="SET NULL"), unique=True)
    audience: Mapped[Audience] = mapped_column(WordEnum(Audience))
    wants: Mapped[Wants | None] = mapped_column(WordEnum(Wants))
    status: Mapped[PassageStatus] = mapped_column(WordEnum(PassageStatus), default=PassageStatus.SHARED)
    in_notebook: Mapped[bool] = mapped_column(default=False)
    key_id: Mapped[str | None] = mapped_column(sa.String(64))
    sealed: Mapped[bytes | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    answered_at: Mapped[datetime | None]
    answer_key_id: Mapped[str | None] = mapped_column(sa.String(64))
    answer: Mapped[bytes | None]  # sealed as well
    write_key: Mapped[str] = mapped_column(sa.String(36))  # made by the page: a repeat is the same passage
    shared_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    author: Mapped[Member] = relationship(foreign_keys=[author_id])
    answered_by: Mapped[Member | None] = relationship(foreign_keys=[answered_by_id])
    group: Mapped[Group] = relationship()

    @property
    def is_shared(self) -> bool:
        """Whether anybody but its writer may read it."""
        return self.status is PassageStatus.SHARED


register_sealed(SealedRows(Passage, ("sealed",), owner="author_id"))
register_sealed(SealedRows(Passage, ("answer",), owner="author_id", key="answer_key_id"))
