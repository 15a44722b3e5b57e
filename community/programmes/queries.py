"""What one may see of programmes: one's own following, one's own pages, and the sits of the groups that one reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from community.db import session
from community.errors import NotFound
from community.groups.models import Group, GroupStatus
from community.groups.panels import Panel, register_panel
from community.groups.queries import my_groups, readable_group_ids
from community.journal.models import JournalEntry
from community.members.models import Member
from community.permissions import Act, may
from community.programmes.models import Following, FollowingStatus, ModuleSit
from community.programmes.programme import PROGRAMMES, Module, Programme
from community.sits.models import SitSeries
from community.sits.recurrence import moment_of
from community.sits.sit import Sit, rule_of, sit_of

PAGES_LISTED = 12  # of what one wrote on a module; the journal has them all
AFTERWARDS = timedelta(days=14)  # for which a group's page still speaks of a programme whose sits have been


@dataclass(frozen=True)
class Written:
    """That the viewer wrote a page on a module."""

    page_id: int
    at: datetime


@dataclass(frozen=True)
class Together:
    """A programme as a group follows it; the sit of a module is None once it does not take place any more."""

    following: Following
    programme: Programme
    group: Group
    sits: Mapping[str, Sit | None]

    def sit_of(self, module: Module) -> Sit | None:
        """Give the sit of a module."""
        return self.sits.get(module.key)

    def next(self, at: datetime) -> tuple[Module, Sit] | None:
        """Give the module whose sit is open or comes next."""
        planned = [(module, sit) for module in self.programme.modules if (sit := self.sit_of(module))]
        coming = [each for each in planned if each[1].closes_at > at and not each[1].is_called_off]
        return min(coming, key=lambda each: each[1].starts_at, default=None)

    def is_recent(self, at: datetime) -> bool:
        """Say whether a sit is still to come, or the last one was not long ago."""
        ends = [sit.closes_at for sit in self.sits.values() if sit]
        return max(ends, default=self.following.begun_at) + AFTERWARDS > at


def followed_by(viewer: Member) -> dict[str, Following]:
    """Give the programmes that a member follows alone, by their keys."""
    mine = sa.select(Following).where(Following.member_id == viewer.id, Following.status == FollowingStatus.FOLLOWED)
    return {each.programme: each for each in session().scalars(mine)}


def followed_alone(viewer: Member) -> list[Programme]:
    """Give the programmes that a member follows alone, in the order of the house; one that is gone is left out."""
    mine = followed_by(viewer)
    return [each for key, each in PROGRAMMES.items() if key in mine]


def followed_together(viewer: Member) -> list[Together]:
    """Give what the groups that a member may read follow, with its sits, in one statement."""
    readable = readable_group_ids(viewer.id)
    rows = session().scalars(_together().where(Following.group_id.in_(readable)).order_by(Group.name, Following.id))
    return _as_followed(rows.unique())


def following_of(group: Group) -> Together | None:
    """Give the programme that a group follows; the group was loaded through its viewer."""
    rows = session().scalars(_of_group(), {"group_id": group.id}).unique()
    return next(iter(_as_followed(rows)), None)


def following_in(group: Group, following_id: int) -> Following:
    """Give one of a group's own followings; raises NotFound."""
    found = session().scalar(_together_ever().where(Following.id == following_id, Following.group_id == group.id))
    if found is None:
        raise NotFound
    return found


def groups_to_lay_in(viewer: Member, *, at: datetime) -> list[Group]:
    """Give the groups of a member that they may lay a programme on."""
    return [each.group for each in my_groups(viewer) if may(viewer, Act.LAY_PROGRAMME, each.group, at=at)]


def last_written(viewer: Member, programme: Programme) -> dict[str, datetime]:
    """Give when a member last wrote on each module of a programme; nobody else is ever asked for."""
    keys = {module.name: module.key for module in programme.modules}
    statement = (
        sa.select(JournalEntry.module, sa.func.max(JournalEntry.written_at))
        .where(JournalEntry.member_id == viewer.id, JournalEntry.module.in_(keys))
        .group_by(JournalEntry.module)
    )
    return {keys[name]: at for name, at in session().execute(statement) if name}


def written_on(viewer: Member, module: Module) -> list[Written]:
    """Give the last pages that a member wrote on a module, the newest first."""
    statement = (
        sa.select(JournalEntry.id, JournalEntry.written_at)
        .where(JournalEntry.member_id == viewer.id, JournalEntry.module == module.name)
        .order_by(JournalEntry.written_at.desc(), JournalEntry.id.desc())
        .limit(PAGES_LISTED)
    )
    return [Written(page_id, at) for page_id, at in session().execute(statement)]


def only_sit(series: SitSeries) -> Sit | None:
    """Give the one sit of a series that is planned once; None where it does not take place any more."""
    rule = rule_of(series)
    return sit_of(series, moment_of(rule.wall, rule.zone))


def _as_followed(rows: Any) -> list[Together]:
    return [
        Together(each, PROGRAMMES[each.programme], each.group, {one.module: only_sit(one.series) for one in each.sits})
        for each in rows
        if each.programme in PROGRAMMES  # one that the house does not know any more is followed by nobody
    ]


def _together() -> sa.Select[Following]:
    """Select what groups follow now; the groups that are archived follow nothing."""
    return _together_ever().where(Following.status == FollowingStatus.FOLLOWED, Group.status == GroupStatus.ACTIVE)


def _together_ever() -> sa.Select[Following]:
    series = joinedload(Following.sits).joinedload(ModuleSit.series)
    return (
        sa.select(Following)
        .join(Following.group)
        .options(
            contains_eager(Following.group),
            series.joinedload(SitSeries.changes),
            series.joinedload(SitSeries.leader),
        )
    )


@cache
def _of_group() -> sa.Select[Following]:
    return _together().where(Following.group_id == sa.bindparam("group_id"))


def panel_of_programme(viewer: Member, group: Group, at: datetime, asked: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG001
    """Give what the group's page says of the programme that it follows."""
    together = following_of(group)
    if together is None or not together.is_recent(at):
        return {"together": None}
    return {"together": together, "next": together.next(at)}


register_panel(Panel(name="programme", order=15, template="programmes/_panel.html", load=panel_of_programme))
