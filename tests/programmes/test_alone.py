"""Following a programme alone: any order, nothing due, and nobody who looks on."""

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from community.db import session
from community.journal import queries as journal
from community.journal.models import JournalEntry
from community.programmes.models import Following
from community.programmes.programme import PROGRAMMES
from tests.doors import Browser
from tests.factories import inside
from tests.people import People

Open = Callable[..., Browser]
SETTLING = "/programmes/settling"
NAMED = re.compile(r'name="write_key" value="([^"]+)"')
WROTE = re.compile(r"You wrote on")


def test_a_member_follows_a_programme_leaves_it_and_comes_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get(SETTLING)
    assert "Follow it on your own" in ines.page
    assert ines.post(f"{SETTLING}/followings").headers["Location"] == SETTLING
    ines.post(f"{SETTLING}/followings")  # twice is fine
    ines.get(SETTLING)
    assert "You follow this programme, and nobody else sees that." in ines.page
    ines.get("/programmes")
    assert "you follow it" in ines.page
    ines.get("/")
    assert f'href="{SETTLING}"' in ines.page
    ines.post(f"{SETTLING}/departure", follow=True)
    assert "What you wrote stays in your journal" in ines.page
    ines.get("/")
    assert f'href="{SETTLING}"' not in ines.page
    ines.post(f"{SETTLING}/departure")  # twice is fine
    ines.post(f"{SETTLING}/followings")
    with inside():
        (row,) = session().scalars(sa.select(Following))
        assert (row.goes_on, row.left_at) == (True, None)


def test_a_module_leads_from_the_aim_to_writing_and_sharing_in_this_order(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    for each in PROGRAMMES.values():
        for module in each.modules:
            assert ines.get(f"/programmes/{each.key}/{module.key}").status_code == 200
            places = [
                ines.page.index(words)
                for words in (
                    module.aim,
                    module.before[0],
                    module.practice.lead,
                    module.body,
                    module.work,
                    module.share,
                )
            ]
            assert places == sorted(places)
            assert (f"/practices/{module.practice.key}/alone" in ines.page) is not module.practice.teacher_led


def test_a_practice_that_a_teacher_leads_comes_with_a_gentler_one(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/programmes/the_hard_hour/staying")
    assert "not offered alone" in ines.page
    assert "Sit with an even breath" in ines.page
    assert '"/practices/soothing_rhythm_breathing/alone"' in ines.page


def test_what_one_writes_goes_sealed_into_ones_own_journal_and_its_day_stands_beside_the_module(
    people: People, browser: Open
) -> None:
    ines = browser(people.ines)
    sent = ines.post(f"{SETTLING}/door/pages", body="Warm hands.", thought="I hurry at ten to.")
    assert sent.headers["Location"].startswith(f"{SETTLING}/door")
    with inside():
        (entry,) = session().scalars(sa.select(JournalEntry))
        assert (entry.member_id, entry.module) == (people.ines.id, "settling/door")
        page = journal.page_for(people.ines, entry.id)
        assert (page.body, page.feeling, page.thought) == ("Warm hands.", "", "I hurry at ten to.")
    ines.get(SETTLING)
    assert len(WROTE.findall(ines.page)) == 1
    assert "Warm hands" not in ines.page
    ines.get(f"{SETTLING}/door")
    assert f'"/journal/pages/{entry.id}"' in ines.page
    assert f'"/journal/pages/{entry.id}/passages/new"' in ines.page
    for path in (f"/journal/pages/{entry.id}", "/journal"):
        ines.get(path)
        assert "“Before the door opens”" in ines.page
        assert f'<a href="{SETTLING}/door">Settling</a>' in ines.page


def test_writing_that_comes_twice_makes_one_page_and_other_words_one_of_their_own(
    people: People, browser: Open
) -> None:
    ines, door = browser(people.ines), f"{SETTLING}/door"
    ines.get(door)
    key = NAMED.findall(ines.page)[0]
    for _ in range(2):
        assert ines.post(f"{door}/pages", write_key=key, body="Warm hands.").status_code == 303
    assert ines.post(f"{door}/pages", write_key=key, body="Cold feet.").status_code == 409
    assert "Cold feet." in ines.page
    assert ines.post(f"{door}/pages", write_key=NAMED.findall(ines.page)[0], body="Cold feet.").status_code == 303
    assert ines.post(f"{door}/pages", write_key="no such name", body="Cold feet.").status_code == 422
    with inside():
        assert sorted(page.body for page in journal.entries_of(people.ines)) == ["Cold feet.", "Warm hands."]


def test_practices_and_programmes_lead_to_each_other(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/practices")
    assert 'href="/programmes"' in ines.page
    ines.get("/practices/ending_on_time")
    assert f'href="{SETTLING}/ending"' in ines.page
    assert "in “Settling”" in ines.page
    ines.get(f"{SETTLING}/ending")
    assert 'href="/practices/ending_on_time"' in ines.page
    ines.get("/practices/quiet_half_hour")
    assert "In a programme" not in ines.page


def test_leaving_and_coming_back_loses_nothing_that_was_written(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.post(f"{SETTLING}/followings")
    ines.post(f"{SETTLING}/ending/pages", body="It leans forward.")
    ines.post(f"{SETTLING}/departure")
    ines.get(SETTLING)
    assert WROTE.search(ines.page)


def test_an_empty_page_is_not_kept_and_a_half_written_one_is_given_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    assert ines.post(f"{SETTLING}/door/pages", body=" ", thought="").status_code == 422
    assert "Write a line first" in ines.page
    much = "warm " * 3000
    assert ines.post(f"{SETTLING}/door/pages", body="Behind the knees.", thought=much).status_code == 422
    assert "Behind the knees." in ines.page
    with inside():
        assert session().scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 0


def test_nobody_else_learns_that_one_follows_or_wrote(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.post(f"{SETTLING}/followings")
    ines.post(f"{SETTLING}/door/pages", body="Warm hands.")
    pages: dict[Any, list[str]] = {}
    for who in (people.maren, people.jonah, people.ada, people.viktor):
        other = browser(who)
        for path in ("/programmes", SETTLING, f"{SETTLING}/door"):
            other.get(path)
            assert not WROTE.search(other.page)
            assert "you follow" not in other.page.lower().replace("that you follow a programme", "")
            assert "Warm hands" not in other.page
            assert "Ines" not in other.page
            pages.setdefault(path, []).append(other.page)


def test_a_page_of_programmes_asks_the_same_however_much_was_written(
    people: People, browser: Open, statements: Callable[[], Any]
) -> None:
    ines = browser(people.ines)
    asked = []
    for _ in range(2):
        with statements() as seen:
            ines.get(SETTLING)
        asked.append(len(seen))
        for module in PROGRAMMES["settling"].modules:
            ines.post(f"{SETTLING}/{module.key}/pages", body="Again.")
    assert asked[0] == asked[1] <= 6
