"""What stands in a member's calendar, read by two readers: icalendar with its expander, and dateutil.

The second reader unfolds the lines itself, takes the zones from the VTIMEZONE that stands in the feed, and expands
RRULE and EXDATE by dateutil; what it finds must be what the house's own list of sits says.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from dateutil.tz import tzical  # type: ignore[import-untyped]

from community.clock import now
from community.db import session, transaction
from community.sits import queries
from community.sits.models import ChangeKind, SitChange, SitSeries
from community.sits.recurrence import parse_sit_key
from community.sits.sit import sits_of
from tests.calendars.keeping import feed_of, make_calendar
from tests.doors import Browser
from tests.factories import inside, plan_sit
from tests.people import People

Open = Callable[..., Browser]
AHEAD = timedelta(days=400)


def changed(key: str, kind: ChangeKind, *, to: datetime | None = None, version: int = 1) -> None:
    series_id, planned_at = parse_sit_key(key)
    with inside(), transaction():
        zone = ZoneInfo(session().get_one(SitSeries, series_id).zone)
        wall = to.astimezone(zone).replace(tzinfo=None).isoformat() if to else None
        row = {"kind": kind, "wall_start": wall, "note": "Maren is unwell.", "version": version, "changed_at": now()}
        session().merge(SitChange(series_id=series_id, planned_at=planned_at, **row))


def later_keys(key: str, count: int) -> list[str]:
    series_id, planned_at = parse_sit_key(key)
    with inside():
        series = session().get_one(SitSeries, series_id)
        found = sits_of(series, after=planned_at, before=planned_at + AHEAD, limit=count)
        return [sit.key for sit in found]


def expected(key: str, *, off: bool = False) -> list[datetime]:
    """Give the starts that the house itself says, of sits that take place or of those called off."""
    series_id, _ = parse_sit_key(key)
    with inside():
        series = session().get_one(SitSeries, series_id)
        sits = sits_of(series, after=now() - timedelta(days=30), before=now() + AHEAD, limit=1000)
        return [sit.starts_at for sit in sits if sit.is_called_off is off]


# --- the two readers ---


def by_the_library(feed: bytes) -> tuple[list[datetime], list[datetime]]:
    """Expand by recurring-ical-events; gives what takes place and what is cancelled."""
    calendar: Any = icalendar.Calendar.from_ical(feed)
    found = recurring_ical_events.of(calendar).between(now() - timedelta(days=30), now() + AHEAD)
    starts = sorted((each["DTSTART"].dt.astimezone(UTC), str(each["STATUS"])) for each in found)
    return [at for at, said in starts if said == "CONFIRMED"], [at for at, said in starts if said == "CANCELLED"]


def by_lines(feed: bytes) -> tuple[list[datetime], list[datetime]]:
    """Expand by hand and dateutil, with the zones that the feed itself brings along."""
    text = feed.decode().replace("\r\n ", "")
    found = "\n".join(re.findall(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE", text, re.DOTALL))
    zones = tzical(StringIO(found)) if found else None
    planned: set[datetime] = set()
    going: set[datetime] = set()
    cancelled: set[datetime] = set()
    apart: set[datetime] = set()
    for event in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL):
        lines = dict(line.split(":", 1) for line in event.strip().split("\r\n"))
        props = {name.partition(";")[0]: (name, value) for name, value in lines.items()}
        start = moment(zones, *props["DTSTART"])
        if "RECURRENCE-ID" in props:
            apart.add(moment(zones, *props["RECURRENCE-ID"]))
        if "RRULE" in props:
            rule = rrulestr(props["RRULE"][1], dtstart=start)
            out = {moment(zones, "EXDATE", each) for each in props.get("EXDATE", ("", ""))[1].split(",") if each}
            planned |= set(rule.between(now() - timedelta(days=30), now() + AHEAD, inc=True)) - out
        else:
            (cancelled if props["STATUS"][1] == "CANCELLED" else going).add(start)
    going |= planned - apart
    as_utc = [sorted(each.astimezone(UTC) for each in some) for some in (going, cancelled)]
    return as_utc[0], as_utc[1]


def moment(zones: Any, name: str, value: str) -> datetime:
    zone = re.search(r"TZID=([^;:]+)", name)
    plain = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return plain if zone is None else plain.replace(tzinfo=zones.get(zone[1]))


# --- what it says ---


@pytest.mark.parametrize(
    ("rrule", "wall"),
    [
        (None, "19:30:00"),
        ("FREQ=WEEKLY", "19:30:00"),
        ("FREQ=WEEKLY;INTERVAL=2", "06:15:00"),
        ("FREQ=WEEKLY;COUNT=9", "06:15:00"),
        ("FREQ=WEEKLY;UNTIL=20370101T000000Z", "12:40:00"),
    ],
)
def test_both_readers_find_the_sits_that_the_house_says(
    people: People, browser: Open, rrule: str | None, wall: str
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=2), rrule=rrule)
    with inside(), transaction():
        series = session().get_one(SitSeries, parse_sit_key(key)[0])
        series.wall_start = f"{series.wall_start[:11]}{wall}"
    feed = feed_of(browser, people.ines)
    assert expected(key)
    assert by_the_library(feed) == by_lines(feed) == (expected(key), [])


def test_a_moved_and_a_cancelled_sit_stand_beside_their_series(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=2), rrule="FREQ=WEEKLY")
    keys = later_keys(key, 5)
    changed(keys[1], ChangeKind.MOVED, to=parse_sit_key(keys[1])[1] + timedelta(days=1, hours=2))
    changed(keys[2], ChangeKind.CALLED_OFF, version=3)
    changed(keys[3], ChangeKind.KEPT, version=2)
    feed = feed_of(browser, people.ines)
    assert by_the_library(feed) == (expected(key), expected(key, off=True))
    going, cancelled = by_lines(feed)
    assert (going, cancelled) == (expected(key), expected(key, off=True))
    events: Any = icalendar.Calendar.from_ical(feed).walk("VEVENT")
    assert len({str(event["UID"]) for event in events}) == 1
    assert [int(event["SEQUENCE"]) for event in events] == [6, 1, 3]
    assert "Maren" not in feed.decode()


def test_a_single_sit_is_moved_or_cancelled_where_it_stands(people: People, browser: Open) -> None:
    moved = plan_sit(people.group, people.maren, begins_in=timedelta(days=2))
    off = plan_sit(people.group, people.maren, begins_in=timedelta(days=3))
    changed(moved, ChangeKind.MOVED, to=parse_sit_key(moved)[1] + timedelta(days=9))
    changed(off, ChangeKind.CALLED_OFF)
    feed = feed_of(browser, people.ines)
    said = (expected(moved), expected(off, off=True))
    assert by_the_library(feed) == by_lines(feed) == said


def test_what_was_called_off_long_ago_is_left_out_of_the_series(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=-70), rrule="FREQ=WEEKLY")
    keys = later_keys(key, 3)
    changed(keys[1], ChangeKind.CALLED_OFF)
    feed = feed_of(browser, people.ines)
    assert "EXDATE" in feed.decode()
    calendar: Any = icalendar.Calendar.from_ical(feed)
    long_ago = recurring_ical_events.of(calendar).between(now() - timedelta(days=71), now() - timedelta(days=50))
    assert [each["DTSTART"].dt.astimezone(UTC) for each in long_ago] == [parse_sit_key(keys[n])[1] for n in (0, 2)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"])
def test_the_feeds_own_zones_say_the_same_as_ours(people: People, browser: Open, zone: str) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=2), rrule="FREQ=WEEKLY")
    with inside(), transaction():
        series = session().get_one(SitSeries, parse_sit_key(key)[0])
        series.zone, series.wall_start = zone, f"{series.wall_start[:11]}19:30:00"
    feed = feed_of(browser, people.ines)
    assert by_the_library(feed) == (expected(key), [])
    assert by_lines(feed) == (expected(key), [])
    assert ("BEGIN:VTIMEZONE" in feed.decode()) is (zone != "UTC")
    assert "RDATE" not in feed.decode()


@pytest.mark.parametrize(
    "zone", ["Africa/Casablanca", "America/Santiago", "Africa/Cairo", "Asia/Jerusalem", "Asia/Tehran"]
)
def test_a_zone_that_follows_no_simple_rule_is_right_all_the_same(people: People, browser: Open, zone: str) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=-800), rrule="FREQ=WEEKLY;INTERVAL=2")
    with inside(), transaction():
        series = session().get_one(SitSeries, parse_sit_key(key)[0])
        series.zone, series.wall_start = zone, f"{series.wall_start[:11]}19:30:00"
    feed = feed_of(browser, people.ines)
    assert by_the_library(feed) == (expected(key), [])
    assert by_lines(feed) == (expected(key), [])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/London"])
@pytest.mark.parametrize("wall", ["00:45", "03:15", "04:00"])
def test_the_hours_beside_a_clock_change_are_right_by_the_feeds_own_zone(
    people: People, browser: Open, zone: str, wall: str
) -> None:
    """Clocks change on Sundays there; an hour that does not exist is left to the reader, who may skip it."""
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=2), rrule="FREQ=WEEKLY")
    with inside(), transaction():
        series = session().get_one(SitSeries, parse_sit_key(key)[0])
        sunday = datetime.fromisoformat(series.wall_start)
        sunday += timedelta(days=6 - sunday.weekday())
        series.zone, series.wall_start = zone, f"{sunday:%Y-%m-%d}T{wall}:00"
    assert by_lines(feed_of(browser, people.ines)) == (expected(key), [])


def test_a_change_of_a_sit_whose_hour_does_not_exist_is_found_by_the_rules_own_name(
    people: People, browser: Open
) -> None:
    """02:30 on the last Sunday of March is no hour in Berlin; the rule still names it so."""
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=2), rrule="FREQ=WEEKLY")
    year = now().year + 1
    gap = max(
        datetime(year, 3, day, tzinfo=UTC) for day in range(25, 32) if datetime(year, 3, day, tzinfo=UTC).weekday() == 6
    )
    with inside(), transaction():
        series = session().get_one(SitSeries, parse_sit_key(key)[0])
        series.zone = "Europe/Berlin"
        series.wall_start = f"{gap - timedelta(weeks=8):%Y-%m-%d}T02:30:00"
        sit = next(sit for sit in sits_of(series, after=gap, before=gap + timedelta(days=1), limit=1))
        name = sit.key
    changed(name, ChangeKind.CALLED_OFF)
    feed = feed_of(browser, people.ines)
    assert f"RECURRENCE-ID;TZID=Europe/Berlin:{gap:%Y%m%d}T023000" in feed.decode()
    assert by_the_library(feed)[1] == [parse_sit_key(name)[1]]


@pytest.mark.parametrize("rrule", [None, "FREQ=WEEKLY"])
@pytest.mark.parametrize(("month", "wall"), [(10, "02:45"), (10, "01:45"), (3, "01:45"), (3, "02:30")])
def test_a_sit_beside_a_clock_change_is_as_long_as_any(
    people: People, browser: Open, rrule: str | None, month: int, wall: str
) -> None:
    """Clocks change on the last Sunday of March and of October in Berlin."""
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=2), rrule=rrule)
    year = now().year + 1
    last = max(day for day in range(25, 32) if datetime(year, month, day, tzinfo=UTC).weekday() == 6)
    with inside(), transaction():
        series = session().get_one(SitSeries, parse_sit_key(key)[0])
        series.zone, series.wall_start = "Europe/Berlin", f"{year}-{month:02}-{last}T{wall}:00"
    calendar: Any = icalendar.Calendar.from_ical(feed_of(browser, people.ines))
    event = calendar.walk("VEVENT")[0]
    long = event["DURATION"].dt if "DURATION" in event else event["DTEND"].dt - event["DTSTART"].dt
    assert long == timedelta(minutes=30)


# --- its form ---


def test_the_feed_is_well_formed(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, title="Sitting; slowly, \\ with ümlauts " * 3, rrule="FREQ=WEEKLY")
    changed(key, ChangeKind.CALLED_OFF)
    feed = feed_of(browser, people.ines, titles="names")
    assert feed.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in feed.replace(b"\r\n", b"")
    assert max(len(line) for line in feed.split(b"\r\n")) <= 75
    calendar: Any = icalendar.Calendar.from_ical(feed)
    assert not calendar.errors
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    for event in calendar.walk("VEVENT"):
        assert not event.errors
        assert {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DURATION", "SUMMARY", "STATUS", "URL"} <= set(event)
        assert event["DTSTAMP"].dt.tzinfo is not None


def test_the_same_sits_are_the_same_answer(people: People, browser: Open) -> None:
    plan_sit(people.group, people.maren, begins_in=timedelta(days=2), rrule="FREQ=WEEKLY")
    path = make_calendar(browser(people.ines))
    program = browser()
    first = program.get(path)
    assert first.headers["ETag"]
    again = program.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with inside():
        assert queries.series_for_reader(people.ines, at=now())
