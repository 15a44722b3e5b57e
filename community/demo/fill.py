"""Filling an empty database with the demo community, through the same actions that people use."""

import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.demo.following import follow_programmes
from community.demo.journals import keep_journals
from community.demo.passages import share_passages
from community.demo.written import read_versions, write_practices
from community.groups import actions as groups
from community.groups.agreement import FIRST_WORDS, agreement_text
from community.groups.models import Group, GroupKind, Holding
from community.groups.queries import membership_in, teachers_of
from community.members import actions as members
from community.members.models import Member, SeenAs
from community.members.passwords import hashed
from community.moderation import actions as moderation
from community.moderation.models import ReasonKind
from community.practices.library import STARTER, Practice
from community.sits import actions as sits
from community.sits import changes
from community.sits.models import ChangeKind, SitSeries
from community.sits.recurrence import Rule, validated
from community.sits.sit import sits_of
from community.threads import actions as threads
from community.threads.models import Post, Wants
from community.threads.wording import post_text, thread_title

FOLDER = Path(__file__).parent
BEGAN = timedelta(days=60)  # the community is this old when it is made
JOINED = timedelta(days=40)
SITTING_FOR = timedelta(weeks=5)


@dataclass
class Cast:
    """Who and what has been made so far, by key."""

    at: datetime
    people: dict[str, Member] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    posts: dict[tuple[str, int], Post] = field(default_factory=dict)


@cache
def story() -> dict[str, Any]:
    """Read the people, the groups and what they wrote."""
    found: dict[str, Any] = {}
    for name in ("people.toml", "threads.toml", "passages.toml"):
        found |= tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def fill() -> bool:
    """Make the demo community in an empty database, in one transaction; False where somebody lives there already."""
    if session().scalar(sa.select(Member.id).limit(1)) is not None:
        return False
    # Nobody signs in with a password here: one steps in by the demo's own door.
    password_hash = hashed(secrets.token_urlsafe(24))
    texts = {post["words"]: post_text(post["words"], content_note=post.get("note", "")) for post in _posts()}
    agreement, practice = agreement_text(FIRST_WORDS), read_versions()
    with transaction():
        cast = Cast(at=now().replace(second=0, microsecond=0))
        for person in story()["people"]:
            _person(cast, person, password_hash)
        for group in story()["groups"]:
            _group(cast, group, agreement)
        for sit in story()["sits"]:
            _weekly(cast, sit)
        write_practices(practice, cast.people, cast.groups["ending"], plan_a_sit=partial(_fridays, cast), at=cast.at)
        _call_off_one(cast)
        _open_room(cast)
        follow_programmes(cast.people, cast.groups, at=cast.at)
        keep_journals(cast.people, cast.groups, at=cast.at)
        for thread in story()["threads"]:
            _thread(cast, thread, texts)
        share_passages(story()["passages"], people=cast.people, groups=cast.groups, texts=texts, at=cast.at)
        for group in story()["groups"]:
            if group.get("holding"):
                _hold_newcomers(cast.groups[group["key"]], by=cast.people[group["teachers"][0]], at=cast.at)
        _desk(cast)
    return True


def _posts() -> list[dict[str, Any]]:
    answers = [answer for passage in story()["passages"] for answer in passage["answers"]]
    return [*(post for thread in story()["threads"] for post in thread["posts"]), *answers]


def _person(cast: Cast, told: dict[str, Any], password_hash: str) -> None:
    at = cast.at - BEGAN
    member = members.make_member(
        email=f"{told['key']}@example.org",
        name=told["name"],
        password_hash=password_hash,
        zone=told["zone"],
        at=at,
        is_admin=told.get("admin", False),
    )
    members.edit_profile(
        by=member,
        name=told["name"],
        pronouns=told.get("pronouns", ""),
        profession=told["profession"],
        zone=told["zone"],
        seen_as=None,
    )
    if not told.get("new", False):
        members.go_in(by=member, seen_as=SeenAs(told.get("seen_as", "name")), at=at)
    cast.people[told["key"]] = member


def _group(cast: Cast, told: dict[str, Any], agreement: Any) -> None:
    began, people = cast.at - BEGAN, cast.people
    first, *others = (people[key] for key in told["teachers"])
    group = groups.start_group(
        by=people["ada"],
        name=told["name"],
        purpose=told["purpose"],
        kind=GroupKind(told["kind"]),
        zone=told["zone"],
        teacher=first,
        agreement=agreement,
        at=began,
    )
    cast.groups[told["key"]] = group
    groups.accept_agreement(by=first, group=group, version=1, at=began)
    for member in (*others, *(people[key] for key in told["members"])):
        _let_in(group, member, by=first, at=cast.at - JOINED)
        groups.accept_agreement(by=member, group=group, version=1, at=cast.at - JOINED)
    for teacher in others:
        groups.appoint_teacher(by=first, membership=membership_in(group, teacher.id), at=cast.at - JOINED)


def _let_in(group: Group, member: Member, *, by: Member, at: datetime) -> None:
    """Bring somebody in by the way that the group has."""
    if group.kind is GroupKind.OPEN:
        groups.join_group(by=member, group=group, at=at)
        return
    _, token = members.make_invitation(by=by, group=group, days=7, places=1, at=at)
    members.accept_invitation(by=member, token=token, at=at)


def _hold_newcomers(group: Group, *, by: Member, at: datetime) -> None:
    groups.edit_group(
        by=by,
        group=group,
        name=group.name,
        purpose=group.purpose,
        kind=group.kind,
        zone=group.zone,
        holding=Holding.NEWCOMERS,
        held_first_posts=1,
        may_be_seen=False,
        soft_doors=False,
        at=at,
    )


def _weekly(cast: Cast, told: dict[str, Any]) -> None:
    group, leader = cast.groups[told["group"]], cast.people[told["leader"]]
    today = cast.at.astimezone(ZoneInfo(group.zone)).date()
    first: date = today + timedelta(days=(told["day"] - today.weekday()) % 7)
    wall = datetime.combine(first - SITTING_FOR, time.fromisoformat(told["time"]))
    rule = validated(wall, group.zone, "FREQ=WEEKLY")
    _plan(group, told["title"], told["plan"], rule, leader, at=cast.at - JOINED)


def _fridays(cast: Cast, practice: Practice) -> None:
    """Let a group sit on Fridays at noon with a practice of its own."""
    group = cast.groups["ending"]
    today = cast.at.astimezone(ZoneInfo(group.zone)).date()
    wall = datetime.combine(today + timedelta(days=(4 - today.weekday()) % 7), time(12, 50))
    rule, by = validated(wall, group.zone, "FREQ=WEEKLY"), cast.people["maren"]
    sits.schedule_sit(by=by, group=group, title=practice.title, practice=practice, rule=rule, leader=by, at=cast.at)


def _call_off_one(cast: Cast) -> None:
    """Let one sit be off, two weeks ahead, so that everybody can see how that looks."""
    series = session().scalars(sa.select(SitSeries).order_by(SitSeries.id)).first()
    if series is None or series.leader is None:
        return
    ahead = sits_of(series, after=cast.at + timedelta(days=8), before=cast.at + timedelta(days=15), limit=1)
    words = "I am away that week. Sit on your own, or with somebody you like."
    off = ChangeKind.CALLED_OFF
    changes.change_sit(by=series.leader, sit=ahead[0], to=off, wall=None, note=words, version=0, at=cast.at)


def _open_room(cast: Cast) -> None:
    """Open a room that begins again every half hour, so that somebody can sit whenever the demo is started."""
    group = cast.groups["room"]
    midnight = datetime.combine(cast.at.astimezone(ZoneInfo(group.zone)).date(), time())
    rule = validated(midnight, group.zone, "FREQ=MINUTELY;INTERVAL=30")
    _plan(group, "Half an hour in silence", "open_room", rule, None, at=cast.at)


def _plan(group: Group, title: str, plan_id: str, rule: Rule, leader: Member | None, *, at: datetime) -> None:
    by = leader if leader is not None and group.taught_by(leader) else _a_teacher(group)
    practice = STARTER[plan_id]
    sits.schedule_sit(by=by, group=group, title=title, practice=practice, rule=rule, leader=leader, at=at)


def _a_teacher(group: Group) -> Member:
    return teachers_of(group)[0]


def _thread(cast: Cast, told: dict[str, Any], texts: dict[str, Any]) -> None:
    # Nobody writes at the full hour only.
    at = cast.at - timedelta(days=told["days"], minutes=7 * len(told["title"]) % 60)
    group = cast.groups[told["group"]]
    first, *answers = told["posts"]
    thread = threads.open_thread(
        by=cast.people[first["by"]],
        group=group,
        title=thread_title(told["title"]),
        text=texts[first["words"]],
        wants=Wants(told["wants"]) if "wants" in told else None,
        at=at,
    )
    for number, post in enumerate(answers, start=2):
        at = min(at + timedelta(hours=post["after"], minutes=len(post["words"]) % 53), cast.at - timedelta(minutes=20))
        written = threads.write_post(by=cast.people[post["by"]], thread=thread, text=texts[post["words"]], at=at)
        cast.posts[told["title"], number] = written


def _desk(cast: Cast) -> None:
    """Put something on the desk: a first post that waits, a flag by two people, and somebody who asks to join."""
    people, at = cast.people, cast.at - timedelta(hours=2)
    threads.open_thread(
        by=people["lucja"],
        group=cast.groups["early"],
        title=thread_title("Hello from a corridor"),
        text=post_text(
            "Hello. I qualified in June and share a corridor with nobody. I came because I would like to practise in "
            "company, and because I have begun to talk to the plant."
        ),
        at=at,
    )
    advice = cast.posts["A client who says the real thing at ten to", 2]
    kinds = {"ines": ReasonKind.FLAG_UNKIND, "ruth": ReasonKind.FLAG_WORRIED}
    words = {
        "ines": "Noor asked to be heard, and this is advice.",
        "ruth": "I wonder how Viktor is; this is not like him.",
    }
    for key, kind in kinds.items():
        moderation.flag_post(by=people[key], post=advice, reason=kind, words=words[key], at=at)
    groups.ask_to_join(
        by=people["noor"],
        group=cast.groups["compassion"],
        words="I have read about compassion for years and noticed lately that I have never tried it on myself.",
        at=at,
    )
