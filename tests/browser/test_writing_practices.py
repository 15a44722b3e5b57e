"""A teacher writes a practice, by keyboard, on a phone, without script; the linter helps; the group sits with it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from community.clock import now
from tests.browser import rows
from tests.browser.keyboard import Keyboard
from tests.browser.looking import Watch, assert_accessible, assert_no_sideways_scroll
from tests.browser.server import Server
from tests.browser.sitting import GROUP, SignedIn, expect_live

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
NEW = f"/practices/new?group={GROUP}"
NEAR = "At 0:50: these words are too near the end. The last 20 seconds are quiet, so say them by 0:40."


def line(page: Page, number: int) -> Locator:
    """Give a line of the plan by its number as people read it."""
    return page.get_by_role("group", name=f"Line {number}", exact=True)


def set_to(keys: Keyboard, field: Locator, words: str) -> None:
    """Go to a field and write something else in it."""
    keys.to(field).press("Control+a").write(words)


def open_editor(page: Page, address: str = NEW) -> Page:
    """Open the editor and wait until its script is there: then a press asks for no page."""
    page.goto(address)
    page.get_by_role("button", name="Look it over").click()
    expect(page.locator("[data-looked-sum]")).to_be_visible()
    return page


def test_a_teacher_writes_a_practice_by_keyboard_and_the_group_sits_with_it(
    signed_in: SignedIn, server: Server
) -> None:
    maren = signed_in("Maren", **PHONE)
    maren.goto("/practices")
    keys = Keyboard(maren)
    keys.follow("Write a practice").follow("Ending on Time")
    keys.fill("Title", "One minute").fill("In a sentence", "For the minute that there is.")
    keys.to(maren.get_by_role("button", name="Look it over")).press("Enter")
    expect(maren.locator("[data-looked-sum]")).to_have_text("One thing needs another look before this can be kept.")

    set_to(keys, line(maren, 2).get_by_label("Time"), "0:50")
    keys.to(line(maren, 2).get_by_label("Words")).write("Feel the chair.")
    set_to(keys, line(maren, 3).get_by_label("Time"), "0:20")
    set_to(keys, line(maren, 4).get_by_label("Time"), "1")
    expect(maren.get_by_role("link", name=NEAR)).to_be_visible()
    expect(line(maren, 2)).to_contain_text(NEAR)
    expect(maren.locator("[data-looked-said]")).to_have_text(re.compile("needs? another look"))
    assert_accessible(maren)

    maren.get_by_role("link", name=NEAR).focus()
    maren.keyboard.press("Enter")
    set_to(keys, line(maren, 2).get_by_label("Time"), "0:05")
    expect(maren.locator("[data-looked-sum]")).to_have_text("This plan can be kept as it is.")
    expect(line(maren, 2).locator("[data-line-found]")).to_be_empty()

    keys.to(line(maren, 3).get_by_role("button", name=re.compile("Add a line below"))).press("Enter")
    expect(line(maren, 4).get_by_label("Time")).to_be_focused()
    keys.write("0:30").to(line(maren, 4).get_by_label("Words")).write("Listen.")
    expect(line(maren, 5).get_by_label("Time")).to_have_value("1")
    keys.to(line(maren, 4).get_by_role("button", name=re.compile("Take this line out"))).press("Enter")
    expect(line(maren, 4).get_by_label("Time")).to_be_focused()
    expect(line(maren, 5)).to_have_count(0)
    assert_accessible(maren)
    assert_no_sideways_scroll(maren)

    keys.push("Keep this practice")
    expect(maren.get_by_role("heading", level=1, name="One minute")).to_be_visible()
    hears(signed_in("Ines"), a_sit_with(maren, server), "Feel the chair.")


def a_sit_with(page: Page, server: Server) -> str:
    """Let the group sit with the practice of this page in a moment; gives the address of the room."""
    plan = page.request.get(f"{page.url}/plan.json").json()["plan"]
    starts = (now() + timedelta(seconds=8)).replace(microsecond=0)
    return rows.sit_of(server, "One minute", starts, group=GROUP, by="maren", plan=plan)


def hears(page: Page, room: str, words: str) -> None:
    """Take a seat, and wait for words of the plan."""
    page.goto(room)
    expect_live(page)
    expect(page.locator("[data-room-cue]")).to_have_text(words, timeout=40_000)


def test_a_plan_is_written_without_script(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("status of 422")
    maren = signed_in("Maren", java_script_enabled=False, **PHONE)
    maren.goto(NEW)
    maren.get_by_label("Title").fill("Without script")
    line(maren, 2).get_by_label("Words").fill("Feel the chair.")
    line(maren, 2).get_by_role("button", name=re.compile("Add a line below")).click()
    expect(line(maren, 3).get_by_label("Time")).to_be_focused()
    line(maren, 3).get_by_label("Time").fill("soon")
    line(maren, 3).get_by_label("Words").fill("And the floor.")
    maren.get_by_role("button", name="Keep this practice").click()
    expect(line(maren, 3)).to_contain_text("Line 3: write its time as minutes and seconds, such as 3:00.")
    expect(maren.get_by_label("Title")).to_have_value("Without script")
    line(maren, 3).get_by_role("button", name=re.compile("Take this line out")).click()
    expect(maren.get_by_text("And the floor.")).to_have_count(0)
    maren.get_by_label("In a sentence").fill("For a browser that is plain.")
    maren.get_by_role("button", name="Keep this practice").click()
    expect(maren.get_by_role("heading", level=1, name="Without script")).to_be_visible()

    # taken along as a file, and brought back
    with maren.expect_download() as taken:
        maren.get_by_role("link", name="Save as a file").click()
    maren.goto(NEW)
    maren.get_by_label("A practice that was saved").set_input_files(Path(taken.value.path()).with_name(taken_as(taken)))
    maren.get_by_role("button", name="Open it").click()
    expect(maren.get_by_label("Title")).to_have_value("Without script")


def taken_as(taken: Any) -> str:
    """Put a download under its own name beside itself, as a browser would; gives the name."""
    found = taken.value
    found.save_as(Path(found.path()).with_name(found.suggested_filename))
    return str(found.suggested_filename)


@pytest.mark.parametrize("code", [0, 503])
def test_what_was_typed_is_there_again_when_the_page_or_the_house_was_lost(
    signed_in: SignedIn, watch: Watch, code: int
) -> None:
    watch.allow("503|ERR_FAILED")
    maren = open_editor(signed_in("Maren"))
    line(maren, 1).get_by_role("button", name=re.compile("Add a line below")).click()
    line(maren, 2).get_by_label("Time").fill("0:10")
    line(maren, 2).get_by_label("Words").fill("Words that took me an evening.")
    maren.get_by_label("Threat, met kindly").check()
    if code:
        maren.route("**/practices", lambda route: route.fulfill(status=code, body="<h1>Away</h1>"))
        maren.get_by_role("button", name="Keep this practice").click()
        expect(maren.get_by_role("heading", name="Away")).to_be_visible()
        maren.unroute("**/practices")
        maren.goto(NEW)
    else:
        maren.reload()
    expect(maren.get_by_text("These words were kept in this browser.")).to_be_visible()
    expect(line(maren, 2).get_by_label("Words")).to_have_value("Words that took me an evening.")
    expect(line(maren, 5).get_by_label("Time")).to_have_value("10:00")
    expect(maren.get_by_label("Threat, met kindly")).to_be_checked()
    maren.get_by_role("button", name="Let them go").click()
    expect(line(maren, 5)).to_have_count(0)
    maren.reload()
    expect(maren.get_by_text("kept in this browser")).to_have_count(0)


def test_of_two_teachers_at_once_the_second_reads_both(signed_in: SignedIn, watch: Watch, look: dict[str, Any]) -> None:
    watch.allow("status of 409")
    address = "/practices/p-1/edit"
    maren, tomasz = signed_in("Maren", **look), signed_in("Tomasz")
    for page in (maren, tomasz):
        page.goto(address)
        page.get_by_label("What changed").fill("Another sentence.")
    tomasz.get_by_label("In a sentence").fill(f"Said by Tomasz, {look['color_scheme']} {look['viewport']['width']}.")
    tomasz.get_by_role("button", name="Keep this version").click()
    expect(tomasz.get_by_role("heading", level=1)).not_to_have_text("Change this practice")
    maren.get_by_label("Title").fill("The last minutes")
    maren.get_by_role("button", name="Keep this version").click()
    expect(maren.get_by_role("heading", name="What the other version changed")).to_be_visible()
    expect(maren.locator("ins").first).to_be_visible()
    expect(maren.get_by_label("Title")).to_have_value("The last minutes")
    assert_accessible(maren)
    assert_no_sideways_scroll(maren)
