"""When a sit is, in words."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from community.sits.models import SitSeries
from community.sits.plan import PhaseName
from community.sits.recurrence import DAY_NAMES, DAYS, PLACES, Rule, last_occurrence, moment_of, part
from community.sits.sit import Sit, rule_of

NEAR_MINUTES = 90
TEENS = (11, 12, 13)
ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def begins(sit: Sit, at: datetime) -> str:
    """Say "begins in 24 minutes", or that it is under way or over; "" while it is further off than that."""
    if sit.is_called_off:
        return "is called off"
    name = sit.phase(at).name
    if name is PhaseName.CLOSED:
        return "is over"
    if name is PhaseName.CIRCLE:
        return "the circle is open"
    seconds = (sit.starts_at - at).total_seconds()
    if seconds <= 0:
        return "is under way"
    minutes = -(-int(seconds) // 60)
    if minutes <= 1:
        return "begins in a moment"
    return f"begins in {minutes} minutes" if minutes <= NEAR_MINUTES else ""


def planned(series: SitSeries, at: datetime) -> str:
    """Say when a sit is, or comes again: "every Wednesday at 19:30, from 25 November until 2 March 2027"."""
    rule = rule_of(series)
    if rule.rrule is None:
        there = on_the_clocks(
            rule.wall, rule.zone
        )  # which may not be what was planned: an hour of that night may not exist
        return f"once, on {there:%A} {_date(there.date(), at)} at {there:%H:%M}"
    said = f"{_again(rule)} at {rule.wall:%H:%M}"
    if rule.wall.date() > at.date():
        said += f", from {_date(rule.wall.date(), at)}"
    if count := part(rule, "COUNT"):
        return f"{said}, {count} {'time' if count == '1' else 'times'} in all"
    last = last_occurrence(rule)
    return f"{said} until {_date(last.astimezone(ZoneInfo(rule.zone)).date(), at)}" if last else said


def on_the_clocks(wall: datetime, zone: str) -> datetime:
    """Give what the clocks of a zone show at the moment that a wall time means there."""
    return moment_of(wall, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def no_such_time(wall: datetime, zone: str) -> str:
    """Say that a sit is at another time than was chosen, where the clocks leap over that; else ""."""
    there = on_the_clocks(wall, zone)
    return "" if wall == there else f"That night there is no {wall:%H:%M}; it will be at {there:%H:%M}."


def _again(rule: Rule) -> str:
    every = int(part(rule, "INTERVAL") or 1)
    days = (part(rule, "BYDAY") or DAYS[rule.wall.weekday()]).split(",")
    if place := days[0][:-2]:
        months = "each month" if every == 1 else f"every {ordinal(every)} month"
        return f"on the {PLACES[int(place)]} {_name(days[0])} of {months}"
    names = " and ".join(filter(None, (", ".join(map(_name, days[:-1])), _name(days[-1]))))
    return f"every {names}" if every == 1 else f"every {ordinal(every)} week on {names}"


def _name(day: str) -> str:
    return DAY_NAMES[DAYS.index(day[-2:])]


def _date(day: date, at: datetime) -> str:
    return f"{day.day} {day:%B}" if day.year == at.year else f"{day.day} {day:%B} {day.year}"


def ordinal(number: int) -> str:
    """Say a small number's place: "second", "12th"."""
    return PLACES.get(number) or f"{number}{'th' if number % 100 in TEENS else ENDINGS.get(number % 10, 'th')}"


def thanks_in_words(names: Sequence[str], *, others: bool) -> str:
    """Say "Priya thanks you for sitting together"; whoever is not seen by name is somebody who sat there too."""
    if not names:
        return "Somebody who sat with you thanks you for sitting together"
    if others:
        return f"{', '.join(names)} and others who sat with you thank you for sitting together"
    return f"{' and '.join(names)} {'thanks' if len(names) == 1 else 'thank'} you for sitting together"
