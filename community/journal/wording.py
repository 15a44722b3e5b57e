"""Words for the times of a journal."""

from community.web.words import number_word

NOON = 12


def ends_of_day(minutes: int) -> str:
    """Say when a day ends: "at four in the morning"."""
    hour, more = divmod(minutes, 60)
    if more:
        return f"at {hour:02}:{more:02}"
    return {0: "at midnight", NOON: "at noon"}.get(hour, f"at {number_word(hour)} in the morning")
