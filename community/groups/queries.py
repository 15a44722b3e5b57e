"""What one may see of groups, always asked through the one who looks. Read only.

Two doors, one inside the other. ``group_for`` gives a group that the viewer may know of: every member knows of open
ones and of those one asks to join; a hidden group is known to its members and is for all others an address that never
was, found missing by the same one statement. ``read_group`` lets only members in who accepted the agreement as it
stands, and ``taught_group`` only its teachers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from community.db import plain_rows, session
from community.errors import Invalid, NotAllowed, NotFound
from community.groups.models import (
    Agreement,
    Belonging,
    Group,
    GroupKind,
    GroupStatus,
    JoinRequest,
    Membership,
    RequestState,
    Role,
)
from community.members import queries as members
from community.members.models import Invitation, Member, MemberStatus, Named
from community.notifications.models import NoticeKind
from community.notifications.queries import Shown, register_loader

SEATS_BESIDE = 24
"""How many people the margin of a group's page draws; a larger group has its list."""
MEMBERS_A_PAGE = 50
GROUPS_A_PAGE = 30


class AgreementNeeded(NotAllowed):
    """A member has yet to accept the agreement as it stands; ``slug`` says of which group."""

    sentence = "Please read this group’s agreement first. Once you accept it, everything here opens to you."

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__()


class MembersOnly(NotAllowed):
    """The group may be known to the asker, what is in it may not."""

    sentence = "This is for the people in the group. Its own page says how one joins."


class TeachersOnly(NotAllowed):
    """Something that a group's teachers look after."""

    sentence = "The teachers of this group look after this. If it should be you, they can appoint you."


# The pages asked for most build no statement anew: these wait for "viewer", "slug" or "group".
_KNOWN = (
    sa.select(Group, Membership)
    .outerjoin(Membership, sa.and_(Membership.group_id == Group.id, Membership.member_id == sa.bindparam("viewer")))
    .where(sa.or_(Group.kind != GroupKind.HIDDEN, Membership.status == Belonging.ACTIVE))
)
_KNOWN_BY_ADDRESS = _KNOWN.where(Group.slug == sa.bindparam("slug"))
_BESIDE = (
    sa.select(Membership.role, Member.id, Member.name)
    .join(Member, Member.id == Membership.member_id)
    .where(
        Membership.group_id == sa.bindparam("group"),
        Membership.status == Belonging.ACTIVE,
        Member.status == MemberStatus.ACTIVE,
    )
    # Teachers, then the newest: the order of an index, so that a large group costs no more than a small one.
    .order_by(Membership.role.desc(), Membership.joined_at.desc(), Membership.member_id.desc())
    .limit(SEATS_BESIDE + 1)
)


# One group


def group_for(viewer: Member, slug: str) -> Group:
    """Give a group that the viewer may know of, with their membership, in one statement; raises NotFound."""
    found = session().execute(_KNOWN_BY_ADDRESS, {"viewer": viewer.id, "slug": slug}).one_or_none()
    if found is None:
        raise NotFound
    group, membership = found
    return _remembered(viewer, group, membership)


def read_group(viewer: Member, slug: str) -> Group:
    """Give a group whose content the viewer may read; raises NotFound, MembersOnly or AgreementNeeded."""
    group = group_for(viewer, slug)
    ensure_reader(viewer, group)
    return group


def taught_group(viewer: Member, slug: str) -> Group:
    """Give a group that the viewer teaches, under its agreement; raises what ``read_group`` raises, or TeachersOnly."""
    group = read_group(viewer, slug)
    if not group.taught_by(viewer):
        raise TeachersOnly
    return group


def ensure_reader(viewer: Member, group: Group) -> None:
    """Let only readers pass: NotFound or MembersOnly for strangers, AgreementNeeded for a member who has to agree."""
    membership = group.membership_of(viewer)
    if membership is None:
        raise NotFound if group.kind is GroupKind.HIDDEN else MembersOnly
    if membership.agreed_version < group.agreement_version:
        raise AgreementNeeded(group.slug)


def pairs_that_read(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Give those of the (member id, group id) pairs in which the member may read the group now: one statement."""
    if not pairs:
        return set()
    statement = (
        sa.select(Membership.member_id, Membership.group_id)
        .join(Group, Membership.group_id == Group.id)
        .where(
            Membership.member_id.in_({member_id for member_id, _ in pairs}),
            Membership.group_id.in_({group_id for _, group_id in pairs}),
            Membership.status == Belonging.ACTIVE,
            Membership.agreed_version >= Group.agreement_version,
        )
    )
    return {(member_id, group_id) for member_id, group_id in session().execute(statement)} & pairs


def readable_group_ids(member_id: int | sa.ColumnElement[int]) -> sa.Select[int]:
    """Give, as a subquery, the ids of the groups whose content a member may read now."""
    return (
        sa.select(Group.id)
        .join(Membership, Membership.group_id == Group.id)
        .where(
            Membership.member_id == member_id,
            Membership.status == Belonging.ACTIVE,
            Membership.agreed_version >= Group.agreement_version,
        )
    )


def _remembered(viewer: Member, group: Group, membership: Membership | None) -> Group:
    group.remember(viewer.id, membership)
    return group


# Lists of groups


@dataclass(frozen=True)
class Card:
    """A group in a list: what one may know of it from outside."""

    group: Group
    teachers: list[Member]
    asked: bool = False  # the viewer has asked to join and waits for an answer


@dataclass(frozen=True)
class OthersPage:
    """Groups that one could join, by name; ``after`` is the slug behind which the next page begins."""

    cards: list[Card]
    after: str | None


def my_groups(viewer: Member) -> list[Card]:
    """Give the groups a member belongs to, by name, the archived ones last."""
    statement = (
        _KNOWN.where(Membership.status == Belonging.ACTIVE).order_by(
            Group.status, sa.func.lower(Group.name), Group.id
        )  # active comes before archived
    )
    rows = session().execute(statement, {"viewer": viewer.id})
    groups = [_remembered(viewer, group, mine) for group, mine in rows]
    teachers = _teachers(each.id for each in groups)
    return [Card(each, teachers.get(each.id, [])) for each in groups]


def other_groups(viewer: Member, *, after: str | None = None, limit: int = GROUPS_A_PAGE) -> OthersPage:
    """Give open groups, and those one asks to join, that the viewer is not in."""
    asked = sa.exists().where(
        JoinRequest.group_id == Group.id, JoinRequest.member_id == viewer.id, JoinRequest.state == RequestState.OPEN
    )
    statement = (
        _KNOWN.add_columns(asked)
        .where(Group.kind != GroupKind.HIDDEN, Group.status == GroupStatus.ACTIVE)
        .where(sa.or_(Membership.status.is_(None), Membership.status != Belonging.ACTIVE))
        .order_by(sa.func.lower(Group.name), Group.slug)
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(_further_than(after))
    rows = session().execute(statement, {"viewer": viewer.id}).all()
    page = rows[:limit]
    teachers = _teachers(group.id for group, _, _ in page)
    cards = [Card(_remembered(viewer, group, mine), teachers.get(group.id, []), waits) for group, mine, waits in page]
    return OthersPage(cards, cards[-1].group.slug if len(rows) > limit else None)


def _further_than(slug: str) -> sa.ColumnElement[bool]:
    """Compare with a group by its address; one that nobody may know of counts as none."""
    other = aliased(Group)
    known = sa.select(sa.func.lower(other.name)).where(other.slug == slug, other.kind != GroupKind.HIDDEN)
    return sa.tuple_(sa.func.lower(Group.name), Group.slug) > sa.tuple_(
        sa.func.coalesce(known.scalar_subquery(), ""), sa.literal(slug)
    )


# People


@dataclass(frozen=True)
class Aside:
    """Who stands in the margin of a group's page; ``all_of_them`` is False where more belong than are drawn."""

    teachers: tuple[Named, ...]
    people: tuple[Named, ...]
    all_of_them: bool


@dataclass(frozen=True)
class MembersPage:
    """Memberships by name, the teachers first; ``after`` is the member behind whom the next page begins."""

    teachers: list[Membership]
    members: list[Membership]
    after: int | None


def aside(viewer: Member, group: Group) -> Aside:
    """Give teachers and some members of a group in one statement: the viewer first, then in order of arrival."""
    rows = plain_rows(_BESIDE, {"group": group.id}).all()
    drawn = [(role, Named(member_id, name)) for role, member_id, name in reversed(rows[:SEATS_BESIDE])]
    teachers = tuple(member for role, member in drawn if role is Role.TEACHER)
    others = (member for role, member in drawn if role is not Role.TEACHER)
    people = sorted([*teachers, *others], key=lambda member: member.id != viewer.id)
    return Aside(teachers, tuple(people), all_of_them=len(rows) <= SEATS_BESIDE)


def teachers_of(group: Group) -> list[Member]:
    """Give a group's teachers, the first one first: who decides, and whom to tell."""
    return _teachers([group.id]).get(group.id, [])


def members_page(group: Group, *, after: int | None = None, limit: int = MEMBERS_A_PAGE) -> MembersPage:
    """Give a stretch of a group's list of members; teachers stand on the first page."""
    listed = (
        sa.select(Membership)
        .join(Member, Member.id == Membership.member_id)
        .options(contains_eager(Membership.member))
        .where(*_stands_in(group), Member.status == MemberStatus.ACTIVE)
        .order_by(sa.func.lower(Member.name), Member.id)
    )
    members = listed.where(Membership.role == Role.MEMBER).limit(limit + 1)
    rows = list(session().scalars(members if after is None else members.where(_behind(group, after))))
    teachers = [] if after is not None else list(session().scalars(listed.where(Membership.role == Role.TEACHER)))
    return MembersPage(teachers, rows[:limit], rows[limit - 1].member_id if len(rows) > limit else None)


def membership_in(group: Group, member_id: int) -> Membership:
    """Give an active membership of a group that was loaded through its viewer; raises NotFound."""
    membership = session().get(Membership, (group.id, member_id), options=[joinedload(Membership.member)])
    if membership is None or not membership.is_active:
        raise NotFound("That person is not in this group any more.")
    return membership


def in_group(group_id: int, member_ids: set[int]) -> set[int]:
    """Give those of some members who belong to a group now: nobody else is told of what happens there."""
    theirs = sa.and_(Membership.group_id == group_id, Membership.status == Belonging.ACTIVE)
    return set(session().scalars(sa.select(Membership.member_id).where(theirs, Membership.member_id.in_(member_ids))))


def has_other_teacher(group: Group, member: Member) -> bool:
    """Whether somebody else, who may come in, teaches the group."""
    return _somebody(group, member, Membership.role == Role.TEACHER)


def has_others(group: Group, member: Member) -> bool:
    """Whether somebody else belongs to the group."""
    return _somebody(group, member)


def _somebody(group: Group, other_than: Member, *which: sa.ColumnElement[bool]) -> bool:
    found = sa.select(Membership.member_id).join(Member, Member.id == Membership.member_id)
    statement = found.where(
        *_stands_in(group), Member.status == MemberStatus.ACTIVE, Membership.member_id != other_than.id, *which
    )
    return session().scalar(statement.limit(1)) is not None


def _stands_in(group: Group) -> tuple[sa.ColumnElement[bool], ...]:
    return (Membership.group_id == group.id, Membership.status == Belonging.ACTIVE)


def _behind(group: Group, member_id: int) -> sa.ColumnElement[bool]:
    """Compare with a name in this group's list; anybody else's id is no place in it and gives nothing."""
    place = (
        sa.select(sa.func.lower(Member.name))
        .join(Membership, Membership.member_id == Member.id)
        .where(Member.id == member_id, *_stands_in(group))
        .correlate(None)
        .scalar_subquery()
    )
    return sa.tuple_(sa.func.lower(Member.name), Member.id) > sa.tuple_(place, sa.literal(member_id))


def _teachers(group_ids: Iterable[int]) -> dict[int, list[Member]]:
    wanted = list(group_ids)
    if not wanted:
        return {}
    statement = (
        sa.select(Membership.group_id, Member)
        .join(Member, Member.id == Membership.member_id)
        .where(
            Membership.group_id.in_(wanted),
            Membership.status == Belonging.ACTIVE,
            Membership.role == Role.TEACHER,
            Member.status == MemberStatus.ACTIVE,
        )
        .order_by(Membership.joined_at, Member.id)
    )
    found: dict[int, list[Member]] = {}
    for group_id, member in session().execute(statement):
        found.setdefault(group_id, []).append(member)
    return found


def teacher_by_email(email: str) -> Member:
    """Give the member whom an admin names as a group's first teacher; raises Invalid for ``teacher``."""
    member = members.member_by_email(email)
    if member is None or not member.is_active:
        raise Invalid("No member has this address. They join the community first, then the group.", field="teacher")
    return member


# Agreements, requests, links


def agreement_of(group: Group, version: int | None = None) -> Agreement:
    """Give an agreement as it stands, or as it once stood; raises NotFound."""
    wanted = group.agreement_version if version is None else version
    found = session().scalar(sa.select(Agreement).where(Agreement.group_id == group.id, Agreement.version == wanted))
    if found is None:
        raise NotFound
    return found


def agreement_versions(group: Group) -> list[tuple[int, datetime]]:
    """Give number and moment of the versions of a group's agreement, the newest first."""
    statement = sa.select(Agreement.version, Agreement.created_at).where(Agreement.group_id == group.id)
    rows = session().execute(statement.order_by(Agreement.version.desc()).limit(100))
    return [(version, made_at) for version, made_at in rows]


def last_request(viewer: Member, group: Group) -> JoinRequest | None:
    """Give what a member last asked of a group, open or answered."""
    statement = sa.select(JoinRequest).where(JoinRequest.group_id == group.id, JoinRequest.member_id == viewer.id)
    return session().scalar(statement.order_by(JoinRequest.id.desc()).limit(1))


def open_request(viewer: Member, group: Group) -> JoinRequest:
    """Give a member's own request that waits for an answer; raises NotFound."""
    request = last_request(viewer, group)
    if request is None or request.state is not RequestState.OPEN:
        raise NotFound("There is nothing to take back: this was answered, or taken back already.")
    return request


def request_for(viewer: Member, request_id: int) -> JoinRequest:
    """Give a request, with who asks, to a teacher of the group it asks for; raises NotFound."""
    statement = (
        sa.select(JoinRequest)
        .join(Membership, Membership.group_id == JoinRequest.group_id)
        .options(joinedload(JoinRequest.member), joinedload(JoinRequest.group))
        .where(
            JoinRequest.id == request_id,
            Membership.member_id == viewer.id,
            Membership.status == Belonging.ACTIVE,
            Membership.role == Role.TEACHER,
        )
    )
    request = session().scalar(statement)
    if request is None:
        raise NotFound
    return request


def open_links(group: Group, *, at: datetime) -> list[Invitation]:
    """Give the links that lead into a group now."""
    return members.open_invitations(group_id=group.id, at=at)


def link_into(group: Group, invitation_id: int) -> Invitation:
    """Give a link into this group; raises NotFound for one that leads elsewhere."""
    invitation = members.invitation_by_id(invitation_id)
    if invitation.group_id != group.id:
        raise NotFound
    return invitation


# What is said of groups elsewhere


def teaches_mark(member_id: Any) -> sa.ColumnElement[bool]:
    """Say in SQL whether a member teaches a group."""
    return sa.exists().where(
        Membership.member_id == member_id, Membership.status == Belonging.ACTIVE, Membership.role == Role.TEACHER
    )


def shown_admissions(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Say where a member has come to belong; ``subjects`` are ids of groups. Groups they are not in are left out."""
    wanted = [int(subject) for subject in subjects]
    theirs = _KNOWN.where(Group.id.in_(wanted), Membership.status == Belonging.ACTIVE)
    rows = session().execute(theirs, {"viewer": member.id})
    return {str(group.id): _belonging_in_words(group, mine) for group, mine in rows}


def _belonging_in_words(group: Group, membership: Membership) -> Shown:
    words = f"You look after {group.name} as a teacher." if membership.is_teacher else f"You belong to {group.name}."
    return Shown(words, f"/groups/{group.slug}")


def shown_answers(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Say how a member's asking was answered; subjects are "request:7". For the loader of what was decided."""
    wanted = [int(subject.removeprefix("request:")) for subject in subjects if subject.startswith("request:")]
    statement = (
        _KNOWN.add_columns(JoinRequest)
        .join(JoinRequest, JoinRequest.group_id == Group.id)
        .where(
            JoinRequest.id.in_(wanted),
            JoinRequest.member_id == member.id,
            JoinRequest.state == RequestState.DECLINED,
        )
    )
    return {
        f"request:{request.id}": Shown(
            f"Not for now: {group.name} has answered you.", f"/groups/{group.slug}", request.answer
        )
        for group, _, request in session().execute(statement, {"viewer": member.id})
    }


members.add_mark("teaches", teaches_mark)
register_loader(NoticeKind.ADMITTED, shown_admissions)
