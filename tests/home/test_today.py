import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from community.clock import now
from community.db import session, transaction
from community.groups.models import GroupStatus, Membership
from community.home import greeting
from community.members.models import Member
from community.sits.models import Attendance
from tests.doors import Browser
from tests.factories import inside, join, make_group, make_member, make_thread, plan_sit
from tests.journal.log import keep_sit
from tests.people import People

Open = Callable[..., Browser]


@pytest.mark.parametrize(
    ("hour", "words"),
    [(5, "Good morning"), (11, "Good morning"), (12, "Good afternoon"), (18, "Good evening"), (2, "Good evening")],
)
def test_the_greeting_follows_the_readers_own_day(hour: int, words: str) -> None:
    assert greeting(datetime(2026, 11, 22, hour, 30, tzinfo=ZoneInfo("Asia/Kolkata"))) == words


def test_today_shows_what_is_new_in_my_groups_and_nothing_of_others(people: People, browser: Open) -> None:
    make_thread(people.group, people.jonah, title="The lean, seen by members")
    make_thread(people.elsewhere, people.viktor, title="A thing of the hidden group")
    ines = browser(people.ines)
    assert ines.get("/").status_code == 200
    assert "The lean, seen by members" in ines.page
    assert "A thing of the hidden group" not in ines.page


def test_a_member_who_has_yet_to_agree_sees_nothing_of_the_group_on_today(people: People, browser: Open) -> None:
    noor = make_member("Noor Vale")
    join(noor, people.group, agreed=False)
    make_thread(people.group, people.jonah, title="The lean, seen by members")
    page = browser(noor)
    page.get("/")
    assert "The lean" not in page.page


def test_today_is_kind_to_somebody_who_is_in_no_group(browser: Open) -> None:
    alone = browser(make_member("Solo Reed"))
    assert alone.get("/").status_code == 200
    assert "Nothing new" in alone.page


def test_the_public_pages_are_open_to_a_stranger(browser: Open) -> None:
    stranger = browser()
    for path in ("/help", "/ninety-seconds", "/privacy", "/evidence", "/sign-in", "/reset", "/healthz"):
        assert stranger.get(path).status_code == 200, path


def test_somebody_to_talk_to_is_found_signed_out(browser: Open) -> None:
    stranger = browser()
    stranger.get("/help")
    for place in ("https://findahelpline.com", "https://www.befrienders.org", "https://www.iasp.info"):
        assert f'href="{place}"' in stranger.page
    for words in ("local emergency number", "Your own clinician", "Your teacher here", 'href="/ninety-seconds"'):
        assert words in stranger.page
    stranger.get("/ninety-seconds")
    for words in ("eyes stay open", "Feel your feet", "one breath go out slowly"):
        assert words in stranger.page


def test_the_evidence_page_claims_nothing_for_clients(browser: Open) -> None:
    stranger = browser()
    stranger.get("/evidence")
    for name in ("Grepmair", "Stanley", "Schlosser", "Davis"):
        assert name in stranger.page
    assert "clients get better" not in stranger.page.replace("never that clients get better", "")


def test_todays_sit_is_the_next_of_my_groups_unless_the_group_is_archived(people: People, browser: Open) -> None:
    quiet = make_group("Quiet Yard", teachers=[people.maren], members=[people.ines], status=GroupStatus.ARCHIVED)
    plan_sit(people.group, people.maren, title="Sit of the group")
    plan_sit(quiet, people.maren, title="Sit of the archive")
    plan_sit(people.elsewhere, people.odile, title="Sit of the others")
    ines = browser(people.ines)
    ines.get("/")
    assert "Sit of the group" in ines.page
    assert "begins in" in ines.page
    assert "Sit of the archive" not in ines.page
    assert "Sit of the others" not in ines.page


def sat_in(member: Member, key: str, at: datetime) -> None:
    number, _ = key.split("-")
    with inside(), transaction():
        session().add(Attendance(series_id=int(number), starts_at=at, member_id=member.id, joined_at=at))


def test_one_sits_now_in_the_group_in_which_one_sat_last_and_nowhere_while_muted(people: People, browser: Open) -> None:
    quiet = make_group("Quiet Yard", teachers=[people.maren], members=[people.ines])
    here, there = plan_sit(people.group, people.maren), plan_sit(quiet, people.maren)
    ines = browser(people.ines)
    ines.get("/")
    assert "Sit now in" not in ines.page
    assert "Open a room in one of your groups" in ines.page
    sat_in(people.ines, there, now() - timedelta(days=3))
    sat_in(people.ines, here, now() - timedelta(days=9))
    ines.get("/")
    assert "Sit now in Quiet Yard" in ines.page
    sat_in(people.ines, here, now() - timedelta(days=1))
    ines.get("/")
    assert "Sit now in Ending on Time" in ines.page
    assert ines.page.index("New in your groups") < ines.page.index("Sit now") < ines.page.index("This week")
    with inside(), transaction():
        session().get_one(Membership, (people.group.id, people.ines.id)).muted_until = now() + timedelta(hours=1)
    ines.get("/")
    assert "Sit now in" not in ines.page


def test_today_shows_my_rhythm_until_i_hide_it(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/")
    assert "Your rhythm" not in ines.page
    sat_at = now() - timedelta(days=3)
    keep_sit(people.ines, sat_at)
    ines.get("/")
    marks = dict(re.findall(r'<path class="(sat|unsat)" d="([^"]*)"', ines.page))
    assert {kind: path.count("M") for kind, path in marks.items()} == {"sat": 1, "unsat": 27}
    assert "one mark a day, filled on days you sat: " in ines.page
    assert browser(people.jonah).get("/").get_data(as_text=True).count('class="sat"') == 0
    assert ines.post("/journal/rhythm/hiding", next="/").headers["Location"] == "/"
    ines.get("/")
    assert "Your rhythm" not in ines.page
