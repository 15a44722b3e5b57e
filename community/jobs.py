"""Background work by huey, inside the process: a memory queue for what a request asks for, and a minute clock.

Nothing that matters rests on the queue: what must not be lost is a row (an outbox mail, say) that the periodic
job finds again. Nothing else in the house starts threads, except the server and the socket door's tickers.
"""

from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from huey import MemoryHuey, crontab
from huey.consumer import Consumer

log = structlog.get_logger("community.jobs")

huey = MemoryHuey("community", immediate=False, utc=True)
_app: dict[str, Flask] = {}


class QuietConsumer(Consumer):
    """A consumer that lives beside the server and leaves the process's signals to it."""

    def _set_signal_handlers(self) -> None:
        """Leave signals alone: we are not the main thread."""


def init_app(app: Flask, *, immediate: bool) -> None:
    """Tie jobs to an application; ``immediate`` runs them at once, for commands and tests."""
    _app["app"] = app
    huey.immediate = immediate


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
    """Begin to work off the queue in threads of this process: two, so that one slow job does not hold up all."""
    consumer = QuietConsumer(huey, workers=2, periodic=True, initial_delay=0.05, max_delay=1.0)
    consumer.start()


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
