"""A page of a journal, opened: what it says and how its box is made and read.

Where the key of a page is not on the ring, or the box is not what was sealed, the page says so and stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from community.errors import Conflict
from community.journal.models import JournalEntry, JournalSit
from community.seals import SealedRows, Unreadable, opener, place_of, register_sealed, seal

COLUMNS: Final = ("sealed_before", "sealed_after", "sealed_body", "sealed_feeling", "sealed_thought")
READ: Final = ("id", "member_id", "module", "key_id", *COLUMNS, "written_at", "edited_at")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
STEP: Final = 5
MOST: Final = 100
NAMES: Final = ("drive", "threat", "soothing", "company")


class CannotBeOpened(Conflict):
    """A page is to be written anew whose words cannot be read just now."""

    sentence = "This page cannot be opened just now. Nothing of it is lost, and nothing was changed."


class WrittenMeanwhile(Conflict):
    """Something else was kept on a page between what was read and what is sent."""

    sentence = (
        "This page was kept from another tab or device while you were writing. Both are here: what stands now, and "
        "yours below it. Keeping yours puts it in its place."
    )


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

    def over(self, standing: "Systems") -> "Systems":
        """Give the four with what was moved now; what was left out stays where it stood."""
        pairs = zip(self.values(), standing.values(), strict=True)
        return Systems(*[stood if moved is None else moved for moved, stood in pairs])

    @classmethod
    def read(cls, words: str) -> "Systems":
        """Read what ``written`` gave."""
        if not words:
            return NONE_MOVED
        parts = (words[:4], words[4:8], words[8:12], words[12:])
        return cls(*[None if part.isspace() else int(part) for part in parts])


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

    @property
    def version(self) -> str:
        """Name what stands on it just now: it is another with every keeping."""
        return str(((self.edited_at or self.written_at) - EPOCH) // timedelta(microseconds=1))

    @property
    def said(self) -> dict[str, str]:
        """Give what stands on it, as it is sealed, by column."""
        before, after = (each.written() if each else "" for each in (self.before, self.after))
        return dict(zip(COLUMNS, (before, after, self.body, self.feeling, self.thought), strict=True))


class Boxes(Protocol):
    """A row with the boxes of what was moved, read without the rest of its page."""

    id: int
    key_id: str
    sealed_before: bytes | None
    sealed_after: bytes | None


def opened(entry: JournalEntry, sit: JournalSit | None) -> Page:
    """Open a page for its writer; one that does not open says so."""
    return opened_row([getattr(entry, name) for name in READ], sit)


def opened_row(row: Sequence[Any], sit: JournalSit | None = None) -> Page:
    """Open a page of which the columns of ``READ`` were read, in their order."""
    page_id, owner_id, module, key_id, *boxes, written_at, edited_at = row
    try:
        before, after, body, feeling, thought = _unsealed(key_id, boxes, owner_id, page_id)
    except Unreadable:
        return Page(id=page_id, sit=sit, module=module, written_at=written_at, edited_at=edited_at, is_open=False)
    return Page(
        id=page_id,
        sit=sit,
        module=module,
        before=Systems.read(before),
        after=Systems.read(after),
        body=body,
        feeling=feeling,
        thought=thought,
        written_at=written_at,
        edited_at=edited_at,
    )


def moved_in(row: Boxes, *, owner_id: int) -> tuple[Systems, Systems] | None:
    """Give what was moved before and after; None where a box does not open."""
    try:
        before, after = _unsealed(row.key_id, (row.sealed_before, row.sealed_after), owner_id, row.id)
    except Unreadable:
        return None
    return Systems.read(before), Systems.read(after)


def close(entry: JournalEntry, said: Mapping[str, str]) -> None:
    """Seal all that a page says, by column, with the key that seals now; an empty one has no box."""
    for column in COLUMNS:
        words, place = said[column], _place(column, entry.member_id, entry.id)
        box = seal(words, bound_to=place) if words else None
        setattr(entry, column, box.box if box else None)
        if box:
            entry.key_id = box.key_id


def _unsealed(key_id: str, boxes: Sequence[bytes | None], owner_id: int, row_id: int) -> list[str]:
    """Open the first boxes of a row, in the order of the columns; raises Unreadable."""
    if not any(boxes):
        return [""] * len(boxes)
    opens = opener(key_id)
    return [
        "" if box is None else opens(box, _place(column, owner_id, row_id))
        for column, box in zip(COLUMNS, boxes, strict=False)
    ]


def _place(column: str, owner_id: int, row_id: int) -> str:
    return place_of(JournalEntry.__tablename__, column, owner_id=owner_id, row_id=row_id)


register_sealed(SealedRows(JournalEntry, COLUMNS, owner="member_id"))
