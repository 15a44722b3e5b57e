"""A member's sits as an iCalendar (RFC 5545): a series as its rule, what became of single sits beside it. Pure.

A sit that is moved or called off is an event of its own with RECURRENCE-ID; one that was called off longer ago than a
month is left out by EXDATE. A calendar names neither people nor what was said, and unless its member chose names it
says "Practice" and leads to an address that tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import icalendar

from community.sits.models import SitSeries
from community.sits.recurrence import DAYS, moment_of
from community.sits.sit import Sit, plan_of, rule_of

PAST: Final = timedelta(days=31)
NEUTRAL: Final = "Practice"
YEARS_AHEAD: Final = 5  # for which the rules of a time zone are spelled out
AGAIN: Final = timedelta(hours=1)  # how often a calendar program may look for news


@dataclass(frozen=True)
class Page:
    """What every event needs to know of this place, and of what its reader chose."""

    base_url: str
    host: str
    names: bool
    title: str  # of the whole calendar


def written(series: Sequence[SitSeries], page: Page, *, at: datetime) -> bytes:
    """Write the calendar; the same sits are the same bytes, whenever it is asked for within a day."""
    since = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - PAST
    whole = icalendar.Calendar()
    whole.add("prodid", "-//practice//calendar//EN")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", page.title)
    whole.add("refresh-interval", AGAIN, {"value": "DURATION"})
    whole.add("x-published-ttl", "PT1H")
    zones: dict[str, date] = {}
    events: list[icalendar.Event] = []
    for one in series:
        events += _events(one, page, since)
        first = rule_of(one).wall.date()
        zones[one.zone] = min(first, zones.get(one.zone, first))
    for zone, first in sorted(zones.items()):
        if zone not in {"UTC", "Etc/UTC"}:
            whole.add_component(_timezone(zone, first.year, at.year + YEARS_AHEAD))
    for event in events:
        whole.add_component(event)
    return bytes(whole.to_ical())


def _events(series: SitSeries, page: Page, since: datetime) -> list[icalendar.Event]:
    """Give the events of a series: its rule, and each single sit that stands otherwise."""
    rule = rule_of(series)
    changed = [Sit(series, each.planned_at, each) for each in series.changes]
    apart = [sit for sit in changed if sit.is_moved or sit.is_called_off]
    if rule.rrule is None:
        only = apart[0] if apart else Sit(series, moment_of(rule.wall, rule.zone))
        return [_event(only, page, sequence=sum(sit.version for sit in changed))]
    shown = [sit for sit in apart if max(sit.starts_at, sit.planned_at) >= since]
    whole = _event(Sit(series, moment_of(rule.wall, rule.zone)), page, sequence=sum(sit.version for sit in changed))
    whole["dtstart"] = icalendar.vDDDTypes(rule.wall.replace(tzinfo=ZoneInfo(rule.zone)))
    whole.add("rrule", icalendar.vRecur.from_ical(rule.rrule))
    if left_out := [_in_series(sit) for sit in apart if sit not in shown]:
        whole.add("exdate", left_out)
    return [whole, *(_beside(sit, page) for sit in shown)]


def _beside(sit: Sit, page: Page) -> icalendar.Event:
    event = _event(sit, page, sequence=sit.version)
    event.add("recurrence-id", _in_series(sit))
    return event


def _event(sit: Sit, page: Page, *, sequence: int) -> icalendar.Event:
    series, url = sit.series, f"{page.base_url}/series/{sit.series.id}"
    zone = ZoneInfo(series.zone)
    title = f"{series.title} ({series.group.name})" if page.names else NEUTRAL
    event = icalendar.Event()
    event.add("uid", f"sit-{series.id}@{page.host}")
    stamp = max([series.created_at, *(each.changed_at for each in series.changes)])
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", sequence)
    event.add("summary", f"{title}: called off" if sit.is_called_off else title)
    event.add("dtstart", sit.starts_at.astimezone(zone))
    # No end: beside a change of the clocks its wall time may stand before that of the start.
    event.add("duration", timedelta(seconds=plan_of(series).total_s))
    event.add("status", "CANCELLED" if sit.is_called_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if sit.is_called_off else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("url", url)
    event.add("description", f"The room: {url}")
    return event


def _in_series(sit: Sit) -> datetime:
    """Give the wall time by which the rule itself names a sit: in a gap that is not what the clocks will show."""
    rule = rule_of(sit.series)
    zone = ZoneInfo(rule.zone)
    shown = sit.planned_at.astimezone(zone)
    wall = datetime.combine(shown.date(), rule.wall.time())
    return wall.replace(tzinfo=zone) if moment_of(wall, rule.zone) == sit.planned_at else shown


@lru_cache(maxsize=256)
def _timezone(zone: str, first_year: int, last_year: int) -> icalendar.Timezone:
    """Spell out the rules of a zone; it takes a while, and the next calendar wants the same.

    Not by the library's own from_tzid: that leaps over the weeks of Ramadan, and begins each summer an hour late.
    """
    spelled = icalendar.Timezone()
    spelled.add("tzid", zone)
    for (since, to, name, is_summer), onsets in _onsets(zone, first_year, last_year).items():
        part = icalendar.TimezoneDaylight() if is_summer else icalendar.TimezoneStandard()
        part.add("dtstart", onsets[0])
        part.add("tzoffsetfrom", since)
        part.add("tzoffsetto", to)
        part.add("tzname", name)
        if rule := _yearly(onsets, last_year):
            part.add("rrule", icalendar.vRecur.from_ical(rule))
        elif len(onsets) > 1:
            part.add("rdate", onsets[1:])
        spelled.add_component(part)
    return spelled


def _onsets(zone: str, first_year: int, last_year: int) -> dict[tuple[timedelta, timedelta, str, bool], list[datetime]]:
    """Find when a zone's clocks change, by the hour that they show just before, and from what to what they change."""
    there = ZoneInfo(zone)
    at, end = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=1), datetime(last_year, 1, 1, tzinfo=UTC)
    now = _shown(at, there)
    found = {(now[0], *now): [at.replace(tzinfo=None)]}
    while at < end:
        low, high = at, at + timedelta(weeks=1)  # no zone changes its clocks twice in a week
        if (then := _shown(high, there)) != now:
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _shown(middle, there) == now else (low, middle)
            found.setdefault((now[0], *then), []).append((high + now[0]).replace(tzinfo=None))
        at, now = at + timedelta(weeks=1), then
    return found


def _shown(at: datetime, there: ZoneInfo) -> tuple[timedelta, str, bool]:
    local = at.astimezone(there)
    return local.utcoffset() or timedelta(0), local.tzname() or there.key, bool(local.dst())


def _yearly(changes: Sequence[datetime], last_year: int) -> str:
    """Give the rule by which a clock changes on one weekday of a month each year to the end, or "" if there is none.

    Some programs read only rules and no dates; where the dates follow none, as in Ramadan, they have to do.
    """
    first = changes[0]
    if [each.year for each in changes] != list(range(first.year, last_year)) or len(changes) < YEARS_AHEAD - 1:
        return ""
    if len({(each.month, each.weekday(), each.time()) for each in changes}) > 1:
        return ""
    if all((each + timedelta(days=7)).month != each.month for each in changes):
        place = -1
    elif len({(each.day - 1) // 7 for each in changes}) == 1:
        place = (first.day - 1) // 7 + 1
    else:
        return ""
    return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={place}{DAYS[first.weekday()]}"
