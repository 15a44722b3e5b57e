"""One's whole journal to take away: as a table for a spreadsheet, or as text to read. Nobody else's words are in it.

Both are written piece by piece, so that ten years of a journal need no more memory than a page of it.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from community.journal.page import NAMES, Page, Systems
from community.journal.queries import Leaf, Logged, Place
from community.web.words import clock, date_words, day

AT_ONCE: Final = 200
SHUT: Final = "This page cannot be opened just now."
COLUMNS: Final = (
    *("began", "ended", "minutes", "sat", "practice", "version", "group", "written", "edited", "programme"),
    *(f"{name} {when}" for when in ("before", "after") for name in NAMES),
    *("body", "feeling", "thought"),
)
# What a spreadsheet would take for a formula when a cell begins with it.
FORMULA: Final = tuple("=+-@\t\r\n")


Read = Callable[[Place | None, int], list[Leaf]]


def leaves(read: Read) -> Iterator[Leaf]:
    """Give all that a member sat and wrote, the newest first, read a few at a time."""
    before = None
    while True:
        found = read(before, AT_ONCE)
        yield from found
        if len(found) < AT_ONCE:
            return
        before = found[-1].place


def as_table(found: Iterable[Leaf], zone: ZoneInfo) -> Iterator[str]:
    """Write a journal as CSV: a line for each sit with its page, and for each page without a sit."""
    yield "\ufeff"  # spreadsheets know UTF-8 by this
    line = _lines()
    yield line(COLUMNS)
    for leaf in found:
        yield line([*_of_sit(leaf.sit, zone), *_of_page(leaf.page, zone)])


def as_text(found: Iterable[Leaf], zone: ZoneInfo, *, name: str, at: datetime) -> Iterator[str]:
    """Write a journal to be read, the newest first."""
    yield f"The journal of {name}\nTaken on {_moment(at, zone)}\n"
    for leaf in found:
        yield "\n\n" + "\n\n".join(_paragraphs(leaf, zone)) + "\n"


def _lines() -> Callable[[Iterable[object]], str]:
    paper = StringIO()
    writer = csv.writer(paper)

    def line(cells: Iterable[object]) -> str:
        writer.writerow([_harmless(cell) for cell in cells])
        written = paper.getvalue()
        paper.seek(0)
        paper.truncate()
        return written

    return line


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from taking words for a formula: an apostrophe stands before those that look like one."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA) else cell


def _of_sit(sit: Logged | None, zone: ZoneInfo) -> list[object]:
    if sit is None:
        return [""] * 7
    begun, ended = (moment.astimezone(zone).isoformat(timespec="minutes") for moment in (sit.began_at, sit.until))
    return [begun, ended, sit.minutes, sit.title, sit.practice_key, sit.practice_version, sit.group_name or ""]


def _of_page(page: Page | None, zone: ZoneInfo) -> list[object]:
    if page is None:
        return [""] * (len(COLUMNS) - 7)
    written, edited = (
        moment.astimezone(zone).isoformat(timespec="minutes") if moment else ""
        for moment in (page.written_at, page.edited_at)
    )
    moved = ["" if each is None else each for said in (page.before, page.after) for each in said.values()]
    words = [page.body, page.feeling, page.thought] if page.is_open else [SHUT, "", ""]
    return [written, edited, page.module or "", *moved, *words]


def _paragraphs(leaf: Leaf, zone: ZoneInfo) -> Iterator[str]:
    sit, page = leaf.sit, leaf.page
    if sit is not None:
        where = f"in {sit.group_name}" if sit.group_name else "alone" if sit.is_alone else "with a group"
        minutes = f"{sit.minutes} minute{'' if sit.minutes == 1 else 's'}"
        yield f"{_moment(sit.began_at, zone)}\n{sit.title}, {where}, {minutes}"
    if page is None:
        return
    if sit is None:
        yield _moment(page.written_at, zone)
    if not page.is_open:
        yield SHUT
        return
    moved = [f"{name}: {_moved(said)}" for name, said in (("Before", page.before), ("After", page.after)) if said]
    if moved:
        yield "\n".join(moved)
    yield from (words for words in (page.body, page.feeling, page.thought) if words)


def _moved(said: Systems) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(NAMES, said.values(), strict=True) if value is not None)


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{day(moment, zone).partition(' ')[0]} {date_words(moment.astimezone(zone).date())}, {clock(moment, zone)}"
