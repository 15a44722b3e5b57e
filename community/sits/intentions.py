"""Meaning to come to a sit: said and taken back, and shown to nobody but oneself and whoever leads it.

Nothing is counted, and nobody hears whether one came in the end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa

from community.db import insert_into, session
from community.errors import Conflict
from community.groups.models import Belonging, Membership
from community.members.models import Member, MemberStatus, SeenAs
from community.permissions import Act, require
from community.sits.models import Intention, SitChange, SitSeries
from community.sits.sit import Sit

AHEAD = timedelta(days=28)  # the sits that pages list
KEPT_FOR = timedelta(days=30)
NAMED = 60


class DoorsOpen(Conflict):
    """Somebody says that they mean to come when they might as well come in."""

    sentence = "The doors are open already. Take a seat whenever you like."


class TooFarOff(Conflict):
    """Somebody says that they mean to come to a sit that no list shows yet."""

    sentence = "This sit is more than four weeks away. Say that you mean to come when it is nearer."


@dataclass(frozen=True)
class MeantBy:
    """Who means to come, as each chose to be seen; ``others`` says that there is somebody who is not named."""

    names: list[str]
    others: bool


def intend_to_come(*, by: Member, sit: Sit, at: datetime) -> Sit:
    """Say that one means to come; saying it twice is fine. Raises DoorsOpen once one can simply come in.

    Raises TooFarOff where it is not planned for the coming weeks.
    """
    require(by, Act.INTEND_TO_COME, sit, at=at)
    if not may_be_meant(sit, at):
        raise TooFarOff if _is_far(sit, at) else DoorsOpen
    session().execute(
        insert_into(Intention)
        .values(series_id=sit.series.id, starts_at=sit.planned_at, member_id=by.id, created_at=at)
        .on_conflict_do_nothing()
    )
    return sit


def take_back_intention(*, by: Member, sit: Sit, at: datetime) -> Sit:
    """Mean to come no longer; nobody is told, and twice is fine."""
    require(by, Act.READ_GROUP, sit, at=at)
    session().execute(sa.delete(Intention).where(*_of(sit), Intention.member_id == by.id))
    return sit


def may_be_meant(sit: Sit, at: datetime) -> bool:
    """Say whether there is anything to mean: a sit of the coming weeks, and no room that is always open."""
    return at < sit.doors_at and not _is_far(sit, at) and not sit.is_called_off and not sit.series.is_room


def means_to_come(viewer: Member, sit: Sit) -> bool:
    """Say whether the viewer means to come; a list has read it along, a single sit is asked for."""
    if "own_intentions" in sit.series.__dict__:
        return any(each.starts_at == sit.planned_at for each in sit.series.own_intentions)
    mine = sa.select(Intention.member_id).where(*_of(sit), Intention.member_id == viewer.id)
    return session().scalar(mine) is not None


def meant_by(viewer: Member, sit: Sit) -> MeantBy | None:
    """Say to the teacher who leads a sit who means to come, as they chose to be seen; None for everybody else."""
    if sit.series.leader_id != viewer.id or not sit.group.taught_by(viewer):
        return None
    who = (
        sa.select(Member)
        .join(Intention, Intention.member_id == Member.id)
        .join(Membership, sa.and_(Membership.member_id == Member.id, Membership.group_id == sit.group.id))
        .where(*_of(sit), Member.id != viewer.id, *_still_here())
        .order_by(Intention.created_at, Member.id)
        .limit(NAMED + 1)
    )
    found = list(session().scalars(who))
    names = [_seen(member) for member in found[:NAMED]]
    return MeantBy([name for name in names if name], others="" in names or len(found) > NAMED)


def intentions_of(series: SitSeries, *, planned_at: datetime | None, at: datetime) -> list[tuple[datetime, list[int]]]:
    """Give for a sit, or for all of a series that are to come, the planned start and the ids of who mean to come."""
    of_one = [] if planned_at is None else [Intention.starts_at == planned_at]
    rows = session().execute(
        sa.select(Intention.starts_at, Intention.member_id)
        .where(Intention.series_id == series.id, *of_one)
        .order_by(Intention.starts_at, Intention.member_id)
    )
    changes = {each.planned_at: each for each in series.changes}
    grouped = [(start, [row[1] for row in those]) for start, those in groupby(rows, key=itemgetter(0))]
    return [each for each in grouped if of_one or Sit(series, each[0], changes.get(each[0])).starts_at > at]


def meant_since(series_ids: Collection[int], since: datetime) -> set[tuple[int, datetime]]:
    """Give series and planned start of the sits of these series that somebody has come to mean since a moment."""
    rows = sa.select(Intention.series_id, Intention.starts_at).where(
        Intention.series_id.in_(series_ids), Intention.created_at > since
    )
    return {(series_id, starts_at) for series_id, starts_at in session().execute(rows.distinct())}


def forget_intentions(*, member_id: int, group_id: int) -> None:
    """Let go of what somebody meant to come to in a group that they belong to no longer."""
    theirs = sa.select(SitSeries.id).where(SitSeries.group_id == group_id)
    session().execute(
        sa.delete(Intention).where(Intention.member_id == member_id, Intention.series_id.in_(theirs)),
        execution_options={"synchronize_session": False},
    )


def forget_old_intentions(*, at: datetime) -> None:
    """Let go of what was meant a month ago: it is nobody's record. A sit that was moved may still be to come."""
    moved_on = sa.exists().where(
        SitChange.series_id == Intention.series_id,
        SitChange.planned_at == Intention.starts_at,
        SitChange.wall_start > (at - KEPT_FOR).replace(tzinfo=None).isoformat(),
    )
    session().execute(
        sa.delete(Intention).where(Intention.starts_at < at - KEPT_FOR, ~moved_on),
        execution_options={"synchronize_session": False},
    )


def _of(sit: Sit) -> tuple[sa.ColumnElement[bool], ...]:
    return (Intention.series_id == sit.series.id, Intention.starts_at == sit.planned_at)


def _is_far(sit: Sit, at: datetime) -> bool:
    """Say whether it is, and always was, further off than what is listed: one that is put off may be meant still."""
    return min(sit.starts_at, sit.planned_at) >= at + AHEAD


def _still_here() -> tuple[sa.ColumnElement[bool], ...]:
    return (Membership.status == Belonging.ACTIVE, Member.status == MemberStatus.ACTIVE)


def _seen(member: Member) -> str:
    if member.seen_as is SeenAs.NAME:
        return member.name
    return member.initials if member.seen_as is SeenAs.INITIALS else ""  # who has not chosen yet shows nothing
