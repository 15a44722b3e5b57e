"""What a plan is made of: its segments, the kinds and layers they have, and how much of each there may be."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

CIRCLE_S: Final = 900  # a circle, unless the plan says otherwise

TOTAL_S: Final = (60, 3 * 60 * 60)
CIRCLE_RANGE_S: Final = (60, 60 * 60)
SEGMENTS_MOST: Final = 60
STROKES_MOST: Final = 9
TEXT_MOST: Final = 140  # what can be read at a glance and let go of
TEXT_GAP_S: Final = 8
QUIET_END_S: Final = 20
TITLE_MOST: Final = 120
CARE_MOST: Final = 12
CARE_NOTE_MOST: Final = 400
VERSION_MOST: Final = 1_000_000


class Kind(StrEnum):
    """What a segment is."""

    BELL = "bell"
    CUE = "cue"
    SILENCE = "silence"
    WALK = "walk"
    WRITE = "write"
    CIRCLE = "circle"


class Layer(StrEnum):
    """Where the words of a segment lead: knowing follows feeling, so body comes before image before words."""

    BODY = "body"
    IMAGE = "image"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One stretch of a plan: it begins ``at_s`` seconds after the first bell and lasts until the next one.

    ``bells`` strokes ring as it begins. ``layer`` says where its words lead, if its writer said so. ``optional`` is
    for the teacher's eye; everybody keeps the same time.
    """

    at_s: int
    kind: Kind
    bells: int = 0
    text: str | None = None
    layer: Layer | None = None
    optional: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the segment as plain data, without what it does not have."""
        data: dict[str, Any] = {"at_s": self.at_s, "kind": self.kind.value}
        if self.bells:
            data["bells"] = self.bells
        if self.text:
            data["text"] = self.text
        if self.layer:
            data["layer"] = self.layer.value
        if self.optional:
            data["optional"] = True
        return data

    @property
    def leads_to(self) -> Layer | None:
        """Where it leads by what it is: writing is words and walking is body, whatever its writer marked."""
        return {Kind.WRITE: Layer.WORDS, Kind.WALK: Layer.BODY}.get(self.kind, self.layer)


def clock(seconds: int) -> str:
    """Write a time within a sit as people read it: ``6:30``."""
    return f"{seconds // 60}:{seconds % 60:02d}"
