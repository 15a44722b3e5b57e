"""The plan schema: a sit's timed segments and bells as data, read and checked.

``Plan.from_json`` refuses whatever a teacher could not have meant, in words a teacher understands, and a plan by
which people could not sit well. What a plan means at a moment is in ``community.sits.plan``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from community.errors import Invalid

CIRCLE_S: Final = 900  # a circle, unless the plan says otherwise

TOTAL_S: Final = (60, 3 * 60 * 60)
CIRCLE_RANGE_S: Final = (60, 60 * 60)
SEGMENTS_MOST: Final = 60
STROKES_MOST: Final = 9
TEXT_MOST: Final = 140  # what can be read at a glance and let go of
TEXT_GAP_S: Final = 8
QUIET_END_S: Final = 20
TITLE_MOST: Final = 120
CARE_MOST: Final = 12
CARE_NOTE_MOST: Final = 400
VERSION_MOST: Final = 1_000_000

_PLAN_KEYS: Final = frozenset({"id", "title", "version", "total_s", "segments", "care", "circle_s"})
_SEGMENT_KEYS: Final = frozenset({"at_s", "kind", "bells", "text", "layer", "optional"})
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_JOINERS: Final = {0x200C: None, 0x200D: None}  # invisible, and needed to write Persian, Hindi and others well


class UnsoundPlan(Invalid):
    """What was given is no plan that people could sit by; ``field`` says where, as in ``segments[2].text``."""


class Kind(StrEnum):
    """What a segment is."""

    BELL = "bell"
    CUE = "cue"
    SILENCE = "silence"
    WALK = "walk"
    WRITE = "write"
    CIRCLE = "circle"


class Layer(StrEnum):
    """Where the words of a segment lead: knowing follows feeling, so body comes before image before words."""

    BODY = "body"
    IMAGE = "image"
    WORDS = "words"


_KINDS: Final = {kind.value: kind for kind in Kind}
_LAYERS: Final = {layer.value: layer for layer in Layer}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One stretch of a plan: it begins ``at_s`` seconds after the first bell and lasts until the next one.

    ``bells`` strokes ring as it begins. ``layer`` says where its words lead, if its writer said so. ``optional`` is
    for the teacher's eye; everybody keeps the same time.
    """

    at_s: int
    kind: Kind
    bells: int = 0
    text: str | None = None
    layer: Layer | None = None
    optional: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the segment as plain data, without what it does not have."""
        data: dict[str, Any] = {"at_s": self.at_s, "kind": self.kind.value}
        if self.bells:
            data["bells"] = self.bells
        if self.text:
            data["text"] = self.text
        if self.layer:
            data["layer"] = self.layer.value
        if self.optional:
            data["optional"] = True
        return data


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
        given = _known(data, _PLAN_KEYS, "A plan", "plan")
        segments = _segments(given.get("segments"))
        circle_s = _number(given.get("circle_s", CIRCLE_S), CIRCLE_RANGE_S, "The length of the circle", "circle_s")
        has_circle = any(segment.kind is Kind.CIRCLE for segment in segments)
        if "circle_s" in given and not has_circle:
            raise UnsoundPlan("The plan says how long its circle is, and has no circle.", field="circle_s")
        plan = cls(
            id=_identifier(given.get("id")),
            title=_words(given.get("title"), TITLE_MOST, "The title", "title"),
            version=_number(given.get("version"), (1, VERSION_MOST), "The version", "version"),
            total_s=_number(given.get("total_s"), TOTAL_S, "The length of the sit", "total_s"),
            segments=segments,
            care=_care(given.get("care")),
            circle_s=circle_s if has_circle else None,
        )
        for problem, field in _problems(plan):
            raise UnsoundPlan(problem, field=field)
        return plan

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


def clock(seconds: int) -> str:
    """Write a time within a sit as people read it: ``6:30``."""
    return f"{seconds // 60}:{seconds % 60:02d}"


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


def _segments(value: object) -> tuple[Segment, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        raise UnsoundPlan("A plan needs its segments: at least a bell to begin and a bell to end.", field="segments")
    if len(value) > SEGMENTS_MOST:
        raise UnsoundPlan(
            f"A plan holds {SEGMENTS_MOST} segments at most. Let some of it be silence.", field="segments"
        )
    return tuple(_segment(data, n) for n, data in enumerate(value, 1))


def _segment(data: object, n: int) -> Segment:
    what, field = f"Segment {n}", f"segments[{n - 1}]"
    given = _known(data, _SEGMENT_KEYS, what, field)
    kind = _kind(given.get("kind"), what, field)
    optional = given.get("optional", False)
    if not isinstance(optional, bool):
        raise UnsoundPlan(f"{what} is optional or it is not: yes or no.", field=f"{field}.optional")
    return Segment(
        at_s=_number(given.get("at_s"), (0, TOTAL_S[1]), f"The second at which segment {n} begins", f"{field}.at_s"),
        kind=kind,
        bells=_bells(given, kind, n),
        text=_text(given, kind, n),
        layer=_layer(given, n),
        optional=optional,
    )


def _kind(value: object, what: str, field: str) -> Kind:
    kind = _KINDS.get(value) if isinstance(value, str) else None
    if kind is None:
        raise UnsoundPlan(
            f"{what} is of a kind we do not know. Choose from {', '.join(_KINDS)}.", field=f"{field}.kind"
        )
    return kind


def _bells(given: Mapping[str, Any], kind: Kind, n: int) -> int:
    field = f"segments[{n - 1}].bells"
    least = 1 if kind is Kind.BELL else 0
    strokes = _number(given.get("bells", least), (least, STROKES_MOST), f"The bells of segment {n}", field)
    if strokes and kind is Kind.CIRCLE:
        raise UnsoundPlan("The circle follows the closing bell and has none of its own.", field=field)
    return strokes


def _text(given: Mapping[str, Any], kind: Kind, n: int) -> str | None:
    field = f"segments[{n - 1}].text"
    if kind is Kind.CUE and "text" not in given:
        raise UnsoundPlan(f"Segment {n} is a cue and needs its words.", field=field)
    if "text" not in given:
        return None
    if kind is Kind.SILENCE:
        raise UnsoundPlan(f"Segment {n} is silence and has no words. Make it a cue to say something.", field=field)
    return _words(given["text"], TEXT_MOST, f"The text of segment {n}", field)


def _layer(given: Mapping[str, Any], n: int) -> Layer | None:
    value, field = given.get("layer"), f"segments[{n - 1}].layer"
    if value is None:
        return None
    if not isinstance(value, str) or value not in _LAYERS:
        raise UnsoundPlan(
            f"Segment {n} leads to a layer we do not know. Choose from {', '.join(_LAYERS)}.", field=field
        )
    if "text" not in given:
        raise UnsoundPlan(f"Segment {n} has no words, so it needs no layer.", field=field)
    return _LAYERS[value]


# --- the linter: rules about the whole ---

_Problems = list[tuple[str, str]]


def _problems(plan: Plan) -> _Problems:
    """List what keeps a well-formed plan from being a good one, with the field to look at."""
    return [*_order(plan), *_frame(plan), *_circles(plan), *_spoken(plan), *_body_first(plan)]


def _order(plan: Plan) -> _Problems:
    return [
        (f"Segment {n + 1} begins at {clock(later.at_s)}, not after the one before it.", f"segments[{n}].at_s")
        for n, (earlier, later) in enumerate(pairwise(plan.segments), 1)
        if later.at_s <= earlier.at_s and later.kind is not Kind.CIRCLE
    ]


def _frame(plan: Plan) -> _Problems:
    """A bell begins, a bell ends: the one thing that nobody may be left waiting for."""
    first = plan.segments[0]
    sat = [segment for segment in plan.segments if segment.kind is not Kind.CIRCLE]
    found: _Problems = []
    if first.kind is not Kind.BELL or first.at_s != 0:
        found.append(("A sit begins with a bell, at second 0.", "segments[0]"))
    if not sat or sat[-1].kind is not Kind.BELL or sat[-1].at_s != plan.total_s:
        sentence = f"A sit ends with a bell: add one at {clock(plan.total_s)} (second {plan.total_s})."
        found.append((sentence, f"segments[{max(len(sat) - 1, 0)}]"))
    return found


def _circles(plan: Plan) -> _Problems:
    return [
        ("There is one circle at most, last of all, at the second of the closing bell.", f"segments[{n}]")
        for n, segment in enumerate(plan.segments)
        if segment.kind is Kind.CIRCLE and (n != len(plan.segments) - 1 or segment.at_s != plan.total_s)
    ]


def _spoken(plan: Plan) -> _Problems:
    """Words need time to be read and let go of, and none stand in the way of the closing bell."""
    said = [
        (n, segment.at_s) for n, segment in enumerate(plan.segments) if segment.text and segment.at_s < plan.total_s
    ]
    found = [
        (
            f"The words at {clock(at_s)} come too soon: leave {TEXT_GAP_S} seconds after the ones before.",
            f"segments[{n}]",
        )
        for (_, before), (n, at_s) in pairwise(said)
        if at_s - before < TEXT_GAP_S
    ]
    found += [
        (
            f"The words at {clock(at_s)} are too near the end: the last {QUIET_END_S} seconds are quiet.",
            f"segments[{n}]",
        )
        for n, at_s in said
        if at_s > plan.total_s - QUIET_END_S
    ]
    return found


def _body_first(plan: Plan) -> _Problems:
    """Knowing follows feeling: nobody is asked to write before there was breath, body or quiet."""
    for n, segment in enumerate(plan.segments):
        if segment.kind in {Kind.CUE, Kind.SILENCE, Kind.WALK} or (segment.kind is Kind.BELL and segment.text):
            return []
        if segment.kind is Kind.WRITE:
            return [("Let body or breath come first: put a cue or some silence before the writing.", f"segments[{n}]")]
    return []
