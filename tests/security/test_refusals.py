"""What a refusal gives back: the words that came with the request, and nothing else of it."""

from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import escape

from community.web.limits import limiter
from tests.doors import Browser
from tests.people import People

Open = Callable[..., Browser]

WORDS = 'A long evening in </textarea><script>words</script> & "more".'
FIELDS: dict[str, Any] = {
    "source": WORDS,
    "title": "A title of mine",
    "password": "nine slow herons",
    "write_key": "0" * 36,
    "next": "/x",
}


def assert_given_back(door: Browser) -> None:
    """Fail unless the page holds the words, as text, and no other field."""
    assert door.last is not None
    page = door.last.get_data(as_text=True)
    assert str(escape(WORDS)) in page
    assert WORDS not in page
    assert "A title of mine" in page
    assert not [name for name in ("nine slow herons", "0" * 36, 'value="/x"') if name in page]


def test_a_stale_token_gives_the_words_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    assert ines.post("/threads/1/posts", **{**FIELDS, "csrf_token": "of another day"}).status_code == 400
    assert_given_back(ines)


def test_an_ended_sign_in_gives_the_words_back(browser: Open) -> None:
    nobody = browser(None)
    assert nobody.post("/threads/1/posts", **FIELDS).status_code == 401
    assert_given_back(nobody)
    assert "Sign in, and try once more." in nobody.page


def test_too_many_at_once_gives_the_words_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    limiter.reset()
    while ines.post("/text/preview", **FIELDS).status_code != 429:
        pass
    assert_given_back(ines)
    limiter.reset()


def test_what_another_site_sent_is_not_given_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.post("/threads/1/posts", headers={"Sec-Fetch-Site": "cross-site"}, **FIELDS)
    assert "A long evening" not in ines.page


@pytest.mark.parametrize("fields", [{"theme": "paper"}, {"source": " \n "}])
def test_a_form_without_words_gives_nothing_back(browser: Open, fields: dict[str, Any]) -> None:
    nobody = browser(None)
    nobody.post("/settings/theme", **fields)
    assert "What you wrote" not in nobody.page


def test_a_form_that_is_too_large_is_refused_quietly(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    assert ines.post("/threads/1/posts", source="x" * 300_000).status_code == 413
    assert "What you wrote" not in ines.page
    assert ines.post("/threads/1/posts", source="dear\x00words").status_code == 400
    assert "dearwords" in ines.page


def test_a_field_that_nobody_sees_is_spoken_of_above_the_form(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    answer = maren.post("/groups/ending-on-time/agreement", source="We end on time.", follows="two")
    assert answer.status_code == 422
    assert maren.page.count('role="alert"') == 1
    assert "Not a valid integer value." in maren.page
    assert "We end on time." in maren.page
