"""The plan schema: a sit's timed segments and bells as data, read and checked.

``Plan.from_json`` refuses whatever a teacher could not have meant, in words a teacher understands, and a plan by
which people could not sit well. What a plan means at a moment is in ``community.sits.plan``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from community.errors import Invalid
from community.practices.rules import Finding, broken, place
from community.practices.segments import (
    CARE_MOST,
    CARE_NOTE_MOST,
    CIRCLE_RANGE_S,
    CIRCLE_S,
    SEGMENTS_MOST,
    STROKES_MOST,
    TEXT_MOST,
    TITLE_MOST,
    TOTAL_S,
    VERSION_MOST,
    Kind,
    Layer,
    Segment,
    clock,
)

__all__ = ["CIRCLE_S", "Kind", "Layer", "Plan", "Reading", "Segment", "UnsoundPlan", "clock", "read"]

Part = TypeVar("Part")

_PLAN_KEYS: Final = frozenset({"id", "title", "version", "total_s", "segments", "care", "circle_s"})
_SEGMENT_KEYS: Final = frozenset({"at_s", "kind", "bells", "text", "layer", "optional"})
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_JOINERS: Final = {0x200C: None, 0x200D: None}  # invisible, and needed to write Persian, Hindi and others well
_KINDS: Final = {kind.value: kind for kind in Kind}
_LAYERS: Final = {layer.value: layer for layer in Layer}


class UnsoundPlan(Invalid):
    """What was given is no plan that people could sit by; ``field`` says where, as in ``segments[2].text``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sound plan. The closing bell is at ``total_s``; a circle of ``circle_s`` may follow it."""

    id: str
    title: str
    version: int
    total_s: int
    segments: tuple[Segment, ...]
    care: tuple[str, ...]
    circle_s: int | None = None

    @classmethod
    def from_json(cls, data: object) -> "Plan":
        """Read a plan from plain data, or raise UnsoundPlan with the first thing that does not fit."""
        reading = read(data)
        for finding in reading.findings:
            raise UnsoundPlan(finding.sentence, field=finding.field)
        return cls(**reading.parts)

    def to_json(self) -> dict[str, Any]:
        """Give the plan as plain data; ``from_json`` reads the same plan from it."""
        data: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "version": self.version,
            "total_s": self.total_s,
            "segments": [segment.to_json() for segment in self.segments],
            "care": list(self.care),
        }
        if self.circle_s is not None:
            data["circle_s"] = self.circle_s
        return data

    @property
    def sitting(self) -> tuple[Segment, ...]:
        """The segments from the first bell up to the closing bell, which is not one of them."""
        return tuple(segment for segment in self.segments if segment.at_s < self.total_s)


@dataclass(slots=True)
class Reading:
    """What could be read of given data: the parts of a plan, and all that does not fit."""

    parts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def take(self, look: Callable[..., Part], *given: Any) -> Part | None:
        """Read one part; where it does not fit, that is noted and the reading goes on."""
        try:
            return look(*given)
        except UnsoundPlan as problem:
            self.findings.append(Finding(problem.field or "plan", problem.sentence))
            return None


def read(data: object) -> Reading:
    """Read all that can be read of a plan, and hold it to every rule that its readable lines can be held to."""
    reading = Reading()
    given = reading.take(_known, data, _PLAN_KEYS, "A plan", "plan")
    if given is None:
        return reading
    lines = _lines(reading, given.get("segments"))
    # Only lines that are whole make a plan; the rules look at what could be read of the others, too.
    whole = bool(lines) and not reading.findings
    segments = tuple(line for line in lines if line) if whole else None
    circle_s = reading.take(_circle_s, given, segments)
    total_s = reading.take(_number, given.get("total_s"), TOTAL_S, "The length of the sit", "total_s")
    version = (1, VERSION_MOST)
    reading.parts = {
        "id": reading.take(_identifier, given.get("id")),
        "title": reading.take(_words, given.get("title"), TITLE_MOST, "The title", "title"),
        "version": reading.take(_number, given.get("version"), version, "The version", "version"),
        "total_s": total_s,
        "segments": segments,
        "care": reading.take(_care, given.get("care")),
        "circle_s": circle_s,
    }
    if total_s is not None:
        reading.findings += broken(lines, total_s, whole=whole)
    return reading


# --- reading ---


def _known(data: object, keys: frozenset[str], what: str, field: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise UnsoundPlan(f"{what} is a set of named parts, and this is not.", field=field)
    if not data.keys() <= keys:
        raise UnsoundPlan(f"{what} knows only these parts: {', '.join(sorted(keys))}.", field=field)
    return {key: value for key, value in data.items() if value is not None}


def _number(value: object, span: tuple[int, int], what: str, field: str) -> int:
    least, most = span
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnsoundPlan(f"{what} needs a whole number.", field=field)
    if not least <= value <= most:
        raise UnsoundPlan(f"{what} is a number from {least} to {most}.", field=field)
    return value


def _words(value: object, most: int, what: str, field: str) -> str:
    if not isinstance(value, str):
        raise UnsoundPlan(f"{what} needs words.", field=field)
    if len(value) > 4 * most:
        raise UnsoundPlan(f"{what} can be {most} characters long; this is far longer.", field=field)
    text = " ".join(value.split())
    if not text:
        raise UnsoundPlan(f"{what} needs words.", field=field)
    if len(text) > most:
        raise UnsoundPlan(f"{what} can be {most} characters long; this has {len(text)}.", field=field)
    if not (text.isprintable() or text.translate(_JOINERS).isprintable()):
        raise UnsoundPlan(f"{what} holds a sign that cannot be shown. Type it again.", field=field)
    return text


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise UnsoundPlan("The plan's id is a short name of small letters, digits, - and _.", field="id")
    return value


def _care(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        raise UnsoundPlan("Add at least one care note: what may come up, and what one may always do.", field="care")
    if len(value) > CARE_MOST:
        raise UnsoundPlan(f"{CARE_MOST} care notes are the most that people will read.", field="care")
    return tuple(_words(note, CARE_NOTE_MOST, f"Care note {n}", f"care[{n - 1}]") for n, note in enumerate(value, 1))


def _circle_s(given: Mapping[str, Any], segments: tuple[Segment, ...] | None) -> int | None:
    circle_s = _number(given.get("circle_s", CIRCLE_S), CIRCLE_RANGE_S, "The length of the circle", "circle_s")
    has_circle = any(segment.kind is Kind.CIRCLE for segment in segments or ())
    if "circle_s" in given and not has_circle and segments is not None:
        raise UnsoundPlan("The plan says how long its circle is, and has no circle.", field="circle_s")
    return circle_s if has_circle else None


def _lines(reading: Reading, value: object) -> list[Segment | None]:
    """Read every line; None where one has no time or kind that we know."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        told = "A plan needs its lines: at least a bell to begin and a bell to end."
        reading.findings.append(Finding("segments", told))
        return []
    if len(value) > SEGMENTS_MOST:
        told = f"A plan holds {SEGMENTS_MOST} lines at most. Let some of it be silence."
        reading.findings.append(Finding("segments", told))
        return []
    return [_segment(reading, data, n) for n, data in enumerate(value)]


def _segment(reading: Reading, data: object, n: int) -> Segment | None:
    """Read all parts of a line, so that whatever does not fit is said at once."""
    given = reading.take(_known, data, _SEGMENT_KEYS, f"Line {n + 1}", place(n))
    if given is None:
        return None
    what = _called(given.get("at_s"), n)
    kind = reading.take(_kind, given.get("kind"), what, n)
    optional = reading.take(_optional, given, what, n)
    text = reading.take(_text, given, kind, what, n)
    begins = f"Line {n + 1}: the second at which it begins"
    at_s = reading.take(_number, given.get("at_s"), (0, TOTAL_S[1]), begins, place(n, "at_s"))
    bells = reading.take(_bells, given, kind, what, n)
    layer = reading.take(_layer, given, kind, what, n)
    if at_s is None or kind is None:
        return None
    return Segment(at_s=at_s, kind=kind, bells=bells or 0, text=text, layer=layer, optional=bool(optional))


def _optional(given: Mapping[str, Any], what: str, n: int) -> bool:
    optional = given.get("optional", False)
    if not isinstance(optional, bool):
        raise UnsoundPlan(f"{what}: a line is optional or it is not, yes or no.", field=place(n, "optional"))
    return optional


def _called(at_s: object, n: int) -> str:
    """Name a line by its time, as its writer knows it; one without a time by its place."""
    timed = isinstance(at_s, int) and not isinstance(at_s, bool) and 0 <= at_s <= TOTAL_S[1]
    return f"At {clock(at_s)}" if timed else f"Line {n + 1}"  # type: ignore[arg-type]


def _kind(value: object, what: str, n: int) -> Kind:
    kind = _KINDS.get(value) if isinstance(value, str) else None
    if kind is None:
        known = ", ".join(_KINDS)
        raise UnsoundPlan(f"{what}: this is of a kind we do not know. Choose from {known}.", field=place(n, "kind"))
    return kind


def _layer(given: Mapping[str, Any], kind: Kind | None, what: str, n: int) -> Layer | None:
    value = given.get("layer")
    if value is None:
        return None
    layer = _LAYERS.get(value) if isinstance(value, str) else None
    if layer is None:
        known = ", ".join(_LAYERS)
        raise UnsoundPlan(f"{what}: words lead to one of {known}. Choose one of these.", field=place(n, "layer"))
    if "text" not in given and kind not in {None, Kind.WALK, Kind.WRITE}:
        raise UnsoundPlan(f"{what}: nothing is said here, so it leads nowhere yet.", field=place(n, "layer"))
    return layer


def _bells(given: Mapping[str, Any], kind: Kind | None, what: str, n: int) -> int:
    least = 1 if kind is Kind.BELL else 0
    spot = place(n, "bells")
    strokes = _number(given.get("bells", least), (least, STROKES_MOST), f"{what}: how often the bell rings", spot)
    if strokes and kind is Kind.CIRCLE:
        raise UnsoundPlan(f"{what}: the circle follows the closing bell and has none of its own.", field=spot)
    return strokes


def _text(given: Mapping[str, Any], kind: Kind | None, what: str, n: int) -> str | None:
    spot = place(n, "text")
    if kind is Kind.CUE and "text" not in given:
        raise UnsoundPlan(f"{what}: a cue needs its words.", field=spot)
    if "text" not in given:
        return None
    if kind is Kind.SILENCE:
        raise UnsoundPlan(f"{what}: silence has no words. Make it a cue to say something.", field=spot)
    return _words(given["text"], TEXT_MOST, f"{what}: the text", spot)
