"""Who hears of a thread while they have it open, and what little is said."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from community.groups.models import Holding
from community.threads.models import PostStatus
from tests.doors import Live
from tests.factories import make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

Sockets = Callable[..., Live]


def watching(live: Sockets, member: Any, thread: Any) -> Live:
    """Let somebody have a thread open."""
    socket = live(member)
    assert socket.command("thread:watch", thread=thread.id)["ok"] is True
    return socket


def heard(socket: Live) -> list[Any]:
    """Give all that was heard about posts, once everything on the way has arrived."""
    socket.settle()
    return [*socket.heard("post:written"), *socket.heard("post:changed")]


def test_one_who_has_a_thread_open_hears_of_an_answer_but_not_what_it_says(
    people: People, browser: Browsers, live: Sockets
) -> None:
    thread = make_thread(people.group, people.jonah)
    watcher = live(people.jonah)
    assert watcher.command("thread:watch", thread=thread.id) == {"ok": True, "last": 1}
    scenes.reply(browser(people.ines), thread)
    post = scenes.posts_in(thread)[-1]
    assert watcher.next("post:written") == {"thread": thread.id, "post": post.id, "position": 2}


def test_one_who_has_it_open_in_two_tabs_hears_in_both(people: People, browser: Browsers, live: Sockets) -> None:
    thread = make_thread(people.group, people.jonah)
    tabs = [watching(live, people.jonah, thread) for _ in range(2)]
    scenes.reply(browser(people.ines), thread)
    for tab in tabs:
        assert tab.next("post:written")["position"] == 2


def test_every_change_of_a_post_is_heard(people: People, browser: Browsers, live: Sockets) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.ines, "Mine is a held breath.")])
    post = scenes.posts_in(thread)[1]
    watcher = watching(live, people.jonah, thread)
    expected = {"thread": thread.id, "post": post.id}
    writer, teacher = browser(people.ines), browser(people.maren)
    writer.post(f"/posts/{post.id}/edit", source="Mine is a shallow breath.", version="1")
    assert watcher.next("post:changed") == expected
    assert teacher.post(f"/posts/{post.id}/hidings", words="It names a place.").status_code == 303
    assert watcher.next("post:changed") == expected
    assert teacher.post(f"/posts/{post.id}/restorings", words="It does not.").status_code == 303
    assert watcher.next("post:changed") == expected
    writer.post(f"/posts/{post.id}/withdrawal")
    assert watcher.next("post:changed") == expected


@pytest.mark.parametrize("who", ["viktor", "odile", "ada"])
def test_a_stranger_cannot_watch_and_learns_no_more_than_of_a_thread_that_never_was(
    people: People, browser: Browsers, live: Sockets, who: str
) -> None:
    thread = make_thread(people.group, people.jonah)
    stranger = live(getattr(people, who))
    refused = stranger.command("thread:watch", thread=thread.id)
    assert refused == stranger.command("thread:watch", thread=thread.id + 999)
    assert refused["error"]["kind"] == "not_found"
    scenes.reply(browser(people.ines), thread)
    assert heard(stranger) == []


def test_one_who_has_to_agree_first_hears_nothing(people: People, browser: Browsers, live: Sockets) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(scenes.membership(people.jonah, people.group), agreed_version=0)
    unagreed = live(people.jonah)
    assert unagreed.command("thread:watch", thread=thread.id)["error"]["kind"] == "not_allowed"
    scenes.reply(browser(people.ines), thread)
    assert heard(unagreed) == []


@pytest.mark.parametrize("status", [PostStatus.HELD, PostStatus.HIDDEN, PostStatus.WITHDRAWN])
def test_a_thread_that_is_not_shown_cannot_be_watched(people: People, live: Sockets, status: PostStatus) -> None:
    thread = make_thread(people.group, people.jonah, status=status)
    assert live(people.ines).command("thread:watch", thread=thread.id)["error"]["kind"] == "not_found"


def test_what_is_held_reaches_nobody_until_it_is_let_through(people: People, browser: Browsers, live: Sockets) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, holding=Holding.EVERYTHING)
    watchers = [watching(live, member, thread) for member in (people.jonah, people.maren, people.ines)]
    writer = browser(people.ines)
    scenes.reply(writer, thread, "It waits.")
    post = scenes.posts_in(thread)[-1]
    writer.post(f"/posts/{post.id}/edit", source="It waits, said otherwise.", version="1")
    assert [heard(watcher) for watcher in watchers] == [[], [], []]
    assert watchers[0].heard("notice:arrived") == []
    desk = browser(people.maren)
    desk.get("/desk")
    (case,) = set(re.findall(r"/cases/(\d+)", desk.page))
    assert desk.post(f"/cases/{case}/decision", verdict="let_through", version="1").status_code == 303
    for watcher in watchers:
        assert watcher.next("post:written") == {"thread": thread.id, "post": post.id, "position": 2}


def test_one_who_closed_the_page_hears_nothing(people: People, browser: Browsers, live: Sockets) -> None:
    thread = make_thread(people.group, people.jonah)
    watcher = watching(live, people.jonah, thread)
    assert watcher.command("thread:unwatch", thread=thread.id) == {"ok": True}
    assert watcher.command("thread:unwatch", thread=thread.id + 999) == {"ok": True}
    scenes.reply(browser(people.ines), thread)
    assert heard(watcher) == []


def test_a_thread_next_door_is_not_heard(people: People, browser: Browsers, live: Sockets) -> None:
    one, other = make_thread(people.group, people.jonah), make_thread(people.group, people.jonah)
    watcher = watching(live, people.jonah, one)
    scenes.reply(browser(people.ines), other)
    assert heard(watcher) == []


def test_one_who_is_removed_hears_nothing_more_on_the_socket_that_was_open(
    people: People, browser: Browsers, live: Sockets
) -> None:
    thread = make_thread(people.group, people.jonah)
    removed, stays = watching(live, people.ines, thread), watching(live, people.jonah, thread)
    answer = browser(people.maren).post(
        f"/groups/{people.group.slug}/members/{people.ines.id}/removals", words="We spoke about it."
    )
    assert answer.status_code == 303
    scenes.reply(browser(people.jonah), thread)
    assert stays.next("post:written")["position"] == 2
    assert heard(removed) == []
    assert removed.command("thread:watch", thread=thread.id)["error"]["kind"] == "not_found"


def test_one_who_leaves_hears_nothing_more(people: People, browser: Browsers, live: Sockets) -> None:
    thread = make_thread(people.group, people.jonah)
    leaver, stays = watching(live, people.ines, thread), watching(live, people.jonah, thread)
    assert browser(people.ines).post(f"/groups/{people.group.slug}/departure").status_code == 303
    scenes.reply(browser(people.jonah), thread)
    assert stays.next("post:written")["position"] == 2
    assert heard(leaver) == []
    assert leaver.command("thread:watch", thread=thread.id)["error"]["kind"] == "not_found"


@pytest.mark.parametrize(
    "payload",
    [{}, {"thread": "1"}, {"thread": None}, {"thread": True}, {"thread": -1}, {"thread": 2**40}, {"thread": 1.0},
     {"thread": [1]}, {"thread": {"id": 1}}, {"thread": "x" * 300}],
)  # fmt: skip
def test_a_broken_command_is_answered_and_breaks_nothing(people: People, live: Sockets, payload: Any) -> None:
    thread = make_thread(people.group, people.jonah)
    socket = live(people.jonah)
    for name in ("thread:watch", "thread:unwatch"):
        assert socket.command(name, **payload)["error"]["kind"] == "invalid"
    assert socket.command("thread:watch", thread=thread.id)["ok"] is True
