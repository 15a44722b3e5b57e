"""One sit: a series and the moment at which it starts. Computed, not kept: any process knows the same one."""

import marshal
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from community.groups.models import Group
from community.members.models import Member
from community.sits import plan as plans
from community.sits.models import SeriesStatus, SitSeries
from community.sits.plan import Phase, PhaseName, Plan
from community.sits.recurrence import Rule, is_occurrence, occurrences, sit_key

OPEN = frozenset({PhaseName.DOORS, PhaseName.SETTLING, PhaseName.SITTING, PhaseName.CLOSING_BELL, PhaseName.CIRCLE})


@dataclass(frozen=True)
class Sit:
    """People practising together at one time."""

    series: SitSeries
    starts_at: datetime

    @cached_property
    def plan(self) -> Plan:
        """Give the plan that the series uses."""
        return plan_of(self.series)

    @property
    def key(self) -> str:
        """Give the sit's name in addresses and on the wire."""
        return sit_key(self.series.id, self.starts_at)

    @property
    def title(self) -> str:
        """Give the title of the series."""
        return self.series.title

    @property
    def zone(self) -> str:
        """Give the zone in which it was planned, the group's own at the time."""
        return self.series.zone

    @property
    def group(self) -> Group:
        """Give the group whose sit it is."""
        return self.series.group

    @property
    def leader(self) -> Member | None:
        """Give who leads it, if anybody does."""
        return self.series.leader

    @property
    def leader_name(self) -> str | None:
        """Give the name of who leads it."""
        return self.series.leader.name if self.series.leader else None

    @property
    def minutes(self) -> int:
        """Give how long people sit, to the closing bell."""
        return round(self.plan.total_s / 60)

    @property
    def doors_at(self) -> datetime:
        """Give the moment from which one may come in."""
        return plans.doors_open_at(self.starts_at)

    @property
    def closes_at(self) -> datetime:
        """Give the moment at which the room is closed."""
        return plans.closes_at(self.plan, self.starts_at)

    def phase(self, at: datetime) -> Phase:
        """Say in which phase it is."""
        return plans.phase_at(self.plan, self.starts_at, at)

    def is_open(self, at: datetime) -> bool:
        """Say whether one may take a seat now."""
        return self.phase(at).name in OPEN


def plan_of(series: SitSeries) -> Plan:
    """Give the plan of a series; equal plans are read once, since a page asks for a dozen of them."""
    return _read(marshal.dumps(series.plan))  # the quickest way to a key for something that is no key


@lru_cache(maxsize=256)
def _read(plan: bytes) -> Plan:
    return Plan.from_json(marshal.loads(plan))  # noqa: S302 - our own bytes of a moment ago


def rule_of(series: SitSeries) -> Rule:
    """Give when a series takes place."""
    return Rule(wall=datetime.fromisoformat(series.wall_start), zone=series.zone, rrule=series.rrule)


def sit_of(series: SitSeries, starts_at: datetime) -> Sit | None:
    """Give the sit of a series that starts at this moment, if there is or was one."""
    over = series.status is SeriesStatus.ENDED and (series.ended_at is None or starts_at >= series.ended_at)
    return None if over or not is_occurrence(rule_of(series), starts_at) else Sit(series, starts_at)


def sits_of(series: SitSeries, *, after: datetime, before: datetime, limit: int) -> list[Sit]:
    """List the first sits of a series that start in [after, before)."""
    if series.status is SeriesStatus.ENDED:
        return []
    return [Sit(series, start) for start in occurrences(rule_of(series), after=after, before=before, limit=limit)]


def not_over(series: SitSeries, *, at: datetime, before: datetime, limit: int) -> list[Sit]:
    """List the sits of a series that are open or still to come, the running one first."""
    length = plans.closes_at(plan_of(series), at) - at  # the circle included
    return [sit for sit in sits_of(series, after=at - length, before=before, limit=limit + 1) if sit.closes_at > at][
        :limit
    ]
