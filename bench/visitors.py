"""Members who ask for pages: signed in by rows and cookies of the house's own making, since passwords cost time."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from app import create_app
from bench.serving import NotServing
from community.clock import now
from community.config import from_environment
from community.db import db, session, transaction
from community.members.models import SignIn
from community.members.tokens import new_token

RAW_TOKEN = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Visitor:
    """One member's browser, with what its forms carry."""

    cookie: str
    csrf_token: str = ""


@dataclass(frozen=True)
class Wanted:
    """A request, and how one knows that its answer is the right one."""

    path: str
    form: Mapping[str, str] | None = None
    status: int = http.HTTPStatus.OK
    words: str = "<article"


@dataclass
class Line:
    """A kept-alive connection to one server."""

    port: int
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def ask(self, visitor: Visitor, wanted: Wanted) -> None:
        """Send a request; raises NotServing for any answer but the right one: a redirect looks like speed."""
        status, location, sent, encoding = self._sent(visitor, wanted)
        body = sent.decode() if not encoding else ""
        told = body if status == http.HTTPStatus.OK else location
        if status != wanted.status or wanted.words not in told:
            raise NotServing(f"{wanted.path} answered {status} {location or body[:300]}")

    def fetch(self, visitor: Visitor, path: str) -> tuple[bytes, str]:
        """Give a file as it comes over the line, and how it is compressed."""
        status, _, sent, encoding = self._sent(visitor, Wanted(path))
        if status != http.HTTPStatus.OK:
            raise NotServing(f"{path} answered {status}")
        return sent, encoding

    def _sent(self, visitor: Visitor, wanted: Wanted) -> tuple[int, str, bytes, str]:
        try:
            return self._try(visitor, wanted)
        except (http.client.HTTPException, OSError):  # kept alive for too long: once more, on a new one
            self._connection = None
            return self._try(visitor, wanted)

    def _try(self, visitor: Visitor, wanted: Wanted) -> tuple[int, str, bytes, str]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Accept": "text/html,application/xhtml+xml",
            "Accept-Encoding": "gzip",
            "Cookie": visitor.cookie,
            "Sec-Fetch-Site": "same-origin",
            "Origin": f"http://127.0.0.1:{self.port}",
            "User-Agent": "bench",
        }
        body = None
        if wanted.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrf_token": visitor.csrf_token, **wanted.form})
        self._connection.request("GET" if body is None else "POST", wanted.path, body, headers)
        answer = self._connection.getresponse()
        sent = answer.read()
        return answer.status, answer.headers.get("Location", ""), sent, answer.headers.get("Content-Encoding", "")


def house_visitors(data: Path, port: int, count: int) -> list[Visitor]:
    """Sign members 1 to ``count`` in, as rows of the database in ``data``."""
    app = create_app(from_environment({"DATA": str(data), "PORT": str(port), "LOG_LEVEL": "WARNING"}))
    at, tokens = now(), []
    with app.app_context():
        with transaction():
            for member_id in range(1, count + 1):
                token, kept = new_token()
                lasts = {"created_at": at, "last_seen_at": at, "expires_at": at + timedelta(days=1)}
                session().add(SignIn(token_hash=kept, member_id=member_id, **lasts))
                tokens.append(token)
        db.engine.dispose()
    csrf_token = str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(RAW_TOKEN))
    known = {"_fresh": True, "csrf_token": RAW_TOKEN}
    return [Visitor(_cookie(app, {"_user_id": token, **known}), csrf_token) for token in tokens]


def floor_visitors(secret: str, count: int) -> list[Visitor]:
    """Give the same members a cookie of the floor's."""
    app = Flask("floor")
    app.secret_key = secret
    return [Visitor(_cookie(app, {"member_id": member_id})) for member_id in range(1, count + 1)]


def _cookie(app: Flask, content: Mapping[str, object]) -> str:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise NotServing("no key to sign a cookie with")
    return f"session={signer.dumps(dict(content))}"
