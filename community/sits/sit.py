"""One sit: a series and the moment at which it starts. Computed, not kept: any process knows the same one."""

import marshal
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from community.groups.models import Group
from community.members.models import Member
from community.sits import plan as plans
from community.sits.models import ChangeKind, SeriesStatus, SitChange, SitSeries
from community.sits.plan import Phase, PhaseName, Plan
from community.sits.recurrence import Rule, is_occurrence, moment_of, occurrences, sit_key

OPEN = frozenset({PhaseName.DOORS, PhaseName.SETTLING, PhaseName.SITTING, PhaseName.CLOSING_BELL, PhaseName.CIRCLE})


@dataclass(frozen=True)
class Sit:
    """People practising together at one time; it keeps the name of the start that it was planned with."""

    series: SitSeries
    planned_at: datetime
    change: SitChange | None = None  # what became of it, if anything ever did

    @cached_property
    def starts_at(self) -> datetime:
        """Give the moment of the first bell."""
        if self.change is None or self.change.wall_start is None:
            return self.planned_at
        return moment_of(datetime.fromisoformat(self.change.wall_start), self.series.zone)

    @property
    def is_moved(self) -> bool:
        """Whether it takes place at another time than planned."""
        return self.change is not None and self.change.kind is ChangeKind.MOVED

    @property
    def is_called_off(self) -> bool:
        """Whether it does not take place."""
        return self.change is not None and self.change.kind is ChangeKind.CALLED_OFF

    @property
    def note(self) -> str:
        """Give what the teacher who changed it says to the members."""
        return self.change.note if self.change is not None and (self.is_moved or self.is_called_off) else ""

    @property
    def version(self) -> int:
        """Count the changes that were ever made to it."""
        return self.change.version if self.change else 0

    @cached_property
    def plan(self) -> Plan:
        """Give the plan that the series uses."""
        return plan_of(self.series)

    @property
    def key(self) -> str:
        """Give the sit's name in addresses and on the wire."""
        return sit_key(self.series.id, self.planned_at)

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
    def closing_at(self) -> datetime:
        """Give the moment of the closing bell."""
        return self.starts_at + timedelta(seconds=self.plan.total_s)

    @property
    def closes_at(self) -> datetime:
        """Give the moment at which the room is closed."""
        return plans.closes_at(self.plan, self.starts_at)

    def phase(self, at: datetime) -> Phase:
        """Say in which phase it is."""
        return plans.phase_at(self.plan, self.starts_at, at)

    def is_open(self, at: datetime) -> bool:
        """Say whether one may take a seat now."""
        return not self.is_called_off and self.phase(at).name in OPEN


def plan_of(series: SitSeries) -> Plan:
    """Give the plan of a series; equal plans are read once, since a page asks for a dozen of them."""
    return _read(marshal.dumps(series.plan))  # the quickest way to a key for something that is no key


@lru_cache(maxsize=256)
def _read(plan: bytes) -> Plan:
    return Plan.from_json(marshal.loads(plan))  # noqa: S302 - our own bytes of a moment ago


def rule_of(series: SitSeries) -> Rule:
    """Give when a series takes place."""
    return Rule(wall=datetime.fromisoformat(series.wall_start), zone=series.zone, rrule=series.rrule)


def sit_of(series: SitSeries, planned_at: datetime) -> Sit | None:
    """Give the sit of a series that was planned for this moment, if there is or was one."""
    if not is_occurrence(rule_of(series), planned_at):
        return None
    sit = Sit(series, planned_at, next((each for each in series.changes if each.planned_at == planned_at), None))
    over = series.status is SeriesStatus.ENDED and (series.ended_at is None or sit.starts_at >= series.ended_at)
    return None if over else sit


def sits_of(series: SitSeries, *, after: datetime, before: datetime, limit: int) -> list[Sit]:
    """List the sits of a series that start in [after, before), the first ``limit`` that take place.

    Those called off among them are there too, where they would have been.
    """
    if series.status is SeriesStatus.ENDED:
        return []
    changed = {each.planned_at: each for each in series.changes}
    starts = occurrences(rule_of(series), after=after, before=before, limit=limit + len(changed))
    if not changed:
        return [Sit(series, start) for start in starts]
    sits = [Sit(series, planned_at, changed.get(planned_at)) for planned_at in {*starts, *changed}]
    found = sorted((sit for sit in sits if after <= sit.starts_at < before), key=lambda sit: sit.starts_at)
    return _first(found, limit)


def not_over(series: SitSeries, *, at: datetime, before: datetime, limit: int) -> list[Sit]:
    """List the sits of a series that are open or still to come, the running one first."""
    length = plans.closes_at(plan_of(series), at) - at  # the circle included
    found = sits_of(series, after=at - length, before=before, limit=limit + 1)
    return _first([sit for sit in found if sit.closes_at > at], limit)


def _first(sits: list[Sit], limit: int) -> list[Sit]:
    """Give the first so many that take place, with those called off that come before the next."""
    kept, taking_place = [], 0
    for sit in sits:
        taking_place += not sit.is_called_off
        if taking_place > limit:
            break
        kept.append(sit)
    return kept
