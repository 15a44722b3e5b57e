"""A Chromium of one's own under the DevTools protocol, with nothing switched off that a person's browser has on.

Playwright keeps every page "visible" and starts Chromium with its throttling switched off; what is measured here is
what it would hide.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simple_websocket import Client

from bench.serving import NotServing
from tests.browser import chromium

START_SECONDS = 30.0
# The switches that change no clock: a profile of its own, no greeting, and sound that goes nowhere.
PLAIN = ("--no-first-run", "--no-default-browser-check", "--disable-gpu", "--mute-audio", "--window-size=900,700")


class Page:
    """A tab, spoken to over a line of its own."""

    def __init__(self, address: str) -> None:
        self.line = Client.connect(address, max_message_size=2**24)
        self._number = 0

    def do(self, method: str, **fields: Any) -> dict[str, Any]:
        """Give the answer to one command; what else is said meanwhile is not listened to."""
        self._number += 1
        self.line.send(json.dumps({"id": self._number, "method": method, "params": fields}))
        while True:
            heard = json.loads(self.line.receive(timeout=30) or "null")
            if heard is None:
                raise NotServing(f"Chromium did not answer {method}.")
            if heard.get("id") == self._number:
                if "error" in heard:
                    raise NotServing(f"{method}: {heard['error']['message']}")
                return dict(heard["result"])

    def say(self, expression: str) -> Any:
        """Give the value of an expression in the page, awaited."""
        answer = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise NotServing(f"In the page: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression: str, seconds: float = 30.0, doing: Callable[[], None] | None = None) -> None:
        """Wait until an expression is true, trying something anew; a page under way to the next one is asked again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if doing:
                    doing()
                if self.say(expression):
                    return
            except NotServing:
                pass
            time.sleep(0.2)
        raise NotServing(f"The page never came to: {expression}")

    def click(self, x: int = 200, y: int = 300) -> None:
        """Touch the page as a hand would."""
        for kind in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


class Chromium:
    """A headed browser with one window; its first tab is ``page``."""

    def __init__(self, display: str) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        program = chromium.find()
        if program is None:
            raise NotServing("There is no Chromium on this machine.")
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()
        self.process = subprocess.Popen(
            [program, *PLAIN, *root, "--remote-debugging-port=0", f"--user-data-dir={self.folder.name}", "about:blank"],
            env={**os.environ, "DISPLAY": display},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.port = self._port()
        self.page = Page(self._tabs()[0]["webSocketDebuggerUrl"])

    def cover(self) -> None:
        """Open another tab in front of the first."""
        self.page.do("Target.createTarget", url="about:blank", newWindow=False, background=False)

    def close(self) -> None:
        """End it with all its processes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.folder.cleanup()

    def _port(self) -> int:
        said = Path(self.folder.name) / "DevToolsActivePort"
        until = time.monotonic() + START_SECONDS
        while not (said.exists() and said.read_text().strip()):
            if time.monotonic() > until or self.process.poll() is not None:
                raise NotServing("Chromium did not start.")
            time.sleep(0.1)
        return int(said.read_text().split()[0])

    def _tabs(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json", timeout=10) as answer:
            return [tab for tab in json.load(answer) if tab["type"] == "page"]
