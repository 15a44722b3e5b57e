"""The two doors as tests use them: a browser without script, and a live socket."""

import queue
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from socket import SHUT_RDWR
from typing import Any

import socketio
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from community.clock import now
from community.db import session, transaction
from community.members.models import Member, SignIn
from community.members.tokens import new_token
from tests.factories import inside

RAW_CSRF = "0123456789abcdef0123456789abcdef01234567"


class Browser:
    """A person at the HTTP door; every POST carries the token that the page would have carried."""

    def __init__(self, app: Flask, member: Member | None) -> None:
        self.app, self.member, self.client = app, member, app.test_client()
        self.sign_in_id = 0
        self.last: TestResponse | None = None
        with self.client.session_transaction() as cookie:
            cookie["csrf_token"] = RAW_CSRF
            if member is not None:
                self.sign_in_id, token = signed_in(member)
                cookie["_user_id"], cookie["_fresh"] = token, True

    @property
    def page(self) -> str:
        """Give the last answer as readable text."""
        assert self.last is not None
        return unescape(self.last.get_data(as_text=True))

    def get(self, path: str, **options: Any) -> TestResponse:
        """Ask for a page."""
        self.last = self.client.get(path, **options)
        return self.last

    def post(self, path: str, *, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        """Send a form with its token; ``follow=True`` follows the redirect."""
        follow = fields.pop("follow", False)
        data = {"csrf_token": self.csrf(), **fields}
        self.last = self.client.post(path, data=data, headers=headers, follow_redirects=follow)
        return self.last

    def csrf(self) -> str:
        """Give a token that belongs to this browser's session, whatever the session is by now."""
        with self.client.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", RAW_CSRF)
        return str(URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw))

    def cookie_header(self) -> str:
        """Give the cookies as a socket would send them."""
        cookie = self.client.get_cookie("session")
        return f"session={cookie.value}" if cookie else ""


def signed_in(member: Member) -> tuple[int, str]:
    """Give a member a sign-in row; returns its id and the token."""
    token, kept = new_token()
    at = now()
    with inside(), transaction():
        row = SignIn(
            token_hash=kept, member_id=member.id, created_at=at, last_seen_at=at, expires_at=at + timedelta(days=1)
        )
        session().add(row)
    return row.id, token


class Live:
    """A person at the socket door, over a real connection to a real server."""

    def __init__(self, url: str, cookie: str) -> None:
        self.facts: dict[str, queue.Queue[Any]] = {}
        self.client = socketio.Client(reconnection=False, handle_sigint=False)
        self.client.on("*", self._heard)
        self.client.connect(url, headers={"Cookie": cookie}, transports=["websocket"], wait_timeout=5)

    def _heard(self, fact: str, payload: Any = None) -> None:
        self.facts.setdefault(fact, queue.Queue()).put(payload)

    def command(self, name: str, **payload: Any) -> dict[str, Any]:
        """Send a command and give its answer."""
        answer = self.client.call(name, payload, timeout=5)
        assert isinstance(answer, dict)
        return answer

    def next(self, fact: str, timeout: float = 5) -> Any:
        """Wait for the next fact of a kind; fails after ``timeout`` seconds."""
        try:
            return self.facts.setdefault(fact, queue.Queue()).get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no {fact} within {timeout} s") from None

    def heard(self, fact: str) -> list[Any]:
        """Give what has been heard of a kind and not been taken yet; ask ``settle`` first."""
        found = self.facts.setdefault(fact, queue.Queue())
        return [found.get_nowait() for _ in range(found.qsize())]

    def settle(self) -> None:
        """Let everything that the server has sent so far arrive: an answer comes after it on the same socket."""
        self.command("clock:probe")

    def wait_closed(self, timeout: float = 5) -> None:
        """Wait until the server has cut the socket; fails if it does not."""
        waited = until(lambda: not self.client.connected, timeout)
        assert waited, "the socket is still open"

    def cut(self) -> None:
        """Lose the line, as when a cable is pulled."""
        self.client.eio.ws.sock.shutdown(SHUT_RDWR)

    def close(self) -> None:
        """Hang up without the closing handshake, which would wait for seconds."""
        if self.client.eio.ws is not None:  # also where the line was lost: its end here is open still
            self.client.eio.ws.shutdown()


def until(holds: Callable[[], bool], timeout: float = 5) -> bool:
    """Wait until something holds; False after ``timeout`` seconds."""
    import threading
    import time

    deadline, pause = time.monotonic() + timeout, threading.Event()
    while not holds():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.01)
    return True
