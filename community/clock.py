"""The time, asked for in doors only and handed on as ``at=``."""

from datetime import UTC, datetime


def now() -> datetime:
    """Give the present moment as an aware UTC datetime."""
    return datetime.now(UTC)
