"""What else ends a passage: its page is erased, its writer leaves the group, or its thread's first post goes.

``community.reactions`` connects the ``on_…``.
"""

import sqlalchemy as sa

from community import clock
from community.db import announce, session
from community.groups.facts import MemberLeft, TeacherReleased
from community.journal.facts import JournalErased, PageErased
from community.passages.facts import PassageChanged
from community.passages.models import Audience, Passage, PassageStatus
from community.passages.standing import take_back
from community.threads.facts import PostReturned, PostWithdrawn
from community.threads.models import Post


def on_page_erased(fact: PageErased) -> None:
    """Take back what was shared of a page that goes."""
    _take_back(Passage.entry_id == fact.entry_id)


def on_journal_erased(fact: JournalErased) -> None:
    """Take back all that was shared of a journal that goes."""
    _take_back(Passage.author_id == fact.member_id)


def on_member_left(fact: MemberLeft) -> None:
    """Take back what a member shared in a group that they belong to no more."""
    _take_back(Passage.author_id == fact.member_id, Passage.group_id == fact.group_id)


def on_teacher_released(fact: TeacherReleased) -> None:
    """Let the pages that they have open ask again: what is shared with those who teach is not for them any more."""
    for_teachers = sa.and_(Passage.audience == Audience.TEACHERS, Passage.status == PassageStatus.SHARED)
    theirs = sa.select(Passage.id).where(Passage.group_id == fact.group_id, for_teachers)
    for passage_id in session().scalars(theirs.order_by(Passage.id)):
        announce(PassageChanged(passage_id=passage_id, member_ids=(fact.member_id,)))


def on_first_post_gone(fact: PostWithdrawn | PostReturned) -> None:
    """Take back a passage with the first post of its thread, which does not come back."""
    first = sa.exists().where(Post.id == fact.post_id, Post.is_opening.is_(True))
    _take_back(Passage.thread_id == fact.thread_id, first)


def _take_back(*which: sa.ColumnElement[bool]) -> None:
    # A fact holds ids only, so the moment is asked for here, as in a door.
    at = clock.now()
    shared = sa.select(Passage).where(Passage.status == PassageStatus.SHARED, *which).order_by(Passage.id)
    for passage in session().scalars(shared.with_for_update()).all():
        take_back(passage, at=at)
