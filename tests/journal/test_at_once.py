"""A journal under two hands at once, and what a dump of its database holds; on SQLite and on PostgreSQL."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from community import seals
from community.clock import now
from community.db import Base, db, session, transaction
from community.journal import actions, queries
from community.journal.models import JournalEntry, JournalSit
from community.journal.page import COLUMNS, Systems
from community.members.models import Member
from community.practices.library import STARTER
from community.seals import Ring, SealedRows
from tests.factories import inside
from tests.groups.test_races import Beside
from tests.moderation.conftest import engine  # noqa: F401 - the desk's fixture serves here too
from tests.people import People

OLD, NEW = ("tests", bytes(range(32))), ("new", bytes(range(100, 132)))
ROWS = SealedRows(JournalEntry, COLUMNS, owner="member_id")
WORDS = ("Jawclenched", "Griefarrived", "Endingskindly")
ON_POSTGRESQL = pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=pytest.mark.services)], indirect=True
)  # SQLite has one writer: the second begins when the first is done


def write(by: Member, entry_id: int | None = None, sit_id: int | None = None, body: str = WORDS[0]) -> int:
    return actions.write_page(
        by=by,
        entry=queries.entry_for(by, entry_id) if entry_id else None,
        sit=queries.sit_for(by, sit_id) if sit_id else None,
        after=Systems(threat=80),
        body=body,
        feeling=WORDS[1],
        thought=WORDS[2],
        at=now(),
    ).id


@pytest.mark.usefixtures("engine")
def test_a_dump_of_the_database_holds_no_word_of_a_journal(app: Flask, people: People) -> None:
    with inside(), transaction():
        page_id = write(people.ines)
    with inside(), transaction():
        write(people.ines, page_id, body="Shoulderssank")
    with app.app_context(), db.engine.connect() as connection:
        dumped = [
            str(value.hex() if isinstance(value, bytes) else value).lower()
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
            for value in row
        ]
    assert people.ines.email in dumped
    for word in (*WORDS, "Shoulderssank"):
        assert not [each for each in dumped if word.lower() in each or word.encode().hex() in each]


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_who_writes_while_a_page_is_sealed_anew_waits_and_loses_nothing(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inside(), transaction():
        page_id = write(people.ines)
    monkeypatch.setitem(app.extensions, "seals", Ring([NEW, OLD]))
    with inside(), transaction():
        batch = seals.seal_anew(ROWS, after_id=0)
        assert batch is not None
        assert batch.sealed == 1
        writer = Beside(lambda: write(session().get_one(Member, people.ines.id), page_id, body="Shoulderssank"))
        writer.join(0.5)
        assert writer.is_alive(), "the writer waits for the page"
    assert writer.ended() == "done"
    with inside():
        page = queries.page_for(people.ines, page_id)
    assert (page.body, page.feeling, page.after) == ("Shoulderssank", WORDS[1], Systems(threat=80))


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_who_seals_anew_while_somebody_writes_waits_and_loses_nothing(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inside(), transaction():
        page_id = write(people.ines)
    with inside(), transaction():
        write(people.ines, page_id, body="Shoulderssank")  # by a process that still knows only the old key
        monkeypatch.setitem(app.extensions, "seals", Ring([NEW, OLD]))
        keeper = Beside(lambda: seals.seal_anew(ROWS, after_id=0))
        keeper.join(0.5)
        assert keeper.is_alive(), "the new key waits for the page"
    assert keeper.ended() == "done"
    with inside():
        assert session().scalars(sa.select(JournalEntry.key_id)).one() == "new"
        assert queries.page_for(people.ines, page_id).body == "Shoulderssank"


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_two_first_pages_of_one_sit_are_one_page(people: People) -> None:
    practice, at = STARTER["quiet_half_hour"], now()
    with inside(), transaction():
        moments = {"began_at": at - timedelta(minutes=30), "ended_at": at}
        sit_id = actions.log_sit_alone(by=people.ines, practice=practice, write_key="k", **moments, at=at).id
    with inside(), transaction():
        write(people.ines, sit_id=sit_id)
        other = Beside(lambda: write(session().get_one(Member, people.ines.id), sit_id=sit_id, body="Shoulderssank"))
        other.join(0.5)
        assert other.is_alive()
    assert other.ended() == "done"
    with inside():
        (page,) = queries.entries_of(people.ines)
        assert page.body == "Shoulderssank"
        assert session().scalar(sa.select(sa.func.count()).select_from(JournalSit)) == 1
