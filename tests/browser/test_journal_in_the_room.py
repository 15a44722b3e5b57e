"""The journal in the room: kept by keyboard and without leaving it, with the house away a while, and without script."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from community.clock import now
from tests.browser import rows
from tests.browser.looking import Watch, assert_accessible, assert_no_sideways_scroll
from tests.browser.server import Server
from tests.browser.sitting import GROUP, SignedIn, expect_live

PAGES = "**/pages"


def a_sit(server: Server, begins_in: timedelta) -> str:
    starts = (now() + begins_in).replace(microsecond=0)
    return rows.sit_of(server, "Evening sit", starts, group=GROUP, by="maren", plan="quiet_half_hour")


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def test_where_one_stands_before_is_kept_by_keyboard_and_nobody_leaves_for_it(
    signed_in: SignedIn, server: Server, watch: Watch, look: dict[str, Any]
) -> None:
    address = a_sit(server, timedelta(minutes=6))
    ines = signed_in("Ines", **look)
    ines.goto(address)
    expect_live(ines)
    ines.get_by_text("Where do you stand, before?").focus()
    ines.keyboard.press("Enter")
    threat, drive = slider(ines, "Threat"), slider(ines, "Drive")
    expect(threat).to_have_attribute("aria-valuetext", "left out")
    threat.focus()
    for _ in range(6):
        ines.keyboard.press("ArrowRight")
    expect(threat).to_have_attribute("aria-valuetext", "strongly")
    drive.focus()
    ines.keyboard.press("ArrowLeft")
    expect(drive).to_have_attribute("aria-valuetext", "somewhat")
    ines.get_by_role("button", name="Leave this one out: Drive").press("Enter")
    expect(drive).to_have_attribute("aria-valuetext", "left out")
    assert_accessible(ines)
    assert_no_sideways_scroll(ines)
    watch.allow("ERR_FAILED")
    ines.route(PAGES, lambda route: route.abort())
    keep = ines.get_by_role("button", name="Keep this for me")
    keep.press("Enter")
    expect(ines.get_by_text("It could not be kept just now.")).to_be_visible()
    expect(threat).to_have_attribute("aria-valuetext", "strongly")
    ines.unroute(PAGES)
    keep.press("Enter")
    expect(ines.get_by_text("Where you stood before is in your journal")).to_be_focused()
    expect_live(ines)
    assert ines.url.endswith(address)
    ines.goto("/journal")
    ines.get_by_role("link", name="“Evening sit”").first.click()
    expect(ines.get_by_text("Threat strongly before")).to_be_visible()
    expect(ines.get_by_text("Drive")).to_have_count(0)


def test_after_the_bell_a_page_is_written_in_the_room_and_its_words_are_kept_until_then(
    signed_in: SignedIn, server: Server
) -> None:
    ines = signed_in("Ines")
    ines.goto(a_sit(server, timedelta(minutes=-31)))
    expect_live(ines)
    fold = ines.get_by_text("A page for your journal")
    fold.click()
    body = ines.get_by_label("In the body")
    body.fill("The jaw, and then the place under the ribs.")
    ines.reload()
    expect_live(ines)
    fold.click()
    expect(body).to_have_value("The jaw, and then the place under the ribs.")
    ines.get_by_role("button", name="Keep this page").click()
    expect(ines.get_by_text("A page of this sit is in your journal")).to_be_focused()
    ines.goto("/journal")
    expect(ines.get_by_text("The jaw, and then the place under the ribs.").first).to_be_visible()


def test_without_script_a_tick_says_which_sliders_count(signed_in: SignedIn, server: Server) -> None:
    ines = signed_in("Ines", java_script_enabled=False)
    address = a_sit(server, timedelta(minutes=6))
    ines.goto(address)
    ines.get_by_text("Where do you stand, before?").click()
    slider(ines, "Soothing").focus()
    ines.keyboard.press("Home")
    ines.get_by_role("checkbox", name="Keep soothing as it stands here").check()
    ines.get_by_role("button", name="Keep this for me").click()
    assert ines.url.endswith(address)
    expect(ines.get_by_text("Where you stood before is in your journal")).to_be_visible()
    ines.goto("/journal")
    ines.get_by_role("link", name="“Evening sit”").first.click()
    expect(ines.get_by_text("Soothing hardly before")).to_be_visible()
    expect(ines.get_by_text("Threat")).to_have_count(0)
