"""A circle whose people sit by different processes: one stone, whichever process is asked and whichever dies."""

import json
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import websocket

from community.clock import now
from community.practices.library import STARTER
from tests.cluster import Cluster
from tests.faults.caller import Caller, StepIn

pytestmark = pytest.mark.services

BEAT_SECONDS = 3.0
SIT = sa.text("""
INSERT INTO sit_series (group_id, title, plan, wall_start, zone, leader_id, made_by_id, status, created_at)
SELECT groups.id, 'Evening sit', :plan, :wall, 'Europe/Lisbon', members.id, members.id, 'planned', groups.created_at
FROM groups, members WHERE groups.slug = 'ending-on-time' AND members.email = 'maren@example.org' RETURNING id
""").bindparams(sa.bindparam("plan", type_=sa.JSON))


def a_sit_in_its_circle(house: Cluster) -> str:
    """Put a sit that has just come to its circle into the calendar; gives its key."""
    starts = now().replace(microsecond=0) - timedelta(minutes=31)
    wall = starts.astimezone(ZoneInfo("Europe/Lisbon")).replace(tzinfo=None).isoformat()
    engine = sa.create_engine(house.database_url)
    with engine.begin() as rows:
        made = rows.execute(SIT, {"plan": STARTER["quiet_half_hour"].plan.to_json(), "wall": wall}).scalar_one()
    engine.dispose()
    return f"{made}-{starts:%Y%m%dT%H%M%SZ}"


class Sitter:
    """Somebody in the circle, on a line to one process."""

    def __init__(self, caller: Caller, at: str, key: str) -> None:
        self.wire, self.key = caller.line(at), key
        self.heard: deque[tuple[str, dict[str, Any]]] = deque()
        self.beaten = time.monotonic()
        self.joined = self.does("sit:join", tab="one")
        self.seat = self.joined["you"]

    def does(self, command: str, **more: Any) -> dict[str, Any]:
        """Send a command and give its answer; facts that come first are kept."""
        self.wire.command(command, {"sit": self.key, **more})
        while True:
            heard = self.wire.hear()
            assert heard is not None, "the line is cut"
            if heard.startswith("43"):
                (answer,) = json.loads(heard[heard.index("[") :])
                assert answer["ok"], answer
                return dict(answer)
            self._keep(heard)

    def hears(self, fact: str, fits: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        """Wait for a fact, with beats meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            while self.heard:
                name, payload = self.heard.popleft()
                if name == fact and fits(payload):
                    return payload
            if time.monotonic() - self.beaten > BEAT_SECONDS:
                self.beaten = time.monotonic()
                self.does("sit:beat", tab="one")
            self.wire.plain.settimeout(0.5)
            try:
                self._keep(self.wire.hear() or "")
            except websocket.WebSocketTimeoutException:
                continue
            finally:
                self.wire.plain.settimeout(5)
        raise AssertionError(f"no such {fact} within {seconds} s")

    def _keep(self, heard: str) -> None:
        if heard.startswith("42"):
            name, payload = json.loads(heard[2:])
            self.heard.append((name, payload))


def test_the_stone_goes_round_between_processes_and_comes_back_when_the_holders_dies(
    house: Cluster, step_in: StepIn
) -> None:
    key = a_sit_in_its_circle(house)
    maren = Sitter(step_in("Maren"), house.apps[0].url, key)
    ines = Sitter(step_in("Ines"), house.apps[1].url, key)
    assert ines.does("circle:ask")["holder"] == ines.seat
    maren.hears("circle:stone", lambda stone: stone["holder"] == ines.seat, 2)
    ines.does("circle:say", words="From another house.")
    assert maren.hears("circle:said", lambda _said: True, 2)["words"] == "From another house."
    assert maren.does("circle:ask")["asked"]
    house.apps[2].kill()
    ines.does("circle:pass")
    maren.hears("circle:stone", lambda stone: stone["holder"] == maren.seat, 10)
    assert ines.does("circle:ask")["asked"]
    passed = maren.does("circle:pass")["seq"]
    ines.hears("circle:stone", lambda stone: stone["holder"] == ines.seat and stone["seq"] > passed, 10)
    house.apps[1].kill()
    since = time.monotonic()
    maren.hears("circle:stone", lambda stone: stone["holder"] is None and stone["next"] == maren.seat, 45)
    assert 19 <= time.monotonic() - since <= 30
    maren.hears("circle:turn", lambda _turn: True, 10)
    for unit in house.apps[1:]:
        unit.start()
    house.wait()
