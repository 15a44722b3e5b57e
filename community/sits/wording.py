"""When a sit is, in words."""

from datetime import datetime

from community.sits.models import SitSeries
from community.sits.plan import PhaseName
from community.sits.sit import Sit

NEAR_MINUTES = 90


def begins(sit: Sit, at: datetime) -> str:
    """Say "begins in 24 minutes", or that it is under way or over; "" while it is further off than that."""
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
    """Say on which day a sit is, or on which it comes again: "every Wednesday from 25 November"."""
    wall = datetime.fromisoformat(series.wall_start)
    day = f"{wall.day} {wall:%B}" if wall.year == at.year else f"{wall.day} {wall:%B} {wall.year}"
    if series.rrule is None:
        return f"once, on {wall:%A} {day}"
    return f"every {wall:%A} from {day}" if wall.date() > at.date() else f"every {wall:%A}"
