"""Meaning to come: said and taken back, seen by oneself and whoever leads, and told of when the sit is changed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.members.models import SeenAs
from community.sits import intentions
from community.sits.models import Intention
from tests.doors import Browser
from tests.factories import inside, join, make_member, plan_sit
from tests.people import People

Open = Callable[..., Browser]
ROOM = "/groups/ending-on-time/sits/{key}"
LATER = timedelta(hours=3)


def meant() -> set[int]:
    with inside():
        return {each.member_id for each in session().scalars(sa.select(Intention))}


def test_one_says_that_one_means_to_come_and_takes_it_back(people: People, browser: Open) -> None:
    room = ROOM.format(key=plan_sit(people.group, people.maren, begins_in=LATER))
    ines = browser(people.ines)
    for page in (room, "/", "/groups/ending-on-time"):
        ines.get(page)
        assert "I mean to come" in ines.page
        for _ in range(2):  # twice is fine
            answer = ines.post(f"{room}/intentions", next=page)
            assert (answer.status_code, answer.location) == (303, page)
        ines.get(page)
        assert "You mean to come." in ines.page
        assert meant() == {people.ines.id}
        for _ in range(2):
            assert ines.post(f"{room}/intentions/withdrawal", next=page).status_code == 303
        assert meant() == set()


def test_a_button_leads_nowhere_else(people: People, browser: Open) -> None:
    room = ROOM.format(key=plan_sit(people.group, people.maren, begins_in=LATER))
    answer = browser(people.ines).post(f"{room}/intentions", next="//elsewhere.example/")
    assert answer.location == room


def test_nobody_but_the_one_who_leads_sees_who_means_to_come(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=LATER, leader_id=people.maren.id)
    priya = make_member("Priya Nair", seen_as=SeenAs.INITIALS)
    quiet = make_member("Quiet Person", seen_as=SeenAs.ONE_MORE)
    new = make_member("Lena Novak", seen_as=None)
    for member in (priya, quiet, new):
        join(member, people.group)
    for member in (people.jonah, priya, quiet, new):
        browser(member).post(f"{ROOM.format(key=key)}/intentions")
    maren = browser(people.maren)
    maren.get(ROOM.format(key=key))
    assert "Jonah Feld, PN and others who would rather not be named" in maren.page
    assert "Quiet Person" not in maren.page
    assert not re.search(r"[\s>]LN[\s<,.]|Lena", maren.page)
    for other in (people.ines, people.tomasz):
        page = browser(other)
        for path in (ROOM.format(key=key), "/groups/ending-on-time/sits", "/"):
            page.get(path)
            assert "Jonah Feld" not in page.page
            assert not re.search(r"[\s>]PN[\s<,.]", page.page)  # as a word: a form's token may hold any two letters


def test_there_is_nothing_to_mean_once_the_doors_are_open_nor_in_a_room_without_doors(
    people: People, browser: Open
) -> None:
    ines = browser(people.ines)
    soon = ROOM.format(key=plan_sit(people.group, people.maren, begins_in=timedelta(minutes=9)))
    always = plan_sit(people.group, people.maren, begins_in=LATER, rrule="FREQ=MINUTELY;INTERVAL=30", plan="open_room")
    for room in (soon, ROOM.format(key=always)):
        ines.get(room)
        assert "I mean to come" not in ines.page
        assert ines.post(f"{room}/intentions").status_code == 409
    assert meant() == set()


def test_nobody_means_to_come_to_a_sit_that_is_further_off_than_what_is_listed(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    near, far = (plan_sit(people.group, people.maren, begins_in=timedelta(days=days)) for days in (27, 29))
    assert ines.post(f"{ROOM.format(key=near)}/intentions").status_code == 303
    ines.get(ROOM.format(key=far))
    assert "I mean to come" not in ines.page
    assert ines.post(f"{ROOM.format(key=far)}/intentions").status_code == 409
    assert "more than four weeks away" in ines.page
    with inside():
        assert session().scalar(sa.select(sa.func.count()).select_from(Intention)) == 1


def test_who_meant_to_come_is_told_that_a_series_ends_and_nobody_else(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=LATER)
    ines, jonah = browser(people.ines), browser(people.jonah)
    ines.post(f"{ROOM.format(key=key)}/intentions")
    browser(people.maren).post(f"/groups/ending-on-time/series/{key.split('-')[0]}/ending")
    ines.get("/notices")
    assert "Evening sit on " in ines.page
    assert "will not take place" in ines.page
    jonah.get("/notices")
    assert "will not take place" not in jonah.page


def test_leaving_the_group_takes_the_intention_along_and_what_was_told_of_it(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=LATER)
    for member in (people.ines, people.jonah):
        browser(member).post(f"{ROOM.format(key=key)}/intentions")
    browser(people.maren).post(f"/groups/ending-on-time/series/{key.split('-')[0]}/ending")
    ines = browser(people.ines)
    ines.post("/groups/ending-on-time/departure")
    assert meant() == {people.jonah.id}
    ines.get("/notices")
    assert "Evening sit" not in ines.page


def test_what_was_meant_long_ago_is_nobodys_record(people: People, browser: Open) -> None:
    browser(people.ines).post(f"{ROOM.format(key=plan_sit(people.group, people.maren, begins_in=LATER))}/intentions")
    for days, left in ((29, {people.ines.id}), (31, set())):
        with inside(), transaction():
            intentions.forget_old_intentions(at=now() + timedelta(days=days))
        assert meant() == left


def change(browser: Browser, key: str, **fields: Any) -> None:
    given: dict[str, Any] = {"day": "", "time": "", "version": "0", **fields}
    assert browser.post(f"{ROOM.format(key=key)}/changes", **given).status_code == 303, browser.page


def test_who_meant_to_come_is_told_of_a_move_with_the_teachers_words_and_means_it_still(
    people: People, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=LATER)
    ines, jonah, maren = browser(people.ines), browser(people.jonah), browser(people.maren)
    ines.post(f"{ROOM.format(key=key)}/intentions")
    day = (now() + timedelta(days=40)).date()
    change(maren, key, to="moved", day=day.isoformat(), time="18:00", note="The hall is being painted.")
    ines.get("/notices")
    assert f"Evening sit is now on {day:%A} {day.day} {day:%B} at 18:00" in ines.page
    assert "“The hall is being painted.”" in ines.page
    jonah.get("/notices")
    assert "Evening sit" not in jonah.page
    with inside(), transaction():
        intentions.forget_old_intentions(at=now() + timedelta(days=39))
    ines.get(ROOM.format(key=key))
    assert "You mean to come." in ines.page
    change(maren, key, to="called_off", version="1")
    ines.get("/notices")
    assert "will not take place" in ines.page
    ines.get(ROOM.format(key=key))
    assert "mean to come" not in ines.page
