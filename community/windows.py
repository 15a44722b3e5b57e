"""Rate windows for both doors: shared by Redis where there is one, else in the memory of this process."""

import threading
import time
from collections import deque
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from limits.storage import MovingWindowSupport, RedisStorage, Storage

from community import shared

if TYPE_CHECKING:
    from redis import Redis

WINDOWS = "windows://"
SWEPT_EVERY_SECONDS = 60


class PatientMemory(Storage, MovingWindowSupport):
    """Remember the moments of each key while they count, and forget the keys that have none left once a minute.

    The library's own memory starts a thread for nearly every request to look through all that it holds (in a trial
    that was a millisecond a page), and keeps every key that it was ever asked for.
    """

    STORAGE_SCHEME = ["patient-memory"]  # noqa: RUF012 - the library reads it from the class

    def __init__(self, uri: str | None = None, *, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        self.moments: dict[str, deque[float]] = {}
        self._over_at: dict[str, float] = {}
        self._lock = threading.Lock()
        self._swept_at = time.time()
        super().__init__(uri, wrap_exceptions, **options)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` acts under a key, unless they would be too many."""
        at = time.time()
        with self._lock:
            self._sweep(at)
            moments = self.moments.get(key, deque())
            while moments and moments[0] <= at - expiry:
                moments.popleft()
            if len(moments) + amount > limit:
                return False
            moments.extend([at] * amount)
            self.moments[key], self._over_at[key] = moments, at + expiry
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002
        """Give the first moment that still counts, and how many do."""
        at = time.time()
        with self._lock:
            counted = [moment for moment in self.moments.get(key, ()) if moment > at - expiry]
        return (counted[0] if counted else at), len(counted)

    def get(self, key: str) -> int:
        """Give how many moments a key has."""
        return len(self.moments.get(key, ()))

    def get_expiry(self, key: str) -> float:
        """Give the moment at which nothing of a key counts any more."""
        return self._over_at.get(key, time.time())

    def clear(self, key: str) -> None:
        """Forget a key."""
        with self._lock:
            self._forget(key)

    def reset(self) -> int | None:
        """Forget everything; gives how many keys there were."""
        with self._lock:
            known = len(self.moments)
            self.moments.clear()
            self._over_at.clear()
        return known

    def check(self) -> bool:
        """Say that memory answers."""
        return True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Refuse: this memory holds moving windows, and a bare counter is another thing."""
        raise NotImplementedError

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """Name what can go wrong here: nothing of its own."""
        return ()

    def _sweep(self, at: float) -> None:
        if at - self._swept_at < SWEPT_EVERY_SECONDS:
            return
        self._swept_at = at
        for key in [key for key, over_at in self._over_at.items() if over_at <= at]:
            self._forget(key)

    def _forget(self, key: str) -> None:
        self.moments.pop(key, None)
        self._over_at.pop(key, None)


class Windows(PatientMemory):
    """Count in Redis, so that every process knows, and go on in this one's memory while Redis is away.

    What was counted meanwhile is not carried over: whoever is refused by neither was within the limit of one process.
    """

    STORAGE_SCHEME = ["windows"]  # noqa: RUF012 - the library reads it from the class

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` acts under a key, unless they would be too many."""
        if shared.is_shared():
            with suppress(shared.Away), shared.asking() as redis:
                return _in(redis).acquire_entry(key, limit, expiry, amount)
        return super().acquire_entry(key, limit, expiry, amount)

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Give the first moment that still counts, and how many do."""
        if shared.is_shared():
            with suppress(shared.Away), shared.asking() as redis:
                return _in(redis).get_moving_window(key, limit, expiry)
        return super().get_moving_window(key, limit, expiry)

    def clear(self, key: str) -> None:
        """Forget a key."""
        if shared.is_shared():
            with suppress(shared.Away), shared.asking() as redis:
                _in(redis).clear(key)
        super().clear(key)

    def reset(self) -> int | None:
        """Forget everything; gives how many keys there were here."""
        if shared.is_shared():
            with suppress(shared.Away), shared.asking() as redis:
                _in(redis).reset()
        return super().reset()


@cache
def _in(redis: "Redis") -> RedisStorage:
    return RedisStorage("redis://", connection_pool=redis.connection_pool, key_prefix="limit")
