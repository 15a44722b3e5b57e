"""A passage is shared and taken back while others have it open: it is gone from their pages without their doing."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looking import assert_accessible, assert_no_sideways_scroll

SignedIn = Callable[..., Page]

WORDS = "When the bell came I was already composing what I would say."
GONE = "The passage was taken back by its writer."


def write_page(page: Page) -> None:
    """Keep a page of one's journal, as a person would."""
    page.goto("/journal/pages/new")
    page.locator("textarea").first.fill(f"Jaw, and then the ribs. {WORDS}")
    page.get_by_role("button", name=re.compile("^Keep")).first.click()
    page.wait_for_url(re.compile(r"/journal/pages/\d+$"))


def look(page: Page, reach: str) -> None:
    """Cut the page down to a passage and look at it as others would."""
    page.get_by_role("link", name="Share a passage").click()
    page.get_by_role("textbox", name="The passage").fill(WORDS)
    page.get_by_role("radio", name=re.compile(f"^{reach}")).check()
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", level=1, name="Before you share it")).to_be_visible()


def take_back(page: Page) -> None:
    page.get_by_text("Take it back", exact=True).first.click()
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(re.compile(r"/passages$"))


def test_a_passage_is_shared_with_a_group_and_taken_back_side_by_side(signed_in: SignedIn) -> None:
    ines, maren = signed_in("Ines"), signed_in("Maren", color_scheme="dark", viewport={"width": 390, "height": 844})
    write_page(ines)
    look(ines, "The people of Ending on Time")
    expect(ines.locator(".passage")).to_contain_text(WORDS)
    expect(ines.get_by_text("The people of Ending on Time, Maren Oduya and Tomasz Wójcik among them")).to_be_visible()
    assert_accessible(ines)
    maren.goto("/groups/ending-on-time")
    before = maren.get_by_role("link", name="A passage from Ines’s journal").count()
    ines.get_by_role("button", name="Share it with Ending on Time").click()
    ines.wait_for_url(re.compile(r"/threads/\d+$"))

    maren.reload()
    expect(maren.get_by_role("link", name="A passage from Ines’s journal")).to_have_count(before + 1)
    maren.goto(ines.url)
    expect(maren.locator("[data-laid]")).to_contain_text(WORDS)
    expect(maren.locator("[data-thread]")).to_have_attribute("data-live", "live")
    assert_accessible(maren)
    assert_no_sideways_scroll(maren)

    ines.get_by_role("link", name="You share this. Take it back").click()
    take_back(ines)
    expect(maren.locator("[data-laid]")).to_have_text(re.compile(GONE))
    expect(maren.locator("main")).not_to_contain_text(WORDS)
    maren.reload()
    expect(maren.locator("[data-laid]")).to_have_text(re.compile(GONE))


def test_with_the_teachers_it_is_answered_and_taken_back_while_it_is_open(signed_in: SignedIn) -> None:
    ines, maren = signed_in("Ines", color_scheme="dark", viewport={"width": 390, "height": 844}), signed_in("Maren")
    write_page(ines)
    look(ines, "The teachers of Ending on Time")
    assert_accessible(ines)
    assert_no_sideways_scroll(ines)
    ines.get_by_role("button", name="Change it").click()
    expect(ines.get_by_role("textbox", name="The passage")).to_have_value(WORDS)
    ines.get_by_role("button", name="Look at it first").click()
    ines.get_by_role("button", name="Share it with the teachers").click()
    ines.wait_for_url(re.compile(r"/passages/\d+$"))
    expect(ines.locator("[data-passage]")).to_have_attribute("data-live", "live")

    maren.goto("/notices")
    maren.get_by_role("link", name=re.compile("Ines Caldeira shares a passage with you")).first.click()
    expect(maren.locator(".passage")).to_contain_text(WORDS)
    maren.get_by_role("textbox", name="A few words back").fill("I know that place under the ribs.")
    maren.get_by_role("button", name="Send this to Ines").click()
    expect(maren.locator(".answered")).to_contain_text("I know that place under the ribs.")
    expect(maren.locator("[data-passage]")).to_have_attribute("data-live", "live")
    assert_accessible(maren)

    expect(ines.locator(".answered")).to_contain_text("Maren Oduya answered")
    take_back(ines)
    expect(maren.locator("[data-passage]")).to_have_text(re.compile(GONE))
    expect(maren.locator("main")).not_to_contain_text("under the ribs")


def test_the_line_of_a_teachers_notebook_leaves_today_when_it_is_taken_back(signed_in: SignedIn) -> None:
    ines, maren = signed_in("Ines"), signed_in("Maren")
    ines.goto("/")
    line = ines.locator("[data-passage]")
    expect(line.get_by_role("heading", name="From Maren’s notebook")).to_be_visible()
    expect(line).to_have_attribute("data-live", "live")
    maren.goto("/passages")
    take_back(maren)
    expect(line).to_be_hidden()
