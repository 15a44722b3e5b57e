"""Changing a single sit of a series: moving it, calling it off, and letting it be as planned after all."""

from datetime import datetime, timedelta

from community.db import announce, insert_into, session
from community.errors import Conflict, Invalid
from community.members.models import Member
from community.permissions import Act, require
from community.sits.facts import SitChanged
from community.sits.models import NOTE_LENGTH, ChangeKind, SitChange
from community.sits.plan import closes_at
from community.sits.recurrence import YEARS, is_occurrence, moment_of
from community.sits.sit import Sit, rule_of
from community.text import one_line

FURTHEST = timedelta(days=366)


class HasBegun(Conflict):
    """A sit is to be changed that has begun, or would have by now."""

    sentence = "This sit has begun already, so it stays as it is."


class ChangedMeanwhile(Conflict):
    """Another teacher changed the sit since the page was opened."""

    sentence = "Somebody changed this sit since you opened it. Look at how it stands now before you decide."


def change_sit(
    *, by: Member, sit: Sit, to: ChangeKind, wall: datetime | None, note: str, version: int, at: datetime
) -> Sit:
    """Move a sit to a wall time in the zone of its series, call it off, or let it be as planned.

    ``version`` is the one that was looked at; raises ChangedMeanwhile when it is another by now. Letting a sit be
    that was never changed is fine.
    """
    require(by, Act.CHANGE_SIT, sit, at=at)
    if sit.series.is_room:
        raise Invalid("An open room begins anew all day. It has no single sits to change; you can end the room.")
    if version != sit.version:
        raise ChangedMeanwhile
    if not may_be_changed(sit, at):
        raise HasBegun
    if to is ChangeKind.KEPT and not (sit.is_moved or sit.is_called_off):
        return sit
    was_at, was_off = sit.starts_at, sit.is_called_off  # before the row that the sit holds is written anew
    change = _kept(sit, to, _wall(sit, to, wall, at), by=by, note=_clean(note), at=at)
    changed = Sit(sit.series, sit.planned_at, change)
    if sit.series.over_at is not None:
        sit.series.over_at = max(sit.series.over_at, closes_at(sit.plan, changed.starts_at))
    announce(SitChanged(series_id=sit.series.id, starts_at=sit.planned_at, was_at=was_at, was_off=was_off))
    return changed


def may_be_changed(sit: Sit, at: datetime) -> bool:
    """Say whether a single sit may still be moved or called off: until its first bell, wherever it was moved to.

    One that is called off may come back until the first bell would have rung that it was planned for.
    """
    until = max(sit.starts_at, sit.planned_at) if sit.is_called_off else sit.starts_at
    return not sit.series.is_room and at < until


def _wall(sit: Sit, to: ChangeKind, wall: datetime | None, at: datetime) -> datetime | None:
    """Give the wall time that is kept with a change; one that is called off stays where it would have been."""
    if to is ChangeKind.MOVED:
        return _new_wall(sit, wall, at)
    if to is ChangeKind.CALLED_OFF:
        moved = sit.change.wall_start if sit.change else None
        return datetime.fromisoformat(moved) if moved else None
    if sit.planned_at <= at:
        raise Invalid("The time it was planned for has passed. Choose another one.", field="to")
    _leave_room(sit, sit.planned_at, field="to")
    return None


def _new_wall(sit: Sit, wall: datetime | None, at: datetime) -> datetime:
    """Give the wall time that a sit is moved to; raises Invalid with the field of the form."""
    if wall is None:
        raise Invalid("Choose the day and the time that it is moved to.", field="day")
    if not YEARS[0] <= wall.year < YEARS[1] or (start := moment_of(wall, sit.series.zone)) > at + FURTHEST:
        raise Invalid("Choose a day within a year from now.", field="day")
    if start <= at:
        raise Invalid("That time has passed. Choose one that is still to come.", field="day")
    _leave_room(sit, start, field="time")
    return wall.replace(microsecond=0)


def _leave_room(sit: Sit, start: datetime, *, field: str) -> None:
    """Refuse a start at which the series has another sit."""
    others = [
        Sit(sit.series, each.planned_at, each) for each in sit.series.changes if each.planned_at != sit.planned_at
    ]
    taken = {each.starts_at for each in others if not each.is_called_off}
    freed = {each.planned_at for each in others} - taken
    planned = start != sit.planned_at and start not in freed and is_occurrence(rule_of(sit.series), start)
    if planned or start in taken:
        raise Invalid("There is another sit of this series at that time. Choose another one.", field=field)


def _clean(note: str) -> str:
    return one_line(note, limit=NOTE_LENGTH, field="note", what="note") if note.strip() else ""


def _kept(sit: Sit, to: ChangeKind, wall: datetime | None, *, by: Member, note: str, at: datetime) -> SitChange:
    """Write the change where nobody wrote one meanwhile; raises ChangedMeanwhile."""
    values = {
        "kind": to,
        "wall_start": wall.isoformat() if wall else None,
        "note": note,
        "version": sit.version + 1,
        "by_id": by.id,
        "changed_at": at,
    }
    insert = insert_into(SitChange).values(series_id=sit.series.id, planned_at=sit.planned_at, **values)
    written: SitChange | None = session().scalar(
        insert.on_conflict_do_update(
            index_elements=[SitChange.series_id, SitChange.planned_at],
            set_=values,
            where=SitChange.version == sit.version,
        ).returning(SitChange),
        execution_options={"populate_existing": True},
    )
    if written is None:
        raise ChangedMeanwhile
    session().expire(sit.series, ["changes"])
    return written
