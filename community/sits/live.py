"""The room's socket commands, and the ticks that tell who came and went.

While people sit, nothing that they see changes: differences wait for the next edge of the plan. Outside of it
they leave in batches, four a second at the most, however many arrive.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from community.clock import now
from community.db import transaction
from community.errors import Conflict, NotFound
from community.live import (
    Call,
    Socket,
    command,
    every,
    member_room,
    on_lost,
    on_turned_out,
    sit_room,
    sockets_of,
    tell,
    unwatch,
    watch,
)
from community.members.facts import MemberSeenAnew
from community.members.queries import member_by_id
from community.sits import actions, queries
from community.sits.facts import SeriesEnded
from community.sits.plan import edge_index, still
from community.sits.presence import Register
from community.sits.sit import Sit
from community.sits.wire import (
    DRAWN,
    difference_on_wire,
    room_data,
    seat_on_wire,
    sitter,
    snapshot_on_wire,
)

LIST = 100  # seats a page of the whole list
FLUSH_SECONDS = 0.25
CALLED_OFF = "This sit was called off. You can close this page; the next sits are on the page of the group."
SWEEP_SECONDS = 1.0


class NotSeated(Conflict):
    """A beat comes from a tab that has no seat: the server was new, or the seat ran out. Join again."""

    sentence = "Your seat is free at the moment. Sit down again."


@dataclass
class _Room:
    """What the ticks need to know of a sit with people in it."""

    sit: Sit
    edge: int  # the last edge at which the circle caught up
    called_off: bool = False


register = Register()
_rooms: dict[str, _Room] = {}
_tabs: dict[str, dict[str, str]] = {}  # socket -> sit -> tab: a socket is one tab
_lock = threading.Lock()


@command("clock:probe")
def probe(call: Call) -> dict[str, Any]:
    """Say what time it is here, as it came in and as it goes out, for the browser's own clock."""
    return {"received_ms": call.at.timestamp() * 1000, "sent_ms": now().timestamp() * 1000}


@command("sit:join", sit=str, tab=str)
def join(call: Call, *, sit: str, tab: str) -> dict[str, Any]:
    """Take a seat: answers with the whole plan as server times, and who is here."""
    with transaction():
        found = actions.join_sit(by=call.by, sit=queries.sit_visible_to(call.by, sit), at=call.at)
        person = sitter(call.by, found.group)
        group_id = found.group.id
    with _lock:  # the sweep forgets empty rooms under the same lock, so this one cannot be forgotten half-way
        _rooms.setdefault(sit, _Room(found, edge_index(found.plan, found.starts_at, call.at)))
        register.join(sit, person, tab, at=call.at.timestamp(), socket=call.socket.sid)
        before = _tabs.setdefault(call.socket.sid, {}).get(sit)
        _tabs[call.socket.sid][sit] = tab
    if before not in {None, tab}:
        register.leave(sit, call.by.id, str(before), at=call.at.timestamp())
    watch(call, sit_room(sit), group_id=group_id)
    if call.socket not in sockets_of(call.by.id):  # it was lost while it sat down
        _lost(call.socket)
    return room_data(found, now()) | wire_snapshot(found, call.by.id)


@command("sit:beat", sit=str, tab=str)
def beat(call: Call, *, sit: str, tab: str) -> dict[str, Any]:
    """Say that one is still here; a number above the browser's own means that it missed a difference."""
    room = _rooms.get(sit)
    if room is not None and room.called_off:
        raise NotFound(CALLED_OFF)
    seq = register.beat(sit, call.by.id, tab, at=call.at.timestamp(), socket=call.socket.sid)
    if seq is None or sit_room(sit) not in call.socket.rooms:
        raise NotSeated
    return {"seq": seq}


@command("sit:leave", sit=str, tab=str)
def leave(call: Call, *, sit: str, tab: str) -> None:
    """Leave with this tab; leaving twice is fine."""
    register.leave(sit, call.by.id, tab, at=call.at.timestamp())
    unwatch(call, sit_room(sit))
    with _lock:
        _tabs.get(call.socket.sid, {}).pop(sit, None)


@command("sit:snapshot", sit=str)
def snapshot(call: Call, *, sit: str) -> dict[str, Any]:
    """Say again who is here, to a browser that missed a difference."""
    return wire_snapshot(queries.sit_visible_to(call.by, sit), call.by.id)


def wire_snapshot(sit: Sit, viewer_id: int) -> dict[str, Any]:
    """Give a bounded picture of a room; the caller has made sure that the viewer may see it."""
    return snapshot_on_wire(_secret(), sit.key, register.snapshot(sit.key, most=DRAWN, first=(viewer_id,)), viewer_id)


def seats_after(sit: Sit, order: int) -> list[dict[str, Any]]:
    """Give a page of everybody who is seated, in order of arrival."""
    seats = [seat for seat in register.snapshot(sit.key).seats if seat.order > order]
    return [seat_on_wire(_secret(), sit.key, seat) for seat in seats[:LIST]]


def leave_with_all(member_id: int, key: str, *, at: datetime) -> None:
    """Free a member's seat, and say so to all of their tabs, so that none of them sits down again by itself."""
    register.drop_member(member_id, at=at.timestamp(), sit=key)
    tell(member_room(member_id), "sit:left", {"sit": key})


def _turned_out(member_id: int, group_id: int) -> None:
    """Free the seats of somebody who may no longer read a group."""
    with _lock:
        theirs = [key for key, room in _rooms.items() if room.sit.series.group_id == group_id]
    for key in theirs:
        register.drop_member(member_id, at=now().timestamp(), sit=key)


def on_series_ended(fact: SeriesEnded) -> None:
    """Let those go who wait for a sit that will not take place; one that has begun goes on to its end."""
    at = now()
    with _lock:
        for room in _rooms.values():
            if room.sit.series.id == fact.series_id and room.sit.starts_at > at:
                room.called_off = True


def on_seen_anew(fact: MemberSeenAnew) -> None:
    """Dress the seats that a member holds as they wish to be seen from now on."""
    with _lock:
        sids = [each.sid for each in sockets_of(fact.member_id)]
        held = [(key, tab, sid) for sid in sids for key, tab in _tabs.get(sid, {}).items() if key in _rooms]
    if not held:
        return
    member, at = member_by_id(fact.member_id), now().timestamp()
    for key, tab, sid in held:
        person = sitter(member, queries.sit_visible_to(member, key).group)
        register.join(key, person, tab, at=at, socket=sid)


def _lost(socket: Socket) -> None:
    """A socket is gone without a word: its tabs may come back, so their seats are kept for a while."""
    with _lock:
        tabs = _tabs.pop(socket.sid, {})
    for key, tab in tabs.items():
        register.lose_tab(key, socket.member_id, tab, at=now().timestamp(), socket=socket.sid)


def flush() -> None:
    """Tell each room what changed, unless people are sitting and the next edge is still to come."""
    at = now()
    with _lock:
        rooms = dict(_rooms)
    for key, room in rooms.items():
        edge = edge_index(room.sit.plan, room.sit.starts_at, at)
        if still(room.sit.plan, room.sit.starts_at, at) and edge == room.edge:
            continue
        room.edge = edge
        diff = register.take_changes(key)
        if diff is not None:
            tell(sit_room(key), "sit:roster", difference_on_wire(_secret(), key, diff))


def sweep() -> None:
    """Let time pass for the leases, empty the rooms that have closed, and forget those without anybody."""
    at = now()
    register.sweep(at.timestamp())
    with _lock:
        closed = [key for key, room in _rooms.items() if room.sit.closes_at <= at]
    for key in closed:
        for seat in register.snapshot(key).seats:
            register.drop_member(seat.member_id, at=at.timestamp(), sit=key)
    with _lock:
        for key in set(_rooms) - set(register.rooms()):
            del _rooms[key]


def _secret() -> str:
    return str(current_app.extensions["settings"].secret_keys[0])


on_lost(_lost)
on_turned_out(_turned_out)
every(FLUSH_SECONDS, flush)
every(SWEEP_SECONDS, sweep)
