"""What a member may be told, asked again each time it is shown. Read only.

A notice holds ids. Its words come from the loader of its kind, which the slice of the thing registers and which
asks whether this member may (still) see the thing. What a loader leaves out is not shown.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from community.db import session
from community.members import queries as members
from community.members.models import Member
from community.notifications.models import Notice, NoticeKind

NOTICES_A_PAGE = 30


@dataclass(frozen=True)
class Shown:
    """A notice in words: where it leads ("" for nowhere), and a second, quieter line."""

    words: str
    url: str = ""
    note: str = ""


Loader = Callable[[Member, Sequence[str]], dict[str, Shown]]


@dataclass(frozen=True)
class Told:
    """A notice that this member may be shown now."""

    id: int
    words: str
    url: str
    note: str
    at: datetime
    fresh: bool


@dataclass(frozen=True)
class NoticePage:
    """A stretch of a member's notices, newest first.

    ``newest`` is the id up to which they have been laid out, shown or left out; ``older`` the id below which
    the next page begins, None on the last one.
    """

    notices: list[Told]
    newest: int | None
    older: int | None


_loaders: dict[NoticeKind, Loader] = {}


def register_loader(kind: NoticeKind, loader: Loader) -> None:
    """Take a slice's way from the subjects of a kind to the words that this member may read.

    A subject that is absent from the answer may no longer be seen; one kind has one loader.
    """
    _loaders[kind] = loader


def for_viewer(member: Member, *, limit: int = NOTICES_A_PAGE, before: int | None = None) -> NoticePage:
    """Give a member's notices below ``before``, newest first: one statement, and those of a loader per kind.

    ``limit`` bounds what is read; what may no longer be seen makes a page shorter, never a page longer.
    """
    mine = sa.select(Notice).where(Notice.member_id == member.id).order_by(Notice.id.desc()).limit(limit + 1)
    rows = list(session().scalars(mine if before is None else mine.where(Notice.id < before)))
    page = rows[:limit]
    shown = _shown(member, page)
    told = [_told(row, words) for row in page if (words := shown.get((row.kind, row.subject)))]
    return NoticePage(
        notices=told, newest=page[0].id if page else None, older=page[-1].id if len(rows) > limit else None
    )


def unseen_mark(member_id: Any) -> sa.ColumnElement[bool]:
    """Say in SQL whether a member has a notice that they have not laid aside."""
    return sa.exists().where(Notice.member_id == member_id, Notice.seen_at.is_(None))


def _shown(member: Member, rows: list[Notice]) -> dict[tuple[NoticeKind, str], Shown]:
    """Ask the loader of each kind once for all its subjects."""
    subjects: dict[NoticeKind, list[str]] = defaultdict(list)
    for row in rows:
        if row.subject not in subjects[row.kind]:
            subjects[row.kind].append(row.subject)
    return {
        (kind, subject): words
        for kind, wanted in subjects.items()
        if kind in _loaders
        for subject, words in _loaders[kind](member, wanted).items()
    }


def _told(row: Notice, shown: Shown) -> Told:
    return Told(
        id=row.id,
        words=shown.words,
        url=shown.url,
        note=shown.note,
        at=row.created_at,
        fresh=row.seen_at is None,
    )


members.add_mark("has_new_notices", unseen_mark)
