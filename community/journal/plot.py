"""What was answered before and after the sits of four weeks, as places on a drawing. Pure.

One row for each of the three systems, and a fourth for felt company; one mark for each sit, hollow before and filled
after. No line leads from one sit to another and nothing is added up: each sit is itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from community.journal.rhythm import DAYS, Weeks

ROWS = ("soothing", "threat", "drive", "company")
# A drawing's own units. It is 284 px wide on the narrowest phone, where a mark of 17 units is still 8 px.
WIDTH, HEIGHT, COLUMN, EDGE, AXIS = 560, 146, 20, 11, 140
STRONGEST = 100
A_WEEK = 7
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


@dataclass(frozen=True, slots=True)
class Line:
    """The same sit as a line of the table: for each row of the drawing what was answered before and after."""

    at: datetime
    title: str
    cells: tuple[tuple[int | None, int | None], ...]


@dataclass(frozen=True)
class Drawing:
    """Four weeks: the rows of which anything was answered, with their marks, and the same as a table."""

    weeks: Weeks
    rows: tuple[tuple[str, tuple[Mark, ...]], ...]
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
        tuple((ROWS[row], marks) for row, marks in rows if marks),
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


def _line(each: Answered, rows: Sequence[int]) -> Line:
    return Line(each.at, each.title, tuple((each.before[row], each.after[row]) for row in rows))
