"""Which practices there are, for whom: our own for everybody, a group's for its readers. Read only."""

import marshal
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from community.db import session
from community.errors import NotFound
from community.groups.models import Belonging, Group, Membership, Role
from community.groups.queries import MembersOnly, ensure_reader, readable_group_ids
from community.members.models import Member
from community.permissions import Act, may
from community.practices.kinds import Trigger
from community.practices.library import EARLIER, STARTER, Practice
from community.practices.models import PracticeStatus, PracticeVersion, WrittenPractice
from community.practices.schema import Plan

A_READERS_PRACTICES = 400
MOST_GROUPS = 100
MOST_VERSIONS = 100
_KEY = re.compile(r"p-([1-9][0-9]{0,8})", re.ASCII)


def practices_for(viewer: Member, *, of: Group | None = None) -> list[Practice]:
    """Give what a member may sit with: our own in their order, then those of the groups they read, by their names.

    With a group, only that one's are added to our own.
    """
    statement = (
        _versions(viewer)
        .where(
            PracticeVersion.version == WrittenPractice.version,
            WrittenPractice.status == PracticeStatus.STANDING,
            WrittenPractice.group_id.in_(readable_group_ids(viewer.id)),
        )
        .order_by(sa.func.lower(Group.name), Group.id, sa.func.lower(PracticeVersion.title), WrittenPractice.id)
        .limit(A_READERS_PRACTICES)
    )
    if of is not None:
        statement = statement.where(WrittenPractice.group_id == of.id)
    return [*STARTER.values(), *(_practice(viewer, row) for row in session().execute(statement))]


def practice_for(viewer: Member, key: str) -> Practice:
    """Give a practice as it stands; raises NotFound, or AgreementNeeded for a member who has to agree first."""
    own = STARTER.get(key)
    return own or _written(viewer, key, PracticeVersion.version == WrittenPractice.version)


def version_for(viewer: Member, key: str, version: int) -> Practice:
    """Give a practice as it stood in a version; raises what ``practice_for`` raises."""
    own = STARTER.get(key)
    if own is None:
        return _written(viewer, key, PracticeVersion.version == version)
    found = own if own.version == version else EARLIER.get((key, version))
    if found is None:
        raise NotFound
    return found


def standing(viewer: Member, keys: Collection[str]) -> dict[str, int]:
    """Give the version that stands of those practices, of all that are named, which the viewer may read."""
    named = {key: int(found[1]) for key in keys if (found := _KEY.fullmatch(key))}
    ours = {key: STARTER[key].version for key in keys if key in STARTER}
    if not named:
        return ours
    statement = sa.select(WrittenPractice.id, WrittenPractice.version).where(
        WrittenPractice.id.in_(named.values()), WrittenPractice.group_id.in_(readable_group_ids(viewer.id))
    )
    versions = {row.id: row.version for row in session().execute(statement)}
    return ours | {key: versions[number] for key, number in named.items() if number in versions}


def wants_teacher(key: str, version: int) -> bool:
    """Say whether a practice, as it stood in a version, is sat only where a teacher leads."""
    ours, named = STARTER.get(key), _KEY.fullmatch(key)
    said = session().get(PracticeVersion, (int(named[1]), version)) if named else ours
    return said is not None and said.teacher_led


def practice_to_write(viewer: Member, key: str) -> WrittenPractice:
    """Give the practice of a group for a teacher who writes on; raises what ``practice_for`` raises.

    Our own practices are nobody's to write on: they are absent here.
    """
    named = _KEY.fullmatch(key)
    written = session().get(WrittenPractice, int(named[1])) if named and practice_for(viewer, key) else None
    if written is None:
        raise NotFound
    return written


def withdrawn_from(viewer: Member) -> list[Practice]:
    """Give what is offered no longer in the groups that the viewer teaches, by title."""
    taught = sa.and_(Membership.status == Belonging.ACTIVE, Membership.role == Role.TEACHER)
    statement = (
        _versions(viewer)
        .where(
            PracticeVersion.version == WrittenPractice.version,
            WrittenPractice.status == PracticeStatus.WITHDRAWN,
            WrittenPractice.group_id.in_(readable_group_ids(viewer.id)),
            taught,
        )
        .order_by(sa.func.lower(PracticeVersion.title), WrittenPractice.id)
        .limit(A_READERS_PRACTICES)
    )
    return [_practice(viewer, row) for row in session().execute(statement)]


def groups_to_write_for(viewer: Member, *, at: datetime) -> list[Group]:
    """Give the groups that the viewer may write practices for, by name."""
    mine = sa.and_(Membership.group_id == Group.id, Membership.member_id == viewer.id)
    statement = (
        sa.select(Group, Membership)
        .join(Membership, mine)
        .where(Group.id.in_(readable_group_ids(viewer.id)), Membership.role == Role.TEACHER)
        .order_by(sa.func.lower(Group.name), Group.id)
        .limit(MOST_GROUPS)
    )
    groups = []
    for group, membership in session().execute(statement):
        group.remember(viewer.id, membership)
        if may(viewer, Act.WRITE_PRACTICE, group, at=at):
            groups.append(group)
    return groups


@dataclass(frozen=True, slots=True)
class Edition:
    """That there is a version of a practice, by whom, since when and why; of our own only that there is one."""

    version: int
    changed: str = ""
    written_by: str = ""
    written_at: datetime | None = None


def versions_of(viewer: Member, key: str) -> list[Edition]:
    """Give what versions there are of a practice that the viewer may read, the newest first; raises NotFound."""
    own = STARTER.get(key)
    if own is not None:
        return [Edition(number) for number in range(own.version, 0, -1)]
    statement = (
        sa.select(PracticeVersion.version, PracticeVersion.changed, Member.name, PracticeVersion.written_at)
        .join(WrittenPractice, WrittenPractice.id == PracticeVersion.practice_id)
        .outerjoin(Member, Member.id == PracticeVersion.written_by_id)
        .where(WrittenPractice.id == _id_of(key), WrittenPractice.group_id.in_(readable_group_ids(viewer.id)))
        .order_by(PracticeVersion.version.desc())
        .limit(MOST_VERSIONS)
    )
    rows = session().execute(statement)
    found = [Edition(number, changed, name or "", written_at) for number, changed, name, written_at in rows]
    if not found:
        raise NotFound
    return found


def _id_of(key: str) -> int:
    named = _KEY.fullmatch(key)
    if named is None:
        raise NotFound
    return int(named[1])


def _written(viewer: Member, key: str, which: sa.ColumnElement[bool]) -> Practice:
    row = session().execute(_versions(viewer).where(WrittenPractice.id == _id_of(key), which)).one_or_none()
    if row is None:
        raise NotFound
    practice = _practice(viewer, row)
    try:
        ensure_reader(viewer, row.Group)
    except MembersOnly as refusal:
        raise NotFound from refusal
    return practice


def _versions(viewer: Member) -> sa.Select[PracticeVersion, WrittenPractice, Group, Membership, str | None]:
    theirs = sa.and_(Membership.group_id == Group.id, Membership.member_id == viewer.id)
    return (
        sa.select(PracticeVersion, WrittenPractice, Group, Membership, Member.name)
        .join(WrittenPractice, WrittenPractice.id == PracticeVersion.practice_id)
        .join(Group, Group.id == WrittenPractice.group_id)
        .join(Membership, theirs)
        .outerjoin(Member, Member.id == PracticeVersion.written_by_id)
    )


def _practice(viewer: Member, row: sa.Row[PracticeVersion, WrittenPractice, Group, Membership, str | None]) -> Practice:
    said, written, group, membership, name = row
    group.remember(viewer.id, membership)
    return Practice(
        key=written.key,
        version=said.version,
        title=said.title,
        lead=said.lead,
        plan=_read(marshal.dumps(said.plan)),
        nourishes=said.nourishes,
        meets=tuple(Trigger(each) for each in said.meets),
        teacher_led=said.teacher_led,
        about=said.about,
        about_html=said.about_html,
        group=group,
        written_by=name or "",
        changed_at=said.written_at,
        changed=said.changed,
        is_withdrawn=written.status is PracticeStatus.WITHDRAWN,
    )


@lru_cache(maxsize=256)
def _read(plan: bytes) -> Plan:
    return Plan.from_json(marshal.loads(plan))  # noqa: S302 - our own bytes of a moment ago
