"""The member's own days, and which of the last four weeks' had a sit. Pure: no clock, no database.

A day ends when its member says so (four in the morning, where they say nothing), in the zone they live in now. What
comes of it is twenty-eight marks and nothing else: no number, no run that could break, no word for an empty one. A mark
shows a day and no sit, so two sits of a day share one. Another zone or another end of the day can move a sit by a mark
or two: onto one that is filled already, or, the oldest, out of the window. The log keeps each of them, and the marks
never accuse.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

A_DAY, DAYS = timedelta(days=1), 28
# Seven marks a line, in the drawing's own units; each from its middle, where a mark is filled and where it is open.
A_LINE, MARGIN_X, MARGIN_Y, STEP_X, STEP_Y = 7, 18, 16, 32, 30
FILLED, OPEN = "m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0z", "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"


@dataclass(frozen=True, slots=True)
class Day:
    """One mark of the rhythm: a day of its member's, and whether they sat."""

    date: date
    sat: bool


@dataclass(frozen=True)
class OwnDays:
    """How a member counts days: where they live, and how long after midnight their day ends."""

    zone: ZoneInfo
    ends_minutes: int

    def begins(self, day: date) -> datetime:
        """Give the moment at which a day begins; where the clocks show that time twice, the first of the two."""
        wall = datetime.combine(day, time()) + timedelta(minutes=self.ends_minutes)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """Give the day that a moment belongs to: a later moment never belongs to an earlier day."""
        # Clocks that are put back say a time twice; only the moments at which days begin put all of them in order.
        day = moment.astimezone(self.zone).date() + A_DAY
        while self.begins(day) > moment:
            day -= A_DAY
        return day

    def weeks_until(self, last: date) -> "Weeks":
        """Give the four weeks that end with a day."""
        return Weeks(self, last - A_DAY * (DAYS - 1), last)


@dataclass(frozen=True)
class Weeks:
    """Four weeks of somebody's days, the first and the last of them included."""

    own: OwnDays
    first: date
    last: date

    @cached_property
    def begins(self) -> list[datetime]:
        """Give the moments at which their days begin, and the one at which the last is over."""
        return [self.own.begins(self.first + A_DAY * number) for number in range(DAYS + 1)]

    @property
    def begin(self) -> datetime:
        """Give the moment at which they begin."""
        return self.begins[0]

    @property
    def end(self) -> datetime:
        """Give the moment at which they are over."""
        return self.begins[-1]

    def __iter__(self) -> Iterator[date]:
        return (self.first + A_DAY * number for number in range(DAYS))

    def place_of(self, moment: datetime) -> int:
        """Give which of the days a moment falls on, from 0; one that lies a little ahead falls on the last.

        Whatever was before them falls on -1.
        """
        return min(bisect_right(self.begins, moment), DAYS) - 1


@dataclass(frozen=True)
class Rhythm:
    """Four weeks of marks, with a path for all of a kind: a page is made sooner so than with an element for each."""

    days: tuple[Day, ...]

    def __iter__(self) -> Iterator[Day]:
        return iter(self.days)

    @property
    def filled(self) -> str:
        """Draw the days that had a sit."""
        return self._marks(FILLED, sat=True)

    @property
    def open(self) -> str:
        """Draw the others."""
        return self._marks(OPEN, sat=False)

    def _marks(self, shape: str, *, sat: bool) -> str:
        return "".join(
            f"M{MARGIN_X + STEP_X * (place % A_LINE)} {MARGIN_Y + STEP_Y * (place // A_LINE)}{shape}"
            for place, day in enumerate(self.days)
            if day.sat is sat
        )


def rhythm(moments: Iterable[datetime], own: OwnDays, at: datetime) -> Rhythm:
    """Give the last four weeks as marks, today the last; a sit whose bell is yet to ring counts as today's."""
    weeks = own.weeks_until(own.day_of(at))
    sat = {weeks.place_of(moment) for moment in moments}
    return Rhythm(tuple(Day(day, place in sat) for place, day in enumerate(weeks)))
