"""Throw-away servers: who they run as, how they are waited for, and that they end with us."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class NotHere(Exception):  # noqa: N818 - nothing is wrong, something is absent
    """A service cannot be had on this machine; the text says why."""


@dataclass(frozen=True)
class Account:
    """The account that a server runs under: another than ours only where ours is root."""

    user: int | None = None
    group: int | None = None

    def run(self, command: Sequence[str | Path], folder: Path) -> None:
        """Run a command to its end; raises NotHere with its last line when it fails."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder, user=self.user, group=self.group, extra_groups=self._no_groups(),
            capture_output=True, text=True, check=False, timeout=START_SECONDS, env=plain_environment(),
        )  # fmt: skip
        if done.returncode:
            raise NotHere(f"{Path(command[0]).name} ended with: {last_line(done.stderr or done.stdout)}")

    def start(self, command: Sequence[str | Path], folder: Path, log: Path) -> "subprocess.Popen[bytes]":
        """Start a server in a session of its own, so that Ctrl-C reaches us first and we end it."""
        with log.open("wb") as output:
            return subprocess.Popen(
                [str(part) for part in command],
                cwd=folder, user=self.user, group=self.group, extra_groups=self._no_groups(),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                env=plain_environment(),
            )  # fmt: skip

    def may_run(self, program: Path) -> bool:
        """Whether this account can reach and run the program (not so when it lies under root's home)."""
        try:
            self.run([program, "--version"], Path("/"))
        except (NotHere, OSError):
            return False
        return True

    def own(self, folder: Path) -> None:
        """Make the folder and all in it this account's, whatever our umask let others read."""
        if self.user is not None and self.group is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self.user, self.group, follow_symlinks=False)

    def _no_groups(self) -> list[int] | None:
        return None if self.user is None else []


def humble_account() -> Account:
    """Choose the account for a server that refuses root: ``nobody`` if we are root, else ourselves."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@contextlib.contextmanager
def own_folder(account: Account) -> Iterator[Path]:
    """Give a folder that the account can write and nobody else can read; its path is short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="community-", dir="/tmp" if account.user is not None else None))  # noqa: S108 - another account must reach it
    account.own(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def started(process: "subprocess.Popen[bytes]", *, end_by: int) -> Iterator[None]:
    """End the process by its own id when the block ends, whatever happened in it."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.send_signal(end_by)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Poll until the server answers; raises NotHere with its last words when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None:
            raise NotHere(f"it ended at the start, saying: {last_line(log.read_text(errors='replace'))}")
        if time.monotonic() > deadline:
            raise NotHere(f"it did not answer within {START_SECONDS:.0f} seconds")
        time.sleep(0.05)


def free_port() -> int:
    """Find a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def plain_environment() -> dict[str, str]:
    """Give a server no more of our environment than it needs."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}


def last_line(text: str) -> str:
    """Give the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"


def leave_out(reason: str, *, required_by: str) -> NoReturn:
    """Skip the test and say why, or fail it where the environment requires what is missing."""
    if os.environ.get(required_by) == "1":
        pytest.fail(f"{required_by}=1, but: {reason}", pytrace=False)
    pytest.skip(reason)
