"""Whatever is sent in whatever shape: an answer that says no, or none; never a fault, and not a word of it in a log."""

import json
import string
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community import live as live_door
from tests.doors import Browser, Live, until
from tests.live.conftest import Knock
from tests.live.wire import Wire
from tests.people import People

Connect = Callable[..., Live]
CANARY = "canaryinthepacket"

SHAPED = sorted(name for name, (_, shape) in live_door._commands.items() if shape)
STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**31, 2**63, 10**90, float("1e308"), "", " ", "x" * 201, "x" * 15_000),
    *([], [1], {}, {"a": 1}, [[[[]]]], "\x00", "a\x00b", "\n", "\u202e", "\ud800", "1", "12-20261122T193000Z"),
    *("12-20261122T193000Z'; DROP TABLE members; --", "-1-20261122T193000Z", "999999999999-20261122T193000Z"),
    *("1-99999999T999999Z", "1-20260230T000000Z", "١-20261122T193000Z", "../1", "%", "*", "sit:1", CANARY),
    {"_placeholder": True, "num": 0},
]
PAYLOADS: list[tuple[Any, ...]] = [
    *((), (None,), (1,), ("x",), ([],), (True,), ({}, {}), ({}, 1), ("a", "b", "c"), ([{}],), ({"": ""},), (CANARY,)),
]


@pytest.fixture
def ines(app: Flask, people: People, knock: Knock) -> Wire:
    wire = knock(Browser(app, people.ines).cookie_header())
    assert (wire.come_in() or "").startswith("40")
    return wire


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test send a thousand packets."""
    for measure in ("_slow_down", "_keep_time"):
        monkeypatch.setattr(live_door, measure, lambda _socket: None)


@pytest.fixture(autouse=True)
def no_fault(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Fail where a command ended in a fault of ours, or where a log says what was sent."""
    faults: list[Exception] = []
    answer = live_door._failed

    def note(fault: Exception) -> dict[str, Any]:
        faults.append(fault)
        return answer(fault)

    monkeypatch.setattr(live_door.socketio, "default_exception_handler", note)
    yield
    out, err = capfd.readouterr()
    assert not faults
    assert CANARY not in out + err
    assert "Traceback" not in out + err


def refused(wire: Wire) -> bool:
    """Read the next answer, and say whether it is a refusal of the right shape."""
    heard = wire.hear()
    assert heard is not None, "the line is cut"
    assert heard.startswith("431"), heard
    (answer,) = json.loads(heard[3:])
    if answer["ok"]:
        return False
    assert set(answer) == {"ok", "error"}
    assert set(answer["error"]) == {"kind", "message"}
    return True


@pytest.mark.parametrize("command", sorted(live_door._commands))
def test_a_payload_that_is_not_one_object_is_refused(ines: Wire, command: str) -> None:
    for payload in PAYLOADS:
        ines.command(command, *payload)
        fits = command not in SHAPED and payload in [(), ({"": ""},)]
        assert refused(ines) != fits, payload


@pytest.mark.parametrize("command", SHAPED)
def test_a_field_of_another_kind_is_refused(ines: Wire, command: str) -> None:
    shape = live_door._commands[command][1]
    for name, kind in shape.items():
        whole = {other: (1 if other_kind is int else "one") for other, other_kind in shape.items()}
        for strange in STRANGE:
            if type(strange) is kind and kind is str and name == "tab":
                continue  # a tab may call itself anything printable
            ines.command(command, {**whole, name: strange})
            assert refused(ines) or command in {"thread:unwatch", "sit:leave"}, (name, strange)
        del whole[name]
        ines.command(command, whole)
        assert refused(ines)


def test_fields_that_a_command_has_not_are_passed_over(ines: Wire) -> None:
    ines.command("clock:probe", {"by": 1, "room": "sit:1", "at": "x", "socket": {}, "call": None, "self": 1})
    assert not refused(ines)


@pytest.mark.parametrize(
    "command", ["connect", "disconnect", "__class__", "message", "error", "*", "", " ", "sit:Join"]
)
def test_words_that_are_no_commands_are_not_answered(ines: Wire, people: People, command: str) -> None:
    ines.command(command, {})
    ines.command(command)
    ines.say('421["clock:probe",{}]')
    while (heard := ines.hear()) is not None and not heard.startswith('431[{"ok":true'):
        assert heard in {"431[]", "431[null]"}
    assert heard is not None
    assert len(live_door.sockets_of(people.ines.id)) == 1


BROKEN = [
    *(
        "42",
        "42[]",
        "42[[]]",
        '42[{"a":1},{}]',
        "42[null]",
        "42[1,2]",
        '42"x"',
        "42{}",
        "421",
        "42nonsense",
        "429999999999[]",
    ),
    *('42/other,["clock:probe",{}]', "40/other,", "41/other", "40", '40{"a":1}', "40[]", "40/", "40nonsense,", "43[]"),
    *(
        '431["x"]',
        "43999999[]",
        "44",
        "44{}",
        "45",
        '451-["clock:probe",{"_placeholder":true,"num":0}]',
        "46",
        "47",
        "4",
        "48",
    ),
    *('4599-["clock:probe"]', '45999999999999-["x"]', '45-["x"]', '450-["x",{"_placeholder":true,"num":5}]', "461-[]"),
    *(
        "0",
        "1",
        "3",
        "5",
        "6",
        "7",
        "8",
        "",
        "x",
        "bAAAA",
        "b!",
        "b",
        "2probe",
        "3probe",
        "5probe",
        "\u0665",
        "4\u0662[]",
    ),
    *("4" + "[" * 10_000, "42" + "[" * 10_000, '42["clock:probe",' + "[" * 5000, "42" + '{"a":' * 3000, "4" * 15_000),
    *(
        '42["sit:beat",{"sit":1' + "0" * 400 + "}]",
        '42["clock:probe",' + "9" * 5000 + "]",
        '42["clock:probe",NaN]',
        '42["clock:probe",{"a":Infinity}]',
    ),
    *(f'42["{CANARY}', f'42["{CANARY}",{{', f"{CANARY}", f"4{CANARY}", f'42{CANARY}["x"]', f'451-["{CANARY}"]'),
]


@pytest.mark.parametrize("signed_in", [True, False], ids=["a member", "nobody"])
@pytest.mark.parametrize("packet", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_packet_ends_at_most_its_own_line(
    app: Flask, people: People, knock: Knock, live: Connect, packet: str, *, signed_in: bool
) -> None:
    jonah = live(people.jonah)
    wire = knock(Browser(app, people.ines).cookie_header() if signed_in else "")
    wire.come_in()
    wire.say(packet)
    wire.plain.send_binary(b"\x00\x01\x02")
    wire.hang_up()
    assert jonah.command("clock:probe")["ok"]
    assert until(lambda: not live_door.sockets_of(people.ines.id))


def test_binary_parts_are_never_kept_waiting_for_more(app: Flask, people: People, knock: Knock) -> None:
    wire = knock(Browser(app, people.ines).cookie_header())
    wire.come_in()
    wire.say('459-["clock:probe",{"_placeholder":true,"num":0}]')
    for _ in range(4):
        wire.plain.send_binary(b"x" * 8000)
    wire.hang_up()
    assert until(lambda: not live_door.socketio.server._binary_packet)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(["sit", "tab", "thread", "x", ""])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    command=st.sampled_from(sorted(live_door._commands)),
    payload=st.dictionaries(fields, json_values, max_size=3) | json_values,
)
def test_no_payload_makes_a_fault(ines: Wire, command: str, payload: Any) -> None:
    ines.command(command, payload)
    refused(ines)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=string.printable + "\u0665\ud7ff\U0001f56f", max_size=60))
def test_no_text_at_all_stops_the_door(app: Flask, people: People, knock: Knock, packet: str) -> None:
    wire = knock()
    wire.say(packet)
    wire.hang_up()
