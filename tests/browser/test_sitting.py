"""People sit together: the same plan for all, no server needed for the bell, seats that come back by themselves."""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from community.clock import now
from community.sits.plan import BUILT_IN
from tests.browser.looking import Watch
from tests.browser.server import Server

SignedIn = Callable[..., Page]

# Notes on the page the moment at which the ring of light sounded last, in this machine's own time.
NOTE_RINGS = """
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target.classList?.contains("sounding")) document.documentElement.dataset.rang = String(Date.now());
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["class"] });
"""
HEARS = """() => JSON.parse(document.querySelector("[data-room]").dataset.room)"""


def take_a_seat(page: Page) -> None:
    """Go from Today into the room that is always open."""
    page.goto("/")
    page.get_by_role("link", name="Take a seat").first.click()
    expect(page.locator("[data-room]")).to_have_attribute("data-live", "live")


def expect_seats(page: Page, count: int) -> None:
    """Wait until so many cushions have somebody on them."""
    expect(page.locator("[data-room-ring] .drop")).to_have_count(count)


def test_three_people_sit_together_and_hear_the_same_plan(signed_in: SignedIn) -> None:
    maren, ines = signed_in("Maren"), signed_in("Ines", viewport={"width": 390, "height": 844})
    plans = []
    for page in (maren, ines):
        take_a_seat(page)
        plans.append(page.evaluate(HEARS))
    third = signed_in("Maren", viewport={"width": 1280, "height": 800})
    third.goto(maren.url)
    expect(third.locator("[data-room]")).to_have_attribute("data-live", "live")
    plans.append(third.evaluate(HEARS))
    assert plans[0]["bells"] == plans[1]["bells"] == plans[2]["bells"]
    assert plans[0]["sit"] == plans[1]["sit"]
    assert plans[0]["bells"][-1]["kind"] == "closing"
    expect_seats(third, 2)  # a person has one seat, whatever tabs hold it


def test_the_room_outlives_the_server_and_the_seats_come_back(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(r"WebSocket|ERR_CONNECTION|socket\.io|Failed to load resource")
    maren, ines = signed_in("Maren"), signed_in("Ines")
    for page in (maren, ines):
        take_a_seat(page)
    before = ines.evaluate(HEARS)
    server.kill()
    expect(ines.locator("[data-room]")).to_have_attribute("data-live", "not-live", timeout=30_000)
    assert ines.evaluate(HEARS)["bells"] == before["bells"]
    expect_seats(ines, 2)
    server.start()
    for page in (maren, ines):
        expect(page.locator("[data-room]")).to_have_attribute("data-live", "live", timeout=30_000)
    third = signed_in("Maren")
    third.goto(ines.url)
    expect(third.locator("[data-room]")).to_have_attribute("data-live", "live")
    expect_seats(third, 2)


def plan_a_sit_that_ends_in(server: Server, seconds: int) -> str:
    """Put a ten-minute sit into the open room's calendar that began long enough ago; gives its address."""
    starts = now().replace(microsecond=0) + timedelta(seconds=seconds - 600)
    wall = starts.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)
    plan = BUILT_IN["soothing_rhythm_breathing"].to_json()
    with sqlite3.connect(server.data / "community.db") as rows:
        made = rows.execute(
            "INSERT INTO sit_series (group_id, title, plan, wall_start, zone, made_by_id, status, created_at)"
            " SELECT id, 'Short sit', ?, ?, 'Europe/London', 1, 'planned', created_at FROM groups"
            " WHERE slug = 'the-open-room'",
            (json.dumps(plan), wall.isoformat()),
        )
    return f"/groups/the-open-room/sits/{made.lastrowid}-{starts:%Y%m%dT%H%M%SZ}"


def test_the_closing_bell_rings_though_the_server_was_killed_in_the_silence(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(r"WebSocket|ERR_CONNECTION|socket\.io|Failed to load resource")
    address = plan_a_sit_that_ends_in(server, 35)
    maren, ines = signed_in("Maren"), signed_in("Ines")
    for page in (maren, ines):
        page.add_init_script(NOTE_RINGS)
        page.goto(address)
        expect(page.locator("[data-room]")).to_have_attribute("data-live", "live")
    server.kill()
    planned = ines.evaluate(HEARS)["bells"][-1]["at_ms"]
    for page in (maren, ines):
        expect(page.locator("html")).to_have_attribute("data-rang", re.compile(r"\d+"), timeout=60_000)
    rang = [int(page.evaluate("() => document.documentElement.dataset.rang")) for page in (maren, ines)]
    server.start()
    assert max(abs(at - planned) for at in rang) <= 250, "one machine, one clock: the bell is where it was planned"


def test_one_leaves_quietly_by_one_key(signed_in: SignedIn) -> None:
    ines = signed_in("Ines")
    take_a_seat(ines)
    ines.keyboard.press("Escape")
    ines.keyboard.press("Escape")
    ines.wait_for_url(re.compile(r"/groups/the-open-room$"))


def test_without_script_the_room_shows_the_plan_the_start_and_a_way_out(
    stranger: Callable[..., Page], signed_in: SignedIn
) -> None:
    seated = signed_in("Maren")
    take_a_seat(seated)
    page = stranger(java_script_enabled=False)
    page.goto("/sign-in")
    page.get_by_role("button", name="Step in as Ines").click()
    page.get_by_role("link", name="Take a seat").first.click()
    expect(page.get_by_role("list", name="How this sit goes")).to_contain_text(re.compile("three bells", re.IGNORECASE))
    expect(page.locator("[data-room-note]")).to_contain_text("Maren")
    page.get_by_role("button", name="Leave quietly").first.click()
    expect(page.get_by_role("heading", name="The Open Room")).to_be_visible()
