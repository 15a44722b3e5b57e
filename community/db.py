"""The database: one Base, one clock type, one commit.

``transaction()`` is the only commit in the house. Rows belong inside it, packets after it: an action calls
``announce(fact)``, whose ``within`` listeners add their rows at once and whose ``after`` listeners run when the
commit is through. SQLAlchemy's own after_commit is not used, since it also fires when a savepoint is released.
"""

import enum
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, registry

from community.events import Event, publish, react_within

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "secure_delete=ON")

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_announced: ContextVar[list[Event] | None] = ContextVar("announced", default=None)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment, stored as UTC; naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no zone; SQLite keeps UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        """Give every moment back as aware UTC; a page reads dozens, so SQLite's text takes one step, not three."""
        if dialect.name == "sqlite":
            return lambda kept: None if kept is None else datetime.fromisoformat(kept + "+00:00")
        return lambda kept: None if kept is None else kept.astimezone(UTC)


class WordEnum(sa.TypeDecorator[enum.StrEnum]):
    """A StrEnum kept as its own word, checked in the database by the table that uses it."""

    impl = sa.String(24)
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        self.kind = kind
        super().__init__()

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store the word; an unknown one raises ValueError."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> enum.StrEnum | None:  # noqa: ARG002
        """Give the member of the enum back."""
        return None if value is None else self.kind(value)


def one_of(column: str, kind: type[enum.StrEnum]) -> sa.CheckConstraint:
    """Let the database hold a word column to the words of its enum."""
    words = ", ".join(f"'{word.value}'" for word in kind)
    return sa.CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


class Base(DeclarativeBase):
    """The base of every model; constraints are named by convention so that migrations can name them too."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    registry = registry(metadata=metadata, type_annotation_map={datetime: UtcDateTime()})


# A write ends with expire_on_commit off: what a view still says after the commit needs no second reading.
db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


# What the doors answer with "not just now": the database is away, locked for too long, or full.
DatabaseAway = sa.exc.OperationalError


def session() -> Session:
    """Give the session of this request, event or job."""
    return cast("Session", db.session())


def plain_rows(statement: sa.Select[*tuple[Any, ...]], asked: Mapping[str, Any]) -> sa.CursorResult[*tuple[Any, ...]]:
    """Read columns without the ORM's bookkeeping, which costs a list as much again as the reading."""
    return session().connection().execute(statement, asked)


def dialect() -> str:
    """Name the engine that this session speaks to."""
    return session().get_bind().dialect.name


def insert_into(model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Give this engine's own INSERT, which knows ON CONFLICT; both engines spell it alike."""
    if dialect() == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)


def prepare_engine(engine: Engine) -> None:
    """Make SQLite keep its word: real transactions, writers that queue, foreign keys, synced commits, erased bytes.

    The driver's own default lost 433 of 600 concurrent read-modify-writes in a trial. A writer says BEGIN
    IMMEDIATE, since a read that turns into a write gets SQLITE_BUSY at once and no waiting helps.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # Straight to the driver: by way of SQLAlchemy this one word took a quarter of a page's first statement.
        driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
        driver.execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def end_reading() -> None:
    """End an open read, so that slow work (hashing, rendering) holds no snapshot and no lock."""
    current = session()
    if current.new or current.dirty or current.deleted:
        raise RuntimeError("rows were changed outside a transaction")
    current.commit()  # nothing is pending: this only gives the connection back


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what happens inside, or nothing of it; then publish what was announced.

    What was read before is read again on use, under the writer's lock, so no decision rests on an old row.
    Raises RuntimeError when nested: one act, one commit.
    """
    if _announced.get() is not None:
        raise RuntimeError("a transaction may not stand inside another")
    end_reading()
    current = session()
    current.expire_all()
    facts: list[Event] = []
    writing, announced = _writing.set(True), _announced.set(facts)
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        _writing.reset(writing)
        _announced.reset(announced)
    for fact in facts:
        publish(fact)


def announce(fact: Event) -> None:
    """State a fact: its rows are added now, its packets leave after the commit."""
    facts = _announced.get()
    if facts is None:
        raise RuntimeError("a fact is announced inside a transaction")
    facts.append(fact)
    session().flush()
    react_within(fact)
