"""Planning sits, changing and ending a series, and taking a seat."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from community.db import announce, insert_into, session
from community.errors import Conflict, Invalid
from community.groups.models import Group
from community.groups.queries import teachers_of
from community.members.models import Member
from community.permissions import Act, require
from community.practices.library import Practice
from community.practices.queries import wants_teacher
from community.sits.facts import SeatTaken, SeriesEnded
from community.sits.meeting import meeting_link
from community.sits.models import TITLE_LENGTH, Attendance, SeriesStatus, SitSeries
from community.sits.plan import closes_at
from community.sits.recurrence import Rule, last_occurrence, next_occurrence
from community.sits.sit import Sit
from community.sits.soft_doors import opens_again_at
from community.text import one_line

A_ROOM_LASTS = timedelta(days=1)  # at the most; whoever came before that sits there no more
OPEN_ROOM, OPEN_ROOM_EVERY = "FREQ=MINUTELY;INTERVAL=30", timedelta(minutes=30)


class DoorsClosed(Conflict):
    """A seat is asked for before the doors open or after the room has closed."""


class SoftDoors(Conflict):
    """Somebody comes while a group sits that wants to be left still; the page knows the edges, and knocks again."""

    kind = "soft_doors"
    sentence = "The doors of this group are soft while it sits. You come in when the sit next turns."


def schedule_sit(
    *,
    by: Member,
    group: Group,
    title: str,
    practice: Practice,
    rule: Rule,
    leader: Member | None,
    meeting: str | None = None,
    at: datetime,
) -> SitSeries:
    """Plan a sit or a recurring one; raises Invalid where its time has passed, or where nobody may lead it so.

    It keeps the plan of the practice as that stands now, its key and version in it.
    """
    require(by, Act.SCHEDULE_SIT, group, at=at)
    ensure_sat_here(practice, group)
    _ensure_led(practice, group, leader)
    plan, first = practice.plan, next_occurrence(rule, at)
    if first is None:
        raise Invalid("That time has passed. Choose one that is still to come.", field="day")
    if rule.rrule == OPEN_ROOM and closes_at(plan, first) > first + OPEN_ROOM_EVERY:
        raise Invalid("This plan is longer than half an hour. An open room begins anew by then.", field="plan")
    series = SitSeries(
        group_id=group.id,
        title=one_line(title, limit=TITLE_LENGTH, field="title", what="title"),
        plan=plan.to_json(),
        wall_start=rule.wall.isoformat(),
        zone=rule.zone,
        rrule=rule.rrule,
        leader_id=leader.id if leader else None,
        made_by_id=by.id,
        meeting_link=meeting_link(meeting),
        created_at=at,
        over_at=closes_at(plan, last) if (last := last_occurrence(rule)) else None,
    )
    session().add(series)
    session().flush()
    return series


def _ensure_led(practice: Practice, group: Group, leader: Member | None) -> None:
    if leader is not None and not group.taught_by(leader):
        raise Invalid("A sit is led by a teacher of the group, or by nobody.", field="leader")
    if practice.teacher_led and leader is None:
        raise Invalid("This practice is sat only where a teacher leads. Choose who does.", field="leader")


def ensure_sat_here(practice: Practice, group: Group) -> None:
    """Let only our own practices and the group's pass; raises Invalid."""
    if practice.group is not None and practice.group.id != group.id:
        raise Invalid(
            "This practice belongs to another group. Choose one of this group, or of the house.", field="plan"
        )


def end_series(*, by: Member, series: SitSeries, at: datetime) -> SitSeries:
    """Let a series go on no longer; sits that began before stay what they were. Ending it twice is fine."""
    require(by, Act.END_SERIES, series, at=at)
    if series.status is SeriesStatus.PLANNED:
        series.status, series.ended_at = SeriesStatus.ENDED, at
        announce(SeriesEnded(series_id=series.id))
    return series


def change_meeting(*, by: Member, series: SitSeries, meeting: str | None, at: datetime) -> SitSeries:
    """Give a series another address to speak together at, or none; whoever sits down from now on gets that one."""
    require(by, Act.CHANGE_MEETING, series, at=at)
    series.meeting_link = meeting_link(meeting)
    return series


def join_sit(*, by: Member, sit: Sit, at: datetime) -> Sit:
    """Take a seat; joining again is fine and keeps the first time. Raises DoorsClosed or SoftDoors."""
    require(by, Act.JOIN_SIT, sit, at=at)
    if by.briefed_at is None:
        raise Invalid("Before your first sit, read what may come up. The page of the sit leads you there.")
    if sit.is_called_off:
        raise DoorsClosed("This sit is called off. Its page says more.")
    if not sit.is_open(at):
        early = at < sit.doors_at
        raise DoorsClosed(
            "The doors open ten minutes before the first bell."
            if early
            else "This sit is over, and the room is closed."
        )
    if waits_until(by, sit, at) is not None:
        raise SoftDoors
    session().execute(
        insert_into(Attendance)
        .values(series_id=sit.series.id, starts_at=sit.planned_at, member_id=by.id, joined_at=at, seen_as=by.seen_as)
        .on_conflict_do_nothing()
    )
    announce(SeatTaken(series_id=sit.series.id, starts_at=sit.planned_at, member_id=by.id, at=at))
    return sit


def waits_until(member: Member, sit: Sit, at: datetime) -> datetime | None:
    """Give the moment for which a member waits at soft doors; None for whoever was in before, or comes in at once."""
    opens_at = opens_again_at(sit.plan, sit.starts_at, at) if sit.group.soft_doors and not sit.is_called_off else None
    if opens_at is None or session().get(Attendance, (sit.series.id, sit.planned_at, member.id)) is not None:
        return None
    return opens_at


def forget_sat(*, member_id: int, at: datetime) -> None:
    """Let go of the seats that a member had: nobody finds them there any more. One in a room that is open stays."""
    theirs = Attendance.member_id == member_id
    lately = sa.and_(theirs, Attendance.joined_at > at - A_ROOM_LASTS)
    for seat in session().scalars(sa.select(Attendance).where(lately)):
        series = session().get_one(SitSeries, seat.series_id)
        change = next((each for each in series.changes if each.planned_at == seat.starts_at), None)
        if not Sit(series, seat.starts_at, change).is_open(at):
            session().delete(seat)
    session().flush()
    long_ago = sa.delete(Attendance).where(theirs, Attendance.joined_at <= at - A_ROOM_LASTS)
    session().execute(long_ago, execution_options={"synchronize_session": False})


def forget_leader(*, member_id: int, group_id: int) -> None:
    """Let the bell ring by itself where somebody who left the group would have led.

    What is sat only where a teacher leads passes to another teacher, as long as there is one.
    """
    theirs = sa.and_(SitSeries.group_id == group_id, SitSeries.leader_id == member_id)
    led = [one for one in session().scalars(sa.select(SitSeries).where(theirs)) if _wants_teacher(one)]
    session().execute(sa.update(SitSeries).where(theirs).values(leader_id=None))
    if not led:
        return
    others = [each.id for each in teachers_of(session().get_one(Group, group_id)) if each.id != member_id]
    for one in led:
        one.leader_id = others[0] if others else None


def _wants_teacher(series: SitSeries) -> bool:
    return wants_teacher(str(series.plan["id"]), int(series.plan["version"]))
