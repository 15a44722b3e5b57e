"""One sits alone: the page needs no house once it is open, goes on when it is loaded anew, and is nobody else's."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import Watch, assert_accessible, assert_in_sight, assert_no_sideways_scroll
from tests.browser.server import Server
from tests.browser.sitting import AWAY, NOTE_BELLS, SignedIn
from tests.browser.test_kept_room import expect_no_room, expect_nothing

ADDRESS = "/practices/soothing_rhythm_breathing/alone"
CLOSING_S = 600
# So many seconds have passed since "Begin" was pressed, as a page that is loaded anew finds it.
LATER = """(seconds) => {
  const begun = JSON.parse(sessionStorage.getItem("sit.alone"));
  begun.starts_ms -= seconds * 1000;
  sessionStorage.setItem("sit.alone", JSON.stringify(begun));
  const name = `sat ${document.querySelector('meta[name="writer"]').content}`;
  const [sat] = JSON.parse(localStorage.getItem(name));
  for (const moment of ["began_ms", "until_ms"]) sat[moment] -= seconds * 1000;
  localStorage.setItem(name, JSON.stringify([sat]));
  return begun.starts_ms;
}"""
# What was left here is somebody else's too.
ANOTHERS = """() => {
  const name = `sat ${document.querySelector('meta[name="writer"]').content}`;
  localStorage.setItem("sat 999999", localStorage.getItem(name));
}"""
HEARD_NEAR = """(moment) => window.heard.some(({ context, when, at }) =>
  context.state === "running" && when <= context.currentTime && Math.abs(at - moment) < 150)"""


@pytest.fixture(autouse=True)
def _house(server: Server, watch: Watch) -> Iterator[None]:
    """Some stories here end the server, and the next one needs it."""
    watch.allow(AWAY)
    if not server.answers():
        server.start()
    yield
    if not server.answers():
        server.start()


def open_alone(page: Page, address: str = ADDRESS) -> None:
    """Open the room with one seat, and wait until the browser has put it aside."""
    page.goto(address)
    expect(page.locator("[data-alone]")).to_have_attribute("data-kept", "")


def begin(page: Page) -> None:
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("[data-alone]")).to_have_class(re.compile("silence"))


def test_a_sit_alone_goes_on_and_rings_though_its_page_is_loaded_anew_without_the_house(
    signed_in: SignedIn, server: Server
) -> None:
    ines = signed_in("Ines")
    ines.add_init_script(NOTE_BELLS)
    open_alone(ines)
    server.kill()
    begin(ines)
    starts = ines.evaluate(LATER, CLOSING_S + 15 - 6)
    ines.reload()
    expect(ines.get_by_role("img", name="You are sitting in silence. The sit is nearly over.")).to_be_visible()
    expect(ines.get_by_role("button", name="Begin")).to_be_hidden()
    ines.keyboard.press("Shift")  # a page loaded anew is silent until it is touched
    ines.wait_for_function(HEARD_NEAR, arg=starts + CLOSING_S * 1000, timeout=20_000)


def test_what_was_sat_while_the_house_was_away_is_in_the_journal_when_it_is_back(
    signed_in: SignedIn, server: Server
) -> None:
    ines = signed_in("Ines")
    open_alone(ines)
    server.kill()
    begin(ines)
    ines.evaluate(LATER, 15 + CLOSING_S + 27)
    ines.reload()
    expect(ines.get_by_role("heading", name="The sit has ended")).to_be_visible()
    expect(ines.get_by_text("Your journal has it as soon as the house can be reached")).to_be_visible()
    for _ in range(2):
        ines.keyboard.press("Escape")
    expect(ines.get_by_text("Close this page whenever you like.")).to_be_visible()
    server.start()
    expect(ines.get_by_text("This sit is in your journal.")).to_be_visible(timeout=30_000)
    assert_accessible(ines)
    ines.get_by_role("link", name="Write in your journal").click()
    ines.wait_for_url(re.compile(r"/journal/pages/new\?sit=\d+"))
    sit = ines.url.rpartition("=")[2]
    ines.goto("/journal")
    entry = ines.get_by_role("article").filter(has=ines.locator(f"a[href='/journal/pages/new?sit={sit}']"))
    expect(entry).to_contain_text("Soothing rhythm breathing")
    expect(entry).to_contain_text("10 minutes")


def test_the_next_page_of_the_same_person_brings_what_is_left(signed_in: SignedIn, server: Server) -> None:
    maren = signed_in("Maren")
    open_alone(maren)
    server.kill()
    begin(maren)
    maren.evaluate(LATER, 15 + 200)
    maren.reload()
    maren.get_by_role("button", name="Stop here").click()
    expect(maren.get_by_role("heading", name="You stopped here")).to_be_visible()
    maren.evaluate(ANOTHERS)
    server.start()
    maren.goto("/help")
    expect(maren.get_by_role("status").get_by_text("What you sat alone is in your journal now.")).to_be_visible()
    assert_accessible(maren)
    maren.get_by_role("link", name="Write in your journal").click()
    maren.wait_for_url(re.compile(r"/journal/pages/new\?sit=\d+"))
    expect(maren.get_by_text("What you sat alone")).to_have_count(0)
    assert maren.evaluate("localStorage.getItem('sat 999999')"), "what somebody else sat here waits for them"


def test_who_stops_is_thanked_and_before_the_first_bell_nothing_was_begun(signed_in: SignedIn) -> None:
    ines = signed_in("Ines")
    open_alone(ines)
    begin(ines)
    for _ in range(2):
        ines.keyboard.press("Escape")
    expect(ines.get_by_role("button", name="Begin")).to_be_visible()
    begin(ines)
    ines.evaluate(LATER, 30)
    ines.reload()
    ines.get_by_role("button", name="Stop here").click()
    expect(ines.get_by_text("It was under a minute, so it is not in your journal.")).to_be_visible()
    ines.reload()
    begin(ines)
    ines.evaluate(LATER, 200)
    ines.reload()
    expect(ines.get_by_role("img", name=re.compile("About a third of the sit has passed"))).to_be_visible()
    ines.keyboard.press("Escape")
    expect(ines.get_by_text("Escape once more to leave.")).to_be_visible()
    ines.keyboard.press("Escape")
    expect(ines.get_by_role("heading", name="You stopped here")).to_be_visible()
    expect(ines.get_by_text("Escape once more to leave.")).to_have_count(0)
    ines.reload()
    expect(ines.get_by_role("button", name="Begin")).to_be_visible()


def test_the_room_of_one_goes_with_its_person(signed_in: SignedIn, server: Server) -> None:
    ines = signed_in("Ines")
    open_alone(ines)
    ines.evaluate("localStorage.setItem('kept', 'somebody else')")
    ines.goto("/help")
    expect_no_room(ines)
    open_alone(ines)
    begin(ines)
    ines.evaluate(LATER, 200)
    ines.goto("/profile")
    ines.get_by_role("button", name="Sign out", exact=True).click()
    ines.wait_for_url(re.compile("/sign-in"))
    again = signed_in("Ines")
    again.goto("/journal")
    expect(again.get_by_role("article").filter(has_text="3 minutes").first).to_contain_text("Soothing rhythm breathing")
    server.kill()
    expect_nothing(ines, ADDRESS)


def test_the_room_of_one_is_open_to_all(signed_in: SignedIn, look: dict[str, Any]) -> None:
    ines = signed_in("Ines", **look)
    open_alone(ines)
    assert_accessible(ines)
    assert_no_sideways_scroll(ines)
    begin(ines)
    assert_accessible(ines)
    assert_in_sight(ines.get_by_role("button", name="Stop here"))
