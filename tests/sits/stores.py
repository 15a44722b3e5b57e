"""Both places where seats are kept, for the tests that hold each of them to the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from redis import Redis

from community.sits.presence import Register
from community.sits.seats import PresenceStore, Seat
from community.sits.seats_in_memory import MemoryStore
from community.sits.seats_in_redis import RedisStore, seat_from
from tests.services import redis_server

STORES = ["memory", pytest.param("redis", marks=pytest.mark.services)]


def a_store(kind: str) -> PresenceStore:
    """Give an empty store."""
    return MemoryStore() if kind == "memory" else RedisStore(emptied())


def a_register(kind: str) -> Register:
    """Give a register over an empty store."""
    store = a_store(kind)
    return Register(lambda: store)


class Emptied:
    """A way to ask the one Redis of these tests; it is empty when this is made."""

    def __init__(self) -> None:
        self.redis = _redis()
        self.redis.flushdb()

    @contextmanager
    def __call__(self) -> Iterator[Redis]:
        yield self.redis


def emptied() -> Emptied:
    """Give a way to ask an empty Redis."""
    return Emptied()


def peek(store: PresenceStore, sit: str) -> list[Seat]:
    """Look at the seats without being a listener to whom something was shown."""
    if isinstance(store, MemoryStore):
        return [held.seat for held in store._rooms[sit].seats.values()]
    return [seat_from(text if isinstance(text, str) else text.decode()) for text in _redis().hvals(f"seats:{sit}:seat")]


@cache
def _redis() -> Redis:
    return Redis.from_url(redis_server.new_store())
