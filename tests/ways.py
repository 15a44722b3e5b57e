"""The two ways to run, for the tests that hold in both: ``TEST_WAY=large`` chooses the second.

The large way wants everything patched before it is imported: ``python -m tests.ways tests/live`` runs pytest so.
"""

import os
import shutil
import sys
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from flask import Flask

LARGE = "large"

# What each process does by itself or with the others (doors for sockets, presence, limits, jobs), and what keeps time;
# in two halves of about the same length, since each runs in a process of its own.
IN_BOTH = (
    (
        "tests/sits/test_circle.py",
        "tests/sits/test_room.py",
        "tests/sits/test_reminders.py",
        "tests/sits/test_thanks.py",
    ),
    (
        "tests/live",
        "tests/calendars",
        "tests/journal/test_log.py",
        "tests/sits/test_changes.py",
        "tests/sits/test_intentions.py",
        "tests/sits/test_sit_now.py",
        "tests/sits/test_soft_doors.py",
        "tests/members/test_sessions.py",
        "tests/members/test_post_office.py",
        "tests/members/test_sign_in.py::test_one_address_is_slowed_down_whatever_accounts_it_tries",
        "tests/members/test_sign_in.py::test_who_has_a_long_address_is_counted_by_their_network",
        "tests/threads/test_live_threads.py",
        "tests/threads/test_at_once.py",
        "tests/notifications",
        "tests/test_windows.py",
    ),
)


class Way(Protocol):
    """What a way brings along, and how its database is emptied between tests."""

    def settings(self, folder: Path) -> dict[str, Any]:
        """Give the settings that belong to the way."""

    def keep_empty(self, app: Flask) -> None:
        """Keep a copy of the database that has tables and nothing in them."""

    def empty(self, app: Flask) -> None:
        """Put that copy in its place; nobody is connected."""


class Small:
    """SQLite and threads."""

    def settings(self, folder: Path) -> dict[str, Any]:
        """Give the settings that belong to the way."""
        return {"database_url": f"sqlite:///{folder / 'community.db'}"}

    def keep_empty(self, app: Flask) -> None:
        """Keep a copy of the file."""
        folder = app.extensions["settings"].data_dir
        shutil.copy(folder / "community.db", folder / "empty.db")

    def empty(self, app: Flask) -> None:
        """Copy it back."""
        folder = app.extensions["settings"].data_dir
        for name in ("community.db-wal", "community.db-shm"):
            (folder / name).unlink(missing_ok=True)
        shutil.copy(folder / "empty.db", folder / "community.db")


class Large:
    """PostgreSQL, Redis and greenlets."""

    def settings(self, folder: Path) -> dict[str, Any]:  # noqa: ARG002 - nothing of it lies in a folder
        """Give the settings that belong to the way."""
        from tests.services import postgres, redis_server

        return {
            "database_url": postgres.new_database(),
            "redis_url": redis_server.new_store(),
            "async_mode": "gevent",
        }

    def keep_empty(self, app: Flask) -> None:
        """Keep a copy of the database, and begin to listen to other processes."""
        from community import shared
        from tests.services import postgres

        self.template = postgres.new_database(template=app.extensions["settings"].database_url)
        shared.begin(app.app_context)

    def empty(self, app: Flask) -> None:
        """Copy it back, and empty Redis."""
        from community import shared
        from tests.services import postgres

        settings = app.extensions["settings"]
        postgres.replace_database(settings.database_url, template=self.template)
        if not shared.is_shared():  # a test that tries both stores by itself has left it so
            shared.init(settings.redis_url)
            shared.begin(app.app_context)
        with shared.asking() as redis:
            redis.flushdb()


_chosen: list[Way] = []


def chosen() -> Way:
    """Give the way that this run is for."""
    if not _chosen:
        _chosen.append(Large() if os.environ.get("TEST_WAY") == LARGE else Small())
    return _chosen[0]


class ManyProcesses:
    """Leave out what is for one process by its own choice: the small way has run it."""

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Take it out of what was found."""
        left_out = [item for item in items if "[one process" in item.name]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()
    os.environ["TEST_WAY"] = LARGE
    import pytest

    given = sys.argv[1:]
    some = any(not word.startswith("-") for word in given)
    always = ["-p", "no:xdist", "-m", "not browser", "--ignore=tests/live/test_gunicorn.py"]  # that has its own houses
    from community import shared

    ended = pytest.main([*always, *given, *(() if some else chain(*IN_BOTH))], plugins=[ManyProcesses()])
    shared.end()  # before Redis is, which would be missed aloud
    sys.exit(ended)
