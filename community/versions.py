"""Which migration the database has, which one this code was written for, and the way from one to the other.

Alembic is loaded only where there is something to migrate: it would cost every serving process some ten megabytes
for a question that it asks once.
"""

import functools
import re
import sys
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask, current_app

from community.db import db, session

FOLDER = Path(__file__).parent / "migrations"
NAMED = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)


def init_app(app: Flask) -> None:
    """Tie the application to its migrations, and give it ``flask db``, where a command is run or Alembic is here."""
    if click.get_current_context(silent=True) is not None or "flask_migrate" in sys.modules:
        _tie(app)


@functools.cache
def newest() -> str | None:
    """Give the migration that no other one follows; None where there is none, or where two lines of them end."""
    read = [dict(NAMED.findall(file.read_text())) for file in (FOLDER / "versions").glob("*.py")]
    ends = {each["revision"] for each in read} - {each["down_revision"] for each in read}
    return ends.pop() if len(ends) == 1 else None


def current() -> str | None:
    """Give the migration at which the database stands; None for an empty one. Raises what an absent one raises."""
    connection = session().connection()
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    number: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return number


def bring_up_to_date() -> None:
    """Migrate the database of this application to the newest version, if it is not there already."""
    if current() == newest():
        return
    session().rollback()
    from flask_migrate import upgrade  # noqa: PLC0415 - see above

    _tie(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way to the application itself
    upgrade()


def _tie(app: Flask) -> None:
    from flask_migrate import Migrate  # noqa: PLC0415 - see above

    Migrate(app, db, directory=str(FOLDER), render_as_batch=True, compare_type=True)
