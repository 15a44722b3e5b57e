"""A person at a cluster: steps into the demo, asks any one process for pages, and opens lines to any one."""

import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import websocket

from tests.cluster import Cluster
from tests.live.wire import ENGINE, Wire

opened: list[Wire] = []  # every line of a test, to be hung up after it

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Answer:
    """What came of a request, and how long it took."""

    status: int
    page: str
    seconds: float
    headers: http.client.HTTPMessage

    @property
    def location(self) -> str:
        """Where it leads on to."""
        return self.headers.get("Location", "")


@dataclass
class Caller:
    """One browser with its cookies. ``house`` is the address that it knows, whichever process it asks."""

    house: str
    cookies: dict[str, str] = field(default_factory=dict)
    page: str = ""

    def get(self, path: str, *, at: str = "") -> Answer:
        """Ask for a page, of nginx or of the process ``at`` an address."""
        return self._ask("GET", path, None, at or self.house)

    def post(self, path: str, *, at: str = "", **fields: str) -> Answer:
        """Send a form with the token of the last page."""
        found = TOKEN.search(self.page)
        body = urlencode({"csrf_token": found[1] if found else "", **fields})
        return self._ask("POST", path, body, at or self.house)

    def step_in(self, name: str) -> "Caller":
        """Become one of the demo's people."""
        forms = re.findall(r"<form.*?</form>", self.get("/sign-in").page, re.DOTALL)
        theirs = next(form for form in forms if f"Step in as {name}" in form)
        number = re.search(r'name="member"[^>]*value="(\d+)"', theirs)
        assert number
        assert self.post("/demo/step-in", member=number[1]).status == 303
        self.get("/")
        return self

    def write(self, thread: str, text: str, *, at: str = "") -> Answer:
        """Answer in a thread, with what its page's form carries unseen."""
        page = self.get(thread, at=at).page
        form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'"{thread}/posts"' in form)
        return self.post(f"{thread}/posts", at=at, **{**dict(HIDDEN.findall(form)), "source": text})

    def line(self, at: str) -> Wire:
        """Open a line to one process, and say who one is."""
        plain: websocket.WebSocket = websocket.create_connection(
            at.replace("http", "ws", 1) + ENGINE, origin=self.house, host=urlsplit(self.house).netloc,
            cookie=self._cookie(), timeout=5,
        )  # fmt: skip
        wire = Wire(plain)
        opened.append(wire)
        said = wire.come_in()
        assert said is not None
        assert said.startswith("40"), said
        return wire

    def _ask(self, method: str, path: str, body: str | None, at: str) -> Answer:
        place = urlsplit(at)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        headers = {"Host": urlsplit(self.house).netloc, "Origin": self.house, "Cookie": self._cookie()}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        since = time.monotonic()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        for given in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        if method == "GET":
            self.page = page
        return Answer(answer.status, page, time.monotonic() - since, answer.headers)

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


StepIn = Callable[[str], Caller]


def a_thread(caller: Caller) -> str:
    """Find a thread that one may write in."""
    for group in re.findall(r'href="(/groups/[a-z0-9-]+)"', caller.get("/groups").page):
        for thread in re.findall(r'href="(/threads/\d+)', caller.get(group).page):
            if f'action="{thread}/posts"' in caller.get(thread).page:
                return str(thread)
    raise AssertionError("no thread to write in")


def asks_for_a_letter(house: Cluster, email: str, *, at: str = "") -> None:
    """Ask, as a stranger, for a letter with a new password."""
    stranger = Caller(house.url)
    stranger.get("/reset")
    answer = stranger.post("/reset", at=at, email=email)
    assert answer.status in {200, 303}, answer.page[-2000:]


def letters_to(house: Cluster, email: str) -> int:
    """Count the letters that somebody has been sent."""
    folder = house.folder / "mail"
    return sum(f"To: {email}" in letter.read_text() for letter in folder.iterdir()) if folder.is_dir() else 0
