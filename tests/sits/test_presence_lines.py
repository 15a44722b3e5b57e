"""Whole rooms: over a bad line, with people who drop out and come back, and from many threads at once."""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest

from community.sits.presence import Diff, Register
from community.sits.seats import Sitter
from tests.sits.listener import Listener, ids, seen_by
from tests.sits.stores import STORES, a_register

SIT = "12-20261122T193000Z"
SEEDS = int(os.environ.get("PRESENCE_SEEDS", "300"))  # the long run of the fault tests asks for 10,000


def seeds(kind: str) -> int:
    """Give how many seeds there are: a store behind a socket gets some of them."""
    return SEEDS if kind == "memory" else max(10, SEEDS // 30)


def here(register: Register) -> list[int]:
    return ids(register.snapshot(SIT).seats)


class Line:
    """Carries messages late, in any order, twice or not at all, until it is mended."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.bad = True
        self.messages: list[tuple[float, Callable[[], None]]] = []

    def send(self, at: float, deliver: Callable[[], None], *, sure: bool = False) -> None:
        copies = 1
        if self.bad and not sure:
            copies = self.rng.choices([0, 1, 2], [0.2, 0.65, 0.15])[0]
        for _ in range(copies):
            delay = self.rng.uniform(0.0, 2.0) if self.bad else 0.05
            self.messages.append((at + delay, deliver))

    def pass_time(self, at: float) -> None:
        due = [message for message in self.messages if message[0] <= at]
        self.messages = [message for message in self.messages if message[0] > at]
        for _, deliver in sorted(due, key=lambda message: message[0]):
            deliver()


class Person:
    """Somebody whose browser sits, drops out with or without a word, comes back in time or never."""

    def __init__(self, member_id: int, rng: Random, register: Register) -> None:
        self.sitter = Sitter(member_id, {"name": f"member {member_id}"})
        self.rng = rng
        self.register = register
        self.seated = False
        self.beat_due = 0.0
        self.return_at: float | None = None
        self.tab = 0
        self.vanished_at: float | None = None
        self.left_at: float | None = None
        self.silent_tab_until = 0.0

    def live(self, at: float, *, calm: bool) -> None:
        if self.return_at is not None:
            if at >= self.return_at:
                self._join(at)
        elif not self.seated:
            if not calm and self.rng.random() < 0.03:
                self._join(at)
        elif not calm and self.rng.random() < 0.02:
            self._go(at)
        elif at >= self.beat_due:
            if self.register.beat(SIT, self.sitter.member_id, str(self.tab), at=at) is None:
                self._join(at)
            self.beat_due = at + self.rng.uniform(4.0, 6.0)

    def _join(self, at: float) -> None:
        self.register.join(SIT, self.sitter, str(self.tab), at=at, socket=str(self.tab))
        self.seated, self.return_at, self.vanished_at, self.left_at = True, None, None, None
        self.beat_due = at + self.rng.uniform(4.0, 6.0)

    def _go(self, at: float) -> None:
        self.seated = False
        how = self.rng.choice(["leave", "lose", "vanish"])
        if how == "leave":
            free = self.register.leave(SIT, self.sitter.member_id, str(self.tab), at=at)
            assert free or at < self.silent_tab_until
            self.left_at, self.vanished_at = (at, None) if free else (None, at)
            return
        self.vanished_at = at
        if how == "lose":
            self.register.lose_tab(SIT, self.sitter.member_id, str(self.tab), at=at, socket=str(self.tab))
        else:
            self.silent_tab_until = at + 15.0
        if self.rng.random() < 0.6:
            self.return_at = at + self.rng.uniform(0.5, 30.0)
        self.tab += 1


class Room:
    """One sit on one server: it sweeps twice a second and tells four times, unless the room is held still."""

    def __init__(self, seed: int, kind: str) -> None:
        self.rng = Random(seed)
        self.at = 1_790_000_000.0 + seed
        self.register = a_register(kind)
        self.people = [Person(member_id, self.rng, self.register) for member_id in range(1, 7)]
        self.line = Line(self.rng)
        self.listeners = [self._listener() for _ in range(3)]
        self.silent_until = 0.0
        self.may_be_silent = bool(seed % 2)

    def _listener(self) -> Listener:
        def ask() -> None:
            def answer() -> None:
                snapshot = self.register.snapshot(SIT)
                self.line.send(self.at, lambda: listener.show(snapshot), sure=True)

            self.line.send(self.at, answer, sure=True)

        listener = Listener(ask)
        return listener

    def run(self, seconds: float, *, calm: bool = False) -> Iterator[Diff]:
        for tick in range(int(seconds * 4)):
            self.at += 0.25
            for person in self.people:
                person.live(self.at, calm=calm)
            if tick % 2:
                self.register.sweep(self.at)
            if self.may_be_silent and not calm and self.rng.random() < 0.01:
                self.silent_until = self.at + self.rng.uniform(5.0, 60.0)
            if (calm or self.at >= self.silent_until) and (diff := self.register.take_changes(SIT)):
                for listener in self.listeners:
                    self.line.send(self.at, lambda to=listener, diff=diff: to.hear(diff))  # type: ignore[misc]
                yield diff
            self.line.pass_time(self.at)

    def beats_carry_the_number(self) -> None:
        for listener in self.listeners:
            listener.hear_number(self.register.snapshot(SIT).seq)
        for _ in ("the question", "the answer"):
            self.line.pass_time(self.at + 10.0)

    def truth(self) -> set[int]:
        return {person.sitter.member_id for person in self.people if person.seated}


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("batch", range(10))
def test_a_listener_over_a_bad_line_is_right_again_with_one_snapshot(batch: int, kind: str) -> None:
    for seed in range(batch, seeds(kind), 10):
        room = Room(seed, kind)
        for listener in room.listeners:
            listener.resync()
        list(room.run(60.0))
        room.line.bad = False
        list(room.run(3.0, calm=True))
        before = [listener.asked for listener in room.listeners]
        list(room.run(80.0, calm=True))
        room.beats_carry_the_number()
        for listener, asked in zip(room.listeners, before, strict=True):
            assert listener.asked - asked <= 1, seed
            assert set(listener.seats) == room.truth() == set(here(room.register)), seed
            assert seen_by(listener) == {
                seat.member_id: (seat.order, seat.sitter.info["name"], seat.away)
                for seat in room.register.snapshot(SIT).seats
            }, seed


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("batch", range(5))
def test_nobody_who_returns_in_time_is_seen_leaving_and_no_ghost_stays(batch: int, kind: str) -> None:
    for seed in range(2 * batch, seeds(kind), 10):
        room = Room(seed, kind)
        visible: set[int] = set()
        for diff in room.run(240.0):
            visible |= set(ids(diff.joined))
            for member_id in diff.gone:
                person = room.people[member_id - 1]
                assert person.return_at is None, f"seed {seed}: {member_id} is on the way back"
                assert not person.seated, f"seed {seed}: {member_id} sits here"
            visible -= set(diff.gone)
            for person in room.people:
                went_at = person.vanished_at or person.left_at
                if went_at and person.return_at is None and person.sitter.member_id in visible:
                    limit = 45.0 if person.vanished_at else 0.5
                    assert room.at - went_at <= limit, f"seed {seed}: {person.sitter.member_id} is a ghost"


# --- many threads ---


@pytest.fixture
def restless() -> Iterator[None]:
    """Let threads take turns as often as they can, so that what is not guarded shows."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.parametrize("kind", STORES)
def test_people_who_open_a_room_at_the_same_moment_are_in_the_same_room(restless: None, kind: str) -> None:
    register = a_register(kind)
    people, rooms = 4, 300 if kind == "memory" else 30
    together = Barrier(people)

    def open_rooms(member_id: int) -> None:
        for room in range(rooms):
            together.wait(timeout=30)
            register.join(f"room {room}", Sitter(member_id), "a", at=1000.0)

    with ThreadPoolExecutor(people) as pool:
        for running in [pool.submit(open_rooms, member_id) for member_id in range(people)]:
            running.result()
    for room in range(rooms):
        seats = register.snapshot(f"room {room}").seats
        assert sorted(ids(seats)) == list(range(people))
        assert [seat.order for seat in seats] == list(range(1, people + 1))


def sit_restlessly(register: Register, member_id: int) -> None:
    """Come and go in two tabs; in the end every second person stays."""
    rng = Random(member_id)
    for turn in range(60):
        at, tab = 1000.0 + turn / 10, rng.choice("ab")
        register.join(SIT, Sitter(member_id, {"name": str(turn % 3)}), tab, at=at)
        register.beat(SIT, member_id, tab, at=at)
        register.snapshot(SIT)
        register.lose_tab(SIT, member_id, tab, at=at)
        if rng.random() < 0.5:
            register.leave(SIT, member_id, tab, at=at)
        register.sweep(at)
    if member_id % 2:
        register.drop_member(member_id, at=1006.0)
    else:
        register.join(SIT, Sitter(member_id, {"name": "stayed"}), "a", at=1006.0)


@pytest.mark.parametrize("kind", STORES)
def test_many_threads_at_once_leave_no_seat_and_no_difference_behind(restless: None, kind: str) -> None:
    register = a_register(kind)
    register.join(SIT, Sitter(0, {"name": "witness"}), "w", at=1000.0)
    witness = Listener(lambda: witness.show(register.snapshot(SIT)))
    witness.resync()
    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(sit_restlessly, register, member_id) for member_id in range(1, 17)]
        while not all(one.done() for one in running):
            if diff := register.take_changes(SIT):
                witness.hear(diff)
        for one in running:
            one.result()
    if diff := register.take_changes(SIT):
        witness.hear(diff)
    assert witness.asked == 1
    assert set(witness.seats) == {0, *range(2, 17, 2)} == set(here(register))
    seats = register.snapshot(SIT).seats
    assert seen_by(witness) == {seat.member_id: (seat.order, seat.sitter.info["name"], seat.away) for seat in seats}
