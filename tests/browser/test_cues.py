"""Words of the plan: in time, one after the other, seen or not, read to a screen reader or not, as one likes."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from community.clock import now
from tests.browser import rows
from tests.browser.server import Server
from tests.browser.sitting import GROUP, SignedIn, expect_live

# Three browsers and another test share two cores here, so this tells only whether a word waits for another tick; how
# near to the plan words are on a machine that is not busy stands in docs/benchmarks.md, found by -s.
HELD_UP_MS = 1_000
SAID = {0: "Feel the chair.", 8: "Let the breath be as it is.", 16: "Listen, near and far."}
PLAN = {
    "id": "a_minute",
    "title": "A minute",
    "version": 1,
    "total_s": 60,
    "segments": [
        {"at_s": at_s, "kind": "cue" if at_s else "bell", "text": words, "layer": "body"}
        for at_s, words in SAID.items()
    ]
    + [{"at_s": 60, "kind": "bell", "bells": 1}],
    "care": ["Your eyes may stay open."],
}
# Notes when the ring says something else, as milliseconds of this machine's wall clock, and what is read aloud.
NOTE_WORDS = """
window.shown = [];
window.read = [];
new MutationObserver((changes) => {
  for (const { target, type } of changes) {
    if (type === "attributes") {
      const words = JSON.parse(target.getAttribute("data-said")).map(({ text }) => text).join(" ");
      window.shown.push({ at: Date.now(), words });
    }
    else if (target.matches?.("[data-room-cue]")) window.read.push(target.textContent);
  }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-said"] });
"""


def a_minute(server: Server, *, begins_in: float) -> tuple[str, float]:
    """Plan a minute with words; gives its address, and its first bell in milliseconds."""
    starts = (now() + timedelta(seconds=begins_in)).replace(microsecond=0)
    address = rows.sit_of(server, "A minute", starts, group=GROUP, by="tomasz", plan=PLAN)
    return address, starts.timestamp() * 1000


def take(page: Page, address: str) -> Page:
    page.add_init_script(NOTE_WORDS)
    page.goto(address)
    expect_live(page)
    return page


def expect_read(page: Page, words: list[str]) -> None:
    page.wait_for_function("(last) => window.read.includes(last)", arg=words[-1], timeout=40_000)
    assert [each for each in page.evaluate("window.read") if each] == words


def test_words_show_when_the_plan_says_so_one_at_a_time_and_fade(signed_in: SignedIn, server: Server) -> None:
    address, starts = a_minute(server, begins_in=12)
    ines, maren, tomasz = (take(signed_in(name), address) for name in ("Ines", "Maren", "Tomasz"))
    # by keyboard, before the first bell: Maren wants to hear the words and not see them, Tomasz neither
    for page in (maren, tomasz):
        page.get_by_role("button", name="Without words").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("The ring stays without words.")).to_be_visible()
    tomasz.get_by_role("checkbox", name="Read the words to a screen reader").focus()
    tomasz.keyboard.press("Space")
    for page in (ines, maren):
        expect_read(page, list(SAID.values()))
    lines = ines.locator("[data-room-ring] .cue")
    assert " ".join(lines.all_text_contents()) == SAID[16]
    expect(lines.first).to_have_class(re.compile("fades"), timeout=30_000)
    shown = [each for each in ines.evaluate("window.shown") if each["words"] in SAID.values()]
    late = [each["at"] - starts - 1000 * at_s for each, at_s in zip(shown, SAID, strict=False)]
    assert len(late) == len(SAID), shown
    print(f"words shown {late} ms after the plan")  # noqa: T201 - for docs/benchmarks.md, by -s
    assert -15 <= min(late) <= max(late) <= HELD_UP_MS, f"{late} ms after the plan"
    for page in (maren, tomasz):
        expect(page.locator("[data-room-ring] .cue")).to_have_count(0)
    assert not any(tomasz.evaluate("window.read"))


def test_what_one_chose_is_remembered_in_this_browser(signed_in: SignedIn) -> None:
    ines = signed_in("Ines")
    address = "/practices/soothing_rhythm_breathing/alone"
    ines.goto(address)
    ines.get_by_role("button", name="Without words").click()
    ines.get_by_role("checkbox", name="Read the words to a screen reader").uncheck()
    ines.goto(address)
    expect(ines.get_by_role("button", name="Show the words")).to_be_visible()
    expect(ines.get_by_role("checkbox", name="Read the words to a screen reader")).not_to_be_checked()
