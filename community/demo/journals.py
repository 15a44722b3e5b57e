"""The demo's journals: some weeks of sits, alone and with a group, and what Ines and Maren found in them."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from community.db import session
from community.groups.models import Group
from community.journal import actions, queries
from community.journal.models import JournalSit
from community.journal.page import Systems
from community.members.models import Member
from community.practices.library import STARTER
from community.sits import actions as sits
from community.sits.models import SitSeries
from community.sits.sit import Sit, sits_of

FILE = Path(__file__).parent / "journals.toml"
WEEKS = timedelta(weeks=4)
EARLY = timedelta(minutes=3)
NEWEST = 20


@cache
def journals() -> list[dict[str, Any]]:
    """Read who keeps a journal, and what stands in it."""
    found: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["journals"]
    return found


def keep_journals(people: Mapping[str, Member], groups: Mapping[str, Group], *, at: datetime) -> None:
    """Let those who keep a journal have sat for some weeks, and have written of it now and then."""
    for told in journals():
        who, company = people[told["who"]], [people[key] for key in told["company"]]
        for number, sit in enumerate(_sits_of(groups[told["group"]], at)):
            # now one and now another of them was there too
            for member in (who, *company[number % 3 : number % 3 + 3]):
                sits.join_sit(by=member, sit=sit, at=sit.starts_at - EARLY)
        together = [sit for sit in queries.sits_of(who, limit=NEWEST) if not sit.is_alone]
        for logged, page in zip(together, told["together"], strict=False):
            _write(who, page, sit=logged, at=logged.closing_at + EARLY)
        for page in told["alone"]:
            _sit_alone(who, page, at)
        for page in told.get("words", []):
            _write(who, page, sit=None, at=_moment(who, page, at))


def _sits_of(group: Group, at: datetime) -> list[Sit]:
    """Give the weekly sits of a group that were over before now."""
    weekly = sa.select(SitSeries).where(SitSeries.group_id == group.id, SitSeries.rrule == "FREQ=WEEKLY")
    found = [
        sit
        for series in session().scalars(weekly.order_by(SitSeries.id)).unique()
        for sit in sits_of(series, after=at - WEEKS, before=at, limit=NEWEST)
    ]
    return [sit for sit in found if sit.closes_at < at]


def _sit_alone(who: Member, told: dict[str, Any], at: datetime) -> None:
    practice, began_at = STARTER[told["practice"]], _moment(who, told, at)
    ended_at = began_at + timedelta(seconds=practice.plan.total_s)
    key = f"demo-{told['days']}"
    sit = actions.log_sit_alone(
        by=who, practice=practice, began_at=began_at, ended_at=ended_at, write_key=key, at=ended_at
    )
    _write(who, told, sit=sit, at=ended_at + EARLY)


def _write(who: Member, told: dict[str, Any], *, sit: JournalSit | None, at: datetime) -> None:
    words = {name: told[name] for name in ("body", "feeling", "thought") if name in told}
    before, after = (_moved(told.get(when, "")) for when in ("before", "after"))
    if words or before or after:
        actions.write_page(by=who, sit=sit, before=before, after=after, **words, at=at)


def _moved(told: str) -> Systems | None:
    """Read sliders such as "55 60 30 -"."""
    return Systems(*(None if each == "-" else int(each) for each in told.split())) if told else None


def _moment(who: Member, told: dict[str, Any], at: datetime) -> datetime:
    """Give a time of the clock, so many days ago, where the member lives."""
    zone = ZoneInfo(who.zone)
    day = at.astimezone(zone).date() - timedelta(days=told["days"])
    return datetime.combine(day, time.fromisoformat(told["time"]), zone).astimezone(UTC)
