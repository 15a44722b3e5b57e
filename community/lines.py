"""Websocket lines that end: bounded frames, whole sends, and a reader that is stuck is given up.

The same under threads and under gevent, where everything here is patched and runs in greenlets.
"""

import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from socket import SHUT_RD, SO_SNDTIMEO, SOL_SOCKET
from struct import pack
from typing import Any

import structlog
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from simple_websocket import ConnectionClosed
from simple_websocket import Server as SocketServer
from wsproto.utilities import LocalProtocolError

log = structlog.get_logger("community.live")

FRAME_BYTES = 16 * 1024
STUCK_AFTER_SECONDS = 15  # a browser that takes nothing for so long is gone

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Whole:
    """A connection that sends one frame after the other, each whole, or none any more.

    The library sends from several threads without a lock, and takes it that whatever it gives goes out at once; where
    a reader is slow and we are greenlets, that would tear frames.
    """

    def __init__(self, connection: Any) -> None:
        self._connection, self._lock, self._broken = connection, threading.Lock(), False
        # Greenlets never block in the kernel, so that it is gevent's clock that gives up there.
        connection.setsockopt(SOL_SOCKET, SO_SNDTIMEO, pack("ll", STUCK_AFTER_SECONDS, 0))

    def send(self, data: bytes) -> int:
        """Send all of it; raises OSError when the reader takes nothing for too long, and at once from then on."""
        with self._lock:
            if self._broken:
                raise BrokenPipeError
            self._broken = True
            with _patience():
                self._connection.sendall(data)
            self._broken = False
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Line(SocketServer):
    """One websocket whose end is always noticed.

    The library's own leaves whoever waits for a message waiting when it cuts a frame that is too large, and when the
    other end has gone without a word; each such line would keep one of our threads for good.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        # Packed frames may be a thousand times larger once they are unpacked, and nothing that we send gains by it.
        plain = {name: value for name, value in environ.items() if name != "HTTP_SEC_WEBSOCKET_EXTENSIONS"}
        super().__init__(plain, max_message_size=FRAME_BYTES)
        self.sock: Any = Whole(self.sock)

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        """Say goodbye, and stop listening whether or not the other end hears it."""
        with suppress(OSError, ConnectionClosed, LocalProtocolError):  # another thread may be closing it just now
            super().close(reason, message)
        self.connected = False
        with suppress(OSError):
            self.sock.shutdown(SHUT_RD)
        self.event.set()

    def _thread(self) -> None:
        try:
            super()._thread()
        finally:
            self.connected = False
            self.event.set()


class BoundedWebSocket(SimpleWebSocketWSGI):
    """Refuse a large frame before it is in memory, and leave nothing of a line behind once it is over.

    engine.io's own limit looks only afterwards, and it counts a line that has ended for some twenty seconds more.
    """

    def __call__(self, environ: dict[str, Any], _start_response: Any) -> Any:
        """Serve one line to its end; then tell the server, in its own way, that the connection is used up."""
        ours = self.app.__self__  # the engine.io socket whose handler this is
        used_up = StopIteration if "gunicorn.socket" in environ else ConnectionError
        try:
            self.ws = Line(environ)
        except OSError as gone:  # the browser went away while it was let in
            _leave(ours)
            raise used_up from gone
        try:
            self.app(self)
        except Exception as unreadable:  # noqa: BLE001 - whatever a stranger's packet does, it ends its own line only
            log.info("packet_unreadable", error=type(unreadable).__name__)
        finally:
            _leave(ours)
            self.ws.close()
        raise used_up


def _leave(ours: Any) -> None:
    ours.close(wait=False, abort=True)
    ours.server.sockets.pop(ours.sid, None)


class Fair:
    """Let every other greenlet have its turn before a request: connections that are kept open starve them else."""

    def __init__(self, app: Wsgi) -> None:
        from gevent import sleep  # noqa: PLC0415 - only where greenlets are used

        self.app, self.give_way = app, sleep

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer, when it is its turn."""
        self.give_way(0)
        return self.app(environ, start_response)


def _patience() -> AbstractContextManager[Any]:
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("socket"):
        return nullcontext()
    from gevent import Timeout  # noqa: PLC0415 - only where greenlets are used

    return Timeout(STUCK_AFTER_SECONDS, TimeoutError)
