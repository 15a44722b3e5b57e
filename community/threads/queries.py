"""Threads and posts as one member may read them. Read only; what may not be seen is not loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from community.db import session
from community.errors import NotFound
from community.groups.models import Belonging, Group, Membership, Role
from community.groups.queries import AgreementNeeded, read_group
from community.members.models import Member, MemberStatus
from community.notifications.models import NoticeKind
from community.notifications.queries import Shown, register_loader
from community.threads.models import (
    Draft,
    HeldFor,
    Post,
    PostRevision,
    PostStatus,
    ReadMark,
    Thread,
)
from community.threads.paging import page_of, positions_of

MOST_AT_ONCE = 50  # posts that are given since a position; a page that missed more is opened anew
RECENT_POSTS = 200  # whoever wrote among these is told of a reply
MOST_TOLD = 200
NEWS_LASTS = timedelta(days=28)

_TO_ALL_WHO_SEE_THEM = frozenset({PostStatus.VISIBLE, PostStatus.HELD})

Row = Sequence[Any]
Selected = sa.Select[*tuple[Any, ...]]


# Seeing is loading


def thread_for(viewer: Member, thread_id: int) -> Thread:
    """Give a thread that the viewer may read; raises NotFound, or AgreementNeeded."""
    viewer_id = id_of(viewer)
    statement = _in_reach(sa.select(Thread, Group, Membership), viewer_id).where(Thread.id == thread_id)
    return _admitted(session().execute(statement).one_or_none(), viewer_id)


def thread_to_write_in(viewer: Member, thread_id: int) -> Thread:
    """Give a thread, locked until the transaction ends, and read the viewer again in the same statement."""
    viewer_id = id_of(viewer)
    statement = _in_reach(sa.select(Thread, Group, Membership, Member), viewer_id).where(Thread.id == thread_id)
    return _admitted(session().execute(_locked(statement, viewer_id)).one_or_none(), viewer_id)


def post_for(viewer: Member, post_id: int) -> Post:
    """Give a post whose place the viewer may see, its own held one too; raises NotFound, or AgreementNeeded."""
    viewer_id = id_of(viewer)
    statement = _posts_in_reach(sa.select(Thread, Group, Membership, Post), viewer_id).where(Post.id == post_id)
    return _admitted_to_post(session().execute(statement).one_or_none(), viewer_id)


def post_to_write(viewer: Member, post_id: int) -> Post:
    """Give a post, locked until the transaction ends, and read the viewer again in the same statement."""
    viewer_id = id_of(viewer)
    statement = _posts_in_reach(sa.select(Thread, Group, Membership, Post, Member), viewer_id).where(Post.id == post_id)
    return _admitted_to_post(session().execute(_locked(statement, viewer_id, Post)).one_or_none(), viewer_id)


def post_to_keep(teacher: Member, post_id: int) -> Post:
    """Give a teacher any post of a group they teach, a held one too, locked; raises NotFound for all others."""
    viewer_id = id_of(teacher)
    statement = (
        _of_my_groups(sa.select(Thread, Group, Membership, Post, Member), viewer_id)
        .join(Post, Post.thread_id == Thread.id)
        .where(Post.id == post_id, Membership.role == Role.TEACHER)
    )
    return _admitted_to_post(session().execute(_locked(statement, viewer_id, Post)).one_or_none(), viewer_id)


def group_to_write_in(viewer: Member, slug: str) -> Group:
    """Give a group for a new thread, with its writer locked; raises NotFound, MembersOnly or AgreementNeeded."""
    session().execute(sa.select(Member).where(Member.id == id_of(viewer)).with_for_update(key_share=True))
    return read_group(viewer, slug)


def draft_of(viewer: Member, group: Group) -> Draft | None:
    """Give what the viewer began to write as a new thread of the group."""
    viewer_id = id_of(viewer)
    mine = sa.and_(Draft.member_id == viewer_id, Draft.group_id == group.id, Draft.thread_id.is_(None))
    return session().scalar(sa.select(Draft).where(mine))


def id_of(member: Member) -> int:
    """Give a member's id without a statement, also when a transaction has just forgotten all the rest."""
    identity: tuple[int] = sa.inspect(member).identity or (member.id,)
    return identity[0]


def _in_reach(statement: Selected, viewer_id: int) -> Selected:
    return _of_my_groups(statement, viewer_id).where(_stands_for(viewer_id))


def _of_my_groups(statement: Selected, viewer_id: int) -> Selected:
    mine = sa.and_(
        Membership.group_id == Thread.group_id,
        Membership.member_id == viewer_id,
        Membership.status == Belonging.ACTIVE,
    )
    return statement.select_from(Thread).join(Group, Group.id == Thread.group_id).join(Membership, mine)


def _posts_in_reach(statement: Selected, viewer_id: int) -> Selected:
    return (
        _in_reach(statement, viewer_id)
        .join(Post, Post.thread_id == Thread.id)
        .where(sa.or_(Post.position.is_not(None), _held_for_eyes_of(viewer_id, Membership.role == Role.TEACHER)))
    )


def _stands_for(viewer_id: int) -> sa.ColumnElement[bool]:
    """A thread follows its opening post: held or hidden, it is there for its writer and the teachers only."""
    aside = Thread.status.in_([PostStatus.HELD, PostStatus.HIDDEN])
    theirs = sa.or_(Thread.author_id == viewer_id, Membership.role == Role.TEACHER)
    return sa.or_(Thread.status == PostStatus.VISIBLE, sa.and_(aside, theirs))


def _held_for_eyes_of(viewer_id: int, teaches: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A held post is its writer's; a held opening is the teachers' too, or the thread would be an empty page."""
    opening = sa.and_(Post.is_opening.is_(True), teaches)
    return sa.and_(
        Post.position.is_(None), Post.status == PostStatus.HELD, sa.or_(Post.author_id == viewer_id, opening)
    )


def _locked(statement: Selected, viewer_id: int, *more: type) -> Selected:
    """Hold thread and writer on PostgreSQL, so that a repeat waits for the first; SQLite's writers queue anyway.

    The weaker lock lets rows that refer to the member (a notice, say) be written meanwhile.
    """
    read_again = statement.join(Member, Member.id == viewer_id)
    return read_again.with_for_update(of=[Thread, Member, *more], key_share=True)


def _admitted(row: Row | None, viewer_id: int) -> Thread:
    if row is None:
        raise NotFound
    thread: Thread
    thread, group, membership = row[0], row[1], row[2]
    # The session holds loosely: what was joined stays only where something points at it.
    set_committed_value(thread, "group", group)
    set_committed_value(membership, "group", group)
    group.remember(viewer_id, membership)
    if membership.agreed_version < group.agreement_version:
        raise AgreementNeeded(group.slug)
    return thread


def _admitted_to_post(row: Row | None, viewer_id: int) -> Post:
    thread = _admitted(row, viewer_id)
    post: Post = (row or [])[3]
    set_committed_value(post, "thread", thread)
    return post


# A thread's pages


@dataclass(frozen=True)
class Opened:
    """A thread with what it is to its reader: how far they have read, and what they began to write."""

    thread: Thread
    mark: int
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post as one reader sees it; where its words are not theirs to read, they are not in here."""

    id: int
    position: int | None
    status: PostStatus
    held_for: HeldFor | None
    is_opening: bool
    html: str
    content_note: str
    version: int
    at: datetime
    edited_at: datetime | None
    author: Member | None
    by_teacher: bool
    is_theirs: bool

    @property
    def state(self) -> str:
        """Give a word that differs whenever the post reads otherwise than before."""
        return f"{self.status.value}.{self.version}"


def open_thread(viewer: Member, thread_id: int) -> Opened:
    """Give a thread for its page; raises NotFound, or AgreementNeeded."""
    viewer_id = id_of(viewer)
    read = sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == viewer_id)
    begun = sa.and_(Draft.thread_id == Thread.id, Draft.member_id == viewer_id)
    columns = sa.select(Thread, Group, Membership, ReadMark.position, Draft, Member)
    statement = _in_reach(columns, viewer_id).outerjoin(ReadMark, read).outerjoin(Draft, begun)
    whole = statement.join(Member, Member.id == Thread.author_id).where(Thread.id == thread_id)
    row = session().execute(whole).one_or_none()
    thread = _admitted(row, viewer_id)
    mark, draft, author = (row or [])[3:]
    set_committed_value(thread, "author", author)
    return Opened(thread, mark or 0, draft)


def page_of_posts(viewer: Member, thread: Thread, page: int) -> list[ShownPost]:
    """Give a page by stored positions; the last one ends with what of the viewer's own is held."""
    first, last = positions_of(page)
    here: sa.ColumnElement[bool] = Post.position.between(first, last)
    if page == thread.last_page:
        here = sa.or_(here, _held_for_eyes_of(id_of(viewer), sa.literal(thread.group.taught_by(viewer))))
    return _shown(viewer, thread, sa.and_(Post.thread_id == thread.id, here))


def posts_since(viewer: Member, thread: Thread, position: int) -> list[ShownPost]:
    """Give the posts after a position, at most MOST_AT_ONCE."""
    return _shown(
        viewer,
        thread,
        sa.and_(Post.thread_id == thread.id, Post.position.between(position + 1, position + MOST_AT_ONCE)),
    )


def shown_post(viewer: Member, post_id: int) -> tuple[Thread, ShownPost]:
    """Give one post as this reader sees it; raises NotFound, or AgreementNeeded."""
    thread = post_for(viewer, post_id).thread
    return thread, _shown(viewer, thread, Post.id == post_id)[0]


def first_unread(thread: Thread, mark: int) -> tuple[int, int | None]:
    """Give the page of the first post after a mark, and that post's id; where all is read, the last post."""
    position = min(mark + 1, thread.last_position)
    post_id = session().scalar(sa.select(Post.id).where(Post.thread_id == thread.id, Post.position == position))
    return page_of(max(position, 1)), post_id


def revisions_of(post: Post) -> list[PostRevision]:
    """Give what a post said before, newest first."""
    statement = sa.select(PostRevision).where(PostRevision.post_id == post.id).order_by(PostRevision.version.desc())
    return list(session().scalars(statement))


def _shown(viewer: Member, thread: Thread, which: sa.ColumnElement[bool]) -> list[ShownPost]:
    """Read posts, their writers, and which of those teach, in one statement."""
    teacher = aliased(Membership)
    teaching = sa.and_(
        teacher.group_id == thread.group_id,
        teacher.member_id == Post.author_id,
        teacher.role == Role.TEACHER,
        teacher.status == Belonging.ACTIVE,
    )
    statement = (
        sa.select(
            *(Post.id, Post.position, Post.status, Post.held_for, Post.is_opening, Post.html, Post.content_note),
            *(Post.version, sa.func.coalesce(Post.published_at, Post.created_at), Post.edited_at),
            *(Member, teacher.member_id),
        )
        .join(Member, Member.id == Post.author_id)
        .outerjoin(teacher, teaching)
        .where(which)
        .order_by(Post.position.is_(None), Post.position, Post.id)
    )
    viewer_id, teaches = id_of(viewer), thread.group.taught_by(viewer)
    return [_as_seen(row, viewer_id, teaches=teaches) for row in session().execute(statement)]


def _as_seen(row: Row, viewer_id: int, *, teaches: bool) -> ShownPost:
    """Leave out the words, and whose they were, of a post that only keeps its place for this reader."""
    post_id, position, status, held_for, is_opening, html, note, version, at, edited_at, author, teaching_id = row
    is_theirs, by_teacher = author.id == viewer_id, teaching_id is not None
    if status in _TO_ALL_WHO_SEE_THEM or (status is PostStatus.HIDDEN and (is_theirs or teaches)):
        words = (html, note, version, at, edited_at, author, by_teacher)
    else:
        words = ("", "", version, at, None, None, False)
    return ShownPost(post_id, position, status, held_for, is_opening, *words, is_theirs=is_theirs)


# Whom to tell


def people_to_tell(post: Post) -> list[int]:
    """Give who opened the thread or wrote in it lately, and still may read it; never the post's own writer.

    Bounded twice, so that a reply in a very long thread costs no more than in a short one.
    """
    thread, position = post.thread, post.position or 0
    recent = sa.select(Post.author_id).where(
        Post.thread_id == thread.id,
        Post.position.between(position - RECENT_POSTS, position - 1),
        Post.status == PostStatus.VISIBLE,
    )
    involved = sa.union(recent, sa.select(sa.literal(thread.author_id)))
    statement = (
        sa.select(Membership.member_id)
        .join(Member, Member.id == Membership.member_id)
        .where(
            Membership.group_id == thread.group_id,
            Membership.member_id.in_(involved),
            Membership.member_id != post.author_id,
            Membership.status == Belonging.ACTIVE,
            Membership.agreed_version >= thread.group.agreement_version,
            Member.status == MemberStatus.ACTIVE,
        )
        .order_by(Membership.member_id)
        .limit(MOST_TOLD)
    )
    return list(session().scalars(statement))


def replies_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Give the words for notices of replies (subjects are posts' ids), as far as the member may read them now."""
    wanted = [int(subject) for subject in subjects if subject.isdecimal()]
    columns = sa.select(Post.id, Thread.title, Group.name)
    statement = _posts_in_reach(columns, id_of(member)).where(
        Post.id.in_(wanted),
        Post.status == PostStatus.VISIBLE,
        Membership.agreed_version >= Group.agreement_version,
    )
    writer = statement.add_columns(Member.name).join(Member, Member.id == Post.author_id)
    return {
        str(post_id): Shown(f"{name} wrote in “{title}”", f"/posts/{post_id}", group_name)
        for post_id, title, group_name, name in session().execute(writer)
    }


register_loader(NoticeKind.REPLY, replies_shown)
