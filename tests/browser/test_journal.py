"""A journal in the browser: a page written by keyboard or without script, drawn, printed, and one's rhythm put away."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, assert_no_sideways_scroll
from tests.browser.sitting import SignedIn

PHONE = {"viewport": {"width": 390, "height": 844}}
SMALLEST = """() => Math.min(...["soothing", "threat", "drive"].map((name) => {
  const figure = document.querySelector(`figure.${name} svg`);
  return 14.6 * figure.getBoundingClientRect().width / figure.viewBox.baseVal.width;
}))"""


def write_of_a_sit(page: Page) -> None:
    """Open the form for the newest sit of which nothing is written."""
    page.goto("/journal")
    page.get_by_role("link", name=re.compile("^Write of it")).first.click()
    expect(page.get_by_role("heading", name="In words")).to_be_visible()


def test_sliders_are_moved_by_keyboard_and_drawn_with_the_other_sits(signed_in: SignedIn, look: dict[str, Any]) -> None:
    page = signed_in("Ines", **look)
    write_of_a_sit(page)
    soothing = page.get_by_label("Soothing").first
    soothing.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert soothing.input_value() == "65"
    page.get_by_label("In the body").fill("Under the ribs, again.")
    page.get_by_role("button", name="Keep this page").click()
    expect(page.get_by_text("Under the ribs, again.")).to_be_visible()
    page.goto("/journal?table=1")
    expect(page.get_by_role("img", name=re.compile("^Soothing, before and after each sit between"))).to_be_visible()
    expect(page.get_by_role("cell", name="65 after").first).to_be_visible()
    assert page.evaluate(SMALLEST) >= 8
    assert_no_sideways_scroll(page)
    assert_accessible(page)


def test_a_page_that_is_loaded_anew_gives_back_what_was_moved_until_it_is_kept(signed_in: SignedIn) -> None:
    page = signed_in("Ines")
    write_of_a_sit(page)
    threat = page.get_by_role("slider", name="Threat").first
    threat.press("ArrowRight")
    page.get_by_text("Where you stood before, if you still know").click()
    page.get_by_role("slider", name="Drive").last.press("ArrowLeft")
    page.reload()
    expect(threat).to_have_attribute("aria-valuetext", "somewhat")
    expect(threat).to_have_value("55")
    expect(page.get_by_role("slider", name="Drive").last).to_have_value("45")
    expect(page.get_by_role("slider", name="Soothing").first).to_have_attribute("aria-valuetext", "left out")
    page.get_by_role("button", name="Keep this page").click()
    expect(page.get_by_text("somewhat before")).to_be_visible()
    expect(page.get_by_text("somewhat after")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter((each) => each.startsWith('kept'))") == []


def test_without_script_a_page_is_written_and_the_weeks_before_are_found(signed_in: SignedIn) -> None:
    page = signed_in("Maren", java_script_enabled=False, **PHONE)
    write_of_a_sit(page)
    page.get_by_label("What happened, and what it tells me about my work").fill("I end kindly when I am not tired.")
    page.get_by_role("button", name="Keep this page").click()
    expect(page.get_by_text("I end kindly when I am not tired.")).to_be_visible()
    page.goto("/journal")
    page.get_by_role("link", name="Show as a table").click()
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_role("button", name="Hide your rhythm").click()
    expect(page.get_by_text("Hidden. It comes back")).to_be_visible()
    expect(page.get_by_role("heading", name="Your rhythm")).to_have_count(0)
    page.goto("/journal/settings")
    page.get_by_label("Show me my rhythm").check()
    page.get_by_label("Your day ends").select_option("at noon")
    page.get_by_role("button", name="Keep these").click()
    page.goto("/")
    expect(page.get_by_role("img", name=re.compile("one mark a day"))).to_be_visible()
    expect(page.get_by_text("Your day ends at noon")).to_be_visible()


@pytest.mark.parametrize(
    ("link", "name"), [("Download as text", "journal.txt"), ("Download as a table", "journal.csv")]
)
def test_a_journal_is_downloaded(signed_in: SignedIn, link: str, name: str) -> None:
    page = signed_in("Ines")
    page.goto("/journal/settings")
    with page.expect_download() as taken:
        page.get_by_role("link", name=link).click()
    assert taken.value.suggested_filename == name
    assert "The body first: jaw" in taken.value.path().read_text(encoding="utf-8")


def test_a_journal_prints_its_drawings_and_its_words(signed_in: SignedIn) -> None:
    page = signed_in("Ines", color_scheme="dark")
    page.goto("/journal")
    page.emulate_media(media="print")
    expect(page.locator("figure.soothing")).to_be_visible()
    expect(page.locator(".side")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(prefer_css_page_size=True, format="A4").startswith(b"%PDF")
