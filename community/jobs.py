"""Background work by huey: in threads of this one process, or by Redis in a worker process of its own.

Nothing that matters rests on the queue: what must not be lost is a row (an outbox mail, say) that the periodic
job finds again. So a queue that is away costs a minute and nothing else, and it carries nothing but names of jobs:
no arguments, no pickle that whoever reaches Redis could make us run. Nothing else in the house starts threads,
except the server, the socket door's tickers and what listens to the other processes.
"""

import json
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import Flask
from huey import Huey, crontab
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import MemoryStorage, RedisStorage

from community import shared

log = structlog.get_logger("community.jobs")

WORKERS = 2  # so that one slow job does not hold up all
KEPT_SECONDS = 120  # how long it is remembered which worker began the jobs of a minute


class Names(Serializer):
    """Write a job that waits as its name, and read nothing but a name."""

    def _serialize(self, message: Message) -> bytes:
        return json.dumps([message.id, message.name]).encode()

    def _deserialize(self, data: bytes) -> Message:
        number, name = json.loads(data)
        return Message(str(number), str(name), args=(), kwargs={}, retries=0, retry_delay=0)


class Queue(RedisStorage):
    """Keep the jobs that wait in Redis; while it is away, those of a worker's clock wait beside it."""

    def __init__(self, name: str, pool: Any) -> None:
        super().__init__(name, blocking=False, connection_pool=pool)
        self._beside: deque[bytes] = deque()

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Let a job wait."""
        try:
            with shared.asking():
                super().enqueue(data, priority)
        except shared.Away:
            if House.is_worker:
                self._beside.append(data)
            # Elsewhere nobody would look: the minute's own job finds the row.

    def dequeue(self) -> bytes | None:
        """Give the job that has waited longest."""
        if self._beside:
            return self._beside.popleft()
        try:
            with shared.asking():
                found: bytes | None = super().dequeue()
                return found
        except shared.Away:
            return None

    def read_schedule(self, ts: datetime) -> list[bytes]:  # noqa: ARG002
        """Give nothing: no job of ours waits for a certain moment."""
        return []


class House(Huey):
    """Run each periodic job once a minute for the whole house, whatever number of workers there is."""

    is_worker = False

    def read_periodic(self, timestamp: datetime | None) -> list[Any]:
        """Give the jobs of this minute, unless another worker has them."""
        return list(super().read_periodic(timestamp)) if _minute_is_ours(timestamp) else []


class QuietConsumer(Consumer):
    """A consumer that lives beside the server and leaves the process's signals to it."""

    def _set_signal_handlers(self) -> None:
        """Leave signals alone: we are not the main thread."""


huey = House("community", storage_class=MemoryStorage, serializer=Names(), results=False, immediate=False, utc=True)
_app: dict[str, Flask] = {}
_node = secrets.token_hex(8)


def init_app(app: Flask, *, immediate: bool) -> None:
    """Tie jobs to an application; ``immediate`` runs them at once, for commands and tests."""
    _app["app"] = app
    huey.immediate = immediate
    huey.storage = Queue("community", shared.pool()) if shared.is_shared() else MemoryStorage("community")


def job(work: Callable[[], None]) -> Callable[[], Any]:
    """Make work that a request can ask for: ``name()`` puts it in the queue, inside no transaction."""
    return huey.task(name=work.__qualname__)(_in_app(work))  # type: ignore[no-any-return]


def each_minute(work: Callable[[], None]) -> Callable[[], Any]:
    """Make work that runs every minute and that a request can also ask for."""
    return huey.periodic_task(crontab(), name=work.__qualname__)(_in_app(work))  # type: ignore[no-any-return]


def each_hour(work: Callable[[], None]) -> Callable[[], Any]:
    """Make work that runs once an hour."""
    return huey.periodic_task(crontab(minute="17"), name=work.__qualname__)(_in_app(work))  # type: ignore[no-any-return]


def start() -> None:
    """Begin to work off the queue in threads of this process, unless that is the workers' part."""
    if not shared.is_shared():
        QuietConsumer(huey, workers=WORKERS, periodic=True, initial_delay=0.05, max_delay=1.0).start()


def work() -> None:
    """Work off the queue that all processes share until told to stop; the job that runs then is finished first."""
    House.is_worker = True
    Consumer(huey, workers=WORKERS, periodic=True, initial_delay=0.05, max_delay=0.5).run()


def _minute_is_ours(timestamp: datetime | None) -> bool:
    if not shared.is_shared() or timestamp is None:
        return True
    minute = shared.Cell(f"minute:{timestamp:%Y%m%d%H%M}", KEPT_SECONDS)
    try:
        return minute.change(lambda was: was or {"worker": _node}) == {"worker": _node}
    except shared.Away:
        return True  # twice does no harm, since every job takes what it does under the writer's lock; never would


def _in_app(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        # Here and not by huey, whose own line would quote the fault, and with it perhaps what somebody wrote.
        with _app["app"].app_context():
            try:
                work()
            except Exception:
                log.exception("job_failed", job=work.__qualname__)

    run.__name__, run.__qualname__ = work.__name__, work.__qualname__
    return run
