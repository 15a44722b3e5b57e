"""What happens before a teacher comes to the desk, through the real door."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from community.db import session, transaction
from community.groups.models import Group, Holding
from community.members.models import Member
from community.moderation.models import Case, LogEntry
from community.threads.models import Post, PostStatus, Thread
from tests.doors import Browser
from tests.factories import inside, make_thread

Browsers = Callable[..., Browser]


def hold_everything(group: Group) -> None:
    """Let the group read each post before it stands."""
    with inside(), transaction() as rows:
        rows.get_one(Group, group.id).holding = Holding.EVERYTHING


def write(browser: Browser, thread: Thread, words: str) -> Post:
    """Write a post, and give the newest row by this writer."""
    answer = browser.post(f"/threads/{thread.id}/posts", source=words, write_key=str(uuid4()))
    assert answer.status_code == 303, browser.page
    assert browser.member is not None
    with inside():
        newest = sa.select(Post).where(Post.author_id == browser.member.id).order_by(Post.id.desc()).limit(1)
        return session().scalars(newest).one()


def held_post(browser: Browsers, group: Group, writer: Member, words: str = "Something I carry.") -> Post:
    """Let somebody write a post that waits for a reading."""
    hold_everything(group)
    return write(browser(writer), make_thread(group, writer), words)


def visible_post(group: Group, writer: Member, words: str = "It was hard to read.") -> Post:
    """Give a post that stands in a thread which somebody else began."""
    thread = make_thread(group, writer, title="Ten to the hour", posts=[(writer, "An opening."), (writer, words)])
    with inside():
        return session().scalars(sa.select(Post).where(Post.thread_id == thread.id, Post.position == 2)).one()


def bring(browser: Browser, post: Post, reason: str = "flag_unkind", words: str = "") -> None:
    """Bring a post to its teachers."""
    answer = browser.post(f"/posts/{post.id}/flags", reason=reason, words=words)
    assert answer.status_code == 303, browser.page


def ask_to_join(browser: Browser, group: Group, words: str = "I work in Porto.") -> None:
    """Ask to join a group that admits by request."""
    answer = browser.post(f"/groups/{group.slug}/requests", words=words)
    assert answer.status_code == 303, browser.page


def open_case() -> Case:
    """Give the one open case."""
    with inside():
        return session().scalars(sa.select(Case).where(Case.state == "open")).one()


def case(case_id: int) -> Case:
    """Read a case again."""
    with inside():
        return session().get_one(Case, case_id)


def status_of(post: Post) -> PostStatus:
    """Read where a post stands now."""
    with inside():
        return session().get_one(Post, post.id).status


def log_of(group: Group) -> list[LogEntry]:
    """Give a group's log, the oldest first."""
    with inside():
        return list(
            session().scalars(sa.select(LogEntry).where(LogEntry.group_id == group.id).order_by(LogEntry.number))
        )


def decide(browser: Browser, which: Case, verdict: str, words: str = "", **fields: Any) -> int:
    """Decide a case as a teacher who has just read it; gives the status."""
    given: dict[str, Any] = {"version": which.version, "verdict": verdict, "words": words, **fields}
    return browser.post(f"/cases/{which.id}/decision", **given).status_code


def notices(browser: Browser) -> str:
    """Read one's notices."""
    assert browser.get("/notices").status_code == 200
    return browser.page


def fields_of(page: str, action: str) -> dict[str, str]:
    """Give the hidden fields of the first form that leads to an address."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form, f"no form leads to {action}"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))
