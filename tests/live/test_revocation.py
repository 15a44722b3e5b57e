"""A right that is gone is gone on the open line too: rooms fall silent, seats are freed, sockets close."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from community import live as live_door
from community.clock import now
from community.db import session, transaction
from community.groups.models import Belonging, Group, Membership
from community.members.models import Member
from community.practices.library import STARTER
from community.sits import live as sits_live
from community.sits.models import SitSeries
from community.sits.presence import Register
from community.sits.recurrence import sit_key
from community.threads.models import Thread
from tests.doors import Browser, Live
from tests.factories import inside, make_thread
from tests.people import People

Open = Callable[..., Browser]
Connect = Callable[..., Live]


@pytest.fixture(autouse=True)
def empty_rooms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sits_live, "register", Register())
    sits_live._rooms.clear()
    sits_live._tabs.clear()
    yield
    sits_live._rooms.clear()
    sits_live._tabs.clear()


@pytest.fixture
def thread(people: People) -> Thread:
    return make_thread(people.group, people.maren)


@pytest.fixture
def sit(people: People) -> str:
    """Give a sit whose doors are open."""
    start = (now() + timedelta(minutes=5)).replace(microsecond=0)
    with inside(), transaction() as rows:
        series = SitSeries(
            group_id=people.group.id,
            title="Evening sit",
            plan=STARTER["quiet_half_hour"].plan.to_json(),
            wall_start=start.astimezone(ZoneInfo("Europe/Lisbon")).replace(tzinfo=None).isoformat(),
            zone="Europe/Lisbon",
            made_by_id=people.maren.id,
            created_at=now(),
        )
        rows.add(series)
    return sit_key(series.id, start)


def remove(people: People, browser: Open, member: Member) -> None:
    answer = browser(people.maren).post(f"/groups/{people.group.slug}/members/{member.id}/removals", words="Because.")
    assert answer.status_code == 303


def leave(people: People, browser: Open, member: Member) -> None:
    assert browser(member).post(f"/groups/{people.group.slug}/departure").status_code == 303


def close_door(people: People, browser: Open, member: Member) -> None:
    result = browser().app.test_cli_runner().invoke(args=["close-door", "--email", member.email])
    assert result.exit_code == 0, result.output


def sign_out(people: People, browser: Open, member: Member) -> None:
    assert browser(member).post("/sign-out/everywhere").status_code == 303


HOW = {"removed": remove, "left": leave, "suspended": close_door, "signed out everywhere": sign_out}
STAYS = {"removed", "left"}  # in the community, with a socket


@pytest.mark.parametrize("how", list(HOW))
def test_the_room_of_a_thread_falls_silent(
    people: People, browser: Open, live: Connect, thread: Thread, how: str
) -> None:
    ines, jonah = live(people.ines), live(people.jonah)
    for each in (ines, jonah):
        assert each.command("thread:watch", thread=thread.id)["ok"]
    HOW[how](people, browser, people.ines)
    if how not in STAYS:
        ines.wait_closed()
    answer = browser(people.maren).post(f"/threads/{thread.id}/posts", source="Still here.")
    assert answer.status_code == 303
    assert jonah.next("post:written")["thread"] == thread.id
    if how in STAYS:
        assert ines.command("thread:watch", thread=thread.id)["error"]["kind"] == "not_found"
    assert ines.heard("post:written") == []


@pytest.mark.parametrize("how", list(HOW))
def test_the_seat_in_a_sit_is_freed_and_the_others_see_it(
    people: People, browser: Open, live: Connect, sit: str, how: str
) -> None:
    ines, jonah = live(people.ines), live(people.jonah)
    mine = ines.command("sit:join", sit=sit, tab="one")["you"]
    assert jonah.command("sit:join", sit=sit, tab="one")["ok"]
    HOW[how](people, browser, people.ines)
    here = {seat["id"] for seat in jonah.command("sit:snapshot", sit=sit)["here"] if not seat["away"]}
    if how in STAYS:
        assert mine not in here
        assert ines.command("sit:beat", sit=sit, tab="one")["error"]["kind"] == "conflict"
        assert ines.command("sit:snapshot", sit=sit)["error"]["kind"] == "not_found"
        assert ines.command("sit:join", sit=sit, tab="one")["error"]["kind"] == "not_found"
    else:
        ines.wait_closed()


def test_who_has_to_agree_again_hears_nothing_after_the_sweep(
    app: Flask, people: People, live: Connect, thread: Thread, sit: str
) -> None:
    ines = live(people.ines)
    assert ines.command("thread:watch", thread=thread.id)["ok"]
    assert ines.command("sit:join", sit=sit, tab="one")["ok"]
    with inside(), transaction() as rows:
        rows.get_one(Group, people.group.id).agreement_version += 1
    with app.app_context():
        live_door.sweep({})
    live_door.tell(live_door.thread_room(thread.id), "post:changed", {"thread": thread.id, "post": 1})
    live_door.tell(live_door.sit_room(sit), "sit:roster", {"sit": sit})
    ines.settle()
    assert ines.heard("post:changed") == []
    assert ines.heard("sit:roster") == []
    assert ines.command("sit:join", sit=sit, tab="one")["error"]["kind"] == "not_allowed"


def test_a_right_that_was_lost_behind_our_back_is_gone_after_the_sweep(
    app: Flask, people: People, live: Connect, thread: Thread
) -> None:
    ines, jonah = live(people.ines), live(people.jonah)
    for each in (ines, jonah):
        assert each.command("thread:watch", thread=thread.id)["ok"]
    with inside(), transaction():
        membership = session().get_one(Membership, (people.group.id, people.ines.id))
        membership.status = Belonging.REMOVED
    with app.app_context():
        live_door.sweep({})
    live_door.tell(live_door.thread_room(thread.id), "post:changed", {"thread": thread.id, "post": 1})
    assert jonah.next("post:changed")
    ines.settle()
    assert ines.heard("post:changed") == []


def test_whoever_comes_back_hears_again(people: People, browser: Open, live: Connect, thread: Thread) -> None:
    ines = live(people.ines)
    leave(people, browser, people.ines)
    back = browser(people.ines)
    assert back.post(f"/groups/{people.group.slug}/memberships").status_code == 303
    assert ines.command("thread:watch", thread=thread.id)["error"]["kind"] == "not_allowed"
    assert back.post(f"/groups/{people.group.slug}/acceptance", version="1").status_code == 303
    assert ines.command("thread:watch", thread=thread.id)["ok"]


def test_a_teacher_who_is_released_goes_on_hearing_what_members_hear(
    people: People, browser: Open, live: Connect, thread: Thread
) -> None:
    tomasz = live(people.tomasz)
    tomasz.command("thread:watch", thread=thread.id)
    answer = browser(people.maren).post(f"/groups/{people.group.slug}/teachers/{people.tomasz.id}/release")
    assert answer.status_code == 303
    browser(people.maren).post(f"/threads/{thread.id}/posts", source="Still here.")
    assert tomasz.next("post:written")["thread"] == thread.id
