"""Thanking those one sat with, once a sit: it says nothing of who they were, nor how many.

Only who sat can thank, and only who sat is thanked. Of all thanks for one sit a member gets one quiet notice.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from community.db import insert_into, session
from community.errors import Conflict
from community.groups.models import Belonging, Membership
from community.members.models import Member, MemberStatus, SeenAs
from community.notifications.actions import notify
from community.notifications.models import NoticeKind
from community.permissions import Act, require
from community.sits.models import Attendance, SitThanks
from community.sits.plan import PhaseName
from community.sits.sit import Sit

OPEN_FOR = timedelta(days=7)
NAMED = 2  # how many of those who thank are named, where they are seen by name


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
    row = {**_named(sit), "member_id": by.id, "thanked_at": at}
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


def who_thanked(series_ids: Iterable[int], *, but: Member) -> dict[tuple[int, datetime], tuple[list[str], bool]]:
    """Say of sits of these series who thanked: first names of those who are seen by name, and whether others did."""
    statement = (
        sa.select(SitThanks.series_id, SitThanks.starts_at, Member)
        .join(Member, Member.id == SitThanks.member_id)
        .where(SitThanks.series_id.in_(set(series_ids)), Member.id != but.id, Member.status == MemberStatus.ACTIVE)
        .order_by(SitThanks.thanked_at, Member.id)
    )
    those: dict[tuple[int, datetime], list[Member]] = defaultdict(list)
    for series_id, starts_at, member in session().execute(statement):
        those[series_id, starts_at].append(member)
    found = {}
    for sit, members in those.items():
        names = [member.first_name for member in members if member.seen_as is SeenAs.NAME][:NAMED]
        found[sit] = (names, len(names) < len(members))
    return found


def _is_time(sit: Sit, at: datetime) -> bool:
    over = sit.phase(at).name in {PhaseName.CIRCLE, PhaseName.CLOSED}
    return over and not sit.is_called_off and at < sit.closes_at + OPEN_FOR


def _sat(member: Member, sit: Sit) -> bool:
    mine = sa.select(Attendance.member_id).where(*_of(Attendance, sit), Attendance.member_id == member.id)
    return session().scalar(mine) is not None


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
