"""A programme is laid on a group and followed, alone and together: by pages and buttons, on a phone and at a desk."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from community.clock import now
from tests.browser.looking import assert_accessible

SignedIn = Callable[..., Page]

PHONE = {"viewport": {"width": 390, "height": 844}}


def push(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def lay_settling(signed_in: SignedIn) -> Page:
    """Let a teacher lay a programme on her group, on a phone and without script."""
    maren = signed_in("Maren", **PHONE, java_script_enabled=False)
    maren.goto("/programmes/settling")
    maren.get_by_role("link", name="Plan it with Ending on Time").click()
    maren.get_by_label("Day of the first sit").fill(f"{now() + timedelta(days=2):%Y-%m-%d}")
    maren.get_by_label("First bell").fill("08:15")
    maren.get_by_role("radio", name="Every second week").check()
    push(maren, "Plan these sits")
    expect(maren.get_by_role("status")).to_contain_text("Ending on Time follows “Settling”.")
    expect(maren.get_by_role("listitem").filter(has_text="Ending on Time: ")).to_have_count(4)
    return maren


def test_a_group_follows_a_programme_and_a_member_writes_for_herself(signed_in: SignedIn) -> None:
    maren = lay_settling(signed_in)
    ines = signed_in("Ines")
    ines.goto("/groups/ending-on-time")
    ines.get_by_role("region", name="“Settling”, together").get_by_role(
        "link", name="A breath that knows the way"
    ).click()
    expect(ines.get_by_role("region", name="The practice")).to_contain_text("Ending on Time sits with it")
    ines.get_by_role("link", name="Before the door opens").click()
    ines.get_by_label("What happened, in the body first").fill("My hands let go before I did.")
    ines.get_by_label("What it tells me about my clients, my work, the practice").fill("I hurry at ten to.")
    ines.reload()  # what was typed is still in this browser
    expect(ines.get_by_label("What happened, in the body first")).to_have_value("My hands let go before I did.")
    push(ines, "Keep it in my journal")
    expect(ines.get_by_role("status")).to_contain_text("Nobody else reads it.")
    expect(ines.get_by_label("What happened, in the body first")).to_have_value("")
    assert_accessible(ines)
    ines.get_by_role("region", name="Sharing, or not").get_by_role("link", name="Choose a passage").click()
    expect(ines.get_by_label("The passage")).to_have_value("My hands let go before I did.\n\nI hurry at ten to.")
    ines.goto("/programmes/settling")
    expect(ines.get_by_role("listitem").filter(has_text="Before the door opens")).to_contain_text("You wrote on")
    push(ines, "Leave it for now")
    push(ines, "Follow it on your own")
    expect(ines.get_by_role("listitem").filter(has_text="Before the door opens")).to_contain_text("You wrote on")

    maren.goto("/programmes/settling/door")
    expect(maren.get_by_role("region", name="What you wrote here")).to_contain_text("Nothing yet")
    maren.goto("/programmes/settling")
    expect(maren.get_by_text(re.compile("You wrote on"))).to_have_count(0)
    maren.get_by_text("End it with this group").click()
    push(maren, "End it")
    expect(maren.get_by_role("listitem").filter(has_text="Ending on Time: ")).to_have_count(0)
