"""``python app.py``: bring the database up to date, fill the demo where asked, and serve by gunicorn."""

import argparse
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication

from community import demo, jobs, live
from community.config import SettingsError, from_environment
from community.db import db

SPARE_THREADS = 32  # for pages, beside one thread for each socket
TIMEOUT_SECONDS = 60

Make = Callable[[], Flask]

EPILOG = """settings are environment variables; README.md has the table. The commands are under
`flask --app app`: create-admin, demo, measure-data, audit-verify, db upgrade."""


def serve(argv: list[str], make: Make) -> int:
    """Serve until told to stop; gives the exit code, with one clear line where it cannot begin."""
    options = _options(argv)
    os.environ.update(PORT=str(options.port), DATA=str(Path(options.data).resolve()))
    if options.demo:
        os.environ["DEMO"] = "1"
        os.environ.setdefault("LOG_LEVEL", "WARNING")  # whoever tries it wants to see what to open, not each request
    if not _is_free(options.host, options.port):
        return _say(f"Port {options.port} is taken. Stop what uses it, or choose another: PORT=8001 make run")
    try:
        from_environment()
    except SettingsError as wrong:
        return _say(str(wrong))
    app = make()
    prepare(app)
    _greet(app, options)
    House(app, options).run()
    return 0


def prepare(app: Flask) -> None:
    """Bring the database to the newest migration and, in a demo, make its people."""
    with app.app_context():
        upgrade()
        if app.extensions["settings"].demo:
            demo.fill()
        db.engine.dispose()  # the worker is forked from us, and no connection may cross a fork


class House(BaseApplication):  # type: ignore[misc] # gunicorn brings no types
    """One gunicorn worker with a thread for every socket and some to spare: SQLite wants one process."""

    def __init__(self, app: Flask, options: argparse.Namespace) -> None:
        self.made, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Say how gunicorn runs us."""
        limit = self.made.extensions["settings"].socket_limit
        chosen = {
            "bind": f"{self.options.host}:{self.options.port}",
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


def begin(app: Flask) -> None:
    """Start what runs beside the requests: the job consumer and the sockets' ticks."""
    jobs.start()
    live.start_tickers(app)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("app.py", description=__doc__, epilog=EPILOG)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="default 8000, or PORT")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; default 127.0.0.1")
    parser.add_argument("--data", default=os.environ.get("DATA", "data"), help="the folder to keep all in, or DATA")
    parser.add_argument("--demo", action="store_true", help="fill it with made-up people whom anyone may step in as")
    return parser.parse_args(argv)


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _greet(app: Flask, options: argparse.Namespace) -> None:
    settings = app.extensions["settings"]
    print(f"{settings.community_name} is open at http://{options.host}:{options.port}  (Ctrl-C closes it)")
    if settings.demo:
        print(demo.whom_to_be())
    sys.stdout.flush()


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
