"""Writing down what teachers do: the only place that adds to the log."""

from datetime import datetime

from community.db import insert_into, session
from community.members.models import Member
from community.moderation.chain import hash_of
from community.moderation.models import LogAct, LogEntry, LogHead, LogSubject


def write_down(
    *,
    by: Member,
    act: LogAct,
    group_id: int,
    about_id: int,
    subject: tuple[LogSubject, int],
    at: datetime,
    words: str = "",
    until: datetime | None = None,
) -> LogEntry:
    """Add an entry to a group's log, numbered and chained under the lock of that log's head."""
    head = _locked_head(group_id)
    said = {
        "group_id": group_id,
        "number": head.number + 1,
        "actor_id": by.id,
        "about_id": about_id,
        "act": act,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "words": words,
        "until": until,
        "at": at,
        "before_hash": head.hash,
    }
    entry = LogEntry(**said, hash=hash_of(said))
    session().add(entry)
    head.number, head.hash = entry.number, entry.hash
    session().flush()
    return entry


def _locked_head(group_id: int) -> LogHead:
    """Give the head of a group's log; whoever else would write to this log waits until we have committed."""
    session().execute(insert_into(LogHead).values(group_id=group_id).on_conflict_do_nothing())
    return session().get_one(LogHead, group_id, with_for_update=True, populate_existing=True)
