"""When sits take place: wall time in a zone, with a rule of repetition, turned into moments.

A weekly sit keeps its wall time over both clock changes: a time that does not exist takes the offset before the
gap, one that exists twice is the first (RFC 5545). Rules of weeks and months are expanded by recurring-ical-events; a
room that reopens every so many minutes is plain arithmetic in UTC, since it is asked for often and began long ago.
Everything here is pure; moments given and returned are aware, those returned in UTC.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from community.clock import zones
from community.errors import Invalid, NotFound

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLACES: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}  # of a weekday in its month
YEARS: Final = (2000, 2100)  # in which a first sit may be planned
CALENDAR: Final = (
    datetime(1999, 12, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
)  # outside it there are none
COUNT_MOST: Final = 1000
WEEKS_MOST: Final = 52
MONTHS_MOST: Final = 12
MINUTES: Final = (10, 24 * 60)
RULE_LENGTH: Final = 200

_PARTS: Final = ("INTERVAL", "BYDAY", "UNTIL", "COUNT")
_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_MOMENT_SHAPE: Final = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_KEY_SHAPE: Final = re.compile(r"([1-9]\d{0,9})-(\d{8}T\d{6}Z)", re.ASCII)
_ID_MOST: Final = 2**31 - 1  # the database's integer
_WEEK: Final = timedelta(weeks=1)
_MONTH_MOST: Final = timedelta(days=37)  # from one second Tuesday to the next there are 28 or 35 days
_MONTHS: Final = 12  # in a year
_PLACED_DAY: Final = re.compile(r"([1-4]|-1)(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_MARGIN: Final = timedelta(days=2)  # more than any zone or clock change moves a wall time
_EPOCH: Final = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday; cached stretches are counted from it
_STRETCH: Final = timedelta(days=28)
_STRETCHES_CACHED: Final = 3  # so many of them at once are looked up; for more, one expansion is cheaper


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a series takes place; made by ``validated`` or ``weekly``, which keep it sound.

    ``wall`` is the naive wall time of the first sit in ``zone``; without ``rrule`` it is the only one.
    """

    wall: datetime
    zone: str
    rrule: str | None = None


def weekly(wall: datetime, zone: str) -> Rule:
    """Repeat every week at the same wall time."""
    return validated(wall, zone, "FREQ=WEEKLY")


def validated(wall: object, zone: object, rrule: object = None) -> Rule:
    """Make a rule of what a form or a row gives, in one spelling, or raise Invalid with ``field``.

    Known are FREQ=WEEKLY with INTERVAL, BYDAY and UNTIL (in UTC) or COUNT; FREQ=MONTHLY with the same, its BYDAY one
    weekday with its place, as in 2TU or -1FR; and FREQ=MINUTELY with INTERVAL.
    """
    if not isinstance(wall, datetime) or wall.tzinfo is not None:
        raise Invalid("Give the day and the time at which the first sit begins.", field="wall")
    if not YEARS[0] <= wall.year < YEARS[1]:
        raise Invalid(f"Choose a day between {YEARS[0]} and {YEARS[1] - 1}.", field="wall")
    if not isinstance(zone, str) or zone not in zones():
        raise Invalid("We do not know this time zone. Choose one from the list, such as Europe/Berlin.", field="zone")
    wall = wall.replace(microsecond=0, fold=0)
    return Rule(wall=wall, zone=zone, rrule=None if rrule is None else _spelled(rrule, wall))


def occurrences(rule: Rule, *, after: datetime, before: datetime, limit: int | None = None) -> list[datetime]:
    """List the starts in [after, before), in order, the first ``limit`` of them if one is given.

    A long stretch of a room that reopens every ten minutes is a long list: ask for a short one.
    """
    after, before = max(_utc(after), CALENDAR[0]), min(_utc(before), CALENDAR[1])
    if after >= before:
        return []
    if rule.rrule is None:
        starts = [moment_of(rule.wall, rule.zone)]
    elif rule.rrule.startswith("FREQ=MINUTELY"):
        return _back_to_back(rule, after, before, limit)
    else:
        starts = _by_calendar(rule, after, before)
    return list(islice((start for start in starts if after <= start < before), limit))


def next_occurrence(rule: Rule, after: datetime) -> datetime | None:
    """Give the first start at or after the moment, or None when the series is over."""
    begin = min(max(_utc(after), moment_of(rule.wall, rule.zone)), CALENDAR[1])
    found = occurrences(rule, after=begin, before=begin + _period(rule) + _MARGIN, limit=1)
    return found[0] if found else None


def last_occurrence(rule: Rule) -> datetime | None:
    """Give the last start of a series, or None where it has no last one, or none at all."""
    if (until := part(rule, "UNTIL")) is not None:
        end = min(_read_moment(until) or CALENDAR[1], CALENDAR[1])
        if end < moment_of(rule.wall, rule.zone):
            return None
        last = occurrences(rule, after=end - _period(rule) - _MARGIN, before=end + timedelta(seconds=1))
    elif (count := part(rule, "COUNT")) is not None:
        whole = _later(rule, (int(count) - 1) // _starts_a_period(rule))
        begin = moment_of(whole, rule.zone) - _MARGIN
        last = occurrences(rule, after=begin, before=begin + _period(rule) + 2 * _MARGIN)
    else:
        return None if rule.rrule else moment_of(rule.wall, rule.zone)
    return last[-1] if last else None


def end_of_day(day: date, zone: str) -> str:
    """Spell the last second of a day in a zone, as UNTIL wants it; days outside the calendar are its edges."""
    day = min(max(day, CALENDAR[0].date()), CALENDAR[1].date())
    return moment_of(datetime.combine(day, time(23, 59, 59)), zone).strftime(_MOMENT)


def place_in_month(day: date) -> int:
    """Give the place of a day among its weekday's in the month, as in 2 for a second Tuesday; -1 for a fifth."""
    place = (day.day - 1) // 7 + 1
    return place if place in PLACES else -1


def part(rule: Rule, name: str) -> str | None:
    """Give one part of a rule's RRULE, as in "MO,TU" for BYDAY, if it has it."""
    parts = dict(each.split("=") for each in (rule.rrule or "").split(";") if each)
    return parts.get(name)


def is_occurrence(rule: Rule, start: datetime) -> bool:
    """Say whether a sit of this series starts at exactly this moment."""
    if not CALENDAR[0] <= _utc(start) < CALENDAR[1]:
        return False
    return start in occurrences(rule, after=start, before=start + timedelta(seconds=1), limit=1)


def moment_of(wall: datetime, zone: str) -> datetime:
    """Find the moment of a wall time: in a gap by the offset before it, of two the first (both are fold 0)."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def sit_key(series_id: int, start: datetime) -> str:
    """Name one sit of a series, as in ``12-20261122T193000Z``."""
    if start.microsecond:
        raise ValueError("a sit starts at a whole second")
    return f"{series_id}-{_utc(start).strftime(_MOMENT)}"


def parse_sit_key(text: object) -> tuple[int, datetime]:
    """Read a sit's name back, or raise NotFound; each sit has exactly one spelling."""
    match = _KEY_SHAPE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise NotFound
    series_id, start = int(match[1]), _read_moment(match[2])
    if start is None or series_id > _ID_MOST or not CALENDAR[0] <= start < CALENDAR[1]:
        raise NotFound
    return series_id, start


# --- spelling ---


def _spelled(rrule: object, wall: datetime) -> str:
    if not isinstance(rrule, str) or len(rrule) > RULE_LENGTH:
        raise _unknown_rule()
    parts: dict[str, str] = {}
    for part in rrule.upper().split(";"):
        name, _, value = part.partition("=")
        if name in parts:
            raise _unknown_rule()
        parts[name] = value
    freq = parts.pop("FREQ", None)
    if freq == "WEEKLY" and parts.keys() <= set(_PARTS):
        return _spelled_weekly(parts, wall)
    if freq == "MONTHLY" and "BYDAY" in parts and parts.keys() <= set(_PARTS):
        return _spelled_monthly(parts, wall)
    if freq == "MINUTELY" and parts.keys() == {"INTERVAL"}:
        every = _whole(
            parts["INTERVAL"], MINUTES, "A room can reopen every 10 minutes at most, and once a day at least."
        )
        return f"FREQ=MINUTELY;INTERVAL={every}"
    raise _unknown_rule()


def _spelled_weekly(parts: dict[str, str], wall: datetime) -> str:
    spelled = ["FREQ=WEEKLY"]
    if "INTERVAL" in parts:
        weeks = _whole(parts["INTERVAL"], (1, WEEKS_MOST), f"A sit repeats every 1 to {WEEKS_MOST} weeks.")
        spelled += [f"INTERVAL={weeks}"] if weeks > 1 else []
    if "BYDAY" in parts:
        spelled.append(f"BYDAY={','.join(_days(parts['BYDAY'], wall))}")
    return ";".join(spelled + _spelled_end(parts))


def _spelled_monthly(parts: dict[str, str], wall: datetime) -> str:
    spelled = ["FREQ=MONTHLY"]
    if "INTERVAL" in parts:
        months = _whole(parts["INTERVAL"], (1, MONTHS_MOST), f"A sit repeats every 1 to {MONTHS_MOST} months.")
        spelled += [f"INTERVAL={months}"] if months > 1 else []
    match = _PLACED_DAY.fullmatch(parts["BYDAY"])
    if match is None:
        raise _unknown_rule()
    place, weekday = int(match[1]), DAYS.index(match[2])
    if _placed(wall.year, wall.month, place, weekday) != wall.date():
        day = f"{PLACES[place]} {DAY_NAMES[weekday]}"
        raise Invalid(f"The first sit is not on the {day} of its month: choose a day that is.", field="rrule")
    return ";".join([*spelled, f"BYDAY={match[0]}", *_spelled_end(parts)])


def _spelled_end(parts: dict[str, str]) -> list[str]:
    if "UNTIL" in parts and "COUNT" in parts:
        raise Invalid("A series ends on a day or after a number of sits, not both.", field="rrule")
    if "COUNT" in parts:
        count = _whole(parts["COUNT"], (1, COUNT_MOST), f"A series has 1 to {COUNT_MOST} sits, or no end.")
        return [f"COUNT={count}"]
    if "UNTIL" in parts:
        if (until := _read_moment(parts["UNTIL"])) is None:
            raise Invalid("The end of a series is a moment in UTC, such as 20261231T225959Z.", field="rrule")
        return [f"UNTIL={until.strftime(_MOMENT)}"]
    return []


def _days(value: str, wall: datetime) -> list[str]:
    given = value.split(",")
    if len(given) > len(DAYS) or not set(given) <= set(DAYS):
        raise _unknown_rule()
    if DAYS[wall.weekday()] not in given:
        day = DAY_NAMES[wall.weekday()]
        raise Invalid(f"The first sit is on a {day}: choose {day} among the days as well.", field="rrule")
    return sorted(set(given), key=DAYS.index)


def _whole(value: str, span: tuple[int, int], sentence: str) -> int:
    least, most = span
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most):
        raise Invalid(sentence, field="rrule")
    return int(value)


def _read_moment(text: str) -> datetime | None:
    if not _MOMENT_SHAPE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _unknown_rule() -> Invalid:
    return Invalid("Sits can repeat by weeks, by months, or every so many minutes. Choose one.", field="rrule")


# --- moments ---


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("moments are aware")
    return moment.astimezone(UTC)


def _period(rule: Rule) -> timedelta:
    """Give the time within which a rule has repeated itself once; of months the longest there are."""
    every = int(part(rule, "INTERVAL") or 1)
    if rule.rrule is None:
        return timedelta(0)
    if _is_monthly(rule):
        return every * _MONTH_MOST
    return timedelta(minutes=every) if rule.rrule.startswith("FREQ=MINUTELY") else every * _WEEK


def _is_monthly(rule: Rule) -> bool:
    return rule.rrule is not None and rule.rrule.startswith("FREQ=MONTHLY")


def _starts_a_period(rule: Rule) -> int:
    """Say how many sits each period holds: the first is on one of the days, so one for each day."""
    return 1 if _is_monthly(rule) else len((part(rule, "BYDAY") or "one").split(","))


def _periods_before(rule: Rule, wall: datetime) -> int:
    """Count the whole periods from the first sit to a wall time; of months one fewer, since they end anywhere."""
    if not _is_monthly(rule):
        return (wall - rule.wall) // _period(rule)
    months = (wall.year - rule.wall.year) * _MONTHS + wall.month - rule.wall.month - 1
    return months // int(part(rule, "INTERVAL") or 1)


def _later(rule: Rule, periods: int) -> datetime:
    """Move the first wall time by whole periods: it lands on a sit of the series, if that goes on so long."""
    every = int(part(rule, "INTERVAL") or 1)
    if not _is_monthly(rule):
        return rule.wall + periods * every * _WEEK
    years, month = divmod(rule.wall.month - 1 + periods * every, _MONTHS)
    match = _PLACED_DAY.fullmatch(part(rule, "BYDAY") or "")
    if match is None:
        raise ValueError("a rule is made by validated()")
    day = _placed(rule.wall.year + years, month + 1, int(match[1]), DAYS.index(match[2]))
    return datetime.combine(day, rule.wall.time())


def _placed(year: int, month: int, place: int, weekday: int) -> date:
    """Find the second Tuesday of a month, or with place -1 the last."""
    if place > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (place - 1))
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _back_to_back(rule: Rule, after: datetime, before: datetime, limit: int | None) -> list[datetime]:
    first, every = moment_of(rule.wall, rule.zone), _period(rule)
    begin = max(0, -((first - after) // every))  # rounded up: the first start that is not before ``after``
    end = max(begin, -((first - before) // every))
    if limit is not None:
        end = min(end, begin + max(limit, 0))
    return [first + k * every for k in range(begin, end)]


def _by_calendar(rule: Rule, after: datetime, before: datetime) -> list[datetime]:
    """Expand by cached stretches of four weeks if few are asked for, else at once."""
    begin, end = (after - _EPOCH) // _STRETCH, -((_EPOCH - before) // _STRETCH)
    if end - begin > _STRETCHES_CACHED:
        return _expanded(rule, after, before)
    return [start for stretch in range(begin, end) for start in _stretch(rule, stretch)]


@lru_cache(maxsize=4096)
def _stretch(rule: Rule, number: int) -> tuple[datetime, ...]:
    since = _EPOCH + number * _STRETCH
    until = since + _STRETCH
    return tuple(start for start in _expanded(rule, since, until) if since <= start < until)


def _expanded(rule: Rule, after: datetime, before: datetime) -> list[datetime]:
    """Expand the rule over a little more than the stretch; the caller cuts it to size."""
    wall, rrule = _brought_forward(rule, after)
    if rrule is None:
        return []
    event = icalendar.Event()
    event.add("uid", "sit")
    event.add("dtstart", wall.replace(tzinfo=ZoneInfo(rule.zone)))
    event.add("rrule", icalendar.vRecur.from_ical(rrule))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    found = recurring_ical_events.of(calendar).between(after - _MARGIN, before + _MARGIN)
    return sorted(moment_of(each["DTSTART"].dt.replace(tzinfo=None), rule.zone) for each in found)


def _brought_forward(rule: Rule, after: datetime) -> tuple[datetime, str | None]:
    """Start the series anew shortly before ``after``, so that years gone by cost nothing.

    A rule repeats itself with its period, and its first sit is on one of its days: so each period holds one sit
    for each day, and a start moved by whole periods is a sit of the series, with that many fewer to COUNT.
    """
    rrule = rule.rrule
    skipped = max(0, _periods_before(rule, after.replace(tzinfo=None) - 2 * _MARGIN))
    if rrule and (count := part(rule, "COUNT")):
        left = int(count) - skipped * _starts_a_period(rule)
        rrule = rrule.replace(f"COUNT={count}", f"COUNT={left}") if left > 0 else None
    return _later(rule, skipped), rrule
