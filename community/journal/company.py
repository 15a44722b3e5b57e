"""With whom one sat: only those who chose to be seen by name in that very sit, knew that this is so, and do still.

It is computed when it is shown and kept nowhere, and only while the viewer may read the group. Of the others it says
no more than that they were there. Read only.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

import sqlalchemy as sa

from community.db import UtcDateTime, plain_rows
from community.groups.models import Group, GroupStatus
from community.groups.queries import readable_group_ids
from community.journal.models import JournalSit
from community.members.models import Member, MemberStatus, SeenAs, first_name_of
from community.sits.models import Attendance, SitThanks
from community.sits.recurrence import sit_key
from community.sits.thanks import OPEN_FOR

NAMED = 3


class InLog(Protocol):
    """A sit of the viewer's own log, however it was read."""

    @property
    def id(self) -> int:
        """Give its number."""

    @property
    def began_at(self) -> datetime:
        """Give when it began."""

    @property
    def series_id(self) -> int | None:
        """Give the series that it was of."""

    @property
    def group_id(self) -> int | None:
        """Give the group that it was with."""


@dataclass(frozen=True, slots=True)
class Company:
    """A few first names, and whether others were there."""

    names: tuple[str, ...]
    others: bool

    @property
    def words(self) -> str:
        """Say it: "Priya and Jonah", "Priya and others", "others"."""
        parts = [*self.names, *(["others"] if self.others else [])]
        return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def company_in(viewer: Member, sits: Collection[InLog]) -> dict[int, Company]:
    """Say with whom the viewer sat, for each of their own sits in which somebody else was; one statement."""
    began = [sit.began_at for sit in sits if sit.series_id and sit.group_id]
    if not began:
        return {}
    found: dict[int, list[str | None]] = {sit.id: [] for sit in sits}
    asked = {"viewer_id": viewer.id, "first": min(began), "last": max(began)}
    for sit_id, name in plain_rows(_who_sat(), asked):
        if sit_id in found:
            found[sit_id].append(name)
    return {sit_id: _company(names) for sit_id, names in found.items() if names}


def company_of_all(found: Mapping[int, Company]) -> Company | None:
    """Put together with whom one sat in several sits, the first ones first; None where one sat alone."""
    if not found:
        return None
    names = dict.fromkeys(name for company in found.values() for name in company.names)
    more = len(names) > NAMED or any(company.others for company in found.values())
    return Company(tuple(names)[:NAMED], more)


def sit_to_thank_for(viewer: Member, *, at: datetime) -> tuple[str, str] | None:
    """Give the group's slug and the key of the last sit for which thanks are open, where there was company in it."""
    asked = {"viewer_id": viewer.id, "at": at, "since": at - OPEN_FOR}
    row = plain_rows(_to_thank_for(), asked).one_or_none()
    return None if row is None else (row.slug, sit_key(row.series_id, row.planned_at))


def _company(names: list[str | None]) -> Company:
    named = [first_name_of(name) for name in names if name]
    return Company(tuple(dict.fromkeys(named[:NAMED])), len(named) > NAMED or None in names)


@cache
def _who_sat() -> sa.Select[int, str | None]:
    """Select who else was in the viewer's own sits of a stretch of time, by name or as nobody; of each sit a few."""
    viewer_id = sa.bindparam("viewer_id", type_=sa.Integer())
    first, last = (sa.bindparam(name, type_=UtcDateTime()) for name in ("first", "last"))
    by_name = sa.and_(
        Attendance.seen_as == SeenAs.NAME,
        Attendance.named_afterwards,
        Member.seen_as == SeenAs.NAME,
    )
    name = sa.case((by_name, Member.name), else_=None)
    together = sa.and_(Attendance.series_id == JournalSit.series_id, Attendance.starts_at == JournalSit.planned_at)
    first_named = (name.is_(None), sa.func.min(Attendance.joined_at))
    place = sa.func.row_number().over(partition_by=JournalSit.id, order_by=first_named)
    ranked = (
        sa.select(JournalSit.id, name.label("name"), place.label("place"))
        .join(Attendance, together)
        .join(Member, Member.id == Attendance.member_id)
        .where(
            JournalSit.member_id == viewer_id,
            JournalSit.began_at.between(first, last),
            JournalSit.group_id.in_(readable_group_ids(viewer_id)),
            Attendance.member_id != viewer_id,
            Member.status == MemberStatus.ACTIVE,
        )
        .group_by(JournalSit.id, name)
        .subquery()
    )
    few = sa.select(ranked.c.id, ranked.c.name).where(ranked.c.place <= NAMED + 1)
    return few.order_by(ranked.c.id, ranked.c.place)


@cache
def _to_thank_for() -> sa.Select[str, int | None, datetime | None]:
    viewer_id = sa.bindparam("viewer_id", type_=sa.Integer())
    at, since = (sa.bindparam(name, type_=UtcDateTime()) for name in ("at", "since"))

    def of_this(table: type[Attendance | SitThanks]) -> sa.ColumnElement[bool]:
        return sa.and_(table.series_id == JournalSit.series_id, table.starts_at == JournalSit.planned_at)

    somebody = sa.exists().where(of_this(Attendance), Attendance.member_id != viewer_id)
    was_there = sa.exists().where(of_this(Attendance), Attendance.member_id == viewer_id)
    has_thanked = sa.exists().where(of_this(SitThanks), SitThanks.member_id == viewer_id)
    return (
        sa.select(Group.slug, JournalSit.series_id, JournalSit.planned_at)
        .join(Group, Group.id == JournalSit.group_id)
        .where(
            JournalSit.member_id == viewer_id,
            JournalSit.closing_at <= at,
            JournalSit.began_at > since,
            Group.status == GroupStatus.ACTIVE,
            Group.id.in_(readable_group_ids(viewer_id)),
            somebody,
            was_there,
            ~has_thanked,
        )
        .order_by(JournalSit.began_at.desc(), JournalSit.id.desc())
        .limit(1)
    )
