"""What was answered before and after the sits of four weeks, as places on a drawing. Pure.

One row for each of the three systems, and a fourth for felt company; one mark for each sit, hollow before and filled
after. No line leads from one sit to another and nothing is added up: each sit is itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from community.journal.rhythm import DAYS, Weeks

ROWS = ("soothing", "threat", "drive", "company")
# A drawing's own units. It is 284 px wide on the narrowest phone, where a mark of 17 units is still 8 px.
WIDTH, HEIGHT, COLUMN, EDGE, AXIS = 560, 146, 20, 11, 140
STRONGEST = 100
A_WEEK = 7
# From the middle of a mark; and a little larger, for a mark around another at the same height.
SHAPES = {
    "soothing": "m-7.3 0a7.3 7.3 0 1 0 14.6 0a7.3 7.3 0 1 0-14.6 0z",
    "threat": "m0-8.4l8.4 8.4-8.4 8.4-8.4-8.4z",
    "drive": "m0-8.4l8 14.6h-16z",
    "company": "m-7.2-7.2h14.4v14.4h-14.4z",
}
AROUND = {
    "soothing": "m-10.5 0a10.5 10.5 0 1 0 21 0a10.5 10.5 0 1 0-21 0z",
    "threat": "m0-12.6l12.6 12.6-12.6 12.6-12.6-12.6z",
    "drive": "m0-12.6l12 21.9h-24z",
    "company": "m-10.8-10.8h21.6v21.6h-21.6z",
}
MOST_MARKS = 150  # in one row; of more the newest are drawn

Values = tuple[int | None, ...]  # in the order of ROWS


@dataclass(frozen=True, slots=True)
class Answered:
    """A sit, or words without one, of which something was answered before or after."""

    at: datetime
    title: str
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Mark:
    """One sit in one row: where, and how high before and after; None where nothing was answered."""

    x: float
    before_y: float | None
    after_y: float | None


class Row(NamedTuple):
    """One row of the drawing, with a path for all of a kind: a page with sixty marks is sent sooner so."""

    name: str
    marks: tuple[Mark, ...]

    @property
    def stems(self) -> str:
        """Give the lines that hold the two marks of a sit together."""
        both = (mark for mark in self.marks if mark.before_y is not None and mark.after_y is not None)
        return "".join(f"M{mark.x} {mark.before_y}V{mark.after_y}" for mark in both)

    @property
    def hollow(self) -> str:
        """Give the marks of before; one that would lie under the mark of after stands around it."""
        shape, around = SHAPES[self.name], AROUND[self.name]
        return "".join(
            f"M{mark.x} {mark.before_y}{around if mark.before_y == mark.after_y else shape}"
            for mark in self.marks
            if mark.before_y is not None
        )

    @property
    def filled(self) -> str:
        """Give the marks of after."""
        shape = SHAPES[self.name]
        return "".join(f"M{mark.x} {mark.after_y}{shape}" for mark in self.marks if mark.after_y is not None)


@dataclass(frozen=True, slots=True)
class Line:
    """The same sit as a line of the table: for each row of the drawing what was answered before and after."""

    at: datetime
    title: str
    cells: tuple[tuple[int | None, int | None], ...]

    @property
    def words(self) -> list[str]:
        """Say it, in the fewest words."""
        return [_said(before, after) for before, after in self.cells]


@dataclass(frozen=True)
class Drawing:
    """Four weeks: the rows of which anything was answered, with their marks, and the same as a table."""

    weeks: Weeks
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]

    @property
    def mondays(self) -> tuple[tuple[int, date], ...]:
        """Give where each of the four weeks begins, and with which day."""
        return tuple((place * COLUMN, day) for place, day in enumerate(self.weeks) if place % A_WEEK == 0)


def drawn(answered: Iterable[Answered], weeks: Weeks) -> Drawing:
    """Draw what was answered in these weeks, the earliest first; sits of one day share its column."""
    by_day: dict[int, list[Answered]] = defaultdict(list)
    for each in sorted(answered, key=lambda one: one.at):
        place = weeks.place_of(each.at)
        if 0 <= place < DAYS:
            by_day[place].append(each)
    placed = [
        (place * COLUMN + COLUMN * (number + 1) / (len(those) + 1), each)
        for place, those in sorted(by_day.items())
        for number, each in enumerate(those)
    ]
    rows = [(row, tuple(_marks(placed, row))) for row in range(len(ROWS))]
    with_marks = [row for row, marks in rows if marks]
    lines = [_line(each, with_marks) for _x, each in placed]
    return Drawing(
        weeks,
        tuple(Row(ROWS[row], marks) for row, marks in rows if marks),
        tuple(line for line in lines if any(value is not None for cell in line.cells for value in cell)),
    )


def _marks(placed: Sequence[tuple[float, Answered]], row: int) -> Iterable[Mark]:
    for x, each in placed:
        before, after = each.before[row], each.after[row]
        if before is not None or after is not None:
            yield Mark(round(x, 1), _height(before), _height(after))


def _height(value: int | None) -> float | None:
    """Give how far from the top a value lies: the strongest is highest, and the whole mark stays above the axis."""
    if value is None:
        return None
    room = AXIS - 2 * EDGE - 2
    return round(EDGE + room * (1 - value / STRONGEST), 1)


def _said(before: int | None, after: int | None) -> str:
    if before is None:
        return "–" if after is None else f"{after} after"
    return f"{before} before" if after is None else f"{before}, then {after}"


def _line(each: Answered, rows: Sequence[int]) -> Line:
    return Line(each.at, each.title, tuple((each.before[row], each.after[row]) for row in rows))
