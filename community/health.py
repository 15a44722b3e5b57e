"""Whether the process lives and whether it can serve: for whoever watches over it."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, jsonify

from community import versions
from community.web import public

bp = Blueprint("health", __name__)


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
        current = versions.current()
    except sa.exc.SQLAlchemyError:
        return jsonify(status="not ready", database="no answer"), 503
    if current != versions.newest():
        return jsonify(status="not ready", database="another version"), 503
    return jsonify(status="ready")
