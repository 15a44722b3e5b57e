"""What happens to series of sits, and to those who sit."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class SitChanged(Event):
    """A single sit was moved, called off, or takes place as planned after all.

    ``starts_at`` is the start that it was planned with, by which it is named; ``was_at`` when it would have begun
    before this change, and ``was_off`` whether it was called off then.
    """

    series_id: int
    starts_at: datetime
    was_at: datetime
    was_off: bool


@dataclass(frozen=True, kw_only=True)
class SeriesEnded(Event):
    """A series goes on no longer; those who wait at its doors want to know."""

    series_id: int


@dataclass(frozen=True, kw_only=True)
class SeatTaken(Event):
    """A member sat down in a sit, for the first time or again."""

    series_id: int
    starts_at: datetime  # as planned, which names the sit
    member_id: int
    at: datetime


class Leaving(NamedTuple):
    """That a member left a sit, which is named by the start that it was planned with."""

    series_id: int
    starts_at: datetime
    member_id: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SeatsLeft(Event):
    """Members left sits, by their own wish or by being lost, some seconds ago."""

    left: tuple[Leaving, ...]
