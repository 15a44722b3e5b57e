"""Sit now: one tap to an open room, one room for all who tap, and a word to those who asked for it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.groups.models import Group, Membership
from community.notifications.models import Notice, NoticeKind
from community.practices.library import STARTER
from community.sits import jobs, queries
from community.sits.models import SitSeries, SitWishes
from community.sits.sit_now import sit_now
from tests.calendars.keeping import feed_of
from tests.doors import Browser, Live
from tests.factories import inside, join, make_group, make_member, make_practice, plan_sit
from tests.people import People

Open = Callable[..., Browser]
NOW = "/groups/ending-on-time/sits/now"


def opened() -> list[SitSeries]:
    with inside():
        return list(session().scalars(sa.select(SitSeries).order_by(SitSeries.id)))


def told() -> list[int]:
    with inside():
        return list(
            session().scalars(sa.select(Notice.member_id).where(Notice.kind == NoticeKind.SIT_NOW).order_by(Notice.id))
        )


def ask_to_hear(browser: Browser) -> None:
    chosen = browser.post(
        "/settings/sits", reminding="none", remind_of="intended", lead_minutes="10", hears_of_sit_now="y"
    )
    assert chosen.status_code == 303


def test_one_tap_opens_a_room_whose_bell_rings_in_two_minutes(people: People, browser: Open) -> None:
    plan_sit(people.group, people.maren, begins_in=timedelta(days=1))
    ines = browser(people.ines)
    ines.get("/groups/ending-on-time")
    assert f'action="{NOW}"' in ines.page
    ines.get("/")
    assert 'href="/sit-now"' in ines.page  # in which group, she says herself before she has ever sat
    began = time.monotonic()
    answer = ines.post(NOW, follow=True)
    assert time.monotonic() - began < 2
    assert answer.status_code == 200
    assert "data-room=" in ines.page
    assert "begins in 2 minutes" in ines.page
    assert [series.on_the_spot for series in opened()] == [False, True]


def test_whoever_taps_next_comes_into_the_same_room(people: People, browser: Open) -> None:
    first = browser(people.ines).post(NOW, plan="soothing_rhythm_breathing").location
    assert browser(people.jonah).post(NOW).location == first
    assert browser(people.ines).post(NOW).location == first
    assert len(opened()) == 1


@pytest.mark.parametrize("begins_in", [timedelta(minutes=8), timedelta(minutes=-12)])
def test_a_sit_that_is_about_to_begin_or_under_way_is_the_room(
    people: People, browser: Open, begins_in: timedelta
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=begins_in)
    assert browser(people.ines).post(NOW).location.endswith(key)
    assert len(opened()) == 1


def test_a_sit_behind_soft_doors_is_no_room_to_come_into_but_for_those_who_sat_there_before(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=-8))
    assert live(people.jonah).command("sit:join", sit=key, tab="one")["ok"]
    with inside(), transaction():
        session().execute(sa.update(Group).where(Group.id == people.group.id).values(soft_doors=True))
    room = browser(people.ines).post(NOW).location
    assert not room.endswith(key)
    assert live(people.ines).command("sit:join", sit=room.rpartition("/")[2], tab="one")["ok"]
    assert browser(people.maren).post(NOW).location == room
    assert browser(people.jonah).post(NOW).location.endswith(key)


@pytest.mark.parametrize("begins_in", [timedelta(minutes=30), timedelta(minutes=-32)])
def test_a_sit_of_later_or_one_that_is_in_its_circle_is_not(
    people: People, browser: Open, begins_in: timedelta
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=begins_in)
    assert not browser(people.ines).post(NOW).location.endswith(key)


def test_a_room_that_was_just_opened_is_found_however_much_is_planned(people: People, browser: Open) -> None:
    """And it is in nobody's calendar: it was no appointment."""
    for number in range(101):
        plan_sit(people.group, people.maren, begins_in=timedelta(days=2, hours=number), title=f"Planned {number}")
    room = browser(people.ines).post(NOW).location
    jonah = browser(people.jonah)
    assert jonah.post(NOW).location == room
    for page in ("/groups/ending-on-time", "/groups/ending-on-time/sits", "/"):
        jonah.get(page)
        assert room in jonah.page, page
    events = feed_of(browser, people.jonah)
    assert (events.count(b"BEGIN:VEVENT"), f"/series/{opened()[-1].id}\r".encode() in events) == (101, False)


def test_two_who_tap_at_once_come_into_one_room(people: People, browser: Open) -> None:
    places: list[str] = []
    browsers = [browser(member) for member in (people.ines, people.jonah, people.maren, people.tomasz)]
    threads = [threading.Thread(target=lambda one=one: places.append(one.post(NOW).location)) for one in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(places) == 4
    assert len(set(places)) == 1


def test_those_who_asked_to_hear_of_it_hear_at_most_once_an_hour_and_nobody_else_does(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    ask_to_hear(browser(people.jonah))
    ask_to_hear(browser(people.ines))
    ask_to_hear(browser(people.viktor))
    second = make_group("Low Gate", teachers=[people.maren], members=[people.ines, people.jonah])
    theirs = live(people.jonah)
    browser(people.ines).post(NOW)
    theirs.next("notice:arrived")
    assert told() == [people.jonah.id]
    browser(people.maren).post(f"/groups/{second.slug}/sits/now")
    assert told() == [people.jonah.id, people.ines.id]
    with inside(), transaction():
        session().execute(sa.update(SitWishes).values(told_of_sit_now_at=now() - timedelta(minutes=61)))
    third = make_group("Wide Meadow", teachers=[people.maren], members=[people.jonah])
    browser(people.maren).post(f"/groups/{third.slug}/sits/now")
    assert told() == [people.jonah.id, people.ines.id, people.jonah.id]
    jonah = browser(people.jonah)
    jonah.get("/notices")
    assert "A room was opened to sit in" in jonah.page
    assert "Ines" not in jonah.page.partition("A room was opened")[2][:300]


def test_a_room_that_was_opened_now_reminds_nobody(people: People, browser: Open) -> None:
    browser(people.ines).post(NOW)
    for minutes in range(-2, 12):
        at = now() + timedelta(minutes=minutes)
        with inside():
            jobs.remind_all(at)
    with inside():
        assert session().scalar(sa.select(sa.func.count()).select_from(Notice)) == 0


def test_one_who_was_asked_to_be_quiet_opens_no_room_and_may_sit_in_one(people: People, browser: Open) -> None:
    with inside(), transaction():
        session().execute(
            sa.update(Membership)
            .where(Membership.member_id == people.ines.id)
            .values(muted_until=now() + timedelta(hours=1))
        )
    ines = browser(people.ines)
    ines.get("/groups/ending-on-time")
    assert NOW not in ines.page
    assert ines.post(NOW).status_code == 403
    room = browser(people.jonah).post(NOW).location
    assert ines.get(room).status_code == 200


def test_the_page_of_rooms_lists_the_groups_in_which_one_may_open_one(people: People, browser: Open) -> None:
    noor = make_member("Noor Vale")
    join(noor, people.group)
    join(noor, make_group("Low Gate", teachers=[people.maren]), agreed=False)
    page = browser(noor)
    page.get("/sit-now")
    assert f'action="{NOW}"' in page.page
    assert "Low Gate" not in page.page
    alone = browser(make_member("Solo Reed"))
    alone.get("/sit-now")
    assert "in no group yet" in alone.page


def test_a_plan_that_is_none_is_handed_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    assert ines.post(NOW, plan="shouting").status_code == 422
    assert opened() == []


def test_in_the_hour_that_comes_twice_the_bell_rings_in_two_minutes_too(people: People) -> None:
    for minute in (30, 90):
        at = datetime(2026, 10, 25, 0, tzinfo=UTC) + timedelta(minutes=minute)  # 01:30 in Lisbon, summer then winter
        with inside(), transaction():
            group = session().get_one(type(people.group), people.group.id)
            member = session().get_one(type(people.ines), people.ines.id)
            sit = sit_now(by=member, group=group, practice=STARTER["open_room"], at=at)
        assert sit.starts_at == at + timedelta(minutes=2)
        with inside():
            assert queries.sit_visible_to(people.ines, sit.key).starts_at == sit.starts_at


def test_one_sits_now_with_a_practice_of_the_group(people: People, browser: Open) -> None:
    key = make_practice(people.group, people.maren, title="The last five minutes").key
    ines = browser(people.ines)
    ines.get(f"/sit-now?practice={key}")
    assert f'<option value="{key}" selected>' in ines.page
    assert ines.post(NOW, plan=key).status_code == 303
    assert opened()[0].plan["id"] == key


def test_what_a_teacher_leads_only_a_teacher_opens_and_leads_it(people: People, browser: Open) -> None:
    ines, maren = browser(people.ines), browser(people.maren)
    ines.get("/sit-now")
    assert "Sitting with powerlessness" not in ines.page
    assert ines.post(NOW, plan="sitting_with_powerlessness").status_code == 422
    assert "sat only where a teacher leads" in ines.page
    assert opened() == []
    maren.get("/sit-now")
    assert "Sitting with powerlessness" in maren.page
    assert maren.post(NOW, plan="sitting_with_powerlessness").status_code == 303
    assert opened()[0].leader_id == people.maren.id


def test_groups_in_which_the_chosen_practice_is_sat_come_alone(people: People, browser: Open) -> None:
    still = make_group("Still Water", members=[people.ines])
    key = make_practice(people.group, people.maren).key
    ines = browser(people.ines)
    ines.get(f"/sit-now?practice={key}")
    assert still.name not in ines.page
    for address in ("/sit-now", "/sit-now?practice=nothing", "/sit-now?practice=receiving"):
        ines.get(address)
        assert still.name in ines.page
