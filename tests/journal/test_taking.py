"""One's own journal to take away, and to erase: whole, one's own, and nobody else's."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from community.db import session, transaction
from community.journal import export
from community.journal.export import AT_ONCE, COLUMNS
from community.journal.models import JournalEntry, JournalSit
from community.journal.page import Systems
from community.members.models import Member, SeenAs
from community.seals import Ring
from community.sits.models import Attendance
from community.sits.recurrence import parse_sit_key
from tests.doors import Browser
from tests.factories import PASSWORD, inside, plan_sit
from tests.journal.log import keep_sit, sat_together, write
from tests.people import People

Open = Callable[..., Browser]
EVENING = datetime(2026, 11, 20, 19, tzinfo=UTC)
WORDS: dict[str, Any] = {
    "body": "The jaw first.",
    "feeling": "Warm, then not.",
    "thought": "I end kindly\nwith those I like.",
}


def table(browser: Browser) -> list[dict[str, str]]:
    answer = browser.get("/journal/export.csv")
    assert answer.status_code == 200
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline="")))


def counted(*tables: Any) -> list[int]:
    with inside():
        return [session().scalar(sa.select(sa.func.count()).select_from(each)) or 0 for each in tables]


def test_a_table_holds_each_sit_with_its_page_and_each_page_without(people: People, browser: Open) -> None:
    at_night = keep_sit(people.ines, EVENING, ended_at=EVENING + timedelta(minutes=20), group_name="Ending on Time")
    write(people.ines, at_night, at=EVENING, before=Systems(drive=40), after=Systems(soothing=100, company=0), **WORDS)
    keep_sit(people.ines, EVENING - timedelta(days=1))
    write(people.ines, at=EVENING + timedelta(days=1), body="Words alone.")
    write(people.jonah, at=EVENING, body="Somebody else's.")
    rows = table(browser(people.ines))
    assert [tuple(row) for row in rows] == [COLUMNS] * 3
    assert [row["body"] for row in rows] == ["Words alone.", "The jaw first.", ""]
    whole = rows[1]
    assert (whole["began"], whole["ended"]) == ("2026-11-20T19:00+00:00", "2026-11-20T19:20+00:00")
    assert (whole["minutes"], whole["sat"], whole["group"]) == ("20", "Quiet half hour", "Ending on Time")
    assert (whole["drive before"], whole["soothing after"], whole["company after"]) == ("40", "100", "0")
    assert (whole["threat before"], whole["drive after"]) == ("", "")
    assert whole["thought"] == WORDS["thought"]
    assert rows[0]["began"] == ""
    assert rows[2]["minutes"] == "30"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "  =", "\r"])
def test_no_words_become_a_formula(people: People, browser: Open, sign: str) -> None:
    with inside():
        line = list(export.as_table([], _zone()))[1]
    assert line.startswith("began,")
    assert export._harmless(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    keep_sit(people.ines, EVENING, title=f"{sign}SUM(A1)")
    assert table(browser(people.ines))[0]["sat"] == f"'{sign}SUM(A1)"


def _zone() -> Any:
    return UTC


def test_text_is_there_to_be_read(people: People, browser: Open) -> None:
    write(people.ines, keep_sit(people.ines, EVENING), before=Systems(drive=40, company=5), at=EVENING, **WORDS)
    ines = browser(people.ines)
    ines.get("/journal/export.txt")
    assert ines.page.startswith("The journal of Ines Caldeira\nTaken on ")
    assert (
        "Friday 20 November 2026, 19:00\nQuiet half hour, alone, 30 minutes\n\n"
        "Before: drive 40, company 5\n\nThe jaw first.\n\nWarm, then not.\n\nI end kindly\nwith those I like.\n"
    ) in ines.page


@pytest.mark.parametrize("path", ["/journal/export.csv", "/journal/export.txt"])
def test_what_is_taken_is_a_file_that_nothing_on_the_way_keeps(people: People, browser: Open, path: str) -> None:
    answer = browser(people.ines).get(path)
    name = path.rpartition("/")[2].replace("export", "journal")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize("path", ["/journal/export.csv", "/journal/export.txt"])
def test_it_is_taken_so_often_and_no_more(people: People, browser: Open, path: str) -> None:
    ines = browser(people.ines)
    assert [ines.get(path).status_code for _ in range(21)] == [200] * 20 + [429]
    assert browser(people.jonah).get(path).status_code == 200


def test_a_long_journal_is_whole_and_read_a_few_at_a_time(
    people: People, browser: Open, statements: Callable[[], Any]
) -> None:
    with inside(), transaction():
        session().add_all(
            JournalSit(
                member_id=people.ines.id,
                began_at=EVENING - timedelta(hours=number),
                closing_at=EVENING - timedelta(hours=number - 1),
                practice_key="quiet_half_hour",
                practice_version=1,
                title=f"Sit {number}",
            )
            for number in range(2 * AT_ONCE + 5)
        )
    ines = browser(people.ines)
    with statements() as seen:
        rows = table(ines)
    assert [row["sat"] for row in rows] == [f"Sit {number}" for number in range(2 * AT_ONCE + 5)]
    assert len(seen) <= 8
    assert not [each for each in seen if not each.lstrip().startswith("SELECT")]


def test_a_page_that_does_not_open_just_now_says_so_and_the_others_are_there(
    people: People, browser: Open, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(people.ines, keep_sit(people.ines, EVENING), at=EVENING, **WORDS)
    kept = app.extensions["seals"]
    monkeypatch.setitem(app.extensions, "seals", Ring([("new", bytes(32))]))
    write(people.ines, at=EVENING + timedelta(hours=1), body="Under a new key.")
    rows = table(browser(people.ines))
    assert [row["body"] for row in rows] == ["Under a new key.", export.SHUT]
    assert kept is not app.extensions["seals"]


# Erasing


def test_who_gives_their_password_erases_everything_that_is_theirs(people: People, browser: Open) -> None:
    sat_together(people.group, people.ines, people.jonah, ago=timedelta(days=2))
    write(people.ines, keep_sit(people.ines, EVENING), **WORDS)
    write(people.jonah, body="His.")
    ines = browser(people.ines)
    assert ines.get("/journal/erasure").status_code == 200
    assert ines.post("/journal/erasure", password=PASSWORD).status_code == 303
    assert table(ines) == []
    with inside():
        assert set(session().scalars(sa.select(JournalEntry.member_id))) == {people.jonah.id}
        assert set(session().scalars(sa.select(JournalSit.member_id))) == {people.jonah.id}
        assert set(session().scalars(sa.select(Attendance.member_id))) == {people.jonah.id}


@pytest.mark.parametrize("password", ["", "not this one"])
def test_without_the_password_nothing_goes(people: People, browser: Open, password: str) -> None:
    write(people.ines, keep_sit(people.ines, EVENING), **WORDS)
    ines = browser(people.ines)
    assert ines.post("/journal/erasure", password=password).status_code == 422
    assert re.search(r"Give your password|That is not your password", ines.page)
    assert counted(JournalEntry, JournalSit) == [1, 1]


@pytest.mark.parametrize(("ago", "left"), [(5, 1), (31, 1), (59, 0), (12 * 60, 0)])
def test_a_seat_goes_as_soon_as_its_room_has_closed(people: People, browser: Open, ago: int, left: int) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=-ago))
    series_id, starts_at = parse_sit_key(key)
    with inside(), transaction():
        seat: Any = {"series_id": series_id, "starts_at": starts_at, "seen_as": SeenAs.NAME}
        session().add(Attendance(**seat, member_id=people.ines.id, joined_at=starts_at))
        session().add(Attendance(**seat, member_id=people.jonah.id, joined_at=starts_at))
    ines = browser(people.ines)
    assert "A seat in a room that is open just now stays yours" in ines.get("/journal/erasure").get_data(as_text=True)
    assert ines.post("/journal/erasure", password=PASSWORD).status_code == 303
    assert counted(Attendance) == [1 + left]


# How it is shown


def test_the_end_of_ones_day_is_chosen(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/journal/settings")
    assert "Your log keeps every one of them." in ines.page
    assert '<option value="240" selected>at four in the morning</option>' in ines.page
    assert ines.post("/journal/settings", day_ends_minutes="720", shows_company="y").status_code == 303
    ines.get("/journal/settings")
    assert '<option value="720" selected>at noon</option>' in ines.page
    assert "checked" in ines.page.partition('name="shows_company"')[2].partition(">")[0]
    assert "checked" not in ines.page.partition('name="shows_rhythm"')[2].partition(">")[0]


@pytest.mark.parametrize("minutes", ["", "61", "780", "-60", "1e3", "x"])
def test_a_day_that_ends_at_no_such_hour_is_refused(people: People, browser: Open, minutes: str) -> None:
    assert browser(people.ines).post("/journal/settings", day_ends_minutes=minutes).status_code == 422


def test_a_rhythm_is_hidden_at_once_and_nothing_else_changes(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.post("/journal/settings", day_ends_minutes="0", shows_rhythm="y", shows_company="y")
    answer = ines.post("/journal/rhythm/hiding", next="/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    ines.get("/journal/settings")
    assert '<option value="0" selected>at midnight</option>' in ines.page
    assert "checked" not in ines.page.partition('name="shows_rhythm"')[2].partition(">")[0]


def test_somebody_else_is_not_touched(people: People, browser: Open) -> None:
    browser(people.ines).post("/journal/rhythm/hiding")
    with inside():
        assert session().get_one(Member, people.jonah.id)
    jonah = browser(people.jonah)
    jonah.get("/journal/settings")
    assert "checked" in jonah.page.partition('name="shows_rhythm"')[2].partition(">")[0]
