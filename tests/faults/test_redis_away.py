"""Redis hung, stopped or emptied: reading and writing go on, pages are not live, and all comes back by itself."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest
import redis
import websocket

from tests.cluster import Cluster, wait_for
from tests.faults.caller import Caller, StepIn, a_thread, asks_for_a_letter, letters_to
from tests.services.redis_server import Own

pytestmark = pytest.mark.services

NO_REQUEST_SECONDS = 2.0
BACK_SECONDS = 10.0


def hang(server: Own) -> None:
    os.kill(server.pid, signal.SIGSTOP)


def go_on(server: Own) -> None:
    os.kill(server.pid, signal.SIGCONT)


@pytest.fixture(params=["hung", "stopped"])
def away(request: pytest.FixtureRequest, own_redis: Own, house: Cluster) -> Iterator[Callable[[], None]]:
    """Take Redis away, and give the way to bring it back."""
    leave, back = (hang, go_on) if request.param == "hung" else (Own.stop, Own.start)
    leave(own_redis)
    yield lambda: back(own_redis)
    if own_redis.process is None or own_redis.process.poll() is not None:
        own_redis.start()
    go_on(own_redis)
    wait_for(lambda: connects(house), BACK_SECONDS)


def connects(house: Cluster) -> bool:
    """Whether every process takes lines; who is not known is told so only where it does."""
    for each in house.apps:
        try:
            line = websocket.create_connection(
                each.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket", origin=house.url, timeout=5
            )
        except websocket.WebSocketBadStatusException:
            return False
        line.close()
    return True


def test_reading_and_writing_go_on_and_no_request_waits(
    house: Cluster, step_in: StepIn, away: Callable[[], None]
) -> None:
    ines = step_in("Ines")
    thread = a_thread(ines)
    took = []
    for number in range(18):
        at = house.apps[number % 3].url
        for answer in (ines.get("/", at=at), ines.get(thread, at=at)):
            assert answer.status == 200
            took.append(answer.seconds)
    for number in range(3):
        said = ines.write(thread, f"Written while Redis was away, {number}.", at=house.apps[number].url)
        assert said.status == 303
        took.append(said.seconds)
    assert "Written while Redis was away, 2." in ines.get(thread).page
    assert max(took) < NO_REQUEST_SECONDS, sorted(took)[-5:]


def test_lines_are_cut_and_refused_and_come_back_by_themselves(house: Cluster, own_redis: Own, step_in: StepIn) -> None:
    ines = step_in("Ines")
    wires = [ines.line(each.url) for each in house.apps]
    hang(own_redis)
    try:
        assert all(wire.is_cut_within(6) for wire in wires)
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            ines.line(house.apps[0].url)
        assert refused.value.status_code == 503
        assert ines.get("/").status == 200  # and signed in all the while
    finally:
        go_on(own_redis)
    since = time.monotonic()
    wait_for(lambda: connects(house), BACK_SECONDS)
    assert time.monotonic() - since < BACK_SECONDS / 2  # a page tries again every five seconds or so
    assert ines.line(house.apps[0].url)


def test_a_restarted_redis_carries_facts_again(house: Cluster, own_redis: Own, step_in: StepIn) -> None:
    ines = step_in("Ines")
    own_redis.stop()
    wait_for(lambda: not connects(house), 5)
    own_redis.start()
    wait_for(lambda: connects(house), BACK_SECONDS)
    other = Caller(house.url).step_in("Maren")
    wires = [other.line(each.url) for each in house.apps]
    time.sleep(1)  # whoever listens has half a second to listen again
    assert other.post("/sign-out", at=house.apps[0].url).status == 303
    assert all(wire.is_cut_within(2) for wire in wires)
    assert ines.get("/").status == 200


def test_limits_hold_in_each_process_meanwhile(house: Cluster, away: Callable[[], None]) -> None:
    caller, said = Caller(house.url), []
    for _ in range(14):
        caller.get("/reset")
        said.append(caller.post("/reset", at=house.apps[2].url, email="nobody@example.org").status)
    assert said[-4:] == [429] * 4


def test_letters_asked_for_meanwhile_go_out_after(house: Cluster, own_redis: Own) -> None:
    before = letters_to(house, "maren@example.org")
    own_redis.stop()
    asks_for_a_letter(house, "maren@example.org", at=house.apps[1].url)
    own_redis.start()
    wait_for(lambda: letters_to(house, "maren@example.org") == before + 1, 75)  # the minute's own job finds the row
    wait_for(lambda: connects(house), BACK_SECONDS)


def test_an_emptied_redis_costs_nobody_anything(house: Cluster, own_redis: Own, step_in: StepIn) -> None:
    ines = step_in("Ines")
    wires = [ines.line(each.url) for each in house.apps]
    with contextlib.closing(redis.Redis.from_url(own_redis.address)) as client:
        client.flushall()
    for wire in wires:
        wire.command("clock:probe", {})
        assert '"ok":true' in str(wire.hear())
    assert [ines.get("/", at=each.url).status for each in house.apps] == [200] * 3
