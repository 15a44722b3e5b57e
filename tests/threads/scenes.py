"""What the stories about threads share: ways to write through the real door, and a look at the rows behind it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import undefer
from werkzeug.test import TestResponse

from community.clock import now
from community.db import session, transaction
from community.groups.models import Group, Membership
from community.members.models import Member
from community.notifications.models import Notice, NoticeKind
from community.threads.models import Draft, HeldFor, Post, PostStatus, ReadMark, Thread
from tests.doors import Browser
from tests.factories import inside, make_post, make_thread

Browsers = Callable[..., Browser]
Statements = Callable[[], AbstractContextManager[list[str]]]
Row = TypeVar("Row")


def reply(browser: Browser, thread: Thread, words: str = "I know this lean.", **fields: Any) -> TestResponse:
    """Send the reply form as a page would, with a key of its own unless one is given."""
    sent = {"source": words, "write_key": str(uuid4()), "read_to": str(thread.last_position), **fields}
    return browser.post(f"/threads/{thread.id}/posts", **sent)


def begin(
    browser: Browser, group: Group, title: str = "The lean", words: str = "I lean.", **fields: Any
) -> TestResponse:
    """Send the form of a new thread."""
    sent = {"title": title, "source": words, "wants": "", "write_key": str(uuid4()), **fields}
    return browser.post(f"/groups/{group.slug}/threads", **sent)


def place_of(answer: TestResponse) -> tuple[str, int]:
    """Give the page that an answer leads to, and the id of the post on it."""
    path, _, anchor = answer.headers["Location"].partition("#")
    return path, int(anchor.removeprefix("post-"))


def fresh(row: Row) -> Row:
    """Give a row as it is now."""
    with inside():
        identity = sa.inspect(row).identity
        found = session().get(type(row), identity)
        assert found is not None
        return found


def change(row: Any, **fields: Any) -> None:
    """Change a row behind everybody's back."""
    with inside(), transaction():
        found = session().get_one(type(row), sa.inspect(row).identity)
        for name, value in fields.items():
            setattr(found, name, value)


def membership(member: Member, group: Group) -> Membership:
    """Give a membership as it is now."""
    with inside():
        return session().get_one(Membership, (group.id, member.id))


def mute(member: Member, group: Group) -> None:
    """Let a member be muted for a day."""
    change(membership(member, group), muted_until=now() + timedelta(days=1))


def posts_in(thread: Thread) -> list[Post]:
    """Give all posts of a thread, in the order of their writing."""
    with inside():
        whole = sa.select(Post).options(undefer(Post.source))
        return list(session().scalars(whole.where(Post.thread_id == thread.id).order_by(Post.id)))


def threads_in(group: Group) -> list[Thread]:
    """Give all threads of a group."""
    with inside():
        return list(session().scalars(sa.select(Thread).where(Thread.group_id == group.id).order_by(Thread.id)))


def drafts_of(member: Member) -> list[Draft]:
    """Give what a member has begun to write."""
    with inside():
        return list(session().scalars(sa.select(Draft).where(Draft.member_id == member.id)))


def mark_of(member: Member, thread: Thread) -> int | None:
    """Give how far a member has read."""
    with inside():
        found = session().get(ReadMark, (member.id, thread.id))
        return found.position if found else None


def held_post(thread: Thread, author: Member, words: str = "I am new here.") -> Post:
    """Make a reply that waits for a teacher."""
    return make_post(thread, author, words, status=PostStatus.HELD, held_for=HeldFor.EVERYTHING)


def long_thread(group: Group, author: Member, count: int, **fields: Any) -> Thread:
    """Make a thread of so many posts, in one go."""
    thread = make_thread(group, author, posts=[(author, "I lean.")], **fields)
    first = posts_in(thread)[0]
    with inside(), transaction():
        columns = {"thread_id": thread.id, "author_id": author.id, "source": "x", "html": "<p>x</p>", "renderer": 1}
        moments = {"created_at": first.created_at, "published_at": first.created_at}
        rows = [
            {**columns, **moments, "position": number, "status": PostStatus.VISIBLE, "content_note": "", "version": 1}
            for number in range(2, count + 1)
        ]
        session().execute(sa.insert(Post), rows)
        session().get_one(Thread, thread.id).last_position = count
    return fresh(thread)


def shown_posts(page: str) -> list[int]:
    """Give the ids of the posts on a page, in their order."""
    return [int(number) for number in re.findall(r'<article class="post" id="post-(\d+)"', page)]


def article(page: str, post: Post) -> str:
    """Give the part of a page that one post is."""
    found = re.search(rf'<article class="post" id="post-{post.id}".*?</article>', page, re.DOTALL)
    assert found is not None, f"post {post.id} is not on the page"
    return found[0]


def told(member: Member) -> list[str]:
    """Give the ids of the posts that a member was told of."""
    with inside():
        mine = sa.select(Notice.subject).where(Notice.member_id == member.id, Notice.kind == NoticeKind.REPLY)
        return list(session().scalars(mine))
