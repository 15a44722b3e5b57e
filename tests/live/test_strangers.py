"""Who never says who they are is cut; who withdraws by a trick is not forgotten."""

import socket
import struct
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from community import live as live_door
from community.clock import now
from tests.doors import Browser, Live, until
from tests.factories import make_thread
from tests.live.conftest import Knock
from tests.live.wire import ENGINE, nobody_left
from tests.people import People

Connect = Callable[..., Live]
UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def swept(app: Flask, *, since_seconds: float) -> None:
    """Let the sweep find every nameless line as it would after so long."""
    long_ago = now() - timedelta(seconds=since_seconds)
    with app.app_context():
        live_door.sweep(dict.fromkeys(live_door.socketio.server.eio.sockets, long_ago))


def test_a_line_that_never_says_who_it_is_is_cut_after_ten_seconds(app: Flask, knock: Knock) -> None:
    silent, refused = knock(), knock()
    refused.come_in()
    swept(app, since_seconds=9)
    assert len(live_door.socketio.server.eio.sockets) == 2
    swept(app, since_seconds=10)
    assert silent.is_cut()
    assert refused.is_cut()
    assert nobody_left()


def test_the_sweep_remembers_since_when_and_forgets_who_is_gone(app: Flask, knock: Knock) -> None:
    first = knock()
    seen: dict[str, object] = {}
    with app.app_context():
        live_door.sweep(seen)  # type: ignore[arg-type]
    assert set(seen) == {first.eio_sid}
    first.hang_up()
    assert nobody_left()
    with app.app_context():
        live_door.sweep(seen)  # type: ignore[arg-type]
    assert not seen


def test_a_member_stays_however_often_it_is_swept(app: Flask, people: People, live: Connect) -> None:
    ines = live(people.ines)
    swept(app, since_seconds=1000)
    assert ines.command("clock:probe")["ok"]


def test_answering_pings_is_not_saying_who_one_is(app: Flask, knock: Knock) -> None:
    wire = knock()
    for _ in range(5):
        wire.say("3")
    swept(app, since_seconds=11)
    assert wire.is_cut()


def test_calling_a_command_connect_makes_us_forget_no_room(app: Flask, people: People, knock: Knock) -> None:
    thread = make_thread(people.group, people.maren)
    wire = knock(Browser(app, people.ines).cookie_header())
    wire.come_in()
    wire.command("thread:watch", {"thread": thread.id})
    assert "true" in (wire.hear() or "")
    for trick in ("connect", "disconnect"):
        wire.command(trick, {})
    wire.say('422["clock:probe",{}]')
    while (heard := wire.hear()) is not None and not heard.startswith("432"):
        pass
    with app.app_context():
        live_door.turn_out(member_id=people.ines.id, group_id=people.group.id)
    live_door.tell(live_door.thread_room(thread.id), "post:changed", {"thread": thread.id, "post": 1})
    wire.say('423["clock:probe",{}]')
    heard = wire.hear()
    assert heard is not None
    assert heard.startswith("433")


def test_saying_goodbye_without_hanging_up_ends_what_is_heard(app: Flask, people: People, knock: Knock) -> None:
    wire = knock(Browser(app, people.ines).cookie_header())
    wire.come_in()
    wire.say("41")
    assert until(lambda: not live_door.sockets_of(people.ines.id))
    live_door.tell(live_door.member_room(people.ines.id), "notice:arrived", {})
    swept(app, since_seconds=10)
    assert wire.is_cut()


def test_who_goes_away_while_being_let_in_leaves_no_trace(server: str, capfd: pytest.CaptureFixture[str]) -> None:
    place = server.removeprefix("http://")
    host, _, port = place.partition(":")
    hello = f"GET {ENGINE} HTTP/1.1\r\nHost: {place}\r\nOrigin: {server}\r\n{UPGRADE}\r\n"
    for _ in range(60):
        with socket.create_connection((host, int(port))) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no goodbye
            line.sendall(hello.encode())
    assert nobody_left()
    assert "Traceback" not in "".join(capfd.readouterr())
