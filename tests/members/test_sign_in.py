from collections.abc import Callable

from tests.doors import Browser
from tests.factories import PASSWORD
from tests.people import People

Open = Callable[..., Browser]


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


def test_signing_out_ends_the_token_itself(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    cookie = ines.client.get_cookie("session")
    assert cookie is not None
    ines.post("/sign-out")
    ines.client.set_cookie("session", cookie.value)
    assert ines.get("/profile").status_code == 302
