"""Sits and pages of a journal for tests, made as rows and by the actions."""

import re
from datetime import datetime, timedelta
from typing import Any

from community.clock import now
from community.db import session, transaction
from community.groups.models import Group
from community.journal import actions
from community.journal.models import JournalSit
from community.members.models import Member, SeenAs
from community.sits.models import Attendance
from community.sits.recurrence import parse_sit_key
from tests.doors import Browser
from tests.factories import inside, plan_sit

HALF_AN_HOUR = timedelta(minutes=30)


def keep_sit(member: Member, began_at: datetime, **fields: Any) -> JournalSit:
    """Let a member have sat, alone unless it is said otherwise."""
    fields = {
        "closing_at": began_at + HALF_AN_HOUR,
        "practice_key": "quiet_half_hour",
        "practice_version": 1,
        "title": "Quiet half hour",
        **fields,
    }
    with inside(), transaction():
        sit = JournalSit(member_id=member.id, began_at=began_at, **fields)
        session().add(sit)
    return sit


def write(member: Member, sit: JournalSit | None = None, *, at: datetime | None = None, **said: Any) -> int:
    """Let a member write a page."""
    with inside(), transaction():
        return actions.write_page(by=member, sit=sit, at=at or now(), **said).id


def read_of(browser: Browser, path: str) -> str:
    """Let somebody open a page to write on; gives the version that they read."""
    browser.get(f"{path}/edit")
    return str(re.findall(r'name="version" value="(\d+)"', browser.page)[0])


def sat_together(group: Group, by: Member, *others: Member, ago: timedelta = timedelta(hours=2)) -> str:
    """Let members have sat together, each as they want to be seen just now; gives the sit's key."""
    key = plan_sit(group, by, begins_in=-ago)
    series_id, planned_at = parse_sit_key(key)
    with inside(), transaction():
        for number, member in enumerate((by, *others)):
            seen_as: SeenAs | None = session().get_one(Member, member.id).seen_as
            came = {"joined_at": planned_at + timedelta(seconds=number), "seen_as": seen_as}
            session().add(Attendance(series_id=series_id, starts_at=planned_at, member_id=member.id, **came))
    for member in (by, *others):
        named = {"group_id": group.id, "group_name": group.name, "series_id": series_id, "planned_at": planned_at}
        keep_sit(member, planned_at, **named)
    return key
