"""Soft doors: where a group wants it, whoever comes while it sits waits for the next edge of the plan. Pure."""

from datetime import datetime, timedelta

from community.sits.plan import Plan, edges, still

AHEAD = timedelta(seconds=5)  # so that whoever waits is seated when the circle catches up
AFTERWARDS = timedelta(seconds=20)  # an edge that was just missed, by a slow line or a late step


def opens_again_at(plan: Plan, start: datetime, at: datetime) -> datetime | None:
    """Give the edge for which somebody who comes now has to wait; None where they come in at once."""
    if not still(plan, start, at):
        return None
    marks = edges(plan, start)
    if any(edge - AHEAD <= at < edge + AFTERWARDS for edge in marks):
        return None
    return next(edge for edge in marks if edge > at)
