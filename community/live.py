"""The Socket.IO door: who is connected, what they may send, and how facts leave the house.

A socket outlives the right that opened it, so every command loads the person anew, rooms are joined on the
server only, and ``close_sockets_of`` and ``turn_out`` end what has been withdrawn. Facts are signals: what one
may see is asked for over HTTP. Socket.IO's own loggers stay off, since they print what people send.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from flask import Flask, request, session
from flask_socketio import ConnectionRefusedError as Refuse
from flask_socketio import SocketIO
from limits import RateLimitItemPerSecond
from limits.strategies import MovingWindowRateLimiter

from community import shared, spelled
from community.clock import now
from community.config import LOOPBACK_HOSTS, Settings
from community.crier import Crier
from community.db import session as database
from community.errors import Conflict, Invalid, NotAllowed, Refused, TooOften
from community.lines import FRAME_BYTES, BoundedWebSocket, Fair
from community.windows import PatientMemory, Windows

if TYPE_CHECKING:
    from community.members.models import Member

log = structlog.get_logger("community.live")

LONGEST_STRING = 200
QUIET_AFTER = 40  # commands over the limit before the socket is cut
COMMANDS = RateLimitItemPerSecond(20, 4)  # a burst of 20, five a second over time
HELLOS = RateLimitItemPerSecond(5, 10)  # how often one line may say who it is
UNKNOWN_AFTER_SECONDS = 10
PACKETS_WAITING = 200  # a reader that leaves more than this lying is cut: engine.io itself sets no bound
CONNECTS = RateLimitItemPerSecond(30, 10)  # for one person: a restart with a dozen tabs is fine
NOT_LIVE = "We are not live just now, and will be again by ourselves. Reading and writing go on."


class Person(Protocol):
    """What the members slice hands over for a sign-in that still stands."""

    member: "Member"
    sign_in_id: int


@dataclass
class Socket:
    """One connected browser tab."""

    sid: str
    member_id: int
    sign_in_id: int
    rooms: dict[str, int] = field(default_factory=dict)  # room -> the group whose members it is for
    refused: int = 0


@dataclass(frozen=True)
class Call:
    """One command: who sent it, when, over which socket."""

    by: "Member"
    at: datetime
    socket: Socket


@dataclass(frozen=True)
class Heartbeat:
    """One light command: over which socket, and when."""

    at: datetime
    socket: Socket


Handler = Callable[..., dict[str, Any] | None]
Shape = dict[str, type]

socketio = SocketIO()
_sockets: dict[str, Socket] = {}
_lock = threading.RLock()
_commands: dict[str, tuple[Handler, Shape]] = {}
_longest: dict[str, int] = {}  # of the strings of a command that may be longer than most
_light: set[str] = set()
_on_lost: list[Callable[[Socket], None]] = []
_on_turned_out: list[Callable[[int, int], None]] = []
_tickers: list[tuple[float, Callable[[], None]]] = []
_loaders: dict[str, Callable[..., Any]] = {}
_windows = Windows()
_limiter = MovingWindowRateLimiter(_windows)
SILENT = logging.getLogger("community.live.packets")  # what the libraries say quotes what people send
SILENT.disabled = True


class OriginGuard:
    """Let only pages of this site open a socket: a missing Origin is no browser of ours."""

    def __init__(self, app: Any, settings: Settings) -> None:
        self.app, self.origins, self.limit = app, origins(settings), settings.socket_limit

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer 400 to a foreign origin, 503 past the number of sockets that we can carry, and while not live."""
        if environ.get("PATH_INFO", "").startswith("/socket.io"):
            if environ.get("HTTP_ORIGIN") not in self.origins:
                start_response("400 Bad Request", [("Content-Type", "text/plain")])
                return [b"not from here"]
            full = len(socketio.server.eio.sockets) >= self.limit
            if full or shared.is_away():
                wait = "20" if full else "2"
                start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", wait)])
                return [b"full for the moment" if full else b"not live just now"]
        return self.app(environ, start_response)


def origins(settings: Settings) -> frozenset[str]:
    """Give the origins our pages have; on one machine its two loopback names are the same place."""
    scheme, _, place = settings.base_url.partition("://")
    host, _, port = place.partition(":")
    names = ("127.0.0.1", "localhost") if host in LOOPBACK_HOSTS else (host,)
    return frozenset(f"{scheme}://{name}{':' + port if port else ''}" for name in names)


def init_app(app: Flask, settings: Settings) -> None:
    """Open the door for sockets: websocket only, one origin, small frames, no packet in any log."""
    socketio.init_app(
        app,
        async_mode=settings.async_mode,
        json=spelled,
        client_manager=Crier() if settings.redis_url else None,
        transports=["websocket"],
        cors_allowed_origins=sorted(origins(settings)),
        manage_session=False,
        always_connect=False,
        async_handlers=False,  # in a line's own thread, one command after the other: a flood makes no threads
        logger=SILENT,
        engineio_logger=SILENT,
        max_http_buffer_size=FRAME_BYTES,
        ping_interval=20,
        ping_timeout=20,
    )
    engine = socketio.server.eio
    engine._async = {**engine._async, "websocket": BoundedWebSocket}  # noqa: SLF001 - the one place that bounds frames
    socketio.on_event("connect", _connect)
    socketio.on_event("disconnect", _disconnect)
    socketio.on_error_default(_failed)
    for name in _commands:
        socketio.on_event(name, _runner(name))
    app.wsgi_app = OriginGuard(app.wsgi_app, settings)  # type: ignore[method-assign]
    if settings.async_mode == "gevent":
        app.wsgi_app = Fair(app.wsgi_app)  # type: ignore[method-assign]


def load_people_with(
    by_token: Callable[[str, datetime], Person | None],
    by_sign_in: Callable[[int, datetime], Person | None],
    standing: Callable[[Iterable[int], datetime], set[int]],
    reading: Callable[[set[tuple[int, int]]], set[tuple[int, int]]],
) -> None:
    """Take the slices' ways to a person, and what the sweep asks: which sign-ins stand, and who reads which group."""
    _loaders.update(token=by_token, sign_in=by_sign_in, standing=standing, reading=reading)


def command(
    name: str, *, longest: int = LONGEST_STRING, light: bool = False, **shape: type
) -> Callable[[Handler], Handler]:
    """Register a command: ``name`` is noun:verb, ``shape`` its fields and types; strings have at most ``longest``.

    The handler gets a Call and the fields, returns a dict that is merged into ``{"ok": True}``, and raises
    Refused kinds, which become ``{"ok": False, "error": {"kind", "message"}}``.

    A light command gets a Heartbeat instead: pages send it by themselves, so it is counted in the memory of this
    process, apart from what people press, and loads nobody. It must give nothing that is not public but to a socket
    that is in a room still: what ends a right cuts the socket or takes it out of the room, and the sweep looks
    after it.
    """

    def register(handler: Handler) -> Handler:
        _commands[name] = (handler, shape)
        _longest[name] = longest
        if light:
            _light.add(name)
        return handler

    return register


def on_lost(listener: Callable[[Socket], None]) -> None:
    """Call the listener when a socket is gone, whatever the reason."""
    _on_lost.append(listener)


def on_turned_out(listener: Callable[[int, int], None]) -> None:
    """Call the listener with (member id, group id) when somebody may hear nothing more of a group."""
    _on_turned_out.append(listener)


def every(seconds: float, tick: Callable[[], None]) -> None:
    """Run a tick inside the application every so often, once ``start_tickers`` was called."""
    _tickers.append((seconds, tick))


def watch(call: Call, room: str, *, group_id: int) -> None:
    """Let a socket hear a room; the caller has asked for permission, on the thing that the room is about."""
    with _lock:
        call.socket.rooms[room] = group_id
    socketio.server.enter_room(call.socket.sid, room)


def unwatch(call: Call, room: str) -> None:
    """Let a socket hear a room no longer; a room that it never heard is fine."""
    with _lock:
        call.socket.rooms.pop(room, None)
    socketio.server.leave_room(call.socket.sid, room)


def tell(room: str, fact: str, payload: dict[str, Any]) -> None:
    """Send a fact to everybody in a room."""
    socketio.emit(fact, payload, to=room)


def thread_room(thread_id: int) -> str:
    """Name the room of those who have a thread open."""
    return f"thread:{thread_id}"


def sit_room(key: str) -> str:
    """Name the room of those who are seated in a sit."""
    return f"sit:{key}"


def member_room(member_id: int) -> str:
    """Name the room of one member's tabs."""
    return f"member:{member_id}"


def sockets_of(member_id: int) -> list[Socket]:
    """Give a member's connected tabs on this process."""
    with _lock:
        return [each for each in _sockets.values() if each.member_id == member_id]


def close_sockets_of(*, member_id: int | None = None, sign_in_ids: Iterable[int] = ()) -> None:
    """Cut the sockets of a member, or of some sign-ins, at once and on every process."""
    shared.tell_everywhere("live:close", member_id=member_id, sign_in_ids=sorted(set(sign_in_ids)))


@shared.everywhere("live:close")
def _close_here(*, member_id: int | None = None, sign_in_ids: Iterable[int] = ()) -> None:
    ended = set(sign_in_ids)
    with _lock:
        found = [each for each in _sockets.values() if each.member_id == member_id or each.sign_in_id in ended]
    for each in found:
        _cut(each.sid)


def _cut(sid: str) -> None:
    """End the namespace and the connection below it, without waiting for a reader that may be stuck."""
    engine_sid = socketio.server.manager.eio_sid_from_sid(sid, "/")
    socketio.server.disconnect(sid)
    _hang_up(engine_sid, stuck=False)


def _hang_up(engine_sid: str | None, *, stuck: bool) -> None:
    engine = socketio.server.eio.sockets.get(engine_sid)
    if engine is not None:
        engine.close(wait=False, abort=stuck)


def turn_out(*, member_id: int, group_id: int) -> None:
    """Take a member out of every room of a group whose content they may no longer read, at once and everywhere."""
    shared.tell_everywhere("live:turn_out", member_id=member_id, group_id=group_id)


@shared.everywhere("live:turn_out")
def _turn_out_here(*, member_id: int, group_id: int) -> None:
    for each in sockets_of(member_id):
        with _lock:
            rooms = [name for name, owner in each.rooms.items() if owner == group_id]
            for room in rooms:
                del each.rooms[room]
        for room in rooms:
            socketio.server.leave_room(each.sid, room)
    for listener in _on_turned_out:
        listener(member_id, group_id)


def start_tickers(app: Flask) -> None:
    """Begin the ticks and the sweep of sockets that should no longer be here."""
    seen: dict[str, datetime] = {}
    for seconds, tick in [*_tickers, (5.0, lambda: sweep(seen)), (1.0, cut_while_away)]:
        socketio.start_background_task(_tick_on, app, seconds, tick)


def sweep(seen: dict[str, datetime]) -> None:
    """Find what nobody announced: ended sign-ins, rights lost between two steps, stuck readers, nameless sockets.

    ``seen`` remembers since when a socket has had no name.
    """
    at = now()
    with _lock:
        known = list(_sockets.values())
        pairs = {(each.member_id, group_id) for each in known for group_id in each.rooms.values()}
    standing = _loaders["standing"]({each.sign_in_id for each in known}, at)
    _close_here(sign_in_ids={each.sign_in_id for each in known} - standing)
    for member_id, group_id in pairs - _loaders["reading"](pairs):
        _turn_out_here(member_id=member_id, group_id=group_id)
    for engine_sid, engine in list(socketio.server.eio.sockets.items()):
        if engine.queue.qsize() > PACKETS_WAITING:
            log.warning("reader_stuck")
            _hang_up(engine_sid, stuck=True)
    _cut_nameless(known, seen, at)


def cut_while_away() -> None:
    """Hang up while the other processes cannot be heard: a page that is not live says so, and comes back by itself."""
    if shared.is_away():
        for engine_sid in list(socketio.server.eio.sockets):
            _hang_up(engine_sid, stuck=False)


def _cut_nameless(known: list[Socket], seen: dict[str, datetime], at: datetime) -> None:
    named = {socketio.server.manager.eio_sid_from_sid(each.sid, "/") for each in known}
    strangers = [sid for sid in list(socketio.server.eio.sockets) if sid not in named]
    for sid in strangers:
        if (at - seen.setdefault(sid, at)).total_seconds() >= UNKNOWN_AFTER_SECONDS:
            _hang_up(sid, stuck=True)
    for sid in set(seen) - set(strangers):
        del seen[sid]


def _tick_on(app: Flask, seconds: float, tick: Callable[[], None]) -> None:
    while True:
        socketio.sleep(seconds)
        try:
            with app.app_context():  # leaving it closes the session, whatever has happened
                tick()
        except Exception:
            log.exception("tick_failed", tick=getattr(tick, "__qualname__", "sweep"))


def _connect(_auth: Any = None) -> None:
    sid = _sid()
    if sid in _sockets:
        return  # a command that calls itself "connect": it must not forget which rooms this socket hears
    if not _limiter.hit(HELLOS, "hello", str(socketio.server.manager.eio_sid_from_sid(sid, "/"))):
        raise Refuse("too often")
    person = _arriving()
    if person is None:
        raise Refuse("signed out")
    if not _limiter.hit(CONNECTS, "connects", str(person.member.id)):
        raise Refuse("too often")
    with _lock:
        _sockets[sid] = Socket(sid, person.member.id, person.sign_in_id)
    socketio.server.enter_room(sid, member_room(person.member.id))


def _arriving() -> Person | None:
    """Ask who is at the door; a fault of ours refuses for now, it never lets somebody in without a name."""
    token = session.get("_user_id")
    try:
        return _loaders["token"](token, now()) if isinstance(token, str) else None
    except Exception as fault:
        log.exception("connect_failed")
        raise Refuse("not now") from fault


def _disconnect(_reason: Any = None) -> None:
    sid = _sid()
    if socketio.server.manager.is_connected(sid, "/"):
        return  # a command that calls itself "disconnect": whoever is still here must stay on the list
    with _lock:
        gone = _sockets.pop(sid, None)
    if gone is not None:
        for listener in _on_lost:
            with suppress(shared.Away):
                listener(gone)


def _runner(name: str) -> Callable[..., dict[str, Any]]:
    """Wrap a command: rate, shape and person first; every outcome is a dict."""
    handler, shape = _commands[name]

    def run(*given: Any) -> dict[str, Any]:
        try:
            socket = _sockets.get(_sid())
            if socket is None:
                raise Conflict("This connection is over. Connect again.")
            (_keep_time if name in _light else _slow_down)(socket)
            fields = _fields(given, shape, _longest[name])
            at = now()
            if name in _light:
                return {"ok": True, **(handler(Heartbeat(at, socket), **fields) or {})}
            person = _loaders["sign_in"](socket.sign_in_id, at)
            if person is None:
                _close_here(sign_in_ids=[socket.sign_in_id])
                raise NotAllowed("You are signed out.")
            return {"ok": True, **(handler(Call(person.member, at, socket), **fields) or {})}
        except Refused as refusal:
            return {"ok": False, "error": {"kind": refusal.kind, "message": refusal.sentence}}
        except shared.Away:
            database().rollback()
            return {"ok": False, "error": {"kind": "not_live", "message": NOT_LIVE}}

    return run


def _keep_time(socket: Socket) -> None:
    _refuse(socket, unless=_counted_here("light", socket))


def _slow_down(socket: Socket) -> None:
    within_socket = _counted_here("socket", socket)
    within_person = _limiter.hit(COMMANDS, "member", str(socket.member_id))
    _refuse(socket, unless=within_socket and within_person)


def _counted_here(kind: str, socket: Socket) -> bool:
    """Count what one socket says: it ends on this process, so nobody else need know."""
    key = COMMANDS.key_for(kind, socket.sid)
    return PatientMemory.acquire_entry(_windows, key, COMMANDS.amount, COMMANDS.get_expiry())


def _refuse(socket: Socket, *, unless: bool) -> None:
    if unless:
        socket.refused = 0
        return
    socket.refused += 1
    if socket.refused > QUIET_AFTER:
        log.warning("socket_cut", member=socket.member_id)
        _cut(socket.sid)
    raise TooOften(retry_after_seconds=4)


def _fields(given: tuple[Any, ...], shape: Shape, longest: int) -> dict[str, Any]:
    """Take exactly the declared fields of one object; anything else is refused before a handler sees it."""
    payload = given[0] if len(given) == 1 else ({} if not given else None)
    if not isinstance(payload, dict):
        raise Invalid("A command carries one object.")
    fields = {}
    for name, kind in shape.items():
        value = payload.get(name)
        if type(value) is not kind or not _fits(value, longest):
            raise Invalid("A part of the command is missing or not of its kind.", field=name)
        fields[name] = value
    return fields


def _fits(value: Any, longest: int) -> bool:
    if isinstance(value, str):
        return len(value) <= longest and "\x00" not in value and value.isprintable()
    return not isinstance(value, int) or 0 <= value < 2**31


def _failed(error: Exception) -> dict[str, Any]:
    """Answer a fault of ours without a word of what was sent."""
    log.error("command_failed", error=type(error).__name__, exc_info=error)
    database().rollback()
    return {"ok": False, "error": {"kind": "broken", "message": "Something broke on our side. Please try again."}}


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]
