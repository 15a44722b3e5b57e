"""Everybody at the socket door: each command, in every state of what it is about, against a table written by hand."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as Refused

from community import live as live_door
from community.sits import live as sits_live
from community.sits.presence import Register
from tests.doors import Live, until
from tests.security.scene import KINDS, OUTSIDERS, READ_BY, READERS, SIGNED_IN, TEACHERS
from tests.security.stage import Stage
from tests.security.table import THREADS, Answers

OK, NO, ABSENT, EARLY, UNSEATED = "ok", "not_allowed", "not_found", "conflict", "conflict"


@dataclass(frozen=True)
class Said:
    """A command about one thing, and what each actor is answered; names that begin with @ stand in the scene."""

    answers: Answers
    payload: dict[str, Any] = field(default_factory=dict)


def answers(readers: str, *, new: str = NO, out: str = ABSENT) -> Answers:
    return dict.fromkeys(READERS, readers) | {"nuno": new} | dict.fromkeys(OUTSIDERS, out)


def sits(readers: Callable[[str], str], states: tuple[str, ...] = ("now",)) -> list[Said]:
    """Give a row for the sits of each kind of group; an ended one is absent, but agreeing comes first."""
    rows = [
        Said(answers(readers(f"{kind}:{state}")), {"sit": f"@{kind}:sit:{state}", "tab": "one"})
        for kind in KINDS
        for state in states
    ]
    return [*rows, Said(answers(ABSENT), {"sit": "@open:sit:ended", "tab": "one"})]


def threads() -> list[Said]:
    found = []
    for state, sees in THREADS.items():
        said = answers(ABSENT, new=NO if sees == READERS else ABSENT) | dict.fromkeys(sees, OK)
        found.append(Said(said, {"thread": f"@{state}"}))
    return found


def joining(what: str) -> str:
    kind, _, state = what.partition(":")
    if kind == "archived":
        return NO
    return OK if state == "now" else EARLY


def in_circle(may: frozenset[str] = READERS) -> list[Said]:
    """Give the rows of a command for those who are seated: here nobody is, and a refusal says nothing of the circle."""
    return [
        Said(
            {**answers(NO), **({} if kind == "archived" else dict.fromkeys(may, UNSEATED))},
            {"sit": f"@{kind}:sit:now"},
        )
        for kind in KINDS
    ]


FREE = dict.fromkeys(SIGNED_IN, OK)
TABLE: dict[str, list[Said]] = {
    "clock:probe": [Said(FREE)],
    "thread:watch": threads(),
    "thread:unwatch": [Said(FREE, {"thread": f"@{state}"}) for state in THREADS],
    "sit:join": sits(joining, ("now", "later")),
    "sit:snapshot": sits(lambda _: OK, ("now", "later")),
    "sit:beat": [Said(dict.fromkeys(SIGNED_IN, UNSEATED), {"sit": "@open:sit:now", "tab": "one"})],
    "circle:ask": in_circle(READERS - {"mila"}),
    **dict.fromkeys(("circle:keep_silence", "circle:pass", "circle:skip", "circle:look"), in_circle()),
    **dict.fromkeys(("circle:take", "circle:end"), in_circle(TEACHERS)),
    "circle:say": [Said(row.answers, {**row.payload, "words": "Quiet."}) for row in in_circle(READERS - {"mila"})],
    "sit:leave": [Said(FREE, {"sit": f"@{kind}:sit:now", "tab": "one"}) for kind in KINDS],
}


@pytest.fixture
def sockets(stage: Stage, server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Live]]:
    """Give everybody who may have one a socket."""
    monkeypatch.setattr(sits_live, "register", Register())
    sits_live._rooms.clear()
    sits_live._tabs.clear()
    opened = {name: Live(server, f"session={stage.cookies[name]}") for name in sorted(SIGNED_IN)}
    yield opened
    for sid in list(live_door._sockets):
        live_door.socketio.server.disconnect(sid)
    assert until(lambda: not live_door._sockets)


def outcome(answer: dict[str, Any]) -> str:
    return OK if answer["ok"] else str(answer["error"]["kind"])


def wrong_answers(stage: Stage, sockets: dict[str, Live], command: str, row: Said) -> Iterator[str]:
    payload = {
        name: int(stage.named(value)) if name == "thread" else stage.named(value) for name, value in row.payload.items()
    }
    for name, socket in sockets.items():
        live_door._limiter.storage.reset()
        answer = socket.command(command, **payload)
        where = f"{name} says {command} {row.payload}"
        if outcome(answer) != row.answers[name]:
            yield f"{where}: {outcome(answer)} instead of {row.answers[name]}"
        said = str(answer).lower()
        yield from (f"{where}: reads {word}" for word, may in READ_BY.items() if word in said and name not in may)


def test_every_command_has_its_rows_and_every_row_its_command() -> None:
    assert set(live_door._commands) == set(TABLE)
    assert all(set(row.answers) == SIGNED_IN for rows in TABLE.values() for row in rows)


@pytest.mark.parametrize("command", sorted(TABLE))
def test_everybody_is_answered_as_it_is_written(stage: Stage, sockets: dict[str, Live], command: str) -> None:
    wrong = [each for row in TABLE[command] for each in wrong_answers(stage, sockets, command, row)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", ["nobody", "silas"])
def test_who_may_not_come_in_gets_no_socket(stage: Stage, server: str, name: str) -> None:
    with pytest.raises(Refused):
        Live(server, f"session={stage.cookies[name]}")
    with pytest.raises(Refused):
        Live(server, "")
    assert until(lambda: not live_door._sockets)


def test_a_refused_command_opens_no_room(stage: Stage, sockets: dict[str, Live]) -> None:
    for command in ("thread:watch", "sit:join"):
        for row in TABLE[command]:
            list(wrong_answers(stage, sockets, command, row))
    groups = {member: set() for member in SIGNED_IN}  # type: dict[str, set[int]]
    names = {stage.scene.ids[name]: name for name in SIGNED_IN}
    for socket in live_door._sockets.values():
        groups[names[socket.member_id]] |= set(socket.rooms.values())
    assert not [name for name, heard in groups.items() if heard and name not in READERS]
    assert all(groups[name] for name in READERS)


def test_nothing_is_told_to_who_may_not_know(stage: Stage, sockets: dict[str, Live]) -> None:
    for socket in sockets.values():
        with suppress(AssertionError):
            socket.command("thread:watch", thread=stage.scene.ids["hidden:thread"])
    live_door.tell(live_door.thread_room(stage.scene.ids["hidden:thread"]), "post:changed", {"thread": 0, "post": 0})
    for socket in sockets.values():
        socket.settle()
    assert {name for name, socket in sockets.items() if socket.heard("post:changed")} == READERS
