"""What is in a journal is its writer's, and a passage of it is for whom it was shared with, until it is taken back.

``test_access`` tries every door as everybody while things are shared; here it is tried once more when all was taken
back, and everything else that leaves the house or lies in it is looked through: rows, files, facts, letters.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from community.db import Base, db, session
from community.passages.models import Passage
from tests.doors import Browser, Live
from tests.factories import inside
from tests.passages.scenes import page_of, share
from tests.people import People
from tests.security.doors_of_passages import PASSAGES
from tests.security.doors_table import TABLE
from tests.security.scene import ACTORS, READ_BY
from tests.security.stage import Stage
from tests.security.table import Row

Open = Callable[..., Browser]

OF_A_PASSAGE = sorted(word for word in READ_BY if word.startswith("passage"))
SEALED = ["jonahsjournal", *OF_A_PASSAGE]
TAKING_BACK = "POST /passages/<id:passage_id>/withdrawal"
CANARY = "canaryunderthebell"


def every_value(app: Flask) -> Iterator[tuple[str, str]]:
    """Give every value of every row with its table, boxes as their bytes read as letters."""
    with inside():
        for table in Base.metadata.sorted_tables:
            for row in session().execute(sa.select(table)).all():
                for value in row:
                    yield table.name, value.decode("latin-1") if isinstance(value, bytes) else str(value)


def test_no_row_of_any_table_holds_a_word_of_it(stage: Stage) -> None:
    rows = list(every_value(stage.app))
    assert len(rows) > 1000
    assert not [(table, word) for table, value in rows for word in SEALED if word in value.lower()]


def test_no_file_of_the_database_holds_a_word_of_it(stage: Stage) -> None:
    with stage.app.app_context():
        db.engine.dispose()
    files = [path.read_bytes().lower() for path in stage.file.parent.glob("community.db*")]
    assert b"opensaid" in b"".join(files)
    assert not [word for word in SEALED for held in files if word.encode() in held]


@pytest.mark.parametrize("actor", sorted(ACTORS))
def test_what_was_taken_back_is_at_no_door_for_anybody(stage: Stage, actor: str) -> None:
    for name in PASSAGES:
        for writer in ("jonah", "maren"):
            stage.ask(writer, TAKING_BACK, Row({}, {"passage_id": f"@{name}"}))
    found = []
    for route in sorted(route for route in TABLE if route.startswith("GET ")):
        for row in TABLE[route]:
            page = stage.ask(actor, route, row).get_data(as_text=True).lower()
            found += [(route, dict(row.args), word) for word in OF_A_PASSAGE if word in page]
    assert not found
    with inside():
        left = session().scalars(sa.select(Passage).where(Passage.sealed.is_not(None) | Passage.answer.is_not(None)))
        assert list(left) == []
    stage.put_back()


def test_while_it_is_shared_the_question_is_a_real_one(stage: Stage) -> None:
    for actor, name, word in (
        ("ines", "group", "passagegroup"),
        ("tomasz", "teachers", "passageanswer"),
        ("mila", "notebook", "passagenotebook"),
    ):
        row = Row({}, {"passage_id": f"@passage:{name}"})
        assert word in stage.ask(actor, "GET /passages/<id:passage_id>", row).get_data(as_text=True)
    assert "passagenotebook" in stage.ask("ines", "GET /", Row({})).get_data(as_text=True)


def live_through(people: People, browser: Open, watching: Live) -> None:
    """Share with the group and with the teachers, answer, put on Today, flag, hide, take back and erase."""
    maren, jonah = browser(people.maren), browser(people.jonah)
    entry = page_of(people.maren, body=CANARY, thought=CANARY)
    words: dict[str, Any] = {"source": CANARY}
    share(maren, entry, people.group, **words, in_notebook="y")
    thread = watching.command("thread:watch", thread=1)
    assert thread["ok"]
    share(maren, entry, people.group, audience="teachers", **words)
    browser(people.tomasz).post("/passages/2/answer", words=CANARY)
    jonah.post("/posts/1/flags", reason="flag_worried", words="Please look.")
    browser(people.tomasz).post("/posts/1/hidings", words="For now.")
    browser(people.tomasz).post("/posts/1/restorings", words="")
    maren.post("/passages/1/notebook/withdrawal")
    maren.post("/passages/1/notebook")
    maren.post("/passages/1/withdrawal")
    maren.post(f"/journal/pages/{entry}/erasure")


def test_no_fact_no_notice_and_no_letter_tells_a_word_of_it(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    listening = {name: live(getattr(people, name)) for name in ("maren", "tomasz", "ines", "jonah", "viktor", "ada")}
    live_through(people, browser, listening["jonah"])
    heard = []
    for line in listening.values():
        line.settle()
        heard += [(fact, each) for fact, waiting in line.facts.items() for each in waiting.queue]
    assert {"post:changed", "passage:changed", "notice:arrived"} <= {fact for fact, _ in heard}
    assert CANARY not in str(heard)
    assert not listening["viktor"].facts
    assert not listening["ada"].facts
    for name in ("tomasz", "ines", "jonah", "viktor", "ada"):
        other = browser(getattr(people, name))
        for path in ("/notices", "/", "/groups/ending-on-time", "/threads/1", "/desk", "/groups/ending-on-time/record"):
            other.get(path)
            assert CANARY not in other.page, (name, path)


def test_nothing_is_left_in_any_row_once_it_was_lived_through(
    app: Flask, people: People, browser: Open, live: Callable[..., Live]
) -> None:
    live_through(people, browser, live(people.jonah))
    assert not [table for table, value in every_value(app) if CANARY in value.lower()]
    folder = app.extensions["settings"].data_dir / "mail"
    assert not [path for path in folder.glob("*.txt") if CANARY in path.read_text()]
