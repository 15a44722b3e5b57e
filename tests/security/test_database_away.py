from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from community.db import db
from tests.doors import Browser
from tests.people import People


@pytest.fixture
def away(app: Flask) -> Iterator[Callable[[], None]]:
    """Take the database away for the rest of the test, and bring it back afterwards."""
    kept = Path(app.extensions["settings"].data_dir) / "community.db"
    aside = kept.with_name("aside.db")

    def take() -> None:
        with app.app_context():
            db.engine.dispose()
        kept.rename(aside)
        kept.mkdir()

    yield take
    if aside.exists():
        with app.app_context():
            db.engine.dispose()
        kept.rmdir()
        aside.rename(kept)


def test_while_the_database_is_away_every_page_says_so_in_the_houses_voice(
    people: People, browser: Callable[..., Browser], away: Callable[[], None]
) -> None:
    ines, stranger = browser(people.ines), browser()
    away()
    for who in (ines, stranger):
        answer = who.post("/threads/1/posts", source="Words that took me an hour.")
        assert answer.status_code in {503, 401}
        assert "Words that took me an hour." in who.page
    answer = ines.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "try again in a moment" in ines.page
    assert "Content-Security-Policy" in answer.headers
    assert ines.get("/healthz").status_code == 200
    assert ines.get("/readyz").status_code == 503
