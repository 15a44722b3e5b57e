"""Who is here: a pure register ``(sit, member, tab) -> lease``, with no I/O and no clock of its own.

A person has one seat in a sit, however many tabs and devices hold it (``seats.py``). What changed is told as numbered
differences. A listener keeps to one rule: take a snapshot with its number, drop a difference whose number is not above
its own, apply one that follows on, and ask for a new snapshot after a gap. Applying is absolute: ``joined`` puts a seat
in place, whatever was there.

The register keeps nothing itself: the seats are in the memory of one process or in a Redis that many share. The
``socket`` of a lease is a name made at random for each connection, so that a process started again cannot lose by
mistake what another holds.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from community.sits.seats import (
    Held,
    PresenceStore,
    Seat,
    Sitter,
    Snapshot,
    Step,
    Taken,
    Wish,
    beaten,
    dressed,
    freed,
    joined,
    left,
    lost,
    passed,
)
from community.sits.seats_in_memory import MemoryStore


@dataclass(frozen=True, slots=True)
class Beat:
    """One tab's word that it is still here."""

    sit: str
    member_id: int
    tab: str
    at: float
    socket: str | None = None


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


# --- the register ---


class Register:
    """The seats of every sit, as doors use them: join, beat, leave, lose; and, every so often, sweep, take and tell."""

    def __init__(self, choose: Callable[[], PresenceStore] | None = None) -> None:
        """Keep the seats in the store that ``choose`` gives, asked each time; else in a memory of its own."""
        own = MemoryStore()
        self._choose = choose or (lambda: own)

    @property
    def _store(self) -> PresenceStore:
        return self._choose()

    def join(self, sit: str, sitter: Sitter, tab: str, *, at: float, socket: str = "") -> Seat:
        """Take a seat, or add a tab to one's seat. Joining again renews, and brings news of how one is seen."""
        _, held = self._change(sit, sitter.member_id, joined(sitter, tab, socket, at), at)
        if held is None:  # pragma: no cover - a lease just given has not run out
            raise RuntimeError("a new lease is held")
        return held.seat

    def beat(self, sit: str, member_id: int, tab: str, *, at: float, socket: str | None = None) -> int | None:
        """Renew a tab's lease and give the room's number; None if the tab has no seat here and must join again.

        A number above the listener's own means that it missed a difference.
        """
        return self.renew([Beat(sit, member_id, tab, at, socket)])[0]

    def renew(self, beats: Sequence[Beat]) -> list[int | None]:
        """Renew many leases in one go, each as of the moment of its own beat, and answer each as ``beat`` does."""
        wishes = [Wish(each.sit, each.member_id, beaten(each.tab, each.socket, each.at)) for each in beats]
        answers = self._store.change(wishes, max((each.at for each in beats), default=0.0))
        return [
            seq if held and any(lease.tab == each.tab for lease in held.leases) else None
            for each, (seq, held) in zip(beats, answers, strict=True)
        ]

    def dress(self, sitter: Sitter, sit: str, *, at: float) -> None:
        """Let a member's seat be seen anew, with every tab; nothing happens where they have none."""
        self._change(sit, sitter.member_id, dressed(sitter), at)

    def leave(self, sit: str, member_id: int, tab: str, *, at: float) -> bool:
        """Leave with one tab; say whether the seat is free now. It is, unless another tab lives. Twice is fine."""
        return self._change(sit, member_id, left(tab, at), at)[1] is None

    def lose_tab(self, sit: str, member_id: int, tab: str, *, at: float, socket: str = "") -> None:
        """Note that a tab's socket is gone; nothing happens if the tab has come back by another socket already."""
        self._change(sit, member_id, lost(tab, socket, at), at)

    def drop_member(self, member_id: int, *, at: float, sit: str | None = None) -> list[str]:
        """Free a member's seat in one sit or in all, at once and by no wish of theirs; list the sits concerned."""
        sits = [each for each in self._store.sits(member_id) if sit in {None, each}]
        self._store.change([Wish(each, member_id, freed) for each in sits], at)
        return sits

    def empty(self, sit: str, *, at: float) -> None:
        """Free every seat of a sit that is over."""
        seats = self._store.read(sit, most=None, first=()).seats
        self._store.change([Wish(sit, seat.member_id, freed) for seat in seats], at)

    def sweep(self, at: float) -> list[tuple[str, int]]:
        """Let time pass: seats not heard from are away, then gone. List the sit and member of those that are gone."""
        due = self._store.due(at)
        answers = self._store.change([Wish(sit, member_id, passed(at)) for sit, member_id in due], at)
        return [seat for seat, (_, held) in zip(due, answers, strict=True) if held is None]

    def snapshot(self, sit: str, *, most: int | None = None, first: Collection[int] = ()) -> Snapshot:
        """Give the seats as they are: all, or at most so many with those of ``first`` among them."""
        return self._store.read(sit, most=most, first=first)

    def heard_at(self, sit: str, member_id: int, *, at: float) -> float | None:
        """Say when a member was last heard in a sit; None where they have no seat."""
        _, held = self._change(sit, member_id, lambda held, _place: held, at)
        return None if held is None else max(lease.beat_at for lease in held.leases)

    def take_changes(self, sit: str) -> Diff | None:
        """Give the net difference since the last one taken, for all listeners; None if there is none.

        Who came and went in between is in it only if some snapshot showed them.
        """
        taken = self._store.take(sit)
        return None if taken is None else _difference(sit, taken)

    def rooms(self, member_id: int | None = None) -> list[str]:
        """List the sits in which somebody sits, or of which something is still to be told; or a member's own."""
        return self._store.sits(member_id)

    def _change(self, sit: str, member_id: int, step: Step, at: float) -> tuple[int, Held | None]:
        return self._store.change([Wish(sit, member_id, step)], at)[0]


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
