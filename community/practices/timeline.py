"""A plan as a drawing: where words, silence, walking and writing lie on a line, and where bells ring. Pure."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from community.practices.schema import Kind, Plan, Segment

WIDTH: Final = 680
BELL: Final = 9  # the radius of a bowl, which is drawn whole at both ends
_GAP: Final = 2
_LEAST: Final = 1.5  # of a stretch of a few seconds, so that it can be seen


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the line: ``kind`` is words, silence, walk or write."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn, in a space ``WIDTH`` wide."""

    stretches: tuple[Stretch, ...]
    bells: tuple[float, ...]


def timeline(plan: Plan) -> Timeline:
    """Lay a plan out from the first bell to the closing bell; the circle that may follow has no place on the line."""
    scale = WIDTH / plan.total_s
    moments = [*(segment.at_s for segment in plan.sitting), plan.total_s]
    stretches = (
        Stretch(_kind(segment), round(begins * scale + _GAP / 2, 1), _width((ends - begins) * scale))
        for segment, (begins, ends) in zip(plan.sitting, pairwise(moments), strict=True)
    )
    bells = (segment.at_s * scale for segment in plan.segments if segment.bells)
    return Timeline(tuple(stretches), tuple(round(min(max(x, BELL), WIDTH - BELL), 1) for x in bells))


def _kind(segment: Segment) -> str:
    if segment.kind in {Kind.WALK, Kind.WRITE}:
        return segment.kind.value
    return "words" if segment.text else "silence"


def _width(length: float) -> float:
    return round(max(length - _GAP, _LEAST), 1)
