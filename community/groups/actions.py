"""Beginning and keeping a group, coming to belong to it, and ending that."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from community import text
from community.db import announce, session
from community.errors import Conflict, Invalid
from community.groups import queries
from community.groups.address import address_of, with_ending
from community.groups.agreement import AgreementText
from community.groups.facts import JoinAsked, JoinRequestAnswered, JoinRequestTakenBack, MemberLeft, TeacherReleased
from community.groups.models import (
    NAME_LENGTH,
    PURPOSE_LENGTH,
    WORDS_LENGTH,
    Agreement,
    Belonging,
    Group,
    GroupKind,
    GroupStatus,
    Holding,
    JoinRequest,
    Membership,
    RequestState,
    Role,
)
from community.members.models import Invitation, Member
from community.notifications.actions import forget, notify
from community.notifications.models import NoticeKind
from community.permissions import Act, require

FIRST_POSTS = range(1, 21)


class LastTeacher(Conflict):
    """A group that is kept has somebody who looks after it."""

    sentence = (
        "You are the only teacher here, and the others would be left without one. "
        "Appoint somebody first, or archive the group."
    )


class Gone(Conflict):
    """Whoever has left, or was removed, does neither a second time: what came first stands."""

    sentence = "You do not belong to this group any more."


class AnsweredAlready(Conflict):
    """Two teachers never answer twice."""

    sentence = "This was answered, or taken back, while you were looking at it."


# The group itself


def start_group(
    *,
    by: Member,
    name: str,
    purpose: str,
    kind: GroupKind,
    zone: str,
    teacher: Member,
    agreement: AgreementText,
    at: datetime,
) -> Group:
    """Begin a group with its first teacher and its first agreement.

    Whoever begins it does not belong to it, unless they are that teacher: then they have accepted what they wrote.
    """
    require(by, Act.START_GROUP, at=at)
    group = Group(name=_name(name), purpose=_purpose(purpose), kind=kind, zone=_zone(zone), created_at=at)
    group.slug = _free_address(group.name, kind)
    session().add(group)
    session().flush()
    _add_version(group, agreement, by=by, at=at)
    membership = _seat(group, teacher, role=Role.TEACHER, at=at)
    if teacher.id == by.id:
        _has_agreed(membership, group, at=at)
    else:
        _tell_belonging(group, teacher, f"teacher:{group.id}:{at.isoformat()}", at=at)
    return group


def edit_group(
    *,
    by: Member,
    group: Group,
    name: str,
    purpose: str,
    kind: GroupKind,
    zone: str,
    holding: Holding,
    held_first_posts: int,
    may_be_seen: bool,
    soft_doors: bool,
    at: datetime,
) -> Group:
    """Change what a group is called and how it is kept; its address stays.

    A hidden group comes into view only where ``may_be_seen`` says that this is meant; raises Invalid otherwise.
    """
    require(by, Act.EDIT_GROUP, group, at=at)
    if group.kind is GroupKind.HIDDEN and kind is not GroupKind.HIDDEN and not may_be_seen:
        sentence = "Everybody in the community will then find this group. Tick this if you all want that."
        raise Invalid(sentence, field="may_be_seen")
    if held_first_posts not in FIRST_POSTS:
        raise Invalid("Between 1 and 20 posts can be read first.", field="held_first_posts")
    group.name, group.purpose, group.zone = _name(name), _purpose(purpose), _zone(zone)
    group.kind, group.holding, group.held_first_posts = kind, holding, held_first_posts
    group.soft_doors = soft_doors
    return group


def archive_group(*, by: Member, group: Group, at: datetime) -> Group:
    """Keep a group to be read only; its open links close."""
    require(by, Act.ARCHIVE_GROUP, group, at=at)
    group.status = GroupStatus.ARCHIVED
    _close_links(group, at=at)
    return group


def reopen_group(*, by: Member, group: Group, at: datetime) -> Group:
    """Let a group be written in again."""
    require(by, Act.REOPEN_GROUP, group, at=at)
    group.status = GroupStatus.ACTIVE
    return group


def write_agreement(*, by: Member, group: Group, agreement: AgreementText, follows: int, at: datetime) -> Agreement:
    """Put a new version in the place of version ``follows``; everybody but its writer is asked again.

    Raises Conflict where another version came in between.
    """
    require(by, Act.WRITE_AGREEMENT, group, at=at)
    _hold(group)
    if group.agreement_version != follows:
        raise Conflict("Another teacher wrote a new version meanwhile. Yours is still here: read theirs, then decide.")
    version = _add_version(group, agreement, by=by, at=at)
    _has_agreed(_membership(group, by), group, at=at)
    return version


def accept_agreement(*, by: Member, group: Group, version: int, at: datetime) -> Membership:
    """Accept the version that was read; twice is fine. Raises Conflict where there is a newer one."""
    require(by, Act.ACCEPT_AGREEMENT, group, at=at)
    membership = _membership(group, by)
    if version != group.agreement_version:
        raise Conflict("The agreement changed while you were reading. This is how it stands now.")
    if membership.agreed_version < version:
        _has_agreed(membership, group, at=at)
    return membership


# Coming to belong


def join_group(*, by: Member, group: Group, at: datetime) -> Membership:
    """Join an open group; its agreement is asked next."""
    require(by, Act.JOIN_GROUP, group, at=at)
    here = _hold_for(by, group)
    if here is not None:  # a second click: what the first one came to stands
        return here
    require(by, Act.JOIN_GROUP, group, at=at)
    return _seat(group, by, at=at)


def ask_to_join(*, by: Member, group: Group, words: str, at: datetime) -> JoinRequest:
    """Ask a group's teachers to be let in; raises Conflict while an earlier request waits."""
    require(by, Act.ASK_TO_JOIN, group, at=at)
    said = _words(words, what="A sentence or two about you and what brings you helps the teachers to answer.")
    if _hold_for(by, group) is not None:
        raise Conflict("You belong to this group by now, so there is nothing to ask.")
    require(by, Act.ASK_TO_JOIN, group, at=at)
    if _waiting_request(group, by) is not None:
        raise Conflict("You have asked already. The teachers will answer you.")
    request = JoinRequest(group_id=group.id, member_id=by.id, words=said, created_at=at)
    session().add(request)
    session().flush()
    announce(JoinAsked(group_id=group.id, request_id=request.id, member_id=by.id))
    return request


def take_back_request(*, by: Member, request: JoinRequest, at: datetime) -> JoinRequest:
    """Take back one's own request; raises Conflict where it was answered meanwhile."""
    require(by, Act.TAKE_BACK_REQUEST, request, at=at)
    _hold(request.group, request)
    if request.state is not RequestState.OPEN:
        raise AnsweredAlready
    _take_back(request, at=at)
    return request


def admit(*, by: Member, request: JoinRequest, at: datetime) -> Membership:
    """Let in who asked; they are told. Raises Conflict for what is answered already."""
    require(by, Act.ANSWER_REQUEST, request, at=at)
    group = request.group
    if group.is_archived:
        raise Conflict("This group is archived. Reopen it before you let somebody in.")
    _answer(request, RequestState.ADMITTED, "", at=at)
    membership = _seat(group, request.member, at=at)
    _tell_belonging(group, request.member, f"admitted:{request.id}", at=at)
    return membership


def decline(*, by: Member, request: JoinRequest, words: str, at: datetime) -> JoinRequest:
    """Say no to who asked, with or without words; they are told. Raises Conflict for what is answered already."""
    require(by, Act.ANSWER_REQUEST, request, at=at)
    _answer(request, RequestState.DECLINED, words, at=at)
    notify(
        member_ids=[request.member_id],
        kind=NoticeKind.DECIDED,
        subject=f"request:{request.id}",
        group_id=request.group_id,
        event_key=f"declined:{request.id}",
        at=at,
    )
    return request


def join_by_link(*, by: Member, invitation: Invitation, at: datetime) -> Membership:
    """Come into the group that a teacher's link leads to.

    Raises Conflict for somebody who is in, and NotAllowed for somebody who was removed after the link was made.
    """
    require(by, Act.JOIN_BY_LINK, invitation, at=at)
    group = invitation.group
    if group is None or _hold_for(by, group) is not None:
        raise Conflict("You belong to this group already, so the link stays open for somebody else.")
    require(by, Act.JOIN_BY_LINK, invitation, at=at)
    return _seat(group, by, at=at)


# Ending it, and who teaches


def leave(*, by: Member, group: Group, at: datetime) -> Membership:
    """Leave a group. Raises LastTeacher where others would stay without one; whoever goes last archives it."""
    require(by, Act.LEAVE_GROUP, group, at=at)
    membership = _membership(group, by)
    _hold(group, membership)
    if not membership.is_active:
        raise Gone
    others_stay = queries.has_others(group, by)
    if membership.is_teacher and others_stay and not group.is_archived and not queries.has_other_teacher(group, by):
        raise LastTeacher
    if not others_stay:
        group.status = GroupStatus.ARCHIVED
        _close_links(group, at=at)
    _end(membership, Belonging.LEFT, at=at)
    return membership


def remove_member(*, by: Member, membership: Membership, at: datetime) -> Membership:
    """End somebody's membership. They come back only by a link that a teacher makes afterwards."""
    require(by, Act.REMOVE_MEMBER, membership, at=at)
    _hold(membership.group, membership)
    if membership.is_teacher:
        raise Conflict("They teach this group by now. Release them from teaching first.")
    _end(membership, Belonging.REMOVED, at=at)
    return membership


def mute(*, by: Member, membership: Membership, until: datetime, at: datetime) -> Membership:
    """Ask somebody to be quiet here for a time; they go on reading and sitting."""
    require(by, Act.MUTE_MEMBER, membership, at=at)
    if until <= at:
        raise Invalid("Choose a moment that is still to come.", field="until")
    membership.muted_until = until
    return membership


def unmute(*, by: Member, membership: Membership, at: datetime) -> Membership:
    """Let somebody write again before the time is over; twice is fine."""
    require(by, Act.UNMUTE_MEMBER, membership, at=at)
    membership.muted_until = None
    return membership


def appoint_teacher(*, by: Member, membership: Membership, at: datetime) -> Membership:
    """Make a member a teacher of the group; they are told."""
    require(by, Act.APPOINT_TEACHER, membership, at=at)
    hold(membership=membership)
    require(by, Act.APPOINT_TEACHER, membership, at=at)
    membership.role = Role.TEACHER
    membership.muted_until = None
    group = membership.group
    _tell_belonging(group, membership.member, f"teacher:{group.id}:{at.isoformat()}", at=at)
    return membership


def release_teacher(*, by: Member, membership: Membership, at: datetime) -> Membership:
    """Make a teacher, oneself or another, a member like the others; raises LastTeacher. Their open links close."""
    require(by, Act.RELEASE_TEACHER, membership, at=at)
    _hold(membership.group)
    if not queries.has_other_teacher(membership.group, membership.member):
        raise LastTeacher
    membership.role = Role.MEMBER
    forget(member_id=membership.member_id, group_id=membership.group_id, kind=NoticeKind.DESK)
    _close_links(membership.group, made_by_id=membership.member_id, at=at)
    announce(TeacherReleased(group_id=membership.group_id, member_id=membership.member_id))
    return membership


# Steps


def hold(*, membership: Membership) -> None:
    """Let acts on one membership follow one another; whoever comes second asks for the right again.

    The group's row is taken first, as everywhere: two who wait for each other would both be turned away.
    """
    _hold(membership.group, membership)


def _hold_for(member: Member, group: Group) -> Membership | None:
    """Hold a group, and look again whether somebody belongs to it by now."""
    _hold(group)
    its = sa.select(Membership).where(Membership.group_id == group.id, Membership.member_id == member.id)
    group.remember(member.id, session().scalar(its, execution_options={"populate_existing": True}))
    return group.membership_of(member)


def _hold(group: Group, *rows: Membership | JoinRequest) -> None:
    """Let acts that count teachers, versions or requests follow one another, and read again what they rest on.

    SQLite has one writer anyway; on PostgreSQL others may commit while the group's row is waited for.
    """
    session().refresh(group, with_for_update=True)
    for row in rows:
        session().refresh(row)


def _membership(group: Group, member: Member) -> Membership:
    membership = group.membership_of(member)
    if membership is None:  # the permission table has asked; null fails closed
        raise Gone
    return membership


def _seat(group: Group, member: Member, *, at: datetime, role: Role = Role.MEMBER) -> Membership:
    """Let somebody belong. Who comes back agrees anew, and a time of quiet that is not over goes on."""
    membership = session().get(Membership, (group.id, member.id))
    if membership is None:
        membership = Membership(group_id=group.id, member_id=member.id, joined_at=at)
        session().add(membership)
    membership.status, membership.role = Belonging.ACTIVE, role
    membership.joined_at, membership.ended_at, membership.agreed_version = at, None, 0
    session().flush()
    group.remember(member.id, membership)
    waiting = _waiting_request(group, member)
    if waiting is not None:
        _take_back(waiting, at=at)
    return membership


def _end(membership: Membership, status: Belonging, *, at: datetime) -> None:
    if membership.role is Role.TEACHER:
        announce(TeacherReleased(group_id=membership.group_id, member_id=membership.member_id))
    membership.status, membership.role, membership.ended_at = status, Role.MEMBER, at
    _close_links(membership.group, made_by_id=membership.member_id, at=at)
    announce(MemberLeft(group_id=membership.group_id, member_id=membership.member_id))


def _close_links(group: Group, *, at: datetime, made_by_id: int | None = None) -> None:
    """Close the open links into a group, all or one person's: they carry the right of who made them."""
    statement = sa.update(Invitation).where(Invitation.group_id == group.id, Invitation.revoked_at.is_(None))
    if made_by_id is not None:
        statement = statement.where(Invitation.made_by_id == made_by_id)
    session().execute(statement.values(revoked_at=at))


def _waiting_request(group: Group, member: Member) -> JoinRequest | None:
    statement = sa.select(JoinRequest).where(
        JoinRequest.group_id == group.id, JoinRequest.member_id == member.id, JoinRequest.state == RequestState.OPEN
    )
    return session().scalar(statement)


def _take_back(request: JoinRequest, *, at: datetime) -> None:
    request.state, request.answered_at = RequestState.TAKEN_BACK, at
    announce(JoinRequestTakenBack(group_id=request.group_id, request_id=request.id))


def _answer(request: JoinRequest, state: RequestState, words: str, *, at: datetime) -> None:
    _hold(request.group, request)
    if request.state is not RequestState.OPEN:
        raise AnsweredAlready
    request.state, request.answered_at = state, at
    request.answer = _words(words) if words.strip() else ""
    announce(JoinRequestAnswered(group_id=request.group_id, request_id=request.id))


def _tell_belonging(group: Group, member: Member, event_key: str, *, at: datetime) -> None:
    notify(
        member_ids=[member.id],
        kind=NoticeKind.ADMITTED,
        subject=str(group.id),
        group_id=group.id,
        event_key=event_key,
        at=at,
    )


def _add_version(group: Group, agreement: AgreementText, *, by: Member, at: datetime) -> Agreement:
    group.agreement_version = (group.agreement_version or 0) + 1
    group.agreement_excerpt = agreement.excerpt
    version = Agreement(
        group_id=group.id,
        version=group.agreement_version,
        source=agreement.source,
        html=agreement.html,
        made_by_id=by.id,
        created_at=at,
    )
    session().add(version)
    session().flush()
    return version


def _has_agreed(membership: Membership, group: Group, *, at: datetime) -> None:
    membership.agreed_version, membership.agreed_at = group.agreement_version, at


def _free_address(name: str, kind: GroupKind) -> str:
    """Give an address that nobody has. A hidden group's cannot be guessed, so that no clash ever tells of it."""
    address = address_of(name)
    if kind is GroupKind.HIDDEN:
        return with_ending(address)
    taken = session().scalar(sa.select(Group.id).where(Group.slug == address)) is not None
    return with_ending(address) if taken else address


def _name(given: str) -> str:
    name = text.one_line(given, limit=NAME_LENGTH, field="name", what="name")
    if text.is_link_like(name):
        raise Invalid("A group’s name is what you call it, not an address on the web.", field="name")
    return name


def _purpose(given: str) -> str:
    return text.one_line(given, limit=PURPOSE_LENGTH, field="purpose", what="purpose")


def _words(given: str, *, what: str = "A few words are needed here.") -> str:
    words = text.tidy(given).strip()
    if not words:
        raise Invalid(what, field="words")
    if len(words) > WORDS_LENGTH:
        raise Invalid(f"That is {len(words)} characters long, and {WORDS_LENGTH} is the most.", field="words")
    return words


def _zone(given: str) -> str:
    try:
        return ZoneInfo(given).key
    except (ValueError, OSError, ZoneInfoNotFoundError) as unknown:
        raise Invalid("Choose the time zone of a city near you.", field="zone") from unknown
