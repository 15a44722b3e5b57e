"""The journal in the room of a sit: before the first bell and after the closing one, and never at the way out."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from community.journal import queries
from community.journal.page import Page, Systems
from community.members.models import Member
from tests.doors import Browser
from tests.factories import inside, plan_sit
from tests.people import People

Open = Callable[..., Browser]
DOORS_ARE_OPEN, IN_THE_CIRCLE, OVER = timedelta(minutes=5), timedelta(minutes=-31), timedelta(hours=-2)
ROOM = "/groups/ending-on-time/sits/"
BY_SCRIPT = {"Accept": "application/json"}


def pages_of(by: Member) -> list[Page]:
    with inside():
        return queries.entries_of(by)


def hidden(browser: Browser, part: str) -> bool:
    found = re.search(rf"<div[^>]*{part}([^>]*)>", browser.page)
    assert found, part
    return "hidden" in found[1]


def test_before_the_bell_one_may_say_where_one_stands(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=DOORS_ARE_OPEN)
    ines = browser(people.ines)
    ines.get(ROOM + key)
    assert (hidden(ines, "data-room-before"), hidden(ines, "data-room-after")) == (False, True)
    assert ines.page.index("Where do you stand, before?") < ines.page.index("How this sit goes")
    kept = ines.post(f"{ROOM}{key}/pages", before_threat="80", before_threat_kept="y", before_drive="50")
    assert kept.headers["Location"] == ROOM + key
    (page,) = pages_of(people.ines)
    assert (page.before, page.after) == (Systems(threat=80), Systems())
    assert page.sit is not None  # it stands in the log, though no script took a seat
    assert "Where do you stand, before?" not in ines.get(ROOM + key).get_data(as_text=True)
    assert "Where you stood before is in your journal" in ines.page


def test_after_the_bell_one_may_write_and_what_was_said_before_stays(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=IN_THE_CIRCLE)
    ines = browser(people.ines)
    ines.post(f"{ROOM}{key}/pages", before_drive="20", before_drive_kept="y")
    ines.get(ROOM + key)
    assert (hidden(ines, "data-room-before"), hidden(ines, "data-room-after")) == (True, False)
    sent = {"after_soothing": "70", "after_soothing_kept": "y", "body": "Jawclenched", "feeling": "", "thought": ""}
    assert ines.post(f"{ROOM}{key}/pages", headers=BY_SCRIPT, **sent).status_code == 204
    (page,) = pages_of(people.ines)
    assert (page.before, page.after, page.body) == (Systems(drive=20), Systems(soothing=70), "Jawclenched")
    ines.get(ROOM + key)
    assert "A page of this sit is in your journal" in ines.page
    assert "Jawclenched" not in ines.page


def test_a_form_of_the_room_wipes_nothing_that_was_kept_elsewhere_meanwhile(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=IN_THE_CIRCLE)
    ines, path = browser(people.ines), f"{ROOM}{key}/pages"
    sent: Any = {"after_drive": "20", "after_drive_kept": "y", "before_threat": "80", "before_threat_kept": "y"}
    ines.post(path, **sent, body="Jawclenched", feeling="Tired.")
    blank: Any = {"after_drive": "50", "after_threat": "50", "body": "", "feeling": " ", "thought": ""}
    ines.post(path, **blank, after_soothing="70", after_soothing_kept="y", before_threat="50", before_drive="50")
    (page,) = pages_of(people.ines)
    assert (page.before, page.after) == (Systems(threat=80), Systems(drive=20, soothing=70))
    assert (page.body, page.feeling, page.thought) == ("Jawclenched", "Tired.", "")
    for _ in range(2):
        ines.post(path, **{**blank, "body": "Shoulderssank"}, after_drive_kept="y")
    (page,) = pages_of(people.ines)
    assert (page.body, page.after) == ("Jawclenched\n\nShoulderssank", Systems(drive=50, soothing=70))
    assert ines.post(path, body="b" * 9_990).status_code == 422
    assert "b" * 9_990 in ines.page


def test_nothing_said_is_nothing_kept_and_a_script_is_told_so(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=DOORS_ARE_OPEN)
    ines = browser(people.ines)
    answer = ines.post(f"{ROOM}{key}/pages", headers=BY_SCRIPT, before_drive="50")
    assert answer.status_code == 422
    assert "Nothing stands on this page yet" in answer.get_json()["error"]["sentence"]
    with inside():
        assert queries.sits_of(people.ines) == []
    assert ines.post(f"{ROOM}{key}/pages", before_drive="900", before_drive_kept="y").status_code == 422
    assert 'name="before_drive"' in ines.page


def test_a_sit_that_is_over_and_was_not_sat_has_no_page_and_the_words_come_back(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=OVER)
    ines = browser(people.ines)
    ines.get(ROOM + key)
    assert "data-in-room" not in ines.page
    assert ines.post(f"{ROOM}{key}/pages", body="Jawclenched").status_code == 409
    assert "Jawclenched" in ines.page
    assert pages_of(people.ines) == []


def test_the_way_out_asks_nothing_and_a_kept_room_has_no_forms(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=DOORS_ARE_OPEN)
    ines = browser(people.ines)
    assert ines.post(f"{ROOM}{key}/leaving").headers["Location"] == "/groups/ending-on-time"
    ines.get("/groups/ending-on-time")
    assert "data-in-room" not in ines.page
    ines.get(f"{ROOM}{key}/copy")
    assert "data-in-room" not in ines.page


@pytest.mark.parametrize("who", ["viktor", "ada"])
def test_nobody_writes_of_a_sit_that_is_not_theirs_to_know(people: People, browser: Open, who: str) -> None:
    key = plan_sit(people.elsewhere, people.viktor, begins_in=DOORS_ARE_OPEN)
    outsider = browser(people.ines if who == "viktor" else people.ada)
    path = f"/groups/{people.elsewhere.slug}/sits/{key}/pages"
    assert outsider.post(path, body="Jawclenched").status_code == 404
