"""Practices in a browser: from a moment to a sit planned for it, and onto paper."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from community.practices.library import STARTER
from tests.browser.looking import assert_accessible

SignedIn = Callable[..., Page]

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
SHORT_MIN = 12  # minutes of a practice that fits on one sheet, with its care


def sheets(page: Page, key: str) -> int:
    """Print a practice on A4 and count the sheets."""
    page.goto(f"/practices/{key}")
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True, format="A4")))


def test_a_moment_leads_a_teacher_to_a_sit_planned_with_what_meets_it(signed_in: SignedIn) -> None:
    page = signed_in("Maren", **PHONE)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Practices").click()
    page.get_by_role("link", name="Saying no", exact=True).click()
    expect(page.locator(".pcard")).to_have_count(1)
    page.get_by_role("link", name="Saying no to a referral").click()
    assert_accessible(page)
    page.get_by_text("Use it for a sit").click()  # she teaches several groups
    page.get_by_role("link", name="in Ending on Time").click()
    chosen = page.get_by_label("What you sit with")
    expect(chosen).to_have_value("saying_no_to_a_referral")
    expect(page.get_by_label("Title")).to_have_value("Saying no to a referral")
    assert_accessible(page)

    care = page.get_by_role("region", name="How each goes, and its care")
    expect(care.locator("details:visible")).to_have_count(1)
    expect(care).to_contain_text("If somebody is in a crisis, see to that first")
    chosen.select_option("receiving")
    expect(care.locator("details:visible")).to_have_count(1)
    expect(care.get_by_text("Receiving is often harder than giving")).to_be_visible()


def test_a_practice_prints_as_a_page_in_black_on_white(signed_in: SignedIn) -> None:
    page = signed_in("Ines", color_scheme="dark")
    page.goto("/practices/ending_on_time")
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; }")
    page.reload()
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") == 1
    page.emulate_media(media="print")
    for shown in ("h1", ".flow", ".plan", ".colophon"):
        expect(page.locator(shown)).to_be_visible()
    for left_out in (".head", ".foot", ".side", ".btn"):
        expect(page.locator(left_out).first).to_be_hidden()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert re.fullmatch(r"rgb\(255, 255, 255\)", ground)
    short = [key for key, practice in STARTER.items() if practice.minutes <= SHORT_MIN]
    assert short
    assert [key for key in short if sheets(page, key) != 1] == []
