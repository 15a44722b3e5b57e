import gc
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest
from flask import Flask

from community.members.models import MemberStatus
from community.members.tokens import token_hash
from community.web.limits import limiter
from tests.doors import Browser
from tests.factories import PASSWORD, make_member
from tests.members.scenes import Open, everything_kept, is_in, sign_in, sign_ins
from tests.people import People

PAIRS, MOST_SECONDS = 200, 0.005


def test_a_member_signs_in_and_is_sent_to_the_page_they_wanted(people: People, browser: Open) -> None:
    stranger = browser()
    assert stranger.get("/profile?x=1").headers["Location"] == "/sign-in?next=/profile?x%3D1"
    answer = stranger.post("/sign-in", email="Ines.Caldeira@example.org", password=PASSWORD, next="/profile")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profile")
    assert stranger.get("/profile").status_code == 200
    assert "Ines Caldeira" in stranger.page


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(people: People, browser: Open) -> None:
    known, unknown = browser(), browser()
    first = known.post("/sign-in", email="ines.caldeira@example.org", password="not this one at all")
    second = unknown.post("/sign-in", email="nobody.here@example.org", password="not this one at all")
    assert first.status_code == second.status_code == 422
    assert "do not go together" in known.page
    assert (
        known.page.replace("ines.caldeira", "").split("csrf")[0]
        == unknown.page.replace("nobody.here", "").split("csrf")[0]
    )
    assert known.get("/profile").status_code == 302


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Keep the garbage collector from being counted against whoever comes at its turn."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_wrong_password_and_an_unknown_address_take_the_same_time(people: People, browser: Open) -> None:
    someone = browser()
    someone.post("/sign-in", email="nobody@example.org", password="warming up")

    def spent(email: str) -> float:
        limiter.reset()
        begun = time.process_time()
        someone.post("/sign-in", email=email, password="not this one at all")
        return time.process_time() - begun

    known, unknown = people.ines.email, "ines.calmeira@example.org"
    differences = []
    for number in range(PAIRS):
        pair = (known, unknown) if number % 2 else (unknown, known)
        times = {email: spent(email) for email in pair}
        differences.append(times[known] - times[unknown])
    assert abs(median(differences)) < MOST_SECONDS


def test_a_suspended_member_with_the_right_password_is_told_nothing_more(browser: Open) -> None:
    silas = make_member("Silas Reed", status=MemberStatus.SUSPENDED)
    suspended, wrong = browser(), browser()
    assert sign_in(suspended, silas).status_code == 422
    assert sign_in(wrong, silas, "not this one at all").status_code == 422
    assert suspended.page.split("csrf")[0] == wrong.page.split("csrf")[0]
    assert not is_in(suspended)


def test_after_five_tries_one_waits_a_minute_and_is_not_locked_out(people: People, browser: Open) -> None:
    ines = browser()
    for _ in range(5):
        assert sign_in(ines, people.ines, "not this one at all").status_code == 422
    assert sign_in(ines, people.ines).status_code == 429
    assert "wait a minute" in ines.page
    assert people.ines.email in ines.page
    limiter.reset()  # the minute is over
    assert sign_in(ines, people.ines).status_code == 303


def test_an_unknown_address_is_slowed_down_alike(people: People, browser: Open) -> None:
    someone = browser()
    tried: dict[str, Any] = {"email": "nobody.here@example.org", "password": "not this one at all"}
    assert [someone.post("/sign-in", **tried).status_code for _ in range(6)] == [422] * 5 + [429]


def test_nobody_keeps_the_owner_of_an_account_out_by_guessing_at_it(people: People, browser: Open) -> None:
    guesser, ines = browser(), browser()
    guesser.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    for _ in range(25):
        sign_in(guesser, people.ines, "not this one at all")
    assert sign_in(guesser, people.ines, "not this one at all").status_code == 429
    assert sign_in(ines, people.ines).status_code == 303


def test_many_addresses_that_guess_at_one_account_come_to_an_end(people: People, app: Flask, browser: Open) -> None:
    said = []
    for number in range(16):
        guesser = browser()
        guesser.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        said += [sign_in(guesser, people.ines, "short").status_code for _ in range(5)]
    assert said.count(422) == 60
    assert set(said[60:]) == {429}


def test_one_address_is_slowed_down_whatever_accounts_it_tries(browser: Open) -> None:
    guesser = browser()
    said = [
        guesser.post("/sign-in", email=f"someone{number}@example.org", password="not this one at all").status_code
        for number in range(31)
    ]
    assert said == [422] * 30 + [429]


def test_every_sign_in_has_a_token_of_its_own_and_only_its_hash_is_kept(
    people: People, app: Flask, browser: Open
) -> None:
    tokens = []
    for _ in range(2):
        ines = browser()
        sign_in(ines, people.ines)
        with ines.client.session_transaction() as cookie:
            tokens.append(cookie["_user_id"])
    assert len(set(tokens)) == 2
    assert all(len(token) == 43 for token in tokens)  # 32 random bytes
    assert [row.token_hash for row in sign_ins(people.ines)] == [token_hash(token) for token in tokens]
    kept = everything_kept(app)
    assert not [token for token in tokens if token.encode() in kept]
    assert token_hash(tokens[0]) in kept  # the search does find what is there


def test_signing_in_begins_a_new_session_whatever_was_in_the_old_one(people: People, browser: Open) -> None:
    planted = browser(people.jonah)
    with planted.client.session_transaction() as cookie:
        cookie["something"] = "left here by somebody else"
        before = dict(cookie)
    sign_in(planted, people.ines)
    with planted.client.session_transaction() as cookie:
        after = dict(cookie)
    assert "something" not in after
    assert after["_user_id"] != before["_user_id"]
    assert after.get("csrf_token") != before["csrf_token"]


def test_the_cookie_lasts_as_long_as_the_browser_unless_one_asks_to_stay(people: People, browser: Open) -> None:
    short, long = browser(), browser()
    assert "Expires" not in sign_in(short, people.ines).headers["Set-Cookie"]
    assert "Expires" in sign_in(long, people.ines, keep="y").headers["Set-Cookie"]


def test_signing_out_ends_the_token_itself(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    cookie = ines.client.get_cookie("session")
    assert cookie is not None
    ines.post("/sign-out")
    ines.client.set_cookie("session", cookie.value)
    assert ines.get("/profile").status_code == 302


def test_signing_out_lets_the_browser_forget_and_can_be_said_twice(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    for _ in range(2):
        answer = ines.post("/sign-out")
        assert answer.status_code == 303
        assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_signing_out_everywhere_ends_every_browser(people: People, browser: Open) -> None:
    here, there, other = browser(people.ines), browser(people.ines), browser(people.jonah)
    answer = here.post("/sign-out/everywhere")
    assert "Clear-Site-Data" in answer.headers
    assert [is_in(each) for each in (here, there, other)] == [False, False, True]


@pytest.mark.parametrize(
    "next_",
    [
        *("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"),
        *("/ok\n//evil.example", "/\t/evil.example", " //evil.example", "http:evil.example", "/x y", "/" + "x" * 501),
        *("///evil.example", "evil.example", "@evil.example", ".evil.example", "/ok\x7f"),
    ],
)
def test_no_address_elsewhere_is_followed_after_signing_in(people: People, browser: Open, next_: str) -> None:
    stranger = browser()
    assert sign_in(stranger, people.ines, next=next_).headers["Location"] == "/"
    assert is_in(stranger)
    assert stranger.client.get("/sign-in", query_string={"next": next_}).headers["Location"] == "/"
    assert stranger.post("/settings/theme", theme="paper", next=next_).headers["Location"] == "/"


def test_a_browser_that_is_signed_in_is_led_past_the_front_door(people: People, browser: Open) -> None:
    ines: Browser = browser(people.ines)
    assert ines.get("/sign-in?next=/groups").headers["Location"] == "/groups"


def test_who_has_a_long_address_is_counted_by_their_network(browser: Open) -> None:
    said = []
    for number in range(31):
        guesser = browser()
        guesser.client.environ_base["REMOTE_ADDR"] = f"2001:db8:0:7:{number:x}::1"
        said.append(guesser.post("/sign-in", email=f"someone{number}@example.org", password="no").status_code)
    assert said == [422] * 30 + [429]
    for elsewhere in ("2001:db8:0:8::1", "::ffff:203.0.113.7", "203.0.113.7"):
        guesser.client.environ_base["REMOTE_ADDR"] = elsewhere
        assert guesser.post("/sign-in", email="someone@example.org", password="no").status_code == 422


@pytest.mark.parametrize("spelt", ["  Noor@EXÄMPLE.org ", "noor@xn--exmple-cua.org", "NOOR@exämple.org"])
def test_an_address_is_one_address_however_it_is_spelt(app: Flask, browser: Open, spelt: str) -> None:
    noor = make_member("Noor Vale", email="noor@exämple.org")
    assert browser().post("/sign-in", email=spelt, password=PASSWORD).status_code == 303
    done = app.test_cli_runner().invoke(args=["close-door", "--email", spelt])
    assert done.exit_code == 0, done.output
    assert sign_ins(noor)[0].ended_at is not None
