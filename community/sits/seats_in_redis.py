"""Seats in a Redis that many processes share.

A change is a compare-and-set: a script gives what is held, the step decides here, and another script puts it if nobody
was quicker; if somebody was, it gives what they made of it, and the step decides again. Seats travel as JSON of one
form, so that equal texts are equal seats. All keys of a room die with it, and all of them when no process lives.

Keys: ``seats:rooms`` the sits, ``seats:due`` who may change by time alone and when, ``seats:last`` the highest number
ever used; of each sit ``seats:<sit>:`` with ``room`` (number, next place, snapshots given, empty since), ``seat``,
``leases``, ``order`` and ``untold`` (what listeners may hold of a seat that changed since the last difference).
"""

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from community.sits.seats import EMPTY_ROOM_S, Change, Held, Lease, Seat, Sitter, Snapshot, Taken, Wish

if TYPE_CHECKING:
    from redis import Redis
    from redis.commands.core import Script

    Asking = Callable[[], AbstractContextManager[Redis]]

SCRIPTS: Final = Path(__file__).with_name("seats_in_redis.lua").read_text(encoding="utf-8")
KEPT_S: Final = 300  # how long a room is kept that no process looks after any more
AT_ONCE: Final = 200  # changes in one script: while it runs, Redis answers nobody else
FIELDS: Final = 4  # what a script says of one seat: its text, its leases, a newcomer's place, the room's number


class RedisStore:
    """Seats that many processes share; every operation may raise what ``asking`` raises."""

    def __init__(self, asking: "Asking") -> None:
        self._asking = asking
        self._script: Script | None = None

    def change(self, wishes: Sequence[Wish], at: float) -> list[tuple[int, Held | None]]:
        """Let each step decide on its seat."""
        answers: list[tuple[int, Held | None]] = []
        for first in range(0, len(wishes), AT_ONCE):
            answers += self._change(wishes[first : first + AT_ONCE], at)
        return answers

    def read(self, sit: str, *, most: int | None, first: Collection[int]) -> Snapshot:
        """Give the seats; a room that does not exist is empty, and numbered as the last of all."""
        seq, total, *texts = self._run("read", sit, -1 if most is None else most, *first)
        seats = sorted((seat_from(_text(text)) for text in texts), key=lambda seat: seat.order)
        return Snapshot(int(seq), tuple(seats), int(total))

    def take(self, sit: str) -> Taken | None:
        """Give what changed since it was last taken; the last changes of an empty room close it."""
        taken = self._run("take", sit)
        if not taken:
            return None
        seq, total, *rest = taken
        changes = []
        for member_id, known, now in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            held = tuple(seat_from(text) if text else None for text in json.loads(known)["held"])
            changes.append(Change(int(member_id), held, seat_from(_text(now)) if now else None))
        return Taken(int(seq), tuple(changes), int(total))

    def due(self, at: float) -> list[tuple[str, int]]:
        """List the seats that time may have changed; forget rooms long empty."""
        found = (_text(each).partition(" ") for each in self._run("due", repr(at), repr(at - EMPTY_ROOM_S)))
        return [(sit, int(member_id)) for member_id, _, sit in found]

    def sits(self, member_id: int | None = None) -> list[str]:
        """List the rooms, or those in which the member has a seat."""
        return [_text(sit) for sit in self._run("sits", "" if member_id is None else member_id)]

    def _change(self, wishes: Sequence[Wish], at: float) -> list[tuple[int, Held | None]]:
        answers: dict[int, tuple[int, Held | None]] = {}
        asked = list(range(len(wishes)))
        found = self._run("look", *(part for wish in wishes for part in (wish.sit, wish.member_id))) if wishes else []
        while asked:
            puts: list[tuple[int, Held | None, list[Any]]] = []
            for number, (seat, leases, place, seq) in zip(asked, _rows(found), strict=True):
                before = _held_from(seat, leases)
                held = wishes[number].step(before, int(place))
                if held is before:
                    answers[number] = (int(seq), held)
                else:
                    puts.append((number, held, _put(wishes[number], (seat, leases, place), held, at)))
            asked, found = [], []
            said = self._run("put", *(part for put in puts for part in put[2])) if puts else []
            for (number, held, _), (seat, leases, place, seq) in zip(puts, _rows(said), strict=True):
                if seat == "ok":
                    answers[number] = (int(seq), held)
                else:  # somebody was quicker: decide anew, on what they left
                    asked.append(number)
                    found += [seat, leases, place, seq]
        return [answers[number] for number in range(len(wishes))]

    def _run(self, name: str, *given: Any) -> list[Any]:
        with self._asking() as redis:
            if self._script is None:
                self._script = redis.register_script(SCRIPTS)
            answer: list[Any] = self._script(args=[name, KEPT_S, *given], client=redis)
            return answer


def seat_text(seat: Seat) -> str:
    """Give the one text of a seat; it is ASCII, whatever the names are."""
    content = [seat.member_id, seat.order, seat.away, dict(seat.sitter.info)]
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=4096)
def seat_from(text: str) -> Seat:
    """Give the seat of a text: the same text the same seat, since a room's snapshots repeat them."""
    member_id, order, away, info = json.loads(text)
    return Seat(Sitter(member_id, info), order, away)


def _held_from(seat: str, leases: str) -> Held | None:
    if not seat:
        return None
    due_at, *held = json.loads(leases)
    return Held(seat_from(seat), tuple(Lease(*lease) for lease in held), due_at)


def _put(wish: Wish, found: tuple[str, str, str], held: Held | None, at: float) -> list[Any]:
    """Give what the script needs to put a seat in place of what was found."""
    seat, leases, due_at, order = "", "", 0.0, 0
    if held is not None:
        tabs = [[lease.tab, lease.socket, lease.beat_at, lease.lost] for lease in held.leases]
        seat, leases = seat_text(held.seat), json.dumps([held.due_at, *tabs])
        due_at, order = held.due_at, held.seat.order
    return [wish.sit, wish.member_id, *found, seat, leases, repr(due_at), order, repr(at)]


def _rows(flat: list[Any]) -> list[tuple[str, str, str, str]]:
    texts = [_text(each) for each in flat]
    return list(zip(*(texts[part::FIELDS] for part in range(FIELDS)), strict=True))


def _text(given: bytes | str | int) -> str:
    return given.decode() if isinstance(given, bytes) else str(given)
