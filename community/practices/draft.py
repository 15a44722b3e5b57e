"""A practice while somebody writes it: the lines of its plan as they were typed, and what a linter makes of them.

Pure. Nothing typed is lost or set right behind its writer's back; what cannot be read is said beside its line.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from community.practices import linter
from community.practices.linter import Finding
from community.practices.schema import Plan
from community.practices.segments import CIRCLE_S, SEGMENTS_MOST, TOTAL_S, Kind, Segment, clock

NO_ID: Final = "p-new"
"""What the plan is called until it is kept and has a name of its own."""
LINE_MOST: Final = 2_000  # far more than a cue may have, so that what is too long can come back to be made shorter
TIME_MOST: Final = 20

PARTS: Final = ("time", "kind", "bells", "words", "layer", "optional")
_NAME: Final = re.compile(rf"lines-([0-9]{{1,3}})-({'|'.join(PARTS)})", re.ASCII)
_TIME: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,3})(?:[:.](\d{1,2}))?", re.ASCII)
_SECONDS: Final = re.compile(r"(\d{1,5}) ?s(?:ec(?:onds?)?)?", re.ASCII)
_MINUTES: Final = re.compile(r"(\d{1,3}) ?m(?:in(?:utes?)?)?", re.ASCII)
_PLACE: Final = re.compile(r"segments\[(\d+)\]")
_NOTE: Final = re.compile(r"care\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan as it stands in the form."""

    time: str = ""
    kind: str = Kind.CUE.value
    bells: str = ""
    words: str = ""
    layer: str = ""
    optional: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing has been written on it yet."""
        return not self.time.strip() and not self.words.strip() and self.kind == Kind.CUE


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a draft: the plan data that it makes, and the findings by where they belong."""

    plan: dict[str, Any]
    findings: list[Finding]
    lines: list[int | None]  # for each finding the line it is about, from 0
    segments: list[Segment] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether the plan can stand as it is."""
        return not self.musts()

    def of_line(self, n: int) -> list[Finding]:
        """Give what was found in a line."""
        return [finding for finding, line in zip(self.findings, self.lines, strict=True) if line == n]

    def musts(self) -> list[Finding]:
        """Give what has to be changed."""
        return [finding for finding in self.findings if finding.weight is linter.Weight.MUST]

    def placed(self) -> list[tuple[Finding, str]]:
        """Give every finding with the place in the page that it is about."""
        return [(finding, _anchor(finding, line)) for finding, line in zip(self.findings, self.lines, strict=True)]

    def drawn(self) -> Plan:
        """Give the plan as far as it can be drawn already; it may not be one that people could sit by."""
        total_s = max([self.plan["total_s"] or 0, TOTAL_S[0]])
        return Plan(id=NO_ID, title="", version=1, total_s=total_s, segments=tuple(self.segments), care=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The parts of a practice that its plan is made of, as they were typed; ``circle`` are minutes."""

    title: str = ""
    lines: tuple[Line, ...] = ()
    care: str = ""
    has_circle: bool = False
    circle: str = ""
    teacher_led: bool = False

    def with_line_after(self, n: int) -> "Draft":
        """Open a new line below one; the plan holds only so many."""
        if len(self.lines) >= SEGMENTS_MOST:
            return self
        place = min(max(n + 1, 0), len(self.lines))
        return replace(self, lines=(*self.lines[:place], Line(), *self.lines[place:]))

    def without_line(self, n: int) -> "Draft":
        """Take a line out."""
        return replace(self, lines=tuple(line for k, line in enumerate(self.lines) if k != n))

    def checked(self) -> Checked:
        """Read the draft as a plan and say all that is to be looked at."""
        written = [(n, line) for n, line in enumerate(self.lines) if not line.is_blank]
        times = [seconds(line.time) for _, line in written]
        plan = self._plan(written, times) | {"id": NO_ID, "version": 1}
        found = linter.findings(plan, teacher_led=self.teacher_led)
        places = [n for n, _ in written]
        lines = [_line_of(finding, places) for finding in found]
        found = [_retold(finding, line, self) for finding, line in zip(found, lines, strict=True)]
        return Checked(plan, found, lines, list(_drawable(plan)))

    def _plan(self, written: Sequence[tuple[int, Line]], times: Sequence[int | None]) -> dict[str, Any]:
        total_s = max((time for time in times if time is not None), default=None)
        segments = [_segment(line, time) for (_, line), time in zip(written, times, strict=True)]
        plan: dict[str, Any] = {
            "title": self.title,
            "total_s": total_s,
            "segments": segments,
            "care": care_notes(self.care),
        }
        if self.has_circle and segments:
            segments.append({"at_s": total_s, "kind": Kind.CIRCLE.value})
            plan["circle_s"] = _minutes(self.circle)
        return plan


def seconds(time: str) -> int | None:
    """Read a time kindly: ``3``, ``3:00``, ``0:45``, ``45 s``, ``1:10:00``; None where it is none."""
    given = " ".join(time.split()).lower()
    if found := _SECONDS.fullmatch(given):
        return _within(int(found[1]))
    if found := _MINUTES.fullmatch(given):
        return _within(60 * int(found[1]))
    found = _TIME.fullmatch(given)
    if found is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    if found[1] is not None and found[3] is None:  # 3:00 is minutes and seconds
        hours, minutes, rest = 0, hours, minutes
    return None if rest >= 60 else _within(3600 * hours + 60 * minutes + rest)  # noqa: PLR2004 - a minute


def _within(time: int) -> int | None:
    return time if time <= TOTAL_S[1] else None


def lines_of(fields: Mapping[str, str]) -> tuple[Line, ...]:
    """Read the lines from a form's fields, in the order of their numbers; only as many as a plan can hold."""
    found: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        if match := _NAME.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return tuple(_line(found[n]) for n in sorted(found)[:SEGMENTS_MOST])


def _line(given: Mapping[str, str]) -> Line:
    return Line(
        time=given.get("time", "")[:TIME_MOST],
        kind=given.get("kind", Kind.CUE.value)[:TIME_MOST],
        bells=given.get("bells", "")[:TIME_MOST],
        words=given.get("words", "")[:LINE_MOST],
        layer=given.get("layer", "")[:TIME_MOST],
        optional=bool(given.get("optional")),
    )


def draft_of(plan: Mapping[str, Any], *, teacher_led: bool = False) -> Draft:
    """Give a plan's data as somebody would have typed it; what does not fit is left to be typed again."""
    segments = [each for each in _listed(plan.get("segments")) if isinstance(each, Mapping)][:SEGMENTS_MOST]
    circle = any(each.get("kind") == Kind.CIRCLE.value for each in segments)
    circle_s = plan.get("circle_s")
    whole = isinstance(circle_s, int) and not isinstance(circle_s, bool)
    return Draft(
        title=_typed(plan.get("title")),
        lines=tuple(_line_from(each) for each in segments if each.get("kind") != Kind.CIRCLE.value),
        care="\n".join(_typed(note) for note in _listed(plan.get("care"))),
        has_circle=circle,
        circle=f"{circle_s // 60}" if whole and isinstance(circle_s, int) else f"{CIRCLE_S // 60}",
        teacher_led=teacher_led,
    )


def _line_from(segment: Mapping[str, Any]) -> Line:
    at_s = segment.get("at_s")
    timed = isinstance(at_s, int) and not isinstance(at_s, bool) and 0 <= at_s <= TOTAL_S[1]
    bells = segment.get("bells")
    return Line(
        time=clock(at_s) if timed and isinstance(at_s, int) else _typed(at_s)[:TIME_MOST],
        kind=_typed(segment.get("kind"))[:TIME_MOST],
        bells=_typed(bells)[:TIME_MOST],
        words=_typed(segment.get("text"))[:LINE_MOST],
        layer=_typed(segment.get("layer"))[:TIME_MOST],
        optional=segment.get("optional") is True,
    )


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else ()


def _typed(value: object) -> str:
    """Give a value of a file as a line of a form would show it; signs that are none become a question mark."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        words = str(value)
    except ValueError:  # an integer of thousands of digits
        return ""
    return words.replace("\x00", "").encode("utf-8", "replace").decode()


def care_notes(words: str) -> list[str]:
    """Give the care notes, one on each line."""
    return [note.strip() for note in words.splitlines() if note.strip()]


def _segment(line: Line, time: int | None) -> dict[str, Any]:
    segment: dict[str, Any] = {"at_s": time, "kind": line.kind}
    strokes = line.bells.strip()
    if strokes and strokes != "0":
        segment["bells"] = int(strokes) if strokes.isascii() and strokes.isdigit() else strokes
    if line.words.strip():
        segment["text"] = line.words
    if line.layer and (line.words.strip() or line.kind in {Kind.WALK, Kind.WRITE}):
        segment["layer"] = line.layer
    if line.optional:
        segment["optional"] = True
    return segment


def _minutes(typed: str) -> Any:
    """Give the length of a circle in seconds; nothing typed is the usual one, what is no number stays as it is."""
    given = typed.strip()
    if not given:
        return None
    return 60 * int(given) if given.isascii() and given.isdigit() and len(given) <= 3 else given  # noqa: PLR2004


def _line_of(finding: Finding, places: Sequence[int]) -> int | None:
    found = _PLACE.match(finding.field)
    n = int(found[1]) if found else None
    return places[n] if n is not None and n < len(places) else None


def _anchor(finding: Finding, line: int | None) -> str:
    """Name the element of the page that a finding leads to."""
    if line is not None:
        return f"line-{line}"
    part = _NOTE.sub("care", finding.field)
    return {"circle_s": "circle"}.get(part, part if part in {"title", "care", "teacher_led"} else "plan")


def _retold(finding: Finding, line: int | None, draft: Draft) -> Finding:
    """Say of a line without a readable time how a time is written, and of the whole what the form calls it."""
    if line is not None and finding.field.endswith(".at_s") and seconds(draft.lines[line].time) is None:
        told = f"Line {line + 1}: write its time as minutes and seconds, such as 3:00."
        return replace(finding, sentence=told)
    if finding.field == "total_s":
        return replace(finding, sentence="The last bell says how long the sit is: from one minute to three hours.")
    if finding.field == "circle_s":
        return replace(finding, sentence="A circle lasts from 1 to 60 minutes. Write it as a whole number.")
    return finding


def _drawable(plan: Mapping[str, Any]) -> Iterator[Segment]:
    """Give the lines that a timeline can be drawn from already, each in its time."""
    known = {kind.value: kind for kind in Kind}
    timed = [each for each in plan["segments"] if each["at_s"] is not None and each["kind"] in known]
    for each in sorted(timed, key=lambda each: each["at_s"]):
        bells = each.get("bells", 1 if each["kind"] == Kind.BELL.value else 0)
        yield Segment(
            at_s=each["at_s"],
            kind=known[each["kind"]],
            bells=min(bells, 9) if isinstance(bells, int) else 0,
            text=each.get("text"),
        )
