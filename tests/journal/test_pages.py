"""Writing in one's journal, through its own pages: everything is optional, and what was not moved is not kept."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from community.clock import now
from community.db import transaction
from community.journal import actions, queries
from community.journal.page import Page, Systems
from community.members.models import Member
from community.practices.library import STARTER
from community.seals import Ring
from tests.doors import Browser
from tests.factories import inside, make_practice
from tests.journal.log import read_of
from tests.people import People

Open = Callable[..., Browser]
PRACTICE = STARTER["quiet_half_hour"]


def sat_alone(by: Member, *, ago: timedelta = timedelta(hours=1), key: str = "k") -> int:
    at = now() - ago
    with inside(), transaction():
        began = at - timedelta(minutes=30)
        return actions.log_sit_alone(by=by, practice=PRACTICE, began_at=began, ended_at=at, write_key=key, at=now()).id


def pages_of(by: Member) -> list[Page]:
    with inside():
        return queries.entries_of(by)


def test_a_page_is_written_read_changed_and_erased(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    kept = ines.post("/journal/pages", body="The jaw first.", thought="I end kindly\nwith those I like.")
    path = kept.headers["Location"]
    assert "The jaw first." in ines.get(path).get_data(as_text=True)
    assert "I end kindly\nwith those I like." in ines.page
    assert "only you" in ines.page
    assert 'aria-current="page"' in ines.page
    ines.post(path, version=read_of(ines, path), body="The jaw first.", feeling="Tired.", thought="")
    assert "Tired." in ines.get("/journal").get_data(as_text=True)
    assert "I end kindly" not in ines.page
    assert ines.post(f"{path}/erasure").status_code == 303
    assert "Tired." not in ines.get("/journal").get_data(as_text=True)
    assert ines.get(path).status_code == 404


def test_a_slider_that_nobody_moved_is_not_kept(people: People, browser: Open) -> None:
    ines, sit = browser(people.ines), sat_alone(people.ines)
    sent: Any = {"after_drive": "50", "after_threat": "80", "after_threat_kept": "y", "after_soothing": "0"}
    ines.post("/journal/pages", sit=str(sit), **sent, before_drive="35", before_drive_kept="y", before_company="50")
    (page,) = pages_of(people.ines)
    assert (page.before, page.after) == (Systems(drive=35), Systems(threat=80))
    ines.get(f"/journal/pages/{page.id}")
    assert "strongly after" in ines.page
    assert not re.search(r"\b(35|80)\b", ines.page)


def test_a_page_of_sliders_alone_says_in_the_list_what_was_moved(people: People, browser: Open) -> None:
    ines, sit = browser(people.ines), sat_alone(people.ines)
    threat: Any = {"before_threat": "80", "before_threat_kept": "y", "after_threat": "20", "after_threat_kept": "y"}
    ines.post("/journal/pages", sit=str(sit), **threat, after_soothing="100", after_soothing_kept="y")
    ines.get("/journal")
    assert '<p class="mt3">Threat strongly before, a little after; soothing strongly after.</p>' in ines.page


def test_a_slider_is_left_out_again_and_keeps_to_its_ends_and_steps(people: People, browser: Open) -> None:
    ines, sit = browser(people.ines), sat_alone(people.ines)
    ines.post("/journal/pages", sit=str(sit), after_drive="33", after_drive_kept="y", body="A jaw.")
    (page,) = pages_of(people.ines)
    assert page.after == Systems(drive=35)
    for wrong in ("-5", "105", "half", "9" * 40):
        refused = ines.post(f"/journal/pages/{page.id}", after_drive=wrong, after_drive_kept="y", body="Kept words.")
        assert refused.status_code == 422
        assert "Kept words." in ines.page
    path = f"/journal/pages/{page.id}"
    ines.post(path, version=read_of(ines, path), after_drive="35", body="A jaw.")
    assert pages_of(people.ines)[0].after == Systems()


def test_a_page_on_which_nothing_stands_is_not_kept(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    assert ines.post("/journal/pages", body=" \n ", after_drive="50").status_code == 422
    assert "Nothing stands on this page yet" in ines.page
    assert pages_of(people.ines) == []


def test_a_sit_has_one_page_however_often_it_is_sent(people: People, browser: Open) -> None:
    ines, sit = browser(people.ines), sat_alone(people.ines)
    first = ines.post("/journal/pages", sit=str(sit), body="Once.")
    second = ines.post("/journal/pages", sit=str(sit), body="Once.")
    assert first.headers["Location"] == second.headers["Location"]
    assert len(pages_of(people.ines)) == 1
    assert ines.get(f"/journal/pages/new?sit={sit}").headers["Location"].endswith("/edit")


def test_an_older_reading_overwrites_nothing_and_both_stand_there(people: People, browser: Open) -> None:
    ines, sit = browser(people.ines), sat_alone(people.ines)
    first = ines.post("/journal/pages", sit=str(sit), body="Jawclenched", after_drive="20", after_drive_kept="y")
    path = first.headers["Location"]
    version = read_of(ines, path)
    assert (
        ines.post(path, version=version, body="Shoulderssank", after_threat="80", after_threat_kept="y").status_code
        == 303
    )
    for stale in (version, ""):
        assert ines.post(path, version=stale, body="Endingskindly").status_code == 409
        assert "kept from another tab or device" in ines.page
        assert "strongly after" in ines.page
        stands, yours = ines.page.index("Shoulderssank"), ines.page.index("Endingskindly")
        assert stands < ines.page.index("<textarea") < yours
    assert [page.body for page in pages_of(people.ines)] == ["Shoulderssank"]
    follows = re.findall(r'name="version" value="(\d+)"', ines.page)[0]
    for _ in range(2):  # a second press changes nothing, and is told of nothing
        assert ines.post(path, version=follows, body="Endingskindly").status_code == 303
    assert [page.body for page in pages_of(people.ines)] == ["Endingskindly"]


def test_a_new_page_that_is_sent_twice_is_one_page(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/journal/pages/new")
    key = re.findall(r'name="write_key" value="([^"]+)"', ines.page)[0]
    sent = [ines.post("/journal/pages", write_key=key, body="Once.").headers["Location"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert ines.post("/journal/pages", write_key=key, body="Otherwise.").status_code == 409
    assert f'action="{sent[0]}"' in ines.page
    assert ines.page.index("Once.") < ines.page.index("Otherwise.")
    assert ines.post("/journal/pages", write_key="no such name", body="Kept words.").status_code == 422
    assert "Kept words." in ines.page
    assert [page.body for page in pages_of(people.ines)] == ["Once."]
    assert browser(people.jonah).post("/journal/pages", write_key=key, body="Once.").headers["Location"] != sent[0]


def test_a_page_of_a_sit_that_has_one_by_now_wipes_nothing(people: People, browser: Open) -> None:
    ines, sit = browser(people.ines), sat_alone(people.ines)
    ines.post("/journal/pages", sit=str(sit), body="Jawclenched")
    assert ines.post("/journal/pages", sit=str(sit), thought="Endingskindly").status_code == 409
    assert ines.page.index("Jawclenched") < ines.page.index("Endingskindly")
    assert [(page.body, page.thought) for page in pages_of(people.ines)] == [("Jawclenched", "")]


def test_what_is_too_long_is_refused_and_given_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    assert ines.post("/journal/pages", body="b" * 10_001, thought="Endingskindly").status_code == 422
    assert "Endingskindly" in ines.page
    assert "b" * 10_001 in ines.page
    assert ines.post("/journal/pages", body="b" * 10_000).status_code == 303


def test_words_for_a_page_that_is_gone_are_given_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    path = ines.post("/journal/pages", body="Once.").headers["Location"]
    ines.post(f"{path}/erasure")
    assert ines.post(path, body="Jawclenched", thought="Endingskindly").status_code == 404
    assert "Jawclenched" in ines.page
    assert "Endingskindly" in ines.page


def test_sits_and_pages_stand_together_the_newest_first_page_by_page(people: People, browser: Open) -> None:
    for number in range(24):
        sit = sat_alone(people.ines, ago=timedelta(days=number + 1), key=f"k{number}")
        if number % 3 == 0:
            with inside(), transaction():
                kept = queries.sit_for(people.ines, sit)
                actions.write_page(by=people.ines, sit=kept, body=f"of {number}.", at=now())
    ines = browser(people.ines)
    ines.post("/journal/pages", body="without any sit.")
    ines.get("/journal")
    said = re.findall(r"(?:of \d+|without any sit)\.", ines.page)
    assert said == ["without any sit.", *(f"of {number}." for number in range(0, 13, 3))]
    older = re.findall(r'href="(/journal\?before=[^"]+)"', ines.page)
    ines.get(older[0])
    assert re.findall(r"of \d+\.", ines.page) == [f"of {number}." for number in range(15, 24, 3)]
    assert ines.page.count('class="entry') == 11


def test_a_place_in_the_journal_that_no_page_of_ours_made_is_not_found(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    for place in ("x", "1-", "fffffffffffffff-1", "1-ffffffffffffffff", "-1-1"):
        assert ines.get(f"/journal?before={place}").status_code == 404


def test_a_sit_is_taken_out_of_the_log_and_its_page_stays(people: People, browser: Open) -> None:
    ines, sit = browser(people.ines), sat_alone(people.ines)
    ines.post("/journal/pages", sit=str(sit), body="Jawclenched")
    assert browser(people.maren).post(f"/journal/sits/{sit}/erasure").status_code == 404
    assert ines.post(f"/journal/sits/{sit}/erasure").status_code == 303
    (page,) = pages_of(people.ines)
    assert (page.sit, page.body) == (None, "Jawclenched")


def test_a_sit_alone_comes_from_a_browser_once(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ended = int(now().timestamp() * 1000) - 60_000
    sent = {"practice": PRACTICE.key, "version": "1", "began_ms": str(ended - 720_000), "ended_ms": str(ended)}
    for _ in range(2):
        answer = ines.post("/journal/sits", headers={"Accept": "application/json"}, **sent, write_key="a-key")
        assert answer.status_code == 200
    assert ines.get(answer.get_json()["page"]).status_code == 200
    with inside():
        (sit,) = queries.sits_of(people.ines)
    assert (sit.minutes, sit.title, sit.is_alone) == (12, PRACTICE.title, True)


def test_a_sit_alone_without_script_is_the_whole_of_it_just_now(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    led = ines.post("/journal/sits", practice=PRACTICE.key, write_key="a-key")
    assert led.headers["Location"].startswith("/journal/pages/new?sit=")
    with inside():
        (sit,) = queries.sits_of(people.ines)
    assert (sit.minutes, sit.practice_version) == (30, PRACTICE.version)


@pytest.mark.parametrize(
    ("began", "ended"), [(-60, -120), (3600, 60), (-90_000, -60)], ids=["backwards", "to come, too", "too long"]
)
def test_a_sit_alone_that_cannot_have_been_is_refused(people: People, browser: Open, began: int, ended: int) -> None:
    ines, at = browser(people.ines), now().timestamp()
    moments: Any = {"began_ms": str(int((at + began) * 1000)), "ended_ms": str(int((at + ended) * 1000))}
    assert ines.post("/journal/sits", practice=PRACTICE.key, write_key="k", **moments).status_code == 422
    with inside():
        assert queries.sits_of(people.ines) == []


def test_a_sit_alone_of_a_practice_that_is_not_ones_own_is_not_found(people: People, browser: Open) -> None:
    for key in ("p-1", "p-99", "no_such_practice", "../x"):
        assert browser(people.ines).post("/journal/sits", practice=key, write_key="k").status_code == 404


def test_a_sit_on_a_device_whose_clock_runs_ahead_ends_now_as_long_as_it_was(people: People, browser: Open) -> None:
    ines, at = browser(people.ines), now()
    began = int((at.timestamp() + 86_400) * 1000)
    moments: Any = {"began_ms": str(began), "ended_ms": str(began + 720_000)}
    assert ines.post("/journal/sits", practice=PRACTICE.key, write_key="k", **moments).status_code == 303
    with inside():
        (sit,) = queries.sits_of(people.ines)
    assert sit.minutes == 12
    assert at <= sit.until <= now()


def test_a_sit_with_a_practice_that_is_not_open_any_more_is_kept_and_says_nothing_of_it(
    people: People, browser: Open
) -> None:
    assert make_practice(people.group, people.maren).key == "p-1"
    odile, began = browser(people.odile), int((now().timestamp() - 900) * 1000)
    moments: Any = {"began_ms": str(began), "ended_ms": str(began + 720_000), "version": "1"}
    for key in ("p-1", "p-99"):
        assert odile.post("/journal/sits", practice=key, write_key=key, **moments).status_code == 303
    with inside():
        told = [
            (sit.title, sit.practice_key, sit.practice_version, sit.minutes) for sit in queries.sits_of(people.odile)
        ]
    assert sorted(told) == [("A practice", "p-1", 1, 12), ("A practice", "p-99", 1, 12)]
    odile.get("/journal")
    assert odile.page.count("A practice") >= len(told)


def test_a_page_without_its_key_says_so_and_is_not_written_over(
    app: Flask, people: People, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = browser(people.ines)
    path = ines.post("/journal/pages", body="Jawclenched").headers["Location"]
    ring: Any = app.extensions["seals"]
    monkeypatch.setitem(app.extensions, "seals", Ring([("new", bytes(range(100, 132)))]))
    for page in (path, "/journal"):
        assert "cannot be opened just now" in ines.get(page).get_data(as_text=True)
    assert ines.get(f"{path}/edit").status_code == 409
    assert ines.post(path, body="Shoulderssank").status_code == 409
    assert "Shoulderssank" in ines.page
    monkeypatch.setitem(app.extensions, "seals", ring)
    assert "Jawclenched" in ines.get(path).get_data(as_text=True)
