"""What a teacher finds on the desk, always asked through the one who looks. Read only.

The desk holds the cases of the groups that the viewer teaches now, under the agreement as it stands, and none
about the viewer's own things. Who brought something is never read into what a page is given.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from community.db import session
from community.errors import Conflict, NotAllowed, NotFound
from community.groups import queries as groups
from community.groups.models import Group, JoinRequest, Membership, RequestState, Role
from community.members.models import Member
from community.moderation import words
from community.moderation.chain import faults_in
from community.moderation.models import (
    Case,
    CaseReason,
    CaseState,
    LogAct,
    LogEntry,
    LogHead,
    LogSubject,
    ReasonKind,
    SubjectKind,
    Verdict,
)
from community.moderation.steps import FLAG_REASONS, steps_for
from community.permissions import Act, may
from community.threads import queries as threads
from community.threads.models import Post, PostRevision, PostStatus, Thread
from community.threads.panels import Laid, panel_to_judge

CASES_A_PAGE = 20
ENTRIES_A_PAGE = 30
LATELY = 4

Subject = tuple[SubjectKind, int]
Thing = Post | JoinRequest


@dataclass(frozen=True)
class Brought:
    """A reason for a case, without whose it is."""

    kind: ReasonKind
    words: str
    at: datetime


@dataclass(frozen=True)
class Item:
    """A case with the thing that it is about and what brought it to the desk."""

    case: Case
    thing: Thing
    brought: list[Brought]
    outcome: str = ""  # what was decided
    as_brought: PostRevision | None = None  # what it said when it was first brought, where it reads otherwise now
    laid: Laid | None = None  # what lies over the post in its thread, and is to be read with it

    @property
    def title(self) -> str:
        """Say what it is about: the reason that asks most."""
        if self.stands_unread:
            return words.CHANGED
        return words.title_of([each.kind for each in self.brought])

    @property
    def status(self) -> PostStatus | RequestState:
        """Give where the thing stands now."""
        return self.thing.status if isinstance(self.thing, Post) else self.thing.state

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Give what may be decided now; nothing once it is decided, and nothing that adds to an archived group."""
        if self.case.state is not CaseState.OPEN:
            return ()
        steps = steps_for(self.case.subject_kind, self.status)
        return tuple(each for each in steps if not (self.case.group.is_archived and each is Verdict.LET_THROUGH))

    @property
    def stands_unread(self) -> bool:
        """Whether a post stands that nobody brought: its writer changed it where posts are read first."""
        return not self.flags and self.status is PostStatus.VISIBLE and self.case.state is CaseState.OPEN

    @property
    def changed(self) -> bool:
        """Whether a post reads otherwise now than when a member first brought it."""
        edited_at = self.thing.edited_at if isinstance(self.thing, Post) else None
        return bool(self.flags) and edited_at is not None and edited_at > self.flags[0].at

    @property
    def flags(self) -> list[Brought]:
        """Give what members brought, the first one first."""
        return [each for each in self.brought if each.kind in FLAG_REASONS]


@dataclass(frozen=True)
class Desk:
    """A stretch of the desk, oldest first; ``after`` is the case behind which the next one begins."""

    requests: list[Item]
    posts: list[Item]
    after: int | None

    @property
    def is_clear(self) -> bool:
        """Whether nothing waits here."""
        return not self.requests and not self.posts


# The desk


def desk_of(viewer: Member, *, after: int | None = None, limit: int = CASES_A_PAGE) -> Desk:
    """Give what waits for a teacher: people before posts, then oldest first, read by key."""
    key = sa.tuple_(Case.subject_kind, Case.opened_at, Case.id)  # "join_request" comes before "post"
    statement = _cases_for(viewer).where(Case.state == CaseState.OPEN).order_by(*key.clauses).limit(limit + 1)
    if after is not None:
        other = aliased(Case)
        place = sa.select(other.subject_kind, other.opened_at, other.id).where(
            other.id == after, other.group_id.in_(_kept_by(viewer)), other.about_id != viewer.id
        )
        statement = statement.where(key > place.scalar_subquery())
    cases = list(session().scalars(statement))
    items = _items(viewer, cases[:limit])
    return Desk(
        [each for each in items if isinstance(each.thing, JoinRequest)],
        [each for each in items if isinstance(each.thing, Post)],
        after=cases[limit - 1].id if len(cases) > limit else None,
    )


def case_for(viewer: Member, case_id: int) -> Case:
    """Give a case, open or not, to a teacher who may decide on it; raises NotFound."""
    case = session().scalar(_cases_for(viewer).where(Case.id == case_id))
    if case is None:
        raise NotFound
    return case


def item_for(viewer: Member, case_id: int) -> Item:
    """Give a case with its thing and reasons, and with what was brought if that was changed since; raises NotFound."""
    items = _items(viewer, [case_for(viewer, case_id)])
    if not items:
        raise NotFound
    item = items[0]
    if item.case.verdict is not None:
        return replace(item, outcome=_outcome(item.case, item.case.verdict, item.case.decided_at))
    if not item.changed or not isinstance(item.thing, Post):
        return item
    earlier = threads.revisions_of(item.thing)  # the newest first
    then = next((each for each in earlier if each.written_at <= item.flags[0].at), None)
    return replace(item, as_brought=then)


def thing_to_decide(case: Case, by: Member) -> Thing:
    """Give what a case is about, locked the way its own slice locks it, to a teacher who was given the case."""
    if case.subject_kind is SubjectKind.POST:
        return threads.post_to_keep(by, case.subject_id)
    session().refresh(case.group, with_for_update=True)
    return groups.request_for(by, case.subject_id)


def how_it_ended(case: Case) -> str:
    """Say in one sentence what became of a case that the reader had before them in an older version."""
    now = (
        session()
        .execute(
            sa.select(Case.state, Case.verdict, Case.decided_at, Member.name)
            .outerjoin(Member, Member.id == Case.decided_by_id)
            .where(Case.id == case.id)
        )
        .one()
    )
    if now.state is CaseState.DECIDED:
        return f"{now.name} has decided this: {_outcome(case, now.verdict, now.decided_at)}."
    if now.state is CaseState.CLOSED:
        return "Nothing needs to be decided any more: it was taken back."
    return "Somebody else brought this too, while you were reading. Nothing is decided yet."


def _outcome(case: Case, verdict: Verdict, decided_at: datetime | None) -> str:
    """Say what was decided: a post that a teacher put back directly was not left as it was."""
    put_back = sa.exists().where(
        LogEntry.group_id == case.group_id,
        LogEntry.subject_kind == LogSubject.POST,
        LogEntry.subject_id == case.subject_id,
        LogEntry.act == LogAct.RESTORED,
        LogEntry.at == decided_at,
    )
    about_post = case.subject_kind is SubjectKind.POST
    if about_post and verdict is Verdict.LEAVE and session().scalar(sa.select(put_back)):
        return words.PUT_BACK
    return words.DECIDED[verdict]


def who_may_decide(group_id: int, *, about_id: int) -> list[int]:
    """Give the teachers whom a case is for: all but the one whom it is about."""
    teachers = groups.teachers_of(session().get_one(Group, group_id))
    return [teacher.id for teacher in teachers if teacher.id != about_id]


def _kept_by(viewer: Member) -> sa.Select[int]:
    """Give, as a subquery, the ids of the groups that a member teaches, under the agreement as it stands."""
    return groups.readable_group_ids(threads.id_of(viewer)).where(Membership.role == Role.TEACHER)


def _cases_for(viewer: Member) -> sa.Select[Case]:
    return (
        sa.select(Case)
        .where(Case.group_id.in_(_kept_by(viewer)), Case.about_id != threads.id_of(viewer))
        .options(joinedload(Case.group), joinedload(Case.about), joinedload(Case.decided_by))
    )


def _items(viewer: Member, cases: list[Case]) -> list[Item]:
    """Give cases with things and reasons: three statements at most, and what lies over a post where something does."""
    wanted: dict[SubjectKind, list[int]] = {kind: [] for kind in SubjectKind}
    for case in cases:
        wanted[case.subject_kind].append(case.subject_id)
    things: dict[Subject, Thing] = {}
    if ids := wanted[SubjectKind.POST]:
        posts = sa.select(Post).where(Post.id.in_(ids)).options(joinedload(Post.thread), joinedload(Post.author))
        things |= {(SubjectKind.POST, post.id): post for post in session().scalars(posts)}
    if ids := wanted[SubjectKind.JOIN_REQUEST]:
        requests = sa.select(JoinRequest).where(JoinRequest.id.in_(ids)).options(joinedload(JoinRequest.member))
        things |= {(SubjectKind.JOIN_REQUEST, request.id): request for request in session().scalars(requests)}
    brought = _brought(case.id for case in cases)
    return [
        Item(
            case,
            thing,
            brought.get(case.id, []),
            laid=panel_to_judge(viewer, thing) if isinstance(thing, Post) else None,
        )
        for case in cases
        if (thing := things.get((case.subject_kind, case.subject_id))) is not None
    ]


def _brought(case_ids: Iterable[int]) -> dict[int, list[Brought]]:
    """Read reasons column by column: the one that says who brought it stays in the database."""
    wanted = list(case_ids)
    if not wanted:
        return {}
    statement = (
        sa.select(CaseReason.case_id, CaseReason.kind, CaseReason.words, CaseReason.created_at)
        .where(CaseReason.case_id.in_(wanted))
        .order_by(CaseReason.id)
    )
    found: dict[int, list[Brought]] = {}
    for row in session().execute(statement):
        found.setdefault(row.case_id, []).append(Brought(row.kind, row.words, row.created_at))
    return found


# Flags


def post_to_flag(viewer: Member, post_id: int, *, at: datetime) -> Post:
    """Give a post that the viewer may bring to a teacher; raises NotFound, AgreementNeeded or NotAllowed."""
    post = threads.post_for(viewer, post_id)
    if not may(viewer, Act.FLAG_POST, post, at=at):
        raise NotAllowed("Only what somebody else wrote, and what can be read now, is brought to a teacher.")
    return post


def readers_of(post: Post) -> list[Member]:
    """Give the teachers who will read what is brought about a post: never its own writer."""
    return [teacher for teacher in groups.teachers_of(post.group) if teacher.id != post.author_id]


def has_brought(member: Member, post_id: int) -> bool:
    """Whether a member has brought this post before, decided or not."""
    statement = (
        sa.select(CaseReason.id)
        .join(Case, Case.id == CaseReason.case_id)
        .where(
            Case.subject_kind == SubjectKind.POST,
            Case.subject_id == post_id,
            CaseReason.by_id == threads.id_of(member),
        )
    )
    return session().scalar(statement.limit(1)) is not None


def waits_for(case_id: int, reason: ReasonKind) -> bool:
    """Whether the house has put this reason to a case before; members' own are told apart by who they are."""
    its = sa.and_(CaseReason.case_id == case_id, CaseReason.kind == reason, CaseReason.by_id.is_(None))
    return session().scalar(sa.select(CaseReason.id).where(its).limit(1)) is not None


def who_brought(case_id: int) -> set[int]:
    """Give who brought a case, for one purpose: to tell them that a teacher has read it."""
    statement = sa.select(CaseReason.by_id).where(CaseReason.case_id == case_id, CaseReason.by_id.is_not(None))
    return set(session().scalars(statement))


# Direct acts


def post_to_hide(viewer: Member, post_id: int) -> Post:
    """Give a post that its reader means to hide; raises Conflict where a colleague was quicker."""
    return _post_unless(viewer, post_id, PostStatus.HIDDEN, LogAct.HID, "hidden it already")


def post_to_restore(viewer: Member, post_id: int) -> Post:
    """Give a post that its reader means to put back; raises Conflict where a colleague was quicker."""
    return _post_unless(viewer, post_id, PostStatus.VISIBLE, LogAct.RESTORED, "put it back already")


def _post_unless(viewer: Member, post_id: int, status: PostStatus, act: LogAct, done: str) -> Post:
    """Load a post as its own teacher may; everybody else gets it as they see it, to be refused by the table."""
    post = threads.post_to_write(viewer, post_id)
    if post.status is status and post.group.taught_by(viewer):
        by = sa.select(Member.name).join(LogEntry, LogEntry.actor_id == Member.id)
        name = session().scalar(
            by.where(
                LogEntry.group_id == post.group.id,
                LogEntry.subject_kind == LogSubject.POST,
                LogEntry.subject_id == post_id,
                LogEntry.act == act,
            )
            .order_by(LogEntry.number.desc())
            .limit(1)
        )
        raise Conflict(f"{name or 'Somebody'} has {done}.")
    return post


def member_of(viewer: Member, slug: str, member_id: int) -> Membership:
    """Give somebody's membership of a group that the viewer teaches; raises NotFound, or what the group raises."""
    return groups.membership_in(groups.taught_group(viewer, slug), member_id)


# The record


@dataclass(frozen=True)
class Written:
    """An entry of the log as one reader may read it: what they may not read is empty."""

    number: int
    at: datetime
    group: Group
    actor: Member
    did: str
    until: datetime | None
    about: Member | None
    words: str
    url: str


@dataclass(frozen=True)
class Record:
    """A stretch of a group's log, newest first; ``before`` is the number below which the next one begins."""

    entries: list[Written]
    before: int | None


def record_of(viewer: Member, group: Group, *, before: int | None = None, limit: int = ENTRIES_A_PAGE) -> Record:
    """Give what the teachers of a group did, to somebody who may read the group."""
    statement = _entries().where(LogEntry.group_id == group.id).order_by(LogEntry.number.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(LogEntry.number < before)
    rows = session().execute(statement).all()
    entries = _written(viewer, [(entry, about) for entry, about in rows[:limit]])
    return Record(entries, entries[-1].number if len(rows) > limit else None)


def lately(viewer: Member) -> list[Written]:
    """Give the last few entries of all the groups that a teacher keeps."""
    statement = _entries().where(LogEntry.group_id.in_(_kept_by(viewer)))
    rows = session().execute(statement.order_by(LogEntry.at.desc(), LogEntry.number.desc()).limit(LATELY))
    return _written(viewer, [(entry, about) for entry, about in rows])


def verify_log() -> list[str]:
    """Go along every group's log and say where its chain does not hold; an empty list is a whole log."""
    heads = {row.group_id: row for row in session().execute(sa.select(*LogHead.__table__.columns))}
    columns = sa.select(*LogEntry.__table__.columns).order_by(LogEntry.group_id, LogEntry.number)
    rows = session().execute(columns, execution_options={"yield_per": 500}).mappings()
    faults: list[str] = []
    for group_id, entries in groupby(rows, key=lambda row: int(row["group_id"])):
        head = heads.pop(group_id, None)
        found = faults_in(entries, number=head.number if head else 0, head=head.hash if head else "")
        faults += [f"group {group_id}: {fault}" for fault in found]
    for group_id, head in heads.items():
        faults += [f"group {group_id}: {fault}" for fault in faults_in([], number=head.number, head=head.hash)]
    return faults


def _entries() -> sa.Select[LogEntry, Member]:
    about = aliased(Member)
    return (
        sa.select(LogEntry, about)
        .join(about, about.id == LogEntry.about_id)
        .options(joinedload(LogEntry.actor), joinedload(LogEntry.group))
    )


def _written(viewer: Member, rows: list[tuple[LogEntry, Member]]) -> list[Written]:
    """Leave out of each entry what this reader may not read.

    A member reads what was done and why, where it was done to a post in the thread. Whom it concerned, and what
    was said to a person about themselves or about a post that was left alone, is for the teachers. A writer is not
    told that a post of theirs was brought and left, a teacher no more than others: so that entry names its writer
    to nobody, and what was said of it is not for the writer.
    """
    linked = _still_there(entry for entry, _ in rows)
    found = []
    for entry, about in rows:
        teaches = entry.group.taught_by(viewer)
        left = entry.act is LogAct.LEFT
        open_to_all = entry.subject_kind is LogSubject.POST and not left
        found.append(
            Written(
                number=entry.number,
                at=entry.at,
                group=entry.group,
                actor=entry.actor,
                did=words.DID[entry.act],
                until=entry.until,
                about=about if teaches and not left else None,
                words=entry.words if open_to_all or (teaches and not (left and about.id == viewer.id)) else "",
                url=f"/posts/{entry.subject_id}" if open_to_all and entry.subject_id in linked else "",
            )
        )
    return found


def _still_there(entries: Iterable[LogEntry]) -> set[int]:
    """Give those of the posts in some entries that every member of their group may read now."""
    wanted = [entry.subject_id for entry in entries if entry.subject_kind is LogSubject.POST]
    if not wanted:
        return set()
    statement = (
        sa.select(Post.id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.id.in_(wanted), Post.status == PostStatus.VISIBLE, Thread.status == PostStatus.VISIBLE)
    )
    return set(session().scalars(statement))
