"""The permission table against one written out in words by hand, over every kind of person, group and thing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.errors import NotAllowed
from community.groups.models import Belonging, Group, GroupKind, GroupStatus, JoinRequest, Membership, Role
from community.journal.models import JournalEntry, JournalSit
from community.members.models import Invitation, Member, MemberStatus
from community.moderation.models import Case
from community.passages.models import Audience, Passage, PassageStatus
from community.permissions import RULES, Act, may, require
from community.programmes.models import Following
from community.sits.models import SitSeries
from community.threads.models import Post, PostStatus, Thread

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ME, OTHER, THIRD = 1, 2, 3

# What must hold for a yes, in the words of ``facts`` below; "|" is "or". Every yes also needs an active person.
WRITTEN = {
    Act.INVITE_TO_COMMUNITY: "admin",
    Act.REVOKE_INVITATION: "made_by_me | leads_to_group teacher | leads_nowhere admin",
    Act.START_GROUP: "admin",
    Act.JOIN_GROUP: "outside open_group kept never_removed",
    Act.ASK_TO_JOIN: "outside by_request_group kept never_removed",
    Act.TAKE_BACK_REQUEST: "mine",
    Act.ANSWER_REQUEST: "teacher agreed about_other",
    Act.JOIN_BY_LINK: "leads_to_group kept never_removed | leads_to_group kept link_is_newer",
    Act.ACCEPT_AGREEMENT: "inside",
    Act.READ_GROUP: "inside agreed",
    Act.LEAVE_GROUP: "inside",
    Act.EDIT_GROUP: "teacher agreed kept",
    Act.WRITE_AGREEMENT: "teacher kept",
    Act.INVITE_TO_GROUP: "teacher agreed kept",
    Act.APPOINT_TEACHER: "teacher agreed about_plain_member",
    Act.RELEASE_TEACHER: "teacher agreed about_teacher",
    Act.ARCHIVE_GROUP: "teacher agreed kept",
    Act.REOPEN_GROUP: "teacher agreed archived",
    Act.OPEN_THREAD: "inside agreed loud kept",
    Act.WRITE_POST: "inside agreed loud kept visible",
    Act.KEEP_DRAFT: "inside agreed",
    Act.MARK_READ: "inside agreed",
    Act.EDIT_POST: "inside agreed loud kept mine visible | inside agreed loud kept mine held",
    Act.WITHDRAW_POST: "inside agreed mine visible | inside agreed mine held | inside agreed mine hidden",
    Act.READ_HISTORY: "inside agreed mine | teacher agreed",
    Act.WRITE_PRACTICE: "teacher agreed kept",
    Act.SCHEDULE_SIT: "teacher agreed kept",
    Act.END_SERIES: "teacher agreed",
    Act.CHANGE_MEETING: "teacher agreed kept",
    Act.CHANGE_SIT: "teacher agreed kept",
    Act.JOIN_SIT: "inside agreed kept",
    Act.INTEND_TO_COME: "inside agreed kept",
    Act.ASK_STONE: "inside agreed loud kept",
    Act.PASS_STONE: "inside agreed kept",
    Act.SAY_IN_CIRCLE: "inside agreed loud kept",
    Act.TAKE_STONE: "teacher agreed kept",
    Act.END_CIRCLE: "teacher agreed kept",
    Act.SIT_NOW: "inside agreed loud kept",
    Act.THANK_SITTERS: "inside agreed kept",
    Act.FOLLOW_PROGRAMME: "",
    Act.LAY_PROGRAMME: "teacher agreed kept",
    Act.END_PROGRAMME: "teacher agreed",
    Act.FLAG_POST: "inside agreed not_mine visible",
    Act.SEE_DESK: "teacher agreed",
    Act.DECIDE_CASE: "teacher agreed about_other",
    Act.LET_POST_THROUGH: "teacher agreed not_mine held kept",
    Act.RETURN_POST: "teacher agreed not_mine held | teacher agreed not_mine visible | teacher agreed not_mine hidden",
    Act.HIDE_POST: "teacher agreed not_mine visible",
    Act.RESTORE_POST: "teacher agreed not_mine hidden",
    Act.MUTE_MEMBER: "teacher agreed about_other about_plain_member",
    Act.UNMUTE_MEMBER: "teacher agreed about_other",
    Act.REMOVE_MEMBER: "teacher agreed about_other about_plain_member",
    Act.READ_LOG: "inside agreed",
    Act.SEE_NOTICES: "",
    Act.KEEP_JOURNAL: "",
    Act.WRITE_PAGE: "about_me",
    Act.ERASE_PAGE: "about_me",
    Act.ERASE_SIT: "about_me",
    Act.SHARE_WITH_GROUP: "inside agreed loud kept",
    Act.SHARE_WITH_TEACHERS: "inside agreed kept",
    Act.WITHDRAW_PASSAGE: "mine",
    Act.ANSWER_PASSAGE: "teacher agreed kept not_mine shared for_teachers",
    Act.KEEP_NOTEBOOK: "teacher agreed kept mine shared for_group",
    Act.TAKE_OUT_OF_NOTEBOOK: "mine",
}

POST_ACTS = {
    *(Act.EDIT_POST, Act.WITHDRAW_POST, Act.READ_HISTORY, Act.FLAG_POST, Act.LET_POST_THROUGH),
    *(Act.RETURN_POST, Act.HIDE_POST, Act.RESTORE_POST),
}
MEMBERSHIP_ACTS = {
    *(Act.APPOINT_TEACHER, Act.RELEASE_TEACHER, Act.MUTE_MEMBER, Act.UNMUTE_MEMBER, Act.REMOVE_MEMBER),
}
SIT_ACTS = {
    *(
        Act.JOIN_SIT,
        Act.INTEND_TO_COME,
        Act.ASK_STONE,
        Act.PASS_STONE,
        Act.SAY_IN_CIRCLE,
        Act.TAKE_STONE,
        Act.END_CIRCLE,
    ),
}
PASSAGE_ACTS = {Act.WITHDRAW_PASSAGE, Act.ANSWER_PASSAGE, Act.KEEP_NOTEBOOK, Act.TAKE_OUT_OF_NOTEBOOK}
LINK_ACTS = {Act.REVOKE_INVITATION, Act.JOIN_BY_LINK}
REQUEST_ACTS = {Act.TAKE_BACK_REQUEST, Act.ANSWER_REQUEST}


@dataclass(frozen=True)
class Situation:
    """Somebody before a thing in a group."""

    active: bool
    admin: bool
    belonging: Belonging | None
    role: Role
    agreed: bool
    muted_for: int | None  # hours from now; past and present ones are over
    kind: GroupKind
    archived: bool
    status: PostStatus
    mine: bool
    other: Belonging
    other_role: Role
    made_by_me: bool
    leads: bool
    link_age: int  # hours after (or, below nought, before) the membership ended


situations = st.builds(
    Situation,
    active=st.booleans(),
    admin=st.booleans(),
    belonging=st.sampled_from([None, *Belonging]),
    role=st.sampled_from(Role),
    agreed=st.booleans(),
    muted_for=st.sampled_from([None, -1, 0, 1]),
    kind=st.sampled_from(GroupKind),
    archived=st.booleans(),
    status=st.sampled_from(PostStatus),
    mine=st.booleans(),
    other=st.sampled_from(Belonging),
    other_role=st.sampled_from(Role),
    made_by_me=st.booleans(),
    leads=st.booleans(),
    link_age=st.sampled_from([-1, 0, 1]),
)


def facts(s: Situation, act: Act) -> set[str]:
    """Say in words what is so."""
    inside = s.belonging is Belonging.ACTIVE
    other_inside = s.other is Belonging.ACTIVE
    mine = s.mine and act is not Act.WRITE_POST
    words = {
        "admin": s.admin,
        "inside": inside,
        "outside": not inside,
        "teacher": inside and s.role is Role.TEACHER,
        "agreed": s.agreed,
        "loud": not (inside and s.muted_for == 1),
        "never_removed": s.belonging is not Belonging.REMOVED,
        "kept": not s.archived,
        "archived": s.archived,
        f"{s.kind.value}_group": True,
        s.status.value: True,
        "shared": s.status is not PostStatus.WITHDRAWN,
        "for_teachers": s.leads,
        "for_group": not s.leads,
        "mine": mine,
        "not_mine": not mine,
        "about_other": not s.mine,
        "about_me": s.mine,
        "about_plain_member": other_inside and s.other_role is Role.MEMBER,
        "about_teacher": other_inside and s.other_role is Role.TEACHER,
        "made_by_me": s.made_by_me,
        "leads_to_group": s.leads,
        "leads_nowhere": not s.leads,
        "link_is_newer": s.link_age > 0,
    }
    return {word for word, holds in words.items() if holds}


def expected(s: Situation, act: Act) -> bool:
    holds = facts(s, act)
    return s.active and any(set(option.split()) <= holds for option in WRITTEN[act].split("|"))


def person(s: Situation) -> Member:
    return Member(id=ME, status=MemberStatus.ACTIVE if s.active else MemberStatus.SUSPENDED, is_admin=s.admin)


def group_of(s: Situation) -> Group:
    status = GroupStatus.ARCHIVED if s.archived else GroupStatus.ACTIVE
    group = Group(id=7, kind=s.kind, status=status, agreement_version=3)
    membership = None
    if s.belonging is not None:
        membership = Membership(
            member_id=ME,
            status=s.belonging,
            role=s.role,
            agreed_version=3 if s.agreed else 2,
            muted_until=None if s.muted_for is None else NOW + timedelta(hours=s.muted_for),
            ended_at=None if s.belonging is Belonging.ACTIVE else NOW,
        )
    group.remember(ME, membership)
    return group


def thing_for(act: Act, s: Situation) -> object:
    group, whose = group_of(s), ME if s.mine else OTHER
    things: dict[Act, Callable[[], object]] = {
        Act.WRITE_POST: lambda: Thread(group=group, author_id=OTHER, status=s.status),
        Act.DECIDE_CASE: lambda: Case(group=group, about_id=whose),
        Act.END_SERIES: lambda: SitSeries(group=group),
        Act.CHANGE_MEETING: lambda: SitSeries(group=group),
        Act.END_PROGRAMME: lambda: Following(group=group),
        Act.CHANGE_SIT: lambda: SitSeries(group=group),
        Act.WRITE_PAGE: lambda: JournalEntry(member_id=whose),
        Act.ERASE_PAGE: lambda: JournalEntry(member_id=whose),
        Act.ERASE_SIT: lambda: JournalSit(member_id=whose),
        **dict.fromkeys(SIT_ACTS, lambda: SitSeries(group=group)),
        **dict.fromkeys(LINK_ACTS, lambda: link(act, s, group)),
        **dict.fromkeys(REQUEST_ACTS, lambda: JoinRequest(group=group, member_id=whose)),
        **dict.fromkeys(POST_ACTS, lambda: post_of(whose, s.status, group)),
        **dict.fromkeys(PASSAGE_ACTS, lambda: passage_of(whose, s, group)),
        **dict.fromkeys(
            MEMBERSHIP_ACTS,
            lambda: Membership(group=group, member_id=whose, status=s.other, role=s.other_role),
        ),
    }
    return things.get(act, lambda: group)()


def post_of(author_id: int, status: PostStatus, group: Group) -> Post:
    return Post(thread=Thread(group=group, author_id=THIRD), author_id=author_id, status=status)


def passage_of(author_id: int, s: Situation, group: Group) -> Passage:
    status = PassageStatus.WITHDRAWN if s.status is PostStatus.WITHDRAWN else PassageStatus.SHARED
    audience = Audience.TEACHERS if s.leads else Audience.GROUP
    return Passage(group=group, author_id=author_id, status=status, audience=audience)


def link(act: Act, s: Situation, group: Group) -> Invitation:
    leads = s.leads or act is Act.JOIN_BY_LINK
    return Invitation(
        group=group if leads else None,
        group_id=7 if leads else None,
        made_by_id=ME if s.made_by_me else OTHER,
        created_at=NOW + timedelta(hours=s.link_age),
    )


def test_every_act_has_a_rule_and_a_line_in_the_written_table() -> None:
    assert set(RULES) == set(Act)
    assert set(WRITTEN) == set(Act)


@settings(max_examples=400, deadline=None)
@given(situations)
def test_the_table_says_what_is_written_for_everybody_everywhere(situation: Situation) -> None:
    for act in Act:
        s = situation if act is not Act.JOIN_BY_LINK else Situation(**{**vars(situation), "leads": True})
        answer = may(person(s), act, thing_for(act, s), at=NOW)
        assert answer == expected(s, act), f"{act}: {sorted(facts(s, act))}"


@settings(max_examples=100, deadline=None)
@given(situations)
def test_a_suspended_person_may_nothing_and_nobody_may_nothing(situation: Situation) -> None:
    s = Situation(**{**vars(situation), "active": False})
    for act in Act:
        assert not may(person(s), act, thing_for(act, s), at=NOW)
        assert not may(None, act, thing_for(act, s), at=NOW)


@pytest.mark.parametrize("act", list(Act))
def test_an_act_without_an_entry_is_open_to_nobody(act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, act)
    admin = Member(id=ME, status=MemberStatus.ACTIVE, is_admin=True)
    assert not may(admin, act, at=NOW)
    with pytest.raises(NotAllowed):
        require(admin, act, at=NOW)


def test_looking_after_the_community_opens_no_group() -> None:
    admin = Member(id=ME, status=MemberStatus.ACTIVE, is_admin=True)
    for kind in GroupKind:
        group = Group(id=7, kind=kind, status=GroupStatus.ACTIVE, agreement_version=1)
        group.remember(ME, None)
        post = post_of(OTHER, PostStatus.VISIBLE, group)
        reading = {Act.READ_GROUP, Act.READ_LOG, Act.JOIN_SIT, Act.SEE_DESK, Act.EDIT_GROUP, Act.ARCHIVE_GROUP}
        assert not [act for act in reading if may(admin, act, group, at=NOW)]
        assert not [act for act in POST_ACTS if may(admin, act, post, at=NOW)]
