"""When sits take place: wall time in a zone, with a rule of repetition, turned into moments.

A weekly sit keeps its wall time over both clock changes: a time that does not exist takes the offset before the
gap, one that exists twice is the first (RFC 5545). Weekly rules are expanded by recurring-ical-events; a room that
reopens every so many minutes is plain arithmetic in UTC, since it is asked for often and began long ago.
Everything here is pure; moments given and returned are aware, those returned in UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import recurring_ical_events

from community.errors import Invalid, NotFound

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
YEARS: Final = (2000, 2100)  # in which a first sit may be planned
CALENDAR: Final = (
    datetime(1999, 12, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
)  # outside it there are none
COUNT_MOST: Final = 1000
WEEKS_MOST: Final = 52
MINUTES: Final = (10, 24 * 60)
RULE_LENGTH: Final = 200

_NO_ZONES: Final = frozenset({"Factory", "localtime"})  # files that stand among the zones and are none
_DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTS: Final = ("INTERVAL", "BYDAY", "UNTIL", "COUNT")
_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_MOMENT_SHAPE: Final = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_KEY_SHAPE: Final = re.compile(r"([1-9]\d{0,9})-(\d{8}T\d{6}Z)", re.ASCII)
_ID_MOST: Final = 2**31 - 1  # the database's integer
_WEEK: Final = timedelta(weeks=1)
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

    Known are FREQ=WEEKLY with INTERVAL, BYDAY and UNTIL (in UTC) or COUNT, and FREQ=MINUTELY with INTERVAL.
    """
    if not isinstance(wall, datetime) or wall.tzinfo is not None:
        raise Invalid("Give the day and the time at which the first sit begins.", field="wall")
    if not YEARS[0] <= wall.year < YEARS[1]:
        raise Invalid(f"Choose a day between {YEARS[0]} and {YEARS[1] - 1}.", field="wall")
    if not isinstance(zone, str) or zone not in _zones():
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
        starts = [_moment(rule.wall, rule.zone)]
    elif rule.rrule.startswith("FREQ=MINUTELY"):
        return _back_to_back(rule, after, before, limit)
    else:
        starts = _weekly(rule, after, before)
    return list(islice((start for start in starts if after <= start < before), limit))


def next_occurrence(rule: Rule, after: datetime) -> datetime | None:
    """Give the first start at or after the moment, or None when the series is over."""
    begin = min(max(_utc(after), _moment(rule.wall, rule.zone)), CALENDAR[1])
    found = occurrences(rule, after=begin, before=begin + _period(rule) + _MARGIN, limit=1)
    return found[0] if found else None


def is_occurrence(rule: Rule, start: datetime) -> bool:
    """Say whether a sit of this series starts at exactly this moment."""
    if not CALENDAR[0] <= _utc(start) < CALENDAR[1]:
        return False
    return start in occurrences(rule, after=start, before=start + timedelta(seconds=1), limit=1)


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


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


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
    if freq == "MINUTELY" and parts.keys() == {"INTERVAL"}:
        every = _whole(
            parts["INTERVAL"], MINUTES, "A room can reopen every 10 minutes at most, and once a day at least."
        )
        return f"FREQ=MINUTELY;INTERVAL={every}"
    raise _unknown_rule()


def _spelled_weekly(parts: dict[str, str], wall: datetime) -> str:
    if "UNTIL" in parts and "COUNT" in parts:
        raise Invalid("A series ends on a day or after a number of sits, not both.", field="rrule")
    spelled = ["FREQ=WEEKLY"]
    if "INTERVAL" in parts:
        weeks = _whole(parts["INTERVAL"], (1, WEEKS_MOST), f"A sit repeats every 1 to {WEEKS_MOST} weeks.")
        spelled += [f"INTERVAL={weeks}"] if weeks > 1 else []
    if "BYDAY" in parts:
        spelled.append(f"BYDAY={','.join(_days(parts['BYDAY'], wall))}")
    if "COUNT" in parts:
        count = _whole(parts["COUNT"], (1, COUNT_MOST), f"A series has 1 to {COUNT_MOST} sits, or no end.")
        spelled.append(f"COUNT={count}")
    if "UNTIL" in parts:
        if (until := _read_moment(parts["UNTIL"])) is None:
            raise Invalid("The end of a series is a moment in UTC, such as 20261231T225959Z.", field="rrule")
        spelled.append(f"UNTIL={until.strftime(_MOMENT)}")
    return ";".join(spelled)


def _days(value: str, wall: datetime) -> list[str]:
    given = value.split(",")
    if len(given) > len(DAYS) or not set(given) <= set(DAYS):
        raise _unknown_rule()
    if DAYS[wall.weekday()] not in given:
        day = _DAY_NAMES[wall.weekday()]
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
    return Invalid("Sits can repeat every week, on some days, or every so many minutes. Choose one.", field="rrule")


# --- moments ---


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("moments are aware")
    return moment.astimezone(UTC)


def _moment(wall: datetime, zone: str) -> datetime:
    """Find the moment of a wall time: in a gap by the offset before it, of two the first (both are fold 0)."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def _part(rule: Rule, name: str) -> str | None:
    parts = dict(part.split("=") for part in (rule.rrule or "").split(";") if part)
    return parts.get(name)


def _period(rule: Rule) -> timedelta:
    """Give the time after which a rule has repeated itself once."""
    every = int(_part(rule, "INTERVAL") or 1)
    if rule.rrule is None:
        return timedelta(0)
    return timedelta(minutes=every) if rule.rrule.startswith("FREQ=MINUTELY") else every * _WEEK


def _back_to_back(rule: Rule, after: datetime, before: datetime, limit: int | None) -> list[datetime]:
    first, every = _moment(rule.wall, rule.zone), _period(rule)
    begin = max(0, -((first - after) // every))  # rounded up: the first start that is not before ``after``
    end = max(begin, -((first - before) // every))
    if limit is not None:
        end = min(end, begin + max(limit, 0))
    return [first + k * every for k in range(begin, end)]


def _weekly(rule: Rule, after: datetime, before: datetime) -> list[datetime]:
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
    return sorted(_moment(each["DTSTART"].dt.replace(tzinfo=None), rule.zone) for each in found)


def _brought_forward(rule: Rule, after: datetime) -> tuple[datetime, str | None]:
    """Start the series anew shortly before ``after``, so that years gone by cost nothing.

    A rule repeats itself with its period, and its first sit is on one of its days: so each period holds one sit
    for each day, and a start moved by whole periods is a sit of the series, with that many fewer to COUNT.
    """
    rrule, period = rule.rrule, _period(rule)
    skipped = max(0, (after.replace(tzinfo=None) - 2 * _MARGIN - rule.wall) // period)
    if rrule and (count := _part(rule, "COUNT")):
        left = int(count) - skipped * len((_part(rule, "BYDAY") or "one").split(","))
        rrule = rrule.replace(f"COUNT={count}", f"COUNT={left}") if left > 0 else None
    return rule.wall + skipped * period, rrule
