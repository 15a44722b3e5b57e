"""Data for measurements: many rows fast, always the same ones, from some fifty texts rendered once.

The rows go in by bulk INSERT and not through the actions, which would take hours. They are what the actions would
have written: positions without gaps, counters that agree, everybody in every group under its agreement.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from community.db import Base, session, transaction
from community.errors import Conflict
from community.groups.models import Agreement, Belonging, Group, GroupKind, GroupStatus, Holding, Membership, Role
from community.members.models import Member, MemberStatus, SeenAs, Theme
from community.members.passwords import hashed
from community.text import RENDERER_VERSION, excerpt, safe_html
from community.threads.models import Post, PostStatus, ReadMark, Thread, Wants

AT_ONCE = 2_000
TEXTS = 50
SEED = 1987
OPENINGS = (
    "I noticed it first in my shoulders, and only later in what I said.",
    "The hour ended, and I was still sitting in it on the way home.",
    "There was a pause, and for once I did not fill it.",
    "I keep a cushion in the corner of my room and look at it more than I use it.",
    "What I had read as patience was partly fear, and that was a relief to see.",
)
MIDDLES = (
    "I sat for twelve minutes before the next appointment and let the out-breath be a little longer.",
    "My supervisor asked what my own body had been doing meanwhile, and I had no answer.",
    "When the bell rang I found that I had been holding the edge of the chair with both hands.",
    "It helped to name the pull, and it helped more that somebody else in the group knew it.",
    "I wrote three lines afterwards: what happened, where I felt it, and what it asked of me.",
    "The kind sentence did not arrive in my own voice at first; it borrowed a teacher’s.",
    "None of this was dramatic, and I would have told nobody if there were no place for it.",
)
ENDINGS = (
    "I would like to hear from anyone who knows this.",
    "That is all; I wanted to put it down where it is not strange.",
    "I shall try it again on Thursday and say what I find.",
    "No advice for now, please, only company.",
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much to make: ``posts`` are spread over ``threads``; ``deep`` and ``long_list`` come on top."""

    members: int
    groups: int
    threads: int
    posts: int
    deep: int
    long_list: int
    password: str


@dataclass(frozen=True)
class Text:
    """A text rendered once."""

    source: str
    html: str
    excerpt: str


def fill(size: Size, *, at: datetime) -> dict[str, Any]:
    """Fill a fresh database and give the addresses to measure; raises Conflict where it is not fresh."""
    if session().scalar(sa.select(Member.id).limit(1)) is not None:
        raise Conflict("This database has members already. Choose an empty one: DATA=some/new/folder")
    password_hash, texts = hashed(size.password), rendered_texts()
    with transaction():
        _members(size, password_hash, at=at)
        _groups(size, texts[0], at=at)
        _memberships(size, at=at)
        _threads(size, texts, at=at)
        _read_marks(size)
        _set_sequences()
    return _pages(size)


def rendered_texts() -> list[Text]:
    """Give the texts, some 570 characters each, the same ones every time."""
    dice = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    found = []
    for _ in range(TEXTS):
        middle = " ".join(dice.sample(MIDDLES, 4))
        manner = dice.choice(("slowly", "quietly", "again"))
        source = f"{dice.choice(OPENINGS)}\n\n{middle} *{manner}*.\n\n{dice.choice(ENDINGS)}"
        html = safe_html(source)
        found.append(Text(source, html, excerpt(html)))
    return found


def _members(size: Size, password_hash: str, *, at: datetime) -> None:
    _insert(
        Member,
        (
            {
                "id": number + 1,
                "email": f"user{number:03d}@example.org",
                "name": f"Member {number:03d}",
                "pronouns": "",
                "profession": "psychotherapist",
                "zone": "Europe/Lisbon",
                "password_hash": password_hash,
                "status": MemberStatus.ACTIVE,
                "is_admin": False,
                "seen_as": SeenAs.NAME,
                "theme": Theme.SYSTEM,
                "created_at": at - timedelta(days=365),
            }
            for number in range(size.members)
        ),
    )


def _group_count(size: Size) -> int:
    return size.groups + (1 if size.long_list else 0)


def _groups(size: Size, text: Text, *, at: datetime) -> None:
    since, count = at - timedelta(days=300), _group_count(size)
    _insert(
        Group,
        (
            {
                "id": number + 1,
                "slug": f"group-{number:03d}" if number < size.groups else "long-list",
                "name": f"Group {number:03d}" if number < size.groups else "Long list",
                "purpose": "For those who practise ending an hour.",
                "kind": GroupKind.OPEN,
                "status": GroupStatus.ACTIVE,
                "zone": "Europe/Lisbon",
                "holding": Holding.NOTHING,
                "held_first_posts": 1,
                "agreement_version": 1,
                "agreement_excerpt": text.excerpt,
                "created_at": since,
            }
            for number in range(count)
        ),
    )
    _insert(
        Agreement,
        (
            {
                "id": number + 1,
                "group_id": number + 1,
                "version": 1,
                "source": text.source,
                "html": text.html,
                "made_by_id": 1,
                "created_at": since,
            }
            for number in range(count)
        ),
    )


def _memberships(size: Size, *, at: datetime) -> None:
    since = at - timedelta(days=300)
    _insert(
        Membership,
        (
            {
                "group_id": group + 1,
                "member_id": member + 1,
                "role": Role.TEACHER if member == group % size.members else Role.MEMBER,
                "status": Belonging.ACTIVE,
                "agreed_version": 1,
                "agreed_at": since,
                "joined_at": since,
                "posts_let_through": 10,
            }
            for group in range(_group_count(size))
            for member in range(size.members)
        ),
    )


def _threads(size: Size, texts: list[Text], *, at: datetime) -> None:
    since = at - timedelta(days=200)
    ordinary = max(1, size.posts // size.threads) if size.threads else 0
    wanted = [ordinary + (1 if n < size.posts - ordinary * size.threads else 0) for n in range(size.threads)]
    plan = [(n % size.groups + 1, count) for n, count in enumerate(wanted)]
    if size.deep:
        plan.append((1, size.deep))
    plan += [(size.groups + 1, 1)] * size.long_list
    _insert(Thread, (_thread(n, group, count, size, texts, since=since) for n, (group, count) in enumerate(plan)))
    posts = (
        _post(n, position, size, texts, since=since)
        for n, (_, count) in enumerate(plan)
        for position in range(1, count + 1)
    )
    _insert(Post, ({"id": number, **post} for number, post in enumerate(posts, start=1)))


def _thread(
    number: int, group_id: int, count: int, size: Size, texts: list[Text], *, since: datetime
) -> dict[str, Any]:
    return {
        "id": number + 1,
        "group_id": group_id,
        "author_id": number % size.members + 1,
        "title": f"What the {number + 1}. hour asked of me",
        "excerpt": texts[number % TEXTS].excerpt,
        "wants": tuple(Wants)[number % 3],
        "status": PostStatus.VISIBLE,
        "last_position": count,
        "last_activity_at": since + timedelta(seconds=number * 60 + count),
        "created_at": since + timedelta(seconds=number * 60),
    }


def _post(number: int, position: int, size: Size, texts: list[Text], *, since: datetime) -> dict[str, Any]:
    text, written = texts[(number + position - 1) % TEXTS], since + timedelta(seconds=number * 60 + position)
    return {
        "thread_id": number + 1,
        "author_id": (number + position - 1) % size.members + 1,
        "position": position,
        "is_opening": position == 1,
        "source": text.source,
        "html": text.html,
        "renderer": RENDERER_VERSION,
        "content_note": "",
        "status": PostStatus.VISIBLE,
        "version": 1,
        "created_at": written,
        "published_at": written,
    }


def _read_marks(size: Size) -> None:
    """Let the first member have read half of each of the first threads, so that there is something unread."""
    rows = session().execute(sa.select(Thread.id, Thread.last_position).order_by(Thread.id).limit(size.threads))
    _insert(
        ReadMark,
        ({"member_id": 1, "thread_id": thread, "position": last // 2} for thread, last in rows if last > 1),
    )


def _set_sequences() -> None:
    """Tell PostgreSQL where its counters stand, since the rows brought their own ids."""
    if session().get_bind().dialect.name != "postgresql":
        return
    for table in ("members", "groups", "agreements", "threads", "posts"):
        session().execute(
            sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) FROM {table}")  # noqa: S608
        )


def _insert(model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    for batch in _batches(rows):
        session().execute(sa.insert(model), batch)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while batch := list(islice(source, AT_ONCE)):
        yield batch


def _pages(size: Size) -> dict[str, Any]:
    """Give the addresses worth measuring."""
    deep = size.threads + 1
    pages: dict[str, Any] = {
        "sign_in": {"email": "user000@example.org", "password": "as given"},
        "today": "/",
        "group": "/groups/group-000",
        "thread": "/threads/1",
        "reply": "/threads/1/posts",
    }
    if size.deep:
        pages["deep_first"], pages["deep_last"] = f"/threads/{deep}?page=1", f"/threads/{deep}?page=last"
    if size.long_list:
        pages["long_list"] = "/groups/long-list"
    return pages
