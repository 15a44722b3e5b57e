"""How a post takes its place and moves from one state to another, and what follows from it for its thread.

Called by actions, which have asked for permission, inside their transaction.
"""

from datetime import datetime
from functools import cache
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from community.db import announce, dialect, insert_into, session
from community.errors import Conflict
from community.groups.models import Membership
from community.notifications.actions import notify
from community.notifications.models import NoticeKind
from community.threads import queries
from community.threads.facts import PostChanged, PostWritten
from community.threads.holding import FIRST_POSTS_AT_MOST
from community.threads.models import POST_STEPS, Post, PostRevision, PostStatus, ReadMark, Thread
from community.threads.wording import WITHOUT_ITS_FIRST_POST

STANDING = (PostStatus.VISIBLE, PostStatus.HIDDEN, PostStatus.HELD)


class MovedOn(Conflict):
    """Somebody else has moved the post meanwhile."""

    sentence = "This post has changed since you opened it. Look again before you decide."


def step(post: Post, to: PostStatus) -> None:
    """Move a post along POST_STEPS, in one UPDATE that asks for where it stood; raises MovedOn.

    Two who decide at once never both win, on either engine and whatever was loaded before.
    """
    if to not in POST_STEPS[post.status]:
        raise MovedOn
    moved = session().execute(
        sa.update(Post).where(Post.id == post.id, Post.status == post.status).values(status=to),
        execution_options={"synchronize_session": False},
    )
    if cast("sa.CursorResult[object]", moved).rowcount != 1:
        raise MovedOn
    set_committed_value(post, "status", to)


def take_place(post: Post, *, at: datetime) -> None:
    """Give a post the next place in its thread; the thread's row is the queue in which writers wait."""
    thread = post.thread
    session().flush()
    asked = {"wanted_id": thread.id, "written_at": at}
    position: int = session().connection().execute(_next_place(), asked).scalar_one()
    set_committed_value(thread, "last_position", position)
    set_committed_value(thread, "last_activity_at", at)
    post.position, post.published_at = position, at


@cache
def _next_place() -> sa.Executable:
    return (
        sa.update(Thread)
        .where(Thread.id == sa.bindparam("wanted_id"))
        .values(last_position=Thread.last_position + 1, last_activity_at=sa.bindparam("written_at"))
        .returning(Thread.last_position)
    )


def say_written(post: Post) -> None:
    """Let everybody know of a post that has its place."""
    position, thread = post.position or 0, post.thread
    announce(PostWritten(group_id=thread.group_id, thread_id=thread.id, post_id=post.id, position=position))


def tell_of_reply(post: Post, *, at: datetime) -> None:
    """Put a notice down for those who are in the conversation, in the post's own transaction."""
    notify(
        member_ids=queries.people_to_tell(post),
        kind=NoticeKind.REPLY,
        subject=str(post.id),
        group_id=post.thread.group_id,
        event_key=f"reply:{post.thread_id}:{post.id}",
        at=at,
    )


def let_mark_follow(post: Post, *, read_to: int | None) -> None:
    """Move the writer's own mark over a new post, unless something before it is still unread.

    ``read_to`` is the last position on the page that they answered from; None: they have read all there was.
    """
    position = post.position or 0
    known = position - 1 if read_to is None else min(read_to, position - 1)
    asked = {
        "reader_id": post.author_id,
        "read_thread_id": post.thread_id,
        "fresh_mark": position if known == position - 1 else known,
        "known": known,
        "before": position - 1,
        "mine": position,
    }
    session().connection().execute(_mark(dialect()), asked)


@cache
def _mark(_dialect: str) -> sa.Insert:
    known, before, mine = (sa.bindparam(name, type_=sa.Integer()) for name in ("known", "before", "mine"))
    furthest = sa.case((ReadMark.position > known, ReadMark.position), else_=known)
    put = insert_into(ReadMark).values(
        member_id=sa.bindparam("reader_id"),
        thread_id=sa.bindparam("read_thread_id"),
        position=sa.bindparam("fresh_mark"),
    )
    return put.on_conflict_do_update(
        index_elements=[ReadMark.member_id, ReadMark.thread_id],
        set_={"position": sa.case((furthest >= before, mine), else_=furthest)},
    )


def count_as_known(membership: Membership | None) -> None:
    """Count a post that stands, up to the most that a group may ask to read of somebody new.

    Whatever the group asks now: when it asks for more later, nobody who has written for long begins again.
    """
    if membership is not None and membership.posts_let_through < FIRST_POSTS_AT_MOST:
        membership.posts_let_through += 1


def say_changed(post: Post) -> None:
    """Let open pages know; of a post without a place nobody else may hear."""
    if post.position is not None:
        announce(PostChanged(group_id=post.thread.group_id, thread_id=post.thread_id, post_id=post.id))


def keep_revision(post: Post, *, title: str, written_at: datetime) -> None:
    """Keep what a post says now, before it says something else."""
    session().add(
        PostRevision(
            post_id=post.id,
            version=post.version,
            title=title if post.is_opening else "",
            source=post.source,
            html=post.html,
            content_note=post.content_note,
            written_at=written_at,
        )
    )


def let_go_of_opening(post: Post) -> None:
    """Let a thread go on without the first post that its writer no longer stands by, or close it with that.

    The title was part of what was taken back, so it goes as well, and stays in the history. With title and words
    gone, nothing is left of what a teacher may have hidden, and the answers of others are there again. Where all
    answers still wait, the thread is closed to all but their writers and the teachers (``queries``), until one of
    them takes its place.
    """
    thread, answers = post.thread, _answers_to(post)
    thread.status = post.status if answers <= {PostStatus.HELD} else PostStatus.VISIBLE
    if not answers:
        return
    keep_revision(post, title=thread.title, written_at=post.edited_at or post.created_at)
    post.version += 1
    thread.title, thread.excerpt, thread.wants, thread.opening_gone = WITHOUT_ITS_FIRST_POST, "", None, True


def _answers_to(post: Post) -> set[PostStatus]:
    """Give how the other posts of the thread stand, each way once."""
    others = sa.select(Post.status).where(Post.thread_id == post.thread_id, Post.id != post.id)
    return set(session().scalars(others.where(Post.status.in_(STANDING)).distinct()))
