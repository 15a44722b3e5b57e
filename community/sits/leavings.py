"""Who left a sit, noted as it happens and told in one go every few seconds.

It is for their own record of the sit, and goes nowhere else. Who is back before it was told never left; and what a
process knew when it died is forgotten, so that nobody's sit is shorter for it.
"""

import threading
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final

from community.sits.facts import Leaving
from community.sits.recurrence import parse_sit_key
from community.sits.seats import HOLD_S

NEW_S: Final = 60.0  # a process that is new has yet to hear from those who sat on while there was none

Moments = Mapping[tuple[str, int], float]


class Leavings:
    """The leavings that are still to be told: of a sit and a member, when."""

    def __init__(self) -> None:
        self._moments: dict[tuple[str, int], float] = {}
        self._lock = threading.Lock()
        self._since: float | None = None

    def note(self, sit: str, member_id: int, at: float) -> None:
        """Note that a member's seat is free."""
        with self._lock:
            self._moments.setdefault((sit, member_id), at)

    def ran_out(self, seats: Collection[tuple[str, int]], at: float) -> None:
        """Note seats that nobody was heard in for so long that they are free; not by a process that is new."""
        with self._lock:
            self._since = at if self._since is None else self._since
            if at - self._since >= NEW_S:
                for seat in seats:
                    self._moments.setdefault(seat, at - HOLD_S)

    def came_back(self, sit: str, member_id: int) -> None:
        """Forget that somebody left who is here again."""
        with self._lock:
            self._moments.pop((sit, member_id), None)

    def take(self) -> Moments:
        """Give what is to be told, and forget it."""
        with self._lock:
            taken, self._moments = self._moments, {}
            return taken

    def put_back(self, taken: Moments) -> None:
        """Keep for the next time what could not be told."""
        with self._lock:
            self._moments = {**self._moments, **taken}


def leaving_of(sit: str, member_id: int, at: float) -> Leaving:
    """Say in plain values who left which sit."""
    series_id, planned_at = parse_sit_key(sit)
    return Leaving(series_id, planned_at, member_id, datetime.fromtimestamp(at, UTC))
