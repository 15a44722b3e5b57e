"""Who may do what: one table of named one-line rules. No entry means no.

A thing is whatever an act is done to; every thing in a group has ``.group``. Rules look at what was loaded and
ask for nothing that the person may not know: seeing is decided before, by loading through the viewer.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from community.errors import NotAllowed

if TYPE_CHECKING:
    from community.members.models import Member

Rule = Callable[["Member", Any, datetime], bool]


class Act(StrEnum):
    """Everything a person may be asked about; the value is the name used in templates."""

    INVITE_TO_COMMUNITY = "invite_to_community"
    REVOKE_INVITATION = "revoke_invitation"
    START_GROUP = "start_group"
    JOIN_GROUP = "join_group"
    ASK_TO_JOIN = "ask_to_join"
    TAKE_BACK_REQUEST = "take_back_request"
    ANSWER_REQUEST = "answer_request"
    JOIN_BY_LINK = "join_by_link"
    ACCEPT_AGREEMENT = "accept_agreement"
    READ_GROUP = "read_group"
    LEAVE_GROUP = "leave_group"
    EDIT_GROUP = "edit_group"
    WRITE_AGREEMENT = "write_agreement"
    INVITE_TO_GROUP = "invite_to_group"
    APPOINT_TEACHER = "appoint_teacher"
    RELEASE_TEACHER = "release_teacher"
    ARCHIVE_GROUP = "archive_group"
    REOPEN_GROUP = "reopen_group"
    OPEN_THREAD = "open_thread"
    WRITE_POST = "write_post"
    KEEP_DRAFT = "keep_draft"
    MARK_READ = "mark_read"
    EDIT_POST = "edit_post"
    WITHDRAW_POST = "withdraw_post"
    READ_HISTORY = "read_history"
    WRITE_PRACTICE = "write_practice"
    SCHEDULE_SIT = "schedule_sit"
    END_SERIES = "end_series"
    CHANGE_MEETING = "change_meeting"
    CHANGE_SIT = "change_sit"
    JOIN_SIT = "join_sit"
    INTEND_TO_COME = "intend_to_come"
    ASK_STONE = "ask_stone"
    PASS_STONE = "pass_stone"
    SAY_IN_CIRCLE = "say_in_circle"
    TAKE_STONE = "take_stone"
    END_CIRCLE = "end_circle"
    SIT_NOW = "sit_now"
    THANK_SITTERS = "thank_sitters"
    FOLLOW_PROGRAMME = "follow_programme"
    LAY_PROGRAMME = "lay_programme"
    END_PROGRAMME = "end_programme"
    FLAG_POST = "flag_post"
    SEE_DESK = "see_desk"
    DECIDE_CASE = "decide_case"
    LET_POST_THROUGH = "let_post_through"
    RETURN_POST = "return_post"
    HIDE_POST = "hide_post"
    RESTORE_POST = "restore_post"
    MUTE_MEMBER = "mute_member"
    UNMUTE_MEMBER = "unmute_member"
    REMOVE_MEMBER = "remove_member"
    READ_LOG = "read_log"
    SEE_NOTICES = "see_notices"
    KEEP_JOURNAL = "keep_journal"
    WRITE_PAGE = "write_page"
    ERASE_PAGE = "erase_page"
    ERASE_SIT = "erase_sit"
    SHARE_WITH_GROUP = "share_with_group"
    SHARE_WITH_TEACHERS = "share_with_teachers"
    WITHDRAW_PASSAGE = "withdraw_passage"
    ANSWER_PASSAGE = "answer_passage"
    KEEP_NOTEBOOK = "keep_notebook"
    TAKE_OUT_OF_NOTEBOOK = "take_out_of_notebook"


def anyone(by: "Member", _thing: Any, _at: datetime) -> bool:
    """An active member of the community."""
    return by.is_active


def is_admin(by: "Member", _thing: Any, _at: datetime) -> bool:
    """One who looks after the community."""
    return by.is_admin


def belongs(by: "Member", thing: Any, _at: datetime) -> bool:
    """A member of the thing's group."""
    return thing.group.membership_of(by) is not None


def not_belonging(by: "Member", thing: Any, at: datetime) -> bool:
    """Not a member of the group."""
    return not belongs(by, thing, at)


def has_agreed(by: "Member", thing: Any, _at: datetime) -> bool:
    """A member who accepted the agreement as it stands."""
    membership = thing.group.membership_of(by)
    return membership is not None and membership.agreed_version >= thing.group.agreement_version


def teaches(by: "Member", thing: Any, _at: datetime) -> bool:
    """A teacher of the thing's group."""
    return bool(thing.group.taught_by(by))


def not_muted(by: "Member", thing: Any, at: datetime) -> bool:
    """A member whom no teacher has asked to be quiet for now."""
    membership = thing.group.membership_of(by)
    return membership is None or membership.muted_until is None or membership.muted_until <= at


def group_is_kept(_by: "Member", thing: Any, _at: datetime) -> bool:
    """The group is not archived."""
    return not thing.group.is_archived


def group_is_archived(_by: "Member", thing: Any, _at: datetime) -> bool:
    """The group is archived."""
    return bool(thing.group.is_archived)


def group_is(kind: str) -> Rule:
    """The group is of one kind."""

    def rule(_by: "Member", thing: Any, _at: datetime) -> bool:
        return bool(thing.group.kind == kind)

    rule.__name__ = f"group_is_{kind}"
    return rule


def was_not_removed(by: "Member", thing: Any, _at: datetime) -> bool:
    """Nobody removed this person from the group before."""
    return not thing.group.removed(by)


def is_theirs(by: "Member", thing: Any, _at: datetime) -> bool:
    """The person's own thing."""
    return bool(thing.author_id == by.id)


def not_theirs(by: "Member", thing: Any, at: datetime) -> bool:
    """Somebody else's thing."""
    return not is_theirs(by, thing, at)


def made_it(by: "Member", thing: Any, _at: datetime) -> bool:
    """The person who made the link."""
    return bool(thing.made_by_id == by.id)


def leads_to_no_group(_by: "Member", thing: Any, _at: datetime) -> bool:
    """A link into the community alone."""
    return thing.group_id is None


def teaches_where_it_leads(by: "Member", thing: Any, _at: datetime) -> bool:
    """A link into a group that the person teaches."""
    return thing.group is not None and bool(thing.group.taught_by(by))


def may_come_by_this_link(by: "Member", thing: Any, _at: datetime) -> bool:
    """Nobody removed this person, or a teacher made the link afterwards."""
    return bool(thing.group.welcomes_back(by, thing.created_at))


def status_is(*names: str) -> Rule:
    """The thing stands in one of these states."""

    def rule(_by: "Member", thing: Any, _at: datetime) -> bool:
        return str(thing.status.value) in names

    rule.__name__ = "status_is_" + "_or_".join(names)
    return rule


def audience_is(name: str) -> Rule:
    """The thing is shared with these."""

    def rule(_by: "Member", thing: Any, _at: datetime) -> bool:
        return bool(thing.audience == name)

    rule.__name__ = f"audience_is_{name}"
    return rule


def about_somebody_else(by: "Member", thing: Any, _at: datetime) -> bool:
    """The membership or request is another person's."""
    return bool(thing.member_id != by.id)


def kept_for_them(by: "Member", thing: Any, _at: datetime) -> bool:
    """Something of the person's own journal, or to be begun there."""
    return thing is None or bool(thing.member_id == by.id)


def about_a_member(_by: "Member", thing: Any, _at: datetime) -> bool:
    """The membership stands, and is not a teacher's."""
    return bool(thing.is_active and not thing.is_teacher)


def about_a_teacher(_by: "Member", thing: Any, _at: datetime) -> bool:
    """The membership is a teacher's."""
    return bool(thing.is_teacher)


def not_in_the_case(by: "Member", thing: Any, _at: datetime) -> bool:
    """The case is not about the person's own thing: nobody decides on themselves."""
    return bool(thing.about_id != by.id)


def all_of(*rules: Rule) -> Rule:
    """Every rule holds."""

    def rule(by: "Member", thing: Any, at: datetime) -> bool:
        return all(each(by, thing, at) for each in rules)

    rule.__name__ = "all_of(" + ", ".join(each.__name__ for each in rules) + ")"
    return rule


def any_of(*rules: Rule) -> Rule:
    """One of the rules holds."""

    def rule(by: "Member", thing: Any, at: datetime) -> bool:
        return any(each(by, thing, at) for each in rules)

    rule.__name__ = "any_of(" + ", ".join(each.__name__ for each in rules) + ")"
    return rule


reads = all_of(belongs, has_agreed)
writes = all_of(reads, not_muted, group_is_kept)
keeps = all_of(teaches, has_agreed)  # one who keeps the group: teaches it, under its own agreement

RULES: dict[Act, Rule] = {
    Act.INVITE_TO_COMMUNITY: is_admin,
    Act.REVOKE_INVITATION: any_of(made_it, teaches_where_it_leads, all_of(is_admin, leads_to_no_group)),
    Act.START_GROUP: is_admin,
    Act.JOIN_GROUP: all_of(not_belonging, group_is("open"), group_is_kept, was_not_removed),
    Act.ASK_TO_JOIN: all_of(not_belonging, group_is("by_request"), group_is_kept, was_not_removed),
    Act.TAKE_BACK_REQUEST: is_theirs,
    Act.ANSWER_REQUEST: all_of(keeps, about_somebody_else),
    Act.JOIN_BY_LINK: all_of(group_is_kept, may_come_by_this_link),
    Act.ACCEPT_AGREEMENT: belongs,
    Act.READ_GROUP: reads,
    Act.LEAVE_GROUP: belongs,
    Act.EDIT_GROUP: all_of(keeps, group_is_kept),
    Act.WRITE_AGREEMENT: all_of(teaches, group_is_kept),
    Act.INVITE_TO_GROUP: all_of(keeps, group_is_kept),
    Act.APPOINT_TEACHER: all_of(keeps, about_a_member),
    Act.RELEASE_TEACHER: all_of(keeps, about_a_teacher),
    Act.ARCHIVE_GROUP: all_of(keeps, group_is_kept),
    Act.REOPEN_GROUP: all_of(keeps, group_is_archived),
    Act.OPEN_THREAD: writes,
    Act.WRITE_POST: all_of(writes, status_is("visible")),
    Act.KEEP_DRAFT: reads,
    Act.MARK_READ: reads,
    Act.EDIT_POST: all_of(writes, is_theirs, status_is("visible", "held")),
    Act.WITHDRAW_POST: all_of(reads, is_theirs, status_is("visible", "held", "hidden")),
    Act.READ_HISTORY: all_of(reads, any_of(is_theirs, teaches)),
    Act.WRITE_PRACTICE: all_of(keeps, group_is_kept),
    Act.SCHEDULE_SIT: all_of(keeps, group_is_kept),
    Act.END_SERIES: keeps,
    Act.CHANGE_MEETING: all_of(keeps, group_is_kept),
    Act.CHANGE_SIT: all_of(keeps, group_is_kept),
    Act.JOIN_SIT: all_of(reads, group_is_kept),
    Act.INTEND_TO_COME: all_of(reads, group_is_kept),
    Act.ASK_STONE: writes,
    Act.PASS_STONE: all_of(reads, group_is_kept),
    Act.SAY_IN_CIRCLE: writes,
    Act.TAKE_STONE: all_of(keeps, group_is_kept),
    Act.END_CIRCLE: all_of(keeps, group_is_kept),
    Act.SIT_NOW: writes,
    Act.THANK_SITTERS: all_of(reads, group_is_kept),
    Act.FOLLOW_PROGRAMME: anyone,
    Act.LAY_PROGRAMME: all_of(keeps, group_is_kept),
    Act.END_PROGRAMME: keeps,
    Act.FLAG_POST: all_of(reads, not_theirs, status_is("visible")),
    Act.SEE_DESK: keeps,
    Act.DECIDE_CASE: all_of(keeps, not_in_the_case),
    Act.LET_POST_THROUGH: all_of(keeps, group_is_kept, not_theirs, status_is("held")),
    Act.RETURN_POST: all_of(keeps, not_theirs, status_is("held", "visible", "hidden")),
    Act.HIDE_POST: all_of(keeps, not_theirs, status_is("visible")),
    Act.RESTORE_POST: all_of(keeps, not_theirs, status_is("hidden")),
    Act.MUTE_MEMBER: all_of(keeps, about_somebody_else, about_a_member),
    Act.UNMUTE_MEMBER: all_of(keeps, about_somebody_else),
    Act.REMOVE_MEMBER: all_of(keeps, about_somebody_else, about_a_member),
    Act.READ_LOG: reads,
    Act.SEE_NOTICES: anyone,
    Act.KEEP_JOURNAL: anyone,
    Act.WRITE_PAGE: kept_for_them,
    Act.ERASE_PAGE: kept_for_them,
    Act.ERASE_SIT: kept_for_them,
    Act.SHARE_WITH_GROUP: writes,
    Act.SHARE_WITH_TEACHERS: all_of(reads, group_is_kept),
    Act.WITHDRAW_PASSAGE: is_theirs,
    Act.ANSWER_PASSAGE: all_of(keeps, group_is_kept, not_theirs, status_is("shared"), audience_is("teachers")),
    Act.KEEP_NOTEBOOK: all_of(keeps, group_is_kept, is_theirs, status_is("shared"), audience_is("group")),
    Act.TAKE_OUT_OF_NOTEBOOK: is_theirs,
}


def may(by: "Member | None", act: Act, thing: Any = None, *, at: datetime) -> bool:
    """Whether the person may do this to the thing now; a suspended or absent person may nothing."""
    rule = RULES.get(act)
    return by is not None and by.is_active and rule is not None and rule(by, thing, at)


def require(by: "Member", act: Act, thing: Any = None, *, at: datetime) -> None:
    """Ask once, in an action's first line; raises NotAllowed."""
    if not may(by, act, thing, at=at):
        raise NotAllowed
