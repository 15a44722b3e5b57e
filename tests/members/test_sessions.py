"""How long a browser stays signed in, what ends it, and that its sockets end with it."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from flask import Flask
from socketio.exceptions import ConnectionError as NotLetIn
from structlog.testing import capture_logs

from community import live as live_door
from community.clock import now
from community.db import session, transaction
from community.members import jobs
from community.members.models import Member, MemberStatus
from tests.doors import Browser, Live
from tests.factories import PASSWORD, inside
from tests.members.scenes import NEW_PASSWORD, Open, change_sign_ins, is_in, sign_ins
from tests.people import People

Connect = Callable[..., Live]
MINUTE = timedelta(minutes=1)
AGES = {
    "idle": ("last_seen_at", timedelta(days=14)),
    "an admin's": ("created_at", timedelta(hours=8)),
}


@pytest.mark.parametrize("what", list(AGES))
@pytest.mark.parametrize("over", ["not yet", "over"])
def test_a_sign_in_ends_by_itself(people: People, browser: Open, what: str, over: str) -> None:
    column, age = AGES[what]
    who = people.ada if what == "an admin's" else people.ines
    here = browser(who)
    change_sign_ins(who, **{column: now() - age + (-MINUTE if over == "over" else MINUTE)})
    assert is_in(here) == (over == "not yet")


def test_a_member_who_is_no_admin_stays_longer_than_eight_hours(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    change_sign_ins(people.ines, created_at=now() - timedelta(hours=9))
    assert is_in(ines)


def test_whoever_becomes_an_admin_signs_in_again_by_the_evening(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    change_sign_ins(people.ines, created_at=now() - timedelta(hours=9))
    with inside(), transaction() as rows:
        rows.get_one(Member, people.ines.id).is_admin = True
    assert not is_in(ines)


def test_a_sign_in_is_over_after_thirty_days_however_often_it_was_used(people: People, browser: Open) -> None:
    ines = browser()
    ines.post("/sign-in", email=people.ines.email, password=PASSWORD, keep="y")
    row = sign_ins(people.ines)[0]
    assert row.expires_at - row.created_at == timedelta(days=30)
    assert is_in(ines)
    change_sign_ins(people.ines, expires_at=now())
    assert not is_in(ines)


def test_looking_at_a_page_does_not_write_and_the_job_notes_who_was_here(
    people: People, browser: Open, statements: Callable[[], Any]
) -> None:
    ines, long_ago = browser(people.ines), now() - timedelta(days=13)
    change_sign_ins(people.ines, last_seen_at=long_ago)
    with statements() as seen:
        assert is_in(ines)
    assert [words for words in seen if not words.lstrip().startswith("SELECT")] == []
    assert sign_ins(people.ines)[0].last_seen_at == long_ago
    jobs.note_seen()
    assert now() - sign_ins(people.ines)[0].last_seen_at < MINUTE


def test_the_job_brings_nobody_back_whose_sign_in_has_ended(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/profile")
    ines.post("/sign-out")
    jobs.note_seen()
    row = sign_ins(people.ines)[0]
    assert row.ended_at is not None


def test_a_made_up_token_and_a_broken_cookie_let_nobody_in(people: People, browser: Open) -> None:
    browser(people.ines)
    for token in ("x" * 43, "", 7, None, ["a"], str(sign_ins(people.ines)[0].id)):
        someone = browser()
        with someone.client.session_transaction() as cookie:
            cookie["_user_id"] = token
        assert not is_in(someone)
    someone = browser()
    someone.client.set_cookie("session", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert not is_in(someone)


# What ends others


def test_a_new_password_ends_the_other_browsers_and_keeps_this_one(people: People, browser: Open) -> None:
    here, there = browser(people.ines), browser(people.ines)
    assert here.post("/profile/password", current=PASSWORD, password=NEW_PASSWORD).status_code == 303
    assert [is_in(here), is_in(there)] == [True, False]


def test_a_wrong_password_changes_nothing(people: People, browser: Open) -> None:
    here, there = browser(people.ines), browser(people.ines)
    assert here.post("/profile/password", current="not this one at all", password=NEW_PASSWORD).status_code == 422
    assert "not the password as it is now" in here.page
    assert [is_in(here), is_in(there)] == [True, True]


ENDINGS: dict[str, Callable[[Browser], object]] = {
    "signing out there": lambda there: there.post("/sign-out"),
    "signing out everywhere": lambda there: there.post("/sign-out/everywhere"),
}


@pytest.mark.parametrize("how", list(ENDINGS))
def test_sockets_close_with_the_sign_in(people: People, browser: Open, live: Connect, how: str) -> None:
    there = browser(people.ines)
    first, second, jonah = live(browser=there), live(browser=there), live(people.jonah)
    ENDINGS[how](there)
    first.wait_closed()
    second.wait_closed()
    assert jonah.command("clock:probe")["ok"]


def test_signing_out_here_leaves_the_sockets_of_other_browsers_open(
    people: People, browser: Open, live: Connect
) -> None:
    here, there = browser(people.ines), browser(people.ines)
    mine, other = live(browser=here), live(browser=there)
    here.post("/sign-out")
    mine.wait_closed()
    assert other.command("clock:probe")["ok"]


def test_a_new_password_closes_the_sockets_of_the_other_browsers(people: People, browser: Open, live: Connect) -> None:
    here, there = browser(people.ines), browser(people.ines)
    mine, other = live(browser=here), live(browser=there)
    here.post("/profile/password", current=PASSWORD, password=NEW_PASSWORD)
    other.wait_closed()
    assert mine.command("clock:probe")["ok"]


@pytest.mark.parametrize("what", ["suspended", "idle", "ended behind our back"])
def test_the_sweep_closes_sockets_whose_right_is_gone(
    app: Flask, people: People, browser: Open, live: Connect, what: str
) -> None:
    ines, jonah = live(browser=browser(people.ines)), live(people.jonah)
    if what == "suspended":
        with inside(), transaction() as rows:
            rows.get_one(Member, people.ines.id).status = MemberStatus.SUSPENDED
    elif what == "idle":
        change_sign_ins(people.ines, last_seen_at=now() - timedelta(days=15))
    else:
        change_sign_ins(people.ines, ended_at=now())
    with app.app_context():
        live_door.sweep({})
    ines.wait_closed()
    assert jonah.command("clock:probe")["ok"]


def test_a_command_after_the_right_is_gone_closes_the_socket(people: People, browser: Open, live: Connect) -> None:
    ines = live(browser=browser(people.ines))
    change_sign_ins(people.ines, ended_at=now())
    ines.client.emit("sit:snapshot", {"sit": "1-20261122T193000Z"})
    ines.wait_closed()


def test_a_cookie_whose_sign_in_has_ended_opens_no_socket(people: People, browser: Open, live: Connect) -> None:
    ines = browser(people.ines)
    change_sign_ins(people.ines, ended_at=now())
    with pytest.raises(NotLetIn):
        live(browser=ines)


def test_every_letter_of_a_change_goes_to_its_owner(app: Flask, people: People, browser: Open) -> None:
    browser(people.ines).post("/profile/password", current=PASSWORD, password=NEW_PASSWORD)
    with inside():
        assert session().get_one(Member, people.ines.id).is_active
    folder = app.extensions["settings"].data_dir / "mail"
    (letter,) = [path.read_text() for path in folder.iterdir()]
    assert letter.startswith(f"To: {people.ines.email}\n")
    assert "was changed" in letter
    assert NEW_PASSWORD not in letter


def test_signing_in_over_a_sign_in_ends_the_one_before_and_its_sockets(
    people: People, browser: Open, live: Connect
) -> None:
    here, elsewhere = browser(people.ines), browser(people.ines)
    mine, other = live(browser=here), live(browser=elsewhere)
    assert here.post("/sign-in", email=people.jonah.email, password=PASSWORD).status_code == 303
    mine.wait_closed()
    assert other.command("clock:probe")["ok"]
    assert [row.ended_at is None for row in sign_ins(people.ines)] == [False, True]
    assert is_in(here)


def test_a_wrong_password_over_a_sign_in_ends_nothing(people: People, browser: Open) -> None:
    here = browser(people.ines)
    assert here.post("/sign-in", email=people.jonah.email, password="not this one at all").status_code == 422
    assert is_in(here)


@pytest.fixture
def every_line() -> Iterator[None]:
    """Log all that the house logs when it is not being tested."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    yield
    structlog.configure(wrapper_class=before)


@pytest.mark.usefixtures("every_line")
@pytest.mark.parametrize("path", ["/help", "/ninety-seconds"])
def test_that_somebody_looked_for_help_is_written_down_nowhere(people: People, browser: Open, path: str) -> None:
    ines, long_ago = browser(people.ines), now() - timedelta(days=13)
    jobs.note_seen()  # of whoever was here in the story before
    change_sign_ins(people.ines, last_seen_at=long_ago)
    with capture_logs() as lines:
        assert ines.get(path).status_code == 200
    assert lines == []
    jobs.note_seen()
    assert sign_ins(people.ines)[0].last_seen_at == long_ago
    with capture_logs() as lines:
        ines.get("/privacy")
    assert [line["route"] for line in lines] == ["/privacy"]
