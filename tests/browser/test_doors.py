"""Coming in and going out: soft doors that let one in by themselves, thanks in the room, and a room opened at once."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from playwright.sync_api import Page, expect

from community.clock import now
from tests.browser import rows
from tests.browser.looking import assert_in_sight
from tests.browser.server import Server

SignedIn = Callable[..., Page]
GROUP = "ending-on-time"
LIVE = ("data-live", "live")


def a_sit(server: Server, seconds: int, title: str) -> str:
    """Plan a quiet half hour that began so many seconds ago; gives the address of its room."""
    starts = now().replace(microsecond=0) - timedelta(seconds=seconds)
    return rows.sit_of(server, title, starts, group=GROUP, by="maren", plan="quiet_half_hour")


def soften(server: Server, *, soft: bool) -> None:
    with closing(sqlite3.connect(server.data / "community.db", timeout=30)) as data, data:
        data.execute("UPDATE groups SET soft_doors = ? WHERE slug = ?", (soft, GROUP))


def test_whoever_waits_at_soft_doors_is_let_in_when_the_sit_turns(signed_in: SignedIn, server: Server) -> None:
    soften(server, soft=True)
    page = signed_in("Ines")
    page.goto(a_sit(server, 900 - 14, "Soft sit"))
    room = page.locator("[data-room]")
    expect(page.locator("[data-room-heading]")).to_have_text(re.compile(r"The doors open again at \d\d:\d\d"))
    expect(room).to_have_attribute("data-waiting", "")
    expect(room).not_to_have_class(re.compile("silence"))
    expect(page.locator("[data-room-note]")).to_contain_text("lets you in by itself")
    expect(room).to_have_attribute(*LIVE, timeout=20_000)
    expect(room).not_to_have_attribute("data-waiting", "")
    expect(room).to_have_class(re.compile("silence"))
    soften(server, soft=False)
    assert_in_sight(page.locator("[data-room-foot]").get_by_role("button", name="Leave quietly"))


def test_one_thanks_in_the_circle_without_leaving_the_room(signed_in: SignedIn, server: Server) -> None:
    address = a_sit(server, 1805, "Thankful sit")
    maren, ines = signed_in("Maren"), signed_in("Ines")
    for page in (maren, ines):
        page.goto(address)
        expect(page.locator("[data-room]")).to_have_attribute(*LIVE)
    thanks = ines.get_by_role("button", name="Thank those you sat with")
    thanks.click()
    expect(ines.get_by_text("You have thanked those you sat with.")).to_be_visible()
    expect(thanks).to_be_hidden()
    expect(ines.locator("[data-room]")).to_have_attribute(*LIVE)
    maren.goto("/notices")
    expect(maren.get_by_text("Ines thanks you for sitting together")).to_be_visible()


def test_without_script_a_room_opens_at_one_tap(stranger: Callable[..., Page]) -> None:
    page = stranger(java_script_enabled=False)
    page.goto("/sign-in")
    page.get_by_role("button", name="Step in as Ines").click()
    page.goto("/groups/compassion-practised")
    page.get_by_role("button", name="Sit now").click()
    expect(page.get_by_text("begins in 2 minutes")).to_be_visible()
    expect(page.get_by_role("list", name="How this sit goes")).to_contain_text(re.compile("three bells", re.IGNORECASE))
