"""The front door in a real browser, and that the house stands up again after a fall."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.looking import Watch, assert_accessible, assert_no_sideways_scroll
from tests.browser.server import Server


def test_the_front_door_is_open_to_everybody_in_every_look(stranger: Callable[..., Page], look: dict[str, Any]) -> None:
    page = stranger(**look)
    page.goto("/")
    expect(page.get_by_role("button", name="Step in as Maren")).to_be_visible()
    assert_accessible(page)
    assert_no_sideways_scroll(page)


def test_a_narrow_phone_shows_the_front_door_without_sideways_scroll(stranger: Callable[..., Page]) -> None:
    page = stranger(viewport={"width": 320, "height": 640})
    page.goto("/")
    assert_no_sideways_scroll(page)


def test_one_steps_in_without_any_script(signed_in: Callable[..., Page]) -> None:
    page = signed_in("Ines", java_script_enabled=False)
    expect(page.get_by_role("main")).to_be_visible()
    assert_no_sideways_scroll(page)


def test_a_member_is_still_signed_in_after_the_server_was_killed(
    signed_in: Callable[..., Page], server: Server, watch: Watch
) -> None:
    page = signed_in("Maren")
    watch.allow("ERR_CONNECTION")  # the browser says so while nobody answers
    watch.allow("WebSocket connection")
    server.kill()
    assert not server.answers()
    server.start()
    page.goto("/")
    assert "/sign-in" not in page.url
    expect(page.get_by_role("main")).to_be_visible()


def test_who_joins_need_not_say_in_which_zone_they_live(
    signed_in: Callable[..., Page], stranger: Callable[..., Page]
) -> None:
    maren = signed_in("Maren")
    maren.goto("/groups/ending-on-time/invitations")
    maren.get_by_role("button", name="Make a link").click()
    link = maren.get_by_text("/invitations/").first.inner_text()
    page = stranger(timezone_id="Australia/Eucla")
    page.goto(link)
    expect(page.get_by_text("Times will be shown for")).to_be_visible()
    expect(page.locator("[data-zone]")).to_have_value("Australia/Eucla")
    expect(page.locator("[data-zone]")).to_be_hidden()
    page.get_by_role("button", name="Choose another zone").click()
    expect(page.locator("[data-zone]")).to_be_focused()
