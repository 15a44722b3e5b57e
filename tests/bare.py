"""Time the way from a fresh clone with a bare environment to the first page (`make bare`).

The clone holds what is committed. HOME is empty, so no package comes from a cache, and the PATH is the system's
own; only the settings by which this machine reaches its package index are handed on. Needs the index to answer.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.services.process import free_port, last_line

ROOT = Path(__file__).resolve().parents[1]
FIRST_SECONDS, SECOND_SECONDS = 90.0, 3.0
GIVE_UP_SECONDS = 300.0
HANDED_ON = ("PIP_", "UV_", "SSL_CERT")


@dataclass
class Clone:
    """A fresh clone, started by ``make run`` as its reader would start it."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The first page."""
        return f"http://127.0.0.1:{self.port}/"

    def run(self, log: Path) -> "subprocess.Popen[bytes]":
        """Say ``make run`` in the clone."""
        home = self.folder.with_name("home")
        home.mkdir(exist_ok=True)
        environment = {key: value for key, value in os.environ.items() if key.startswith(HANDED_ON)}
        environment |= {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home)}
        with log.open("wb") as output:
            return subprocess.Popen(
                ["make", "run", f"PORT={self.port}", "DATA=there"],  # noqa: S607 - the make of the bare PATH is meant
                cwd=self.folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def first_page(self) -> bool:
        """Whether the first page is served."""
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:  # noqa: S310 - a loopback address of ours
                return b"<main" in answer.read()
        except OSError:
            return False


def main() -> int:
    """Clone, start, start again, and start where the port is taken; give 1 if a bar is missed."""
    with tempfile.TemporaryDirectory(prefix="community-bare-") as place:
        clone = Clone(Path(place) / "clone", free_port())
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone.folder)], check=True)  # noqa: S607 - any git will do
        well = [
            started(clone, "first start", FIRST_SECONDS),
            started(clone, "second start", SECOND_SECONDS, then=refused_where_taken),
            (clone.folder / "there/community.db").exists(),
        ]
    return 0 if all(well) else 1


def started(clone: Clone, name: str, bar: float, then: "Callable[[Clone], bool] | None" = None) -> bool:
    """Start the clone, wait for its first page, and end it as Ctrl-C does."""
    log = clone.folder.with_name(f"{name}.log")
    since = time.monotonic()
    process = clone.run(log)
    try:
        while not clone.first_page():
            if process.poll() is not None or time.monotonic() - since > GIVE_UP_SECONDS:
                print(f"{name}: no page came. The last words:\n{log.read_text()[-2000:]}")
                return False
            time.sleep(0.02)
        took = time.monotonic() - since
        print(f"{name}: {took:.1f} s to the first page (the bar is {bar:.0f} s)")
        return took <= bar and (then is None or then(clone))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def refused_where_taken(clone: Clone) -> bool:
    """Start a second one on the same port: one clear line, and not an exit code of 0."""
    log = clone.folder.with_name("taken.log")
    code = clone.run(log).wait(30)
    said = [line for line in log.read_text().splitlines() if not line.startswith("make:")]
    print(f"taken port: exit code {code}, saying: {last_line(log.read_text()) if not said else ' / '.join(said)}")
    return code != 0 and len(said) == 1


if __name__ == "__main__":
    sys.exit(main())
