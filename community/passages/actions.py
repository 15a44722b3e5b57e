"""What members do with passages of their journals, and how a teacher answers one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from community.db import session
from community.errors import Conflict, Invalid, TooOften
from community.groups.models import Group
from community.members.models import Member
from community.notifications.actions import notify
from community.notifications.models import NoticeKind
from community.passages import queries, standing
from community.passages.models import ANSWER_LENGTH, Audience, Passage
from community.passages.wording import opening_text, passage_words, thread_title_of
from community.permissions import Act, require
from community.seals import place_of, seal
from community.text import tidy
from community.threads import actions as threads
from community.threads.models import Wants

PASSAGES_AN_HOUR = 12
HOUR = timedelta(hours=1)
PANEL = "passage"  # the name under which a passage lies over its thread


@dataclass(frozen=True)
class Chosen:
    """What is shared: words from a page of the writer's own, what they would like back, and the form's own key."""

    entry_id: int
    words: str = field(repr=False)
    wants: Wants | None
    write_key: str


class SharedAlready(Conflict):
    """A page's key came back with other words, or after its passage was taken back."""

    sentence = "From this page a passage was shared already. If these words are meant as well, share them once more."


class OthersWouldRead(Conflict):
    """Between looking and sharing somebody began or ceased to teach the group."""

    sentence = "Who would read this has changed since you looked. Look once more before you share it."


def share_with_group(
    *,
    by: Member,
    group: Group,
    chosen: Chosen,
    at: datetime,
    in_notebook: bool = False,
) -> Passage:
    """Share a passage with the people of a group: a thread opens there, with the passage above its first post.

    The same key and words again give the passage that is there; raises SharedAlready for a known key with other words,
    TooOften, and Invalid for ``source``.
    """
    require(by, Act.SHARE_WITH_GROUP, group, at=at)
    passage = _passage(chosen, by=by, group=group, audience=Audience.GROUP, at=at)
    if passage.thread_id is not None:
        return passage
    if in_notebook:
        require(by, Act.KEEP_NOTEBOOK, passage, at=at)
    thread = threads.open_thread(
        by=by,
        group=group,
        title=thread_title_of(by.name),
        text=opening_text(),
        wants=chosen.wants,
        began_from=None,
        panel=PANEL,
        at=at,
    )
    passage.thread_id = thread.id
    if in_notebook:
        _put_in(passage)
    session().flush()
    return passage


def share_with_teachers(
    *,
    by: Member,
    group: Group,
    chosen: Chosen,
    seen_by: str,
    at: datetime,
) -> Passage:
    """Share a passage with those who teach a group, and tell them that it is there.

    ``seen_by`` is what ``Reach.seen_by`` said when the writer looked: raises OthersWouldRead if it is not so any more,
    and otherwise what ``share_with_group`` raises.
    """
    require(by, Act.SHARE_WITH_TEACHERS, group, at=at)
    teachers = tuple(queries.teachers_beside(by, group))
    if not teachers:
        raise Invalid("Nobody else teaches this group just now.", field="reach")
    if seen_by != queries.Reach(Audience.TEACHERS, group, teachers).seen_by:
        raise OthersWouldRead
    passage = _passage(chosen, by=by, group=group, audience=Audience.TEACHERS, at=at)
    notify(
        member_ids=[teacher.id for teacher in teachers],
        kind=NoticeKind.PASSAGE,
        subject=str(passage.id),
        group_id=group.id,
        event_key=f"passage:{passage.id}",
        at=at,
    )
    return passage


def withdraw_passage(*, by: Member, passage: Passage, at: datetime) -> Passage:
    """Take a passage back: its words are gone at once and everywhere; once more is fine."""
    require(by, Act.WITHDRAW_PASSAGE, passage, at=at)
    standing.take_back(passage, at=at)
    return passage


def answer_passage(*, by: Member, passage: Passage, words: str, at: datetime) -> Passage:
    """Answer a passage that was shared with the teachers, once for all of them, and tell its writer."""
    require(by, Act.ANSWER_PASSAGE, passage, at=at)
    said = tidy(words).strip()
    if not said or len(said) > ANSWER_LENGTH:
        raise Invalid(f"Say it in a few words, at most {ANSWER_LENGTH:,} characters.", field="words")
    if passage.answered_at is not None:
        who = passage.answered_by.name if passage.answered_by else "Another teacher"
        raise Conflict(f"{who} has answered already. Nothing was sent; your words are here.")
    sealed = seal(said, bound_to=place_of(queries.TABLE, "answer", owner_id=passage.author_id, row_id=passage.id))
    passage.answer_key_id, passage.answer = sealed.key_id, sealed.box
    passage.answered_by, passage.answered_at = by, at
    session().flush()
    notify(
        member_ids=[passage.author_id],
        kind=NoticeKind.PASSAGE,
        subject=str(passage.id),
        group_id=passage.group_id,
        event_key=f"passage:{passage.id}:answered",
        at=at,
    )
    standing.say_reads_otherwise(passage)
    return passage


def put_in_notebook(*, by: Member, passage: Passage, at: datetime) -> None:
    """Put a passage on Today for the people of its group, in the place of an earlier one by the same teacher."""
    require(by, Act.KEEP_NOTEBOOK, passage, at=at)
    _put_in(passage)


def take_out_of_notebook(*, by: Member, passage: Passage, at: datetime) -> None:
    """Take a passage off Today; it stays in its thread."""
    require(by, Act.TAKE_OUT_OF_NOTEBOOK, passage, at=at)
    passage.in_notebook = False
    session().flush()
    standing.say_reads_otherwise(passage)


def _put_in(passage: Passage) -> None:
    session().execute(
        sa.update(Passage)
        .where(Passage.author_id == passage.author_id, Passage.group_id == passage.group_id, Passage.in_notebook)
        .values(in_notebook=False)
    )
    passage.in_notebook = True
    session().flush()


def _passage(chosen: Chosen, *, by: Member, group: Group, audience: Audience, at: datetime) -> Passage:
    """Make the row, sealed for its own place; or give the one that this key made before."""
    said = passage_words(chosen.words)
    mine = sa.select(Passage).where(Passage.author_id == by.id)
    first = session().scalar(mine.where(Passage.write_key == chosen.write_key))
    if first is not None:
        if (first.group_id, first.audience) != (group.id, audience) or queries.opened(first).words != said:
            raise SharedAlready
        return first
    lately = mine.with_only_columns(Passage.id).where(Passage.shared_at > at - HOUR).limit(PASSAGES_AN_HOUR)
    if len(session().scalars(lately).all()) >= PASSAGES_AN_HOUR:
        sentence = (
            f"That was {PASSAGES_AN_HOUR} passages within an hour. Your words are here; share them a little later."
        )
        raise TooOften(sentence, retry_after_seconds=600)
    passage = Passage(
        author=by,
        group=group,
        entry_id=chosen.entry_id,
        audience=audience,
        wants=chosen.wants,
        write_key=chosen.write_key,
        shared_at=at,
        in_notebook=False,
    )
    session().add(passage)
    session().flush()  # its number is part of what it is sealed for
    sealed = seal(said, bound_to=place_of(queries.TABLE, "sealed", owner_id=by.id, row_id=passage.id))
    passage.key_id, passage.sealed = sealed.key_id, sealed.box
    session().flush()
    return passage
