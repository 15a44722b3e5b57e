"""The whole house by keyboard: Tab, Enter, Space and Escape lead everywhere, and the focus is always seen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keyboard import Keyboard
from tests.browser.server import Server

SignedIn = Callable[..., Page]

PHONE = {"viewport": {"width": 390, "height": 844}}
PASSWORD = "three small warm stones"


def sit_by_keyboard(page: Page, keys: Keyboard) -> None:
    """Take a seat for the first time, and leave by one key."""
    keys.follow("Today", within=page.get_by_role("navigation", name="Main"))
    keys.follow("Take a seat").to(page.get_by_role("radio", checked=True)).press("ArrowUp")
    expect(page.get_by_role("radio", name="By my name")).to_be_checked()
    keys.push("Go in")
    expect(page.locator("[data-room]")).to_have_attribute("data-live", "live")
    keys.press("Escape").press("Escape")
    page.wait_for_url(re.compile(r"/groups/the-open-room$"))


def test_somebody_comes_in_joins_writes_brings_a_post_and_sits_by_keyboard(
    signed_in: SignedIn, stranger: Callable[..., Page], server: Server
) -> None:
    ada = signed_in("Ada")
    link = a_link_to_the_house(ada)
    page = stranger()
    keys = Keyboard(page)

    page.goto(link)
    keys.fill("Name", "Edda Lind").fill("Email", "edda@example.org").fill("Password", PASSWORD).push("Join")
    expect(page.get_by_text("A letter is on its way")).to_be_visible()
    page.goto(server.link_for("edda@example.org", "joining"))
    keys.push("Come in")
    expect(page.get_by_role("heading", level=1, name=re.compile("Edda"))).to_be_visible()

    keys.follow("Your profile").push("Sign out")
    keys.fill("Email", "edda@example.org").fill("Password", PASSWORD)
    keys.to(page.get_by_role("checkbox")).press("Space").push("Sign in")
    expect(page.get_by_role("heading", level=1, name=re.compile("Edda"))).to_be_visible()

    keys.follow("Groups").follow("The Open Room").push("Join this group").push("I agree to this")
    expect(page.get_by_role("heading", name="Threads")).to_be_visible()

    keys.follow("Begin a thread").fill("Title", "New in the room")
    keys.to(page.get_by_role("radio", name="Whatever comes")).press("ArrowRight")
    expect(page.get_by_role("radio", name="To be heard")).to_be_checked()
    keys.fill("What you would like to say", "I arrived by the *keyboard*.").press("Shift+Tab").press("ArrowRight")
    expect(page.locator("[data-composer-page] em")).to_have_text("keyboard")
    keys.push("Begin the thread")
    expect(page.get_by_role("heading", level=1, name="New in the room")).to_be_visible()

    keys.follow("The Open Room").follow("Four in the morning")
    keys.fill("Your reply", "Good morning to all three.").push("Post reply")
    expect(page.locator("[data-post]").last).to_contain_text("Good morning to all three.")
    keys.follow("Bring this post to a teacher", within=page.locator("[data-post]").nth(1))
    keys.to(page.get_by_role("radio").first).press("Space").press("ArrowDown")
    keys.push("Bring it to them")
    expect(page.get_by_role("status").first).to_be_visible()

    sit_by_keyboard(page, keys)


def a_link_to_the_house(ada: Page) -> str:
    """Let the admin make an invitation by keyboard; gives its address."""
    keys = Keyboard(ada)
    keys.follow("Your profile").follow("Invitations").push("Make a link")
    return ada.get_by_role("region", name="Your new link").locator("code").inner_text()


def test_a_teacher_decides_by_keyboard(signed_in: SignedIn) -> None:
    page = signed_in("Tomasz")
    keys = Keyboard(page)
    keys.follow("Desk")
    held = page.locator("article.case").filter(has_text="Łucja")
    keys.to(held.get_by_text("Return it to the writer").locator("xpath=ancestor::summary")).press("Enter")
    keys.fill("Your words", "Would you like to say hello first?").press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(held.get_by_text("Return it to the writer").locator("xpath=ancestor::summary")).to_be_focused()
    keys.push("Let it through")
    expect(page.get_by_text("It stands in the thread now, and its writer is told.")).to_be_visible()

    brought = page.locator("article.case").filter(has_text="Viktor")
    keys.to(brought.get_by_text("Hide for now").locator("xpath=ancestor::summary")).press("Space")
    keys.fill("Your words", "We will talk about it first.")
    keys.to(page.get_by_role("dialog").get_by_role("button", name="Hide for now")).press("Enter")
    expect(page.get_by_text("It is hidden from the group, and its writer is told why.")).to_be_visible()


@pytest.mark.parametrize("address", ["/", "/threads/1", "/groups/ending-on-time", "/desk", "/profile"])
def test_the_focus_is_seen_on_a_phone_and_never_under_the_bar(signed_in: SignedIn, address: str) -> None:
    page = signed_in("Maren", **PHONE)
    page.goto(address)
    keys = Keyboard(page)
    keys.to(page.get_by_role("link", name="What the evidence says"))
    for _ in range(30):
        keys.press("Shift+Tab")
    keys.to(page.get_by_role("link", name="What the evidence says"))


def test_the_skip_link_leads_past_the_head(signed_in: SignedIn) -> None:
    page = signed_in("Ines")
    page.goto("/groups")
    Keyboard(page).follow("Skip to the page").press("Tab")
    expect(page.get_by_role("main").locator(":focus")).to_have_count(1)
