"""The register against a naive model that keeps plain facts and recounts them after every step."""

import os
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from community.sits.presence import Diff
from community.sits.seats import Sitter, Snapshot
from tests.sits.listener import Listener, ids, seen_by
from tests.sits.stores import a_register, peek

SITS = st.sampled_from(["one", "two"])
MEMBERS = st.integers(1, 4)
TABS = st.sampled_from(["a", "b", "c"])
SOCKETS = st.sampled_from(["s1", "s2"])


@dataclass
class ModelTab:
    socket: str
    beat_at: float
    lost: bool = False


@dataclass
class ModelSeat:
    order: int
    name: str
    tabs: dict[str, ModelTab]

    def lives(self, at: float) -> bool:
        return any(not tab.lost and tab.beat_at > at - 15 for tab in self.tabs.values())

    def away(self, at: float) -> bool:
        return not any(not tab.lost and tab.beat_at > at - 9 for tab in self.tabs.values())


@dataclass
class ModelRoom:
    seats: dict[int, ModelSeat] = field(default_factory=dict)
    told: dict[int, tuple[int, str, bool]] = field(default_factory=dict)
    next_order: int = 1
    empty_since: float | None = None
    read_since_told: bool = False

    def shown(self, at: float) -> dict[int, tuple[int, str, bool]]:
        return {m: (seat.order, seat.name, seat.away(at)) for m, seat in self.seats.items()}


class RegisterAgainstModel(RuleBasedStateMachine):
    """Every step is done to the register and to a model that keeps plain facts and recounts them each time."""

    store = "memory"

    @initialize()
    def begin(self) -> None:
        self.at = 1000.0
        self.register = a_register(type(self).store)
        self.rooms: dict[str, ModelRoom] = {}
        self.listeners: dict[str, list[Listener]] = {"one": [], "two": []}

    def _free(self, sit: str, member_id: int) -> None:
        room = self.rooms[sit]
        del room.seats[member_id]
        room.empty_since = None if room.seats else self.at

    @rule(sit=SITS, member_id=MEMBERS, tab=TABS, socket=SOCKETS, name=st.sampled_from(["", "", "I."]))
    def join(self, *, sit: str, member_id: int, tab: str, socket: str, name: str) -> None:
        room = self.rooms.setdefault(sit, ModelRoom())
        if member_id not in room.seats:
            order = room.told[member_id][0] if member_id in room.told else room.next_order
            room.next_order = max(room.next_order, order + 1)
            room.seats[member_id] = ModelSeat(order, name, {})
            room.empty_since = None
        room.seats[member_id].name = name
        room.seats[member_id].tabs[tab] = ModelTab(socket, self.at)
        seat = self.register.join(sit, Sitter(member_id, {"name": name}), tab, at=self.at, socket=socket)
        assert (seat.order, seat.away) == (room.seats[member_id].order, False)

    @rule(sit=SITS, member_id=MEMBERS, tab=TABS, socket=st.none() | SOCKETS)
    def beat(self, sit: str, member_id: int, tab: str, socket: str | None) -> None:
        held = self._tab(sit, member_id, tab)
        if held:
            held.beat_at, held.lost, held.socket = self.at, False, socket or held.socket
        answer = self.register.beat(sit, member_id, tab, at=self.at, socket=socket)
        assert (answer is not None) == (held is not None)

    @rule(sit=SITS, member_id=MEMBERS, tab=TABS)
    def leave(self, sit: str, member_id: int, tab: str) -> None:
        if self._tab(sit, member_id, tab):
            seat = self.rooms[sit].seats[member_id]
            del seat.tabs[tab]
            if not seat.lives(self.at):
                self._free(sit, member_id)
        free = self.register.leave(sit, member_id, tab, at=self.at)
        assert free == (member_id not in self.rooms.get(sit, ModelRoom()).seats)

    @rule(sit=SITS, member_id=MEMBERS, tab=TABS, socket=SOCKETS)
    def lose(self, sit: str, member_id: int, tab: str, socket: str) -> None:
        held = self._tab(sit, member_id, tab)
        if held and held.socket == socket:
            held.lost = True
        self.register.lose_tab(sit, member_id, tab, at=self.at, socket=socket)

    @rule(member_id=MEMBERS, sit=st.none() | SITS)
    def drop(self, member_id: int, sit: str | None) -> None:
        concerned = [s for s, room in self.rooms.items() if member_id in room.seats and sit in {None, s}]
        for each in concerned:
            self._free(each, member_id)
        assert sorted(self.register.drop_member(member_id, at=self.at, sit=sit)) == sorted(concerned)

    @rule(seconds=st.sampled_from([0.25, 1.0, 4.0, 5.0, 8.75, 9.0, 15.0, 30.0, 43.75, 44.0, 60.0]))
    def pass_time(self, seconds: float) -> None:
        self.at += seconds
        for sit, room in list(self.rooms.items()):
            if room.empty_since is not None and room.empty_since + 60 <= self.at:
                del self.rooms[sit]
                self.listeners[sit] = []
        for sit, room in self.rooms.items():
            for member_id, seat in list(room.seats.items()):
                seat.tabs = {name: tab for name, tab in seat.tabs.items() if tab.beat_at + 44 > self.at}
                if not seat.tabs:
                    self._free(sit, member_id)
        self.register.sweep(self.at)

    @rule(sit=SITS)
    def listen(self, sit: str) -> None:
        def ask() -> None:
            listener.show(self._snapshot(sit))

        listener = Listener(ask)
        listener.show(self._snapshot(sit))
        self.listeners[sit].append(listener)

    @precondition(lambda self: self.rooms)
    @rule(data=st.data())
    def tell(self, data: st.DataObject) -> None:
        sit = data.draw(st.sampled_from(sorted(self.rooms)))
        room = self.rooms[sit]
        now = room.shown(self.at)
        diff = self.register.take_changes(sit)
        if not room.read_since_told:
            self._check_net(room.told, now, diff)
        room.told, room.read_since_told = now, False
        if not room.seats:
            del self.rooms[sit]
        if diff:
            for listener in self.listeners[sit]:
                listener.hear(diff)
        for listener in self.listeners[sit]:
            assert seen_by(listener) == now

    @invariant()
    def the_register_agrees_with_the_model(self) -> None:
        assert sorted(self.register.rooms()) == sorted(self.rooms)
        for sit, room in self.rooms.items():
            shown = {m: (o, n, a) for o, n, a, m in self._peek(sit)}
            assert shown == room.shown(self.at)
            assert [order for order, *_ in self._peek(sit)] == sorted(order for order, _, _ in shown.values())

    def _peek(self, sit: str) -> list[tuple[int, object, bool, int]]:
        """Look at the seats without being a listener to whom something was shown."""
        seats = peek(self.register._store, sit)
        listed = [(seat.order, seat.sitter.info["name"], seat.away, seat.member_id) for seat in seats]
        return sorted(listed, key=lambda entry: entry[0])

    def _snapshot(self, sit: str) -> Snapshot:
        if sit in self.rooms:
            self.rooms[sit].read_since_told = True
        return self.register.snapshot(sit)

    def _tab(self, sit: str, member_id: int, tab: str) -> ModelTab | None:
        seat = self.rooms.get(sit, ModelRoom()).seats.get(member_id)
        return seat.tabs.get(tab) if seat else None

    @staticmethod
    def _check_net(
        before: dict[int, tuple[int, str, bool]], now: dict[int, tuple[int, str, bool]], diff: Diff | None
    ) -> None:
        """What is told is exactly what is different: nothing that cancelled out, nothing twice."""
        same = {m for m in before.keys() & now.keys() if before[m][:2] == now[m][:2]}
        expected = (
            sorted(now.keys() - same),
            sorted(before.keys() - now.keys()),
            sorted(m for m in same if now[m][2] and not before[m][2]),
            sorted(m for m in same if before[m][2] and not now[m][2]),
        )
        if diff is None:
            assert expected == ([], [], [], [])
        else:
            assert expected == (sorted(ids(diff.joined)), sorted(diff.gone), sorted(diff.away), sorted(diff.back))
            assert any(expected)
            assert diff.total == len(now)


class RedisAgainstModel(RegisterAgainstModel):
    """The same, with the seats in a Redis that others share."""

    store = "redis"


EXAMPLES = int(os.environ.get("PRESENCE_EXAMPLES", "150"))
RegisterAgainstModel.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=60, deadline=None)
RedisAgainstModel.TestCase.settings = settings(
    max_examples=max(1, EXAMPLES // 5), stateful_step_count=60, deadline=None
)
TestRegisterAgainstModel = RegisterAgainstModel.TestCase
TestRedisAgainstModel = pytest.mark.services(RedisAgainstModel.TestCase)
