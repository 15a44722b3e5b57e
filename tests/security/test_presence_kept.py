"""Who sits where is known to those who may read the group, and to nobody else: not a name, not a number, nothing.

Every outsider asks at every door and with every command, once while the rooms are empty and once while people sit in
them; what they are answered must be the same to the byte, and no fact may reach them.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from itsdangerous import TimestampSigner

from community import live as live_door
from community.clock import now
from community.sits import live as sits_live
from community.sits.presence import Register
from community.sits.wire import sitter
from tests.doors import Browser, Live, until
from tests.factories import inside
from tests.security.doors_table import TABLE
from tests.security.scene import KINDS, OUTSIDERS, READERS
from tests.security.stage import Stage
from tests.security.table import Row
from tests.security.test_access_live import TABLE as COMMANDS

STRANGERS = (*sorted(OUTSIDERS), "nuno", "silas", "nobody")
SEATED = ("maren", "tomasz", "jonah", "ines", "mila")
READ = sorted(route for route in TABLE if route.startswith("GET "))
WRITTEN = sorted(route for route in TABLE if route.startswith("POST ") and "<key>" in route)
TRIES = 3  # a minute or a second may turn between two answers, but not between all of them

# What is another each time by itself: the moment of an answer, and the name that a page makes for a sit of one's own.
OF_THE_MOMENT = {"Date", "X-Kept-Until"}
OWN_NAME = re.compile(rb'name="write_key" value="[0-9a-f-]+"')

Answer = tuple[int, list[tuple[str, str]], bytes]


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every cookie and form token be made at the same second, since each says when it was made."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: 1_800_000_000)


@pytest.fixture
def rooms(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """Give a way to fill the rooms of all groups, or to empty them; in the end they are empty."""
    empty, full = Register(), Register()
    with inside():
        for kind in KINDS:
            group, key = stage.scene.groups[kind], stage.scene.words[f"{kind}:sit:now"]
            for name in SEATED:
                person = sitter(stage.scene.members[name], group)
                full.join(key, person, "one", at=now().timestamp())
    monkeypatch.setattr(sits_live, "register", empty)
    yield lambda people: monkeypatch.setattr(sits_live, "register", full if people else empty)
    sits_live._rooms.clear()
    sits_live._tabs.clear()


def answer(stage: Stage, actor: str, route: str, row: Row) -> Answer:
    response = stage.ask(actor, route, row)
    headers = [(name, value) for name, value in response.headers if name not in OF_THE_MOMENT]
    found = response.status_code, headers, OWN_NAME.sub(b"", response.get_data())
    if stage.was_written():
        stage.put_back()
    return found


def tells_apart(stage: Stage, rooms: Callable[[bool], None], actor: str, route: str, row: Row) -> bool:
    """Say whether an actor can tell a room in which people sit from an empty one."""
    for _ in range(TRIES):
        rooms(False)
        empty = answer(stage, actor, route, row)
        rooms(True)
        if answer(stage, actor, route, row) == empty:
            return False
    return True


@pytest.mark.parametrize("route", READ + WRITTEN)
def test_no_door_tells_an_outsider_whether_anybody_sits(
    stage: Stage, rooms: Callable[[bool], None], route: str
) -> None:
    wrong = [
        (actor, dict(row.args))
        for row in TABLE[route]
        for actor in STRANGERS
        if tells_apart(stage, rooms, actor, route, row)
    ]
    assert not wrong


def test_a_reader_can_tell_so_the_question_is_a_real_one(stage: Stage, rooms: Callable[[bool], None]) -> None:
    route = "GET /groups/<slug>/sits/<key>/seats"
    row = next(row for row in TABLE[route] if row.args["slug"] == "@hidden")
    assert tells_apart(stage, rooms, "ines", route, row)


@pytest.fixture
def lines(stage: Stage, server: str) -> Iterator[dict[str, Live]]:
    """Give everybody a socket but those who are nobody here."""
    names = [*OUTSIDERS, "nuno", *READERS]
    yield {name: Live(server, f"session={stage.cookies[name]}") for name in names}
    for sid in list(live_door._sockets):
        live_door.socketio.server.disconnect(sid)
    assert until(lambda: not live_door._sockets)


def said(stage: Stage, line: Live, command: str, payload: dict[str, Any]) -> dict[str, Any]:
    live_door._limiter.storage.reset()
    named = {
        name: int(stage.named(value)) if name == "thread" else stage.named(value) for name, value in payload.items()
    }
    return line.command(command, **named)


def test_no_command_tells_an_outsider_whether_anybody_sits(
    stage: Stage, rooms: Callable[[bool], None], lines: dict[str, Live]
) -> None:
    for command in sorted(set(COMMANDS) - {"clock:probe"}):
        for row in COMMANDS[command]:
            for name in (*OUTSIDERS, "nuno"):
                rooms(False)
                empty = said(stage, lines[name], command, row.payload)
                rooms(True)
                assert said(stage, lines[name], command, row.payload) == empty, (name, command, row.payload)


def test_no_fact_of_a_room_reaches_an_outsider(
    stage: Stage, rooms: Callable[[bool], None], lines: dict[str, Live]
) -> None:
    rooms(False)
    key = stage.scene.words["hidden:sit:now"]
    for name in SEATED:
        assert said(stage, lines[name], "sit:join", {"sit": key, "tab": "one"})["ok"]
        tick()
    lines["ines"].close()
    said(stage, lines["jonah"], "sit:leave", {"sit": key, "tab": "one"})
    mila = Browser(stage.app, stage.scene.members["mila"])
    mila.post("/profile", name="Mila Actor", zone="Europe/Lisbon", seen_as="one_more")
    mila.post(f"/groups/{stage.scene.words['hidden']}/sits/{key}/leaving")
    tick()
    assert until(lambda: bool(lines["maren"].heard("sit:roster")))
    for name in (*OUTSIDERS, "nuno"):
        lines[name].settle()
        assert not [fact for fact, heard in lines[name].facts.items() if heard.qsize()], name


def tick() -> None:
    with inside():
        sits_live.flush()
        sits_live.sweep()
