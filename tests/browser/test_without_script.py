"""Every form without script: people come in, join, look after themselves and each other, by pages and buttons alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server

SignedIn = Callable[..., Page]

PASSWORD = "three small warm stones"
NO_SCRIPT = {"java_script_enabled": False}
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def came_in(signed_in: SignedIn) -> SignedIn:
    """Open a page for a member of the demo, in a browser without script."""
    return lambda name, **options: signed_in(name, **NO_SCRIPT, **options)


def push(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).first.click()


def test_an_invitation_leads_in_and_a_letter_back_in(
    came_in: SignedIn, stranger: Callable[..., Page], server: Server
) -> None:
    ada = came_in("Ada")
    ada.goto("/invitations")
    push(ada, "Make a link")
    link = ada.get_by_role("region", name="Your new link").locator("code").inner_text()

    page = stranger(**NO_SCRIPT, **PHONE)
    page.goto(link)
    page.get_by_label("Name", exact=True).fill("Edda Lind")
    page.get_by_label("Email", exact=True).fill("edda@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Time zone").select_option("Europe/Vienna")
    push(page, "Join")
    page.goto(server.link_for("edda@example.org", "joining"))
    push(page, "Come in")
    expect(page.get_by_role("heading", level=1, name=re.compile("Edda"))).to_be_visible()

    page.goto("/profile")
    push(page, "Sign out")
    page.get_by_role("link", name="I do not remember my password").click()
    page.get_by_label("Email", exact=True).fill("edda@example.org")
    push(page, "Send me a link")
    page.goto(server.link_for("edda@example.org", "reset"))
    page.get_by_label("New password").fill(f"{PASSWORD} and a leaf")
    page.get_by_role("button", name=re.compile("password")).click()
    page.get_by_label("Email", exact=True).fill("edda@example.org")
    page.get_by_label("Password", exact=True).fill(f"{PASSWORD} and a leaf")
    push(page, "Sign in")
    expect(page.get_by_role("heading", level=1, name=re.compile("Edda"))).to_be_visible()


def test_one_keeps_a_profile_and_a_light(came_in: SignedIn) -> None:
    page = came_in("Ines", **PHONE)
    page.goto("/profile")
    page.get_by_label("Pronouns").fill("she/they")
    page.get_by_role("radio", name="As one more person").check()
    push(page, "Keep these")
    expect(page.get_by_label("Pronouns")).to_have_value("she/they")
    expect(page.get_by_role("radio", name="As one more person")).to_be_checked()
    push(page, "Change to candlelight")
    expect(page.locator("html")).to_have_attribute("data-theme", "candlelight")
    page.get_by_role("radio", name="Paper").check()
    push(page, "Change the light")
    expect(page.locator("html")).to_have_attribute("data-theme", "paper")
    page.goto("/notices")
    push(page, "I have seen these")
    expect(page.get_by_role("button", name="I have seen these")).to_have_count(0)


def test_one_joins_asks_sits_and_leaves(came_in: SignedIn) -> None:
    page = came_in("Łucja")
    page.goto("/groups/the-open-room")
    push(page, "Join this group")
    push(page, "I agree to this")
    expect(page.get_by_role("heading", name="Threads")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="Take a seat").first.click()
    push(page, "Go in")
    expect(page.get_by_role("list", name="How this sit goes")).to_be_visible()
    push(page, "Leave quietly")
    page.get_by_text("Leave this group").first.click()
    push(page, "Leave this group")
    page.goto("/groups/the-open-room")
    expect(page.get_by_role("button", name="Join this group")).to_be_visible()

    page.goto("/groups/compassion-practised")
    page.get_by_role("textbox").fill("I would like to learn this on myself.")
    push(page, "Send it to the teachers")
    expect(page.get_by_role("heading", name="You have asked")).to_be_visible()
    page.get_by_text("Take it back").first.click()
    push(page, "Take it back")
    expect(page.get_by_role("button", name="Send it to the teachers")).to_be_visible()


def test_a_teacher_plans_invites_and_keeps_the_group(came_in: SignedIn) -> None:
    page = came_in("Maren", **PHONE)
    page.goto("/groups/compassion-practised/sits/new")
    page.get_by_label("Title").fill("A short evening")
    page.get_by_label("Day of the first one", exact=True).fill("2030-03-31")
    page.get_by_label("First bell").fill("20:00")
    page.get_by_role("radio", name="Every week").check()
    page.get_by_label("What you sit with").select_option("quiet_half_hour")
    push(page, "Plan it")
    expect(page.get_by_role("heading", level=1, name="Sits")).to_be_visible()
    expect(page.get_by_text("A short evening").first).to_be_visible()
    page.get_by_text("Add a meeting").first.click()
    page.get_by_label("A meeting for speaking together").first.fill("https://meet.example.org/evening")
    push(page, "Keep it")
    expect(page.get_by_text("Change the meeting").first).to_be_visible()

    page.goto("/groups/compassion-practised/invitations")
    push(page, "Make a link")
    expect(page.get_by_role("region", name="Your new link")).to_contain_text("/invitations/")
    push(page, "Close it")
    expect(page.get_by_text("No link is open.")).to_be_visible()

    page.goto("/groups/compassion-practised/agreement/new")
    page.get_by_label("The agreement").fill("What is said here stays here. We begin slowly.")
    push(page, "Keep this agreement")
    expect(page.get_by_text("We begin slowly.")).to_be_visible()
    ines = came_in("Ines")
    ines.goto("/groups/compassion-practised")
    expect(ines.get_by_text("has a new version")).to_be_visible()
    push(ines, "I agree to this")
    expect(ines.get_by_role("heading", name="Threads")).to_be_visible()


def test_a_teacher_asks_for_quiet_appoints_and_ends_a_belonging(came_in: SignedIn) -> None:
    page = came_in("Maren")
    members = "/groups/ending-on-time/members"
    page.goto(members)
    page.get_by_role("link", name="Ask for quiet from Viktor Lindqvist").click()
    page.get_by_role("textbox").fill("A day without writing, please.")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_text("asked to be quiet until")).to_be_visible()
    push(page, "Let Viktor write again")
    expect(page.get_by_text("asked to be quiet until")).to_have_count(0)

    ruth = page.get_by_role("listitem").filter(has_text="Ruth Ansah")
    ruth.get_by_text("Appoint as a teacher").first.click()
    push(page, "Appoint Ruth")
    expect(page.get_by_role("region", name="Teachers")).to_contain_text("Ruth Ansah")

    page.get_by_role("link", name=re.compile("Remove Emeka Eze")).click()
    page.get_by_role("textbox").fill("It is better so, for now.")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_text("Emeka Eze")).to_have_count(0)
    page.goto("/groups/ending-on-time/record")
    expect(page.get_by_text("It is better so, for now.")).to_be_visible()
