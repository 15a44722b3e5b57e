"""The real application as a process of its own: started, waited for, stopped, killed, started again."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from tests.services.process import free_port, plain_environment

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 15.0
LETTER_SECONDS = 20.0


@dataclass
class Server:
    """One community on a loopback port, with its data in a folder that outlives a kill."""

    data: Path
    demo: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """The address of the front page, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the server has said, over all its starts."""
        return self.data.parent / f"{self.data.name}.log"

    def start(self) -> "Server":
        """Start it and wait until it is ready; fails with its last words."""
        demo = ["--demo"] if self.demo else []
        command = [sys.executable, "app.py", "--port", str(self.port), "--data", str(self.data), *demo]
        # What a person may have set for their own community must not reach the one under test.
        environment = {**plain_environment(), **self.settings}
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self._wait_until_ready(self._process)
        return self

    def stop(self) -> None:
        """End it as an operator would; stopping twice is fine."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it and its workers at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def answers(self, path: str = "/readyz") -> bool:
        """Whether it answers this path well."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=5) as answer:  # noqa: S310 - a loopback address of ours
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False

    def link_for(self, address: str, kind: str) -> str:
        """Wait for a letter to this address with a link such as "/joining/…"; gives the path of the last one."""
        link = re.compile(rf"^To: {re.escape(address)}$.*?(/{kind}/[\w.-]+)$", re.MULTILINE | re.DOTALL)
        deadline = time.monotonic() + LETTER_SECONDS
        while not (found := link.findall(self.log.read_text(errors="replace"))):
            assert time.monotonic() < deadline, f"no letter for {address} within {LETTER_SECONDS:.0f} seconds"
            time.sleep(0.05)
        return str(found[-1])

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.kill()
                what = "ended at the start" if ended else f"was not ready within {START_SECONDS:.0f} seconds"
                raise AssertionError(f"The server {what}. Its last words:\n{self._last_words()}")
            time.sleep(0.05)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        # The group is ours alone (start_new_session), and its workers belong to it.
        if process.poll() is None:
            os.killpg(process.pid, how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]
