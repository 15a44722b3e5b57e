"""What happens to series of sits."""

from dataclasses import dataclass

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class SeriesEnded(Event):
    """A series goes on no longer; those who wait at its doors want to know."""

    series_id: int
