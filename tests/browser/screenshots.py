"""Pictures of the main pages for ``docs/screenshots``: ``python -m tests.browser.screenshots [folder]``.

Starts a demo of its own on a loopback port, seats its people in an evening sit that is about to begin, and in one that
is in its silence, steps in as some of them, and ends it again; the pictures do not depend on the minute.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from community.clock import now
from tests.browser import chromium, rows
from tests.browser.server import ROOT, Server
from tests.browser.visitor import Visitor
from tests.doors import Live

Light = Literal["light", "dark"]

FOLDER = ROOT / "docs" / "screenshots"
PASSWORD = "a door for the pictures"
GROUP = "ending-on-time"
SITTERS = ("priya", "jonah", "aoife", "samuel", "hana", "dilan", "ruth", "viktor", "noor", "emeka")
TALLEST = 1500

# Each picture: who looks at what by which light, by name; a name ends with its width.
PAGES: dict[str, tuple[str, str, Light]] = {
    "today-1280": ("Ines", "/", "light"),
    "today-candlelight-1280": ("Ines", "/", "dark"),
    "today-390": ("Ines", "/", "light"),
    "group-1280": ("Ines", f"/groups/{GROUP}", "light"),
    "group-390": ("Ines", f"/groups/{GROUP}", "dark"),
    "thread-1280": ("Ines", "/threads/1", "light"),
    "thread-390": ("Ines", "/threads/1", "dark"),
    "desk-1280": ("Tomasz", "/desk", "light"),
    "desk-390": ("Tomasz", "/desk", "light"),
}
ARRIVALS: dict[str, Light] = {"room-arrival-1280": "light", "room-arrival-390": "dark"}
SILENCES: dict[str, Light] = {
    "room-silence-1280": "light",
    "room-silence-candlelight-1280": "dark",
    "room-silence-390": "dark",
}
CIRCLES: dict[str, Light] = {
    "room-circle-1280": "light",
    "room-circle-candlelight-1280": "dark",
    "room-circle-390": "light",
}
SAID = {
    "priya": "I came in with a whole day on my shoulders. Around the second bell it was only a morning.",
    "dilan": "Quiet. Passing it on with thanks.",
    "hana": "I kept hearing a door in my building, and each time I thought: someone else is ending an hour.",
}


def main() -> None:
    """Fill a demo, seat people in its evening sit, and draw."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, ExitStack() as end:
        server = Server(Path(place) / "data").start()
        end.callback(server.stop)
        rows.open_all_doors(server, PASSWORD)
        playwright = end.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.launch_arguments())
        people = come_in(server, playwright)
        coming = a_sit(server, timedelta(minutes=5))
        with seated(server, people, coming) as circle:
            for name, (who, address, light) in PAGES.items():
                circle.beat()
                with opened(browser, server, name, who, light) as page:
                    page.goto(address)
                    keep(page, folder / f"{name}.png", whole=name.endswith("1280"))
            draw_room(browser, server, ARRIVALS, coming, circle, folder)
        under_way = a_sit(server, timedelta(minutes=-19))
        with seated(server, people, under_way) as circle:
            draw_room(browser, server, SILENCES, under_way, circle, folder)
        together = a_sit(server, timedelta(minutes=-32))
        with (
            seated(server, people, together) as circle,
            opened(browser, server, "ines-1280", "Ines", "light") as page,
        ):
            page.goto(together)
            expect(page.locator("[data-room]")).to_have_attribute("data-live", "live")
            circle.go_round(page)
            draw_room(browser, server, CIRCLES, together, circle, folder)


def a_sit(server: Server, away: timedelta) -> str:
    """Plan the evening sit so that it starts, or started, at this distance from now."""
    starts = now().replace(microsecond=0) + away
    return rows.sit_of(server, "Evening sit", starts, group=GROUP, by="maren", plan="quiet_half_hour")


class Circle:
    """People on their cushions, without a browser."""

    def __init__(self, lines: list[Live], sit: str) -> None:
        self.lines, self.sit = lines, sit

    def beat(self) -> None:
        """Tell the house that all of them are still here."""
        for line in self.lines:
            line.command("sit:beat", sit=self.sit, tab="picture")

    def go_round(self, page: Page) -> None:
        """Let the stone go from one to the next, as somebody sees it, and stay with the last who speaks."""
        lines = dict(zip(("maren", *SITTERS), self.lines, strict=True))
        for who in (*SAID, "noor"):
            lines[who].command("circle:ask", sit=self.sit)
        for who, words in SAID.items():
            expect(page.locator("[data-room-ring]")).to_have_attribute(
                "aria-label", re.compile(rf"{who.capitalize()} has the stone"), timeout=20_000
            )
            lines[who].command("circle:say", sit=self.sit, words=words)
            if who != tuple(SAID)[-1]:
                lines[who].command("circle:pass", sit=self.sit)
            self.beat()


def come_in(server: Server, playwright: Playwright) -> list[str]:
    """Sign the others in, the teacher first; gives the cookies of each."""
    cookies = []
    for key in ("maren", *SITTERS):
        with Visitor.at(server, playwright, None) as visitor:
            visitor.send("/sign-in", email=f"{key}@example.org", password=PASSWORD)
            kept = visitor.asking.storage_state()["cookies"]
            cookies.append("; ".join(f"{cookie['name']}={cookie['value']}" for cookie in kept))
    return cookies


@contextmanager
def seated(server: Server, people: list[str], room: str) -> Iterator[Circle]:
    """Seat the others, one after the other."""
    sit = room.rpartition("/")[2]
    with ExitStack() as end:
        lines = []
        for cookies in people:
            line = Live(server.url, cookies)
            end.callback(line.close)
            line.command("sit:join", sit=sit, tab="picture")
            lines.append(line)
        yield Circle(lines, sit)


def draw_room(
    browser: Browser, server: Server, pictures: dict[str, Light], room: str, circle: Circle, folder: Path
) -> None:
    """Draw the room as Ines sees it, once everybody is on their cushion."""
    for name, light in pictures.items():
        circle.beat()
        with opened(browser, server, name, "Ines", light) as page:
            page.goto(room)
            expect(page.locator("[data-room]")).to_have_attribute("data-live", "live")
            expect(page.locator("[data-room-ring] .drop")).to_have_count(len(SITTERS) + 2)
            keep(page, folder / f"{name}.png", whole=False)


@contextmanager
def opened(browser: Browser, server: Server, name: str, who: str, light: Light) -> Iterator[Page]:
    """Give one of the demo's people a browser of their own, as wide as the picture."""
    width = int(name.rpartition("-")[2])
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": width, "height": 860},
        device_scale_factor=1 if width > 400 else 1.5,
        color_scheme=light,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Lisbon",
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name=f"Step in as {who}").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    context.close()


def keep(page: Page, file: Path, *, whole: bool) -> None:
    """Write the picture down once letters and drawings are there; a whole page only as far as it tells something."""
    page.evaluate("document.fonts.ready.then(() => null)")
    for ring in page.locator("[data-ring]").all():
        expect(ring.locator("svg")).to_be_visible()
    if whole:
        size = page.viewport_size or {"width": 1280}
        tall = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": tall})
    else:
        page.screenshot(path=file)


if __name__ == "__main__":
    main()
