"""Once is once: a repeat makes no second post, and writers at the same moment each get a place."""

import threading
from collections.abc import Callable
from uuid import uuid4

from tests.doors import Browser
from tests.factories import make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

WORDS = "Mine comes with a held breath."


def test_the_same_form_sent_twice_makes_one_post(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer, key = browser(people.ines), str(uuid4())
    first = scenes.reply(writer, thread, WORDS, write_key=key)
    second = scenes.reply(writer, thread, WORDS, write_key=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(scenes.posts_in(thread)) == 2
    assert len(scenes.told(people.jonah)) == 1


def test_the_same_form_with_other_words_says_so_and_may_be_sent_again(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer, key = browser(people.ines), str(uuid4())
    scenes.reply(writer, thread, WORDS, write_key=key)
    assert scenes.reply(writer, thread, "Other words.", write_key=key).status_code == 409
    assert "Other words." in writer.page
    assert "with other words" in writer.page
    assert key not in writer.page
    assert len(scenes.posts_in(thread)) == 2


def test_a_key_is_its_writers_own(people: People, browser: Browsers) -> None:
    thread, key = make_thread(people.group, people.jonah), str(uuid4())
    for member in (people.ines, people.jonah):
        assert scenes.reply(browser(member), thread, WORDS, write_key=key).status_code == 303
    assert len(scenes.posts_in(thread)) == 3


def test_a_key_that_was_used_elsewhere_posts_nothing_here(people: People, browser: Browsers) -> None:
    one, other = make_thread(people.group, people.jonah), make_thread(people.group, people.jonah)
    writer, key = browser(people.ines), str(uuid4())
    scenes.reply(writer, one, WORDS, write_key=key)
    assert scenes.reply(writer, other, WORDS, write_key=key).status_code == 409
    assert scenes.begin(writer, people.group, "The lean", WORDS, write_key=key).status_code == 409


def at_once(count: int, act: Callable[[], int]) -> list[int]:
    """Let several browsers of one person do the same at the same moment; gives the answers' statuses."""
    gate, answers = threading.Barrier(count), []

    def go() -> None:
        gate.wait(10)
        answers.append(act())

    threads = [threading.Thread(target=go) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return answers


def same_session(browser: Browser) -> Browser:
    """Give a second tab of the same browser, so that two requests may be under way."""
    other = Browser(browser.app, None)
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    other.client.set_cookie("session", cookie.value)
    return other


def test_two_forms_sent_at_the_same_moment_make_one_post(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    for _ in range(12):
        key, tabs = str(uuid4()), [same_session(writer), same_session(writer)]
        waiting = list(tabs)
        places: list[str] = []

        def send(waiting: list[Browser] = waiting, key: str = key, places: list[str] = places) -> int:
            answer = scenes.reply(waiting.pop(), thread, f"{WORDS} {key}", write_key=key)
            places.append(answer.headers.get("Location", ""))
            return answer.status_code

        assert at_once(2, send) == [303, 303]
        assert len(set(places)) == 1
    posts = scenes.posts_in(thread)
    assert [post.position for post in posts] == list(range(1, 14))
    assert len(scenes.told(people.jonah)) == 12


def test_many_who_write_at_the_same_moment_each_get_a_place(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writers = [browser(member) for member in (people.ines, people.jonah, people.maren, people.tomasz)] * 2
    waiting = [same_session(writer) for writer in writers]
    assert at_once(8, lambda: scenes.reply(waiting.pop(), thread).status_code) == [303] * 8
    assert sorted(post.position or 0 for post in scenes.posts_in(thread)) == list(range(1, 10))
    assert scenes.fresh(thread).last_position == 9
