"""The scene in a database that is put back after everything that somebody did to it, and the people before it."""

import re
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from community.db import db
from community.web.limits import limiter
from tests.doors import RAW_CSRF
from tests.security.scene import Scene, make_scene
from tests.security.table import Row

SAFE = {"GET", "HEAD", "OPTIONS"}
made: dict[Path, Scene] = {}


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

    def ask(self, actor: str, route: str, row: Row, headers: dict[str, str] | None = None) -> TestResponse:
        """Send one actor's browser to the address of a row."""
        data = None
        if route.partition(" ")[0] not in SAFE:
            data = {"csrf_token": self.csrf, **{name: self.named(value) for name, value in row.fields.items()}}
        return self.send(actor, route, row, headers=headers, data=data)

    def send(self, actor: str, route: str, row: Row, **options: Any) -> TestResponse:
        """Send what is given to the address of a row, with one actor's cookie and nothing else."""
        limiter.reset()
        method, _, rule = route.partition(" ")
        client: FlaskClient = self.app.test_client()
        client.set_cookie("session", self.cookies[actor])
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: self.named(row.args[found[1]]), rule)
        query = {name: self.named(value) for name, value in row.query.items()}
        return client.open(path, method=method, query_string=query, buffered=True, **options)

    def named(self, value: str) -> str:
        """Give what a name stands for in the scene."""
        if not value.startswith("@"):
            return value
        ids, words = self.scene.ids, self.scene.words
        return str(ids[value[1:]]) if value[1:] in ids else words[value[1:]]


def set_stage(app: Flask) -> Stage:
    """Give the scene as it was made; the first to ask has it made, in the empty database of its test."""
    folder: Path = app.extensions["settings"].data_dir
    whole = folder / "scene.db"
    if whole not in made:
        made[whole] = make_scene()
        with app.app_context():
            db.engine.dispose()  # the last connection writes the log back into the file
        shutil.copy(folder / "community.db", whole)
    stage = signed_in_cookies(app, made[whole])
    stage.put_back()
    return stage


def signed_in_cookies(app: Flask, scene: Scene) -> Stage:
    """Give everybody of a scene their browser; where the database lies is the caller's business."""
    session = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    signed_out = {"csrf_token": RAW_CSRF}
    cookies = {
        name: session.dumps({**signed_out, "_user_id": token, "_fresh": True}) for name, token in scene.cookies.items()
    }
    csrf = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(RAW_CSRF)
    whole = app.extensions["settings"].data_dir / "scene.db"
    return Stage(app, scene, whole, {**cookies, "nobody": session.dumps(signed_out)}, str(csrf))
