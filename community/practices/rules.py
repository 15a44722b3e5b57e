"""The rules that a plan has to keep as a whole, each of them once: order, bells, words, layers, what is optional.

They look at segments that could be read. What one segment may be by itself is in ``schema``, and what would only be
unwise is in ``linter``.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from itertools import pairwise
from typing import Final

from community.practices.segments import QUIET_END_S, TEXT_GAP_S, Kind, Layer, Segment, clock


class Weight(StrEnum):
    """Whether a plan can stand as it is."""

    MUST = "must"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at again: where, as in ``segments[2].text``, what would work, and whether it has to be."""

    field: str
    sentence: str
    weight: Weight = Weight.MUST


_PLACE: Final = re.compile(r"segments\[(\d+)\]")

Segments = Sequence[Segment]
Rule = Callable[[Segments, int], Iterator[Finding]]


class Needs(Enum):
    """Which lines a rule has to know before what it says is true, where some cannot be read yet."""

    TWO = "those that it speaks of"
    FIRST = "the first line"
    LAST = "the last lines, which say when the sit ends"
    ALL = "every line, whole"


def broken(lines: Sequence[Segment | None], total_s: int, *, whole: bool) -> Iterator[Finding]:
    """Give what keeps lines from being a plan that people can sit by; None is a line that could not be read.

    ``whole`` says that there is nothing amiss with any of them.
    """
    places = [n for n, line in enumerate(lines) if line]
    segments = tuple(line for line in lines if line)
    if not segments:
        return
    end = lines[-2:] if segments[-1].kind is Kind.CIRCLE else lines[-1:]
    known = {
        Needs.TWO: True,
        Needs.FIRST: lines[0] is not None,
        Needs.LAST: None not in end,
        Needs.ALL: whole,
    }
    for rule, needs in RULES:
        if known[needs]:
            for finding in rule(segments, total_s):
                field = _PLACE.sub(lambda found: place(places[int(found[1])]), finding.field)
                yield replace(finding, field=field)


def place(n: int, part: str = "") -> str:
    """Name the segment at this place in the list, or a part of it."""
    return f"segments[{n}]{f'.{part}' if part else ''}"


def _in_order(segments: Segments, _total_s: int) -> Iterator[Finding]:
    for n, (earlier, later) in enumerate(pairwise(segments), 1):
        if later.at_s <= earlier.at_s and later.kind is not Kind.CIRCLE:
            together = later.at_s == earlier.at_s
            why = "the line before it begins at the same time" if together else f"it stands after {clock(earlier.at_s)}"
            yield Finding(place(n, "at_s"), f"At {clock(later.at_s)}: {why}. Give this one a later time.")


def _inside(segments: Segments, total_s: int) -> Iterator[Finding]:
    for n, segment in enumerate(segments):
        if segment.at_s > total_s:
            yield Finding(
                place(n, "at_s"),
                f"At {clock(segment.at_s)}: the sit ends at {clock(total_s)}. "
                "Give the line an earlier time, or the sit more of it.",
            )


def _begins_with_a_bell(segments: Segments, _total_s: int) -> Iterator[Finding]:
    """A bell begins, a bell ends: the one thing that nobody may be left waiting for."""
    first = segments[0]
    if first.kind is not Kind.BELL or first.at_s != 0:
        yield Finding(place(0), f"At {clock(first.at_s)}: a sit begins with a bell at 0:00. Put one first.")


def _ends_with_a_bell(segments: Segments, total_s: int) -> Iterator[Finding]:
    sat = [n for n, segment in enumerate(segments) if segment.kind is not Kind.CIRCLE]
    last = segments[sat[-1]] if sat else None
    if last is None or last.kind is not Kind.BELL or last.at_s != total_s:
        at_s = last.at_s if last else 0
        when = f"at {clock(total_s)}" if at_s < total_s else "where the time is over"
        yield Finding(
            place(sat[-1] if sat else 0), f"At {clock(at_s)}: a sit ends with a bell. Add one {when}, as the last line."
        )


def _bells_are_for_all(segments: Segments, total_s: int) -> Iterator[Finding]:
    for n, segment in enumerate(segments):
        if segment.optional and segment.kind is Kind.BELL and segment.at_s in {0, total_s}:
            yield Finding(
                place(n, "optional"),
                f"At {clock(segment.at_s)}: the first and the last bell ring for everybody. They are not optional.",
            )


def _one_circle_last(segments: Segments, total_s: int) -> Iterator[Finding]:
    for n, segment in enumerate(segments):
        if segment.kind is Kind.CIRCLE and (n != len(segments) - 1 or segment.at_s != total_s):
            yield Finding(
                place(n),
                f"At {clock(segment.at_s)}: there is one circle at most, last of all, and it begins with the closing "
                f"bell at {clock(total_s)}.",
            )


def spoken(segments: Segments, total_s: int) -> list[tuple[int, Segment]]:
    """Give the segments that say something before the closing bell, each with its place."""
    return [(n, segment) for n, segment in enumerate(segments) if segment.text and segment.at_s < total_s]


def _words_have_time(segments: Segments, total_s: int) -> Iterator[Finding]:
    """Words need time to be read and let go of."""
    for (_, before), (n, segment) in pairwise(spoken(segments, total_s)):
        if 0 < segment.at_s - before.at_s < TEXT_GAP_S:
            yield Finding(
                place(n, "at_s"),
                f"At {clock(segment.at_s)}: these words come too soon after those at {clock(before.at_s)}. "
                f"Leave at least {TEXT_GAP_S} seconds, so from {clock(before.at_s + TEXT_GAP_S)} on.",
            )


def _the_end_is_quiet(segments: Segments, total_s: int) -> Iterator[Finding]:
    for n, segment in spoken(segments, total_s):
        if segment.at_s > total_s - QUIET_END_S:
            yield Finding(
                place(n, "at_s"),
                f"At {clock(segment.at_s)}: these words are too near the end. The last {QUIET_END_S} seconds are "
                f"quiet, so say them by {clock(max(total_s - QUIET_END_S, 0))}.",
            )


def _body_before_image_before_words(segments: Segments, _total_s: int) -> Iterator[Finding]:
    """Knowing follows feeling. A plan that marks no layers is read as plans were before there were any."""
    if not any(segment.layer for segment in segments):
        yield from _feeling_before_writing(segments)
        return
    first = {layer: next((n for n, each in enumerate(segments) if each.leads_to is layer), None) for layer in Layer}
    body, image, words = first[Layer.BODY], first[Layer.IMAGE], first[Layer.WORDS]
    for n, named in ((image, "an image"), (words, "words and meaning")):
        if n is not None and (body is None or body > n):
            yield Finding(
                place(n, "layer"),
                f"At {clock(segments[n].at_s)}: this goes to {named} before anything has gone to the body. "
                "Begin with breath, hands, feet or sounds.",
            )
    if image is not None and words is not None and words < image:
        yield Finding(
            place(image, "layer"),
            f"At {clock(segments[image].at_s)}: the first image comes after words, those at "
            f"{clock(segments[words].at_s)}. Let the image come first, and what it tells one afterwards.",
        )


def _feeling_before_writing(segments: Segments) -> Iterator[Finding]:
    for n, segment in enumerate(segments):
        felt = segment.kind in {Kind.CUE, Kind.SILENCE, Kind.WALK} or (segment.kind is Kind.BELL and segment.text)
        if felt:
            return
        if segment.kind is Kind.WRITE:
            yield Finding(
                place(n),
                f"At {clock(segment.at_s)}: let body or breath come first. Put a cue or silence before the writing.",
            )
            return


RULES: Final[tuple[tuple[Rule, Needs], ...]] = (
    (_in_order, Needs.TWO),
    (_inside, Needs.LAST),
    (_begins_with_a_bell, Needs.FIRST),
    (_ends_with_a_bell, Needs.LAST),
    (_bells_are_for_all, Needs.LAST),
    (_one_circle_last, Needs.LAST),
    (_words_have_time, Needs.TWO),
    (_the_end_is_quiet, Needs.LAST),
    (_body_before_image_before_words, Needs.ALL),
)
