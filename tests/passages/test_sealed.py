"""A passage lies sealed for its own row: a new key reaches it, and elsewhere or without its key it stays shut."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from community.db import transaction
from community.passages.models import Passage
from community.seals import Ring
from tests.doors import Browser
from tests.factories import inside
from tests.passages.scenes import LEAN, fresh, page_of, shared
from tests.people import People

Open = Callable[..., Browser]

TESTS = ("tests", bytes(range(32)))
NEW = ("new", bytes(range(100, 132)))
SHUT = "This passage cannot be opened just now. Nothing of it is lost."


def test_a_new_key_seals_passage_and_answer_anew(
    app: Flask, people: People, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, maren = browser(people.ines), browser(people.maren)
    passage = shared(ines, page_of(people.ines), people.group, audience="teachers")
    maren.post(f"/passages/{passage.id}/answer", words="I know that place.")
    monkeypatch.setitem(app.extensions, "seals", Ring([NEW, TESTS]))
    app.test_cli_runner().invoke(args=["rotate-keys"])
    assert (fresh(passage).key_id, fresh(passage).answer_key_id) == ("new", "new")
    monkeypatch.setitem(app.extensions, "seals", Ring([NEW]))
    maren.get(f"/passages/{passage.id}")
    assert LEAN in maren.page
    assert "I know that place." in maren.page


def test_without_its_key_a_passage_says_so_and_is_still_taken_back(
    app: Flask, people: People, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    maren, jonah = browser(people.maren), browser(people.jonah)
    passage = shared(maren, page_of(people.maren), people.group, in_notebook="y")
    monkeypatch.setitem(app.extensions, "seals", Ring([NEW]))
    for path in (f"/passages/{passage.id}", f"/threads/{passage.thread_id}"):
        jonah.get(path)
        assert SHUT in jonah.page
    jonah.get("/")
    assert jonah.last is not None
    assert jonah.last.status_code == 200
    assert "notebook" not in jonah.page
    assert maren.post(f"/passages/{passage.id}/withdrawal").status_code == 303
    assert fresh(passage).sealed is None


def test_a_box_that_was_moved_to_another_row_stays_shut(people: People, browser: Open) -> None:
    ines, maren = browser(people.ines), browser(people.maren)
    one = shared(ines, page_of(people.ines), people.group)
    other = shared(maren, page_of(people.maren), people.group, source="The third bell.")
    with inside(), transaction() as rows:
        rows.execute(sa.update(Passage).where(Passage.id == other.id).values(sealed=fresh(one).sealed))
    jonah = browser(people.jonah)
    jonah.get(f"/passages/{other.id}")
    assert SHUT in jonah.page
    assert LEAN not in jonah.page


def test_the_database_itself_lets_nothing_lie_in_what_was_taken_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    passage = shared(ines, page_of(people.ines), people.group)
    box = fresh(passage).sealed
    ines.post(f"/passages/{passage.id}/withdrawal")
    with pytest.raises(sa.exc.IntegrityError), inside(), transaction() as rows:
        rows.execute(sa.update(Passage).where(Passage.id == passage.id).values(sealed=box))
