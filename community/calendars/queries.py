"""Whose calendar an address is, and what stands in it. Read only."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from community.calendars.ical import PAST
from community.calendars.models import Calendar
from community.db import session
from community.errors import NotFound
from community.members.models import Member, MemberStatus
from community.members.tokens import token_hash
from community.sits import queries as sits
from community.sits.models import SitSeries


def calendar_of(member: Member) -> Calendar | None:
    """Give a member's own calendar, if they keep one."""
    return session().get(Calendar, member.id)


def calendar_by_token(token: str) -> Calendar:
    """Give the calendar at an address; wrong, revoked and a suspended member's are one NotFound."""
    found = session().scalar(
        sa.select(Calendar)
        .join(Calendar.member)
        .options(contains_eager(Calendar.member))
        .where(Calendar.token_hash == token_hash(token), Member.status == MemberStatus.ACTIVE)
    )
    if found is None:
        raise NotFound
    return found


def series_in(calendar: Calendar, *, at: datetime) -> list[SitSeries]:
    """Give the appointments of the groups that its member may read now, and those of the month before."""
    return [each for each in sits.series_for_reader(calendar.member, at=at - PAST) if not each.is_room]
