"""What is said in the notices of moderation, asked again each time: loaders for the kinds that the desk writes."""

from collections.abc import Sequence

import sqlalchemy as sa

from community.db import session
from community.groups import queries as groups
from community.groups.models import Belonging, Group, GroupKind, Membership, Role
from community.members.models import Member
from community.moderation import words
from community.moderation.models import Case, CaseReason, CaseState, LogAct, LogEntry, LogSubject
from community.notifications.models import NoticeKind
from community.notifications.queries import Shown, register_loader
from community.threads.models import Post, PostStatus, Thread


def register() -> None:
    """Hand the loaders over; the last one speaks for the answers of groups as well."""
    register_loader(NoticeKind.HELD, held_shown)
    register_loader(NoticeKind.DESK, desk_shown)
    register_loader(NoticeKind.BROUGHT, brought_shown)
    register_loader(NoticeKind.DECIDED, decided_shown)


def held_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Tell a writer that a post of theirs waits (subjects are posts' ids), for as long as it does."""
    statement = (
        sa.select(Post.id, _title_for(member).label("title"), Group.name)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Group, Group.id == Thread.group_id)
        .where(
            Post.id.in_(_ids(subjects)),
            Post.author_id == member.id,
            Post.status == PostStatus.HELD,
            Group.id.in_(groups.readable_group_ids(member.id)),
        )
    )
    return {
        str(row.id): Shown(
            words.WAITS.format(place=words.place(row.title, row.name)),
            f"/posts/{row.id}" if row.title is not None else "",
            row.name,
        )
        for row in session().execute(statement)
    }


def desk_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Tell a teacher that something waits (subjects are cases' ids), for as long as it does."""
    statement = (
        sa.select(Case.id, Group.name)
        .join(Group, Group.id == Case.group_id)
        .where(
            Case.id.in_(_ids(subjects)),
            Case.state == CaseState.OPEN,
            Case.about_id != member.id,
            Group.id.in_(groups.readable_group_ids(member.id).where(Membership.role == Role.TEACHER)),
        )
    )
    return {
        str(row.id): Shown(f"Something waits for a teacher in {row.name}", f"/cases/{row.id}")
        for row in session().execute(statement)
    }


def brought_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Tell whoever brought something (subjects are cases' ids) that a teacher has read it: no more than that."""
    statement = (
        sa.select(Case.id, Group.name)
        .join(Group, Group.id == Case.group_id)
        .where(
            Case.id.in_(_ids(subjects)),
            Case.state == CaseState.DECIDED,
            Group.id.in_(groups.readable_group_ids(member.id)),
            sa.exists().where(CaseReason.case_id == Case.id, CaseReason.by_id == member.id),
        )
    )
    return {
        str(row.id): Shown("A teacher has read what you brought. Thank you for bringing it.", note=row.name)
        for row in session().execute(statement)
    }


def decided_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Tell the person concerned what a teacher did: "log:3.14" is an entry, "request:7" an answer to joining."""
    return {**groups.shown_answers(member, subjects), **_acts_shown(member, subjects)}


def _acts_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    wanted = [tuple(map(int, each.removeprefix("log:").split("."))) for each in subjects if each.startswith("log:")]
    if not wanted:
        return {}
    theirs = sa.and_(Membership.group_id == Group.id, Membership.member_id == member.id)
    on_post = sa.and_(LogEntry.subject_kind == LogSubject.POST, Post.id == LogEntry.subject_id)
    readable = Group.id.in_(groups.readable_group_ids(member.id))
    statement = (
        sa.select(LogEntry, Group, Post, _title_for(member))
        .join(Group, Group.id == LogEntry.group_id)
        .outerjoin(Membership, theirs)
        .outerjoin(Post, on_post)
        .outerjoin(Thread, Thread.id == Post.thread_id)
        .where(
            sa.tuple_(LogEntry.group_id, LogEntry.number).in_(wanted),
            LogEntry.about_id == member.id,
            sa.or_(
                LogEntry.act == LogAct.REMOVED,
                sa.and_(LogEntry.subject_kind == LogSubject.MEMBER, Membership.status == Belonging.ACTIVE),
                sa.and_(LogEntry.subject_kind == LogSubject.POST, Thread.id.is_not(None), readable),
            ),
        )
    )
    return {
        f"log:{entry.group_id}.{entry.number}": _act_in_words(member, entry, group, post, title)
        for entry, group, post, title in session().execute(statement)
    }


def _act_in_words(member: Member, entry: LogEntry, group: Group, post: Post | None, title: str | None) -> Shown:
    """Say it to the person concerned, with the teacher's words below; ``title`` is None where it is not theirs to read.

    A notice leads nowhere then, since the thread is not there for them.
    """
    if entry.subject_kind is LogSubject.MEMBER or post is None:
        removed = entry.act is LogAct.REMOVED
        # Whoever was removed from a hidden group is a stranger to it again: its name is not said.
        name = "a group that meets by invitation" if removed and group.kind is GroupKind.HIDDEN else group.name
        url = "" if removed else f"/groups/{group.slug}"
        until = words.until(entry.until, member.zone) if entry.until else ""
        return Shown(words.TO_MEMBER[entry.act].format(group=name, until=until), url, entry.words)
    if entry.act is LogAct.RETURNED and post.is_opening:
        return Shown(words.OPENING_RETURNED.format(group=group.name), f"/groups/{group.slug}/threads/new", entry.words)
    url = f"/threads/{post.thread_id}" if entry.act is LogAct.RETURNED else f"/posts/{post.id}"
    said = words.TO_WRITER[entry.act].format(place=words.place(title, group.name))
    return Shown(said, url if title is not None else "", entry.words)


def _title_for(member: Member) -> sa.ColumnElement[str | None]:
    """Give a thread's title to whom the thread is there for, and NULL to others."""
    teaches = sa.exists().where(
        Membership.group_id == Thread.group_id,
        Membership.member_id == member.id,
        Membership.status == Belonging.ACTIVE,
        Membership.role == Role.TEACHER,
    )
    aside = Thread.status.in_([PostStatus.HELD, PostStatus.HIDDEN])
    theirs = sa.and_(aside, sa.or_(Thread.author_id == member.id, teaches.correlate(Thread)))
    return sa.case((sa.or_(Thread.status == PostStatus.VISIBLE, theirs), Thread.title), else_=None)


def _ids(subjects: Sequence[str]) -> list[int]:
    return [int(subject) for subject in subjects if subject.isdecimal()]
