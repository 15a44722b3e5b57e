"""Which sits there are, for whom. Everything is loaded through the one who looks. Read only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.sql.base import ExecutableOption

from community.db import session
from community.errors import NotFound
from community.groups.models import Belonging, Group, GroupStatus, Membership
from community.groups.panels import Panel, register_panel
from community.groups.queries import (
    MembersOnly,
    ensure_reader,
    group_for,
    readable_group_ids,
)
from community.members.models import Member
from community.sits.intentions import AHEAD, may_be_meant, means_to_come
from community.sits.models import Intention, SeriesStatus, SitSeries
from community.sits.plan import DOORS_S
from community.sits.recurrence import next_occurrence, parse_sit_key
from community.sits.sit import Sit, not_over, rule_of, sit_of, sits_of
from community.sits.wording import begins

A_GROUPS_SERIES = 100
A_READERS_SERIES = 400
A_DAYS_SITS = 48  # of one series: the longest stretch that is ever caught up with
BESIDE = 3  # how many sits a group's page shows before the whole list


def sit_for(viewer: Member, slug: str, key: str) -> Sit:
    """Give a sit of a group whose content the viewer may read; raises NotFound or what a reader is told."""
    group = group_for(viewer, slug)
    ensure_reader(viewer, group)
    sit = sit_visible_to(viewer, key)
    if sit.group.id != group.id:
        raise NotFound
    return sit


def sit_visible_to(viewer: Member, key: str) -> Sit:
    """Give a sit by its key, for a socket, in one statement; raises what ``series_visible_to`` raises."""
    series_id, starts_at = parse_sit_key(key)
    sit = sit_of(series_visible_to(viewer, series_id), starts_at)
    if sit is None:
        raise NotFound
    return sit


def series_visible_to(viewer: Member, series_id: int) -> SitSeries:
    """Give a series by its number alone, whether it goes on or not, in one statement.

    Raises NotFound for all that may not know of it, and AgreementNeeded for a member who has to agree first.
    """
    theirs = sa.and_(Membership.group_id == Group.id, Membership.member_id == viewer.id)
    found = session().execute(
        sa.select(SitSeries, Membership)
        .join(SitSeries.group)
        .join(Membership, theirs)
        .options(contains_eager(SitSeries.group), joinedload(SitSeries.leader), joinedload(SitSeries.changes))
        .where(SitSeries.id == series_id)
    )
    row = found.unique().one_or_none()
    if row is None:
        raise NotFound
    series, membership = row
    series.group.remember(viewer.id, membership)
    try:
        ensure_reader(viewer, series.group)
    except MembersOnly as refusal:
        raise NotFound from refusal
    return series


def sit_by_key(key: str) -> Sit | None:
    """Give a sit that somebody is seated in already, for the ticks that look at no page; None if there is no such."""
    series_id, starts_at = parse_sit_key(key)
    whole = (joinedload(SitSeries.group), joinedload(SitSeries.leader), joinedload(SitSeries.changes))
    found = session().scalars(sa.select(SitSeries).options(*whole).where(SitSeries.id == series_id))
    series = found.unique().one_or_none()
    return sit_of(series, starts_at) if series else None


def series_for(viewer: Member, slug: str, series_id: int) -> SitSeries:
    """Give a series of a group whose content the viewer may read; raises NotFound."""
    group = group_for(viewer, slug)
    ensure_reader(viewer, group)
    series = session().scalar(sa.select(SitSeries).where(SitSeries.id == series_id, SitSeries.group_id == group.id))
    if series is None:
        raise NotFound
    return series


def series_of(group: Group, *, at: datetime) -> list[SitSeries]:
    """Give the series of a group that go on, in one statement; none of an archived group."""
    if group.is_archived:
        return []
    return _in_order(_of_group(), {"group_id": group.id, "at": at})


def series_for_member(viewer: Member, group: Group, *, at: datetime) -> list[SitSeries]:
    """Give the series of a group that go on, with what the viewer means to come to; none of an archived group."""
    if group.is_archived:
        return []
    asked = {"group_id": group.id, "viewer_id": viewer.id, "at": at}
    return _in_order(_of_group_for_member(), asked)


def series_for_reader(viewer: Member, *, at: datetime) -> list[SitSeries]:
    """Give what was planned and not over at a moment, of all the groups that a member may read, in one statement.

    A room that somebody opened on the spot was no appointment.
    """
    readable = readable_group_ids(viewer.id)
    mine = _going_on().join(Group).where(Group.status == GroupStatus.ACTIVE, SitSeries.group_id.in_(readable))
    bounded = mine.where(SitSeries.on_the_spot.is_(False)).options(contains_eager(SitSeries.group))
    return _in_order(bounded.limit(A_READERS_SERIES), {"at": at})


def next_of(series: SitSeries, *, at: datetime) -> Sit | None:
    """Give the sit of a series that is open, or else the next to come."""
    sit = next_to_show(series, at=at)
    return None if sit is None or sit.is_called_off else sit


def next_to_show(series: SitSeries, *, at: datetime) -> Sit | None:
    """Give the next sit of a series however far off; one that is called off only where no other follows soon."""
    moved = [Sit(series, each.planned_at, each).starts_at for each in series.changes]
    following = next_occurrence(rule_of(series), at)
    found = not_over(series, at=at, before=max([at, following or at, *moved]) + AHEAD, limit=1)
    return next((sit for sit in found if not sit.is_called_off), found[0] if found else None)


def coming(series: Sequence[SitSeries], *, at: datetime, each: int, limit: int) -> list[Sit]:
    """List the sits that are open or to come in the next four weeks, the earliest first."""
    found = [sit for one in series for sit in not_over(one, at=at, before=at + AHEAD, limit=each)]
    return sorted(found, key=lambda sit: (sit.starts_at, sit.series.id))[:limit]


def next_after(sit: Sit, *, at: datetime) -> Sit | None:
    """Give the next sit of a group after one of its sits, not yet begun, if one is planned for the coming weeks."""
    # Of a series three may not be over: this sit, in its circle, one that has begun meanwhile, and the next.
    found = coming(series_of(sit.group, at=at), at=at, each=3, limit=3 * A_GROUPS_SERIES)
    later = (each for each in found if each.starts_at > max(at, sit.starts_at) and each.key != sit.key)
    return next((each for each in later if not each.is_called_off), None)


def for_member(viewer: Member, *, at: datetime, limit: int = 12) -> list[Sit]:
    """List what a member may come to in the next seven days, in one statement; of an open room only the next."""
    series = _in_order(_of_member(), {"viewer_id": viewer.id, "at": at})
    week = at + timedelta(days=7)
    found = [sit for one in series for sit in not_over(one, at=at, before=week, limit=1 if one.is_room else 4)]
    return sorted(found, key=lambda sit: (sit.starts_at, sit.series.id))[:limit]


def doors_opening(*, after: datetime, until: datetime) -> list[Sit]:
    """List the sits whose doors open in (after, until]; open rooms are always open, so nobody is told of them."""
    # Those are read that are over by ``until``: the house may have been closed when it was time to tell of them.
    everywhere = _going_on().join(Group).where(Group.status == GroupStatus.ACTIVE)
    series = session().scalars(everywhere.options(contains_eager(SitSeries.group)), {"at": after}).unique()
    lead = timedelta(seconds=DOORS_S)
    found = [
        sit
        for one in series
        if not one.is_room and not one.on_the_spot
        for sit in sits_of(one, after=after + lead, before=until + lead + timedelta(seconds=1), limit=A_DAYS_SITS)
    ]
    return [sit for sit in found if after < sit.doors_at <= until and not sit.is_called_off]


def readers_of(group_id: int) -> sa.Select[int]:
    """Select the ids of those who may read a group's content: whom a sit is for."""
    return (
        sa.select(Membership.member_id)
        .join(Group)
        .where(
            Membership.group_id == group_id,
            Membership.status == Belonging.ACTIVE,
            Membership.agreed_version >= Group.agreement_version,
        )
    )


# Those that a page asks for are put together once: building one costs several times what it costs to run.


@cache
def _of_group() -> sa.Select[SitSeries]:
    return _going_on().where(SitSeries.group_id == sa.bindparam("group_id")).limit(A_GROUPS_SERIES)


@cache
def _of_group_for_member() -> sa.Select[SitSeries]:
    return _of_group().options(with_own_intentions())


@cache
def _of_member() -> sa.Select[SitSeries]:
    readable = readable_group_ids(sa.bindparam("viewer_id", type_=sa.Integer()))
    mine = _going_on().join(Group).where(Group.status == GroupStatus.ACTIVE, SitSeries.group_id.in_(readable))
    return mine.options(contains_eager(SitSeries.group), with_own_intentions()).limit(A_GROUPS_SERIES)


def with_own_intentions() -> ExecutableOption:
    """Read along what ``:viewer_id`` means to come to, and nobody else."""
    return joinedload(SitSeries.own_intentions.and_(Intention.member_id == sa.bindparam("viewer_id")))


def _in_order(statement: sa.Select[SitSeries], asked: Mapping[str, Any]) -> list[SitSeries]:
    """Give the series in the order in which they were planned."""
    return sorted(session().scalars(statement, asked).unique(), key=lambda series: series.id)


def _going_on() -> sa.Select[SitSeries]:
    """Select what is planned and not over at ``:at``; a list that is too long keeps open rooms and the newest."""
    still_to_come = sa.or_(SitSeries.over_at.is_(None), SitSeries.over_at > sa.bindparam("at"))
    return (
        sa.select(SitSeries)
        .options(joinedload(SitSeries.leader), joinedload(SitSeries.changes))
        .where(SitSeries.status == SeriesStatus.PLANNED, still_to_come)
        .order_by(SitSeries.on_the_spot.desc(), SitSeries.id.desc())
    )


def panel_of_sits(viewer: Member, group: Group, at: datetime, asked: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG001
    """Give what the group's page shows of its sits."""
    sits = coming(series_for_member(viewer, group, at=at), at=at, each=1, limit=BESIDE)
    first = next((sit for sit in sits if not sit.is_called_off), None)
    return {
        "next": first,
        "others": [sit for sit in sits if sit is not first],
        "begins": begins(first, at) if first else "",
        "is_open": first is not None and first.is_open(at),
        "meant": means_to_come(viewer, first) if first and may_be_meant(first, at) else None,
    }


register_panel(Panel(name="sits", order=10, template="sits/_panel.html", load=panel_of_sits))
