"""What every test stands on: one application a worker, a fresh database a test, and the two doors."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from werkzeug.serving import make_server

from app import create_app
from community import live as live_door
from community.config import Settings
from community.db import db
from community.members.models import Member
from community.web.limits import limiter
from tests import factories, ways
from tests.doors import Browser, Live
from tests.people import People, make_people

# A loaded machine is slow, not wrong: time is measured in bench/.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for the whole worker, in the way to run that was asked for."""
    folder = tmp_path_factory.mktemp("house")
    settings = Settings(
        data_dir=folder,
        **ways.chosen().settings(folder),
        secret_keys=("a long and quite random key for tests 5d1c9a",),
        base_url=f"http://127.0.0.1:{free_port()}",
        journal_keys=(("tests", bytes(range(32))),),
        mail_url=f"file:{folder / 'mail'}",
        testing=True,
        log_level="WARNING",
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    ways.chosen().keep_empty(app)
    factories.house["app"] = app
    return app


@pytest.fixture(autouse=True)
def app(house: Flask) -> Iterator[Flask]:
    """Give the application with an empty database, no mail, and nobody counted."""
    folder: Path = house.extensions["settings"].data_dir
    with house.app_context():
        db.engine.dispose()
    ways.chosen().empty(house)
    shutil.rmtree(folder / "mail", ignore_errors=True)
    limiter.reset()
    live_door._limiter.storage.reset()
    yield house
    for sid in list(live_door._sockets):
        live_door.socketio.server.disconnect(sid)


@pytest.fixture
def people(app: Flask) -> People:
    """Give the named people and their groups."""
    return make_people()


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """Give somebody a browser, signed in unless they are nobody."""

    def open_one(member: Member | None = None) -> Browser:
        return Browser(app, member)

    return open_one


@pytest.fixture(scope="session")
def server(house: Flask) -> Iterator[str]:
    """Serve the application for real, in a thread, at its own address."""
    url = str(house.extensions["settings"].base_url)
    serving = make_server("127.0.0.1", int(url.rpartition(":")[2]), house, threaded=True)
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield url
    serving.shutdown()
    thread.join(5)


@pytest.fixture
def live(app: Flask, server: str) -> Iterator[Callable[..., Live]]:
    """Give somebody a live socket."""
    opened: list[Live] = []

    def connect(member: Member | None = None, *, browser: Browser | None = None) -> Live:
        found = Live(server, (browser or Browser(app, member)).cookie_header())
        opened.append(found)
        return found

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def statements(app: Flask) -> Callable[[], Any]:
    """Count the statements of what happens inside: ``with statements() as seen: …; len(seen)``."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []
        with app.app_context():
            engine = db.engine

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip().upper().startswith(COUNTED):
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
