"""Threads in lists: those of a group, and what is new in all of one's groups. Read only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from community.db import plain_rows
from community.groups.models import Belonging, Group, Membership
from community.members.models import Member
from community.permissions import Act, may
from community.threads.models import THREADS_A_PAGE, PostStatus, ReadMark, Thread, Wants
from community.threads.paging import Cursor, read_cursor
from community.threads.queries import VIEWER, Selected, id_of

NEWS_LASTS = timedelta(days=28)
NEWS_A_GROUP = 100


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in a list, with what is new in it for the reader, in words."""

    id: int
    title: str
    excerpt: str
    wants: Wants | None
    status: PostStatus
    last_position: int
    last_activity_at: datetime
    author_id: int
    author_name: str
    group_name: str
    fresh: str
    path: str  # to where reading stopped the last time

    @property
    def replies(self) -> int:
        """Give how many posts follow the first."""
        return max(0, self.last_position - 1)

    @property
    def cursor(self) -> Cursor:
        """Give the row's own place in the list."""
        return Cursor(self.last_activity_at, self.id)


@dataclass(frozen=True)
class ThreadList:
    """A stretch of a group's threads; ``newer`` and ``older`` are where the neighbouring stretches begin."""

    rows: list[ThreadRow]
    newer: Cursor | None
    older: Cursor | None


def threads_of(
    viewer: Member, group: Group, *, before: Cursor | None = None, after: Cursor | None = None
) -> ThreadList:
    """Give a group's threads, newest activity first, read by key: one statement, whatever stands before.

    The caller has loaded the group through the viewer, who may read it.
    """
    if after is not None:
        found = _read(_rising(), viewer, group, after)
        if len(found) <= THREADS_A_PAGE:  # the top is near: give the first stretch, whole
            return threads_of(viewer, group)
        rows = found[:THREADS_A_PAGE][::-1]
        return ThreadList(rows, newer=rows[0].cursor, older=rows[-1].cursor)
    found = _read(_falling() if before is None else _falling_from(), viewer, group, before)
    rows, more = found[:THREADS_A_PAGE], len(found) > THREADS_A_PAGE
    return ThreadList(rows, newer=rows[0].cursor if before and rows else None, older=rows[-1].cursor if more else None)


def new_for(viewer: Member, limit: int, *, at: datetime) -> list[ThreadRow]:
    """Give threads with something new in all of the viewer's groups, newest activity first: one statement.

    It looks back four weeks, and at the newest NEWS_A_GROUP threads of each group, so that a lively group costs no
    more than a quiet one: what nobody has come to read by then is found in its group, and does not pile up.
    """
    asked = {"viewer_id": id_of(viewer), "since": at - NEWS_LASTS, "limit": limit}
    return [_row(*row) for row in plain_rows(_new(), asked)]


def _read(statement: Selected, viewer: Member, group: Group, cursor: Cursor | None) -> list[ThreadRow]:
    """Read a stretch and one row more, so that it is known whether there are others."""
    asked: dict[str, Any] = {"viewer_id": id_of(viewer), "group_id": group.id, "teaches": group.taught_by(viewer)}
    if cursor is not None:
        asked |= {"key_at": cursor.at, "key_id": cursor.id}
    membership = group.membership_of(viewer)
    joined_at = membership.joined_at if membership else group.created_at
    return [_row(*row, group.name, joined_at) for row in plain_rows(statement, asked)]


def _row(*row: Any) -> ThreadRow:
    thread_id, title, excerpt, wants, status, last, last_at, gone, author_id, author, mark, group, joined_at = row
    fresh = news(last_position=last, mark=mark, since_joining=last_at > joined_at)
    writer = "" if gone else author
    path = f"/threads/{thread_id}?at=unread" if mark else f"/threads/{thread_id}"
    return ThreadRow(thread_id, title, excerpt, wants, status, last, last_at, author_id, writer, group, fresh, path)


# The statements, each put together once.

_place = sa.tuple_(Thread.last_activity_at, Thread.id)


@cache
def _falling() -> Selected:
    return _of_group().order_by(Thread.last_activity_at.desc(), Thread.id.desc())


@cache
def _falling_from() -> Selected:
    return _falling().where(_place < _cursor())


@cache
def _rising() -> Selected:
    return _of_group().where(_place > _cursor()).order_by(Thread.last_activity_at, Thread.id)


@cache
def _new() -> Selected:
    mine = _lively_groups()
    return (
        _rows(mine.c.name, mine.c.joined_at)
        .join(mine, mine.c.id == Thread.group_id)
        .where(
            Thread.last_activity_at > mine.c.since,
            Thread.status == PostStatus.VISIBLE,
            Thread.last_position > sa.func.coalesce(ReadMark.position, 0),
            sa.or_(ReadMark.position.is_not(None), Thread.last_activity_at > mine.c.joined_at),
        )
        .order_by(Thread.last_activity_at.desc(), Thread.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


def _lively_groups() -> sa.CTE:
    """Give the groups that the viewer reads, each with the moment from which its newest threads are looked at.

    Materialised, or the engines would look for that moment again at every thread.
    """
    since, thread = sa.bindparam("since", type_=Thread.last_activity_at.type), aliased(Thread)
    newest = sa.select(thread.last_activity_at).where(thread.group_id == Group.id, thread.last_activity_at > since)
    last_one = newest.order_by(thread.last_activity_at.desc()).limit(1).offset(NEWS_A_GROUP).scalar_subquery()
    return (
        sa.select(Group.id, Group.name, Membership.joined_at, sa.func.coalesce(last_one, since).label("since"))
        .join(Membership, Membership.group_id == Group.id)
        .where(
            Membership.member_id == VIEWER,
            Membership.status == Belonging.ACTIVE,
            Membership.agreed_version >= Group.agreement_version,
        )
        .cte("mine")
        .prefix_with("MATERIALIZED")
    )


def _of_group() -> Selected:
    theirs = sa.or_(Thread.author_id == VIEWER, sa.bindparam("teaches", type_=sa.Boolean()))
    aside = sa.and_(Thread.status.in_([PostStatus.HELD, PostStatus.HIDDEN]), theirs)
    return (
        _rows()
        .where(Thread.group_id == sa.bindparam("group_id"), sa.or_(Thread.status == PostStatus.VISIBLE, aside))
        .limit(THREADS_A_PAGE + 1)
    )


def _rows(*more: Any) -> Selected:
    read = sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == VIEWER)
    columns = (
        *(Thread.id, Thread.title, Thread.excerpt, Thread.wants, Thread.status, Thread.last_position),
        *(Thread.last_activity_at, Thread.opening_gone, Thread.author_id, Member.name, ReadMark.position, *more),
    )
    return sa.select(*columns).select_from(Thread).join(Member, Member.id == Thread.author_id).outerjoin(ReadMark, read)


def _cursor() -> Any:
    moment = sa.bindparam("key_at", type_=Thread.last_activity_at.type)
    return sa.tuple_(moment, sa.bindparam("key_id", type_=sa.Integer()))


def news(*, last_position: int, mark: int | None, since_joining: bool) -> str:
    """Say in words what is new in a thread: nothing is counted, only two stored positions compared.

    What was written before somebody joined is there to be read, and is not held up to them as unread.
    """
    unread = last_position - (mark or 0)
    if unread <= 0 or (mark is None and not since_joining):
        return ""
    if not mark:
        return "new"
    return "1 new reply" if unread == 1 else f"{unread} new replies"


# On the group's page


def panel_of_threads(viewer: Member, group: Group, at: datetime, asked: Mapping[str, str]) -> dict[str, Any]:
    """Give the group's page its list, from ``?before=`` or ``?after=`` on; raises NotFound for a broken cursor."""
    before, after = (read_cursor(asked[name]) if name in asked else None for name in ("before", "after"))
    listed = threads_of(viewer, group, before=before, after=after)
    return {"threads": listed, "may_begin": may(viewer, Act.OPEN_THREAD, group, at=at)}
