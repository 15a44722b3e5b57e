"""What a page carries along unseen and comes back broken: somebody is told, and can go on."""

from typing import Any

import pytest

from community.threads.models import Thread
from tests.doors import Browser
from tests.factories import make_thread
from tests.moderation.scenes import fields_of
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

WORDS = "I lean forward, and stop."
SENTENCE = "The page was not whole when it was sent."
BROKEN: list[dict[str, Any]] = [
    {"write_key": "nope"},
    {"read_to": "x"},
    {"read_to": "-1"},
    {"read_to": "9" * 400},
    {"draft_version": "x" * 41},
]


def sent_again(writer: Browser, action: str) -> int:
    """Send the form of the page as it stands now."""
    fields: dict[str, Any] = {**fields_of(writer.page, action), "source": WORDS}
    return writer.post(action, **fields).status_code


@pytest.mark.parametrize("broken", BROKEN, ids=lambda fields: next(iter(fields)))
def test_a_broken_unseen_field_is_spoken_of_once_and_mended(
    people: People, browser: Browsers, broken: dict[str, Any]
) -> None:
    thread: Thread = make_thread(people.group, people.jonah)
    writer, action = browser(people.ines), f"/threads/{thread.id}/posts"
    assert scenes.reply(writer, thread, WORDS, **broken).status_code == 422
    main = writer.page.partition("<main")[2]
    assert main.count(SENTENCE) == 1
    assert 'role="alert"' in main
    assert WORDS in main
    assert sent_again(writer, action) == 303


@pytest.mark.parametrize("version", ["", "x", "0", "9" * 400])
def test_an_edit_of_no_known_version_shows_what_stands_and_can_be_kept(
    people: People, browser: Browsers, version: str
) -> None:
    thread = make_thread(people.group, people.ines, posts=[(people.ines, "I lean."), (people.ines, "As it stands.")])
    action = f"/posts/{scenes.posts_in(thread)[1].id}/edit"
    writer = browser(people.ines)
    assert writer.post(action, source=WORDS, version=version).status_code == 422
    main = writer.page.partition("<main")[2]
    assert main.count(SENTENCE) == 1
    assert "As it stands." in main
    assert sent_again(writer, action) == 303
