"""The room's socket commands, and the ticks that tell who came and went.

While people sit, nothing that they see changes: differences wait for the next edge of the plan. Outside of it
they leave in batches, four a second at the most, however many arrive.

Where several processes share the seats, any of them takes joins, and the one that leads sweeps and tells. A beat is
answered from the memory of its process and written to the shared seats with all others once a second, in one batch.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app

from community import shared
from community.clock import now
from community.db import DatabaseAway, announce, transaction
from community.errors import Conflict, NotFound, Refused
from community.live import (
    Call,
    Heartbeat,
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
from community.members.models import Member
from community.members.queries import member_by_id
from community.sits import actions, queries
from community.sits.facts import SeatsLeft, SeatTaken, SeriesEnded, SitChanged
from community.sits.leavings import Leavings, leaving_of
from community.sits.plan import edge_index, still
from community.sits.presence import Beat, Register
from community.sits.recurrence import sit_key
from community.sits.seats import Snapshot
from community.sits.seats_in_memory import MemoryStore
from community.sits.seats_in_redis import RedisStore
from community.sits.sit import Sit
from community.sits.wire import (
    DRAWN,
    difference_on_wire,
    room_data,
    seat_id,
    seat_on_wire,
    sitter,
    snapshot_on_wire,
)

log = structlog.get_logger("community.sits")

LIST = 100  # seats a page of the whole list
FLUSH_SECONDS = 0.35  # three a second, so that with the answers to one's own commands there are four
CALLED_OFF = "This sit was moved or called off. You can close this page; the next sits are on the page of the group."
SWEEP_SECONDS = 0.5  # with the telling, whoever is not heard for 9 seconds is seen as away within 10
RENEW_SECONDS = 1.0
LEAVINGS_SECONDS = 5.0
TAKE_OVER = timedelta(seconds=4)  # after so long another process leads, and tells what the last edge let through
ROOMS = "rooms"


class NotSeated(Conflict):
    """A beat comes from a tab that has no seat: the server was new, or the seat ran out. Join again."""

    sentence = "Your seat is free at the moment. Sit down again."


@dataclass
class _Room:
    """What this process needs to know of a sit with people in it."""

    sit: Sit
    edge: int  # the last edge at which the circle caught up
    called_off: bool = False
    changed: bool = False  # whether the sit is to be read anew: it was moved, called off, or is as planned after all
    seq: int = 0  # the highest number that this process knows to have been told


_memory, _redis = MemoryStore(), RedisStore(shared.asking)
register = Register(lambda: _redis if shared.is_shared() else _memory)
_rooms: dict[str, _Room | None] = {}  # None: there is no such sit any more
_tabs: dict[str, dict[str, str]] = {}  # socket -> sit -> tab: a socket is one tab
_beats: dict[tuple[str, int, str], Beat] = {}  # what the tabs here said since it was last written down
_leavings = Leavings()
_lock = threading.Lock()
_parts: list[Callable[[Sit, Member, datetime], dict[str, Any]]] = []


def answer_with(part: Callable[[Sit, Member, datetime], dict[str, Any]]) -> None:
    """Let another part of the room add to the answer of a join: whoever gets it is seated."""
    _parts.append(part)


@command("clock:probe", light=True)
def probe(call: Heartbeat) -> dict[str, Any]:
    """Say what time it is here, as it came in and as it goes out, for the browser's own clock."""
    return {"received_ms": call.at.timestamp() * 1000, "sent_ms": now().timestamp() * 1000}


@command("sit:join", sit=str, tab=str)
def join(call: Call, *, sit: str, tab: str) -> dict[str, Any]:
    """Take a seat: answers with the whole plan as server times, and who is here."""
    with transaction():
        found = actions.join_sit(by=call.by, sit=queries.sit_visible_to(call.by, sit), at=call.at)
        person, group_id, at = sitter(call.by, found.group), found.group.id, call.at.timestamp()
        # In here, so that nobody is written down as having sat who got no seat
        register.join(sit, person, tab, at=at, socket=call.socket.sid)
    with _lock:
        room = _rooms.get(sit) or _Room(found, edge_index(found.plan, found.starts_at, call.at))
        room.sit, room.called_off = found, False  # whoever comes in has asked how it stands now
        _rooms[sit] = room
        _leavings.came_back(sit, call.by.id)
        before = _tabs.setdefault(call.socket.sid, {}).get(sit)
        _tabs[call.socket.sid][sit] = tab
    if before not in {None, tab}:
        register.leave(sit, call.by.id, str(before), at=at)
    watch(call, sit_room(sit), group_id=group_id)
    if call.socket not in sockets_of(call.by.id):  # it was lost while it sat down
        _lost(call.socket)
    answer = room_data(found, now()) | _snapshot(found, call.by.id)
    for part in _parts:
        answer |= part(found, call.by, call.at)
    return answer


@command("sit:beat", light=True, sit=str, tab=str)
def beat(call: Heartbeat, *, sit: str, tab: str) -> dict[str, Any]:
    """Say that one is still here; a number above the browser's own means that it missed a difference."""
    if _tabs.get(call.socket.sid, {}).get(sit) != tab or sit_room(sit) not in call.socket.rooms:
        raise NotSeated
    room = _room(sit)
    if room is None or room.called_off:
        raise NotFound(CALLED_OFF)
    said = Beat(sit, call.socket.member_id, tab, call.at.timestamp(), call.socket.sid)
    if shared.is_shared():
        with _lock:
            _beats[sit, said.member_id, tab] = said
    else:
        _renewed([said])
        if _tabs.get(call.socket.sid, {}).get(sit) != tab:
            raise NotSeated
    return {"seq": room.seq}


@command("sit:leave", sit=str, tab=str)
def leave(call: Call, *, sit: str, tab: str) -> None:
    """Leave with this tab; leaving twice is fine."""
    unwatch(call, sit_room(sit))
    with _lock:
        _tabs.get(call.socket.sid, {}).pop(sit, None)
        _beats.pop((sit, call.by.id, tab), None)
    if register.leave(sit, call.by.id, tab, at=call.at.timestamp()):
        _leavings.note(sit, call.by.id, call.at.timestamp())


@command("sit:snapshot", sit=str)
def snapshot(call: Call, *, sit: str) -> dict[str, Any]:
    """Say again who is here, to a browser that missed a difference."""
    return _snapshot(queries.sit_visible_to(call.by, sit), call.by.id)


def _snapshot(sit: Sit, viewer_id: int) -> dict[str, Any]:
    found = register.snapshot(sit.key, most=DRAWN, first=(viewer_id,))
    return snapshot_on_wire(_secret(), sit.key, found, viewer_id)


def picture(sit: Sit, viewer_id: int) -> tuple[dict[str, Any], bool]:
    """Give a bounded picture of a room for a page, and whether it could not be had, so that nobody is in it.

    The caller has made sure that the viewer may see the sit.
    """
    try:
        found = register.snapshot(sit.key, most=DRAWN, first=(viewer_id,))
    except shared.Away:
        found, away = Snapshot(0, (), 0), True
    else:
        away = False
    here = [seat_on_wire(_secret(), sit.key, seat) for seat in found.seats]
    others, you = found.total - len(here), seat_id(_secret(), sit.key, viewer_id)
    return {"here": here, "others": others, "you": you}, away


def picture_of_nobody(sit: Sit, viewer_id: int) -> dict[str, Any]:
    """Give a room with nobody in it, as it is put aside in a browser."""
    return {"here": [], "others": 0, "you": seat_id(_secret(), sit.key, viewer_id)}


def seats_after(sit: Sit, order: int) -> list[dict[str, Any]]:
    """Give a page of everybody who is seated, in order of arrival. Raises shared.Away."""
    seats = [seat for seat in register.snapshot(sit.key).seats if seat.order > order]
    return [seat_on_wire(_secret(), sit.key, seat) for seat in seats[:LIST]]


def leave_with_all(member_id: int, key: str, *, at: datetime) -> None:
    """Free a member's seat, and say so to all of their tabs, so that none of them sits down again by itself."""
    with suppress(shared.Away):  # the browser says nothing more, and the seat runs out
        _free(member_id, key, at)
    tell(member_room(member_id), "sit:left", {"sit": key})


def _turned_out(member_id: int, group_id: int) -> None:
    """Free the seats of somebody who may no longer read a group."""
    with suppress(shared.Away):  # they hear the room no more, so their beats count no more, and the seat runs out
        for key in register.rooms(member_id):
            with apart(key):
                room = _room(key)
                if room is not None and room.sit.series.group_id == group_id:
                    _free(member_id, key, now())


def _free(member_id: int, key: str, at: datetime) -> None:
    for sit in register.drop_member(member_id, at=at.timestamp(), sit=key):
        _leavings.note(sit, member_id, at.timestamp())


def on_series_ended(fact: SeriesEnded) -> None:
    """Let those go who wait for a sit that will not take place; one that has begun goes on to its end."""
    shared.tell_everywhere("sits:series-ended", series_id=fact.series_id)


@shared.everywhere("sits:series-ended")
def _call_off(series_id: int) -> None:
    at = now()
    with _lock:
        for room in _rooms.values():
            if room is not None and room.sit.series.id == series_id and room.sit.starts_at > at:
                room.called_off = True


def on_sit_changed(fact: SitChanged) -> None:
    """Let those go who wait at the doors of a sit that was moved or called off."""
    shared.tell_everywhere("sits:sit-changed", sit=sit_key(fact.series_id, fact.starts_at))


@shared.everywhere("sits:sit-changed")
def _let_go(sit: str) -> None:
    with _lock:
        room = _rooms.get(sit)
        if room is not None:
            room.changed = True  # whoever comes in again may do so by another process, and this one may be the leader
            room.called_off = room.called_off or room.sit.starts_at > now()


def on_seen_anew(fact: MemberSeenAnew) -> None:
    """Dress the seats that a member holds as they wish to be seen from now on."""
    with suppress(shared.Away):
        for key in register.rooms(fact.member_id):
            with suppress(Refused):  # a sit that they may not see any more, whose seat is about to go
                member = member_by_id(fact.member_id)
                person = sitter(member, queries.sit_visible_to(member, key).group)
                register.dress(person, key, at=now().timestamp())


def _lost(socket: Socket) -> None:
    """A socket is gone without a word: its tabs may come back, so their seats are kept for a while."""
    with _lock:
        tabs = _tabs.pop(socket.sid, {})
        for key, tab in tabs.items():
            _beats.pop((key, socket.member_id, tab), None)
    with suppress(shared.Away):
        for key, tab in tabs.items():
            register.lose_tab(key, socket.member_id, tab, at=now().timestamp(), socket=socket.sid)


def renew() -> None:
    """Write down what the tabs here said; whoever it seats no more is told with their next beat."""
    with _lock:
        said = list(_beats.values())
        _beats.clear()
    with suppress(shared.Away):
        _renewed(said)


def _renewed(said: list[Beat]) -> None:
    answers = register.renew(said) if said else []
    with _lock:
        for each, seq in zip(said, answers, strict=True):
            room, tabs = _rooms.get(each.sit), _tabs.get(str(each.socket), {})
            if room is not None and seq is not None:
                room.seq = max(room.seq, seq)
            if seq is None and tabs.get(each.sit) == each.tab:
                del tabs[each.sit]


def flush() -> None:
    """Tell each room what changed, unless people are sitting and the next edge is still to come."""
    at = now()
    if not shared.leads(ROOMS):
        with _lock:
            for room in filter(None, _rooms.values()):  # to know which edge was the last, should this process lead
                room.edge = edge_index(room.sit.plan, room.sit.starts_at, at - TAKE_OVER)
        return
    with suppress(shared.Away):
        for key in register.rooms():
            with apart(key):
                known = _room(key)
                if known is not None:
                    _flush(known, at)


def _flush(room: _Room, at: datetime) -> None:
    sit = room.sit
    edge = edge_index(sit.plan, sit.starts_at, at)
    if still(sit.plan, sit.starts_at, at) and edge == room.edge:
        return
    room.edge = edge
    diff = register.take_changes(sit.key)
    if diff is not None:
        room.seq = max(room.seq, diff.seq)
        tell(sit_room(sit.key), "sit:roster", difference_on_wire(_secret(), sit.key, diff))


def sweep() -> None:
    """Let time pass for the leases, empty the rooms that have closed, and forget those without anybody."""
    at = now()
    with suppress(shared.Away):
        leads, known = shared.leads(ROOMS), set(_rooms)
        if leads:
            _leavings.ran_out(register.sweep(at.timestamp()), at.timestamp())
        keys = register.rooms() if leads or known else []
        for key in keys if leads else ():
            with apart(key):
                room = _room(key)
                if room is not None and room.sit.closes_at <= at:
                    register.empty(key, at=at.timestamp())
        with _lock:
            for key in known - set(keys):
                _rooms.pop(key, None)


def tell_of_leavings() -> None:
    """State who left since the last time; who has sat down again by another process meanwhile is here after all."""
    taken = _leavings.take()
    if not taken:
        return
    try:
        with transaction():
            announce(SeatsLeft(left=tuple(leaving_of(*seat, at) for seat, at in taken.items())))
            for sit, member_id in taken:
                heard_at = register.heard_at(sit, member_id, at=now().timestamp())
                if heard_at is not None:
                    back = leaving_of(sit, member_id, heard_at)
                    announce(SeatTaken(**back._asdict()))
    except (DatabaseAway, shared.Away):
        _leavings.put_back(taken)


def sits_with_people() -> list[Sit]:
    """List the sits in which somebody sits, by whichever process they sat down. Raises Away."""
    sits = []
    for key in register.rooms():
        with apart(key):
            room = _room(key)
            if room is not None:
                sits.append(room.sit)
    return sits


@contextmanager
def apart(key: str) -> Iterator[None]:
    """Let a fault in one room be its own: it is written to the log, and the other rooms go on.

    Where Redis or the database does not answer, that is no single room's fault.
    """
    try:
        yield
    except (shared.Away, DatabaseAway):
        raise
    except Exception:
        log.exception("room_failed", sit=key)


def _room(key: str) -> _Room | None:
    """Give what is known of a room, loading it where people sat down by another process; None if it is no more."""
    with _lock:
        room = _rooms.get(key)
        if key in _rooms and not (room and room.changed):
            return room
    found = queries.sit_by_key(key)
    edge = edge_index(found.plan, found.starts_at, now() - TAKE_OVER) if found else 0
    with _lock:
        room = _rooms.setdefault(key, _Room(found, edge) if found else None)
        if room is not None and room.changed:
            if found is None:
                room = _rooms[key] = None
            else:
                room.sit, room.edge, room.changed = found, edge, False
        return room


def _secret() -> str:
    return str(current_app.extensions["settings"].secret_keys[0])


on_lost(_lost)
on_turned_out(_turned_out)
every(FLUSH_SECONDS, flush)
every(RENEW_SECONDS, renew)
every(SWEEP_SECONDS, sweep)
every(LEAVINGS_SECONDS, tell_of_leavings)
