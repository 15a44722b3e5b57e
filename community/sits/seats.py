"""A seat and the leases that hold it: what it is, and the pure steps by which it changes.

A tab holds a lease that its beats renew; a seat is *away* when no tab of it was heard in time, and *gone* when nobody
came back. Every step takes ``at``, seconds of one steady scale (the epoch, since several processes may share a store).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Protocol

BEAT_S: Final = 5.0  # how often a tab says that it lives, give or take a fifth
AWAY_S: Final = 9.0  # no beat for so long, and others see the seat as left for a moment
LEASE_S: Final = 15.0  # a tab not heard for so long no longer holds a seat that another tab leaves
GRACE_S: Final = 30.0  # how long a seat is kept for whom it has lost
HOLD_S: Final = LEASE_S + GRACE_S - 1.0  # a second less, for the sweep and the telling: gone for all within 45
TABS_MOST: Final = 8  # of one person in one sit; the one heard longest ago makes room
EMPTY_ROOM_S: Final = 60.0  # how long an empty room waits for its last changes to be taken

Info = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who takes a seat, and what the door wants to know about them later; plain values only."""

    member_id: int
    info: Info = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "info", MappingProxyType(dict(self.info)))

    def __hash__(self) -> int:
        """Tell sitters apart by who they are; how they are seen is compared."""
        return hash(self.member_id)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's presence in a sit; ``order`` is the order of arrival."""

    sitter: Sitter
    order: int
    away: bool

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


def as_of(at: float, held: Held | None) -> Held | None:
    """Let time pass for one seat, so that what ran out does not depend on when the last sweep was."""
    return held and _settled(held.seat, held.leases, at)


def _renewed(held: Held, tab: str, socket: str | None, at: float) -> Held | None:
    """Renew one tab's lease; None if the tab has none. A lease never goes back in time."""
    leases = tuple(
        Lease(tab, lease.socket if socket is None else socket, max(at, lease.beat_at)) if lease.tab == tab else lease
        for lease in held.leases
    )
    return _settled(held.seat, leases, at) if any(lease.tab == tab for lease in leases) else None


def joined(sitter: Sitter, tab: str, socket: str, at: float) -> Step:
    """Take a seat, or add a tab to one's seat."""

    def step(held: Held | None, place: int) -> Held | None:
        if held is None:
            return _settled(Seat(sitter, place, away=False), (Lease(tab, socket, at),), at)
        seat = held.seat if held.seat.sitter == sitter else replace(held.seat, sitter=sitter)
        others = [lease for lease in held.leases if lease.tab != tab]
        others.sort(key=lambda lease: (not lease.lost, lease.beat_at))
        kept = others[-(TABS_MOST - 1) :]
        return _settled(seat, (*kept, Lease(tab, socket, at)), at)

    return step


def beaten(tab: str, socket: str | None, at: float) -> Step:
    """Renew a tab's lease; whoever has none gets none by it."""

    def step(held: Held | None, _place: int) -> Held | None:
        held = as_of(at, held)
        return held and (_renewed(held, tab, socket, at) or held)

    return step


def left(tab: str, at: float) -> Step:
    """A tab that left holds nothing, and neither do tabs that are only remembered: leaving is meant."""

    def step(held: Held | None, _place: int) -> Held | None:
        held = as_of(at, held)
        if held is None or all(lease.tab != tab for lease in held.leases):
            return held
        rest = tuple(lease for lease in held.leases if lease.tab != tab)
        lives = any(not lease.lost and lease.beat_at + LEASE_S > at for lease in rest)
        return _settled(held.seat, rest, at) if lives else None

    return step


def lost(tab: str, socket: str, at: float) -> Step:
    """Note that a tab's socket is gone, unless the tab has come back by another."""

    def step(held: Held | None, _place: int) -> Held | None:
        if held is None:
            return None
        leases = tuple(
            replace(lease, lost=True) if (lease.tab, lease.socket) == (tab, socket) else lease for lease in held.leases
        )
        return _settled(held.seat, leases, at)

    return step


def dressed(sitter: Sitter) -> Step:
    """Let a seat be seen anew; who has none gets none by it."""

    def step(held: Held | None, _place: int) -> Held | None:
        return (
            held
            if held is None or held.seat.sitter == sitter
            else replace(held, seat=replace(held.seat, sitter=sitter))
        )

    return step


def passed(at: float) -> Step:
    """Let time pass for a seat."""
    return lambda held, _place: as_of(at, held)


def freed(_held: Held | None, _place: int) -> Held | None:
    """Free a seat, whoever holds it."""
    return None


# --- what a store keeps ---


@dataclass(frozen=True, slots=True)
class Wish:
    """A step to be taken with one member's seat in one sit."""

    sit: str
    member_id: int
    step: Step


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
    """Where seats are kept. Each operation is atomic, seat by seat or room by room."""

    def change(self, wishes: Sequence[Wish], at: float) -> list[tuple[int, Held | None]]:
        """Let each step decide on its seat; give, for each, the room's number and the seat as it is now.

        Each is atomic by itself, and a step may run more than once. One that leaves nobody in a room that does not
        exist makes no room. A new room's numbers begin at the time in milliseconds, above those of any room before
        it: a listener who knew that room, or this one before all was forgotten, notices a gap.
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
