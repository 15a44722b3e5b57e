"""The log only grows, and shows where somebody has been at it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from community.clock import now
from community.db import session, transaction
from community.groups.models import Group
from community.members.models import Member
from community.moderation.chain import HASHED, faults_in, hash_of
from community.moderation.models import FIRST_HASH, LogAct, LogEntry, LogHead, LogSubject
from community.moderation.queries import verify_log
from community.moderation.record import write_down
from tests.factories import inside
from tests.moderation.conftest import moved_to
from tests.people import People


def write(group: Group, by: Member, about: Member, **said: Any) -> None:
    with inside(), transaction():
        write_down(by=by, group_id=group.id, about_id=about.id, subject=(LogSubject.MEMBER, about.id), at=now(), **said)


@pytest.fixture
def written(people: People) -> People:
    """Let two groups have a log of some entries."""
    for number in range(4):
        until = now() + timedelta(hours=number) if number else None
        words = f"Let it settle, {number}: “żółw” 🌿"
        write(people.group, people.maren, people.ines, act=LogAct.MUTED, words=words, until=until)
        write(people.elsewhere, people.odile, people.viktor, act=LogAct.UNMUTED)
    return people


def test_a_log_is_numbered_in_each_group_and_holds_together(engine: str, written: People) -> None:
    with inside():
        entries = session().scalars(sa.select(LogEntry).order_by(LogEntry.group_id, LogEntry.number)).all()
        assert [entry.number for entry in entries] == [1, 2, 3, 4] * 2, engine
        assert entries[0].before_hash == entries[4].before_hash == FIRST_HASH
        assert [entry.before_hash for entry in entries[1:4]] == [entry.hash for entry in entries[:3]]
        assert verify_log() == []


def test_an_empty_log_holds_together(people: People) -> None:
    with inside():
        assert verify_log() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entries SET words = 'otherwise' WHERE number = 1",
        "UPDATE log_entries SET words = words",
        "DELETE FROM log_entries WHERE number = 4",
        "DELETE FROM log_entries",
    ],
)
def test_the_database_refuses_to_change_the_log_or_to_take_from_it(
    statement: str, engine: str, written: People
) -> None:
    with inside(), pytest.raises(sa.exc.DBAPIError, match="the log only grows"), transaction():
        session().execute(sa.text(statement))
    with inside():
        assert verify_log() == [], engine


def test_sqlite_does_not_replace_an_entry(written: People) -> None:
    columns = ", ".join(column.name for column in LogEntry.__table__.columns if column.name != "words")
    statement = (
        f"INSERT OR REPLACE INTO log_entries ({columns}, words)"  # noqa: S608 - our own column names
        f" SELECT {columns}, 'otherwise' FROM log_entries WHERE number = 2"
    )
    with inside(), pytest.raises(sa.exc.DBAPIError, match="the log only grows"), transaction():
        session().execute(sa.text(statement))


def test_postgresql_does_not_empty_the_log(engine: str, written: People) -> None:
    if engine != "postgresql":
        return
    with inside(), pytest.raises(sa.exc.DBAPIError, match="the log only grows"), transaction():
        session().execute(sa.text("TRUNCATE log_entries CASCADE"))


# Somebody at the file itself, with the triggers gone


@contextmanager
def copy_of_the_house(house: Flask, folder: Path, *statements: str) -> Iterator[None]:
    """Do something to a copy of the database behind the application's back, and stand on that copy."""
    url = f"sqlite:///{folder / 'copy.db'}"
    original = house.extensions["settings"].data_dir / "community.db"
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(folder / "copy.db")) as copy:
        source.backup(copy)
        triggers = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for statement in [*(f"DROP TRIGGER {name}" for name in triggers), *statements]:
            copy.execute(statement)
        copy.commit()
    with moved_to(house, url):
        yield
    for left in folder.glob("copy.db*"):
        left.unlink()


OTHERWISE = {
    "group_id": "group_id",  # moved to the other group, below
    "number": "number + 40",
    "actor_id": "actor_id + 1",
    "about_id": "about_id + 1",
    "act": "'removed'",
    "subject_kind": "'post'",
    "subject_id": "subject_id + 1",
    "words": "words || '.'",
    "until": "'2031-01-01 00:00:00.000000'",
    "at": "'2020-01-01 00:00:00.000000'",
    "before_hash": "'" + "a" * 64 + "'",
    "hash": "'" + "b" * 64 + "'",
}


@pytest.mark.parametrize("column", [name for name in OTHERWISE if name != "group_id"])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_change_to_any_column_of_any_entry_is_found(
    column: str, number: int, written: People, app: Flask, tmp_path: Path
) -> None:
    otherwise = f"{column} = {OTHERWISE[column]}"
    change = f"UPDATE log_entries SET {otherwise} WHERE group_id = 1 AND number = {number}"  # noqa: S608 - our own
    with copy_of_the_house(app, tmp_path, change), inside():
        faults = verify_log()
    assert faults
    assert all(fault.startswith("group 1: ") for fault in faults)


def test_every_column_is_tried() -> None:
    assert set(OTHERWISE) == {column.name for column in LogEntry.__table__.columns}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM log_entries WHERE group_id = 1 AND number = 1", "entry 1 is missing"),
        ("DELETE FROM log_entries WHERE group_id = 1 AND number = 3", "entry 3 is missing"),
        ("DELETE FROM log_entries WHERE group_id = 1 AND number = 4", "should end at entry 4"),
        ("DELETE FROM log_entries WHERE group_id = 1", "the log ends at entry 0 and should end at entry 4"),
        ("DELETE FROM log_heads WHERE group_id = 1", "should end at entry 0"),
        ("UPDATE log_entries SET group_id = 2, number = 5 WHERE group_id = 1 AND number = 4", "entry 5"),
    ],
)
def test_what_was_taken_out_or_moved_is_found(
    statement: str, said: str, written: People, app: Flask, tmp_path: Path
) -> None:
    with copy_of_the_house(app, tmp_path, statement), inside():
        assert said in " / ".join(verify_log())


def test_an_untouched_copy_is_whole(written: People, app: Flask, tmp_path: Path) -> None:
    with copy_of_the_house(app, tmp_path), inside():
        assert verify_log() == []
        assert session().scalars(sa.select(LogHead.number)).all() == [4, 4]


# The chain itself

moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ids = st.integers(1, 2**31 - 1)
bodies = st.fixed_dictionaries(
    {
        "actor_id": ids,
        "about_id": ids,
        "act": st.sampled_from(LogAct),
        "subject_kind": st.sampled_from(LogSubject),
        "subject_id": ids,
        "words": st.text(max_size=80),
        "until": st.none() | moments,
        "at": moments,
    }
)


def chained(said: list[dict[str, Any]], group_id: int = 1) -> list[dict[str, Any]]:
    entries, before = [], FIRST_HASH
    for number, body in enumerate(said, start=1):
        entry = {**body, "group_id": group_id, "number": number, "before_hash": before}
        entry["hash"] = before = hash_of(entry)
        entries.append(entry)
    return entries


def faults(entries: list[dict[str, Any]], whole: list[dict[str, Any]]) -> list[str]:
    return faults_in(entries, number=len(whole), head=whole[-1]["hash"] if whole else FIRST_HASH)


@given(st.lists(bodies, max_size=6))
def test_a_chain_that_nobody_touched_holds(said: list[dict[str, Any]]) -> None:
    whole = chained(said)
    assert faults(whole, whole) == []


@given(st.lists(bodies, min_size=1, max_size=4), bodies, st.integers(0, 3), st.sampled_from((*HASHED, "hash")))
def test_a_chain_shows_any_other_value(
    said: list[dict[str, Any]], another: dict[str, Any], place: int, column: str
) -> None:
    whole = chained(said)
    changed = [dict(entry) for entry in whole]
    other = {**another, "group_id": 2, "number": 40, "before_hash": "a" * 64, "hash": "b" * 64}
    changed[place % len(whole)][column] = other[column]
    assert (faults(changed, whole) == []) is (changed == whole)


@given(st.lists(bodies, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_a_chain_shows_another_order_and_a_gap(said: list[dict[str, Any]], chance: Any) -> None:
    whole = chained(said)
    other = whole[:]
    chance.shuffle(other)
    assert (faults(other, whole) == []) is (other == whole)
    without = whole[:]
    without.pop(chance.randrange(len(without)))
    assert faults(without, whole)


def test_a_moment_is_hashed_as_the_moment_it_is_in_any_zone() -> None:
    body = {
        "group_id": 1, "number": 1, "actor_id": 1, "about_id": 2, "act": LogAct.HID, "subject_kind": LogSubject.POST,
        "subject_id": 3, "words": "", "until": None, "before_hash": FIRST_HASH,
    }  # fmt: skip
    here = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    there = here.astimezone(timezone(timedelta(hours=9)))
    assert hash_of({**body, "at": here}) == hash_of({**body, "at": there})
