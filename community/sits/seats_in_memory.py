"""Seats in the memory of one process: the store of a house that runs as one."""

from collections.abc import Collection, Sequence
from threading import Lock

from community.sits.seats import EMPTY_ROOM_S, Change, Held, Seat, Snapshot, Taken, Wish


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

    def change(self, wishes: Sequence[Wish], at: float) -> list[tuple[int, Held | None]]:
        """Let each step decide on its seat."""
        with self._lock:
            return [self._change(wish, at) for wish in wishes]

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
                if self._rooms[sit].empty_since + EMPTY_ROOM_S <= at:
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

    def _change(self, wish: Wish, at: float) -> tuple[int, Held | None]:
        room = self._rooms.get(wish.sit) or _Room(max(int(at * 1000), self._last_seq + 1))
        before = room.seats.get(wish.member_id)
        held = wish.step(before, room.place(wish.member_id))
        if held is not before:
            self._rooms[wish.sit] = room
            room.put(wish.member_id, held, at)
        return room.seq, held

    def _forget(self, sit: str) -> None:
        self._last_seq = max(self._last_seq, self._rooms.pop(sit).seq)
