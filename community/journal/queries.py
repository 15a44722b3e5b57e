"""What is in a journal, for the one whose it is and for nobody else. Read only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from community.db import UtcDateTime, plain_rows, session
from community.errors import NotFound
from community.journal.models import JournalEntry, JournalSit, JournalWishes, Sat
from community.journal.page import READ, Page, opened, opened_row
from community.members.models import Member

PLACE = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{1,16})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SITS = sa.tuple_(JournalSit.began_at, JournalSit.id)
_PAGES = sa.tuple_(JournalEntry.written_at, JournalEntry.id)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a journal, the newest last; on the wire it is opaque.

    ``rank`` tells apart what happened at one moment: sits have even ranks, pages without a sit odd ones.
    """

    at: datetime
    rank: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1):x}-{self.rank:x}"


@dataclass(slots=True, eq=False)
class Logged(Sat):
    """A sit of a log, as a list shows it: read without the bookkeeping that a row would have."""

    id: int
    began_at: datetime
    closing_at: datetime
    ended_at: datetime | None
    practice_key: str
    practice_version: int
    title: str
    group_id: int | None
    group_name: str | None
    series_id: int | None
    planned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """What stands in a journal at one place: a sit, its page, or both; or a page without a sit."""

    place: Place
    sit: Logged | None
    page: Page | None  # of which sit it is stands beside it


_SIT_COLUMNS = tuple(getattr(JournalSit, each.name) for each in fields(Logged))
_OF_SIT = len(_SIT_COLUMNS)
_PAGE_COLUMNS = tuple(getattr(JournalEntry, name) for name in READ)


NEWEST = Place(datetime(9999, 1, 1, tzinfo=UTC), 0)


def read_place(text: str) -> Place:
    """Read a place that a page of ours made; raises NotFound for anything else."""
    found = PLACE.fullmatch(text)
    if found is None or int(found[2], 16) >= 1 << 62:
        raise NotFound
    try:
        return Place(EPOCH + timedelta(microseconds=int(found[1], 16)), int(found[2], 16))
    except OverflowError as error:
        raise NotFound from error


def place_of_sit(sit: JournalSit) -> Place:
    """Say where a sit stands."""
    return Place(sit.began_at, 2 * sit.id)


def leaves_of(viewer: Member, before: Place | None = None, limit: int = 30) -> list[Leaf]:
    """Give what a member sat and wrote, the newest first, from before a place; two statements whatever is there."""
    place = before or NEWEST
    asked = {
        "viewer_id": viewer.id,
        "before_at": place.at,
        "sit_id": (place.rank + 1) // 2,
        "page_id": place.rank // 2,
        "limit": limit,
    }
    found = [_leaf_of_sit(row) for row in plain_rows(_sits_with_pages(), asked)]
    for row in plain_rows(_pages_without_sit(), asked):
        page = opened_row(row)
        found.append(Leaf(Place(page.written_at, 2 * page.id + 1), None, page))
    return sorted(found, key=lambda leaf: (leaf.place.at, leaf.place.rank), reverse=True)[:limit]


def _leaf_of_sit(row: Sequence[Any]) -> Leaf:
    sit = Logged(*row[:_OF_SIT])
    page = row[_OF_SIT:]
    return Leaf(Place(sit.began_at, 2 * sit.id), sit, opened_row(page) if page[0] is not None else None)


def sits_of(viewer: Member, before: Place | None = None, limit: int = 30) -> list[JournalSit]:
    """Give a member's own log of sits, the newest first, from before a place."""
    asked = sa.select(JournalSit).where(*_sits_before(viewer, before))
    return list(session().scalars(asked.order_by(JournalSit.began_at.desc(), JournalSit.id.desc()).limit(limit)))


def sit_for(viewer: Member, sit_id: int) -> JournalSit:
    """Give a sit of a member's own log; raises NotFound for everybody else."""
    asked = sa.select(JournalSit).where(JournalSit.id == sit_id, JournalSit.member_id == viewer.id)
    found = session().scalar(asked)
    if found is None:
        raise NotFound
    return found


def sit_in_log(viewer: Member, series_id: int, planned_at: datetime) -> JournalSit | None:
    """Give what a member's log says of a sit with a group, if it says anything."""
    return session().scalar(sa.select(JournalSit).where(*_of_sit(viewer, series_id, planned_at)))


def page_in_log(viewer: Member, series_id: int, planned_at: datetime) -> tuple[JournalSit | None, Page | None]:
    """Give what a member's log says of a sit with a group, and the page that was written of it; in one statement."""
    asked = (
        sa.select(JournalSit, JournalEntry)
        .outerjoin(JournalEntry, JournalEntry.sit_id == JournalSit.id)
        .where(*_of_sit(viewer, series_id, planned_at))
    )
    row = session().execute(asked).one_or_none()
    if row is None:
        return None, None
    sit, entry = row
    return sit, opened(entry, sit) if entry else None


def entries_of(viewer: Member, before: Place | None = None, limit: int = 30) -> list[Page]:
    """Give a member's pages, opened, by when they were first written, the newest first, from before a place."""
    asked = _entries(viewer)
    if before is not None:
        asked = asked.where(_pair(before.at, before.rank // 2) > _PAGES)
    return _opened(asked.order_by(JournalEntry.written_at.desc(), JournalEntry.id.desc()).limit(limit))


def place_of_page(page: Page) -> Place:
    """Say where a page stands among the pages alone, see ``entries_of``."""
    return Place(page.written_at, 2 * page.id)


def page_for(viewer: Member, entry_id: int) -> Page:
    """Give a page, opened; raises NotFound for everybody but its writer."""
    found = _opened(_entries(viewer).where(JournalEntry.id == entry_id))
    if not found:
        raise NotFound
    return found[0]


def entry_for(viewer: Member, entry_id: int) -> JournalEntry:
    """Give a page as it is kept, sealed; raises NotFound for everybody but its writer."""
    asked = sa.select(JournalEntry).where(JournalEntry.id == entry_id, JournalEntry.member_id == viewer.id)
    found = session().scalar(asked)
    if found is None:
        raise NotFound
    return found


def page_of_sit(viewer: Member, sit: JournalSit) -> Page | None:
    """Give the page that was written of a sit, opened, if there is one."""
    return next(iter(_opened(_entries(viewer).where(JournalEntry.sit_id == sit.id))), None)


def page_with_key(viewer: Member, write_key: str) -> Page | None:
    """Give the page that was begun by a form of this name, opened, if there is one."""
    return next(iter(_opened(_entries(viewer).where(JournalEntry.write_key == write_key))), None)


def wishes_of(viewer: Member) -> JournalWishes:
    """Give how a member wants the journal shown; who chose nothing gets what a new row would say."""
    kept = session().get(JournalWishes, viewer.id)
    return kept or JournalWishes(member_id=viewer.id, day_ends_minutes=240, shows_rhythm=True, shows_company=True)


def _of_sit(viewer: Member, series_id: int, planned_at: datetime) -> Sequence[sa.ColumnElement[bool]]:
    return [
        JournalSit.member_id == viewer.id,
        JournalSit.series_id == series_id,
        JournalSit.planned_at == planned_at,
    ]


@cache
def _sits_with_pages() -> sa.Select[*tuple[Any, ...]]:
    """Select the newest sits before a place, with what stands on their pages."""
    place = _pair_before("sit_id")
    return (
        sa.select(*_SIT_COLUMNS, *_PAGE_COLUMNS)
        .outerjoin(JournalEntry, JournalEntry.sit_id == JournalSit.id)
        .where(JournalSit.member_id == sa.bindparam("viewer_id", type_=sa.Integer()), place > _SITS)
        .order_by(JournalSit.began_at.desc(), JournalSit.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


@cache
def _pages_without_sit() -> sa.Select[*tuple[Any, ...]]:
    """Select the newest pages without a sit before a place."""
    theirs = JournalEntry.member_id == sa.bindparam("viewer_id", type_=sa.Integer())
    return (
        sa.select(*_PAGE_COLUMNS)
        .where(theirs, JournalEntry.sit_id.is_(None), _pair_before("page_id") > _PAGES)
        .order_by(JournalEntry.written_at.desc(), JournalEntry.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


def _pair_before(name: str) -> sa.Tuple:
    at = sa.bindparam("before_at", type_=UtcDateTime())
    return sa.tuple_(at, sa.bindparam(name, type_=sa.BigInteger()))


def _sits_before(viewer: Member, before: Place | None) -> Sequence[sa.ColumnElement[bool]]:
    theirs = JournalSit.member_id == viewer.id
    return [theirs] if before is None else [theirs, _pair(before.at, (before.rank + 1) // 2) > _SITS]


def _pair(at: datetime, row_id: int) -> sa.Tuple:
    """Give the place of a row, to be compared as a pair, which both engines look up in the index."""
    return sa.tuple_(sa.bindparam(None, at, type_=UtcDateTime()), sa.bindparam(None, row_id, type_=sa.BigInteger()))


def _entries(viewer: Member) -> sa.Select[JournalEntry]:
    theirs = sa.select(JournalEntry).outerjoin(JournalEntry.sit).where(JournalEntry.member_id == viewer.id)
    return theirs.options(contains_eager(JournalEntry.sit))


def _opened(asked: sa.Select[JournalEntry]) -> list[Page]:
    return [opened(entry, entry.sit) for entry in session().scalars(asked)]
