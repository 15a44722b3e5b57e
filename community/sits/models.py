"""Series of sits, and each member's own record of having sat. A single sit is computed, see ``sit.py``."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.groups.models import Group
from community.members.models import Member, SeenAs
from community.sits.meeting import LINK_LENGTH

TITLE_LENGTH = 120
NOTE_LENGTH = 300


class SeriesStatus(StrEnum):
    """Whether a series goes on."""

    PLANNED = "planned"
    ENDED = "ended"


class ChangeKind(StrEnum):
    """What became of a single sit of a series."""

    MOVED = "moved"
    CALLED_OFF = "called_off"
    KEPT = "kept"  # as planned after all


class SitSeries(Base):
    """One sit or a recurring one, kept as wall time, zone and RRULE; ``plan`` is the copy that it uses."""

    __tablename__ = "sit_series"
    __table_args__ = (one_of("status", SeriesStatus), sa.Index(None, "group_id", "status", "over_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    plan: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    wall_start: Mapped[str] = mapped_column(sa.String(19))  # 2026-11-25T12:40:00, in ``zone``
    zone: Mapped[str] = mapped_column(sa.String(64))
    rrule: Mapped[str | None] = mapped_column(sa.String(200))  # None: once
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"))
    status: Mapped[SeriesStatus] = mapped_column(WordEnum(SeriesStatus), default=SeriesStatus.PLANNED)
    # opened by "sit now", so nobody is told of its doors
    on_the_spot: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    meeting_link: Mapped[str | None] = mapped_column(sa.String(LINK_LENGTH))  # told to those who are seated alone
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]  # when the last sit's room closes; None: it has no last one

    group: Mapped[Group] = relationship()
    leader: Mapped[Member | None] = relationship(foreign_keys=[leader_id])
    # Read along wherever sits are listed, and always whole: a sit cannot take place on one page and be off on the next.
    changes: Mapped[list["SitChange"]] = relationship(viewonly=True, order_by="SitChange.planned_at")
    own_intentions: Mapped[list["Intention"]] = relationship(viewonly=True, lazy="raise")  # see with_own_intentions()

    @property
    def is_room(self) -> bool:
        """Whether it is an open room, back to back, rather than an appointment."""
        return self.rrule is not None and self.rrule.startswith("FREQ=MINUTELY")


class SitChange(Base):
    """That a single sit is moved or called off; it is named by the start that it was planned with.

    ``version`` counts what was ever changed of it; two teachers who change it at once cannot both win.
    """

    __tablename__ = "sit_changes"
    __table_args__ = (one_of("kind", ChangeKind),)

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("sit_series.id", ondelete="CASCADE"), primary_key=True)
    planned_at: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[ChangeKind] = mapped_column(WordEnum(ChangeKind))
    wall_start: Mapped[str | None] = mapped_column(sa.String(19))  # where it is moved to, in the zone of the series
    note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")
    version: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    changed_at: Mapped[datetime]


class Attendance(Base):
    """That a member sat, and from when: the member's own record.

    ``starts_at`` is the start that the sit was planned with, which names it even where it was moved. ``seen_as`` is how
    the others saw them when they came; None where nobody wrote it down. ``named_afterwards`` says whether it had been
    told by then that those who are seen by name may be named in the journals of the others.
    """

    __tablename__ = "attendances"
    __table_args__ = (one_of("seen_as", SeenAs), sa.Index(None, "member_id", "joined_at"))

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("sit_series.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    joined_at: Mapped[datetime]
    seen_as: Mapped[SeenAs | None] = mapped_column(WordEnum(SeenAs))
    # who came before it was told, or by a house that does not know of it, is not named
    named_afterwards: Mapped[bool] = mapped_column(default=True, server_default=sa.false())


class SitThanks(Base):
    """That a member thanked those they sat with, once a sit, and how they were seen then."""

    __tablename__ = "sit_thanks"
    __table_args__ = (one_of("seen_as", SeenAs), sa.Index(None, "thanked_at"))

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("sit_series.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    thanked_at: Mapped[datetime]
    seen_as: Mapped[SeenAs] = mapped_column(WordEnum(SeenAs))


class Intention(Base):
    """That a member means to come to a sit, named by the start that it was planned with; let go of afterwards."""

    __tablename__ = "sit_intentions"

    series_id: Mapped[int] = mapped_column(sa.ForeignKey("sit_series.id", ondelete="CASCADE"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]


class Reminding(StrEnum):
    """By which way a member wants to be reminded of sits."""

    NONE = "none"
    APP = "app"
    MAIL = "mail"
    BOTH = "both"


class RemindOf(StrEnum):
    """Of which sits a member wants to be reminded."""

    INTENDED = "intended"
    GROUPS = "groups"


LEADS_MINUTES = (10, 60, 1440)


class SitWishes(Base):
    """What a member wants to be told of sits, and when; who has no row wants what a new row would say."""

    __tablename__ = "sit_wishes"
    __table_args__ = (
        one_of("reminding", Reminding),
        one_of("remind_of", RemindOf),
        sa.CheckConstraint("lead_minutes IN (10, 60, 1440)", name="lead_minutes_known"),
    )

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    reminding: Mapped[Reminding] = mapped_column(WordEnum(Reminding), default=Reminding.APP)
    remind_of: Mapped[RemindOf] = mapped_column(WordEnum(RemindOf), default=RemindOf.INTENDED)
    lead_minutes: Mapped[int] = mapped_column(default=10)
    hears_of_sit_now: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    told_of_sit_now_at: Mapped[datetime | None]


class SentReminder(Base):
    """That a member was reminded of a sit so long before it: the row that makes sure it happens once."""

    __tablename__ = "sent_reminders"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    series_id: Mapped[int] = mapped_column(
        sa.ForeignKey("sit_series.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)  # as it stood: one that was moved is another moment
    lead_minutes: Mapped[int] = mapped_column(primary_key=True)


class ClockMark(Base):
    """Up to which moment a duty of the clock is done, so that a restart leaves nothing out and repeats nothing."""

    __tablename__ = "clock_marks"

    duty: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    done_until: Mapped[datetime]
