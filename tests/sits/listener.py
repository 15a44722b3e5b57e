"""A listener, as a browser is one; the script in the page keeps the same rule."""

from collections.abc import Callable
from dataclasses import dataclass, field

from community.sits.presence import Diff
from community.sits.seats import Seat, Snapshot


@dataclass
class Listener:
    """The rule that browsers keep: drop what is old, apply what follows on, ask anew after a gap.

    What arrives while a snapshot is on its way is kept and applied after it.
    """

    ask: Callable[[], None]
    seq: int = -1
    seats: dict[int, Seat] = field(default_factory=dict)
    kept: dict[int, Diff] = field(default_factory=dict)
    asking: bool = False
    asked: int = 0

    def resync(self) -> None:
        if not self.asking:
            self.asking = True
            self.asked += 1
            self.ask()

    def show(self, snapshot: Snapshot) -> None:
        self.asking = False
        if snapshot.seq >= self.seq:
            self.seq = snapshot.seq
            self.seats = {seat.member_id: seat for seat in snapshot.seats}
        self._follow()

    def hear(self, diff: Diff) -> None:
        if diff.seq > self.seq:
            self.kept[diff.from_seq] = diff
            self._follow()

    def hear_number(self, seq: int | None) -> None:
        if seq is not None and seq > self.seq:
            self.resync()

    def _follow(self) -> None:
        while diff := self.kept.pop(self.seq, None):
            self._apply(diff)
        self.kept = {since: diff for since, diff in self.kept.items() if diff.seq > self.seq}
        if self.kept:
            self.resync()

    def _apply(self, diff: Diff) -> None:
        self.seq = diff.seq
        self.seats.update({seat.member_id: seat for seat in diff.joined})
        for member_id in diff.gone:
            self.seats.pop(member_id, None)
        for member_ids, away in ((diff.away, True), (diff.back, False)):
            for member_id in member_ids:
                seat = self.seats[member_id]
                self.seats[member_id] = Seat(seat.sitter, seat.order, away)


def seen_by(listener: Listener) -> dict[int, tuple[int, object, bool]]:
    """Say what a listener shows: order, name and whether away, by member."""
    return {m: (seat.order, seat.sitter.info["name"], seat.away) for m, seat in listener.seats.items()}


def ids(seats: tuple[Seat, ...]) -> list[int]:
    """Give whose seats they are, in their order."""
    return [seat.member_id for seat in seats]
