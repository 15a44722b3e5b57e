"""What notices of sits say, to those who may still read the group: asked anew whenever they are shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from community.clock import now
from community.db import session
from community.errors import NotFound
from community.groups.queries import readable_group_ids
from community.members.models import Member
from community.notifications.models import NoticeKind
from community.notifications.queries import Shown, register_loader
from community.sits.models import SitSeries
from community.sits.recurrence import parse_sit_key
from community.sits.sit import Sit, sit_of
from community.sits.thanks import who_thanked
from community.sits.wording import thanks_in_words
from community.web.words import clock, day


def register() -> None:
    """Hand the loaders over."""
    register_loader(NoticeKind.SIT_BEGINS, _begins)
    register_loader(NoticeKind.REMINDER, _reminders)
    register_loader(NoticeKind.SIT_CHANGED, _changed)
    register_loader(NoticeKind.SIT_NOW, _rooms)
    register_loader(NoticeKind.THANKS, _thanks)


def readable_series(member: Member, keys: Iterable[str]) -> dict[str, tuple[SitSeries, datetime]]:
    """Give the series behind keys of sits, and the start that each names, where the member reads the group."""
    named = {}
    for key in keys:
        try:
            named[key] = parse_sit_key(key)
        except NotFound:
            continue
    statement = (
        sa.select(SitSeries)
        .join(SitSeries.group)
        .options(contains_eager(SitSeries.group), joinedload(SitSeries.changes))
        .where(
            SitSeries.id.in_({series_id for series_id, _ in named.values()}),
            SitSeries.group_id.in_(readable_group_ids(member.id)),
        )
    )
    found = {series.id: series for series in session().scalars(statement).unique()} if named else {}
    return {key: (found[series_id], start) for key, (series_id, start) in named.items() if series_id in found}


def when(member: Member, moment: datetime) -> str:
    """Say a moment in the member's own zone: "Friday 20 November at 19:30"."""
    zone = ZoneInfo(member.zone)
    return f"{day(moment, zone)} at {clock(moment, zone)}"


def _begins(member: Member, keys: Sequence[str]) -> dict[str, Shown]:
    """Say that the doors of a sit are open, while they are."""
    shown, at = {}, now()
    for key, (series, start) in readable_series(member, keys).items():
        sit = sit_of(series, start)
        if sit is None or sit.is_called_off:
            continue
        words = f"The doors {'are' if at < sit.closes_at else 'were'} open: {series.title}"
        if at < sit.doors_at:  # it was moved since
            words = f"{series.title} begins on {when(member, sit.starts_at)}"
        shown[key] = Shown(words, f"/groups/{series.group.slug}/sits/{key}", series.group.name)
    return shown


def _reminders(member: Member, keys: Sequence[str]) -> dict[str, Shown]:
    """Say when a sit is that a member wanted to be reminded of, as things stand now."""
    shown = {}
    for key, (series, start) in readable_series(member, keys).items():
        sit = sit_of(series, start)
        if sit is not None and not sit.is_called_off:
            url = f"/groups/{series.group.slug}/sits/{key}"
            words = "begins" if now() < sit.starts_at else "began"
            shown[key] = Shown(f"{series.title} {words} on {when(member, sit.starts_at)}", url, series.group.name)
    return shown


def _rooms(member: Member, keys: Sequence[str]) -> dict[str, Shown]:
    """Say that somebody opened a room; who did is not said."""
    shown = {}
    for key, (series, start) in readable_series(member, keys).items():
        sit = sit_of(series, start)
        if sit is not None:
            words = "A room was opened to sit in" + ("" if now() < sit.closes_at else "; it has closed since")
            shown[key] = Shown(words, f"/groups/{series.group.slug}/sits/{key}", series.group.name)
    return shown


def _thanks(member: Member, keys: Sequence[str]) -> dict[str, Shown]:
    """Say who thanks for sitting together, as each of them is seen; how many do is not said."""
    known = readable_series(member, keys)
    thanked = who_thanked({(series.id, start) for series, start in known.values()}, but=member) if known else {}
    shown = {}
    for key, (series, start) in known.items():
        if (series.id, start) in thanked:
            names, others = thanked[series.id, start]
            url = f"/groups/{series.group.slug}/sits/{key}"
            shown[key] = Shown(thanks_in_words(names, others=others), url, series.group.name)
    return shown


def _changed(member: Member, keys: Sequence[str]) -> dict[str, Shown]:
    """Say what became of sits that a member meant to come to, as things stand now."""
    shown = {}
    for key, (series, start) in readable_series(member, keys).items():
        sit = sit_of(series, start)
        room = f"/groups/{series.group.slug}/sits/{key}"
        if sit is None or sit.is_called_off:
            was = sit or Sit(series, start, next((each for each in series.changes if each.planned_at == start), None))
            words = f"{series.title} on {when(member, was.starts_at)} will not take place"
            url = room if sit else f"/groups/{series.group.slug}/sits"
            shown[key] = Shown(words, url, _said(series.group.name, sit.note if sit else ""))
        else:
            stands = "is now" if sit.is_moved else "takes place as planned,"
            words = f"{series.title} {stands} on {when(member, sit.starts_at)}"
            shown[key] = Shown(words, room, _said(series.group.name, sit.note))
    return shown


def _said(group: str, note: str) -> str:
    """Give the quiet line: the group, and what the teacher says to the change."""
    return f"{group}: “{note}”" if note else group
