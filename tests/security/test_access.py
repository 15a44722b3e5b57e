"""Everybody at every door, in every state of what is behind it; no answer holds a word that is not theirs to read."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from community.db import db
from community.web.limits import limiter
from tests.doors import RAW_CSRF
from tests.security.doors_table import TABLE
from tests.security.scene import ACTORS, READ_BY, Scene, make_scene
from tests.security.table import ABSENT, AGREE, DOOR, IN, LATE, NO, Row

SAFE = {"GET", "HEAD", "OPTIONS"}
WORDS = {200: IN, 204: IN, 302: IN, 303: IN, 401: DOOR, 403: NO, 404: ABSENT, 409: LATE}
ADDRESS = re.compile(r"[\w.]+@example\.org")
made: dict[str, Any] = {}


@dataclass
class Stage:
    """The scene in a database that can be put back as it was, and the people before it."""

    app: Flask
    scene: Scene
    whole: Path
    cookies: dict[str, str]
    csrf: str
    watch: sqlite3.Connection | None = None

    @property
    def file(self) -> Path:
        return self.whole.with_name("community.db")

    def put_back(self) -> None:
        """Lay the prepared database over what was done to it."""
        self.close()
        with self.app.app_context():
            db.engine.dispose()
        for name in ("community.db-wal", "community.db-shm"):
            self.file.with_name(name).unlink(missing_ok=True)
        shutil.copy(self.whole, self.file)
        self.watch = sqlite3.connect(self.file)
        self.version = self._version()

    def close(self) -> None:
        if self.watch is not None:
            self.watch.close()
            self.watch = None

    def was_written(self) -> bool:
        """Whether anything was committed since the database was put back."""
        return self._version() != self.version

    def _version(self) -> int:
        assert self.watch is not None
        return int(self.watch.execute("PRAGMA data_version").fetchone()[0])

    def ask(self, actor: str, route: str, row: Row) -> TestResponse:
        """Send one actor's browser to the address of a row."""
        limiter.reset()
        method, _, rule = route.partition(" ")
        client: FlaskClient = self.app.test_client()
        client.set_cookie("session", self.cookies[actor])
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: self.named(row.args[found[1]]), rule)
        query = {name: self.named(value) for name, value in row.query.items()}
        if method in SAFE:
            return client.open(path, method=method, query_string=query, buffered=True)
        fields = {name: self.named(value) for name, value in row.fields.items()}
        return client.post(path, query_string=query, data={"csrf_token": self.csrf, **fields})

    def named(self, value: str) -> str:
        """Give what a name stands for in the scene."""
        if not value.startswith("@"):
            return value
        ids, words = self.scene.ids, self.scene.words
        return str(ids[value[1:]]) if value[1:] in ids else words[value[1:]]


@pytest.fixture
def stage(app: Flask) -> Iterator[Stage]:
    folder: Path = app.extensions["settings"].data_dir
    whole = folder / "scene.db"
    if not whole.exists():
        made["scene"] = make_scene()
        with app.app_context():
            db.engine.dispose()  # the last connection writes the log back into the file
        shutil.copy(folder / "community.db", whole)
    session = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    tokens = {**made["scene"].cookies, "nobody": None}
    cookies = {
        name: session.dumps({"csrf_token": RAW_CSRF, **({"_user_id": token, "_fresh": True} if token else {})})
        for name, token in tokens.items()
    }
    csrf = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(RAW_CSRF)
    staged = Stage(app, made["scene"], whole, cookies, str(csrf))
    staged.put_back()
    yield staged
    staged.close()


def answer_of(response: TestResponse) -> str:
    """Say in a word what somebody was answered."""
    if response.status_code in {302, 303}:
        place = response.headers["Location"]
        if place.startswith("/sign-in?next") or (place == "/sign-in" and response.status_code == 302):
            return DOOR
        return AGREE if re.match(r"/groups/[^/]+/agreement\?next", place) else IN
    if response.status_code == 403 and "agreement first" in response.get_data(as_text=True):
        return AGREE
    return WORDS.get(response.status_code, str(response.status_code))


def not_theirs(actor: str, response: TestResponse, stage: Stage, row: Row) -> list[str]:
    """Find the words in an answer that this actor may never read."""
    page = response.get_data(as_text=True).lower() + response.headers.get("Location", "").lower()
    found = [word for word, readers in READ_BY.items() if word in page and actor not in readers]
    member = stage.scene.members.get(actor)
    known = {member.email if member else "", *row.fields.values()}
    return found + [address for address in ADDRESS.findall(page) if address not in known]


def wrong_answers(stage: Stage, route: str, row: Row) -> Iterator[str]:
    """Try an address as everybody; whatever was written is put back before the next one comes."""
    for actor in ACTORS:
        response = stage.ask(actor, route, row)
        said = answer_of(response)
        where = f"{actor} at {route} {dict(row.args)}{dict(row.query)}"
        if said != row.answers[actor]:
            yield f"{where}: {said} instead of {row.answers[actor]}"
        if "token" not in row.args:  # whoever holds a link may read where it leads, and whose it is
            yield from (f"{where}: reads {word}" for word in not_theirs(actor, response, stage, row))
        if stage.was_written():
            if said != IN or route.startswith("GET "):
                yield f"{where}: {said}, and something was written"
            stage.put_back()


def routes_of(app: Flask) -> set[str]:
    """Name every door; HEAD and OPTIONS come with GET."""
    follows = {"HEAD", "OPTIONS"}
    return {
        f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in set(rule.methods or ()) - follows
    }


def test_every_route_has_its_row_and_every_row_its_route(app: Flask) -> None:
    assert routes_of(app) == set(TABLE)


def test_every_row_says_what_everybody_is_answered() -> None:
    assert all(set(row.answers) == set(ACTORS) for rows in TABLE.values() for row in rows)


@pytest.mark.parametrize("route", sorted(TABLE))
def test_everybody_is_answered_as_it_is_written(stage: Stage, route: str) -> None:
    wrong = [each for row in TABLE[route] for each in wrong_answers(stage, route, row)]
    assert not wrong, "\n" + "\n".join(wrong)
