"""The address of a member's calendar, of which we keep a hash."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.members.models import Member


class Titles(StrEnum):
    """What a calendar says of a sit to whoever can look into it."""

    NEUTRAL = "neutral"
    NAMES = "names"


class Calendar(Base):
    """That a member keeps a calendar; each has at most one, and a new address ends the one before."""

    __tablename__ = "calendars"
    __table_args__ = (one_of("titles", Titles),)

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    titles: Mapped[Titles] = mapped_column(WordEnum(Titles), default=Titles.NEUTRAL)
    made_at: Mapped[datetime]

    member: Mapped[Member] = relationship()
