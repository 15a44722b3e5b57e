"""Servers under measurement: started, waited for, asked what they cost, and ended by their own ids. Linux only."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock")
LOCKED = re.compile(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
NOT_A_LETTER = re.compile(r"[-_.]+")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120.0
STOP_SECONDS = 15.0
HANDED_ON = ("PATH", "HOME", "LANG", "UV_", "PIP_", "SSL_CERT")


class NotServing(Exception):  # noqa: N818 - as tests.services.process says it
    """A server did not begin, or gave another answer than it should."""


@dataclass
class Server:
    """A server with all the processes that it makes, on a loopback port of its own."""

    name: str
    command: Sequence[str]
    port: int
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    began: float = 0.0

    def start(self) -> "Server":
        """Start it; ``wait`` says when it answers."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(HANDED_ON)}
        self.began = time.monotonic()
        with (self.folder / f"{self.name}.log").open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**kept, **as_installed(), **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self

    def wait(self, path: str, words: str = "") -> float:
        """Wait until a page answers with these words; gives the seconds since the start."""
        while time.monotonic() - self.began < START_SECONDS:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, body = _page(self.port, path)
                if status == http.HTTPStatus.OK and words in body:
                    return time.monotonic() - self.began
            if self.process is None or self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise NotServing(f"{self.name} does not answer {path}; see {self.folder / f'{self.name}.log'}")

    def stop(self) -> None:
        """End it as an operator would; stopping twice is fine."""
        process, self.process = self.process, None
        if process is None:
            return
        members = _tree(process.pid)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        for pid in members:  # a make or a master that was ended may leave its children
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(pid) == process.pid:
                    os.kill(pid, signal.SIGKILL)
        process.wait()

    def cpu_seconds(self) -> float:
        """Give the processor time that all its processes have used so far, in user and system."""
        return sum(_ticks(pid) for pid in self._pids()) / TICKS_A_SECOND

    def memory_mb(self) -> float:
        """Give the memory of all its processes, what they share counted once (PSS)."""
        return sum(_pss_kb(pid) for pid in self._pids()) / 1024

    def _pids(self) -> list[int]:
        return _tree(self.process.pid) if self.process else []


@cache
def as_installed() -> dict[str, str]:
    """Give the settings under which a process finds only what requirements.lock names; see bench/absent."""
    named = {lock: set(LOCKED.findall((ROOT / lock).read_text())) for lock in LOCKS}
    only_for_tests = named[LOCKS[1]] - named[LOCKS[0]]
    absent = [
        module
        for module, distributions in packages_distributions().items()
        if {NOT_A_LETTER.sub("-", each).lower() for each in distributions} <= only_for_tests
    ]
    return {"PYTHONPATH": str(ROOT / "bench" / "absent"), "ABSENT_MODULES": ",".join(absent)}


def free_port() -> int:
    """Give a loopback port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _page(port: int, path: str) -> tuple[int, str]:
    """Ask for a page as a stranger, following one step to the door."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        for _ in range(2):
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
            if answer.status not in {http.HTTPStatus.FOUND, http.HTTPStatus.SEE_OTHER}:
                break
            path = answer.headers["Location"]
    finally:
        connection.close()
    return answer.status, body


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += _tree(int(child))
    return found


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
