"""The circle after a sit: the stone goes round among three people, and what is said is gone when it closes."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from community.clock import now
from tests.browser import rows
from tests.browser.looking import Watch, assert_accessible
from tests.browser.server import Server
from tests.browser.sitting import AWAY

SignedIn = Callable[..., Page]
PASSWORD = "a door for the circle"
GROUP = "ending-on-time"


@pytest.fixture(scope="module")
def doors_open(server: Server) -> None:
    rows.open_all_doors(server, PASSWORD)


@pytest.fixture
def room(server: Server) -> str:
    """Give the address of a sit that has just come to its circle."""
    starts = now().replace(microsecond=0) - timedelta(minutes=31)
    return rows.sit_of(server, "Evening sit", starts, group=GROUP, by="maren", plan="quiet_half_hour")


@pytest.fixture
def seated(signed_in: SignedIn, stranger: Callable[..., Page], room: str, doors_open: None) -> Callable[..., Page]:
    """Seat people of the demo: ``seated("Maren")``; whom one cannot step in as comes by the front door."""

    def sits(name: str, **options: Any) -> Page:
        if name in {"Maren", "Ines"}:
            page = signed_in(name, **options)
        else:
            page = stranger(**options)
            page.goto("/sign-in")
            page.get_by_label("Email", exact=True).fill(f"{name.lower()}@example.org")
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(room)
        expect(page.locator("[data-room]")).to_have_attribute("data-live", "live")
        return page

    return sits


def does(page: Page, what: str) -> None:
    page.get_by_role("button", name=what).click()


def says(page: Page, words: str) -> None:
    page.get_by_label("If you would rather write").fill(words)
    does(page, "Say it")


def expect_ring(page: Page, words: str, *, within: float = 12) -> None:
    """Wait until the ring says this of the stone."""
    expect(page.locator("[data-room-ring]")).to_have_attribute("aria-label", re.compile(words), timeout=1000 * within)


def test_the_stone_goes_round_and_what_was_said_is_gone_when_the_teacher_closes_the_circle(
    seated: Callable[..., Page],
) -> None:
    maren, ines = seated("Maren"), seated("Ines", viewport={"width": 390, "height": 844})
    priya = seated("Priya")
    expect_ring(ines, "The stone lies in the middle")
    does(ines, "Ask for the stone")
    expect_ring(ines, "The stone is with you")
    expect_ring(priya, "Ines has the stone")
    does(priya, "Ask for the stone")
    expect_ring(maren, "Ines has the stone. Priya is next")
    expect(priya.get_by_label("If you would rather write")).to_be_hidden()
    says(ines, "I heard a <b>door</b>, and then nothing.")
    for page in (maren, priya, ines):
        expect(page.get_by_role("log")).to_contain_text("I heard a <b>door</b>, and then nothing.")
        own = page.get_by_role("log").locator(".row", has_text="You").locator(".is-you")
        expect(own).to_have_count(1 if page is ines else 0)
    assert_accessible(ines)
    does(ines, "Pass the stone on")
    expect_ring(maren, "The stone rests. Priya is next")
    expect_ring(priya, "The stone is with you")
    says(priya, "Quiet. Passing it on with thanks.")
    ines.reload()
    expect(ines.get_by_role("log")).to_contain_text("Passing it on with thanks.")
    assert_accessible(maren)
    does(maren, "Close the circle")
    does(maren, "Close it for everybody?")
    for page in (maren, priya, ines):
        expect_ring(page, "The circle is closed")
        expect(page.get_by_text("Passing it on with thanks.")).to_have_count(0)
    ines.reload()
    expect_ring(ines, "The circle is closed")
    assert "Passing it on" not in ines.content()


def test_the_stone_of_one_whose_network_is_cut_goes_back_to_the_teacher(
    seated: Callable[..., Page], watch: Watch
) -> None:
    watch.allow(AWAY)
    maren, ines = seated("Maren"), seated("Ines")
    does(ines, "Ask for the stone")
    expect_ring(maren, "Ines has the stone")
    ines.context.set_offline(True)
    expect_ring(maren, "The stone rests. You are next", within=45)
    expect_ring(maren, "The stone is with you")
    does(maren, "Pass the stone on")
    expect_ring(maren, "The stone lies in the middle", within=15)
    ines.context.set_offline(False)
    expect_ring(ines, "The stone lies in the middle", within=60)


def test_one_keeps_silence_by_keyboard_alone(seated: Callable[..., Page]) -> None:
    ines = seated("Ines")
    ines.get_by_role("button", name="Stay and keep silence").focus()
    ines.keyboard.press("Enter")
    expect(ines.get_by_text("You are keeping silence, and the stone passes you by.")).to_be_visible()
    expect(ines.get_by_role("button", name="Ask for the stone")).to_be_focused()
    ines.keyboard.press("Enter")
    expect_ring(ines, "The stone is with you")
    expect(ines.get_by_role("button", name="Pass the stone on")).to_be_focused()
    ines.keyboard.press("Enter")
    expect_ring(ines, "The stone lies in the middle")


def test_without_script_the_circle_says_that_it_needs_a_live_page(
    signed_in: SignedIn, stranger: Callable[..., Page], room: str
) -> None:
    page = stranger(java_script_enabled=False)
    page.goto("/sign-in")
    page.get_by_role("button", name="Step in as Ines").click()
    page.goto(room)
    expect(page.get_by_text("The circle is spoken, and goes round live")).to_be_visible()
    expect(page.get_by_role("button", name="Ask for the stone")).to_be_hidden()
