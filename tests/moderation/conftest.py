"""What only the desk's tests need: the same house on either database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from community.db import Base, db, prepare_engine
from tests.services.postgres import drop_database, new_database


@contextmanager
def moved_to(app: Flask, url: str) -> Iterator[sa.Engine]:
    """Let the application read and write another database meanwhile."""
    other = sa.create_engine(url, hide_parameters=True)
    prepare_engine(other)
    engines = db._app_engines[app]
    own, engines[None] = engines[None], other
    try:
        yield other
    finally:
        engines[None] = own
        other.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def engine(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    """Stand on SQLite, then on PostgreSQL; asked for before ``people``."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    url = new_database()
    with moved_to(app, url) as other:
        Base.metadata.create_all(other)
        yield "postgresql"
    drop_database(url)
