"""A page of a journal, opened: what it says and how its box is made and read.

Where the key of a page is not on the ring, or the box is not what was sealed, the page says so and stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from community.errors import Conflict
from community.journal.models import JournalEntry, JournalSit
from community.seals import Sealed, SealedRows, Unreadable, place_of, register_sealed, seal, unseal

COLUMNS: Final = ("sealed_before", "sealed_after", "sealed_body", "sealed_feeling", "sealed_thought")
STEP: Final = 5
MOST: Final = 100
NAMES: Final = ("drive", "threat", "soothing", "company")


class CannotBeOpened(Conflict):
    """A page is to be written anew whose words cannot be read just now."""

    sentence = "This page cannot be opened just now. Nothing of it is lost, and nothing was changed."


@dataclass(frozen=True, slots=True)
class Systems:
    """What was moved on the four sliders, each from 0 to 100; None was left out."""

    drive: int | None = None
    threat: int | None = None
    soothing: int | None = None
    company: int | None = None

    def __bool__(self) -> bool:
        return any(each is not None for each in self.values())

    def values(self) -> tuple[int | None, ...]:
        """Give the four, in their order."""
        return (self.drive, self.threat, self.soothing, self.company)

    def written(self) -> str:
        """Give the four as words of one length, so that a box tells nothing by its size."""
        return "".join(f"{'' if each is None else each:>4}" for each in self.values())

    @classmethod
    def read(cls, words: str) -> "Systems":
        """Read what ``written`` gave."""
        parts = (words[at : at + 4].strip() for at in range(0, 16, 4))
        return cls(*(int(part) if part else None for part in parts))


NONE_MOVED: Final = Systems()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as its writer reads it; ``is_open`` is False where its box does not open."""

    id: int
    sit: JournalSit | None
    module: str | None
    before: Systems = NONE_MOVED
    after: Systems = NONE_MOVED
    body: str = field(default="", repr=False)
    feeling: str = field(default="", repr=False)
    thought: str = field(default="", repr=False)
    written_at: datetime
    edited_at: datetime | None = None
    is_open: bool = True

    @property
    def has_words(self) -> bool:
        """Whether anything is written, beside the sliders."""
        return bool(self.body or self.feeling or self.thought)


def opened(entry: JournalEntry, sit: JournalSit | None) -> Page:
    """Open a page for its writer; one that does not open says so."""
    standing = {
        "id": entry.id,
        "sit": sit,
        "module": entry.module,
        "written_at": entry.written_at,
        "edited_at": entry.edited_at,
    }
    try:
        said = {column: _unsealed(entry, column) for column in COLUMNS}
    except Unreadable:
        return Page(**standing, is_open=False)  # type: ignore[arg-type]
    return Page(
        **standing,  # type: ignore[arg-type]
        before=Systems.read(said["sealed_before"]),
        after=Systems.read(said["sealed_after"]),
        body=said["sealed_body"],
        feeling=said["sealed_feeling"],
        thought=said["sealed_thought"],
    )


class Boxes(Protocol):
    """A row with the boxes of what was moved, read without the rest of its page."""

    id: int
    key_id: str
    sealed_before: bytes | None
    sealed_after: bytes | None


def moved_in(row: Boxes, *, owner_id: int) -> tuple[Systems, Systems] | None:
    """Give what was moved before and after; None where a box does not open."""
    name = JournalEntry.__tablename__
    said = []
    try:
        for column, box in (("sealed_before", row.sealed_before), ("sealed_after", row.sealed_after)):
            place = place_of(name, column, owner_id=owner_id, row_id=row.id)
            said.append(Systems.read(unseal(Sealed(row.key_id, box), bound_to=place)) if box else NONE_MOVED)
    except Unreadable:
        return None
    return said[0], said[1]


def close(entry: JournalEntry, said: Mapping[str, str]) -> None:
    """Seal all that a page says, by column, with the key that seals now; an empty one has no box."""
    for column in COLUMNS:
        words, place = said[column], _place(entry, column)
        box = seal(words, bound_to=place) if words else None
        setattr(entry, column, box.box if box else None)
        if box:
            entry.key_id = box.key_id


def _unsealed(entry: JournalEntry, column: str) -> str:
    box: bytes | None = getattr(entry, column)
    return unseal(Sealed(entry.key_id, box), bound_to=_place(entry, column)) if box is not None else ""


def _place(entry: JournalEntry, column: str) -> str:
    return place_of(JournalEntry.__tablename__, column, owner_id=entry.member_id, row_id=entry.id)


register_sealed(SealedRows(JournalEntry, COLUMNS, owner="member_id"))
