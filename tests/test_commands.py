from collections.abc import Callable

import pytest
from flask import Flask

from tests.doors import Browser, Live
from tests.factories import PASSWORD
from tests.people import People

Open = Callable[..., Browser]


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
