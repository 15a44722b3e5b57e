"""When a sit is, in words."""

from datetime import datetime

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
