"""How a passage ends, whoever or whatever ends it. Called by actions and reactions, inside their transaction."""

from datetime import datetime

import sqlalchemy as sa

from community.db import announce, session
from community.groups.models import Group
from community.groups.queries import teachers_of
from community.notifications.actions import forget_subjects
from community.notifications.models import NoticeKind
from community.passages.facts import PassageChanged
from community.passages.models import Audience, Passage, PassageStatus
from community.threads.models import Post
from community.threads.standing import say_changed


def take_back(passage: Passage, *, at: datetime) -> None:
    """Destroy the words of a passage and its answer, and let open pages know; one taken back already is fine."""
    if not passage.is_shared:
        return
    passage.status, passage.withdrawn_at = PassageStatus.WITHDRAWN, at
    passage.sealed = passage.key_id = passage.answer = passage.answer_key_id = None
    passage.entry_id, passage.in_notebook = None, False
    session().flush()
    forget_subjects(kind=NoticeKind.PASSAGE, subjects=[str(passage.id)])
    say_reads_otherwise(passage)


def say_reads_otherwise(passage: Passage) -> None:
    """Let pages that are open ask again: of a thread by its first post, of the teachers by a signal of their own."""
    if passage.audience is Audience.TEACHERS:
        teachers = teachers_of(session().get_one(Group, passage.group_id))
        readers = {passage.author_id, *(teacher.id for teacher in teachers)}
        announce(PassageChanged(passage_id=passage.id, member_ids=tuple(sorted(readers))))
        return
    first = sa.select(Post).where(Post.thread_id == passage.thread_id, Post.is_opening.is_(True))
    opening = session().scalar(first)
    if opening is not None:
        say_changed(opening)
