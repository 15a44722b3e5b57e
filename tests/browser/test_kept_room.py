"""A room that is loaded anew while the house is away: it is there, it rings, and it is nobody else's."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.looking import Watch
from tests.browser.server import Server
from tests.browser.sitting import (
    AWAY,
    NOTE_BELLS,
    SignedIn,
    a_sit_that_ends_in,
    expect_closing_bell,
    expect_live,
    expect_seats,
)

FORGOTTEN = """async () => {
  const kept = async () => (await caches.keys()).some((name) => /^kept .(groups|practices)./.test(name));
  const until = performance.now() + 15_000;
  while ((await kept()) && performance.now() < until) await new Promise((soon) => setTimeout(soon, 50));
  return !(await kept());
}"""


@pytest.fixture(autouse=True)
def _house(server: Server, watch: Watch) -> Iterator[None]:
    """Every story here ends the server, and the next one needs it."""
    watch.allow(AWAY)
    if not server.answers():
        server.start()
    yield
    server.kill()


def go_in(page: Page, address: str) -> None:
    """Take a seat, and wait until the room is at hand."""
    page.goto(address)
    expect_live(page)
    expect(page.locator("[data-room]")).to_have_attribute("data-kept", "")


def expect_nothing(page: Page, address: str) -> None:
    """Ask for a page that neither the house nor the browser gives."""
    with pytest.raises(Error, match=r"ERR_CONNECTION_|ERR_FAILED"):
        page.goto(address)


def test_a_room_loaded_anew_while_the_server_is_down_is_shown_and_rings(signed_in: SignedIn, server: Server) -> None:
    address = a_sit_that_ends_in(server, 30)
    maren, ines = signed_in("Maren"), signed_in("Ines")
    ines.add_init_script(NOTE_BELLS)
    for page in (maren, ines):
        go_in(page, address)
    expect_seats(ines, 2)
    server.kill()
    ines.reload()
    expect(ines.locator("[data-room]")).to_have_class(re.compile("silence"))
    expect(ines.get_by_role("img", name=re.compile("in silence"))).to_be_visible()
    assert "Maren" not in ines.content(), "what is kept holds nobody else"
    ines.locator("[data-room-ring]").click()
    expect_closing_bell(ines, within_ms=150)
    server.start()
    expect_live(ines, within_s=30)


def test_after_signing_out_the_room_is_not_kept(signed_in: SignedIn, server: Server) -> None:
    address = a_sit_that_ends_in(server, 400)
    ines = signed_in("Ines")
    go_in(ines, address)
    ines.goto("/profile")
    ines.get_by_role("button", name="Sign out", exact=True).click()
    ines.wait_for_url(re.compile("/sign-in"))
    server.kill()
    expect_nothing(ines, address)


def test_a_browser_that_cannot_clear_a_site_forgets_the_room_on_the_page_to_sign_in(
    signed_in: SignedIn, server: Server
) -> None:
    address = a_sit_that_ends_in(server, 400)
    ines = signed_in("Ines")
    go_in(ines, address)
    ines.context.clear_cookies()
    ines.goto("/sign-in")
    expect_no_room(ines)
    server.kill()
    expect_nothing(ines, address)


def test_another_member_never_meets_the_room_that_was_kept(signed_in: SignedIn, server: Server) -> None:
    address = a_sit_that_ends_in(server, 400)
    ines = signed_in("Ines")
    go_in(ines, address)
    ines.evaluate("localStorage.setItem('kept', 'somebody else')")
    ines.goto("/help")
    expect_no_room(ines)
    server.kill()
    expect_nothing(ines, address)


def test_a_room_whose_person_was_signed_out_elsewhere_is_forgotten_at_once(signed_in: SignedIn, server: Server) -> None:
    address = a_sit_that_ends_in(server, 400)
    ines, elsewhere = signed_in("Ines"), signed_in("Ines")
    go_in(ines, address)
    elsewhere.goto("/profile")
    elsewhere.get_by_role("button", name="Sign out everywhere").click()
    elsewhere.wait_for_url(re.compile("/sign-in"))
    expect_no_room(ines)
    server.kill()
    expect_nothing(ines, address)


def test_ninety_seconds_open_without_a_network_and_with_nobodys_name(
    signed_in: SignedIn, stranger: Callable[..., Page], server: Server
) -> None:
    for page in (stranger(), signed_in("Ines")):
        page.goto("/ninety-seconds")
        expect(page.locator("[data-at-hand]")).to_have_attribute("data-at-hand", "kept")
        server.kill()
        page.goto("/ninety-seconds")
        expect(page.get_by_role("heading", name="Ninety seconds")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Atkinson')
        assert "Ines" not in page.content()
        server.start()


def test_ninety_seconds_are_at_hand_again_after_signing_out(signed_in: SignedIn, server: Server) -> None:
    page = signed_in("Ines")
    page.goto("/profile")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url(re.compile("/sign-in"))
    expect(page.locator("[data-at-hand]")).to_have_attribute("data-at-hand", "kept")
    server.kill()
    page.goto("/ninety-seconds")
    expect(page.get_by_role("heading", name="Ninety seconds")).to_be_visible()
    assert "Ines" not in page.content()
    server.start()


def expect_no_room(page: Page) -> None:
    """Wait until the browser keeps no room."""
    assert page.evaluate(FORGOTTEN)
