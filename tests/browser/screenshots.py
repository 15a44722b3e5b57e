"""Pictures of the main pages for ``docs/screenshots``: ``python -m tests.browser.screenshots``.

Starts a demo of its own on a loopback port, steps in as its people, and ends it again. A sit that has yet to begin and
one in its silence are put into its calendar, so that the pictures do not depend on the minute.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect, sync_playwright

from community.clock import now
from community.sits.plan import BUILT_IN
from tests.browser import chromium
from tests.browser.server import ROOT, Server

FOLDER = ROOT / "docs" / "screenshots"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
COMPANY = ("Maren", "Ines")


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "data")
        try:
            server.start()
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.launch_arguments())
            pages(browser, server)
            room(browser, server, "arrival", minutes=4)
            room(browser, server, "silence", minutes=-13)
        finally:
            server.stop()


def pages(browser: Browser, server: Server) -> None:
    """Take the pages that stand still."""
    for name, who, path in (
        ("today", "Ines", "/"),
        ("group", "Ines", "/groups/ending-on-time"),
        ("thread", "Ines", "/threads/1"),
        ("desk", "Maren", "/desk"),
    ):
        for look, size, scheme in (("1280", WIDE, "light"), ("390", PHONE, "dark")):
            with stepped_in(browser, server, who, size, scheme) as page:
                page.goto(path)
                keep(page, f"{name}-{look}")


def room(browser: Browser, server: Server, name: str, *, minutes: int) -> None:
    """Take the room of a sit, with company."""
    address = plan(server, minutes)
    with stepped_in(browser, server, COMPANY[0], WIDE, "light") as first:
        first.goto(address)
        expect(first.locator("[data-room]")).to_have_attribute("data-live", "live")
        for look, size, scheme in (("1280", WIDE, "light"), ("390", PHONE, "dark")):
            with stepped_in(browser, server, COMPANY[1], size, scheme) as page:
                page.goto(address)
                expect(page.locator("[data-room-ring] .drop")).to_have_count(2)
                keep(page, f"room-{name}-{look}", whole=False)


@contextmanager
def stepped_in(browser: Browser, server: Server, who: str, size: dict[str, int], scheme: str) -> Iterator[Page]:
    """Give one of the demo's people a browser of their own."""
    options: dict[str, Any] = {"viewport": size, "color_scheme": scheme, "locale": "en-GB", "reduced_motion": "reduce"}
    context = browser.new_context(base_url=server.url, **options)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name=f"Step in as {who}").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    context.close()


def plan(server: Server, minutes: int) -> str:
    """Put a half hour into the open room's calendar that begins in so many minutes; gives its address."""
    starts = (now() + timedelta(minutes=minutes)).replace(microsecond=0)
    wall = starts.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)
    with sqlite3.connect(server.data / "community.db") as rows:
        made = rows.execute(
            "INSERT INTO sit_series (group_id, title, plan, wall_start, zone, made_by_id, status, created_at)"
            " SELECT id, 'Evening sit', ?, ?, 'Europe/London', 1, 'planned', created_at FROM groups"
            " WHERE slug = 'the-open-room'",
            (json.dumps(BUILT_IN["quiet_half_hour"].to_json()), wall.isoformat()),
        )
    return f"/groups/the-open-room/sits/{made.lastrowid}-{starts:%Y%m%dT%H%M%SZ}"


def keep(page: Page, name: str, *, whole: bool = True) -> None:
    """Write the picture down once the letters have arrived."""
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole, animations="disabled")


if __name__ == "__main__":
    main()
