"""A socket as somebody writes it who is no browser of ours: frames and packets by hand."""

import json
import socket
import threading
from contextlib import suppress
from typing import Any

import websocket

from community import live as live_door
from tests.doors import until

ENGINE = "/socket.io/?EIO=4&transport=websocket"


def address(server: str, path: str = ENGINE) -> str:
    """Give the address of the socket door."""
    return server.replace("http", "ws", 1) + path


def knock(server: str, cookie: str = "", *, origin: str | None = "", headers: dict[str, str] | None = None) -> "Wire":
    """Open a raw socket; ``origin`` is the site's own unless given, and None sends none. Raises Refused."""
    plain: websocket.WebSocket = websocket.create_connection(
        address(server),
        origin=(server if origin == "" else origin),
        suppress_origin=origin is None,
        header=headers or {},
        cookie=cookie or None,
        timeout=5,
    )
    return Wire(plain)


class Wire:
    """An open raw socket."""

    def __init__(self, plain: websocket.WebSocket) -> None:
        assert plain.sock is not None
        self.plain, self.line = plain, plain.sock  # the frames, and the connection below them
        hello = self.hear()
        assert hello is not None
        assert hello.startswith("0{")
        self.eio_sid = str(json.loads(hello[1:])["sid"])

    def say(self, packet: str) -> None:
        """Send a packet as it is."""
        self.plain.send(packet)

    def hear(self) -> str | None:
        """Give the next packet, pings answered on the way; None where the line is cut."""
        while True:
            try:
                heard = self.plain.recv()
            except (websocket.WebSocketConnectionClosedException, ConnectionError):
                return None
            if heard == "2":
                self.say("3")
                continue
            return str(heard) or None

    def come_in(self) -> str | None:
        """Say who one is by the cookie, and give the answer."""
        self.say("40")
        return self.hear()

    def command(self, name: Any, *payload: Any) -> None:
        """Send a command without waiting."""
        self.say("421" + json.dumps([name, *payload]))

    def is_cut(self) -> bool:
        """Wait until the server has cut the line, whatever it still says; False where it does not."""
        return self.is_cut_within(5)

    def is_cut_within(self, seconds: float) -> bool:
        """Wait so long for the server to cut the line, or to close it in the protocol's own way."""
        self.line.settimeout(seconds)
        try:
            while self.line.recv(65536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def hang_up(self) -> None:
        """End it without a word; twice is fine."""
        with suppress(OSError):
            self.line.shutdown(socket.SHUT_RDWR)
        self.line.close()


def nobody_left() -> bool:
    """Wait until the server holds no socket at all any more, named or not."""
    return until(lambda: not live_door._sockets and not live_door.socketio.server.eio.sockets)


def threads_of_lines() -> int:
    """Count the server's threads that serve open lines; the one that waits to ping again ends by itself."""
    kinds = ("process_request_thread", "writer", "simple_websocket")
    return len([each for each in threading.enumerate() if any(kind in each.name for kind in kinds)])
