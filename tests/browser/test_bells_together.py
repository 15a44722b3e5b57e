"""Several people hear one bell: over slow and cut lines, on a phone, in a hidden tab, without sound or motion."""

from playwright.sync_api import Page, expect

from tests.browser.looking import Watch
from tests.browser.server import Server
from tests.browser.sitting import (
    AWAY,
    HEARD,
    HIDE,
    NOTE_BELLS,
    SignedIn,
    a_sit_that_ends_in,
    away,
    expect_closing_bell,
    expect_live,
    expect_seats,
)

# Every packet takes 0 to 150 ms longer, each way and in order; and the line can be cut.
SLOW_LINE = """
const Plain = window.WebSocket;
const lines = [];
const later = (line, way, act) => {
  const at = Math.max(line[way] ?? 0, performance.now() + 150 * Math.random());
  line[way] = at;
  setTimeout(act, at - performance.now());
};
window.WebSocket = class extends Plain {
  constructor(...given) { super(...given); lines.push(this); }
  send(data) { later(this, "out", () => { if (this.readyState === 1) super.send(data); }); }
  set onmessage(hear) { super.onmessage = (event) => later(this, "back", () => hear(event)); }
};
window.cut = () => lines.splice(0).forEach((line) => line.close());
"""
# Everything in the ring that stands for people and places; the line of time goes on.
CUSHIONS = """() => [...document.querySelectorAll("[data-room-ring] .zafu")].map((one) => one.parentNode.outerHTML)"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def arrive(page: Page, address: str) -> None:
    """Take a seat over a slow line, with an ear for every bell."""
    page.add_init_script(NOTE_BELLS)
    page.add_init_script(SLOW_LINE)
    page.goto(address)
    expect_live(page)


def cut(page: Page) -> None:
    """Take the network away, as in a tunnel."""
    page.context.set_offline(True)
    page.evaluate("cut()")
    expect(page.locator("[data-room]")).to_have_attribute("data-live", "not-live")


def heard_at(page: Page) -> float:
    """Give the one moment at which a page has sounded a bell."""
    [at] = page.evaluate(HEARD)
    return float(at)


def test_people_share_the_closing_bell_whatever_has_become_of_their_pages(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(AWAY + "|ERR_INTERNET_DISCONNECTED")
    address = a_sit_that_ends_in(server, 55)
    maren, ines, tomasz = signed_in("Maren"), signed_in("Ines", **PHONE), signed_in("Tomasz")
    for page in (maren, ines, tomasz):
        arrive(page, address)
    tomasz.evaluate(HIDE)
    cut(ines)
    assert maren.locator("[data-room-quiet]").text_content() == ""
    ines.context.set_offline(False)
    expect_live(ines, within_s=20)
    for page in (maren, ines, tomasz):
        expect_closing_bell(page, within_ms=150)
    moments = [heard_at(page) for page in (maren, ines, tomasz)]
    assert max(moments) - min(moments) <= 150


def test_who_hears_nothing_by_choice_sees_the_bell_and_is_told(signed_in: SignedIn, server: Server) -> None:
    address = a_sit_that_ends_in(server, 30)
    ines = signed_in("Ines", reduced_motion="reduce")
    ines.goto("/")
    sit = address.rpartition("/")[2]
    ines.evaluate("(sit) => localStorage.setItem('sit.mute', sit)", sit)
    arrive(ines, address)
    expect(ines.locator("[data-room-said]")).to_have_text("A bell.", timeout=60_000)
    assert ines.evaluate(HEARD) == []
    assert ines.evaluate("seen.length") == 1


def test_who_comes_late_brings_no_sound_and_moves_nothing(signed_in: SignedIn, server: Server) -> None:
    address = a_sit_that_ends_in(server, 120)
    maren, ines = signed_in("Maren"), signed_in("Ines")
    arrive(maren, address)
    expect_seats(maren, 1)
    drawn = maren.evaluate(CUSHIONS)
    arrive(ines, address)
    expect_seats(ines, 2)
    for page in (maren, ines):
        assert page.evaluate(HEARD) == []
        assert page.evaluate("seen.length") == 0
    expect_seats(maren, 1)
    assert maren.evaluate(CUSHIONS) == drawn, "the circle waits for the next bell"


def test_the_server_is_killed_in_the_silence_and_all_share_the_bell(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(AWAY)
    address = a_sit_that_ends_in(server, 40)
    pages = [signed_in("Maren"), signed_in("Ines", **PHONE), signed_in("Tomasz")]
    for page in pages:
        arrive(page, address)
    with away(server):
        for page in pages:
            expect_closing_bell(page, within_ms=150)
        moments = [heard_at(page) for page in pages]
    assert max(moments) - min(moments) <= 150
