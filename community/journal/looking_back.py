"""What the journal shows of the last weeks: the days on which its owner sat, and what they answered. Read only.

A page is drawn from one's own rows alone, and from four weeks of them, however many years there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from community.db import UtcDateTime, plain_rows
from community.journal.models import JournalEntry, JournalSit, JournalWishes
from community.journal.page import Systems, moved_in
from community.journal.plot import MOST_MARKS, Answered, Drawing, drawn
from community.journal.rhythm import A_DAY, DAYS, OwnDays, Rhythm, rhythm
from community.members.models import Member

DAY_ENDS_MINUTES = 240
# A day of the member's own begins up to a day before or after the one of the clock.
LONG_ENOUGH = A_DAY * (DAYS + 2)


@dataclass(frozen=True)
class Own:
    """How a member counts their days and what they like to see, with the moments at which they lately sat."""

    days: OwnDays
    at: datetime
    shows_rhythm: bool
    shows_company: bool
    sat_at: tuple[datetime, ...] = field(repr=False)

    @cached_property
    def today(self) -> date:
        """Give the day that it is for them."""
        return self.days.day_of(self.at)

    @property
    def rhythm(self) -> Rhythm | None:
        """Give the marks of the last four weeks; None where they are hidden or none would be filled."""
        marks = rhythm(self.sat_at, self.days, self.at) if self.shows_rhythm and self.sat_at else None
        return marks if marks and any(day.sat for day in marks) else None


def own_days(viewer: Member, *, at: datetime) -> Own:
    """Give how the viewer's days are counted, and the sits of the last ones, in one statement."""
    rows = plain_rows(_own(), {"viewer_id": viewer.id, "since": at - LONG_ENOUGH}).all()
    ends_minutes, shows_rhythm, shows_company, _began_at = rows[0]
    return Own(
        OwnDays(ZoneInfo(viewer.zone), DAY_ENDS_MINUTES if ends_minutes is None else ends_minutes),
        at,
        shows_rhythm is not False,
        shows_company is not False,
        tuple(began_at for *_wishes, began_at in rows if began_at is not None),
    )


@dataclass(frozen=True)
class Plotted:
    """Four weeks as a drawing, and the days that those before and after end with, where there are any."""

    drawing: Drawing
    earlier: date | None
    later: date | None


def plotted(viewer: Member, own: Own, *, last: date | None) -> Plotted:
    """Draw the four weeks that end with a day of the member's, with today where none is given; one statement."""
    weeks = own.days.weeks_until(min(last or own.today, own.today))
    asked = {"viewer_id": viewer.id, "begin": weeks.begin, "until": weeks.end}
    rows = plain_rows(_answered(), asked).all()
    before = next((row.at for row in rows if row.what == "before"), None)
    drawing = drawn(_opened(viewer, [row for row in rows if row.what != "before"]), weeks)
    later = None if weeks.last == own.today else min(weeks.last + A_DAY * DAYS, own.today)
    return Plotted(drawing, _weeks_with(before, own, weeks.first) if before else None, later)


def _weeks_with(moment: datetime, own: Own, before: date) -> date:
    """Give the last of the four weeks that a moment lies in, counted back from ``before`` so that none overlap."""
    last = before - A_DAY
    apart = (last - own.days.day_of(moment)).days
    return last - A_DAY * (max(apart, 0) // DAYS * DAYS)


def _opened(viewer: Member, rows: list[sa.Row[*tuple[Any, ...]]]) -> Iterator[Answered]:
    """Open what was answered; a box that does not open just now has no mark."""
    for row in rows:
        moved = moved_in(row, owner_id=viewer.id)
        if moved is not None:
            before, after = moved
            yield Answered(row.at, row.title or "Words without a sit", _in_rows(before), _in_rows(after))


def _in_rows(said: Systems) -> tuple[int | None, ...]:
    return (said.soothing, said.threat, said.drive, said.company)


@cache
def _own() -> sa.Select[int, bool, bool, datetime]:
    viewer_id, since = sa.bindparam("viewer_id", type_=sa.Integer()), sa.bindparam("since", type_=UtcDateTime())
    lately = sa.and_(JournalSit.member_id == Member.id, JournalSit.began_at >= since)
    wishes = (JournalWishes.day_ends_minutes, JournalWishes.shows_rhythm, JournalWishes.shows_company)
    return (
        sa.select(*wishes, JournalSit.began_at)
        .select_from(Member)
        .outerjoin(JournalWishes, JournalWishes.member_id == Member.id)
        .outerjoin(JournalSit, lately)
        .where(Member.id == viewer_id)
    )


@cache
def _answered() -> sa.Select[*tuple[Any, ...]]:
    """Select what was answered of sits that began, and on pages without a sit that were written, between two moments.

    One row more says when a page was last written before them.
    """
    viewer_id = sa.bindparam("viewer_id", type_=sa.Integer())
    begin, until = (sa.bindparam(name, type_=UtcDateTime()) for name in ("begin", "until"))
    sealed = (JournalEntry.sealed_before, JournalEntry.sealed_after)
    moved = sa.or_(*(column.is_not(None) for column in sealed))
    boxes = (JournalEntry.id, JournalEntry.key_id, *sealed)
    at = JournalSit.began_at.label("at")
    of_sits = (
        sa.select(sa.literal("sit").label("what"), at, JournalSit.title, *boxes)
        .join(JournalEntry, JournalEntry.sit_id == JournalSit.id)
        .where(JournalSit.member_id == viewer_id, JournalSit.began_at >= begin, JournalSit.began_at < until, moved)
        .order_by(JournalSit.began_at.desc())
        .limit(MOST_MARKS)
    )
    written = sa.and_(JournalEntry.written_at >= begin, JournalEntry.written_at < until)
    of_pages = (
        sa.select(sa.literal("page"), JournalEntry.written_at, sa.literal(""), *boxes)
        .where(JournalEntry.member_id == viewer_id, JournalEntry.sit_id.is_(None), written, moved)
        .order_by(JournalEntry.written_at.desc())
        .limit(MOST_MARKS)
    )
    nothing = [sa.cast(sa.null(), column.type).label(column.key) for column in (JournalSit.title, *boxes)]
    before = (
        sa.select(sa.literal("before"), JournalEntry.written_at, *nothing)
        .where(JournalEntry.member_id == viewer_id, JournalEntry.written_at < begin)
        .order_by(JournalEntry.written_at.desc())
        .limit(1)
    )
    parts = [sa.select(*part.subquery().c) for part in (of_sits, of_pages, before)]
    return sa.select(sa.union_all(*parts).subquery())
