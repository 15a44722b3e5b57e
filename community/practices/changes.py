"""What changed between two versions of a practice, in words: line by line, and within a line word by word. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from community.practices.kinds import SYSTEM_WORDS, TRIGGER_WORDS
from community.practices.library import Practice
from community.practices.segments import Kind, Layer, Segment, clock

_ALIKE: Final = 0.4
"""How much two lines share that are shown as one line changed, and not as one taken out and one added."""
_PARTS: Final = re.compile(r"\w+\s*|[^\w]\s*")
_LOOK: Final = 4
"""How many lines ahead a line is looked for that was only said otherwise."""
_WORDS_MOST: Final = 600
"""Longer lines are shown whole: looking for what they share would keep a worker busy."""


class Mark(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    TAKEN_OUT = "taken_out"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words that went one way together."""

    mark: Mark
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line that was added, taken out, or said otherwise: then it has pieces of both kinds."""

    pieces: tuple[Piece, ...]

    @property
    def said(self) -> str:
        """Name what happened, so that nobody has to see colours."""
        marks = {piece.mark for piece in self.pieces}
        if marks == {Mark.ADDED}:
            return "Added"
        return "Taken out" if marks == {Mark.TAKEN_OUT} else "Changed"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a practice in which something changed."""

    name: str
    changes: tuple[Change, ...]


def changes_between(before: Practice, after: Practice) -> list[Section]:
    """List the parts of a practice that changed; an empty list says that every word is the same."""
    parts = (
        ("Title", [before.title], [after.title]),
        ("In a sentence", [before.lead], [after.lead]),
        ("The plan", plan_lines(before), plan_lines(after)),
        ("Take care", before.plan.care, after.plan.care),
        ("What it is for", _paragraphs(before.about), _paragraphs(after.about)),
        ("What it nourishes", [SYSTEM_WORDS[before.nourishes]], [SYSTEM_WORDS[after.nourishes]]),
        ("What it meets", _met(before), _met(after)),
        ("With a teacher", [_led(before)], [_led(after)]),
    )
    sections = (Section(name, tuple(_changed(list(old), list(new)))) for name, old, new in parts)
    return [section for section in sections if section.changes]


def plan_lines(practice: Practice) -> list[str]:
    """Put every line of a plan into words that say all there is to it."""
    plan = practice.plan
    lines = [_line(segment) for segment in plan.segments if segment.kind is not Kind.CIRCLE]
    return lines if plan.circle_s is None else [*lines, f"Then a circle of {plan.circle_s // 60} minutes."]


_KIND_WORDS: Final = {Kind.SILENCE: "silence", Kind.WALK: "walking", Kind.WRITE: "writing"}
_LAYER_WORDS: Final = {Layer.BODY: "leads to the body", Layer.IMAGE: "leads to an image", Layer.WORDS: "leads to words"}
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _line(segment: Segment) -> str:
    said = [f"{_NUMBERS[segment.bells]} {'bell' if segment.bells == 1 else 'bells'}"] if segment.bells else []
    said += [_KIND_WORDS[segment.kind]] if segment.kind in _KIND_WORDS else []
    said += [segment.text] if segment.text else []
    said += [_LAYER_WORDS[segment.layer]] if segment.layer else []
    said += ["if you like"] if segment.optional else []
    return " · ".join([clock(segment.at_s), *said])


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _met(practice: Practice) -> list[str]:
    return [TRIGGER_WORDS[trigger] for trigger in practice.meets]


def _led(practice: Practice) -> str:
    return "Only with a teacher in the room" if practice.teacher_led else "Alone or in any group"


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what != "equal":
            yield from _replaced(old[old_from:old_to], new[new_from:new_to])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Pair what was said otherwise; what finds no like was taken out or added."""
    left = list(old)
    for line in new:
        like = max(range(min(_LOOK, len(left))), key=lambda n: _likeness(left[n], line), default=None)
        if like is None or _likeness(left[like], line) < _ALIKE:
            yield Change((Piece(Mark.ADDED, line),))
            continue
        for passed in left[:like]:
            yield Change((Piece(Mark.TAKEN_OUT, passed),))
        yield Change(tuple(_within(left[like], line)))
        left = left[like + 1 :]
    for gone in left:
        yield Change((Piece(Mark.TAKEN_OUT, gone),))


def _likeness(one: str, other: str) -> float:
    before, after = _PARTS.findall(one), _PARTS.findall(other)
    if len(before) + len(after) > _WORDS_MOST:
        return 0
    return SequenceMatcher(a=before, b=after, autojunk=False).ratio()


def _within(old: str, new: str) -> Iterator[Piece]:
    before, after = _PARTS.findall(old), _PARTS.findall(new)
    for what, old_from, old_to, new_from, new_to in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece(Mark.SAME, "".join(before[old_from:old_to]))
            continue
        if old_from < old_to:
            yield Piece(Mark.TAKEN_OUT, "".join(before[old_from:old_to]))
        if new_from < new_to:
            yield Piece(Mark.ADDED, "".join(after[new_from:new_to]))
