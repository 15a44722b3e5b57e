"""Words for times and numbers, in the reader's own zone."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Flask

from community.clock import now

NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)


# Our own tables, and not strftime: it is slow on a page that says twenty times, and it follows the machine's language.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def number_word(count: int) -> str:
    """Say a small number as a word, a large one in figures."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def place(zone: str) -> str:
    """Say a time zone by its city: "Lisbon" for Europe/Lisbon."""
    return zone.rpartition("/")[2].replace("_", " ")


def init_app(app: Flask, zone: "type[ReaderZone]") -> None:
    """Give the templates their filters."""
    app.add_template_filter(lambda moment: day(moment, zone.current()), "day")
    app.add_template_filter(lambda moment: clock(moment, zone.current()), "clock")
    app.add_template_filter(lambda moment, there: elsewhere(moment, zone.current(), there), "elsewhere")
    app.add_template_filter(lambda moment: said(moment, zone.current(), at=now()), "moment")
    app.add_template_filter(lambda moment: moment.isoformat(timespec="seconds"), "iso")
    app.add_template_filter(date_words, "date_words")
    app.add_template_filter(lambda day: short_date(day, zone.current()), "short_date")
    app.add_template_filter(number_word, "number_word")
    app.add_template_filter(place, "place")


class ReaderZone:
    """Where the reader's zone comes from; the door gives the signed-in member's."""

    @staticmethod
    def current() -> ZoneInfo:
        """Give the zone to say times in."""
        return ZoneInfo("UTC")


def day(moment: datetime, zone: ZoneInfo) -> str:
    """Say "Friday 20 November"."""
    local = moment.astimezone(zone)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"


def date_words(day: date) -> str:
    """Say "20 November 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(day: date, zone: ZoneInfo) -> str:
    """Say "20 Nov", where a drawing has little room."""
    day = day.astimezone(zone) if isinstance(day, datetime) else day
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Say "19:30"."""
    return _hour(moment.astimezone(zone))


def elsewhere(moment: datetime, zone: ZoneInfo, there: str) -> str:
    """Say "20:30 in Berlin" where clocks show another time there, with the day if it is another; else nothing."""
    here, other = moment.astimezone(zone).replace(tzinfo=None), moment.astimezone(ZoneInfo(there)).replace(tzinfo=None)
    if here == other:
        return ""
    on = "" if here.date() == other.date() else f"{DAYS[other.weekday()]} "
    return f"{on}{_hour(other)} in {place(there)}"


def said(moment: datetime, zone: ZoneInfo, *, at: datetime) -> str:
    """Say when something was: "Today, 19:30", "Yesterday, 09:15", "Thursday, 20:14", or the whole date."""
    return _said(moment, zone, at.astimezone(zone).date())


@lru_cache(maxsize=4096)
def _said(moment: datetime, zone: ZoneInfo, today: date) -> str:
    local = moment.astimezone(zone)
    days_ago = (today - local.date()).days
    if days_ago in {0, 1}:
        word = ("Today", "Yesterday")[days_ago]
    elif 1 < days_ago < len(DAYS):
        word = DAYS[local.weekday()]
    else:
        year = "" if local.year == today.year else f" {local.year}"
        word = day(moment, zone) + year
    return f"{word}, {_hour(local)}"


def _hour(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"
