"""Following a programme alone, and laying one on a group with its sits."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from community.db import insert_into, session
from community.errors import Conflict, Invalid
from community.groups.models import Group
from community.journal import actions as journal
from community.journal.models import JournalEntry
from community.journal.page import WrittenMeanwhile
from community.members.models import Member
from community.permissions import Act, require
from community.programmes.models import Following, FollowingStatus, ModuleSit
from community.programmes.programme import PROGRAMMES, Module, Programme
from community.programmes.queries import following_of, only_sit
from community.sits import actions as sits
from community.sits.models import SeriesStatus
from community.sits.recurrence import validated

WEEKS = (1, 2)
# Where what is wrong with a sit's rule stands on the form.
FIELDS = {"wall": "day"}


class FollowsAnother(Conflict):
    """A group is to follow a programme while the sits of another are still to come."""

    sentence = "This group follows a programme whose sits are still to come. End that one first, or let it run out."


class KeptBefore(Conflict):
    """Other words were kept from a form of a module, which comes once more."""

    sentence = (
        "What you wrote here before is in your journal, and stays as it is. These words are not kept yet: keeping them "
        "makes a page of their own."
    )


def follow_programme(*, by: Member, programme: Programme, at: datetime) -> None:
    """Follow a programme alone; taking up again what one had left is fine, and so is following twice."""
    require(by, Act.FOLLOW_PROGRAMME, programme, at=at)
    taken_up = {"status": FollowingStatus.FOLLOWED, "version": programme.version, "left_at": None}
    row = insert_into(Following).values(programme=programme.key, member_id=by.id, begun_at=at, **taken_up)
    session().execute(
        row.on_conflict_do_update(index_elements=[Following.member_id, Following.programme], set_=taken_up)
    )


def leave_programme(*, by: Member, programme: Programme, at: datetime) -> None:
    """Follow a programme no longer; what was written stays. Leaving what one does not follow is fine."""
    require(by, Act.FOLLOW_PROGRAMME, programme, at=at)
    mine = sa.and_(Following.member_id == by.id, Following.programme == programme.key)
    left = {"status": FollowingStatus.LEFT, "left_at": at}
    session().execute(sa.update(Following).where(mine, Following.status == FollowingStatus.FOLLOWED).values(**left))


def write_on_module(
    *, by: Member, module: Module, body: str, thought: str, write_key: str | None = None, at: datetime
) -> JournalEntry:
    """Write on a module, as a new page of one's own journal; the same ``write_key`` and words again give that page.

    Raises Invalid where nothing was written, and KeptBefore where other words were kept with this key.
    """
    require(by, Act.FOLLOW_PROGRAMME, module, at=at)
    if not (body.strip() or thought.strip()):
        raise Invalid("Write a line first, in whichever of the two you like.", field="body")
    try:
        return journal.write_page(
            by=by, module=module.name, body=body, thought=thought, version="", write_key=write_key, at=at
        )
    except WrittenMeanwhile as error:
        raise KeptBefore from error


def lay_programme(
    *,
    by: Member,
    group: Group,
    programme: Programme,
    wall: datetime,
    every_weeks: int,
    leader: Member | None,
    meeting: str | None = None,
    at: datetime,
) -> Following:
    """Let a group follow a programme: one sit for each module, the first at a wall time in the group's zone.

    Raises FollowsAnother while the sits of another programme are to come; one whose sits have been makes way. Raises
    Invalid where no such sit can be planned: its time has passed, or nobody would lead a practice that wants a teacher.
    """
    require(by, Act.LAY_PROGRAMME, group, at=at)
    if every_weeks not in WEEKS:
        raise Invalid("Choose every week, or every second week.", field="every_weeks")
    _make_way(group, at)
    following = _taken_up(group, programme, at)
    for module in programme.modules:
        shift = timedelta(weeks=every_weeks * (module.number - 1))
        _plan_sit(following, module, by=by, group=group, wall=wall + shift, leader=leader, meeting=meeting, at=at)
    session().flush()
    session().expire(following, ["sits"])
    return following


def end_programme(*, by: Member, following: Following, at: datetime) -> Following:
    """Let a group follow a programme no longer: its sits to come are ended. Ending it twice is fine."""
    require(by, Act.END_PROGRAMME, following, at=at)
    if not following.goes_on:
        return following
    following.status, following.left_at = FollowingStatus.LEFT, at
    for each in following.sits:
        sit = only_sit(each.series)
        # People may be on their cushions already: such a sit is left to its own end.
        if sit is not None and sit.doors_at > at and each.series.status is SeriesStatus.PLANNED:
            sits.end_series(by=by, series=each.series, at=at)
    return following


def _make_way(group: Group, at: datetime) -> None:
    """Let what the group has followed be over, and what the house does not know any more."""
    before = following_of(group)
    if before is not None and before.next(at) is not None:
        raise FollowsAnother
    over = sa.or_(Following.programme.not_in(PROGRAMMES), Following.id == (before.following.id if before else None))
    theirs = sa.and_(Following.group_id == group.id, Following.status == FollowingStatus.FOLLOWED)
    left = {"status": FollowingStatus.LEFT, "left_at": at}
    session().execute(sa.update(Following).where(theirs, over).values(**left))


def _taken_up(group: Group, programme: Programme, at: datetime) -> Following:
    """Write that the group follows it; of two teachers who lay one at once, the second is told."""
    row = insert_into(Following).values(
        programme=programme.key,
        version=programme.version,
        group_id=group.id,
        status=FollowingStatus.FOLLOWED,
        begun_at=at,
    )
    following: Following | None = session().scalar(row.on_conflict_do_nothing().returning(Following))
    if following is None:
        raise FollowsAnother
    return following


def _plan_sit(
    following: Following,
    module: Module,
    *,
    by: Member,
    group: Group,
    wall: datetime,
    leader: Member | None,
    meeting: str | None,
    at: datetime,
) -> None:
    """Plan the sit of a module, under the practice's own title and by its plan as it stands."""
    try:
        rule = validated(wall, group.zone)
    except Invalid as refusal:
        raise Invalid(refusal.sentence, field=FIELDS.get(refusal.field or "", refusal.field)) from refusal
    practice = module.practice
    series = sits.schedule_sit(
        by=by, group=group, title=practice.title, practice=practice, rule=rule, leader=leader, meeting=meeting, at=at
    )
    session().add(ModuleSit(following_id=following.id, module=module.key, series_id=series.id))
