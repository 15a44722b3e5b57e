"""A new password by a letter: who gets one, how long its link is good, and what ends it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from community.clock import now
from community.db import session, transaction
from community.jobs import huey
from community.mail import OutboxMail
from community.members import actions
from community.members.models import MemberStatus, PasswordReset
from community.members.tokens import token_hash
from tests.factories import PASSWORD, inside, make_member
from tests.members.scenes import NEW_PASSWORD, Open, everything_kept, hash_of, is_in, letters, path_in, sign_in
from tests.people import People

Statements = Callable[[], AbstractContextManager[list[str]]]


def asked(app: Flask, browser: Open, email: str) -> str:
    """Ask for a link, and give the path in the newest letter."""
    assert browser().post("/reset", email=email).status_code == 200
    return path_in(letters(app, email)[-1], "reset")


def test_the_answer_is_the_same_for_every_address_and_the_letter_tells(
    app: Flask, people: People, browser: Open
) -> None:
    make_member("Silas Reed", status=MemberStatus.SUSPENDED)
    pages = []
    for email in (people.ines.email, "nobody.here@example.org", "silas.reed@example.org", "INES.Caldeira@example.org"):
        someone = browser()
        assert someone.post("/reset", email=email).status_code == 200
        pages.append(someone.page.split("csrf")[0])
    assert len(set(pages)) == 1
    assert len(letters(app, people.ines.email)) == 2
    assert not letters(app, "nobody.here@example.org")
    assert not letters(app, "silas.reed@example.org")


def test_asking_is_the_same_work_for_known_and_unknown(
    people: People, browser: Open, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huey, "immediate", False)  # the job looks the address up afterwards, as it does in earnest
    work = []
    for email in (people.ines.email, "nobody.here@example.org"):
        someone = browser()
        with statements() as seen:
            assert someone.post("/reset", email=email).status_code == 200
        work.append(seen)
    assert work[0] == work[1]
    with inside():
        assert not session().scalars(sa.select(OutboxMail)).all()


def test_a_link_sets_a_new_password_once(app: Flask, people: People, browser: Open) -> None:
    path = asked(app, browser, people.ines.email)
    someone = browser()
    assert someone.get(path).status_code == 200
    answer = someone.post(path, password=NEW_PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert not is_in(someone)  # the letter sets a password, it signs nobody in
    assert sign_in(browser(), people.ines, NEW_PASSWORD).status_code == 303
    assert sign_in(browser(), people.ines, PASSWORD).status_code == 422
    for again in (browser().get(path), browser().post(path, password="another slow heron")):
        assert again.status_code == 404
    assert sign_in(browser(), people.ines, NEW_PASSWORD).status_code == 303


def test_opening_a_link_changes_nothing(app: Flask, people: People, browser: Open) -> None:
    path, before = asked(app, browser, people.ines.email), hash_of(people.ines)
    for _ in range(3):
        assert browser().get(path).status_code == 200
    assert hash_of(people.ines) == before


def test_a_link_is_good_for_half_an_hour(app: Flask, people: People, browser: Open) -> None:
    path = asked(app, browser, people.ines.email)
    with inside(), transaction() as rows:
        (reset,) = rows.scalars(sa.select(PasswordReset))
        assert reset.looked_up_at is not None
        assert reset.expires_at - reset.looked_up_at == timedelta(minutes=30)
        reset.expires_at = now()
    assert browser().get(path).status_code == 404
    assert browser().post(path, password=NEW_PASSWORD).status_code == 404


def test_only_the_hash_of_a_link_is_kept_once_its_letter_is_out(app: Flask, people: People, browser: Open) -> None:
    token = asked(app, browser, people.ines.email).rpartition("/")[2]
    assert len(token) == 43
    with inside():
        (reset,) = session().scalars(sa.select(PasswordReset))
        assert reset.token_hash == token_hash(token)
        assert [mail.body for mail in session().scalars(sa.select(OutboxMail))] == [""]
    assert token_hash(token) in everything_kept(app)


def test_every_other_link_dies_with_a_new_password(app: Flask, people: People, browser: Open) -> None:
    first, second = asked(app, browser, people.ines.email), asked(app, browser, people.ines.email)
    assert first != second
    assert browser().post(second, password=NEW_PASSWORD).status_code == 303
    assert browser().get(first).status_code == 404


def test_a_link_dies_when_the_password_is_changed_in_the_profile(app: Flask, people: People, browser: Open) -> None:
    path = asked(app, browser, people.ines.email)
    browser(people.ines).post("/profile/password", current=PASSWORD, password=NEW_PASSWORD)
    assert browser().get(path).status_code == 404


def test_a_link_of_one_member_says_nothing_of_another(app: Flask, people: People, browser: Open) -> None:
    path = asked(app, browser, people.ines.email)
    browser().post(path, password=NEW_PASSWORD)
    assert sign_in(browser(), people.jonah).status_code == 303


def test_every_browser_is_signed_out_by_a_reset(app: Flask, people: People, browser: Open) -> None:
    here, there = browser(people.ines), browser(people.ines)
    browser().post(asked(app, browser, people.ines.email), password=NEW_PASSWORD)
    assert [is_in(here), is_in(there)] == [False, False]
    assert "was changed" in letters(app, people.ines.email)[-1]


@pytest.mark.parametrize("token", ["x", "x" * 43, "..", "%00", "a/b", "é" * 20, "x" * 5000, "-" * 43])
def test_a_link_that_was_never_made_is_not_open(people: People, browser: Open, token: str) -> None:
    someone = browser()
    assert someone.get(f"/reset/{token}").status_code in {400, 404}
    assert someone.post(f"/reset/{token}", password=NEW_PASSWORD).status_code in {400, 404}


def test_a_weak_password_is_refused_and_the_link_stays_good(app: Flask, people: People, browser: Open) -> None:
    path, someone = asked(app, browser, people.ines.email), browser()
    assert someone.post(path, password="password").status_code == 422
    assert "Guessers try" in someone.page
    assert someone.post(path, password="Ines Caldeira").status_code == 422
    assert someone.post(path, password=NEW_PASSWORD).status_code == 303


def test_an_address_is_written_to_by_the_name_of_this_place_alone(app: Flask, people: People, browser: Open) -> None:
    someone = browser()
    someone.post("/reset", email=people.ines.email, headers={"X-Forwarded-Host": "evil.example", "Origin": "null"})
    letter = letters(app, people.ines.email)[-1]
    assert "evil.example" not in letter
    assert f"{app.extensions['settings'].base_url}/reset/" in letter


def test_links_are_tried_slowly(people: People, browser: Open) -> None:
    someone = browser()
    said = [someone.post("/reset", email=f"someone{number}@example.org").status_code for number in range(11)]
    assert said == [200] * 10 + [429]


def test_the_half_hour_begins_when_the_letter_is_written(app: Flask, people: People) -> None:
    asked_at = now() - timedelta(minutes=20)
    with inside(), transaction():
        actions.ask_for_reset(email=people.ines.email, at=asked_at)
    with inside():
        (reset,) = session().scalars(sa.select(PasswordReset))
    assert timedelta(minutes=29) < reset.expires_at - now() <= timedelta(minutes=30)
    path_in(letters(app, people.ines.email)[-1], "reset")


def test_nobody_fills_the_letterbox_of_another(app: Flask, people: People, browser: Open) -> None:
    pages = []
    for number in range(8):
        someone = browser()
        someone.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        assert someone.post("/reset", email=f" {people.ines.email.upper()}").status_code == 200
        pages.append(someone.page.split("csrf")[0])
    assert len(set(pages)) == 1
    assert len(letters(app, people.ines.email)) == 5
    asked(app, browser, people.jonah.email)
