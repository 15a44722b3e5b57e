"""How Alembic meets the application: its engine, its models, batch mode for SQLite."""

import importlib
from typing import Any, Literal

from alembic import context
from flask import current_app

from community.db import Base, UtcDateTime, WordEnum

for name in (
    "mail",
    *(f"{each}.models" for each in ("members", "notifications", "groups", "threads", "sits", "moderation")),
):
    importlib.import_module(f"community.{name}")


def plainly(kind: str, thing: Any, _context: Any) -> "str | Literal[False]":
    """Write our own column types as what they are to the database, so that a migration needs no code of ours."""
    if kind == "type" and isinstance(thing, WordEnum):
        return "sa.String(24)"
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run the migrations all in one transaction: a process killed in the middle leaves the old schema."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
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


run()
