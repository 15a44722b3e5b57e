"""What somebody has typed outlives refusals and an ended sign-in, goes once it has arrived, and is nobody else's."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.looking import Watch

SignedIn = Callable[..., Page]

WORDS = "Words that took me an evening to find."
BACK = "These words were kept in this browser."
CLOSING = "A closing line that does not sound like a door"
LEAN = "The lean: where in the body does “just one more minute” live?"
ELEVEN = "Eleven minutes over, again"
WINTER = "Our agreement, read again for the winter"


def open_thread(page: Page, title: str) -> str:
    """Go to a thread from its group, and give its address."""
    page.goto("/groups/ending-on-time")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    return page.url.partition("#")[0].partition("?")[0]


def composer(page: Page) -> Locator:
    """Give the place to write in."""
    return page.get_by_role("textbox", name=re.compile("^(Your reply|Your words|What you would like to say)$"))


def status(page: Page) -> Locator:
    """Give the line that says what is kept."""
    return page.locator("[data-composer-status]")


def sign_in(page: Page, name: str) -> None:
    """Step in again, as a person of the demo."""
    page.goto("/sign-in")
    page.get_by_role("button", name=f"Step in as {name}").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def without_drafts(page: Page) -> None:
    """Let no saving reach the house."""
    page.route("**/drafts?*", lambda route: route.abort())


def write(page: Page, words: str) -> None:
    """Type, and wait until this browser keeps it: on a slow line a form can be sent before its script is there."""
    composer(page).fill(words)
    page.wait_for_function("words => Object.values(sessionStorage).some(each => each.includes(words))", arg=words)


def refusing(code: int) -> Callable[[Route], None]:
    """Answer a form as the house does when it refuses, without its having been done."""

    def answer(route: Route) -> None:
        back = route.request.headers["referer"]
        page = f'<!doctype html><title>No</title><h1>No</h1><a href="{back}">Go back</a>'
        route.fulfill(status=code, content_type="text/html", body=page)

    return answer


def go_back(page: Page) -> None:
    """Take the way back that a refusal offers."""
    page.get_by_role("link", name="Go back").click()
    expect(composer(page)).to_be_visible()


def test_words_that_were_not_saved_are_shown_to_nobody_else(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("401|400|ERR_FAILED")
    page = signed_in("Ines")
    address = open_thread(page, CLOSING)
    page.context.clear_cookies()
    composer(page).fill("Half-finished words of Ines, for nobody yet.")
    expect(status(page)).to_have_text(re.compile("^Not kept yet"))
    sign_in(page, "Maren")
    page.goto(address)
    expect(page.get_by_role("tab", name="Write")).to_be_visible()
    expect(composer(page)).to_have_value("")
    expect(status(page)).to_be_empty()
    assert page.evaluate("Object.values(sessionStorage).filter((each) => each.includes('Half-finished'))") == []


@pytest.mark.parametrize("code", [400, 401, 429, 500])
def test_words_that_were_refused_are_there_on_the_way_back(signed_in: SignedIn, watch: Watch, code: int) -> None:
    watch.allow(f"{code}|ERR_FAILED")
    page = signed_in("Ines")
    open_thread(page, LEAN)
    without_drafts(page)
    page.route("**/threads/*/posts", refusing(code))
    write(page, f"{WORDS} {code}.")
    page.get_by_role("button", name="Post reply").click()
    expect(page.get_by_role("heading", name="No")).to_be_visible()
    go_back(page)
    expect(composer(page)).to_have_value(f"{WORDS} {code}.")
    expect(status(page)).to_have_text(re.compile(f"{BACK}|^Not kept yet"))


def test_words_typed_before_the_script_was_there_are_kept_as_any_others(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    page = signed_in("Ines")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/behaviors/composer*.js*", hold)
    open_thread(page, LEAN)
    without_drafts(page)
    composer(page).fill(WORDS)
    page.wait_for_function("document.readyState === 'complete'")
    for each in held:
        each.continue_()
    expect(status(page)).to_have_text(re.compile("^Not kept yet"))
    page.reload()
    for each in held[1:]:
        each.continue_()
    expect(composer(page)).to_have_value(WORDS)


def test_words_that_were_refused_and_then_posted_are_not_offered_again(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("429|ERR_FAILED")
    page = signed_in("Ines")
    address = open_thread(page, ELEVEN)
    without_drafts(page)
    page.route("**/threads/*/posts", refusing(429))
    write(page, WORDS)
    page.get_by_role("button", name="Post reply").click()
    page.unroute_all()
    go_back(page)
    expect(composer(page)).to_have_value(WORDS)
    page.get_by_role("button", name="Post reply").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))
    expect(page.locator("[data-post]").last).to_contain_text(WORDS)
    for _ in range(2):
        expect(composer(page)).to_have_value("")
        expect(status(page)).to_be_empty()
        page.goto(address)
    assert page.evaluate("Object.keys(sessionStorage).filter((each) => each.startsWith('kept'))") == []


def test_words_that_were_posted_unsaved_leave_an_empty_composer(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    page = signed_in("Ines")
    open_thread(page, ELEVEN)
    write(page, "Posted before any saving.")
    with page.expect_response(re.compile(r"/drafts\?thread=")):  # whether they have become a post
        page.get_by_role("button", name="Post reply").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))
    page.wait_for_function("Object.keys(sessionStorage).length === 0")
    expect(composer(page)).to_have_value("")
    # Nor where the house cannot be asked at first.
    composer(page).fill("Posted, and the line was lost.")
    page.route("**/drafts?*", lambda route: route.abort())
    page.get_by_role("button", name="Post reply").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))
    expect(composer(page)).to_have_value("Posted, and the line was lost.")
    page.unroute_all()
    with page.expect_response(re.compile(r"/drafts\?thread=")):
        page.reload()
    page.wait_for_function("Object.keys(sessionStorage).length === 0")
    page.reload()
    expect(composer(page)).to_have_value("")


def test_who_comes_in_again_from_another_tab_goes_on_in_the_first(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("401|400")
    page = signed_in("Ines")
    open_thread(page, WINTER)
    page.context.clear_cookies()
    composer(page).fill(WORDS)
    expect(status(page)).to_contain_text("You are no longer signed in. Come in from another tab")
    other = page.context.new_page()
    sign_in(other, "Ines")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(status(page)).to_have_text("Kept.")
    page.get_by_role("button", name="Post reply").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))
    expect(page.locator("[data-post]").last).to_contain_text(WORDS)


def test_nothing_is_kept_under_the_name_of_somebody_who_came_in_meanwhile(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("401|400")
    page = signed_in("Ines")
    address = open_thread(page, WINTER)
    other = page.context.new_page()
    page.context.clear_cookies()
    sign_in(other, "Maren")
    composer(page).fill("Still the words of Ines.")
    expect(status(page)).to_contain_text("Somebody else is signed in here by now.")
    other.goto(address)
    expect(composer(other)).to_have_value("")


def test_a_refusal_before_the_view_shows_what_was_written(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("401|400")
    page = signed_in("Ines", java_script_enabled=False)
    open_thread(page, LEAN)
    page.context.clear_cookies()
    composer(page).fill(f"{WORDS}\n<b>& more</b>")
    page.get_by_role("button", name="Post reply").click()
    kept = page.get_by_role("region", name="What you wrote").get_by_role("textbox")
    expect(kept).to_have_value(f"{WORDS}\n<b>& more</b>")
    expect(kept).not_to_be_editable()


def test_an_edit_has_no_draft_and_is_kept_until_it_was_taken(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("429|ERR_FAILED")
    page = signed_in("Ines")
    open_thread(page, LEAN)
    composer(page).fill("To be said otherwise.")
    page.get_by_role("button", name="Post reply").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))
    page.locator("[data-post]").last.get_by_role("link", name="Edit").click()
    address = page.url
    page.route(
        "**/posts/*/edit", lambda route: refusing(429)(route) if route.request.method == "POST" else route.fallback()
    )
    write(page, WORDS)
    page.get_by_role("button", name="Keep this version").click()
    page.unroute_all()
    go_back(page)
    expect(composer(page)).to_have_value(WORDS)
    expect(page.get_by_text(BACK)).to_be_visible()
    page.get_by_role("button", name="Keep this version").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))
    page.wait_for_function("Object.keys(sessionStorage).length === 0")
    page.goto(address)
    expect(composer(page)).to_have_value(WORDS)
    expect(page.get_by_text(BACK)).to_have_count(0)
    write(page, "A thought that I leave.")
    page.reload()
    expect(composer(page)).to_have_value("A thought that I leave.")
    page.get_by_role("button", name="Let them go").click()
    expect(composer(page)).to_have_value(WORDS)


def test_words_for_a_decision_are_kept_until_it_was_taken(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("500")
    page = signed_in("Maren")
    page.goto("/desk")
    area = page.locator("textarea[name=words]")
    address = page.url
    if area.count() == 0:
        page.locator("main a[href^='/cases/']").first.click()
        address = page.url
    first = area.first
    first.evaluate("(field, words) => { field.value = words; field.dispatchEvent(new Event('input')); }", WORDS)
    page.route(
        "**/cases/**", lambda route: refusing(500)(route) if route.request.method == "POST" else route.fallback()
    )
    first.evaluate("(field) => field.form.requestSubmit()")
    page.get_by_role("link", name="Go back").click()
    page.wait_for_url(address)
    expect(area.first).to_have_value(WORDS)
    page.context.clear_cookies()
    sign_in(page, "Ines")
    page.goto("/groups/ending-on-time")
    page.locator("ul.threads a").first.click()
    expect(page.get_by_role("tab", name="Write")).to_be_visible()
    page.wait_for_function("Object.keys(sessionStorage).every((each) => !each.startsWith('kept'))")
