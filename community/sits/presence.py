"""Who is here: a pure register ``(sit, member, tab) -> lease``, with no I/O and no clock of its own.

A person has one seat in a sit, however many tabs and devices hold it. Each tab holds a lease that its beats renew;
a seat is *away* when no tab of it was heard in time, and *gone* when nobody came back. What changed is told as
numbered differences. A listener keeps to one rule: take a snapshot with its number, drop a difference whose number
is not above its own, apply one that follows on, and ask for a new snapshot after a gap. Applying is absolute:
``joined`` puts a seat in place, whatever was there.

Every method takes ``at``, seconds of one steady scale (the epoch, where several processes share a store).
The register keeps nothing itself. ``MemoryStore`` guards every operation with one lock, so both may be used from
any thread. The operations of ``PresenceStore`` are few and each is atomic, for a store that many processes share:
``change`` is a compare-and-set of one seat there, and its ``step`` may run more than once. The ``socket`` of a
lease then carries the process and a nonce of its start, so that a process started again cannot lose by mistake
what another holds.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from types import MappingProxyType
from typing import Final, Protocol

BEAT_S: Final = 5.0  # how often a tab says that it lives, give or take a fifth
AWAY_S: Final = 9.0  # no beat for so long, and others see the seat as left for a moment
LEASE_S: Final = 15.0  # a tab not heard for so long no longer holds a seat that another tab leaves
GRACE_S: Final = 30.0  # how long a seat is kept for whom it has lost
HOLD_S: Final = LEASE_S + GRACE_S - 1.0  # a second less, for the sweep and the telling: gone for all within 45
TABS_MOST: Final = 8  # of one person in one sit; the one heard longest ago makes room
_EMPTY_ROOM_S: Final = 60.0  # how long an empty room waits for its last changes to be taken

Info = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who takes a seat, and what the door wants to know about them later; plain values only."""

    member_id: int
    info: Info = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "info", MappingProxyType(dict(self.info)))


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's presence in a sit. ``order`` is the order of arrival; ``since`` is when they came."""

    sitter: Sitter
    order: int
    away: bool
    since: float = field(compare=False)

    @property
    def member_id(self) -> int:
        """Whose seat it is."""
        return self.sitter.member_id


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The seats as they are, in order of arrival, with the number of the last difference told.

    ``seats`` may be only some of the ``total``.
    """

    seq: int
    seats: tuple[Seat, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Diff:
    """What is different since the difference numbered ``from_seq``; the rest are member ids.

    ``joined`` holds whole seats: new ones, and those whose person changed how they are seen.
    """

    sit: str
    from_seq: int
    seq: int
    joined: tuple[Seat, ...]
    gone: tuple[int, ...]
    away: tuple[int, ...]
    back: tuple[int, ...]
    total: int


# --- a seat and its leases: pure steps ---


@dataclass(frozen=True, slots=True)
class Lease:
    """One tab's hold on a seat; ``lost`` when its socket is known to be gone."""

    tab: str
    socket: str
    beat_at: float
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A seat with its leases, and the moment from which time alone may change it."""

    seat: Seat
    leases: tuple[Lease, ...]
    due_at: float


Step = Callable[[Held | None, int], Held | None]
"""What becomes of a seat: given what is held and the place for a newcomer; None when nobody holds it."""


def _settled(seat: Seat, leases: tuple[Lease, ...], at: float) -> Held | None:
    """Let go of leases run out, and see whether the seat is away, or gone."""
    leases = tuple(lease for lease in leases if lease.beat_at + HOLD_S > at)
    if not leases:
        return None
    heard = [lease.beat_at + AWAY_S for lease in leases if not lease.lost]
    here_until = max(heard, default=at)
    away = here_until <= at
    if away != seat.away:
        seat = replace(seat, away=away)
    due_at = max(lease.beat_at for lease in leases) + HOLD_S if away else here_until
    return Held(seat, leases, due_at)


def _as_of(at: float, held: Held | None) -> Held | None:
    """Let time pass for one seat, so that what ran out does not depend on when the last sweep was."""
    return held and _settled(held.seat, held.leases, at)


def _renewed(held: Held, tab: str, socket: str | None, at: float) -> Held | None:
    """Renew one tab's lease; None if the tab has none. A lease never goes back in time."""
    leases = tuple(
        Lease(tab, lease.socket if socket is None else socket, max(at, lease.beat_at)) if lease.tab == tab else lease
        for lease in held.leases
    )
    return _settled(held.seat, leases, at) if any(lease.tab == tab for lease in leases) else None


def _joined(sitter: Sitter, tab: str, socket: str, at: float) -> Step:
    def step(held: Held | None, place: int) -> Held | None:
        if held is None:
            return _settled(Seat(sitter, place, away=False, since=at), (Lease(tab, socket, at),), at)
        seat = held.seat if held.seat.sitter == sitter else replace(held.seat, sitter=sitter)
        others = [lease for lease in held.leases if lease.tab != tab]
        others.sort(key=lambda lease: (not lease.lost, lease.beat_at))
        kept = others[-(TABS_MOST - 1) :]
        return _settled(seat, (*kept, Lease(tab, socket, at)), at)

    return step


def _beaten(tab: str, socket: str | None, at: float) -> Step:
    def step(held: Held | None, _place: int) -> Held | None:
        held = _as_of(at, held)
        return held and (_renewed(held, tab, socket, at) or held)

    return step


def _left(tab: str, at: float) -> Step:
    """A tab that left holds nothing, and neither do tabs that are only remembered: leaving is meant."""

    def step(held: Held | None, _place: int) -> Held | None:
        held = _as_of(at, held)
        if held is None or all(lease.tab != tab for lease in held.leases):
            return held
        rest = tuple(lease for lease in held.leases if lease.tab != tab)
        lives = any(not lease.lost and lease.beat_at + LEASE_S > at for lease in rest)
        return _settled(held.seat, rest, at) if lives else None

    return step


def _lost(tab: str, socket: str, at: float) -> Step:
    def step(held: Held | None, _place: int) -> Held | None:
        if held is None:
            return None
        leases = tuple(
            replace(lease, lost=True) if (lease.tab, lease.socket) == (tab, socket) else lease for lease in held.leases
        )
        return _settled(held.seat, leases, at)

    return step


# --- the store ---


@dataclass(frozen=True, slots=True)
class Change:
    """What a member's seat is now, and every way in which some listener may still hold it."""

    member_id: int
    held: tuple[Seat | None, ...]
    now: Seat | None


@dataclass(frozen=True, slots=True)
class Taken:
    """The changes that make one difference: those that matter to at least one listener."""

    seq: int
    changes: tuple[Change, ...]
    total: int


class PresenceStore(Protocol):
    """Where seats are kept. Each operation is atomic, and touches one seat or one room."""

    def change(self, sit: str, member_id: int, step: Step, at: float) -> tuple[int, Held | None]:
        """Let the step decide on one seat; give the room's number and the seat as it is now.

        A step that leaves nobody in a room that does not exist makes no room.
        """
        ...

    def read(self, sit: str, *, most: int | None, first: Collection[int]) -> Snapshot:
        """Give the seats: those of ``first``, then in order of arrival up to ``most`` in all."""
        ...

    def take(self, sit: str) -> Taken | None:
        """Give what changed since it was last taken and count the number up; None if nothing did."""
        ...

    def due(self, at: float) -> list[tuple[str, int]]:
        """List (sit, member) of the seats that time may have changed; forget rooms long empty."""
        ...

    def sits(self, member_id: int | None = None) -> list[str]:
        """List the rooms, or those in which the member has a seat."""
        ...


class _Untold:
    """What listeners may hold of a seat that changed since the last difference."""

    __slots__ = ("held", "reads")

    def __init__(self, told: Seat | None, reads: int) -> None:
        self.held: tuple[Seat | None, ...] = (told,)
        self.reads = reads


class _Room:
    __slots__ = ("empty_since", "next_order", "reads", "seats", "seq", "untold")

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.next_order = 1
        self.seats: dict[int, Held] = {}
        self.untold: dict[int, _Untold] = {}
        self.reads = 0  # snapshots given: a change between two of them may be known to somebody
        self.empty_since = 0.0

    def put(self, member_id: int, held: Held | None, at: float) -> None:
        """Keep the seat as it is now, and remember what others were shown before."""
        before = self.seats.get(member_id)
        seen = before.seat if before else None
        if seen != (held.seat if held else None):
            untold = self.untold.setdefault(member_id, _Untold(seen, self.reads))
            if untold.reads != self.reads and seen not in untold.held:
                untold.held += (seen,)
            untold.reads = self.reads
        if held:
            self.seats[member_id] = held
            self.next_order = max(self.next_order, held.seat.order + 1)
        elif before:
            del self.seats[member_id]
            self.empty_since = at

    def place(self, member_id: int) -> int:
        """Give a newcomer's place: their old one if nobody was told yet that they left it."""
        untold = self.untold.get(member_id)
        told = untold.held[0] if untold else None
        return told.order if told else self.next_order


class MemoryStore:
    """Seats in the memory of one process, under one lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rooms: dict[str, _Room] = {}
        self._last_seq = 0

    def change(self, sit: str, member_id: int, step: Step, at: float) -> tuple[int, Held | None]:
        """Let the step decide on one seat.

        A new room's numbers begin at the time in milliseconds, above those of any room before it: a listener who
        knew that room, or this one before the process was started again, notices a gap.
        """
        with self._lock:
            room = self._rooms.get(sit) or _Room(max(int(at * 1000), self._last_seq + 1))
            before = room.seats.get(member_id)
            held = step(before, room.place(member_id))
            if held is not before:
                self._rooms[sit] = room
                room.put(member_id, held, at)
            return room.seq, held

    def read(self, sit: str, *, most: int | None, first: Collection[int]) -> Snapshot:
        """Give the seats; a room that does not exist is empty, and numbered above what was ever told of it."""
        with self._lock:
            room = self._rooms.get(sit)
            if room is None:
                return Snapshot(self._last_seq, (), 0)
            room.reads += 1
            total = len(room.seats)
            if most is None or total <= most:
                chosen = [held.seat for held in room.seats.values()]
            else:
                ids = dict.fromkeys(member_id for member_id in first if member_id in room.seats)
                for member_id in room.seats:
                    if len(ids) >= most:
                        break
                    ids[member_id] = None
                chosen = [room.seats[member_id].seat for member_id in ids][:most]
            return Snapshot(room.seq, tuple(sorted(chosen, key=lambda seat: seat.order)), total)

    def take(self, sit: str) -> Taken | None:
        """Give what changed since it was last taken; the last changes of an empty room close it."""
        with self._lock:
            room = self._rooms.get(sit)
            if room is None:
                return None
            untold, room.untold = room.untold, {}
            if not room.seats:
                self._forget(sit)
            changes = []
            for member_id, known in untold.items():
                held = room.seats.get(member_id)
                now = held.seat if held else None
                if any(seen != now for seen in known.held):
                    changes.append(Change(member_id, known.held, now))
            if not changes:
                return None
            room.seq += 1
            self._last_seq = max(self._last_seq, room.seq)
            return Taken(room.seq, tuple(changes), len(room.seats))

    def due(self, at: float) -> list[tuple[str, int]]:
        """List the seats that time may have changed; forget rooms long empty."""
        with self._lock:
            for sit in [s for s, room in self._rooms.items() if not room.seats]:
                if self._rooms[sit].empty_since + _EMPTY_ROOM_S <= at:
                    self._forget(sit)
            return [
                (sit, member_id)
                for sit, room in self._rooms.items()
                for member_id, held in room.seats.items()
                if held.due_at <= at
            ]

    def sits(self, member_id: int | None = None) -> list[str]:
        """List the rooms, or those in which the member has a seat."""
        with self._lock:
            return [sit for sit, room in self._rooms.items() if member_id is None or member_id in room.seats]

    def _forget(self, sit: str) -> None:
        self._last_seq = max(self._last_seq, self._rooms.pop(sit).seq)


# --- the register ---


class Register:
    """The seats of every sit, as doors use them: join, beat, leave, lose; every second sweep, take and tell."""

    def __init__(self, store: PresenceStore | None = None) -> None:
        self._store: PresenceStore = MemoryStore() if store is None else store

    def join(self, sit: str, sitter: Sitter, tab: str, *, at: float, socket: str = "") -> Seat:
        """Take a seat, or add a tab to one's seat. Joining again renews, and brings news of how one is seen."""
        _, held = self._store.change(sit, sitter.member_id, _joined(sitter, tab, socket, at), at)
        if held is None:  # pragma: no cover - a lease just given has not run out
            raise RuntimeError("a new lease is held")
        return held.seat

    def beat(self, sit: str, member_id: int, tab: str, *, at: float, socket: str | None = None) -> int | None:
        """Renew a tab's lease and give the room's number; None if the tab has no seat here and must join again.

        A number above the listener's own means that it missed a difference.
        """
        seq, held = self._store.change(sit, member_id, _beaten(tab, socket, at), at)
        return seq if held and any(lease.tab == tab for lease in held.leases) else None

    def leave(self, sit: str, member_id: int, tab: str, *, at: float) -> bool:
        """Leave with one tab; say whether the seat is free now. It is, unless another tab lives. Twice is fine."""
        return self._store.change(sit, member_id, _left(tab, at), at)[1] is None

    def lose_tab(self, sit: str, member_id: int, tab: str, *, at: float, socket: str = "") -> None:
        """Note that a tab's socket is gone; nothing happens if the tab has come back by another socket already."""
        self._store.change(sit, member_id, _lost(tab, socket, at), at)

    def drop_member(self, member_id: int, *, at: float, sit: str | None = None) -> list[str]:
        """Free a member's seat in one sit or in all, at once and by no wish of theirs; list the sits concerned."""
        sits = [each for each in self._store.sits(member_id) if sit in {None, each}]
        for each in sits:
            self._store.change(each, member_id, lambda _held, _place: None, at)
        return sits

    def sweep(self, at: float) -> list[str]:
        """Let time pass: seats not heard from are away, then gone. List the sits in which that was so."""
        due = self._store.due(at)
        for sit, member_id in due:
            self._store.change(sit, member_id, lambda held, _place: _as_of(at, held), at)
        return list(dict.fromkeys(sit for sit, _ in due))

    def snapshot(self, sit: str, *, most: int | None = None, first: Collection[int] = ()) -> Snapshot:
        """Give the seats as they are: all, or at most so many with those of ``first`` among them."""
        return self._store.read(sit, most=most, first=first)

    def take_changes(self, sit: str) -> Diff | None:
        """Give the net difference since the last one taken, for all listeners; None if there is none.

        Who came and went in between is in it only if some snapshot showed them.
        """
        taken = self._store.take(sit)
        return None if taken is None else _difference(sit, taken)

    def rooms(self) -> list[str]:
        """List the sits in which somebody sits, or of which something is still to be told."""
        return self._store.sits()


def _difference(sit: str, taken: Taken) -> Diff:
    joined: list[Seat] = []
    gone: list[int] = []
    away: list[int] = []
    back: list[int] = []
    for change in taken.changes:
        now = change.now
        if now is None:
            gone.append(change.member_id)
        elif all(seen and replace(seen, away=now.away) == now for seen in change.held):
            (away if now.away else back).append(change.member_id)
        else:
            joined.append(now)
    joined.sort(key=lambda seat: seat.order)
    return Diff(sit, taken.seq - 1, taken.seq, tuple(joined), tuple(gone), tuple(away), tuple(back), taken.total)
