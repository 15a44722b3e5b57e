"""What a plan means at any moment: its phases, bells and edges.

All of it is a pure function of (plan, start, now): a process started at any moment knows the same phase, the same
bells and the same edges. Times are aware; intervals are half-open, so that a moment belongs to one phase.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from community.practices.schema import CIRCLE_S, Kind, Plan, Segment, UnsoundPlan, clock

__all__ = [
    "CIRCLE_S",
    "CLOSING_BELL_S",
    "DOORS_S",
    "SETTLING_S",
    "Bell",
    "BellKind",
    "Kind",
    "Phase",
    "PhaseName",
    "Plan",
    "Segment",
    "UnsoundPlan",
    "bells",
    "clock",
    "closes_at",
    "doors_open_at",
    "edge_index",
    "edges",
    "phase_at",
    "still",
    "timeline",
]

DOORS_S: Final = 600  # the doors open ten minutes before the first bell
SETTLING_S: Final = 60  # the last minute before it
CLOSING_BELL_S: Final = 30  # the closing bell is left to fade before anything else happens


# --- phases ---


class PhaseName(StrEnum):
    """Where a sit is."""

    SCHEDULED = "scheduled"
    DOORS = "doors"
    SETTLING = "settling"
    SITTING = "sitting"
    CLOSING_BELL = "closing_bell"
    CIRCLE = "circle"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a sit's time: [since, until). ``segment`` counts ``plan.segments`` while sitting, from 0.

    ``since`` is None for the first phase and ``until`` for the last: they have no beginning and no end.
    """

    name: PhaseName
    segment: int | None
    since: datetime | None
    until: datetime | None


def _marks(plan: Plan) -> list[tuple[int, PhaseName, int | None]]:
    """List where each phase after the first begins, in seconds from the first bell."""
    end = plan.total_s + CLOSING_BELL_S
    marks: list[tuple[int, PhaseName, int | None]] = [
        (-DOORS_S, PhaseName.DOORS, None),
        (-SETTLING_S, PhaseName.SETTLING, None),
        *((segment.at_s, PhaseName.SITTING, k) for k, segment in enumerate(plan.sitting)),
        (plan.total_s, PhaseName.CLOSING_BELL, None),
    ]
    if plan.circle_s is not None:
        marks.append((end, PhaseName.CIRCLE, None))
        end += plan.circle_s
    return [*marks, (end, PhaseName.CLOSED, None)]


def phase_at(plan: Plan, start: datetime, now: datetime) -> Phase:
    """Say in which phase the sit is: nothing but (plan, start, now) decides it."""
    start, marks = _utc(start), _marks(plan)
    passed = bisect_right(marks, _utc(now) - start, key=lambda mark: timedelta(seconds=mark[0]))
    _, name, segment = marks[passed - 1] if passed else (0, PhaseName.SCHEDULED, None)
    return Phase(
        name,
        segment,
        start + timedelta(seconds=marks[passed - 1][0]) if passed else None,
        start + timedelta(seconds=marks[passed][0]) if passed < len(marks) else None,
    )


def timeline(plan: Plan, start: datetime) -> list[Phase]:
    """List every phase in order; together they cover all time without gap or overlap."""
    start, marks = _utc(start), _marks(plan)
    moments = [start + timedelta(seconds=at_s) for at_s, _, _ in marks]
    phases = [Phase(PhaseName.SCHEDULED, None, None, moments[0])]
    for (_, name, segment), since, until in zip(marks, moments, [*moments[1:], None], strict=True):
        phases.append(Phase(name, segment, since, until))
    return phases


def still(plan: Plan, start: datetime, now: datetime) -> bool:
    """Say whether people are sitting, so that nothing they see may change before the next edge."""
    return timedelta(0) <= _utc(now) - _utc(start) < timedelta(seconds=plan.total_s)


def doors_open_at(start: datetime) -> datetime:
    """Give the moment from which one may take a seat."""
    return _utc(start) - timedelta(seconds=DOORS_S)


def closes_at(plan: Plan, start: datetime) -> datetime:
    """Give the moment from which the room is closed, the circle included."""
    return _utc(start) + timedelta(seconds=_marks(plan)[-1][0])


def edges(plan: Plan, start: datetime) -> list[datetime]:
    """List the moments at which a still room may catch up: each segment's beginning and the closing bell."""
    start = _utc(start)
    return [start + timedelta(seconds=at_s) for at_s in (*(segment.at_s for segment in plan.sitting), plan.total_s)]


def edge_index(plan: Plan, start: datetime, now: datetime) -> int:
    """Count the edges passed by now; a greater number than last time means a new one was passed."""
    return bisect_right(edges(plan, start), _utc(now))


# --- bells ---


class BellKind(StrEnum):
    """What a bell is for: each may sound a little different."""

    OPENING = "opening"
    INTERVAL = "interval"
    WALKING = "walking"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Bell:
    """A moment at which the bell rings, with so many strokes."""

    at: datetime
    strokes: int
    kind: BellKind


def bells(plan: Plan, start: datetime) -> list[Bell]:
    """List every bell of the sit, the closing bell always among them."""
    start = _utc(start)
    return [
        Bell(start + timedelta(seconds=segment.at_s), segment.bells, _bell_kind(plan, k))
        for k, segment in enumerate(plan.segments)
        if segment.bells
    ]


def _bell_kind(plan: Plan, k: int) -> BellKind:
    """A walking bell sends people off to walk or calls them back."""
    segment = plan.segments[k]
    if segment.at_s == 0:
        return BellKind.OPENING
    if segment.at_s == plan.total_s:
        return BellKind.CLOSING
    if Kind.WALK in {near.kind for near in plan.segments[k - 1 : k + 2]}:
        return BellKind.WALKING
    return BellKind.INTERVAL


def _utc(moment: datetime) -> datetime:
    """Refuse a naive time, which is a mistake of ours; count in UTC, where every minute has its length."""
    if moment.tzinfo is None:
        raise ValueError("a sit's times are aware")
    return moment.astimezone(UTC)
