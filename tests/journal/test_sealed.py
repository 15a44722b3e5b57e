"""A journal as it lies on the disk: no word of it is there to be read, whatever was written, changed or erased."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from community import seals
from community.clock import now
from community.db import db, session, transaction
from community.errors import NotFound
from community.journal import actions, queries
from community.journal.models import JournalEntry
from community.journal.page import CannotBeOpened, Page, Systems
from community.members.models import Member
from community.practices.library import STARTER
from community.seals import Ring
from tests.doors import Browser
from tests.factories import inside
from tests.people import People

TESTS = ("tests", bytes(range(32)))
NEW = ("new", bytes(range(100, 132)))
WORDS: dict[str, Any] = {"body": "Jawclenched", "feeling": "Griefarrived", "thought": "Endingskindly"}
LATER: dict[str, Any] = {"body": "Shoulderssank", "feeling": "Reliefcame", "thought": "Askinghelp"}
MOVED = Systems(drive=35, threat=100, soothing=0, company=None)


def write(by: Member, entry_id: int | None = None, **said: Any) -> int:
    with inside(), transaction():
        entry = queries.entry_for(by, entry_id) if entry_id else None
        return actions.write_page(by=by, entry=entry, **said, at=now()).id


def read(by: Member, entry_id: int) -> Page:
    with inside():
        return queries.page_for(by, entry_id)


def command(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=list(words))


def with_keys(app: Flask, monkeypatch: pytest.MonkeyPatch, *keys: tuple[str, bytes]) -> None:
    monkeypatch.setitem(app.extensions, "seals", Ring(keys))


def keys_of_rows() -> list[str]:
    with inside():
        return list(session().scalars(sa.select(JournalEntry.key_id).order_by(JournalEntry.id)))


def files_of(app: Flask) -> Iterator[tuple[str, bytes]]:
    """Give all that lies in the folder of the house, as bytes: the database, what is on its way there, everything."""
    folder: Path = app.extensions["settings"].data_dir
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") and path.stat().st_size for path in found), found
    return ((path.name, path.read_bytes()) for path in found)


def on_disk(app: Flask, *words: str) -> list[str]:
    return [f"{word} in {name}" for name, held in files_of(app) for word in words if word.encode() in held]


def test_a_page_comes_back_as_it_was_written(people: People) -> None:
    page = read(people.ines, write(people.ines, after=MOVED, **WORDS))
    assert (page.body, page.feeling, page.thought) == tuple(WORDS.values())
    assert (page.before, page.after, page.is_open) == (Systems(), MOVED, True)
    assert "Jawclenched" not in repr(page)


def test_what_is_not_said_stays_as_it_was(people: People) -> None:
    page_id = write(people.ines, before=Systems(drive=50), **WORDS)
    write(people.ines, page_id, after=MOVED, body="")
    page = read(people.ines, page_id)
    assert (page.before, page.after) == (Systems(drive=50), MOVED)
    assert (page.body, page.feeling) == ("", WORDS["feeling"])
    assert page.edited_at is not None


def test_nobody_but_its_writer_finds_a_page(people: People) -> None:
    page_id = write(people.ines, **WORDS)
    for other in (people.maren, people.ada, people.jonah):
        with inside():
            assert not queries.leaves_of(other)
            assert not queries.entries_of(other)
            for find in (queries.page_for, queries.entry_for):
                with pytest.raises(NotFound):
                    find(other, page_id)


def test_no_word_of_a_journal_lies_on_the_disk_after_writing_changing_and_erasing(app: Flask, people: People) -> None:
    words = [*WORDS.values(), *LATER.values()]
    page_id, other = write(people.ines, after=MOVED, **WORDS), write(people.ines, **WORDS)
    assert not on_disk(app, *words)
    write(people.ines, page_id, **LATER)
    with inside(), transaction():
        actions.erase_page(by=people.ines, entry=queries.entry_for(people.ines, other), at=now())
    assert not on_disk(app, *words)
    assert on_disk(app, people.ines.email)  # what is not sealed is found, so this does look where it should


def test_what_is_erased_is_overwritten_sealed_or_not(app: Flask, people: People) -> None:
    page_id = write(people.ines, **WORDS)
    with inside():
        box = session().scalar(sa.select(JournalEntry.sealed_body).where(JournalEntry.id == page_id))
    assert box
    assert any(box in held for _, held in files_of(app))
    with inside(), transaction():
        actions.erase_page(by=people.ines, entry=queries.entry_for(people.ines, page_id), at=now())
    with app.app_context():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if db.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    folder: Path = app.extensions["settings"].data_dir
    assert not [path.name for path in folder.glob("community.db*") if box in path.read_bytes()]


def test_a_page_whose_key_is_missing_says_so_and_nothing_of_it_is_lost(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_id = write(people.ines, after=MOVED, **WORDS)
    with_keys(app, monkeypatch, NEW)
    page = read(people.ines, page_id)
    assert (page.is_open, page.body, page.after) == (False, "", Systems())
    with pytest.raises(CannotBeOpened):
        write(people.ines, page_id, **LATER)
    with_keys(app, monkeypatch, TESTS)
    assert read(people.ines, page_id).body == WORDS["body"]


def test_a_new_key_seals_every_page_anew(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    written = [write(by, after=MOVED, **WORDS) for by in (people.ines, people.maren, people.ines)]
    with_keys(app, monkeypatch, NEW, TESTS)
    assert "3 sealed anew with the key new." in command(app, "rotate-keys").output
    assert keys_of_rows() == ["new", "new", "new"]
    with_keys(app, monkeypatch, NEW)
    assert [read(by, i).body for by, i in zip((people.ines, people.maren, people.ines), written, strict=True)] == [
        WORDS["body"]
    ] * 3
    assert "0 sealed anew" in command(app, "rotate-keys").output


def test_sealing_anew_that_is_broken_off_goes_on_where_it_was(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [write(people.ines, **WORDS) for _ in range(5)]
    with_keys(app, monkeypatch, NEW, TESTS)
    monkeypatch.setattr(seals, "BATCH", 2)
    done, whole = [], seals.seal_anew

    def power_cut(*args: Any, **kwargs: Any) -> seals.Batch | None:
        batch = whole(*args, **kwargs)
        done.append(batch)
        if len(done) == 2:
            raise KeyboardInterrupt
        return batch

    monkeypatch.setattr(seals, "seal_anew", power_cut)
    command(app, "rotate-keys")
    assert keys_of_rows() == ["new", "new", "tests", "tests", "tests"]
    assert [read(people.ines, each).body for each in written] == [WORDS["body"]] * 5
    write(people.ines, written[4], **LATER)  # people write meanwhile
    monkeypatch.setattr(seals, "seal_anew", whole)
    assert "2 sealed anew" in command(app, "rotate-keys").output
    assert set(keys_of_rows()) == {"new"}
    assert read(people.ines, written[4]).body == LATER["body"]


def test_what_cannot_be_opened_is_counted_and_left_as_it_is(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = write(people.ines, **WORDS)
    with_keys(app, monkeypatch, NEW)
    write(people.ines, **WORDS)
    with_keys(app, monkeypatch, ("third", bytes(range(50, 82))), NEW)
    done = command(app, "rotate-keys")
    assert done.exit_code == 1
    assert "1 sealed anew with the key third." in done.output
    assert "1 cannot be opened" in done.output
    assert keys_of_rows() == ["tests", "third"]
    with_keys(app, monkeypatch, TESTS)
    assert read(people.ines, lost).body == WORDS["body"]


def test_a_sit_alone_is_kept_once_whatever_a_browser_repeats(app: Flask, people: People) -> None:
    practice, at = next(iter(STARTER.values())), now()
    told = {"began_at": at - timedelta(minutes=9), "ended_at": at - timedelta(minutes=1), "write_key": "k1"}
    for _ in range(2):
        with inside(), transaction():
            sit = actions.log_sit_alone(by=people.ines, practice=practice, **told, at=at)  # type: ignore[arg-type]
    with inside():
        (kept,) = queries.sits_of(people.ines)
    assert (kept.id, kept.minutes, kept.title, kept.is_alone) == (sit.id, 8, practice.title, True)


def test_what_stands_unsealed_is_said(browser: Callable[..., Browser]) -> None:
    page = browser().get("/privacy").text
    for named in (
        "which module of a programme",
        "the log of what you sat",
        "that you shared a passage, when, with which",
    ):
        assert named in page
