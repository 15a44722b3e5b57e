"""Whether the process lives and whether it can serve: for whoever watches over it."""

import functools
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, jsonify

from community.db import session
from community.web import public

bp = Blueprint("health", __name__)

MIGRATIONS = Path(__file__).parent / "migrations"


@functools.cache
def newest_migration() -> str | None:
    """Give the revision that this code was written for."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@bp.get("/healthz")
@public
def alive() -> Any:
    """Say that the process lives."""
    return jsonify(status="alive")


@bp.get("/readyz")
@public
def ready() -> Any:
    """Say whether the database answers and stands at the newest migration; 503 where not."""
    try:
        current = MigrationContext.configure(session().connection()).get_current_revision()
    except sa.exc.SQLAlchemyError:
        return jsonify(status="not ready", database="no answer"), 503
    if current != newest_migration():
        return jsonify(status="not ready", database="another version"), 503
    return jsonify(status="ready")
