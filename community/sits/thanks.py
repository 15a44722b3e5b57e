"""Thanking those one sat with, once a sit: it says nothing of who they were, nor how many.

Only who sat can thank, and only who sat is thanked. Of all thanks for one sit a member gets one quiet notice.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from community.db import insert_into, session
from community.errors import Conflict
from community.groups.models import Belonging, Membership
from community.members.models import Member, MemberStatus, SeenAs, first_name_of
from community.notifications.actions import forget_older, notify
from community.notifications.models import NoticeKind
from community.permissions import Act, require
from community.sits.models import Attendance, SitThanks
from community.sits.plan import PhaseName
from community.sits.sit import Sit

OPEN_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=60)  # thanks, and the notices that speak of them
NAMED = 2  # how many of those who thank are named, where they are seen by name


Thankers = tuple[list[str], bool]


class Thanking(StrEnum):
    """Whether one can thank those one sat with."""

    OPEN = "open"
    DONE = "done"


class NotThatTime(Conflict):
    """Somebody thanks who did not sit, or before the closing bell, or long afterwards: nobody is told which."""

    sentence = "One thanks after the closing bell, for a sit that one sat in, within a week."


def thank(*, by: Member, sit: Sit, at: datetime) -> None:
    """Thank those one sat with; twice is fine and is told once. Raises NotThatTime."""
    require(by, Act.THANK_SITTERS, sit, at=at)
    if not _is_time(sit, at) or not _sat(by, sit):
        raise NotThatTime
    row = {**_named(sit), "member_id": by.id, "thanked_at": at, "seen_as": _seen_as(by, sit)}
    insert = insert_into(SitThanks).values(row).on_conflict_do_nothing().returning(SitThanks.member_id)
    if session().scalar(insert) is None:
        return
    notify(
        member_ids=_others_who_sat(by, sit),
        kind=NoticeKind.THANKS,
        subject=sit.key,
        group_id=sit.group.id,
        event_key=f"thanks:{sit.key}",
        at=at,
    )


def thanking(viewer: Member, sit: Sit, *, at: datetime) -> Thanking | None:
    """Say whether the viewer may thank, once it is time, or has; None where there is nothing to thank for."""
    name = sit.phase(at).name
    over = name in {PhaseName.CIRCLE, PhaseName.CLOSED}
    if name is PhaseName.CLOSED and (not _is_time(sit, at) or not _sat(viewer, sit)):
        return None  # in the circle whoever opens the page takes a seat with it
    mine = sa.select(SitThanks.member_id).where(*_of(SitThanks, sit), SitThanks.member_id == viewer.id)
    return Thanking.DONE if over and session().scalar(mine) is not None else Thanking.OPEN


def who_thanked(sits: Collection[tuple[int, datetime]], *, but: Member) -> dict[tuple[int, datetime], Thankers]:
    """Say of these sits, by series and planned start, who thanked, as they were seen then and want to be seen now.

    Given are a few first names of those who are seen by name, and whether others did.
    """
    by_name = sa.and_(SitThanks.seen_as == SeenAs.NAME, Member.seen_as == SeenAs.NAME)
    statement = (
        sa.select(SitThanks.series_id, SitThanks.starts_at, sa.case((by_name, Member.name), else_=None))
        .join(Member, Member.id == SitThanks.member_id)
        .where(
            sa.tuple_(SitThanks.series_id, SitThanks.starts_at).in_(sits),
            Member.id != but.id,
            Member.status == MemberStatus.ACTIVE,
        )
        .order_by(SitThanks.thanked_at, Member.id)
    )
    those: dict[tuple[int, datetime], list[str | None]] = defaultdict(list)
    for series_id, starts_at, name in session().execute(statement):
        those[series_id, starts_at].append(name)
    found = {}
    for sit, names in those.items():
        named = [first_name_of(name) for name in names if name][:NAMED]
        found[sit] = (named, len(named) < len(names))
    return found


def forget_old_thanks(*, at: datetime) -> None:
    """Let go of who thanked long ago, and of what was said of it."""
    session().execute(
        sa.delete(SitThanks).where(SitThanks.thanked_at < at - KEPT_FOR),
        execution_options={"synchronize_session": False},
    )
    forget_older(kind=NoticeKind.THANKS, before=at - KEPT_FOR)


def _is_time(sit: Sit, at: datetime) -> bool:
    over = sit.phase(at).name in {PhaseName.CIRCLE, PhaseName.CLOSED}
    return over and not sit.is_called_off and at < sit.closes_at + OPEN_FOR


def _sat(member: Member, sit: Sit) -> bool:
    mine = sa.select(Attendance.member_id).where(*_of(Attendance, sit), Attendance.member_id == member.id)
    return session().scalar(mine) is not None


def _seen_as(member: Member, sit: Sit) -> SeenAs:
    """Give how the others saw somebody who sat; a name only where they show it still."""
    mine = sa.select(Attendance.seen_as).where(*_of(Attendance, sit), Attendance.member_id == member.id)
    then = session().scalar(mine) or SeenAs.ONE_MORE
    return (member.seen_as or SeenAs.ONE_MORE) if then is SeenAs.NAME else then


def _others_who_sat(by: Member, sit: Sit) -> list[int]:
    """Give the ids of those who sat there too and still belong to the group: for their notices, for nobody's eyes."""
    belongs = sa.and_(Membership.member_id == Attendance.member_id, Membership.group_id == sit.group.id)
    statement = (
        sa.select(Attendance.member_id)
        .join(Membership, belongs)
        .where(*_of(Attendance, sit), Attendance.member_id != by.id, Membership.status == Belonging.ACTIVE)
    )
    return list(session().scalars(statement))


def _named(sit: Sit) -> dict[str, object]:
    return {"series_id": sit.series.id, "starts_at": sit.planned_at}


def _of(table: type[Attendance | SitThanks], sit: Sit) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.series_id == sit.series.id, table.starts_at == sit.planned_at)
