"""Threads and posts as one member may read them. Read only; what may not be seen is not loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from community.db import plain_rows, session
from community.errors import NotFound
from community.groups.models import Belonging, Group, Membership, Role
from community.groups.queries import AgreementNeeded, read_group
from community.members.models import Member, MemberStatus, Named
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
    return _admitted(_row(_thread(), viewer, thread_id), id_of(viewer))


def thread_to_write_in(viewer: Member, thread_id: int) -> Thread:
    """Give a thread, locked until the transaction ends, and read the viewer again in the same statement."""
    return _admitted(_row_to_write(_thread_to_write_in(), viewer, thread_id), id_of(viewer))


def thread_to_draft_in(viewer: Member, thread_id: int) -> Thread:
    """Give a thread with its writer locked, so that a draft never comes after its own post; others go on writing."""
    _lock(viewer)
    return thread_for(viewer, thread_id)


def post_for(viewer: Member, post_id: int) -> Post:
    """Give a post whose place the viewer may see, its own held one too; raises NotFound, or AgreementNeeded."""
    return _admitted_to_post(_row(_post(), viewer, post_id), id_of(viewer))


def post_to_write(viewer: Member, post_id: int) -> Post:
    """Give a post, locked until the transaction ends, and read the viewer again in the same statement."""
    return _admitted_to_post(_row_to_write(_post_to_write(), viewer, post_id), id_of(viewer))


def post_to_keep(teacher: Member, post_id: int) -> Post:
    """Give a teacher any post of a group they teach, a held one too, locked; raises NotFound for all others."""
    return _admitted_to_post(_row_to_write(_post_to_keep(), teacher, post_id), id_of(teacher))


def group_to_write_in(viewer: Member, slug: str) -> Group:
    """Give a group for a new thread, with its writer locked; raises NotFound, MembersOnly or AgreementNeeded."""
    _lock(viewer)
    return read_group(viewer, slug)


def withdrawn_by(viewer: Member, post_id: int) -> Post:
    """Give a post that the viewer took back, wherever its thread went; raises NotFound for any other."""
    statement = _of_my_groups(sa.select(Thread, Group, Membership, Post)).join(Post, Post.thread_id == Thread.id)
    theirs = sa.and_(Post.author_id == VIEWER, Post.status == PostStatus.WITHDRAWN)
    return _admitted_to_post(_row(statement.where(Post.id == WANTED, theirs), viewer, post_id), id_of(viewer))


def draft_of(viewer: Member, group: Group) -> Draft | None:
    """Give what the viewer began to write as a new thread of the group."""
    viewer_id = id_of(viewer)
    mine = sa.and_(Draft.member_id == viewer_id, Draft.group_id == group.id, Draft.thread_id.is_(None))
    return session().scalar(sa.select(Draft).where(mine))


def draft_left_in(viewer: Member, thread_id: int) -> tuple[Group, Draft]:
    """Give the words of the viewer's own that are left of a thread which is gone; raises NotFound without any."""
    statement = _of_my_groups(sa.select(Thread, Group, Membership, Draft))
    mine = sa.and_(Draft.thread_id == Thread.id, Draft.member_id == VIEWER)
    row = _row(statement.join(Draft, mine).where(Thread.id == WANTED), viewer, thread_id)
    group = _admitted(row, id_of(viewer)).group
    return group, (row or [])[3]


def _lock(viewer: Member) -> None:
    session().execute(sa.select(Member).where(Member.id == id_of(viewer)).with_for_update(key_share=True))


def id_of(member: Member) -> int:
    """Give a member's id without a statement, also when a transaction has just forgotten all the rest."""
    identity: tuple[int] = sa.inspect(member).identity or (member.id,)
    return identity[0]


# Statements that are asked often are built once: to put one together costs several times what it costs to run.
# VIEWER and WANTED are filled in by ``_row``.

VIEWER: sa.ColumnElement[int] = sa.bindparam("viewer_id", type_=sa.Integer())
WANTED: sa.ColumnElement[int] = sa.bindparam("wanted_id", type_=sa.Integer())


def _row(statement: Selected, viewer: Member, wanted_id: int) -> Row | None:
    return session().execute(statement, {"viewer_id": id_of(viewer), "wanted_id": wanted_id}).one_or_none()


def _row_to_write(statement: Selected, viewer: Member, wanted_id: int) -> Row | None:
    """Give a locked row as ``_row`` does, with group and membership as they stand once the lock is held.

    PostgreSQL reads only locked rows again after waiting, so somebody removed or muted meanwhile would still write.
    SQLite's writers wait before they read anything.
    """
    row = _row(statement, viewer, wanted_id)
    if row is None or session().get_bind().dialect.name == "sqlite":
        return row
    asked = {"viewer_id": id_of(viewer), "group_id": row[0].group_id}
    again = session().execute(_belonging(), asked, execution_options={"populate_existing": True}).one_or_none()
    return row if again is not None and again[1].is_active else None


@cache
def _belonging() -> Selected:
    its = sa.select(Group, Membership).join(Membership, Membership.group_id == Group.id)
    return its.where(Group.id == sa.bindparam("group_id"), Membership.member_id == VIEWER)


@cache
def _thread() -> Selected:
    return _in_reach(sa.select(Thread, Group, Membership)).where(Thread.id == WANTED)


@cache
def _thread_to_write_in() -> Selected:
    return _locked(_in_reach(sa.select(Thread, Group, Membership, Member)).where(Thread.id == WANTED))


@cache
def _post() -> Selected:
    return _posts_in_reach(sa.select(Thread, Group, Membership, Post)).where(Post.id == WANTED)


@cache
def _post_to_write() -> Selected:
    statement = _posts_in_reach(sa.select(Thread, Group, Membership, Post, Member))
    return _locked(statement.where(Post.id == WANTED), Post)


@cache
def _post_to_keep() -> Selected:
    statement = _of_my_groups(sa.select(Thread, Group, Membership, Post, Member))
    taught = statement.join(Post, Post.thread_id == Thread.id).where(Membership.role == Role.TEACHER)
    return _locked(taught.where(Post.id == WANTED), Post)


def _in_reach(statement: Selected) -> Selected:
    return _of_my_groups(statement).where(_stands_for_viewer())


def _of_my_groups(statement: Selected) -> Selected:
    mine = sa.and_(
        Membership.group_id == Thread.group_id,
        Membership.member_id == VIEWER,
        Membership.status == Belonging.ACTIVE,
    )
    return statement.select_from(Thread).join(Group, Group.id == Thread.group_id).join(Membership, mine)


def _posts_in_reach(statement: Selected) -> Selected:
    return (
        _in_reach(statement)
        .join(Post, Post.thread_id == Thread.id)
        .where(sa.or_(Post.position.is_not(None), _held_for_viewers_eyes(Membership.role == Role.TEACHER)))
    )


def _stands_for_viewer() -> sa.ColumnElement[bool]:
    """A thread follows its opening post: held or hidden, it is there for its writer and the teachers only.

    One whose opening was taken back, and whose answers all wait, is there for their writers and the teachers.
    """
    aside = Thread.status.in_([PostStatus.HELD, PostStatus.HIDDEN])
    teaches = Membership.role == Role.TEACHER
    theirs = sa.or_(Thread.author_id == VIEWER, teaches)
    answer = aliased(Post)
    waiting = sa.exists().where(
        answer.thread_id == Thread.id,
        answer.status == PostStatus.HELD,
        sa.or_(answer.author_id == VIEWER, teaches),
    )
    return sa.or_(
        Thread.status == PostStatus.VISIBLE, sa.and_(aside, theirs), sa.and_(Thread.opening_gone.is_(True), waiting)
    )


def _held_for_viewers_eyes(teaches: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A held post is its writer's; a held opening is the teachers' too, or the thread would be an empty page."""
    opening = sa.and_(Post.is_opening.is_(True), teaches)
    return sa.and_(Post.position.is_(None), Post.status == PostStatus.HELD, sa.or_(Post.author_id == VIEWER, opening))


def _locked(statement: Selected, *more: type) -> Selected:
    """Hold thread and writer on PostgreSQL, so that a repeat waits for the first; SQLite's writers queue anyway.

    The weaker lock lets rows that refer to the member (a notice, say) be written meanwhile.
    """
    read_again = statement.join(Member, Member.id == VIEWER)
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


class Writer(Named):
    """Who wrote a post, as far as a page needs to know."""

    __slots__ = ()


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
    author: Writer | None
    by_teacher: bool
    is_theirs: bool

    @property
    def is_set_apart(self) -> bool:
        """Whether not everybody who reads the thread sees it as this reader does."""
        return self.status is not PostStatus.VISIBLE

    @property
    def state(self) -> str:
        """Give a word that differs whenever the post reads otherwise than before."""
        return f"{self.status.value}.{self.version}"


def open_thread(viewer: Member, thread_id: int) -> Opened:
    """Give a thread for its page; raises NotFound, or AgreementNeeded."""
    row = _row(_thread_to_open(), viewer, thread_id)
    thread = _admitted(row, id_of(viewer))
    mark, draft, author = (row or [])[3:]
    set_committed_value(thread, "author", author)
    return Opened(thread, mark or 0, draft)


def page_of_posts(viewer: Member, thread: Thread, page: int) -> list[ShownPost]:
    """Give a page by stored positions; the last one ends with what of the viewer's own is held."""
    first, last = positions_of(page)
    statement = _posts_to_the_end() if page == thread.last_page else _posts_between()
    return _shown(statement, viewer, thread, first=first, last=last)


def posts_since(viewer: Member, thread: Thread, position: int) -> list[ShownPost]:
    """Give the posts after a position, at most MOST_AT_ONCE."""
    return _shown(_posts_between(), viewer, thread, first=position + 1, last=position + MOST_AT_ONCE)


def shown_post(viewer: Member, post_id: int) -> tuple[Thread, ShownPost]:
    """Give one post as this reader sees it; raises NotFound, or AgreementNeeded."""
    thread = post_for(viewer, post_id).thread
    return thread, _shown(_one_post(), viewer, thread, wanted_id=post_id)[0]


def opening_of(viewer: Member, thread_id: int) -> ShownPost:
    """Give the first post of a thread to whom its words are open; raises NotFound, or AgreementNeeded."""
    thread = thread_for(viewer, thread_id)
    opening = sa.select(Post.id).where(Post.thread_id == thread.id, Post.is_opening.is_(True)).limit(1)
    found = _shown(_one_post(), viewer, thread, wanted_id=session().scalar(opening) or 0)
    if not found or found[0].author is None:
        raise NotFound
    return found[0]


def first_unread(thread: Thread, mark: int) -> tuple[int, int | None]:
    """Give the page of the first post after a mark, and that post's id; where all is read, the last post."""
    position = min(mark + 1, thread.last_position)
    post_id = session().scalar(sa.select(Post.id).where(Post.thread_id == thread.id, Post.position == position))
    return page_of(max(position, 1)), post_id


def revisions_of(post: Post) -> list[PostRevision]:
    """Give what a post said before, newest first."""
    statement = sa.select(PostRevision).where(PostRevision.post_id == post.id).order_by(PostRevision.version.desc())
    return list(session().scalars(statement))


def _shown(statement: Selected, viewer: Member, thread: Thread, **which: int) -> list[ShownPost]:
    viewer_id, teaches = id_of(viewer), thread.group.taught_by(viewer)
    reader = {"viewer_id": viewer_id, "teaches": teaches, "thread_id": thread.id, "group_id": thread.group_id}
    return [_as_seen(row, viewer_id, teaches=teaches) for row in plain_rows(statement, {**reader, **which})]


def _as_seen(row: Row, viewer_id: int, *, teaches: bool) -> ShownPost:
    """Leave out the words, and whose they were, of a post that only keeps its place for this reader."""
    post_id, position, status, held_for, is_opening, html, note, version, at, edited_at, author_id, name, teaching = row
    is_theirs = author_id == viewer_id
    open_to_them = status in _TO_ALL_WHO_SEE_THEM or (status is PostStatus.HIDDEN and (is_theirs or teaches))
    return ShownPost(
        *(post_id, position, status, held_for, is_opening),
        html=html if open_to_them else "",
        content_note=note if open_to_them else "",
        version=version,
        at=at,
        edited_at=edited_at if open_to_them else None,
        author=Writer(author_id, name) if open_to_them else None,
        by_teacher=open_to_them and teaching is not None,
        is_theirs=is_theirs,
    )


@cache
def _thread_to_open() -> Selected:
    read = sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == VIEWER)
    begun = sa.and_(Draft.thread_id == Thread.id, Draft.member_id == VIEWER)
    columns = sa.select(Thread, Group, Membership, ReadMark.position, Draft, Member)
    statement = _in_reach(columns).outerjoin(ReadMark, read).outerjoin(Draft, begun)
    return statement.join(Member, Member.id == Thread.author_id).where(Thread.id == WANTED)


@cache
def _posts_between() -> Selected:
    return _posts_shown().where(_of_thread(), _between()).order_by(Post.position)


@cache
def _posts_to_the_end() -> Selected:
    held = _held_for_viewers_eyes(sa.bindparam("teaches", type_=sa.Boolean()))
    in_order = (Post.position.is_(None), Post.position, Post.id)
    return _posts_shown().where(_of_thread(), sa.or_(_between(), held)).order_by(*in_order)


@cache
def _one_post() -> Selected:
    return _posts_shown().where(Post.id == WANTED)


def _of_thread() -> sa.ColumnElement[bool]:
    return Post.thread_id == sa.bindparam("thread_id")


def _between() -> sa.ColumnElement[bool]:
    return Post.position.between(sa.bindparam("first"), sa.bindparam("last"))


def _posts_shown() -> Selected:
    """Read posts, their writers, and which of those teach, in one statement."""
    teacher = aliased(Membership)
    teaching = sa.and_(
        teacher.group_id == sa.bindparam("group_id"),
        teacher.member_id == Post.author_id,
        teacher.role == Role.TEACHER,
        teacher.status == Belonging.ACTIVE,
    )
    columns = (
        *(Post.id, Post.position, Post.status, Post.held_for, Post.is_opening, Post.html, Post.content_note),
        *(Post.version, sa.func.coalesce(Post.published_at, Post.created_at), Post.edited_at),
        *(Member.id, Member.name, teacher.member_id),
    )
    return sa.select(*columns).join(Member, Member.id == Post.author_id).outerjoin(teacher, teaching)


# Whom to tell


def people_to_tell(post: Post) -> list[int]:
    """Give who opened the thread or wrote in it lately, and still may read it; never the post's own writer.

    Bounded twice, so that a reply in a very long thread costs no more than in a short one.
    """
    thread, position = post.thread, post.position or 0
    asked = {
        "thread_id": thread.id,
        "first": position - RECENT_POSTS,
        "last": position - 1,
        "opener_id": thread.author_id,
        "group_id": thread.group_id,
        "writer_id": post.author_id,
        "agreement_version": thread.group.agreement_version,
    }
    return [member_id for (member_id,) in plain_rows(_to_tell(), asked)]


@cache
def _to_tell() -> Selected:
    recent = sa.select(Post.author_id).where(_of_thread(), _between(), Post.status == PostStatus.VISIBLE)
    involved = sa.union(recent, sa.select(sa.bindparam("opener_id", type_=sa.Integer())))
    return (
        sa.select(Membership.member_id)
        .join(Member, Member.id == Membership.member_id)
        .where(
            Membership.group_id == sa.bindparam("group_id"),
            Membership.member_id.in_(involved),
            Membership.member_id != sa.bindparam("writer_id"),
            Membership.status == Belonging.ACTIVE,
            Membership.agreed_version >= sa.bindparam("agreement_version"),
            Member.status == MemberStatus.ACTIVE,
        )
        .order_by(Membership.member_id)
        .limit(MOST_TOLD)
    )


def replies_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Give the words for notices of replies (subjects are posts' ids), as far as the member may read them now."""
    wanted = [int(subject) for subject in subjects if subject.isdecimal()]
    found = session().execute(_replies(), {"viewer_id": id_of(member), "wanted_ids": wanted})
    return {
        str(post_id): Shown(f"{name} wrote in “{title}”", f"/posts/{post_id}", group_name)
        for post_id, title, group_name, name in found
    }


@cache
def _replies() -> Selected:
    statement = _posts_in_reach(sa.select(Post.id, Thread.title, Group.name, Member.name)).where(
        Post.id.in_(sa.bindparam("wanted_ids", expanding=True)),
        Post.status == PostStatus.VISIBLE,
        Membership.agreed_version >= Group.agreement_version,
    )
    return statement.join(Member, Member.id == Post.author_id)


register_loader(NoticeKind.REPLY, replies_shown)
