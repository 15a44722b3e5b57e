"""How Alembic meets the application: its engine, its models, batch mode for SQLite."""

import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

import sqlalchemy as sa
from alembic import context
from flask import current_app

from community.db import Base, UtcDateTime, WordEnum

for name in (
    "mail",
    *(
        f"{each}.models"
        for each in (
            *("members", "notifications", "groups", "practices", "threads", "sits", "moderation"),
            *("calendars", "journal", "passages", "programmes"),
        )
    ),
):
    importlib.import_module(f"community.{name}")

CHECK = "PRAGMA foreign_key_check"


def plainly(kind: str, thing: Any, _context: Any) -> "str | Literal[False]":
    """Write our own column types as what they are to the database, so that a migration needs no code of ours."""
    if kind == "type" and isinstance(thing, WordEnum):
        return "sa.String(24)"
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


class BrokenReferences(Exception):  # noqa: N818 - as the other states of the house are named
    """A migration would leave rows that point at rows which are not there; nothing of it was kept."""


def run() -> None:
    """Run the migrations all in one transaction: a process killed in the middle leaves the old schema."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection, references_resting(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=plainly,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql(CHECK).fetchall()):
                raise BrokenReferences(sorted({str(row[0]) for row in broken}))


@contextmanager
def references_resting(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite follow no foreign key meanwhile; all of them are looked at before anything is kept.

    To change a table SQLite makes it anew and drops the old one, and a drop deletes every row that hangs from it.
    The pragma does nothing inside a transaction, so it goes to the driver before SQLAlchemy begins one.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()  # nothing is open after a commit; after a fault the pragma would do nothing
        driver.execute("PRAGMA foreign_keys=ON")


run()
