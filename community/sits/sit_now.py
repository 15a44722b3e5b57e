"""Sit now: a room opened at once, for oneself and whoever would like to come; those who asked to hear of it do."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from community.db import session
from community.errors import Invalid
from community.groups.actions import hold
from community.groups.models import Group, GroupStatus, Membership
from community.groups.queries import readable_group_ids
from community.members.models import Member, MemberStatus
from community.notifications.actions import notify
from community.notifications.models import NoticeKind
from community.permissions import Act, may, require
from community.practices.library import Practice
from community.sits import queries
from community.sits.actions import ensure_sat_here, waits_until
from community.sits.models import Attendance, SitSeries, SitWishes
from community.sits.plan import PhaseName, closes_at
from community.sits.sit import Sit, sit_of

RINGS_AFTER = timedelta(minutes=2)  # time to sit down, and for others to come
HEARD_EVERY = timedelta(hours=1)
MOST_GROUPS = 50
UNDER_WAY = {PhaseName.DOORS, PhaseName.SETTLING, PhaseName.SITTING}


def sit_now(*, by: Member, group: Group, practice: Practice, at: datetime) -> Sit:
    """Give a room of the group to go into: the one that is open, else a new one whose bell rings in two minutes.

    Two who ask at once come into the same room. Raises Invalid for a practice that is not sat like that.
    """
    require(by, Act.SIT_NOW, group, at=at)
    ensure_sat_here(practice, group)
    if practice.teacher_led and not group.taught_by(by):
        raise Invalid("This practice is sat only where a teacher leads. Choose another one for now.", field="plan")
    membership = group.membership_of(by)
    if membership is not None:  # there is one, by the rule; who asks second waits here and finds the first one's room
        hold(membership=membership)
    found = _open_room(by, group, at)
    if found is not None:
        return found
    sit = _opened(by, group, practice, at)
    _tell(by, sit, at)
    return sit


def groups_to_sit_in(viewer: Member, *, at: datetime) -> list[Group]:
    """Give the groups in which the viewer may open a room now."""
    mine = sa.and_(Membership.group_id == Group.id, Membership.member_id == viewer.id)
    statement = (
        sa.select(Group, Membership)
        .join(Membership, mine)
        .where(Group.status == GroupStatus.ACTIVE, Group.id.in_(readable_group_ids(viewer.id)))
        .order_by(Group.name, Group.id)
        .limit(MOST_GROUPS)
    )
    groups = []
    for group, membership in session().execute(statement):
        group.remember(viewer.id, membership)
        if may(viewer, Act.SIT_NOW, group, at=at):
            groups.append(group)
    return groups


def last_sat_in(viewer: Member, *, at: datetime) -> Group | None:
    """Give the group in which the viewer sat last, if they may open a room there now."""
    row = session().execute(_sat_in_last(), {"viewer_id": viewer.id}).one_or_none()
    if row is None:
        return None
    group, membership = row
    group.remember(viewer.id, membership)
    return group if may(viewer, Act.SIT_NOW, group, at=at) else None


@cache
def _sat_in_last() -> sa.Select[Group, Membership]:
    viewer_id = sa.bindparam("viewer_id", type_=sa.Integer())
    return (
        sa.select(Group, Membership)
        .join(Membership, sa.and_(Membership.group_id == Group.id, Membership.member_id == viewer_id))
        .join(SitSeries, SitSeries.group_id == Group.id)
        .join(Attendance, sa.and_(Attendance.series_id == SitSeries.id, Attendance.member_id == viewer_id))
        .where(Group.status == GroupStatus.ACTIVE, Group.id.in_(readable_group_ids(viewer_id)))
        .order_by(Attendance.joined_at.desc())
        .limit(1)
    )


def _open_room(by: Member, group: Group, at: datetime) -> Sit | None:
    """Give the sit of a group that somebody may come to at once and that has not rung its closing bell."""
    coming = queries.coming(queries.series_of(group, at=at), at=at, each=2, limit=queries.A_GROUPS_SERIES)
    under_way = (sit for sit in coming if not sit.is_called_off and sit.phase(at).name in UNDER_WAY)
    return next((sit for sit in under_way if waits_until(by, sit, at) is None), None)


def _opened(by: Member, group: Group, practice: Practice, at: datetime) -> Sit:
    starts_at = at.replace(microsecond=0) + RINGS_AFTER
    wall = starts_at.astimezone(ZoneInfo(group.zone)).replace(tzinfo=None)
    # In the hour that a change of the clocks repeats, a wall time means its first one.
    plain = wall.replace(tzinfo=ZoneInfo(group.zone)) == starts_at
    series = SitSeries(
        group_id=group.id,
        group=group,
        title=practice.title,
        plan=practice.plan.to_json(),
        wall_start=(wall if plain else starts_at.replace(tzinfo=None)).isoformat(),
        zone=group.zone if plain else "UTC",
        on_the_spot=True,
        leader_id=by.id if practice.teacher_led else None,
        made_by_id=by.id,
        created_at=at,
        over_at=closes_at(practice.plan, starts_at),
    )
    session().add(series)
    session().flush()
    sit = sit_of(series, starts_at)
    if sit is None:
        raise RuntimeError("a sit that was planned just now is there")
    return sit


def _tell(by: Member, sit: Sit, at: datetime) -> None:
    """Tell those of the group who asked to hear of it, each of them once an hour at the most, whatever their groups."""
    active = sa.select(Member.id).where(Member.status == MemberStatus.ACTIVE)
    long_ago = sa.or_(SitWishes.told_of_sit_now_at.is_(None), SitWishes.told_of_sit_now_at <= at - HEARD_EVERY)
    asked = (
        sa.update(SitWishes)
        .where(
            SitWishes.hears_of_sit_now.is_(True),
            SitWishes.member_id.in_(queries.readers_of(sit.group.id)),
            SitWishes.member_id.in_(active),
            SitWishes.member_id != by.id,
            long_ago,
        )
        .values(told_of_sit_now_at=at)
        .returning(SitWishes.member_id)
        .execution_options(synchronize_session=False)
    )
    notify(
        member_ids=session().scalars(asked).all(),
        kind=NoticeKind.SIT_NOW,
        subject=sit.key,
        group_id=sit.group.id,
        event_key=f"sit_now:{sit.key}",
        at=at,
    )
