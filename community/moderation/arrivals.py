"""What comes to the desk by itself: held posts, requests, flags. ``community.reactions`` connects the ``on_…``."""

from datetime import datetime

import sqlalchemy as sa

from community import clock
from community.db import insert_into, session
from community.errors import Conflict
from community.groups.facts import JoinAsked, JoinRequestAnswered, JoinRequestTakenBack
from community.groups.models import JoinRequest
from community.moderation import queries
from community.moderation.models import Case, CaseReason, CaseState, ReasonKind, SubjectKind
from community.moderation.steps import FLAG_REASONS, HELD_REASONS
from community.notifications import actions as notifications
from community.notifications.models import NoticeKind
from community.threads.facts import PostChanged, PostEditedUnread, PostHeld, PostWithdrawn
from community.threads.models import Post, PostStatus

Subject = tuple[SubjectKind, int]


def on_post_held(fact: PostHeld) -> None:
    """Put a held post on the desk, in the transaction that holds it, and a notice before its writer."""
    post = session().get_one(Post, fact.post_id)
    notifications.notify(
        member_ids=[fact.author_id],
        kind=NoticeKind.HELD,
        subject=str(post.id),
        group_id=fact.group_id,
        event_key=f"held:{post.id}",
        at=post.created_at,
    )
    bring(
        (SubjectKind.POST, fact.post_id),
        group_id=fact.group_id,
        about_id=fact.author_id,
        reason=HELD_REASONS[fact.held_for],
        at=post.created_at,
    )


def on_post_edited(fact: PostEditedUnread) -> None:
    """Ask for a reading of a post that stands and says something else now, where posts are read before they stand."""
    post = session().get_one(Post, fact.post_id)
    bring(
        (SubjectKind.POST, fact.post_id),
        group_id=fact.group_id,
        about_id=fact.author_id,
        reason=HELD_REASONS[fact.held_for],
        at=post.edited_at or post.created_at,
    )


def on_join_asked(fact: JoinAsked) -> None:
    """Put somebody who asks to join on the desk."""
    request = session().get_one(JoinRequest, fact.request_id)
    bring(
        (SubjectKind.JOIN_REQUEST, fact.request_id),
        group_id=fact.group_id,
        about_id=fact.member_id,
        reason=ReasonKind.JOIN,
        at=request.created_at,
    )


def on_post_withdrawn(fact: PostWithdrawn) -> None:
    """Clear the desk of a post that nobody needs to read any more.

    What a member brought stays: somebody may be worried about a writer who has taken the words back.
    """
    notifications.forget_subjects(kind=NoticeKind.HELD, subjects=[str(fact.post_id)])
    brought = sa.exists().where(CaseReason.case_id == Case.id, CaseReason.kind.in_(FLAG_REASONS))
    _close((SubjectKind.POST, fact.post_id), ~brought)


def on_post_changed(fact: PostChanged) -> None:
    """Let no notice call anybody to what is not there for them now; once restored, it stands in the list again."""
    post = session().get_one(Post, fact.post_id)
    if post.status is PostStatus.VISIBLE:
        return
    gone = [post.id]
    if post.is_opening and post.thread.status is not PostStatus.VISIBLE:
        gone = list(session().scalars(sa.select(Post.id).where(Post.thread_id == post.thread_id)))
    notifications.lay_aside(kind=NoticeKind.REPLY, subjects=map(str, gone), at=clock.now())


def on_request_over(fact: JoinRequestAnswered | JoinRequestTakenBack) -> None:
    """Clear the desk of a request that was taken back, or answered elsewhere than on the desk."""
    _close((SubjectKind.JOIN_REQUEST, fact.request_id))


def bring(
    subject: Subject,
    *,
    group_id: int,
    about_id: int,
    reason: ReasonKind,
    at: datetime,
    by_id: int | None = None,
    words: str = "",
) -> Case:
    """Open a case for a thing, or let the open one grow by a reason; one that is there already adds nothing.

    A case that grows has a new version, so that nobody decides on it without having read what was added.
    """
    case, fresh = _open_case(subject, group_id=group_id, about_id=about_id, at=at)
    if by_id is None and not fresh and queries.waits_for(case.id, reason):
        return case
    reason_row = insert_into(CaseReason).values(case_id=case.id, kind=reason, words=words, by_id=by_id, created_at=at)
    added = session().scalar(reason_row.on_conflict_do_nothing().returning(CaseReason.id))
    if fresh:
        _tell_teachers(case, at=at)
    elif added is not None:
        case.version += 1
        session().flush()
    return case


def _open_case(subject: Subject, *, group_id: int, about_id: int, at: datetime) -> tuple[Case, bool]:
    """Give the open case of a thing, locked, and whether it was opened just now."""
    new = insert_into(Case).values(
        group_id=group_id, subject_kind=subject[0], subject_id=subject[1], about_id=about_id, opened_at=at
    )
    its = sa.select(Case).where(_is_open(subject)).with_for_update()
    # PostgreSQL: a case may be decided between the two statements; then the thing needs a new one.
    for _ in range(3):
        opened = session().scalar(new.on_conflict_do_nothing().returning(Case.id))
        case = session().scalar(its, execution_options={"populate_existing": True})
        if case is not None:
            return case, opened is not None
    raise Conflict


def _close(subject: Subject, *only: sa.ColumnElement[bool]) -> None:
    closing = sa.update(Case).where(_is_open(subject), *only).values(state=CaseState.CLOSED, version=Case.version + 1)
    for case_id in session().scalars(closing.returning(Case.id), execution_options={"synchronize_session": False}):
        notifications.forget_subjects(kind=NoticeKind.DESK, subjects=[str(case_id)])


def _is_open(subject: Subject) -> sa.ColumnElement[bool]:
    return sa.and_(Case.subject_kind == subject[0], Case.subject_id == subject[1], Case.state == CaseState.OPEN)


def _tell_teachers(case: Case, *, at: datetime) -> None:
    notifications.notify(
        member_ids=queries.who_may_decide(case.group_id, about_id=case.about_id),
        kind=NoticeKind.DESK,
        subject=str(case.id),
        group_id=case.group_id,
        event_key=f"case:{case.id}",
        at=at,
    )
