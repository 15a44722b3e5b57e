"""What stories about sitting share: a seat in the open room, a sit that is about to end, and what a page has rung."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from community.clock import now
from tests.browser import rows
from tests.browser.server import Server

SignedIn = Callable[..., Page]

GROUP = "ending-on-time"
LENGTH = timedelta(minutes=10)
A_STORY = timedelta(minutes=3)  # longer than any of them takes
KEY = "%Y%m%dT%H%M%SZ"  # the start in a sit's name
# What a browser says of a house that is not there.
AWAY = r"WebSocket|ERR_CONNECTION|socket\.io|Failed to (load resource|fetch)|ServiceWorker|when fetching the script"

# Notes every bell that a page sounds by the audio clock, as milliseconds of this machine's wall clock, and every one
# that it shows. Both clocks are read when the bell is placed, so that a page cannot note what it only wished.
NOTE_BELLS = """
window.heard = [];
window.seen = [];
const start = AudioBufferSourceNode.prototype.start;
const stop = AudioBufferSourceNode.prototype.stop;
AudioBufferSourceNode.prototype.start = function (when = 0) {
  const { contextTime, performanceTime } = this.context.getOutputTimestamp();
  const note = { node: this, context: this.context, when: Math.max(when, this.context.currentTime) };
  note.at = performance.timeOrigin + performanceTime + (note.when - contextTime) * 1000;
  window.heard.push(note);
  return start.call(this, when);
};
AudioBufferSourceNode.prototype.stop = function (...given) {
  window.heard = window.heard.filter(({ node }) => node !== this);
  return stop.apply(this, given);
};
// What is heard when, noted whenever the page's worker speaks: by one note at the end, a clock that had stood still in
// between would seem to have rung earlier bells late.
window.notes = [];
window.noteClock = (context) => {
  const { contextTime, performanceTime } = context.getOutputTimestamp();
  window.notes.push({ contextTime, at: performance.timeOrigin + performanceTime });
};
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => window.heard.length && window.noteClock(window.heard.at(-1).context));
  }
};
new MutationObserver((changes) => {
  const rings = changes.some(({ target }) => target.classList?.contains("sounding"));
  if (rings) window.seen.push(Date.now());
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["class"] });
"""
# For when each bell that has sounded was placed, by both clocks as they stood then.
HEARD = """() => window.heard.flatMap(({ context, when, at }) => {
  return when > context.currentTime || context.state !== "running" ? [] : [at];
})"""
# When each was heard: by the audio clock as it stood nearest to that moment. A busy machine holds it up now and then.
SOUNDED = """() => window.heard.flatMap(({ context, when }) => {
  if (when > context.currentTime || context.state !== "running") return [];
  window.noteClock(context);
  const away = ({ contextTime }) => Math.abs(contextTime - when);
  const near = window.notes.reduce((best, note) => (away(note) < away(best) ? note : best));
  return [near.at + (when - near.contextTime) * 1000];
})"""
# A page that believes it is not looked at. Whether a tab that is truly hidden keeps time is measured in bench/.
HIDE = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}"""
SHOW = """() => { delete document.hidden; document.dispatchEvent(new Event("visibilitychange", { bubbles: true })); }"""
HEARS = """() => JSON.parse(document.querySelector("[data-room]").dataset.room)"""


@contextmanager
def away(server: Server) -> Iterator[None]:
    """Let the server be killed for a while; the next story finds it again, whatever happens in this one."""
    server.kill()
    try:
        yield
    finally:
        server.start()


def expect_live(page: Page, *, within_s: float = 10) -> None:
    """Wait until the page has its seat."""
    expect(page.locator("[data-room]")).to_have_attribute("data-live", "live", timeout=within_s * 1000)


def take_a_seat(page: Page) -> None:
    """Go into the room that is always open, or into its next half hour if this one is nearly over."""
    page.goto("/groups/the-open-room")
    page.get_by_role("link", name="Take a seat").first.click()
    page.wait_for_url(re.compile(r"/sits/[\w-]+$"))
    room = json.loads(page.locator("[data-room]").get_attribute("data-room") or "{}")
    if room["phases"][-1]["from_ms"] - room["now_ms"] < A_STORY / timedelta(milliseconds=1):
        series, _, start = room["sit"].partition("-")
        following = datetime.strptime(start, KEY).replace(tzinfo=UTC) + timedelta(minutes=30)
        page.goto(f"/groups/the-open-room/sits/{series}-{following.strftime(KEY)}")
    expect_live(page)


def expect_seats(page: Page, count: int) -> None:
    """Wait until so many cushions have somebody on them."""
    expect(page.locator("[data-room-ring] .drop")).to_have_count(count)


def a_sit_that_ends_in(server: Server, seconds: float, *, by: str = "tomasz") -> str:
    """Put a ten-minute sit into a group's calendar that began long enough ago; gives its address."""
    starts = (now() + timedelta(seconds=seconds) - LENGTH).replace(microsecond=0)
    return rows.sit_of(server, "Short sit", starts, group=GROUP, by=by, plan="soothing_rhythm_breathing")


def closing_ms(page: Page) -> int:
    """Give when the plan of a page has its closing bell."""
    bells: list[dict[str, Any]] = page.evaluate(HEARS)["bells"]
    return int(bells[-1]["at_ms"])


def expect_closing_bell(page: Page, *, within_ms: float, seconds: float = 90) -> None:
    """Wait until the closing bell was heard, once, at its time and at no other, and was seen as well."""
    planned = closing_ms(page)
    page.wait_for_function(f"() => ({HEARD})().some((at) => Math.abs(at - {planned}) < 10_000)", timeout=seconds * 1000)
    heard = [round(at - planned) for at in page.evaluate(HEARD)]
    assert len(heard) == 1, f"heard at {heard} ms from its time"
    assert abs(heard[0]) <= within_ms, f"heard {heard[0]} ms after its time"
    page.wait_for_function("() => window.seen.length === 1")
