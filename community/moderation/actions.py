"""Bringing things to a teacher, deciding on them, and what a teacher does directly.

A case is won by one UPDATE that names the version the teacher has read; whoever comes second is told what
happened. Locks are taken in one order everywhere: the thing, its case, the head of the log.
"""

from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa

from community import text
from community.db import session
from community.errors import Conflict, Invalid
from community.groups import actions as groups
from community.groups.models import JoinRequest, Membership
from community.groups.queries import in_group
from community.members.models import Member
from community.moderation import queries
from community.moderation.arrivals import bring
from community.moderation.models import (
    WORDS_LENGTH,
    Case,
    CaseState,
    LogAct,
    LogEntry,
    LogSubject,
    ReasonKind,
    SubjectKind,
    Verdict,
)
from community.moderation.queries import Thing
from community.moderation.record import write_down
from community.moderation.steps import FLAG_REASONS, LOGGED_AS, NEEDS_WORDS, steps_for
from community.notifications.actions import forget_subjects, notify
from community.notifications.models import NoticeKind
from community.permissions import Act, require
from community.threads import actions as threads
from community.threads.models import Post

MUTED_HOURS = range(1, 721)


class CaseMoved(Conflict):
    """Somebody was quicker, or there is more to read than there was."""


# Bringing something


def flag_post(*, by: Member, post: Post, reason: ReasonKind, words: str, at: datetime) -> bool:
    """Bring a post to its group's teachers, and say whether that was new.

    Nobody brings a post twice: the second time nothing is added, before a decision and after it.
    """
    require(by, Act.FLAG_POST, post, at=at)
    said = _words(words)
    if reason not in FLAG_REASONS:
        raise Invalid("Choose what comes nearest.", field="reason")
    if reason is ReasonKind.FLAG_OTHER and not said:
        raise Invalid("Say in a few words what it is, so that a teacher knows what to look for.", field="words")
    if queries.has_brought(by, post.id):
        return False
    bring(
        (SubjectKind.POST, post.id),
        group_id=post.group.id,
        about_id=post.author_id,
        reason=reason,
        by_id=by.id,
        words=said,
        at=at,
    )
    return True


# Deciding


def decide(
    *, by: Member, case: Case, verdict: Verdict, words: str, version: int, at: datetime, reading: int | None = None
) -> Case:
    """Decide a case that was read in ``version``, once and for all teachers; the person concerned is told.

    ``reading`` is the version of the post's words that was read, where it is a post. Raises CaseMoved with what
    happened meanwhile, and Invalid for a decision that does not fit the thing or needs a reason.
    """
    require(by, Act.DECIDE_CASE, case, at=at)
    said, thing = _words(words), queries.thing_to_decide(case, by)
    _win(case, by=by, verdict=verdict, words=said, version=version, at=at)
    if isinstance(thing, Post) and reading not in {None, thing.version}:
        raise CaseMoved("The writer has changed the words since you opened this. Read them again, then decide.")
    status = thing.status if isinstance(thing, Post) else thing.state
    if verdict not in steps_for(case.subject_kind, status):
        raise Invalid("That is not possible any more, as this stands now.")
    if verdict in NEEDS_WORDS:
        _needed(said)
    _carry_out(verdict, thing, by=by, words=said, at=at)
    entry = _write_case_down(case, verdict, said, by=by, at=at)
    if isinstance(thing, Post):
        forget_subjects(kind=NoticeKind.HELD, subjects=[str(thing.id)])
        if verdict is not Verdict.LEAVE:
            _tell(entry, at=at)
    _finish(case.id, group_id=case.group_id, by=by, about_id=case.about_id, at=at)
    return case


def _win(case: Case, *, by: Member, verdict: Verdict, words: str, version: int, at: datetime) -> None:
    won = session().execute(
        sa.update(Case)
        .where(Case.id == case.id, Case.version == version, Case.state == CaseState.OPEN)
        .values(_decision(by=by, verdict=verdict, words=words, at=at)),
        execution_options={"synchronize_session": False},
    )
    if cast("sa.CursorResult[object]", won).rowcount != 1:
        raise CaseMoved(queries.how_it_ended(case))


def _decision(*, by: Member, verdict: Verdict, words: str, at: datetime) -> dict[str, object]:
    return {
        "state": CaseState.DECIDED,
        "version": Case.version + 1,
        "verdict": verdict,
        "words": words,
        "decided_by_id": by.id,
        "decided_at": at,
    }


def _carry_out(verdict: Verdict, thing: Thing, *, by: Member, words: str, at: datetime) -> None:
    if isinstance(thing, JoinRequest):
        if verdict is Verdict.ADMIT:
            groups.admit(by=by, request=thing, at=at)
        else:
            groups.decline(by=by, request=thing, words=words, at=at)
    elif verdict is Verdict.LET_THROUGH:
        if thing.group.is_archived:
            raise Conflict("This group is archived. Reopen it before you let something through.")
        threads.let_through(by=by, post=thing, at=at)
    elif verdict is Verdict.RETURN:
        threads.return_to_writer(by=by, post=thing, words=words, at=at)
    elif verdict is Verdict.HIDE:
        threads.hide(by=by, post=thing, at=at)


def _write_case_down(case: Case, verdict: Verdict, words: str, *, by: Member, at: datetime) -> LogEntry:
    return write_down(
        by=by,
        act=LOGGED_AS[verdict],
        group_id=case.group_id,
        about_id=case.about_id,
        subject=(LogSubject(case.subject_kind.value), case.subject_id),
        words=words,
        at=at,
    )


def _finish(case_id: int, *, group_id: int, by: Member, about_id: int, at: datetime) -> None:
    """Take the case off the other teachers' lists, and let those who brought it know that it was read."""
    forget_subjects(kind=NoticeKind.DESK, subjects=[str(case_id)])
    notify(
        member_ids=in_group(group_id, queries.who_brought(case_id) - {by.id, about_id}),
        kind=NoticeKind.BROUGHT,
        subject=str(case_id),
        group_id=group_id,
        event_key=f"brought:{case_id}",
        at=at,
    )


# Acting directly


def hide_post(*, by: Member, post: Post, words: str, at: datetime) -> LogEntry:
    """Hide a post for now, with a reason that its writer reads; an open case about it is decided by that."""
    require(by, Act.HIDE_POST, post, at=at)
    said = _needed(_words(words))
    threads.hide(by=by, post=post, at=at)
    return _acted_on_post(post, LogAct.HID, Verdict.HIDE, said, by=by, at=at)


def restore_post(*, by: Member, post: Post, words: str, at: datetime) -> LogEntry:
    """Put a hidden post back, with words to its writer or without; an open case about it is decided by that."""
    require(by, Act.RESTORE_POST, post, at=at)
    said = _words(words)
    threads.restore(by=by, post=post, at=at)
    return _acted_on_post(post, LogAct.RESTORED, Verdict.LEAVE, said, by=by, at=at)


def mute_member(*, by: Member, membership: Membership, hours: int, words: str, at: datetime) -> LogEntry:
    """Ask a member to write nothing for some hours, with a reason that they read; a new time replaces the old."""
    require(by, Act.MUTE_MEMBER, membership, at=at)
    if hours not in MUTED_HOURS:
        raise Invalid("Between 1 hour and 720, which is thirty days.", field="hours")
    said, until = _needed(_words(words)), at + timedelta(hours=hours)
    groups.hold(membership=membership)
    groups.mute(by=by, membership=membership, until=until, at=at)
    return _acted_on_member(membership, LogAct.MUTED, said, until=until, by=by, at=at)


def unmute_member(*, by: Member, membership: Membership, at: datetime) -> LogEntry:
    """Let a member write again before the time is over. Raises Conflict for one who may write already."""
    require(by, Act.UNMUTE_MEMBER, membership, at=at)
    groups.hold(membership=membership)
    if membership.muted_until is None or membership.muted_until <= at:
        raise Conflict("They may write here already.")
    groups.unmute(by=by, membership=membership, at=at)
    return _acted_on_member(membership, LogAct.UNMUTED, "", by=by, at=at)


def remove_member(*, by: Member, membership: Membership, words: str, at: datetime) -> LogEntry:
    """End a member's belonging to the group, with a reason that they read."""
    require(by, Act.REMOVE_MEMBER, membership, at=at)
    said = _needed(_words(words))
    groups.hold(membership=membership)
    groups.remove_member(by=by, membership=membership, at=at)
    return _acted_on_member(membership, LogAct.REMOVED, said, by=by, at=at)


def _acted_on_post(post: Post, act: LogAct, verdict: Verdict, words: str, *, by: Member, at: datetime) -> LogEntry:
    settled = (
        sa.update(Case)
        .where(Case.subject_kind == SubjectKind.POST, Case.subject_id == post.id, Case.state == CaseState.OPEN)
        .values(_decision(by=by, verdict=verdict, words=words, at=at))
        .returning(Case.id)
    )
    case_ids = list(session().scalars(settled, execution_options={"synchronize_session": False}))
    entry = write_down(
        by=by,
        act=act,
        group_id=post.group.id,
        about_id=post.author_id,
        subject=(LogSubject.POST, post.id),
        words=words,
        at=at,
    )
    _tell(entry, at=at)
    for case_id in case_ids:
        _finish(case_id, group_id=post.group.id, by=by, about_id=post.author_id, at=at)
    return entry


def _acted_on_member(
    membership: Membership, act: LogAct, words: str, *, by: Member, at: datetime, until: datetime | None = None
) -> LogEntry:
    entry = write_down(
        by=by,
        act=act,
        group_id=membership.group_id,
        about_id=membership.member_id,
        subject=(LogSubject.MEMBER, membership.member_id),
        words=words,
        until=until,
        at=at,
    )
    _tell(entry, at=at)
    return entry


def _tell(entry: LogEntry, *, at: datetime) -> None:
    """Tell the person concerned, if they are there still. Who was removed is told outside the group."""
    removed = entry.act is LogAct.REMOVED
    notify(
        member_ids=[entry.about_id] if removed else in_group(entry.group_id, {entry.about_id}),
        kind=NoticeKind.DECIDED,
        subject=f"log:{entry.group_id}.{entry.number}",
        group_id=None if removed else entry.group_id,
        event_key=f"log:{entry.group_id}.{entry.number}",
        at=at,
    )


def _words(given: str) -> str:
    said = text.tidy(given).strip()
    if len(said) > WORDS_LENGTH:
        raise Invalid(f"That is {len(said)} characters long, and {WORDS_LENGTH} is the most.", field="words")
    return said


def _needed(said: str) -> str:
    if not said:
        raise Invalid("Say why, in your own words: the person concerned reads them.", field="words")
    return said
