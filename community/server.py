"""``python app.py``: bring the database up to date, fill the demo where asked, and serve by gunicorn."""

import argparse
import errno
import fcntl
import gc
import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication

from community import demo, jobs, live, shared, versions
from community.config import SettingsError, from_environment
from community.db import db

log = structlog.get_logger("community.server")

SPARE_THREADS = 32  # for pages, beside one thread for each socket
TIMEOUT_SECONDS = 60
COLLECT_AFTER_OBJECTS = 5_000

NOT_ALONE = (
    "Another process serves from this data folder. Several together need PostgreSQL and Redis; see docs/operations.md."
)

Make = Callable[[], Flask]

NOT_BEGUN = (
    "This house was begun by another server than its own, without bells and jobs, so nobody is let in. "
    "Begin it by python app.py, or by gunicorn -c deploy/gunicorn.conf.py 'app:create_app()'."
)

_kept_open: list[IO[str]] = []

EPILOG = """settings are environment variables; README.md has the table. The commands are under
`flask --app app`: create-admin, demo, measure-data, audit-verify, db upgrade."""


def serve(argv: list[str], make: Make) -> int:
    """Serve until told to stop; gives the exit code, with one clear line where it cannot begin."""
    options = _options(argv)
    os.environ.update(PORT=options.port, DATA=str(Path(options.data).resolve()))
    if options.host == "::1":
        os.environ.setdefault("BASE_URL", f"http://localhost:{options.port}")
    if options.demo:
        os.environ["DEMO"] = "1"
        os.environ.setdefault("LOG_LEVEL", "WARNING")  # whoever tries it wants to see what to open, not each request
    try:
        from_environment()
    except SettingsError as wrong:
        return _say(str(wrong))
    if os.environ.get("ASYNC_MODE") == "gevent":
        return _say("ASYNC_MODE=gevent is served by gunicorn: gunicorn -c deploy/gunicorn.conf.py 'app:create_app()'")
    if hindrance := _hindrance(options.host, int(options.port)):
        return _say(hindrance)
    app = make()
    if not alone(app):
        return _say(NOT_ALONE)
    prepare(app)
    _greet(app, options)
    settle()
    House(app, options).run()
    return 0


def alone(app: Flask) -> bool:
    """Say whether no other process serves from this data folder, and keep it so until we end.

    Without Redis two processes would know nothing of each other's sockets, limits and jobs, whatever they were told.
    """
    settings = app.extensions["settings"]
    if settings.redis_url:
        return True
    file = (settings.data_dir / "serving.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return False
    _kept_open.append(file)  # the lock lasts as long as the file is open, here and in what is forked from us
    return True


def prepare(app: Flask) -> None:
    """Bring the database to the newest migration and, in a demo, make its people."""
    with app.app_context():
        versions.bring_up_to_date()
        if app.extensions["settings"].demo:
            demo.fill()
        db.engine.dispose()  # the worker is forked from us, and no connection may cross a fork


def settle() -> None:
    """Leave what is loaded by now out of every later collection, so that master and worker go on sharing it.

    A collection writes to each object that it looks at; after the fork that made a copy of nearly all of them. And
    since a page makes thousands of objects that go by themselves, look for the others less often than every 700.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_OBJECTS)


class House(BaseApplication):  # type: ignore[misc] # gunicorn brings no types
    """One gunicorn worker with a thread for every socket and some to spare: SQLite wants one process."""

    def __init__(self, app: Flask, options: argparse.Namespace) -> None:
        self.made, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Say how gunicorn runs us."""
        limit = self.made.extensions["settings"].socket_limit
        chosen = {
            "bind": _place(self.options),
            "workers": 1,
            "worker_class": "gthread",
            "threads": limit + SPARE_THREADS,
            "timeout": TIMEOUT_SECONDS,
            "graceful_timeout": 3,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": lambda _worker: begin(self.made),
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Give the application that was made before the fork."""
        return self.made


class Door:
    """Let nobody in before ``begin``: a server that is not ours has no ticks, no jobs and no lock on the folder."""

    def __init__(self, app: Flask) -> None:
        self.begun, self.within = False, app.wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer once all has begun, and say what is wrong before."""
        if self.begun:
            return self.within(environ, start_response)
        log.error("not_begun", remedy=NOT_BEGUN)
        start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
        return [NOT_BEGUN.encode()]


def init_app(app: Flask) -> None:
    """Hang the outermost door; tests, which tick by hand, stand within."""
    if not app.extensions["settings"].testing:
        app.extensions["door"] = app.wsgi_app = Door(app)  # type: ignore[method-assign]


def begin(app: Flask) -> None:
    """Start what runs beside the requests, the job consumer and the sockets' ticks, and open the door."""
    shared.begin(app.app_context)
    jobs.start()
    live.start_tickers(app)
    app.extensions["door"].begun = True


def begin_unit(worker: Any) -> None:
    """Begin in a gunicorn worker of ``deploy/gunicorn.conf.py``."""
    app = worker.wsgi
    if not alone(app):
        raise SystemExit(NOT_ALONE)
    begin(app)
    settle()


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("app.py", description=__doc__, epilog=EPILOG)
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default 8000, or PORT")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; default 127.0.0.1")
    parser.add_argument("--data", default=os.environ.get("DATA", "data"), help="the folder to keep all in, or DATA")
    parser.add_argument("--demo", action="store_true", help="fill it with made-up people whom anyone may step in as")
    return parser.parse_args(argv)


def _hindrance(host: str, port: int) -> str | None:
    """Say why nobody can listen there; None where somebody can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is taken. Stop what uses it, or choose another: PORT=8001 make run"
        return f"We cannot listen on {host}, port {port}: {error.strerror}."
    return None


def _place(options: argparse.Namespace) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"{host}:{options.port}"


def _greet(app: Flask, options: argparse.Namespace) -> None:
    settings = app.extensions["settings"]
    place = f"localhost:{options.port}" if options.host == "::1" else _place(options)
    print(f"{settings.community_name} is open at http://{place}  (Ctrl-C closes it)")
    if settings.demo:
        print(demo.whom_to_be())
    sys.stdout.flush()


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
