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
from community.journal.models import JournalEntry, JournalSit
from community.journal.page import COLUMNS as BOXES
from community.journal.page import Systems, close
from community.members.models import Member, MemberStatus, SeenAs, Theme
from community.members.passwords import hashed
from community.practices.library import STARTER
from community.sits.models import Attendance, SeriesStatus, SitSeries
from community.text import RENDERER_VERSION, excerpt, safe_html
from community.threads.models import Post, PostStatus, ReadMark, Thread, Wants

AT_ONCE = 2_000
TEXTS = 50
SEED = 1987
HOUR = timedelta(hours=1)
A_WEEK = 7  # days
KEEP_JOURNALS = 10
WEEKLY_PLAN = "quiet_half_hour"
MARKED = 100  # so many members and threads at most have read marks between them
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
    """How much to make: ``posts`` are spread over ``threads``; ``deep`` and ``long_list`` come on top.

    ``journal`` is how many days ten members have kept a journal for.
    """

    members: int
    groups: int
    threads: int
    posts: int
    deep: int
    long_list: int
    password: str
    journal: int = 0


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
        _series(size, at=at)
        _threads(size, texts, at=at)
        _read_marks(size)
        _journals(size, at=at)
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
                "briefed_at": at - timedelta(days=365),
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


def _series(size: Size, *, at: datetime) -> None:
    """Let each group sit once a week, on its own evening, led by its teacher."""
    _insert(
        SitSeries,
        (
            {
                "group_id": number + 1,
                "title": "The evening sit",
                "plan": STARTER[WEEKLY_PLAN].plan.to_json(),
                "wall_start": f"{at - timedelta(days=14 + number % 7):%Y-%m-%d}T20:00:00",
                "zone": "Europe/Lisbon",
                "rrule": "FREQ=WEEKLY",
                "leader_id": number % size.members + 1,
                "made_by_id": number % size.members + 1,
                "status": SeriesStatus.PLANNED,
                "created_at": at - timedelta(days=20),
            }
            for number in range(_group_count(size))
        ),
    )


@dataclass(frozen=True)
class Planned:
    """A thread to be made: where, with how many posts, and how long before now the last of them was written."""

    group_id: int
    posts: int
    age: timedelta

    def written(self, position: int, *, at: datetime) -> datetime:
        """Give the moment of a post: they follow each other by the minute."""
        return at - self.age - timedelta(minutes=self.posts - position)


def _threads(size: Size, texts: list[Text], *, at: datetime) -> None:
    plan = list(_planned(size))
    _insert(Thread, (_thread(n, thread, size, texts, at=at) for n, thread in enumerate(plan)))
    posts = (
        _post(n, thread, position, size, texts, at=at)
        for n, thread in enumerate(plan)
        for position in range(1, thread.posts + 1)
    )
    _insert(Post, ({"id": number, **post} for number, post in enumerate(posts, start=1)))


def _planned(size: Size) -> Iterator[Planned]:
    """Spread the posts over the threads and the threads over the groups, so that each group has something new."""
    ordinary, more = divmod(size.posts, size.threads) if size.threads else (0, 0)
    for n in range(size.threads):
        yield Planned(n % size.groups + 1, max(1, ordinary + (n < more)), HOUR * (size.threads - n))
    if size.deep:
        yield Planned(1, size.deep, HOUR * 36)
    for n in range(size.long_list):
        yield Planned(size.groups + 1, 1, HOUR + timedelta(minutes=size.long_list - n))


def _thread(number: int, thread: Planned, size: Size, texts: list[Text], *, at: datetime) -> dict[str, Any]:
    return {
        "id": number + 1,
        "group_id": thread.group_id,
        "author_id": number % size.members + 1,
        "title": f"What the {number + 1}. hour asked of me",
        "excerpt": texts[number % TEXTS].excerpt,
        "wants": tuple(Wants)[number % 3],
        "status": PostStatus.VISIBLE,
        "last_position": thread.posts,
        "last_activity_at": thread.written(thread.posts, at=at),
        "created_at": thread.written(1, at=at),
    }


def _post(
    number: int, thread: Planned, position: int, size: Size, texts: list[Text], *, at: datetime
) -> dict[str, Any]:
    text, written = texts[(number + position - 1) % TEXTS], thread.written(position, at=at)
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
    """Let members have read nothing of some threads, half of others and the whole of others."""
    threads = session().execute(sa.select(Thread.id, Thread.last_position).order_by(Thread.id).limit(MARKED)).all()
    read = (0.0, 0.5, 1.0, 0.5)
    marks = (
        {"member_id": member, "thread_id": thread, "position": int(last * read[(member + thread) % 4])}
        for member in range(1, min(size.members, MARKED) + 1)
        for thread, last in threads
    )
    _insert(ReadMark, (mark for mark in marks if mark["position"]))


def _journals(size: Size, *, at: datetime) -> None:
    """Let the first members have sat each day, once a week with their group, and have written of every second sit."""
    for member in range(1, min(size.members, KEEP_JOURNALS) + 1):
        days = range(1, size.journal + 1)
        _insert(JournalSit, (_sat(member, day, size, at=at) for day in days))
        _insert(Attendance, (_attended(member, day, at=at) for day in days if not day % A_WEEK))
        _insert(JournalEntry, (_page(member, day, size, at=at) for day in days if day % 2))


def _sat(member: int, day: int, size: Size, *, at: datetime) -> dict[str, Any]:
    began, together = at - timedelta(days=day), not day % A_WEEK
    return {
        "id": _sit_id(member, day, size),
        "member_id": member,
        "began_at": began,
        "closing_at": began + HOUR / 2,
        "practice_key": WEEKLY_PLAN,
        "practice_version": 1,
        "title": STARTER[WEEKLY_PLAN].title,
        "group_id": 1 if together else None,
        "group_name": "Group 000" if together else None,
        "series_id": 1 if together else None,
        "planned_at": began.replace(microsecond=0) if together else None,
    }


def _attended(member: int, day: int, *, at: datetime) -> dict[str, Any]:
    began = (at - timedelta(days=day)).replace(microsecond=0)
    return {"series_id": 1, "starts_at": began, "member_id": member, "joined_at": began, "seen_as": SeenAs.NAME}


def _page(member: int, day: int, size: Size, *, at: datetime) -> dict[str, Any]:
    """Seal a page as its writer would have: all four sliders twice, and three places with words."""
    sit_id, words = _sit_id(member, day, size), [MIDDLES[(day + number) % len(MIDDLES)] for number in range(3)]
    entry = JournalEntry(id=sit_id, member_id=member)
    before, after = (Systems(*(5 * ((day * each + more) % 21) for each in range(1, 5))) for more in (0, 7))
    close(entry, dict(zip(BOXES, (before.written(), after.written(), *words), strict=True)))
    written = at - timedelta(days=day) + HOUR
    boxes = {column: getattr(entry, column) for column in BOXES}
    return {"id": sit_id, "member_id": member, "sit_id": sit_id, "key_id": entry.key_id, "written_at": written, **boxes}


def _sit_id(member: int, day: int, size: Size) -> int:
    return (member - 1) * size.journal + day


def _set_sequences() -> None:
    """Tell PostgreSQL where its counters stand, since the rows brought their own ids."""
    if session().get_bind().dialect.name != "postgresql":
        return
    for table in (
        "members",
        "groups",
        "agreements",
        "sit_series",
        "threads",
        "posts",
        "journal_sits",
        "journal_entries",
    ):
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
    if size.journal:
        pages["journal"] = "/journal"
    if size.deep:
        pages["deep_first"], pages["deep_last"] = f"/threads/{deep}?page=1", f"/threads/{deep}?page=last"
    if size.long_list:
        pages["long_list"] = "/groups/long-list"
    return pages
