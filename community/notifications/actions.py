"""Telling members of things, inside the transaction of what they are told of."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import cast

import sqlalchemy as sa

from community.db import announce, dialect, insert_into, session
from community.members.models import Member
from community.notifications.facts import NoticesMade
from community.notifications.models import Notice, NoticeKind
from community.permissions import Act, require


def notify(
    *,
    member_ids: Iterable[int],
    kind: NoticeKind,
    subject: str,
    group_id: int | None,
    event_key: str,
    at: datetime,
) -> None:
    """Put a notice down for each of the members: one statement for all, on either engine.

    ``event_key`` names the event ("reply:12"): a member who has a notice of it already gets no second one.
    """
    wanted = sorted(set(member_ids))
    if not wanted:
        return
    told = _put_down(wanted, kind=kind, subject=subject, group_id=group_id, event_key=event_key, created_at=at)
    if told:
        announce(NoticesMade(member_ids=told))


def mark_all_seen(*, by: Member, at: datetime, up_to: int | None = None) -> int:
    """Lay aside what a member has seen and say how many; what came after ``up_to`` (a notice's id) stays new.

    Doing it twice is fine: the moment of the first time is kept.
    """
    require(by, Act.SEE_NOTICES, at=at)
    mine = sa.update(Notice).where(Notice.member_id == by.id, Notice.seen_at.is_(None))
    found = session().execute((mine if up_to is None else mine.where(Notice.id <= up_to)).values(seen_at=at))
    return cast("sa.CursorResult[object]", found).rowcount


def forget(*, member_id: int, group_id: int, kind: NoticeKind | None = None) -> None:
    """Take back what a member was told of a group, all of it or of one kind, when it is theirs no longer."""
    theirs = sa.delete(Notice).where(Notice.member_id == member_id, Notice.group_id == group_id)
    session().execute(theirs if kind is None else theirs.where(Notice.kind == kind))


def forget_earlier(*, member_ids: Iterable[int], kind: NoticeKind, subject: str, but: str) -> None:
    """Take back what the members were told of a thing before: its words say what is so now, so one row says it all.

    ``but`` names the event that stays, so that one which is told again is not new again.
    """
    told = sa.and_(Notice.kind == kind, Notice.subject == subject, Notice.event_key != but)
    session().execute(
        sa.delete(Notice).where(told, Notice.member_id.in_(list(member_ids))),
        execution_options={"synchronize_session": False},
    )


def forget_subjects(*, kind: NoticeKind, subjects: Iterable[str]) -> None:
    """Take back what was said of things that are gone."""
    session().execute(sa.delete(Notice).where(Notice.kind == kind, Notice.subject.in_(list(subjects))))


def forget_older(*, kind: NoticeKind, before: datetime) -> None:
    """Take back what was said of things that are let go of after a while."""
    session().execute(
        sa.delete(Notice).where(Notice.kind == kind, Notice.created_at < before),
        execution_options={"synchronize_session": False},
    )


def lay_aside(*, kind: NoticeKind, subjects: Iterable[str], at: datetime) -> None:
    """Let what was said of things count as seen while they are not there to be seen; they may come back."""
    told = sa.update(Notice).where(Notice.kind == kind, Notice.subject.in_(list(subjects)), Notice.seen_at.is_(None))
    session().execute(told.values(seen_at=at))


def _put_down(member_ids: list[int], **columns: object) -> tuple[int, ...]:
    """Write the rows as one INSERT … SELECT, which passes over members who are gone; give those who got one."""
    given = {f"new_{name}": value for name, value in columns.items()}
    session().flush()
    put = session().connection().execute(_putting(dialect(), tuple(columns)), {"told_ids": member_ids, **given})
    return tuple(put.scalars())


@cache
def _putting(_dialect: str, names: tuple[str, ...]) -> sa.Executable:
    table = Notice.__table__.c
    values = [sa.bindparam(f"new_{name}", type_=table[name].type) for name in names]
    rows = sa.select(Member.id, *values).where(Member.id.in_(sa.bindparam("told_ids", expanding=True)))
    insert = insert_into(Notice).from_select(["member_id", *names], rows)
    return insert.on_conflict_do_nothing().returning(Notice.member_id)
