"""The room at its edges: one key, one clock, one sentence of what is amiss, and nothing once one has left."""

import re
from datetime import timedelta

from playwright.sync_api import Page, WebSocket, expect

from community.clock import now
from tests.browser import rows
from tests.browser.looking import Watch
from tests.browser.server import Server
from tests.browser.sitting import AWAY, GROUP, HEARS, SignedIn, a_sit_that_ends_in, away, expect_live

NOT_LIVE = re.compile("Not live just now")
# A device whose screen is kept on: how many of its locks are held.
NOTE_THE_SCREEN = """
window.held = 0;
const request = async () => {
  window.held += 1;
  const lock = { released: false, release: async () => { lock.released = true; window.held -= 1; } };
  return lock;
};
Object.defineProperty(navigator, "wakeLock", { value: { request }, configurable: true });
"""
CLOCK_IN_LISBON = """(ms) => new Date(ms).toLocaleTimeString("en-GB", {
  hour: "2-digit", minute: "2-digit", timeZone: "Europe/Lisbon"
})"""


def sits_in(page: Page, address: str) -> Page:
    page.goto(address)
    expect_live(page)
    return page


def a_sit_with_a_circle(server: Server, *, ends_in: float) -> str:
    starts = (now() + timedelta(seconds=ends_in, minutes=-30)).replace(microsecond=0)
    return rows.sit_of(server, "Evening sit", starts, group=GROUP, by="maren", plan="quiet_half_hour")


def commands_of(page: Page) -> list[str]:
    """Note the names of the commands that a page sends from now on."""
    names: list[str] = []

    def heard(line: WebSocket) -> None:
        def note(packet: str | bytes) -> None:
            found = re.match(r'42\d*\["([^"]+)"', packet if isinstance(packet, str) else "")
            if found:
                names.append(found[1])

        line.on("framesent", note)

    page.on("websocket", heard)
    return names


def test_escape_closes_the_list_before_it_leaves(signed_in: SignedIn, server: Server) -> None:
    ines = sits_in(signed_in("Ines"), a_sit_that_ends_in(server, 300))
    ines.get_by_role("button", name="Show the list").click()
    expect(ines.get_by_role("button", name="Hide the list")).to_be_focused()
    ines.keyboard.press("Escape")
    expect(ines.get_by_role("button", name="Show the list")).to_be_focused()
    ines.keyboard.press("Escape")
    expect(ines.get_by_text("Escape once more to leave.")).to_be_visible()
    ines.keyboard.press("Escape")
    ines.wait_for_url(re.compile(r"/groups/ending-on-time$"))


def test_the_silence_ends_without_a_message_but_the_beats(signed_in: SignedIn, server: Server) -> None:
    ines = signed_in("Ines")
    said = commands_of(ines)
    sits_in(ines, a_sit_with_a_circle(server, ends_in=12))
    ines.wait_for_function("() => document.querySelector('[data-room]').classList.contains('silence')")
    ines.wait_for_function("() => !document.querySelector('[data-room]').classList.contains('silence')", timeout=60_000)
    expect(ines.get_by_role("button", name="Ask for the stone")).to_be_visible()
    assert said.count("sit:join") == 1
    ines.get_by_role("button", name="Ask for the stone").click()
    expect(ines.get_by_text("The stone is with you.")).to_be_visible()


def test_every_time_on_the_page_is_by_the_readers_own_clock(signed_in: SignedIn, server: Server) -> None:
    ines = sits_in(signed_in("Ines", timezone_id="Asia/Tokyo"), a_sit_that_ends_in(server, 300))
    closing = ines.evaluate(CLOCK_IN_LISBON, ines.evaluate(HEARS)["bells"][-1]["at_ms"])
    expect(ines.locator("[data-room-title]")).to_have_text(f": silence. The closing bell rings at {closing}.")


def test_a_page_that_was_kept_says_that_the_sit_has_ended_and_knows_of_no_stone(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(AWAY)
    ines = sits_in(signed_in("Ines"), a_sit_with_a_circle(server, ends_in=-60))
    expect(ines.locator("[data-room]")).to_have_attribute("data-kept", "")
    expect(ines.get_by_role("button", name="Ask for the stone")).to_be_visible()
    with away(server):
        expect(ines.get_by_text("The stone was here when we last heard.")).to_be_visible()
        expect(ines.get_by_role("button", name="Ask for the stone")).to_be_hidden()
        ines.reload()
        expect(ines.get_by_role("heading", name="The sit has ended")).to_be_visible()
        expect(ines.get_by_text(NOT_LIVE)).to_have_count(1)
        expect(ines.get_by_text(re.compile("stone|bells will", re.IGNORECASE)).locator("visible=true")).to_have_count(0)
    expect_live(ines, within_s=30)
    expect(ines.get_by_role("heading", name="Closing circle")).to_be_visible()


def test_a_line_lost_in_the_silence_is_told_of_after_the_bell_without_promising_another(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(AWAY)
    ines = sits_in(signed_in("Ines"), a_sit_with_a_circle(server, ends_in=12))
    with away(server):
        quiet = ines.locator("[data-room-quiet]")
        expect(quiet).to_have_text("Not live just now.", timeout=60_000)
        expect(ines.get_by_text(NOT_LIVE).locator("visible=true")).to_have_count(1)


def test_the_page_that_one_has_left_offers_one_way_on_and_lets_the_screen_go(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(AWAY)
    ines = signed_in("Ines")
    ines.add_init_script(NOTE_THE_SCREEN)
    sits_in(ines, a_sit_that_ends_in(server, 300))
    ines.wait_for_function("() => window.held === 1")
    with away(server):
        expect(ines.locator("[data-room]")).to_have_attribute("data-live", "not-live", timeout=30_000)
        ines.keyboard.press("Escape")
        ines.keyboard.press("Escape")
        expect(ines.get_by_role("heading", name="You have left quietly")).to_be_visible()
        ines.keyboard.press("Escape")
        expect(ines.get_by_role("link").locator("visible=true")).to_have_text(["Ending on Time"])
        expect(ines.get_by_role("button").locator("visible=true")).to_have_count(0)
        expect(ines.get_by_text("Escape once more to leave.")).to_have_count(0)
        ines.wait_for_function("() => window.held === 0")
    expect(ines.get_by_text(NOT_LIVE)).to_have_count(0)
