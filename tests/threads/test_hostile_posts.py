"""Hostile words through the real forms: what is kept is inert, and the page around it stands."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from community.web.assets import mark_in_the_tab
from community.web.limits import limiter
from tests.allowed import assert_allowed
from tests.factories import make_thread
from tests.hostile_texts import HOSTILE
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

SHARES = 8


class Elements(HTMLParser):
    """Collects every element of a page with its attributes, as a browser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_nothing_runs(page: str) -> None:
    """Hold a page to its own script, and to no handler, frame, style or foreign address of anybody's making."""
    for tag, attributes in Elements(page).found:
        assert tag not in {"iframe", "object", "embed", "style", "base", "math", "img"}, tag
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/")
        assert not any(name.startswith("on") or name == "style" for name in attributes), attributes
        assert (attributes.get("action") or "/").startswith("/")
        if attributes.get("rel") == "icon":
            assert attributes["href"] == mark_in_the_tab()
            continue
        address = (attributes.get("href") or "/").strip().lower()
        assert address.startswith(("/", "#", "http://", "https://", "mailto:")), address
        assert not address.startswith("//")


def sendable(words: str) -> str:
    """Leave out what no browser can send: lone surrogates, and NUL, which the door refuses for all forms."""
    return words.encode("utf-8", "ignore").decode().replace("\0", "")


@pytest.mark.parametrize("share", range(SHARES))
def test_hostile_words_are_kept_inert_and_shown_in_their_place(people: People, browser: Browsers, share: int) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.ines, "Mine is a held breath.")])
    post = scenes.posts_in(thread)[1]
    writer, version = browser(people.ines), 1
    for words in map(sendable, HOSTILE[share :: 3 * SHARES]):
        limiter.reset()
        answer = writer.post(f"/posts/{post.id}/edit", source=words, version=str(version))
        assert answer.status_code in {303, 422}, words
        fragment = writer.get(f"/posts/{post.id}/fragment").get_data(as_text=True)
        (state,) = re.findall(r'data-state="visible\.(\d+)"', fragment)
        assert int(state) - version in ({0, 1} if answer.status_code == 303 else {0}), words
        version = int(state)
        assert fragment.count("<article") == fragment.count("</article>") == 1, words
        assert_nothing_runs(fragment)
        (prose,) = re.findall(r'<div class="prose">(.*?)</div>', fragment, re.DOTALL)
        assert_allowed(prose)
    assert version > len(HOSTILE) // SHARES // 6


@pytest.mark.parametrize("share", range(4))
def test_hostile_titles_and_notes_are_words_and_nothing_else(people: People, browser: Browsers, share: int) -> None:
    thread = make_thread(people.group, people.jonah)
    opening = scenes.posts_in(thread)[0]
    writer = browser(people.jonah)
    for words in map(sendable, HOSTILE[share::32]):
        limiter.reset()
        line = words[:200]
        version = str(scenes.fresh(opening).version)
        fields: dict[str, Any] = {
            "title": line,
            "content_note": line,
            "source": "I lean.",
            "version": version,
            "wants": "",
        }
        assert writer.post(f"/posts/{opening.id}/edit", **fields).status_code in {303, 422}, words
        for path in (f"/threads/{thread.id}", f"/groups/{people.group.slug}", f"/posts/{opening.id}/history"):
            limiter.reset()
            assert_nothing_runs(writer.get(path).get_data(as_text=True))


def test_hostile_words_are_handed_back_inert(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    for words in map(sendable, HOSTILE[::40]):
        limiter.reset()
        sent = f"{words} </textarea><script>window.ran=1</script> {'[' * 1001}"
        assert scenes.reply(writer, thread, sent).status_code == 422
        assert_nothing_runs(writer.last.get_data(as_text=True) if writer.last else "")
        gone = writer.post("/threads/999999/posts", source=sent)
        assert gone.status_code in {404, 422}
        assert_nothing_runs(gone.get_data(as_text=True))
