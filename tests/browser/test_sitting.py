"""People sit together: the same plan for all, no server needed for the bell, seats that come back by themselves."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looking import Watch
from tests.browser.server import Server
from tests.browser.sitting import (
    AWAY,
    HEARS,
    HIDE,
    NOTE_BELLS,
    SHOW,
    SignedIn,
    a_sit_that_ends_in,
    away,
    closing_ms,
    expect_closing_bell,
    expect_live,
    expect_seats,
    take_a_seat,
)


def test_three_people_sit_together_and_hear_the_same_plan(signed_in: SignedIn) -> None:
    maren, ines = signed_in("Maren"), signed_in("Ines", viewport={"width": 390, "height": 844})
    plans = []
    for page in (maren, ines):
        take_a_seat(page)
        plans.append(page.evaluate(HEARS))
    third = signed_in("Maren", viewport={"width": 1280, "height": 800})
    third.goto(maren.url)
    expect_live(third)
    plans.append(third.evaluate(HEARS))
    assert plans[0]["bells"] == plans[1]["bells"] == plans[2]["bells"]
    assert plans[0]["sit"] == plans[1]["sit"]
    assert plans[0]["bells"][-1]["kind"] == "closing"
    expect_seats(third, 2)  # a person has one seat, whatever tabs hold it


def test_the_room_outlives_the_server_and_the_seats_come_back(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(AWAY)
    maren, ines = signed_in("Maren"), signed_in("Ines")
    for page in (maren, ines):
        take_a_seat(page)
    before = ines.evaluate(HEARS)
    with away(server):
        expect(ines.locator("[data-room]")).to_have_attribute("data-live", "not-live", timeout=30_000)
        assert ines.evaluate(HEARS)["bells"] == before["bells"]
        expect_seats(ines, 2)
    for page in (maren, ines):
        expect_live(page, within_s=30)
    third = signed_in("Maren")
    third.goto(ines.url)
    expect_live(third)
    expect_seats(third, 2)


def test_the_closing_bell_rings_though_the_server_was_killed_in_the_silence(
    signed_in: SignedIn, server: Server, watch: Watch
) -> None:
    watch.allow(AWAY)
    address = a_sit_that_ends_in(server, 30)
    maren, ines = signed_in("Maren"), signed_in("Ines")
    for page in (maren, ines):
        page.add_init_script(NOTE_BELLS)
        page.goto(address)
        expect_live(page)
    with away(server):
        for page in (maren, ines):
            expect_closing_bell(page, within_ms=150)


def test_of_two_tabs_of_one_member_one_sounds_and_the_other_takes_over(signed_in: SignedIn) -> None:
    one = signed_in("Ines")
    take_a_seat(one)
    other = one.context.new_page()
    other.goto(one.url)
    expect_live(other)
    for page in (one, other):
        page.bring_to_front()
        page.locator("[data-room-ring]").click()
    expect(one.locator("[data-room-hearing]")).to_have_text("The bell will sound here.")
    expect(other.locator("[data-room-hearing]")).to_have_text(
        "The bell sounds in your other tab, and shows here as a ring of light."
    )
    one.close()
    expect(other.locator("[data-room-hearing]")).to_have_text("The bell will sound here.")


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
    page.goto("/groups/the-open-room")
    page.get_by_role("link", name="Take a seat").first.click()
    expect(page.get_by_role("list", name="How this sit goes")).to_contain_text(re.compile("three bells", re.IGNORECASE))
    expect(page.locator("[data-room-note]")).to_contain_text("Maren")
    page.get_by_role("button", name="Leave quietly").first.click()
    expect(page.get_by_role("heading", name="The Open Room")).to_be_visible()


# A browser that makes no sound of its own, and the moments at which an element sounds in it.
WITHOUT_WEB_AUDIO = """
delete window.AudioContext;
window.played = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!this.muted) window.played.push([new URL(this.src).pathname.split("/").at(-1), Date.now()]);
  return play.call(this);
};
"""


def test_a_browser_without_web_audio_rings_by_a_file_once_and_while_it_is_hidden(
    signed_in: SignedIn, server: Server
) -> None:
    address = a_sit_that_ends_in(server, 25)
    ines = signed_in("Ines")
    ines.add_init_script(WITHOUT_WEB_AUDIO)
    ines.goto(address)
    expect_live(ines)
    ines.locator("[data-room-ring]").click()
    expect(ines.locator("[data-room-hearing]")).to_have_text("The bell will sound here.")
    planned = closing_ms(ines)
    ines.evaluate(HIDE)
    expect(ines).to_have_title(re.compile("^The closing bell · "), timeout=60_000)
    ines.evaluate(SHOW)
    expect(ines).to_have_title(re.compile("^Short sit"))
    [[name, at]] = ines.evaluate("played")
    assert name == "closing.wav"
    assert abs(at - planned) <= 1_000
