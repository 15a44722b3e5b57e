"""The linter: what a plan must keep, and what would only be kinder otherwise, in sentences for its teacher.

Pure: it is given plain data and gives findings. The rules themselves are read from where the schema has them, so that
what is found here is what would be refused there.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from community.practices.rules import Finding, Segments, Weight, place, spoken
from community.practices.schema import read
from community.practices.segments import Kind, Layer, clock

__all__ = ["Finding", "Weight", "findings"]

WORDS_MOST_S: Final = 600
SILENCE_MOST_S: Final = 1200
STROKES_USUAL: Final = 3
LANDING_S: Final = 60
WRITING_LEAST_S: Final = 60

Parts = dict[str, Any]
Hint = Callable[[Parts], Iterator[Finding]]

_HARD: Final = re.compile(
    r"\b(suicid|dying|died|death|dead|grief|griev|bereave|abus|assault|trauma|powerless|helpless|self-harm|rape|violen)",
    re.IGNORECASE,
)
_WAY_OUT: Final = re.compile(r"\b(stop|leave|leaving|paus|eyes|shorter|skip)", re.IGNORECASE)
_TEACHER: Final = re.compile(r"\bteacher", re.IGNORECASE)


def findings(data: object, *, teacher_led: bool = False) -> list[Finding]:
    """List all that is to be looked at again, what must be changed first; nothing at all for a plan that is well made.

    ``teacher_led`` says that the practice is marked to be sat with a teacher in the room, which a plan does not hold.
    """
    reading = read(data)
    found = list(reading.findings)
    if reading.parts.get("segments") and reading.parts["total_s"]:
        for hint in HINTS:
            found += hint(reading.parts)
        if not teacher_led:
            found += _hard_ground(reading.parts)
    return sorted(found, key=lambda finding: finding.weight is Weight.MAY)


def _may(field: str, sentence: str) -> Finding:
    return Finding(field, sentence, Weight.MAY)


def _layers_unsaid(parts: Parts) -> Iterator[Finding]:
    segments: Segments = parts["segments"]
    for n, segment in enumerate(segments):
        if segment.kind is Kind.CUE and segment.layer is None:
            yield _may(
                place(n, "layer"),
                f"At {clock(segment.at_s)}: say whether these words go to body, image or words, "
                "so that the order can be looked after.",
            )
            return


def _long_talk(parts: Parts) -> Iterator[Finding]:
    """A stretch of words without silence that is longer than anybody can take in."""
    segments, total_s = parts["segments"], parts["total_s"]
    began: int | None = None
    ends = [segment.at_s for segment in segments[1:]] + [total_s]
    for segment, until in zip(segments, ends, strict=True):
        if segment.kind in {Kind.SILENCE, Kind.WALK, Kind.WRITE, Kind.CIRCLE}:
            began = None
        elif segment.text:
            began = segment.at_s if began is None else began
        if began is not None and until - began > WORDS_MOST_S:
            yield _may(
                "segments",
                f"From {clock(began)} on there are words for more than {WORDS_MOST_S // 60} minutes "
                "without a silence. Let some of it be quiet.",
            )
            return


def _long_silence(parts: Parts) -> Iterator[Finding]:
    segments, total_s = parts["segments"], parts["total_s"]
    ends = [segment.at_s for segment in segments[1:]] + [total_s]
    for n, (segment, until) in enumerate(zip(segments, ends, strict=True)):
        if segment.kind is Kind.SILENCE and until - segment.at_s > SILENCE_MOST_S:
            yield _may(
                place(n, "at_s"),
                f"At {clock(segment.at_s)}: this silence is longer than {SILENCE_MOST_S // 60} minutes. "
                "One bell on the way helps those who got lost in it.",
            )


def _no_silence(parts: Parts) -> Iterator[Finding]:
    quiet = {Kind.SILENCE, Kind.WALK}
    if not any(segment.kind in quiet for segment in parts["segments"]):
        yield _may("segments", "There is no silence in this plan yet. Even half a minute lets the words land.")


def _no_way_back(parts: Parts) -> Iterator[Finding]:
    """Before the last bell people are led back to the body or the room, where they had been led away from it."""
    said = [(n, segment) for n, segment in spoken(parts["segments"], parts["total_s"]) if segment.layer]
    if not said:
        return
    n, last = said[-1]
    hurried = last.layer is Layer.WORDS and parts["total_s"] - last.at_s < LANDING_S
    if last.layer is Layer.IMAGE or hurried:
        yield _may(
            place(n, "text"),
            f"At {clock(last.at_s)}: these are the last words, and they leave people in "
            f"{'an image' if last.layer is Layer.IMAGE else 'a thought'}. "
            "Lead them back to hands, feet or the room before the last bell.",
        )


def _many_strokes(parts: Parts) -> Iterator[Finding]:
    for n, segment in enumerate(parts["segments"]):
        if segment.bells > STROKES_USUAL:
            yield _may(
                place(n, "bells"),
                f"At {clock(segment.at_s)}: three bells are enough for most rooms. More can sound like an alarm.",
            )


def _loud_words(parts: Parts) -> Iterator[Finding]:
    for n, segment in enumerate(parts["segments"]):
        if segment.text and "!" in segment.text:
            yield _may(
                place(n, "text"),
                f"At {clock(segment.at_s)}: an exclamation mark is loud in a quiet room. A full stop will do.",
            )


def _late_writing(parts: Parts) -> Iterator[Finding]:
    segments, total_s = parts["segments"], parts["total_s"]
    ends = [segment.at_s for segment in segments[1:]] + [total_s]
    for n, (segment, until) in enumerate(zip(segments, ends, strict=True)):
        if segment.kind is Kind.WRITE and until - segment.at_s < WRITING_LEAST_S:
            yield _may(
                place(n, "at_s"),
                f"At {clock(segment.at_s)}: there is less than a minute to write. Give it a little more.",
            )


def _no_way_out(parts: Parts) -> Iterator[Finding]:
    care = parts["care"] or ()
    if care and not any(_WAY_OUT.search(note) for note in care):
        yield _may("care", "Add a care note that says what one may always do: keep the eyes open, move, stop, leave.")


def _hard_ground(parts: Parts) -> Iterator[Finding]:
    """What goes to hard ground is better held by somebody in the room."""
    said = [parts["title"] or "", *(segment.text or "" for segment in parts["segments"])]
    touched = any(_HARD.search(words) for words in said)
    if touched and not any(_TEACHER.search(note) for note in parts["care"] or ()):
        yield _may(
            "teacher_led",
            "This goes to hard ground. Consider asking for a teacher in the room, or say in a care note what to do "
            "if one is alone with it.",
        )


HINTS: Final[tuple[Hint, ...]] = (
    _layers_unsaid,
    _long_talk,
    _long_silence,
    _no_silence,
    _no_way_back,
    _many_strokes,
    _loud_words,
    _late_writing,
    _no_way_out,
)
