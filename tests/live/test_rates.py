"""How fast one may speak: a burst is fine, more is refused and in the end cut; nobody else is slowed down."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask

from community import live as live_door
from community.live import QUIET_AFTER
from tests.doors import Browser, Live, until
from tests.live.conftest import Knock
from tests.people import People

Connect = Callable[..., Live]
BURST = 20


def outcomes(wire_answers: list[str]) -> list[str]:
    """Say what each answer was."""
    said = [json.loads(answer.partition("[")[1] + answer.partition("[")[2])[0] for answer in wire_answers]
    return ["ok" if each["ok"] else each["error"]["kind"] for each in said]


def test_a_burst_is_answered_and_what_comes_after_is_asked_to_wait(people: People, live: Connect) -> None:
    ines = live(people.ines)
    said = [ines.command("clock:probe") for _ in range(BURST + 5)]
    assert [each["ok"] for each in said] == [True] * BURST + [False] * 5
    assert said[-1]["error"]["kind"] == "too_often"
    assert "wait" in said[-1]["error"]["message"]


def test_a_flood_is_refused_and_then_cut(app: Flask, people: People, knock: Knock, live: Connect) -> None:
    jonah = live(people.jonah)
    wire = knock(Browser(app, people.ines).cookie_header())
    wire.come_in()
    answers: list[str] = []
    with suppress(OSError):  # who is cut may notice it while it speaks
        while len(answers) < BURST + QUIET_AFTER + 30:
            wire.command("clock:probe", {})
            heard = wire.hear()
            if heard is None or not heard.startswith("431"):
                break
            answers.append(heard)
    said = outcomes(answers)
    assert said[:BURST] == ["ok"] * BURST
    assert set(said[BURST:]) == {"too_often"}
    assert len(said) <= BURST + QUIET_AFTER + 1
    assert until(lambda: not live_door.sockets_of(people.ines.id))
    assert jonah.command("clock:probe")["ok"]


def test_many_tabs_of_one_member_share_one_measure(people: People, live: Connect) -> None:
    tabs = [live(people.ines) for _ in range(4)]
    said = [tab.command("sit:leave", sit="1", tab="one")["ok"] for _ in range(8) for tab in tabs]
    assert said.count(True) == BURST
    assert live(people.jonah).command("sit:leave", sit="1", tab="one")["ok"]


def test_what_pages_send_by_themselves_leaves_room_for_what_is_pressed(people: People, live: Connect) -> None:
    tabs = [live(people.ines) for _ in range(4)]
    assert all(tab.command("clock:probe")["ok"] for _ in range(8) for tab in tabs)
    assert all(tab.command("sit:leave", sit="1", tab="one")["ok"] for _ in range(4) for tab in tabs)


def test_the_measure_opens_again(people: People, live: Connect) -> None:
    ines = live(people.ines)
    while ines.command("clock:probe")["ok"]:
        pass
    live_door._limiter.storage.reset()  # four seconds later
    assert ines.command("clock:probe")["ok"]


def test_a_flood_of_words_that_are_no_commands_makes_no_threads(app: Flask, people: People, knock: Knock) -> None:
    wire = knock(Browser(app, people.ines).cookie_header())
    wire.come_in()
    before, most = threading.active_count(), 0
    for number in range(3000):
        wire.command(f"nothing:of_ours{number}", {})
        if number % 50 == 0:
            most = max(most, threading.active_count())
    wire.command("clock:probe", {})
    answer = wire.hear()
    assert answer is not None
    assert answer.startswith("431")
    assert most <= before + 3


def test_a_line_may_say_who_it_is_a_few_times_only(knock: Knock, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setitem(live_door._loaders, "token", lambda token, _at: asked.append(token))  # nobody is known by it
    wire = knock(cookie_of_nobody())
    said = [wire.come_in() for _ in range(20)]
    assert said[0] == '44{"message":"signed out"}'
    assert said[-1] == '44{"message":"too often"}'
    assert len(asked) <= 5


def cookie_of_nobody() -> str:
    """Give a cookie with a token that was never given out."""
    from tests.factories import house

    app = house["app"]
    session = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={session.dumps({'_user_id': 'x' * 43})}"
