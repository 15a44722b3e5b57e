"""When sits take place over ten years and forty zones, held against an independent oracle: the library `whenever`.

`whenever` reads the time-zone files with code of its own (in Rust) and knows nothing of icalendar or dateutil.
The days themselves are found here by plain loops over the calendar. A wall time in a gap takes the offset from before
it and one that exists twice is the first: whenever calls that "compatible", and it is what RFC 5545 asks for.

The suite walks every kind of rule in all forty zones at one hour, the one that a zone's clock changes touch if there is
one; `ORACLE=whole pytest tests/sits/test_recurrence_oracle.py` walks all the hours.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from whenever import PlainDateTime

from community.sits.recurrence import (
    DAYS,
    is_occurrence,
    last_occurrence,
    next_occurrence,
    occurrences,
    place_in_month,
    validated,
)

BEGIN, YEARS = date(2020, 1, 1), 10
END = date(BEGIN.year + YEARS, 1, 1)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # changes by half an hour
    "Africa/Casablanca",  # back an hour for Ramadan
    "America/Sao_Paulo",  # no clock change any more
    "Asia/Tehran",  # gave it up within the ten years
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Europe/Dublin",  # its winter is the exception
    "UTC",
    "Africa/Cairo",  # took it up again
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Anchorage",
    "America/Argentina/Buenos_Aires",
    "America/Asuncion",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Havana",  # at midnight
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/Nuuk",
    "America/Santiago",
    "America/St_Johns",
    "America/Toronto",
    "Asia/Amman",
    "Asia/Beirut",  # at midnight
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Sydney",
    "Europe/Chisinau",
    "Europe/Istanbul",
    "Europe/Lisbon",
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
]
WHOLE = os.environ.get("ORACLE") == "whole"
HOURS = (time(19, 30), time(2, 30), time(0, 15), time(1, 45), time(3, 0))
FIRST = date(2020, 1, 14)  # the second Tuesday of its month

Days = Callable[[], Iterator[date]]


# --- plain loops over the calendar ---


def days_until(end: date) -> Iterator[date]:
    day = FIRST
    while day < end:
        yield day
        day += timedelta(days=1)


def on_days(every: int, *weekdays: int) -> Days:
    monday = FIRST - timedelta(days=FIRST.weekday())
    return lambda: (
        day for day in days_until(END) if day.weekday() in weekdays and (day - monday).days // 7 % every == 0
    )


def by_month(every: int, *, last: bool) -> Days:
    """Walk the second Tuesdays, or the last ones, of every so-manieth month."""

    def walked() -> Iterator[date]:
        for day in days_until(END):
            if (day.month - 1) % every == 0 and day.weekday() == 1:
                is_last = (day + timedelta(days=7)).month != day.month
                is_second = 8 <= day.day <= 14
                if is_last if last else is_second:
                    yield day

    return walked


RULES: dict[str, tuple[Days, date]] = {
    "FREQ=WEEKLY": (on_days(1, 1), FIRST),
    "FREQ=WEEKLY;BYDAY=TU,SA,SU": (on_days(1, 1, 5, 6), FIRST),
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU": (on_days(2, 1, 6), FIRST),
    "FREQ=WEEKLY;INTERVAL=2": (on_days(2, 1), FIRST),
    "FREQ=MONTHLY;BYDAY=2TU": (by_month(1, last=False), FIRST),
    "FREQ=MONTHLY;BYDAY=-1TU": (by_month(1, last=True), date(2020, 1, 28)),
    "FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU": (by_month(3, last=False), FIRST),
}


def moment(day: date, hour: time, zone: str) -> datetime:
    """Ask the oracle when a wall time is."""
    plain = PlainDateTime(day.year, day.month, day.day, hour.hour, hour.minute)
    return datetime.fromtimestamp(plain.assume_tz(zone, disambiguation="compatible").timestamp(), UTC)


def window() -> tuple[datetime, datetime]:
    return (
        datetime(BEGIN.year, 1, 1, tzinfo=UTC) - timedelta(days=2),
        datetime(END.year, 1, 1, tzinfo=UTC) - timedelta(days=2),
    )


def hours_of(zone: str) -> list[time]:
    """Give an evening hour, and those that the clock changes of this zone touch."""
    touched = []
    for hour in HOURS[1:]:
        starts = [moment(day, hour, zone) for day in days_until(date(2021, 2, 1))]
        if any((later - earlier) != timedelta(days=1) for earlier, later in pairwise(starts)):
            touched.append(hour)
    return list(HOURS) if WHOLE else touched[:1] or [HOURS[0]]


@pytest.mark.parametrize("zone", ZONES)
def test_ten_years_of_every_kind_of_rule_are_when_the_oracle_says(zone: str) -> None:
    after, before = window()
    for hour in hours_of(zone):
        for rrule, (days, first) in RULES.items():
            expected = [moment(day, hour, zone) for day in days() if day >= first]
            expected = [start for start in expected if after <= start < before]
            rule = validated(datetime.combine(first, hour), zone, rrule)
            assert occurrences(rule, after=after, before=before) == expected, (hour, rrule)


@pytest.mark.parametrize("zone", ZONES[:3])
@pytest.mark.parametrize("rrule", list(RULES))
def test_every_way_of_asking_says_the_same(zone: str, rrule: str) -> None:
    days, first = RULES[rrule]
    hour = time(2, 30)
    rule = validated(datetime.combine(first, hour), zone, rrule)
    starts = [moment(day, hour, zone) for day in days() if day >= first]
    for earlier, later in islice(pairwise(starts), 60, 80):
        assert next_occurrence(rule, earlier + timedelta(seconds=1)) == later
        assert is_occurrence(rule, later)
        assert not is_occurrence(rule, later + timedelta(minutes=30))
    assert next_occurrence(rule, first_moment := starts[0]) == first_moment


@pytest.mark.parametrize("zone", ZONES[:3])
@pytest.mark.parametrize("rrule", list(RULES))
@pytest.mark.parametrize("count", [1, 3, 14])
def test_a_series_ends_after_so_many_or_on_its_last_day(zone: str, rrule: str, count: int) -> None:
    days, first = RULES[rrule]
    hour = time(2, 30)
    starts = [moment(day, hour, zone) for day in days() if day >= first][:count]
    wall = datetime.combine(first, hour)
    counted = validated(wall, zone, f"{rrule};COUNT={count}")
    until = validated(wall, zone, f"{rrule};UNTIL={starts[-1] + timedelta(hours=5):%Y%m%dT%H%M%SZ}")
    for rule in (counted, until):
        assert last_occurrence(rule) == starts[-1]
        assert occurrences(rule, after=window()[0], before=window()[1]) == starts
        assert occurrences(rule, after=starts[-1], before=window()[1]) == starts[-1:]


def test_the_place_of_a_day_in_its_month_is_counted_from_the_first() -> None:
    for day in days_until(END):
        same = [each for number in range(1, 32) if (each := _of_month(day, number)) and each.weekday() == day.weekday()]
        place = same.index(day) + 1
        assert place_in_month(day) == (place if place < 5 else -1)
        rule = validated(datetime.combine(day, time(7)), "UTC", f"FREQ=MONTHLY;BYDAY={place_in_month(day)}{_two(day)}")
        assert rule.wall.date() == day


def _of_month(day: date, number: int) -> date | None:
    try:
        return day.replace(day=number)
    except ValueError:
        return None


def _two(day: date) -> str:
    return DAYS[day.weekday()]
