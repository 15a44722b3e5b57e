"""What one says about oneself."""

import pytest

from community.db import session
from community.members.models import Member, SeenAs, Theme
from tests.factories import inside, make_member
from tests.members.scenes import Open
from tests.people import People


def profile(browser: Open, people: People, **fields: str) -> tuple[int, str]:
    """Send the profile's form with these fields changed."""
    ines = browser(people.ines)
    given = {
        "name": "Ines Caldeira",
        "pronouns": "",
        "profession": "",
        "zone": "Europe/Lisbon",
        "seen_as": "name",
        **fields,
    }
    status = ines.post("/profile", headers=None, **given).status_code
    return status, ines.page


def kept(people: People) -> Member:
    with inside():
        return session().get_one(Member, people.ines.id)


def test_a_member_says_how_they_are_called_and_seen(people: People, browser: Open) -> None:
    status, _ = profile(
        browser,
        people,
        name="  Ines   C. ",
        pronouns="she/her",
        profession="Therapist",
        zone="Asia/Tokyo",
        seen_as="one_more",
    )
    assert status == 303
    ines = kept(people)
    assert (ines.name, ines.pronouns, ines.profession) == ("Ines C.", "she/her", "Therapist")
    assert (ines.zone, ines.seen_as) == ("Asia/Tokyo", SeenAs.ONE_MORE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "https://evil.example"),
        ("name", "evil.example"),
        ("name", "x" * 61),
        ("name", " \u200b "),
        ("pronouns", "x" * 41),
        ("profession", "x" * 81),
        ("zone", "Europe/Nowhere"),
        ("seen_as", "somebody else"),
    ],
)
def test_what_does_not_fit_is_refused_and_kept_on_the_page(
    people: People, browser: Open, field: str, value: str
) -> None:
    status, page = profile(
        browser, people, **{field: value, "profession": "Listener" if field != "profession" else value}
    )
    assert status == 422
    assert "Listener" in page or field == "profession"
    ines = kept(people)
    assert (ines.name, ines.zone, ines.seen_as) == ("Ines Caldeira", "Europe/Lisbon", SeenAs.NAME)


@pytest.mark.parametrize("field", ["is_admin", "status", "email", "password_hash", "id", "role", "theme"])
def test_a_field_that_the_form_has_not_changes_nothing(people: People, browser: Open, field: str) -> None:
    before = vars(kept(people))
    status, _ = profile(browser, people, **{field: "1"})
    assert status == 303
    ines = kept(people)
    assert not ines.is_admin
    assert (ines.email, ines.status, ines.id, ines.theme) == (
        before["email"],
        before["status"],
        before["id"],
        Theme.SYSTEM,
    )


def test_markup_in_a_name_is_shown_as_letters(people: People, browser: Open) -> None:
    status, _ = profile(browser, people, name="<b>Ines</b>", pronouns='"><img src=x onerror=alert(1)>')
    assert status == 303
    raw = browser(people.jonah).get(f"/groups/{people.group.slug}/members").get_data(as_text=True)
    assert "<b>Ines" not in raw
    assert "<img" not in raw
    assert "&lt;b&gt;Ines" in raw


@pytest.mark.parametrize(("theme", "status"), [("candlelight", 303), ("paper", 303), ("neon", 422), ("", 422)])
def test_the_light_is_one_of_ours(people: People, browser: Open, theme: str, status: int) -> None:
    ines = browser(people.ines)
    assert ines.post("/settings/theme", theme=theme, next="/groups").status_code == status
    if status == 303:
        assert ines.last is not None
        assert ines.last.headers["Location"] == "/groups"


def test_who_was_not_asked_yet_how_to_be_seen_is_not_answered_for(browser: Open) -> None:
    noor = make_member("Noor Vale", seen_as=None)
    here = browser(noor)
    here.get("/profile")
    assert here.page.count("checked") == 1  # the light
    for asked in ({}, {"seen_as": ""}):
        assert here.post("/profile", headers=None, name="Noor V.", zone="Europe/Lisbon", **asked).status_code == 303
    with inside():
        kept_now = session().get_one(Member, noor.id)
    assert (kept_now.name, kept_now.seen_as) == ("Noor V.", None)
