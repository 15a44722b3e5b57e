"""Passages as one reader may see them, asked anew each time. Read only.

A passage is its writer's for ever. With a group it is open to those to whom the first post of its thread is open, with
teachers to those who teach the group now. For everybody else there is none, whoever looks after the community.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from community.db import plain_rows, session
from community.errors import NotFound
from community.groups import queries as groups
from community.groups.models import Belonging, Group, GroupStatus, Membership, Role
from community.groups.queries import AgreementNeeded, readable_group_ids, teachers_of
from community.journal.page import Page
from community.members.models import Member, MemberStatus, first_name_of
from community.notifications.models import NoticeKind
from community.notifications.queries import Shown, register_loader
from community.passages.models import Audience, Passage, PassageStatus
from community.passages.wording import line_of
from community.permissions import Act, may
from community.seals import Sealed, Unreadable, place_of, unseal
from community.threads.models import Post, PostStatus, Thread
from community.threads.queries import id_of, opening_of

PASSAGES_A_PAGE = 20
TABLE = Passage.__tablename__


# One passage


@dataclass(frozen=True)
class Opened:
    """A passage with its words, for one who may read them; None where they are gone, rest, or do not open."""

    passage: Passage
    words: str | None
    answer: str | None

    @property
    def rests(self) -> bool:
        """Whether its writer may not come in for now: it shows to nobody, and comes back when they do."""
        return not self.passage.author.is_active

    @property
    def does_not_open(self) -> bool:
        """Whether it is shared, and none of our keys opens it."""
        return self.passage.sealed is not None and self.words is None and not self.rests


def passage_for(viewer: Member, passage_id: int) -> Passage:
    """Give a passage to its writer, or to one who may read it, or might if it were still shared.

    Raises NotFound, or AgreementNeeded.
    """
    return _admitted(viewer, session().execute(_one(viewer, passage_id)).one_or_none())


def passage_to_write(viewer: Member, passage_id: int) -> Passage:
    """Give a passage as ``passage_for`` does, locked until the transaction ends."""
    found = session().execute(_one(viewer, passage_id).with_for_update(of=Passage)).one_or_none()
    return _admitted(viewer, found)


def opened(passage: Passage) -> Opened:
    """Open what was loaded through the viewer; while its writer is suspended it stays shut."""
    if not passage.author.is_active:
        return Opened(passage, None, None)
    words = _open(passage, "sealed", passage.key_id, passage.sealed)
    return Opened(passage, words, _open(passage, "answer", passage.answer_key_id, passage.answer))


def _one(viewer: Member, passage_id: int) -> sa.Select[Passage, Membership]:
    theirs = sa.and_(Membership.group_id == Passage.group_id, Membership.member_id == id_of(viewer))
    return (
        sa.select(Passage, Membership)
        .join(Passage.group)
        .outerjoin(Membership, theirs)
        .options(contains_eager(Passage.group), joinedload(Passage.author), joinedload(Passage.answered_by))
        .where(Passage.id == passage_id)
        .execution_options(populate_existing=True)
    )


def _admitted(viewer: Member, row: Any) -> Passage:
    if row is None:
        raise NotFound
    passage: Passage
    passage, membership = row
    group = passage.group
    group.remember(id_of(viewer), membership)
    if passage.author_id == id_of(viewer):
        return passage
    if passage.audience is Audience.GROUP:
        opening_of(viewer, passage.thread_id or 0)
        return passage
    if not group.taught_by(viewer):
        raise NotFound
    if membership.agreed_version < group.agreement_version:
        raise AgreementNeeded(group.slug)
    return passage


def _open(passage: Passage, column: str, key_id: str | None, box: bytes | None) -> str | None:
    if key_id is None or box is None:
        return None
    try:
        place = place_of(TABLE, column, owner_id=passage.author_id, row_id=passage.id)
        return unseal(Sealed(key_id, box), bound_to=place)
    except Unreadable:
        return None


# Before it is shared


@dataclass(frozen=True)
class Reach:
    """Somebody with whom the writer may share: the people of a group, or its teachers."""

    audience: Audience
    group: Group
    teachers: tuple[Member, ...]  # without the writer
    group_is_taught: bool = False  # by the writer, whose notebook may then show on Today

    @property
    def value(self) -> str:
        """Give the word for it in a form: "teachers:3"."""
        return f"{self.audience.value}:{self.group.id}"

    @property
    def seen_by(self) -> str:
        """Give a word that differs whenever other teachers would read it than before."""
        ids = sorted(teacher.id for teacher in self.teachers)
        return ".".join(map(str, ids)) if self.audience is Audience.TEACHERS else "group"


def reaches_of(viewer: Member, *, at: datetime) -> list[Reach]:
    """Give with whom a member may share now: only groups that they read, so no group shows that is not theirs."""
    found = []
    for card in groups.my_groups(viewer):
        others = tuple(teacher for teacher in card.teachers if teacher.id != viewer.id)
        taught = card.group.taught_by(viewer)
        if others and may(viewer, Act.SHARE_WITH_TEACHERS, card.group, at=at):
            found.append(Reach(Audience.TEACHERS, card.group, others, group_is_taught=taught))
        if may(viewer, Act.SHARE_WITH_GROUP, card.group, at=at):
            found.append(Reach(Audience.GROUP, card.group, others, group_is_taught=taught))
    return found


def teachers_beside(by: Member, group: Group) -> list[Member]:
    """Give who teaches a group besides the writer."""
    return [teacher for teacher in teachers_of(group) if teacher.id != by.id]


# One's own


def passages_by(viewer: Member, *, before: int | None = None, limit: int = PASSAGES_A_PAGE) -> list[Passage]:
    """Give what a member shares or has shared, newest first, and one more than ``limit`` where there is more."""
    mine = sa.select(Passage).options(joinedload(Passage.group)).where(Passage.author_id == viewer.id)
    mine = mine if before is None else mine.where(Passage.id < before)
    return list(session().scalars(mine.order_by(Passage.id.desc()).limit(limit + 1)))


def shared_from(viewer: Member, entry_id: int) -> list[Passage]:
    """Give what a member shares of a page of theirs now."""
    theirs = sa.and_(Passage.author_id == viewer.id, Passage.entry_id == entry_id)
    shared = sa.select(Passage).options(joinedload(Passage.group)).where(theirs).order_by(Passage.id)
    return list(session().scalars(shared.where(Passage.status == PassageStatus.SHARED)))


def shared_among(viewer: Member, entry_ids: Sequence[int]) -> set[int]:
    """Give those of a member's pages of which they share something now; one statement for a whole list."""
    asked = {"viewer_id": viewer.id, "entry_ids": list(entry_ids)}
    return {entry_id for (entry_id,) in plain_rows(_shared_among(), asked) if entry_id}


@cache
def _shared_among() -> sa.Select[int | None]:
    return sa.select(Passage.entry_id).where(
        Passage.author_id == sa.bindparam("viewer_id", type_=sa.Integer()),
        Passage.entry_id.in_(sa.bindparam("entry_ids", expanding=True)),
        Passage.status == PassageStatus.SHARED,
    )


# Where else a passage shows


def panel_of_page(viewer: Member, page: Page) -> Mapping[str, Any]:
    """Give a page of a journal what its writer shares of it, and whether there is something to share."""
    return {"passages": shared_from(viewer, page.id), "may_share": page.is_open and page.has_words}


def panel_of_passage(_viewer: Member, thread: Thread) -> Mapping[str, Any]:
    """Give a thread's panel the passage that it was opened for; the viewer may read the thread's first post."""
    statement = sa.select(Passage).options(joinedload(Passage.author)).where(Passage.thread_id == thread.id)
    passage = session().scalar(statement)
    return {
        "opened": opened(passage) if passage else None,
        "url": f"/passages/{passage.id}/words?over=thread" if passage else "",
    }


@dataclass(frozen=True)
class NotebookLine:
    """What a teacher put on Today: how it begins, and where it stands."""

    passage_id: int
    thread_id: int | None
    line: str
    goes_on: bool
    teacher: str
    by_viewer: bool
    group_name: str
    shared_at: datetime


def from_notebook(viewer: Member) -> NotebookLine | None:
    """Give the newest passage that a teacher of one of the viewer's groups shares there and put on Today."""
    found = session().execute(_newest_in_notebook(), {"viewer_id": viewer.id}).first()
    if found is None:
        return None
    passage, name, group_name = found
    words = opened(passage).words
    if words is None:
        return None
    line, goes_on = line_of(words)
    theirs = passage.author_id == viewer.id
    return NotebookLine(
        passage_id=passage.id,
        thread_id=passage.thread_id,
        line=line,
        goes_on=goes_on,
        teacher=first_name_of(name),
        by_viewer=theirs,
        group_name=group_name,
        shared_at=passage.shared_at,
    )


@cache
def _newest_in_notebook() -> sa.Select[Passage, str, str]:
    """Put together once: Today asks it of everybody, and building it costs several times what it costs to run."""
    teaching = sa.and_(
        Membership.group_id == Passage.group_id,
        Membership.member_id == Passage.author_id,
        Membership.role == Role.TEACHER,
        Membership.status == Belonging.ACTIVE,
    )
    reader, group = aliased(Membership), aliased(Group)
    reads = (
        sa.select(group.id)
        .join(reader, reader.group_id == group.id)
        .where(
            reader.member_id == sa.bindparam("viewer_id", type_=sa.Integer()),
            reader.status == Belonging.ACTIVE,
            reader.agreed_version >= group.agreement_version,
            group.status == GroupStatus.ACTIVE,
        )
    )
    opening = sa.exists().where(
        Post.thread_id == Thread.id, Post.is_opening.is_(True), Post.status == PostStatus.VISIBLE
    )
    return (
        sa.select(Passage, Member.name, Group.name)
        .join(Group, Group.id == Passage.group_id)
        .join(Passage.author)
        .join(Membership, teaching)
        .join(Thread, Thread.id == Passage.thread_id)
        .where(
            Passage.in_notebook,
            Member.status == MemberStatus.ACTIVE,
            Passage.group_id.in_(reads),
            Passage.audience == Audience.GROUP,
            Thread.status == PostStatus.VISIBLE,
            opening,
        )
        .options(contains_eager(Passage.author))
        .order_by(Passage.shared_at.desc(), Passage.id.desc())
        .limit(1)
    )


# What is said in notices


def passages_shown(member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
    """Tell teachers that a passage is there for them, and its writer that it was answered (subjects are their ids)."""
    wanted = [int(subject) for subject in subjects if subject.isdecimal()]
    taught = readable_group_ids(member.id).where(Membership.role == Role.TEACHER)
    for_them = sa.and_(Passage.author_id != member.id, Passage.group_id.in_(taught))
    answered = sa.and_(Passage.author_id == member.id, Passage.answered_at.is_not(None))
    statement = (
        sa.select(Passage)
        .options(joinedload(Passage.author), joinedload(Passage.answered_by), joinedload(Passage.group))
        .where(
            Passage.id.in_(wanted),
            Passage.status == PassageStatus.SHARED,
            Passage.audience == Audience.TEACHERS,
            sa.or_(for_them, answered),
        )
    )
    return {str(passage.id): _in_words(member, passage) for passage in session().scalars(statement)}


def _in_words(member: Member, passage: Passage) -> Shown:
    url, group = f"/passages/{passage.id}", passage.group.name
    if passage.author_id != member.id:
        return Shown(f"{passage.author.name} shares a passage with you, who teach {group}", url)
    who = passage.answered_by.name if passage.answered_by else "A teacher"
    return Shown(f"{who} has answered the passage that you share", url, group)


register_loader(NoticeKind.PASSAGE, passages_shown)
