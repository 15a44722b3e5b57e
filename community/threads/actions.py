"""What members do with threads, posts and drafts, and the steps by which teachers look after posts.

Texts arrive rendered (``wording.post_text``), since rendering is slow and a transaction is short. Things arrive as
``queries`` gave them to this very member, inside the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from community.db import announce, insert_into, session
from community.errors import Conflict, Invalid, NotAllowed, TooOften
from community.groups.models import Group
from community.members.models import Member
from community.permissions import Act, require
from community.text import tidy
from community.threads import standing
from community.threads.facts import PostEditedUnread, PostHeld, PostReturned, PostWithdrawn
from community.threads.holding import held_for, status_of_new_post
from community.threads.models import (
    DRAFT_LENGTH,
    NOTE_LENGTH,
    REASON_LENGTH,
    TITLE_LENGTH,
    Draft,
    Post,
    PostStatus,
    ReadMark,
    Thread,
    Wants,
)
from community.threads.wording import PostText

POSTS_AN_HOUR = 30
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class DraftWords:
    """What stands in a composer."""

    title: str = ""
    source: str = ""
    content_note: str = ""
    wants: Wants | None = None


class PostedAlready(Conflict):
    """A composer's key came back with other words."""

    sentence = (
        "From this page a post was sent already, with other words. It stands. "
        "If these words are meant as well, post them once more."
    )


class EditedMeanwhile(Conflict):
    """The post was edited elsewhere since its form was opened."""

    sentence = "This post was changed in another place meanwhile. Both versions are below; nothing of yours is lost."


class CameBackMeanwhile(Conflict):
    """A teacher has given words back since the page was opened, and it knows nothing of them."""

    sentence = (
        "A teacher has given words back to you here since you opened this page. They are kept as your draft. "
        "Open this place once more to see them; copy first what you have written here."
    )


# Writing


def open_thread(
    *,
    by: Member,
    group: Group,
    title: str,
    text: PostText,
    at: datetime,
    wants: Wants | None = None,
    write_key: str | None = None,
    began_from: str | None = "",
    panel: str | None = None,
) -> Thread:
    """Begin a thread with its first post; the same ``write_key`` and words again give the thread that is there.

    ``title`` comes from ``wording.thread_title``; ``began_from`` is the stamp of the draft it began from, None for none
    at all; ``panel`` names what lies over it. Raises TooOften, or PostedAlready for a known key with other words.
    """
    require(by, Act.OPEN_THREAD, group, at=at)
    first = _first_with(by, write_key, at=at)
    if first is not None:
        return _repeated(first, text, same_place=first.is_opening and first.thread.title == title).thread
    thread = Thread(
        group=group,
        author=by,
        title=title,
        excerpt=text.excerpt,
        wants=wants,
        panel=panel,
        last_activity_at=at,
        created_at=at,
    )
    post = _new_post(thread, by, text, write_key=write_key, at=at)
    post.is_opening, thread.status = True, post.status
    if post.status is PostStatus.VISIBLE:  # nobody waits in a thread that is not there yet
        thread.last_position = post.position = 1
        post.published_at = at
    session().add(thread)
    session().flush()
    _put(post, read_to=None, began_from=began_from, at=at)
    return thread


def write_post(
    *,
    by: Member,
    thread: Thread,
    text: PostText,
    at: datetime,
    write_key: str | None = None,
    read_to: int | None = None,
    began_from: str = "",
) -> Post:
    """Answer in a thread; the same ``write_key`` and words again give the post that is there.

    ``read_to`` is the last position on the page that the answer was written from; None for all there is;
    ``began_from`` is the stamp of the draft that it began from. Raises TooOften, or PostedAlready for a known
    key with other words.
    """
    require(by, Act.WRITE_POST, thread, at=at)
    first = _first_with(by, write_key, at=at)
    if first is not None:
        return _repeated(first, text, same_place=first.thread_id == thread.id and not first.is_opening)
    post = _new_post(thread, by, text, write_key=write_key, at=at)
    _put(post, read_to=read_to, began_from=began_from, at=at)
    return post


def edit_post(
    *,
    by: Member,
    post: Post,
    text: PostText,
    version: int,
    at: datetime,
    title: str | None = None,
    wants: Wants | None = None,
) -> Post:
    """Say it otherwise; what others could read before is kept, and saying the same again changes nothing.

    Title and wants belong to an opening post and are passed over elsewhere; ``title=None`` leaves both. Raises
    EditedMeanwhile where ``version`` is not the one that stands.
    """
    require(by, Act.EDIT_POST, post, at=at)
    if post.version != version:
        raise EditedMeanwhile
    thread = post.thread
    retitled = post.is_opening and title is not None and (title, wants) != (thread.title, thread.wants)
    if (text.source, text.content_note) == (post.source, post.content_note) and not retitled:
        return post
    if post.position is not None:  # what waits was read by nobody: its earlier words are no part of its history
        standing.keep_revision(post, title=thread.title, written_at=post.edited_at or post.created_at)
        post.edited_at = at
    post.source, post.html, post.renderer = text.source, text.html, text.renderer
    post.content_note = text.content_note
    post.version += 1
    if post.is_opening:
        thread.excerpt = text.excerpt
    if retitled and title is not None:
        thread.title, thread.wants = title, wants
    standing.say_changed(post)
    _ask_for_reading(post, by)
    return post


def _ask_for_reading(post: Post, by: Member) -> None:
    """Bring an edit before a teacher where a new post by the same writer would wait for one."""
    membership = post.group.membership_of(by)
    reason = held_for(post.group, membership) if membership and post.status is PostStatus.VISIBLE else None
    if reason is not None:
        ids = {"group_id": post.group.id, "thread_id": post.thread_id, "post_id": post.id}
        announce(PostEditedUnread(**ids, author_id=post.author_id, held_for=reason))


def withdraw_post(*, by: Member, post: Post, at: datetime) -> Post:
    """Take one's own post back: its words are shown to nobody in the thread any more, its place stays."""
    require(by, Act.WITHDRAW_POST, post, at=at)
    standing.step(post, PostStatus.WITHDRAWN)
    if post.is_opening:
        standing.let_go_of_opening(post)
    announce(PostWithdrawn(group_id=post.group.id, thread_id=post.thread_id, post_id=post.id))
    standing.say_changed(post)
    return post


def _new_post(thread: Thread, by: Member, text: PostText, *, write_key: str | None, at: datetime) -> Post:
    """Make a post that stands where the group's way of holding puts it."""
    membership = thread.group.membership_of(by)
    if membership is None:
        raise NotAllowed
    status, reason = status_of_new_post(thread.group, membership)
    return Post(
        thread=thread,
        author=by,
        is_opening=False,
        source=text.source,
        html=text.html,
        renderer=text.renderer,
        content_note=text.content_note,
        status=status,
        held_for=reason,
        write_key=write_key,
        created_at=at,
    )


def _put(post: Post, *, read_to: int | None, began_from: str | None, at: datetime) -> None:
    """Keep a new post, and do what follows from where it stands; the draft that it was is gone with that."""
    thread, by = post.thread, post.author
    if began_from is not None:
        _clear_draft(by, thread.group_id, None if post.is_opening else thread.id, began_from)
    if post.status is PostStatus.VISIBLE and post.position is None:
        standing.take_place(post, at=at)
    session().add(post)
    session().flush()
    if post.held_for is not None:
        ids = {"group_id": thread.group_id, "thread_id": thread.id, "post_id": post.id}
        announce(PostHeld(**ids, author_id=by.id, held_for=post.held_for))
        return
    standing.say_written(post)
    standing.count_as_known(thread.group.membership_of(by))
    standing.let_mark_follow(post, read_to=read_to)
    if not post.is_opening:
        standing.tell_of_reply(post, at=at)


def _first_with(by: Member, write_key: str | None, *, at: datetime) -> Post | None:
    """Give the post that this key made before; else hold the writer to POSTS_AN_HOUR: one statement for both."""
    asked = {"writer_id": by.id, "an_hour_ago": at - HOUR, "write_key": write_key}
    written, first = session().execute(_earlier(), asked).one()
    if first is None and written >= POSTS_AN_HOUR:
        sentence = f"That was {POSTS_AN_HOUR} posts within an hour. Your words are kept here; post them a little later."
        raise TooOften(sentence, retry_after_seconds=600)
    return first


@cache
def _earlier() -> sa.Select[int, Post]:
    """Select how many posts there were lately, and the one with this key; no key is no post's, since NULL is not."""
    theirs = Post.author_id == sa.bindparam("writer_id")
    lately = sa.select(Post.id).where(theirs, Post.created_at > sa.bindparam("an_hour_ago")).limit(POSTS_AN_HOUR)
    count = sa.select(sa.func.count()).select_from(lately.subquery()).scalar_subquery()
    mine = sa.and_(theirs, Post.write_key == sa.bindparam("write_key", type_=Post.write_key.type))
    one = sa.select(sa.literal(1).label("one")).subquery()
    return sa.select(count, Post).select_from(one).outerjoin(Post, mine).options(undefer(Post.source))


def _repeated(first: Post, text: PostText, *, same_place: bool) -> Post:
    if not same_place or (first.source, first.content_note) != (text.source, text.content_note):
        raise PostedAlready
    return first


# Drafts and reading


def keep_draft(
    *,
    by: Member,
    group: Group,
    at: datetime,
    words: DraftWords,
    thread: Thread | None = None,
    write_key: str | None = None,
    began_from: str = "",
) -> bool:
    """Keep what somebody is writing, as a reply in ``thread`` or as a new thread, and say whether there is a draft.

    No words at all clear it. A composer that has posted already (``write_key``) keeps nothing: its last saving may
    arrive after its post. Words that came back stay: where ``began_from`` is not their draft's stamp, nothing is
    written over, and CameBackMeanwhile is raised.
    """
    require(by, Act.KEEP_DRAFT, group, at=at)
    kept = _draft_words(words)
    if write_key is not None and session().scalar(_posted_with(by, write_key)) is not None:
        return False
    thread_id = thread.id if thread else None
    if kept is None:
        _clear_draft(by, group.id, thread_id, began_from)
        return False
    kept |= {"wants": words.wants, "updated_at": at}
    put = insert_into(Draft).values(member_id=by.id, group_id=group.id, thread_id=thread_id, **kept)
    if thread is not None:
        place: dict[str, Any] = {"index_elements": [Draft.member_id, Draft.thread_id]}
    else:
        place = {"index_elements": [Draft.member_id, Draft.group_id], "index_where": Draft.thread_id.is_(None)}
    put = put.on_conflict_do_update(**place, set_=kept, where=_knows_what_came_back(began_from))
    if session().scalar(put.returning(Draft.id)) is None:
        raise CameBackMeanwhile
    return True


def add_to_draft(*, by: Member, group: Group, at: datetime, words: DraftWords, thread: Thread | None = None) -> None:
    """Put words below those of a draft that came back, when their writer asked for them to be kept beside it."""
    require(by, Act.KEEP_DRAFT, group, at=at)
    if _draft_words(words) is None:
        return
    draft = _draft_to_change(by.id, group.id, thread.id if thread else None, at=at)
    more = _as_text(words, beside=DraftWords(draft.title, "", draft.content_note, draft.wants))
    draft.source = "\n\n".join(part for part in (draft.source, more) if part)
    if len(draft.source) > DRAFT_LENGTH:
        raise Invalid(f"With what came back, this is longer than {DRAFT_LENGTH:,} characters.", field="source")
    draft.updated_at = at
    session().flush()


def drop_draft(*, by: Member, group: Group, at: datetime, thread: Thread | None = None, began_from: str = "") -> None:
    """Let go of a draft; one that is not there is fine. Raises CameBackMeanwhile for one that was not seen."""
    require(by, Act.KEEP_DRAFT, group, at=at)
    place = (by.id, group.id, thread.id if thread else None)
    _clear_draft(by, group.id, place[2], began_from)
    if session().scalar(sa.select(Draft.id).where(_draft_at(*place))) is not None:
        raise CameBackMeanwhile


def mark_read(*, by: Member, thread: Thread, position: int, at: datetime) -> None:
    """Remember how far somebody has read; the mark only moves on, and never past what there is."""
    require(by, Act.MARK_READ, thread, at=at)
    seen = min(position, thread.last_position)
    if seen < 1:
        return
    put = insert_into(ReadMark).values(member_id=by.id, thread_id=thread.id, position=seen)
    session().execute(
        put.on_conflict_do_update(
            index_elements=[ReadMark.member_id, ReadMark.thread_id],
            set_={"position": seen},
            where=ReadMark.position < seen,
        )
    )


def _draft_words(words: DraftWords) -> dict[str, Any] | None:
    """Give words as a draft keeps them, None for none; unfinished ones may be of any kind, but not of any length."""
    kept: dict[str, Any] = {
        "title": " ".join(tidy(words.title).split()),
        "source": tidy(words.source),
        "content_note": words.content_note.strip(),
    }
    limits = {"title": TITLE_LENGTH, "source": DRAFT_LENGTH, "content_note": NOTE_LENGTH}
    for field, limit in limits.items():
        if len(kept[field]) > limit:
            raise Invalid(f"This is {len(kept[field]):,} characters long, and {limit:,} is the most.", field=field)
    return kept if any(text.strip() for text in kept.values()) else None


def _posted_with(by: Member, write_key: str) -> sa.Select[int]:
    return sa.select(Post.id).where(Post.author_id == by.id, Post.write_key == write_key)


def _draft_at(member_id: int, group_id: int, thread_id: int | None) -> sa.ColumnElement[bool]:
    place = Draft.thread_id.is_(None) if thread_id is None else Draft.thread_id == thread_id
    return sa.and_(Draft.member_id == member_id, Draft.group_id == group_id, place)


def _knows_what_came_back(began_from: str) -> sa.ColumnElement[bool]:
    """Whether a page that began from this stamp has seen all that a teacher gave back in the draft."""
    try:
        seen = datetime.fromisoformat(began_from)
    except ValueError:
        return Draft.returned_at.is_(None)
    return sa.or_(Draft.returned_at.is_(None), Draft.returned_at == seen) if seen.tzinfo else sa.false()


def _clear_draft(by: Member, group_id: int, thread_id: int | None, began_from: str) -> None:
    session().execute(
        sa.delete(Draft).where(_draft_at(by.id, group_id, thread_id), _knows_what_came_back(began_from)),
        execution_options={"synchronize_session": False},
    )


# Looking after posts


def let_through(*, by: Member, post: Post, at: datetime) -> Post:
    """Let a held post take its place, after what was written while it waited, and tell those it answers."""
    require(by, Act.LET_POST_THROUGH, post, at=at)
    standing.step(post, PostStatus.VISIBLE)
    if post.is_opening or post.thread.opening_gone:
        post.thread.status = PostStatus.VISIBLE
    standing.take_place(post, at=at)
    standing.say_written(post)
    standing.count_as_known(post.group.membership_of(post.author))
    standing.let_mark_follow(post, read_to=0)
    if not post.is_opening:
        standing.tell_of_reply(post, at=at)
    return post


def hide(*, by: Member, post: Post, at: datetime) -> Post:
    """Hide a post for now; an opening post takes its thread along."""
    require(by, Act.HIDE_POST, post, at=at)
    return _set(post, PostStatus.HIDDEN)


def restore(*, by: Member, post: Post, at: datetime) -> Post:
    """Show a hidden post again; an opening post brings its thread back."""
    require(by, Act.RESTORE_POST, post, at=at)
    return _set(post, PostStatus.VISIBLE)


def return_to_writer(*, by: Member, post: Post, words: str, at: datetime) -> Draft:
    """Give a post back as its writer's draft, with the teacher's words; what they had begun there stays below it."""
    require(by, Act.RETURN_POST, post, at=at)
    reason = tidy(words).strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise Invalid(f"Say why, in at most {REASON_LENGTH:,} characters: the writer reads it.", field="words")
    standing.step(post, PostStatus.RETURNED)
    draft = _given_back(post, reason, at=at)
    if post.is_opening:
        standing.let_go_of_opening(post)
    announce(PostReturned(group_id=post.group.id, thread_id=post.thread_id, post_id=post.id))
    standing.say_changed(post)
    return draft


def _set(post: Post, status: PostStatus) -> Post:
    standing.step(post, status)
    if post.is_opening:
        post.thread.status = status
    standing.say_changed(post)
    return post


def _given_back(post: Post, reason: str, *, at: datetime) -> Draft:
    """Put a post's words above those of a draft that its writer has there already; nothing of either is lost."""
    thread, opens = post.thread, post.is_opening
    draft = _draft_to_change(post.author_id, thread.group_id, None if opens else thread.id, at=at)
    begun = DraftWords(draft.title, draft.source, draft.content_note, draft.wants)
    draft.title, wants = (thread.title, thread.wants) if opens else ("", None)
    draft.content_note, draft.wants = post.content_note or begun.content_note, wants or begun.wants
    below = _as_text(begun, beside=DraftWords("", "", draft.content_note, draft.wants))
    draft.source = f"{post.source}\n\n{below}" if below else post.source
    draft.returned_because, draft.returned_at, draft.updated_at = reason, at, at
    session().flush()
    return draft


def _draft_to_change(member_id: int, group_id: int, thread_id: int | None, *, at: datetime) -> Draft:
    """Give the draft of a place, locked; an empty one where there is none."""
    place = _draft_at(member_id, group_id, thread_id)
    draft = session().scalar(sa.select(Draft).where(place).with_for_update())
    if draft is None:
        blank = {"title": "", "source": "", "content_note": "", "updated_at": at}
        draft = Draft(member_id=member_id, group_id=group_id, thread_id=thread_id, **blank)
        session().add(draft)
    return draft


def _as_text(words: DraftWords, *, beside: DraftWords) -> str:
    """Write words out as one text to stand below others; what those carry already is not said twice."""
    parts = (
        words.title and words.title != beside.title and f"## {words.title}",
        words.content_note and words.content_note != beside.content_note and f"Content note: {words.content_note}",
        words.wants and words.wants != beside.wants and f"Would like back: {words.wants.in_words}",
        words.source,
    )
    return "\n\n".join(part for part in parts if part)
