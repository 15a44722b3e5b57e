"""Raw sockets that are hung up at the end, and nobody on the line before and after."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from community import live as live_door
from tests.live import wire
from tests.live.wire import Wire, nobody_left

Knock = Callable[..., Wire]


@pytest.fixture
def knock(server: str) -> Iterator[Knock]:
    """Give a way to open raw sockets: ``knock(cookie, origin=…, headers=…)``."""
    end_every_line()
    opened: list[Wire] = []

    def open_one(cookie: str = "", **options: Any) -> Wire:
        opened.append(wire.knock(server, cookie, **options))
        return opened[-1]

    yield open_one
    for each in opened:
        each.hang_up()
    end_every_line()


def end_every_line() -> None:
    """Hang up on whoever is still there, from this test or one before it."""
    for line in list(live_door.socketio.server.eio.sockets.values()):
        line.close(wait=False)
    assert nobody_left()
