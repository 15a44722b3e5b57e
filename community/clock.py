"""The time, asked for in doors only and handed on as ``at=``."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones

NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})  # names in the files that say nothing of where one is


def now() -> datetime:
    """Give the present moment as an aware UTC datetime."""
    return datetime.now(UTC)


@cache
def zones() -> frozenset[str]:
    """Give the names of all time zones; looked up once, since they are files and there are hundreds."""
    return frozenset(available_timezones()) - NO_PLACES
