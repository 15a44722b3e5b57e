"""When sits take place, held against an oracle that shares no code with it: days counted one by one.

The oracle walks the calendar day by day and looks for the moment of a wall time among the offsets that the zone has
around it. It uses neither the library nor fold.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from community.errors import Invalid
from community.sits import recurrence
from community.sits.recurrence import (
    Rule,
    is_occurrence,
    next_occurrence,
    occurrences,
    parse_sit_key,
    sit_key,
    validated,
    weekly,
)

ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",  # its winter is the exception
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Sao_Paulo",  # no clock change any more
    "Africa/Casablanca",  # back an hour for Ramadan
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Australia/Eucla",
    "Australia/Lord_Howe",  # changes by half an hour
    "Australia/Sydney",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "UTC",
]
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def wall_time(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - a wall time is naive


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


# --- the oracle ---


def oracle_moment(wall: datetime, zone_name: str) -> datetime:
    """Find the moment of a wall time: the first that shows it, else by the offset of the day before."""
    zone, plain = ZoneInfo(zone_name), wall.replace(tzinfo=UTC)
    day_before = (plain - timedelta(days=1)).astimezone(zone).utcoffset()
    day_after = (plain + timedelta(days=1)).astimezone(zone).utcoffset()
    assert day_before is not None
    assert day_after is not None
    candidates = sorted({plain - day_before, plain - day_after})
    showing = [moment for moment in candidates if moment.astimezone(zone).replace(tzinfo=None) == wall]
    return showing[0] if showing else plain - day_before


def oracle_days(first: date, *, every: int, days: set[int], last: date) -> Iterator[date]:
    """Walk the calendar: the chosen days of every so-manieth week, from the first on."""
    monday = first - timedelta(days=first.weekday())
    day = first
    while day <= last:
        if day.weekday() in days and (day - monday).days // 7 % every == 0:
            yield day
        day += timedelta(days=1)


def oracle(
    rule: Rule, *, every: int, days: set[int], count: int | None, until: datetime | None, last: date
) -> list[datetime]:
    """List every start up to a day, from the very first."""
    found = oracle_days(rule.wall.date(), every=every, days=days, last=last)
    starts = [oracle_moment(datetime.combine(day, rule.wall.time()), rule.zone) for day in islice(found, count)]
    return [start for start in starts if until is None or start <= until]


# --- weekly sits against the oracle ---


def near_a_clock_change() -> st.SearchStrategy[datetime]:
    """Draw wall times, most in the small hours of the weeks around a clock change."""
    changes = st.sampled_from([(2026, 3, 29), (2026, 10, 25), (2026, 11, 1), (2026, 3, 8), (2026, 4, 5), (2026, 10, 4)])
    small_hours = st.tuples(changes, st.integers(-30, 30), st.integers(0, 60 * 4))
    return st.one_of(
        small_hours.map(lambda d: wall_time(*d[0]) + timedelta(days=d[1], minutes=d[2])),
        st.datetimes(wall_time(2021, 1, 1), wall_time(2027, 12, 31)).map(lambda d: d.replace(microsecond=0)),
    )


@settings(max_examples=300, deadline=None)
@given(
    wall=near_a_clock_change(),
    zone=st.sampled_from(ZONES),
    every=st.integers(1, 5),
    more_days=st.sets(st.integers(0, 6), max_size=3),
    count=st.none() | st.integers(1, 120),
    until_days=st.none() | st.integers(0, 400),
    since=st.datetimes(wall_time(2025, 12, 1), wall_time(2027, 2, 1), timezones=st.just(UTC)),
    length=st.integers(0, 60 * 24 * 200),
)
@example(
    wall=wall_time(2026, 3, 1, 2, 30),
    zone="Europe/Berlin",
    every=1,
    more_days=set(),
    count=None,
    until_days=None,
    since=utc(2026, 3, 1),
    length=60 * 24 * 60,
)
@example(
    wall=wall_time(2026, 10, 4, 2, 30),
    zone="Europe/Berlin",
    every=1,
    more_days=set(),
    count=None,
    until_days=None,
    since=utc(2026, 10, 1),
    length=60 * 24 * 60,
)
def test_a_weekly_sit_is_when_the_calendar_says_in_every_zone(
    *,
    wall: datetime,
    zone: str,
    every: int,
    more_days: set[int],
    count: int | None,
    until_days: int | None,
    since: datetime,
    length: int,
) -> None:
    days = more_days | {wall.weekday()}
    rrule = f"FREQ=WEEKLY;INTERVAL={every}"
    if more_days:
        rrule += f";BYDAY={','.join(DAYS[day] for day in sorted(days))}"
    until = None
    if count is not None:
        rrule += f";COUNT={count}"
    elif until_days is not None:
        until = oracle_moment(wall, zone) + timedelta(days=until_days)
        rrule += f";UNTIL={until:%Y%m%dT%H%M%SZ}"
    rule = validated(wall, zone, rrule)
    before = since + timedelta(minutes=length)
    last = max(before.date(), wall.date()) + timedelta(days=400)
    every_start = oracle(rule, every=every, days=days, count=count, until=until, last=last)
    expected = [start for start in every_start if since <= start < before]
    assert occurrences(rule, after=since, before=before) == expected
    assert occurrences(rule, after=since, before=before, limit=2) == expected[:2]
    assert next_occurrence(rule, since) == next((start for start in every_start if start >= since), None)
    for start in expected[:3]:
        assert is_occurrence(rule, start)
        assert not is_occurrence(rule, start + timedelta(hours=1))
        assert parse_sit_key(sit_key(7, start)) == (7, start)


@pytest.mark.parametrize("zone", ZONES)
def test_a_long_stretch_at_once_is_the_same_as_week_by_week(zone: str) -> None:
    rule = validated(wall_time(2020, 2, 3, 2, 30), zone, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU")
    begin, end = utc(2026, 1, 1), utc(2027, 1, 1)
    at_once = occurrences(rule, after=begin, before=end)
    by_week: list[datetime] = []
    while begin < end:
        by_week += occurrences(rule, after=begin, before=min(begin + timedelta(weeks=1), end))
        begin += timedelta(weeks=1)
    every_start = oracle(rule, every=2, days={0, 6}, count=None, until=None, last=date(2027, 1, 3))
    assert at_once == by_week == [start for start in every_start if utc(2026, 1, 1) <= start < end]


# --- the clock changes, one by one ---


def starts_of(wall: datetime, zone: str, rrule: str | None = "FREQ=WEEKLY") -> list[str]:
    begin = wall.replace(tzinfo=UTC) - timedelta(days=2)
    found = occurrences(validated(wall, zone, rrule), after=begin, before=begin + timedelta(days=18))
    return [f"{start:%m-%d %H:%M}" for start in found]


CLOCK_CHANGES = [
    # an evening sit keeps its wall time while its moment moves
    (wall_time(2026, 3, 22, 19, 30), "Europe/Berlin", ["03-22 18:30", "03-29 17:30", "04-05 17:30"]),
    (wall_time(2026, 10, 18, 19, 30), "Europe/Berlin", ["10-18 17:30", "10-25 18:30", "11-01 18:30"]),
    (wall_time(2026, 10, 25, 19, 30), "America/New_York", ["10-25 23:30", "11-02 00:30", "11-09 00:30"]),
    # half past two does not exist on 29 March: the offset before the gap, that is half past three by the new clock
    (wall_time(2026, 3, 22, 2, 30), "Europe/Berlin", ["03-22 01:30", "03-29 01:30", "04-05 00:30"]),
    (wall_time(2026, 3, 29, 2, 30), "Europe/Berlin", ["03-29 01:30", "04-05 00:30", "04-12 00:30"]),
    # half past two exists twice on 25 October: the first
    (wall_time(2026, 10, 18, 2, 30), "Europe/Berlin", ["10-18 00:30", "10-25 00:30", "11-01 01:30"]),
    (wall_time(2026, 11, 1, 1, 30), "America/New_York", ["11-01 05:30", "11-08 06:30", "11-15 06:30"]),
    # Lord Howe changes by half an hour: a quarter past two is skipped on 4 October, and doubled on 5 April at 1:45
    (wall_time(2026, 10, 4, 2, 15), "Australia/Lord_Howe", ["10-03 15:45", "10-10 15:15", "10-17 15:15"]),
    (wall_time(2026, 4, 5, 1, 45), "Australia/Lord_Howe", ["04-04 14:45", "04-11 15:15", "04-18 15:15"]),
    # no clock change, and odd minutes
    (wall_time(2026, 3, 29, 2, 30), "Asia/Kathmandu", ["03-28 20:45", "04-04 20:45", "04-11 20:45"]),
    (wall_time(2026, 3, 29, 2, 30), "Asia/Kolkata", ["03-28 21:00", "04-04 21:00", "04-11 21:00"]),
]


@pytest.mark.parametrize(("wall", "zone", "expected"), CLOCK_CHANGES)
def test_a_sit_keeps_its_wall_time_over_a_clock_change(wall: datetime, zone: str, expected: list[str]) -> None:
    assert starts_of(wall, zone) == expected


@pytest.mark.parametrize(("wall", "zone", "expected"), CLOCK_CHANGES)
def test_a_single_sit_follows_the_same_reading_of_the_clock(wall: datetime, zone: str, expected: list[str]) -> None:
    assert starts_of(wall, zone, None) == expected[:1]


# --- a room that reopens back to back ---


@given(
    wall=near_a_clock_change(),
    zone=st.sampled_from(ZONES),
    every=st.integers(10, 1440),
    since=st.datetimes(wall_time(2025, 12, 1), wall_time(2028, 2, 1), timezones=st.just(UTC)),
    length=st.integers(0, 60 * 24 * 3),
    limit=st.none() | st.integers(0, 5),
)
def test_a_back_to_back_room_reopens_after_exactly_so_many_minutes(
    *, wall: datetime, zone: str, every: int, since: datetime, length: int, limit: int | None
) -> None:
    rule = validated(wall, zone, f"FREQ=MINUTELY;INTERVAL={every}")
    first, before = oracle_moment(wall, zone), since + timedelta(minutes=length)
    expected, start = [], first
    if start < since:
        start += (since - start) // timedelta(minutes=every) * timedelta(minutes=every)
    while start < before:
        if start >= since:
            expected.append(start)
        start += timedelta(minutes=every)
    assert occurrences(rule, after=since, before=before, limit=limit) == expected[:limit]
    following = next_occurrence(rule, since)
    assert following is not None
    assert following >= max(since, first)
    assert following - max(since, first) < timedelta(minutes=every)
    assert is_occurrence(rule, following)
    assert not is_occurrence(rule, following + timedelta(seconds=1))
    assert not is_occurrence(rule, first - timedelta(minutes=every))


def test_the_open_room_is_never_shut_over_a_clock_change() -> None:
    rule = validated(wall_time(2020, 1, 1), "Europe/Berlin", "FREQ=MINUTELY;INTERVAL=30")
    found = occurrences(rule, after=utc(2026, 10, 24, 22), before=utc(2026, 10, 25, 4))
    assert len(found) == 12
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=30)}


# --- what is refused ---


@pytest.mark.parametrize(
    ("wall", "field"),
    [
        (None, "wall"),
        ("2026-11-22T19:30:00", "wall"),
        (utc(2026, 11, 22), "wall"),
        (date(2026, 11, 22), "wall"),
        (wall_time(1999, 12, 31), "wall"),
        (wall_time(2100, 1, 1), "wall"),
        (wall_time(1, 1, 1), "wall"),
    ],
)
def test_a_time_that_is_no_wall_time_is_refused(wall: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        validated(wall, "Europe/Berlin")
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "zone",
    [
        None,
        "",
        "Berlin",
        "Mars/Olympus",
        "../../etc/passwd",
        "/etc/passwd",
        "Europe",
        "Europe/",
        "+01:00",
        "localtime",
        "Factory",
        "right/Europe/Berlin",
        "europe/berlin",
        "Europe/Berlin\n",
        "a" * 5000,
        "\ud800",
        "\0",
        7,
        ["UTC"],
    ],
)
def test_a_zone_that_is_none_is_refused(zone: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        validated(wall_time(2026, 11, 22, 19, 30), zone)
    assert refusal.value.field == "zone"


@pytest.mark.parametrize(
    "rrule",
    [
        "",
        ";",
        "WEEKLY",
        "FREQ=",
        "FREQ=DAILY",
        "FREQ=SECONDLY",
        "FREQ=YEARLY",
        "FREQ=MONTHLY;BYDAY=1SU",
        7,
        ["WEEKLY"],
        "FREQ=WEEKLY;FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;INTERVAL=53",
        "FREQ=WEEKLY;INTERVAL=1.5",
        "FREQ=WEEKLY;INTERVAL=²",
        "FREQ=WEEKLY;INTERVAL=",
        "FREQ=WEEKLY;INTERVAL=0000001",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1SU",
        "FREQ=WEEKLY;BYDAY=MO",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;COUNT=1001",
        "FREQ=WEEKLY;COUNT=99999999999999999999",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20261231T000000Z",
        "FREQ=WEEKLY;UNTIL=20261231",
        "FREQ=WEEKLY;UNTIL=20261301T000000Z",
        "FREQ=WEEKLY;UNTIL=20261231T000000",
        "FREQ=WEEKLY;BYHOUR=3",
        "FREQ=WEEKLY;WKST=SU",
        "FREQ=WEEKLY\nX:1",
        "FREQ=MINUTELY",
        "FREQ=MINUTELY;INTERVAL=9",
        "FREQ=MINUTELY;INTERVAL=1441",
        "FREQ=MINUTELY;INTERVAL=30;COUNT=3",
        "FREQ=WEEKLY;" + "X" * 500,
    ],
)
def test_a_repetition_we_do_not_keep_is_refused(rrule: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        validated(wall_time(2026, 11, 22, 19, 30), "Europe/Berlin", rrule)
    assert refusal.value.field == "rrule"


@given(st.text(max_size=60) | st.text(alphabet="FREQ=WEKLYINTRVAMOUSH;,0123456789TZ", max_size=60))
def test_any_text_is_a_rule_or_a_refusal(text: str) -> None:
    try:
        rule = validated(wall_time(2026, 11, 22, 19, 30), "Europe/Berlin", "FREQ=WEEKLY;" + text)
    except Invalid:
        return
    assert validated(rule.wall, rule.zone, rule.rrule) == rule


def test_a_rule_has_one_spelling() -> None:
    rule = validated(wall_time(2026, 11, 22, 19, 30, 0, 5), "Europe/Berlin", "byday=SU,MO,SU;freq=weekly;interval=1")
    assert rule == Rule(wall=wall_time(2026, 11, 22, 19, 30), zone="Europe/Berlin", rrule="FREQ=WEEKLY;BYDAY=MO,SU")
    assert weekly(rule.wall, rule.zone).rrule == "FREQ=WEEKLY"


def test_the_days_must_include_the_first() -> None:
    with pytest.raises(Invalid, match="choose Sunday"):
        validated(wall_time(2026, 11, 22, 19, 30), "Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO,TH")


# --- the ends ---


def test_the_stretch_asked_for_holds_its_beginning_and_not_its_end() -> None:
    rule = weekly(wall_time(2026, 11, 22, 19, 30), "UTC")
    first, second = utc(2026, 11, 22, 19, 30), utc(2026, 11, 29, 19, 30)
    assert occurrences(rule, after=first, before=second) == [first]
    assert occurrences(rule, after=first + timedelta(microseconds=1), before=second) == []
    assert occurrences(rule, after=second, before=first) == []
    assert next_occurrence(rule, first) == first


def test_a_series_that_is_over_has_no_next_sit() -> None:
    once = validated(wall_time(2026, 11, 22, 19, 30), "UTC")
    thrice = validated(wall_time(2026, 11, 22, 19, 30), "UTC", "FREQ=WEEKLY;COUNT=3")
    assert next_occurrence(once, utc(2026, 11, 1)) == utc(2026, 11, 22, 19, 30)
    assert next_occurrence(once, utc(2026, 11, 23)) is None
    assert next_occurrence(thrice, utc(2026, 12, 6)) == utc(2026, 12, 6, 19, 30)
    assert next_occurrence(thrice, utc(2026, 12, 7)) is None


def test_the_edges_of_the_calendar_are_quiet() -> None:
    for rrule in (None, "FREQ=WEEKLY", "FREQ=MINUTELY;INTERVAL=1440"):
        rule = validated(wall_time(2099, 12, 31, 23), "Pacific/Kiritimati", rrule)
        for moment in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
            assert not is_occurrence(rule, moment)
            assert occurrences(rule, after=moment, before=moment) == []
        assert next_occurrence(rule, datetime.min.replace(tzinfo=UTC)) == utc(2099, 12, 31, 9)
        assert next_occurrence(rule, datetime.max.replace(tzinfo=UTC)) is None
        assert occurrences(rule, after=utc(1, 1, 1), before=utc(9999, 12, 31), limit=1) == [utc(2099, 12, 31, 9)]


def test_naive_moments_are_our_mistake() -> None:
    rule = weekly(wall_time(2026, 11, 22, 19, 30), "UTC")
    with pytest.raises(ValueError, match="aware"):
        occurrences(rule, after=wall_time(2026, 1, 1), before=utc(2026, 2, 1))
    with pytest.raises(ValueError, match="aware"):
        next_occurrence(rule, wall_time(2026, 1, 1))
    with pytest.raises(ValueError, match="aware"):
        sit_key(1, wall_time(2026, 1, 1))


def test_years_gone_by_are_not_counted_through(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    real = recurrence._brought_forward

    def listening(rule: Rule, after: datetime) -> tuple[datetime, str | None]:
        wall, rrule = real(rule, after)
        asked.append(wall)
        return wall, rrule

    monkeypatch.setattr(recurrence, "_brought_forward", listening)
    rule = validated(wall_time(2001, 1, 7, 6, 15), "Europe/Berlin", "FREQ=WEEKLY;INTERVAL=3")
    assert len(occurrences(rule, after=utc(2026, 11, 1), before=utc(2026, 11, 22))) == 1
    assert asked
    assert all(wall > wall_time(2026, 8, 15) for wall in asked)
