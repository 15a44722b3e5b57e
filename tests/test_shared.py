"""What processes share: the same in memory and by Redis, and what is left of it while Redis is away."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from redis import ResponseError

from community import shared
from community.shared import Alone, Away, Cell, Together
from tests.doors import until
from tests.services import redis_server

Pair = tuple[Alone | Together, Alone | Together]


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.services)])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Give two processes of one house; in memory they are one."""
    if request.param == "memory":
        alone = Alone()
        yield alone, alone
        return
    url = redis_server.new_store()
    both = Together(url), Together(url)
    for each in both:
        each.begin(contextlib.nullcontext)
    yield both
    for each in both:
        each.end()


@pytest.fixture
def own_redis() -> Iterator[tuple[Together, int]]:
    """Give a way to a Redis of our own, and its process id."""
    with redis_server.running() as url:
        together = Together(url)
        together.begin(contextlib.nullcontext)
        yield together, int(together.redis.info("server")["process_id"])
        together.end()


def test_a_document_is_kept_changed_and_ended(pair: Pair) -> None:
    one, other = pair
    assert one.read("stone") is None
    one.change("stone", 60, lambda _was: {"holder": 1, "waiting": ["é", 2]})
    assert other.read("stone") == {"holder": 1, "waiting": ["é", 2]}
    assert other.change("stone", 60, lambda was: {**(was or {}), "holder": 2}) == {"holder": 2, "waiting": ["é", 2]}
    one.change("stone", 60, lambda _was: None)
    assert other.read("stone") is None


def test_a_document_is_gone_after_its_time(pair: Pair) -> None:
    one, other = pair
    one.change("brief", 0.2, lambda _was: {"here": True})
    assert until(lambda: other.read("brief") is None)
    assert other.change("brief", 60, lambda was: was) is None


def test_changes_at_once_lose_none(pair: Pair) -> None:
    def count(ground: Alone | Together) -> None:
        for _ in range(50):
            ground.change("count", 60, lambda was: {"n": (was or {"n": 0})["n"] + 1})

    threads = [threading.Thread(target=count, args=(each,)) for each in pair * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert pair[0].read("count") == {"n": 200}


def test_what_a_step_refuses_is_its_own_and_changes_nothing(pair: Pair) -> None:
    def refuse(_was: object) -> None:
        raise KeyError

    pair[0].change("kept", 60, lambda _was: {"n": 1})
    with pytest.raises(KeyError):
        pair[1].change("kept", 60, refuse)
    assert pair[0].read("kept") == {"n": 1}


def test_one_keeps_a_duty_and_another_takes_it_over_two_seconds_after_a_death() -> None:
    url = redis_server.new_store()
    one, other = Together(url), Together(url)
    assert one.leads("rooms")
    assert not other.leads("rooms")
    assert other.leads("letters")
    for _ in range(30):
        assert one.leads("rooms")
        assert not other.leads("rooms")
        time.sleep(0.1)  # time itself is what is looked at
    began = time.monotonic()
    assert until(lambda: other.leads("rooms"))
    assert time.monotonic() - began < shared.DUTY_SECONDS + shared.ASKED_AGAIN_SECONDS + 0.5
    assert not one.leads("rooms")
    one.end()
    other.end()


def test_word_is_followed_here_at_once_and_everywhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setitem(shared._handlers, "test:word", lambda *, n: heard.append(n))
    url = redis_server.new_store()
    one, elsewhere = Together(url), Together(redis_server.new_store())
    for each in (one, elsewhere):
        each.begin(contextlib.nullcontext)
    shared.init(url)
    assert until(lambda: one.redis.pubsub_numsub(one.channel("everywhere"))[0][1] == 1)
    shared.tell_everywhere("test:word", n=7)
    assert heard[0] == 7
    assert until(lambda: len(heard) == 2)  # the one with this store; the one with another hears nothing
    one.redis.publish(one.channel("everywhere"), b"no JSON")
    one.redis.publish(one.channel("everywhere"), b'{"from":"x","topic":"test:word","with":{"wrong":1}}')
    one.redis.publish(one.channel("everywhere"), b'{"from":"x","topic":"unheard of","with":{}}')
    shared.tell_everywhere("test:word", n=8)
    assert until(lambda: heard == [7, 7, 8, 8])
    for each in (one, elsewhere):
        each.end()
    shared.init()


@pytest.mark.parametrize("how", ["stopped", "hung"])
def test_an_absent_redis_costs_half_a_second_once_and_comes_back_by_itself(
    own_redis: tuple[Together, int], how: str
) -> None:
    together, pid = own_redis
    assert together.leads("rooms")
    os.kill(pid, signal.SIGSTOP if how == "hung" else signal.SIGTERM)
    assert until(lambda: together.away)
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(Away), together.asking() as client:
            client.get("anything")
    assert time.monotonic() - began < 0.2
    assert not together.leads("rooms")
    if how == "hung":
        os.kill(pid, signal.SIGCONT)
        assert until(lambda: not together.away)
        assert together.leads("rooms")


class Wires:
    """Stand before a Redis, and let connections be forgotten without a word, as some firewalls do."""

    def __init__(self, port: int) -> None:
        self.port, self.forgotten, self.open = port, set[socket.socket](), set[socket.socket]()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.door.getsockname()[1]}/0"
        threading.Thread(target=self._let_in, daemon=True).start()

    def forget(self) -> None:
        """Pass on nothing more of what is open now; what is opened later works."""
        self.forgotten |= self.open

    def close(self) -> None:
        for each in [self.door, *self.open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self.door.accept()
                redis = socket.create_connection(("127.0.0.1", self.port))
                self.open |= {caller, redis}
                for pair in ((caller, redis), (redis, caller)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                if source not in self.forgotten:
                    target.sendall(said)


def test_a_connection_that_is_gone_without_a_word_is_noticed_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setitem(shared._handlers, "test:word", lambda *, n: heard.append(n))
    with redis_server.own() as server:
        wires = Wires(server.port)
        shared.init(wires.url)
        shared.begin()
        ours, other = shared._ground["ours"], Together(server.address)
        assert isinstance(ours, Together)
        assert until(lambda: other.redis.pubsub_numsub(other.channel("everywhere"))[0][1] == 1)
        other.tell("test:word", {"n": 1})
        assert until(lambda: heard == [1])
        assert not shared.is_away()
        wires.forget()
        other.tell("test:word", {"n": 2})  # is lost, so every line has to be hung up
        assert until(lambda: ours.deaf)
        assert shared.is_away()
        assert until(lambda: not shared.is_away())
        other.tell("test:word", {"n": 3})
        assert until(lambda: heard == [1, 3])
        other.end()
        shared.init()
        wires.close()


def test_an_ear_stays_open_while_nobody_speaks(own_redis: tuple[Together, int]) -> None:
    together, _ = own_redis
    time.sleep((shared.QUIET_ROUNDS + 2) * shared.PROBE_SECONDS)  # time itself is what is looked at
    assert not together.deaf


def test_what_redis_refuses_is_a_fault_and_not_an_absence(own_redis: tuple[Together, int]) -> None:
    together, _ = own_redis
    for wrong in ("return redis.call('GET')", "return {}["):
        with pytest.raises(ResponseError), together.asking() as client:
            client.eval(wrong, 0)
    together.redis.set("word", "no list")
    with pytest.raises(ResponseError), together.asking() as client:
        client.lpush("word", 1)
    assert not together.away


@pytest.mark.parametrize("script", ["return redis.call('SET', 'a', 'b')", "redis.call('SET', 'a', 'b') return 1"])
def test_a_script_that_finds_redis_full_or_reading_only_finds_it_away(
    own_redis: tuple[Together, int], script: str
) -> None:
    together, _ = own_redis
    together.redis.config_set("maxmemory", "1")
    with pytest.raises(Away), together.asking() as client:
        client.eval(script, 0)
    together.redis.config_set("maxmemory", "0")
    assert until(lambda: not together.away)
    together.redis.replicaof("127.0.0.1", "1")
    with pytest.raises(Away), together.asking() as client:
        client.eval(script, 0)


def test_who_asks_while_the_house_closes_leaves_no_connection_open() -> None:
    together = Together(redis_server.new_store())
    with together.asking() as client:
        together.end()
        client.get("anything")
    assert not [each for each in together.redis.connection_pool._available_connections if each._sock is not None]
    with pytest.raises(Away), together.asking():
        pass


def test_a_flushed_redis_is_no_absent_one(own_redis: tuple[Together, int]) -> None:
    together, _ = own_redis
    together.change("stone", 60, lambda _was: {"holder": 1})
    together.redis.flushall()
    assert together.read("stone") is None
    assert until(lambda: together.leads("rooms"))


def test_a_redis_that_takes_no_more_is_away(own_redis: tuple[Together, int]) -> None:
    together, _ = own_redis
    together.redis.config_set("maxmemory", "1")
    assert until(lambda: together.away)
    together.redis.config_set("maxmemory", "0")
    assert until(lambda: not together.away)


def test_the_house_without_redis_shares_with_itself() -> None:
    shared.init()
    assert not shared.is_shared()
    assert not shared.is_away()
    assert shared.leads("rooms")
    with pytest.raises(Away), shared.asking():
        pass
    cell = Cell("alone", 60)
    assert cell.change(lambda _was: {"n": 1}) == cell.read() == {"n": 1}


def test_the_small_way_needs_neither_redis_nor_gevent_nor_postgresql() -> None:
    absent = "import sys; sys.modules.update(dict.fromkeys(['redis', 'gevent', 'psycopg'])); import app; print('fine')"
    said = subprocess.run([sys.executable, "-c", absent], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "fine"


def test_an_address_where_nobody_is_says_so_at_once() -> None:
    together = Together("redis://127.0.0.1:1/0")
    assert until(lambda: not together.leads("rooms"))
    assert together.away
    together.end()
