"""People and things for tests, made as rows: what a test is about goes through the real door."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask

from community.clock import now
from community.db import session, transaction
from community.groups.models import Agreement, Group, GroupKind, Membership, Role
from community.members.models import Member, SeenAs
from community.members.passwords import hashed
from community.practices.library import STARTER
from community.practices.models import PracticeVersion, WrittenPractice
from community.sits.models import SitSeries
from community.sits.recurrence import sit_key
from community.text import RENDERER_VERSION, excerpt, safe_html
from community.threads.models import Post, PostStatus, Thread

PASSWORD = "a kettle of seven herons"

Row = TypeVar("Row")

house: dict[str, Flask] = {}


@contextmanager
def inside() -> Iterator[None]:
    """Stand inside the application, as a request would; what is loaded is detached afterwards."""
    with house["app"].app_context():
        yield


@functools.cache
def password_hash() -> str:
    return hashed(PASSWORD)


def make_member(name: str, **fields: Any) -> Member:
    """Make a member who may sign in with PASSWORD; the address is made from the name."""
    fields = {
        "email": name.lower().replace(" ", ".") + "@example.org",
        "password_hash": password_hash(),
        "zone": "Europe/Lisbon",
        "seen_as": SeenAs.NAME,
        "created_at": now(),
        "briefed_at": now(),
        **fields,
    }
    member = Member(name=name, **fields)
    return _kept(member)


def make_group(
    name: str,
    *,
    kind: GroupKind = GroupKind.OPEN,
    teachers: Sequence[Member] = (),
    members: Sequence[Member] = (),
    agreed: bool = True,
    **fields: Any,
) -> Group:
    """Make a group with its agreement; everybody in it has accepted unless ``agreed`` is False."""
    at = now()
    made_by = teachers[0] if teachers else make_member(f"Keeper of {name}")
    fields = {
        "slug": name.lower().replace(" ", "-"),
        "purpose": f"For those who practise {name.lower()}.",
        "zone": "Europe/Lisbon",
        "agreement_version": 1,
        "created_at": at,
        **fields,
    }
    group = _kept(Group(name=name, kind=kind, **fields))
    words = "We keep what is said here. We leave clients out of it."
    _kept(
        Agreement(
            group_id=group.id, version=1, source=words, html=safe_html(words), made_by_id=made_by.id, created_at=at
        )
    )
    for member in teachers:
        join(member, group, role=Role.TEACHER, agreed=agreed)
    for member in members:
        join(member, group, agreed=agreed)
    return group


def join(member: Member, group: Group, *, role: Role = Role.MEMBER, agreed: bool = True, **fields: Any) -> Membership:
    """Let a member belong to a group."""
    at = now()
    version = group.agreement_version if agreed else 0
    return _kept(
        Membership(
            group_id=group.id,
            member_id=member.id,
            role=role,
            agreed_version=version,
            agreed_at=at if agreed else None,
            joined_at=at - timedelta(days=30),
            posts_let_through=fields.pop("posts_let_through", 5),
            **fields,
        )
    )


def make_thread(
    group: Group, author: Member, *, title: str = "The lean", posts: Sequence[tuple[Member, str]] = (), **fields: Any
) -> Thread:
    """Make a thread whose first post is by ``author``, and further visible posts."""
    entries = [(author, "I would like to be heard."), *posts] if not posts or posts[0][0].id != author.id else [*posts]
    at = fields.pop("at", datetime(2026, 11, 20, 9, tzinfo=UTC))
    thread = _kept(
        Thread(
            group_id=group.id,
            author_id=author.id,
            title=title,
            excerpt=excerpt(safe_html(entries[0][1])),
            last_position=len(entries),
            last_activity_at=at + timedelta(minutes=len(entries)),
            created_at=at,
            **fields,
        )
    )
    for number, (by, words) in enumerate(entries, start=1):
        make_post(thread, by, words, position=number, is_opening=number == 1, at=at + timedelta(minutes=number))
    return thread


def make_post(thread: Thread, author: Member, words: str = "I know this.", **fields: Any) -> Post:
    """Make one post row as given; the thread's counters are the caller's."""
    at = fields.pop("at", now())
    status = fields.pop("status", PostStatus.VISIBLE)
    return _kept(
        Post(
            thread_id=thread.id,
            author_id=author.id,
            source=words,
            html=safe_html(words),
            renderer=RENDERER_VERSION,
            status=status,
            created_at=at,
            published_at=at if status is not PostStatus.HELD else None,
            **fields,
        )
    )


def plan_sit(group: Group, by: Member, *, begins_in: timedelta = timedelta(minutes=5), **fields: Any) -> str:
    """Put a sit in the calendar and give its key."""
    starts = (now() + begins_in).replace(microsecond=0)
    wall = starts.astimezone(ZoneInfo("Europe/Lisbon")).replace(tzinfo=None)
    plan = STARTER[fields.pop("plan", "quiet_half_hour")].plan
    with inside(), transaction():
        series = SitSeries(
            group_id=group.id,
            title=fields.pop("title", "Evening sit"),
            plan=plan.to_json(),
            wall_start=wall.isoformat(),
            zone="Europe/Lisbon",
            made_by_id=by.id,
            created_at=fields.pop("created_at", now()),
            **fields,
        )
        session().add(series)
    return sit_key(series.id, starts)


def make_practice(
    group: Group, by: Member, *, title: str = "The last five minutes", after: WrittenPractice | None = None, **said: Any
) -> WrittenPractice:
    """Write a practice for a group, with a plan of our own in it, or the next version of one that is there."""
    version = after.version + 1 if after else 1
    practice = after or _kept(WrittenPractice(group_id=group.id, version=version, created_at=now()))
    like = STARTER[said.pop("like", "soothing_rhythm_breathing")]
    said = {
        "lead": "Ending kindly.",
        "about": "For the hour that runs over.",
        "meets": [],
        "teacher_led": False,
        **said,
    }
    plan = like.plan.to_json() | {"id": practice.key, "title": title, "version": version}
    _kept(
        PracticeVersion(
            practice_id=practice.id,
            version=version,
            title=title,
            plan=said.pop("plan", plan),
            nourishes=said.pop("nourishes", like.nourishes),
            about_html=safe_html(said["about"]),
            written_by_id=by.id,
            written_at=said.pop("written_at", now()),
            **said,
        )
    )
    with inside(), transaction():
        session().execute(sa.update(WrittenPractice).values(version=version).where(WrittenPractice.id == practice.id))
    practice.version = version
    return practice


def _kept(row: Row) -> Row:
    with inside(), transaction():
        session().add(row)
    return row
