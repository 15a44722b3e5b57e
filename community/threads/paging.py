"""Where a page begins: pages of a thread are cut by position, lists of threads by the key of a row."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from community.errors import NotFound
from community.threads.models import POSTS_A_PAGE, Thread

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{1,8})")
PAGE = re.compile(r"[1-9][0-9]{0,6}")


@dataclass(frozen=True)
class Cursor:
    """A row's place in a list of threads; on the wire it is opaque."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1):x}-{self.id:x}"


def read_cursor(text: str) -> Cursor:
    """Read a cursor that a page of ours made; raises NotFound for anything else."""
    found = CURSOR.fullmatch(text)
    if found is None:
        raise NotFound
    try:
        return Cursor(EPOCH + timedelta(microseconds=int(found[1], 16)), int(found[2], 16))
    except OverflowError as error:
        raise NotFound from error


def read_page(text: str, thread: Thread) -> int:
    """Read the number of a page of the thread, or "last"; raises NotFound where there is none."""
    if text == "last":
        return thread.last_page
    if PAGE.fullmatch(text) is None or int(text) > thread.last_page:
        raise NotFound
    return int(text)


def page_of(position: int) -> int:
    """Give the page, from 1, on which a position stands."""
    return (position - 1) // POSTS_A_PAGE + 1


def positions_of(page: int) -> tuple[int, int]:
    """Give the first and last position of a page."""
    return (page - 1) * POSTS_A_PAGE + 1, page * POSTS_A_PAGE
