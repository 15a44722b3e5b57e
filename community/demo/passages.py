"""Letting two of the demo's people keep a page of their journals, and share a passage of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from community.db import session
from community.groups.models import Group
from community.journal import actions as journal
from community.journal import queries
from community.members.models import Member
from community.passages import actions as passages
from community.threads import actions as threads
from community.threads.models import Thread, Wants
from community.threads.wording import PostText


def share_passages(
    story: Sequence[dict[str, Any]],
    *,
    people: Mapping[str, Member],
    groups: Mapping[str, Group],
    texts: Mapping[str, PostText],
    at: datetime,
) -> None:
    """Let each write a page, share a passage of it with a group, and be answered."""
    for told in story:
        _share(told, people, groups[told["group"]], texts, at)


def _share(
    told: dict[str, Any], people: Mapping[str, Member], group: Group, texts: Mapping[str, PostText], at: datetime
) -> None:
    by, moment = people[told["by"]], at - timedelta(days=told["days"], minutes=47)
    page_id = _page(told, by, at=moment)
    wants = Wants(told["wants"]) if "wants" in told else None
    key = f"{told['by']:-<36}"  # nobody sends this form again
    chosen = passages.Chosen(page_id, told["shared"], wants, key)
    in_notebook = told.get("notebook", False)
    passage = passages.share_with_group(
        by=by, group=group, chosen=chosen, in_notebook=in_notebook, at=moment + timedelta(minutes=12)
    )
    thread = session().get_one(Thread, passage.thread_id)
    for answer in told["answers"]:
        written_at = moment + timedelta(hours=answer["after"], minutes=9)
        threads.write_post(by=people[answer["by"]], thread=thread, text=texts[answer["words"]], at=written_at)


def _page(told: dict[str, Any], by: Member, *, at: datetime) -> int:
    """Give the page that the passage is of: one that stands in the journal already, or a new one."""
    if "body" not in told:
        return next(page.id for page in queries.entries_of(by) if told["shared"] in page.thought)
    words = (told["body"], told["feeling"], told["thought"])
    return journal.write_page(by=by, body=words[0], feeling=words[1], thought=words[2], at=at).id
