"""The practices that teachers write for a group. Versions are never changed, only followed by the next."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.groups.models import Group
from community.members.models import Member
from community.practices.kinds import System
from community.practices.segments import TITLE_MOST

LEAD_LENGTH = 200
CHANGED_LENGTH = 200


class PracticeStatus(StrEnum):
    """Whether a practice is offered; a withdrawn one stays readable to those who find it in a sit or a version."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class WrittenPractice(Base):
    """A practice of one group; ``version`` is the one that stands."""

    __tablename__ = "practices"
    __table_args__ = (one_of("status", PracticeStatus),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[PracticeStatus] = mapped_column(
        WordEnum(PracticeStatus), default=PracticeStatus.STANDING, server_default=PracticeStatus.STANDING.value
    )
    created_at: Mapped[datetime]

    group: Mapped[Group] = relationship()

    @property
    def key(self) -> str:
        """Give the name that pages and plans call it by."""
        return f"p-{self.id}"


class PracticeVersion(Base):
    """What a practice said when it was written so; ``plan`` has the practice's key, title and this version in it."""

    __tablename__ = "practice_versions"
    __table_args__ = (one_of("nourishes", System),)

    practice_id: Mapped[int] = mapped_column(sa.ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_MOST))
    lead: Mapped[str] = mapped_column(sa.String(LEAD_LENGTH))
    plan: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    nourishes: Mapped[System] = mapped_column(WordEnum(System))
    meets: Mapped[list[str]] = mapped_column(sa.JSON)  # triggers, by their words in ``kinds``
    teacher_led: Mapped[bool] = mapped_column(default=False)
    about: Mapped[str] = mapped_column(sa.Text)
    about_html: Mapped[str] = mapped_column(sa.Text)
    # what its writer said that changed with this version
    changed: Mapped[str] = mapped_column(sa.String(CHANGED_LENGTH), default="", server_default="")
    written_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    written_at: Mapped[datetime]

    written_by: Mapped[Member | None] = relationship()
