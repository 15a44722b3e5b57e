"""A practice as somebody types it into the form, for the tests of writing."""

from typing import Any

LINES: list[dict[str, str]] = [
    {"time": "0:00", "kind": "bell", "bells": "3", "words": "Sit down as you are.", "layer": "body"},
    {"time": "0:30", "kind": "cue", "words": "Feel both feet.", "layer": "body"},
    {"time": "1", "kind": "silence"},
    {"time": "2:00", "kind": "bell", "bells": "1"},
]


def typed(*lines: dict[str, str], **more: str) -> dict[str, Any]:
    """Give the fields of a sound practice of two minutes, with other lines or texts where they are given."""
    fields = {
        "title": "The last five minutes",
        "lead": "Ending kindly.",
        "care": "Stop whenever you like.\nYour eyes may stay open.",
        "source": "For the hour that *runs over*.",
        "nourishes": "soothing",
        "meets": "ending_on_time",
        "circle": "15",
        "group": "ending-on-time",
        **more,
    }
    for n, line in enumerate(lines or LINES):
        fields |= {f"lines-{n}-{part}": value for part, value in line.items()}
    return fields
