"""A plan in words, a line for each of its segments."""

from typing import Final, NamedTuple

from community.practices.schema import Kind, Plan, Segment

_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ENDS: Final = frozenset(".?!…:")


class Step(NamedTuple):
    """One line of the plan as people read it; ``bells`` is the number of strokes, 0 for none."""

    at_s: int
    words: str
    bells: int


def steps(plan: Plan) -> list[Step]:
    """Put the plan into words, a line for each segment: ``three bells, settle``, ``silence``, ``one bell``.

    The lines follow the plan's own writing: sentences if its texts begin with a capital, else a loose list.
    """
    sentences = any(segment.text and segment.text[0].isupper() for segment in plan.segments)
    lines = [Step(segment.at_s, _line(plan, segment, sentences=sentences), segment.bells) for segment in plan.segments]
    return lines[:-1] if plan.circle_s is not None else lines


def _line(plan: Plan, segment: Segment, *, sentences: bool) -> str:
    labels = [_strokes(segment.bells)] if segment.bells else []
    labels += {Kind.SILENCE: ["silence"], Kind.WALK: ["walking"], Kind.WRITE: ["time to write"]}.get(segment.kind, [])
    if plan.circle_s is not None and segment.at_s == plan.total_s:
        labels.append("then the circle")
    label, text = ", ".join(labels), segment.text or ""
    if not sentences:
        return ", ".join(part for part in (label, text, "if you like" if segment.optional else "") if part)
    parts = (label[:1].upper() + label[1:], text, "If you like" if segment.optional else "")
    return " ".join(_ended(part) for part in parts if part)


def _strokes(number: int) -> str:
    return f"{_NUMBERS[number]} {'bell' if number == 1 else 'bells'}"


def _ended(sentence: str) -> str:
    """End a sentence that has no end yet; what stands in quotation marks may have ended in them."""
    return sentence if sentence.rstrip("”’\"')»")[-1:] in _ENDS else f"{sentence}."
