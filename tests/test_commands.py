import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from community.db import session
from tests.doors import Browser, Live
from tests.factories import PASSWORD
from tests.moderation.conftest import moved_to
from tests.people import People

Open = Callable[..., Browser]
SIZES = ("members", "groups", "threads", "memberships", "journal_entries")
WRITTEN = "SELECT thread_id, position, author_id, source, html FROM posts ORDER BY thread_id, position"


def test_the_first_admin_is_made_by_a_command_and_can_sign_in(app: Flask, browser: Open) -> None:
    made = app.test_cli_runner().invoke(
        args=["create-admin", "--email", "First@Example.org", "--name", "First Keeper", "--password", PASSWORD]
    )
    assert made.exit_code == 0, made.output
    page = browser()
    assert page.post("/sign-in", email="first@example.org", password=PASSWORD).status_code == 303
    page.get("/groups")
    assert "Begin a group" in page.page


@pytest.mark.parametrize("password", ["short", "password123", "First Keeper"])
def test_an_admin_too_needs_a_password_that_nobody_guesses(app: Flask, password: str) -> None:
    made = app.test_cli_runner().invoke(
        args=["create-admin", "--email", "a@example.org", "--name", "First Keeper", "--password", password]
    )
    assert made.exit_code == 1
    assert "password" in made.output.lower()


def test_a_closed_door_ends_every_sign_in_and_its_sockets_and_can_be_opened(
    app: Flask, people: People, browser: Open, live: Callable[..., Live]
) -> None:
    ines = browser(people.ines)
    socket = live(browser=ines)
    closed = app.test_cli_runner().invoke(args=["close-door", "--email", "ines.caldeira@example.org"])
    assert closed.exit_code == 0, closed.output
    socket.wait_closed()
    assert ines.get("/profile").status_code == 302
    again = browser()
    assert again.post("/sign-in", email="ines.caldeira@example.org", password=PASSWORD).status_code == 422
    app.test_cli_runner().invoke(args=["open-door", "--email", "ines.caldeira@example.org"])
    assert again.post("/sign-in", email="ines.caldeira@example.org", password=PASSWORD).status_code == 303


def test_a_door_that_is_nobodys_is_said(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["close-door", "--email", "nobody@example.org"])
    assert told.exit_code == 1
    assert "Nobody here" in told.output


def test_data_for_measurements_are_what_was_asked_for_and_the_same_each_time(app: Flask, tmp_path: Path) -> None:
    wishes = {"members": 4, "groups": 2, "threads": 3, "posts": 9, "deep": 25, "long-list": 7, "journal": 15}
    args = ["measure-data", *(f"--{name}={number}" for name, number in wishes.items()), f"--password={PASSWORD}"]
    said, kept = [], []
    for name in ("one", "other"):
        with moved_to(app, f"sqlite:///{tmp_path / name}.db"):
            done = app.test_cli_runner().invoke(args=args)
            assert done.exit_code == 0, done.output
            said.append(json.loads(done.output))
            with app.app_context():
                kept.append(session().execute(sa.text(WRITTEN)).all())
                sizes = {table: session().scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in SIZES}  # noqa: S608
                deep = said[-1]["deep_last"].split("/")[2].partition("?")[0]
                last = session().scalar(sa.text("SELECT last_position FROM threads WHERE id = :deep"), {"deep": deep})
    assert said[0] == said[1]
    assert kept[0] == kept[1]
    assert {"today", "group", "thread", "reply", "deep_first", "deep_last", "long_list", "journal"} < said[0].keys()
    assert sizes == {"members": 4, "groups": 3, "threads": 3 + 1 + 7, "memberships": 4 * 3, "journal_entries": 4 * 8}
    assert last == wishes["deep"]
