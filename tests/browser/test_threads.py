"""Two people write in one thread: what comes moves nothing, what is typed is kept, all of it without script too."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import rows
from tests.browser.looking import Watch, assert_accessible
from tests.browser.server import Server

SignedIn = Callable[..., Page]

ELEVEN = "Eleven minutes over, again"
LEAN = "The lean: where in the body does “just one more minute” live?"
CLOSING = "A closing line that does not sound like a door"
WINTER = "Our agreement, read again for the winter"
STANDING = "What I found when I tried it standing"

# Where everything stands that somebody may be reading, and how far they have scrolled.
PLACES = """() => [scrollX, scrollY, ...[...document.querySelectorAll("main h1, [data-post], #reply, #reply .btn")]
  .map((each) => { const { x, y, width, height } = each.getBoundingClientRect(); return [x, y, width, height]; })]"""

# Counts what the browser itself calls a shift of the page, from the moment it is asked.
WATCH_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => { window.shifted += each.value; }))
    .observe({ type: "layout-shift" });
}"""
SHIFTED = """() => new Promise((resolve) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(window.shifted)))))"""

MARKDOWN = """A first line, *quiet*, and a **louder** one.

> Something somebody said

- one foot
- the other

1. breathe out
2. say the sentence

See [the page](https://example.org/endings) and `a word`. <script>no</script> & so on."""


def open_thread(page: Page, title: str) -> None:
    """Go to a thread from its group, as a person would."""
    page.goto("/groups/ending-on-time")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def composer(page: Page) -> Locator:
    """Give the place to write in."""
    return page.get_by_role("textbox", name=re.compile("^(Your reply|Your words|What you would like to say)$"))


def post(page: Page, words: str, *, note: str = "") -> None:
    """Write a reply and wait until it stands in the thread."""
    composer(page).fill(words)
    if note:
        page.get_by_text("Add a content note").click()
        page.get_by_role("textbox", name="Content note").fill(note)
    page.get_by_role("button", name="Post reply").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))


def newest(page: Page) -> Locator:
    """Give the last post on the page."""
    return page.locator("[data-post]").last


def words_of(article: Locator) -> str:
    """Give a post's words as the page holds them."""
    return article.locator(".prose").inner_html().strip()


# Side by side


def test_a_new_post_waits_behind_a_quiet_line_and_moves_nothing(signed_in: SignedIn) -> None:
    ines, maren = signed_in("Ines"), signed_in("Maren")
    open_thread(ines, ELEVEN)
    open_thread(maren, ELEVEN)
    composer(ines).fill("I am in the middle of")
    composer(ines).scroll_into_view_if_needed()
    expect(ines.locator("[data-composer-status]")).to_have_text("Kept.")
    before, address = ines.evaluate(PLACES), ines.url
    ines.evaluate(WATCH_SHIFTS)

    post(maren, "The bell and the door handle, then.")
    expect(ines.locator("[data-arrived-words]")).to_have_text("One new post.")
    assert ines.evaluate(PLACES) == before
    assert ines.evaluate(SHIFTED) == 0
    assert composer(ines).evaluate("(field) => field === document.activeElement")
    expect(newest(ines)).not_to_contain_text("The bell and the door handle, then.")

    ines.get_by_role("button", name="Show it").click()
    expect(newest(ines)).to_contain_text("The bell and the door handle, then.")
    expect(newest(ines)).to_be_focused()
    expect(newest(ines)).to_be_in_viewport()
    expect(ines.locator("[data-arrived-words]")).to_be_empty()
    expect(composer(ines)).to_have_value("I am in the middle of")
    assert ines.url == address


def test_a_new_post_stands_below_at_once_where_nobody_sees_the_page_grow(signed_in: SignedIn) -> None:
    ines, maren = signed_in("Ines", viewport={"width": 390, "height": 844}), signed_in("Maren")
    open_thread(maren, LEAN)
    ines.goto(maren.url.partition("?")[0])
    before = ines.locator("[data-post]").count()
    expect(ines.locator("[data-arrived-words]")).not_to_be_in_viewport()
    ines.evaluate(WATCH_SHIFTS)
    read = ines.evaluate(PLACES)[: 3 + before]

    post(maren, "Behind the knees is a good place to begin.")
    expect(ines.locator("[data-post]")).to_have_count(before + 1)
    assert ines.evaluate(PLACES)[: 3 + before] == read
    assert ines.evaluate(SHIFTED) == 0
    expect(newest(ines)).to_contain_text("Behind the knees is a good place to begin.")


def test_what_its_writer_changes_is_read_anew_in_its_place(signed_in: SignedIn) -> None:
    ines, maren = signed_in("Ines"), signed_in("Maren")
    open_thread(maren, WINTER)
    post(maren, "Nobody owes a reason.")
    open_thread(ines, WINTER)
    expect(newest(ines)).to_contain_text("Nobody owes a reason.")

    newest(maren).get_by_role("link", name="Edit").click()
    composer(maren).fill("Nobody owes anybody a reason.")
    maren.get_by_role("button", name="Keep this version").click()
    expect(newest(ines)).to_contain_text("Nobody owes anybody a reason.")
    newest(maren).get_by_text("Withdraw").first.click()
    maren.get_by_role("button", name="Withdraw this post").click()
    expect(newest(ines)).to_contain_text("This post was withdrawn by its writer.")
    expect(newest(ines)).not_to_contain_text("anybody a reason")


# What is typed


def test_a_draft_outlives_the_browser_and_is_there_on_another_device(signed_in: SignedIn) -> None:
    desk = signed_in("Ines")
    open_thread(desk, CLOSING)
    composer(desk).press_sequentially("I say nothing and put the pen down.")
    expect(desk.locator("[data-composer-status]")).to_have_text("Kept.")
    desk.context.close()

    phone = signed_in("Ines", viewport={"width": 390, "height": 844})
    open_thread(phone, CLOSING)
    expect(composer(phone)).to_have_value("I say nothing and put the pen down.")
    expect(phone.locator("[data-composer-status]")).to_have_text(re.compile(r"^Kept today"))
    phone.get_by_role("button", name="Post reply").click()
    expect(newest(phone)).to_contain_text("I say nothing and put the pen down.")
    expect(composer(phone)).to_have_value("")


def test_what_is_read_back_is_what_is_posted(signed_in: SignedIn) -> None:
    page = signed_in("Ines")
    open_thread(page, CLOSING)
    composer(page).fill(MARKDOWN)
    page.get_by_role("tab", name="Read it back").click()
    shown = page.locator("[data-composer-page] .prose")
    expect(shown.locator("li")).to_have_count(4)
    read_back = shown.inner_html().strip()
    page.get_by_role("tab", name="Write").click()
    expect(composer(page)).to_have_value(MARKDOWN)
    page.get_by_role("button", name="Post reply").click()
    expect(newest(page)).to_contain_text("A first line, quiet, and a louder one.")
    assert words_of(newest(page)) == read_back


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_content_note_stays_folded_until_it_is_opened(signed_in: SignedIn, script: bool) -> None:  # noqa: FBT001
    words = f"It was a hard hour, {'with' if script else 'without'} a script."
    writer = signed_in("Maren", java_script_enabled=script)
    open_thread(writer, STANDING)
    post(writer, words, note="An hour about illness")
    reader = signed_in("Ines", java_script_enabled=script)
    open_thread(reader, STANDING)
    expect(newest(reader)).to_contain_text("Content note: An hour about illness")
    expect(reader.get_by_text(words)).to_be_hidden()
    newest(reader).get_by_text("Open the post").click()
    expect(reader.get_by_text(words)).to_be_visible()
    newest(reader).get_by_text("Fold it again").click()
    expect(reader.get_by_text(words)).to_be_hidden()
    reader.goto("/groups/ending-on-time")
    expect(reader.get_by_text(words)).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_edit_that_comes_second_shows_both_versions(signed_in: SignedIn, watch: Watch, script: bool) -> None:  # noqa: FBT001
    watch.allow("409")  # the browser notes the answer
    first, second = signed_in("Ines", java_script_enabled=script), signed_in("Ines", java_script_enabled=script)
    open_thread(first, STANDING)
    post(first, "On the stairs of the clinic.")
    address = first.url
    for page in (first, second):
        page.goto(address)
        newest(page).get_by_role("link", name="Edit").click()
    composer(first).fill("On the stairs of the clinic, second floor.")
    first.get_by_role("button", name="Keep this version").click()
    first.wait_for_url(re.compile(r"#post-\d+$"))

    composer(second).fill("On the back stairs.")
    second.get_by_role("button", name="Keep this version").click()
    expect(second.get_by_role("region", name="What it says now")).to_contain_text("second floor")
    expect(composer(second)).to_have_value("On the back stairs.")
    if script:  # axe is one itself
        assert_accessible(second)
    second.get_by_role("button", name="Keep this version").click()
    second.wait_for_url(re.compile(r"#post-\d+$"))
    expect(newest(second)).to_contain_text("On the back stairs.")
    newest(second).get_by_role("link", name="edited").click()
    expect(second.get_by_text("second floor")).to_be_visible()
    expect(second.get_by_text("On the stairs of the clinic.", exact=True)).to_be_visible()


# Where one lands


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_one_lands_on_the_first_post_that_one_has_not_read(signed_in: SignedIn, server: Server, script: bool) -> None:  # noqa: FBT001
    title = f"Many short breaths, {'with' if script else 'without'} a script"
    posts = [(f"Post {number} of many.", f"<p>Post {number} of many.</p>") for number in range(1, 24)]
    address = rows.thread_of(server, title, posts, group="compassion-practised", by="ruth")
    page = signed_in("Ines", java_script_enabled=script)
    page.goto(address)
    if script:
        with page.expect_response(re.compile("/reading$")):
            page.get_by_text("Post 20 of many.").scroll_into_view_if_needed()
            page.get_by_role("navigation", name="Posts").scroll_into_view_if_needed()
    else:
        page.get_by_role("button", name="I have read up to here").click()
    page.goto("/")
    page.get_by_role("link", name=title).click()
    page.wait_for_url(re.compile(r"page=2#post-\d+$"))
    landed = page.locator(f"[id='{page.url.partition('#')[2]}']")
    expect(landed).to_contain_text("Post 21 of many.")
    expect(landed).to_be_in_viewport()
    expect(page.get_by_text("New since you were here")).to_have_count(1)


# Without script


def test_a_thread_is_begun_read_back_kept_and_posted_without_script(signed_in: SignedIn) -> None:
    page = signed_in("Ines", java_script_enabled=False)
    page.goto("/groups/ending-on-time")
    page.get_by_role("link", name="Begin a thread").click()
    page.get_by_role("textbox", name="Title").fill("Written without a script")
    page.get_by_role("radio", name="To be heard").check()
    composer(page).fill("One *slow* line.")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("Kept as a draft. Only you see it.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Written without a script")
    expect(composer(page)).to_have_value("One *slow* line.")

    page.get_by_role("button", name="Read it back").click()
    read_back = page.locator("[data-composer-page] .prose").inner_html().strip()
    expect(composer(page)).to_have_value("One *slow* line.")
    page.get_by_role("button", name="Begin the thread").click()
    expect(page.get_by_role("heading", level=1, name="Written without a script")).to_be_visible()
    expect(page.get_by_text("You have asked to be listened to.")).to_be_visible()
    assert words_of(newest(page)) == read_back


def test_an_answer_is_read_back_kept_and_posted_without_script(signed_in: SignedIn) -> None:
    page = signed_in("Maren", java_script_enabled=False, viewport={"width": 390, "height": 844})
    open_thread(page, LEAN)
    composer(page).fill("In the shoulders, **always**.")
    page.get_by_role("button", name="Read it back").click()
    read_back = page.locator("[data-composer-page] .prose").inner_html().strip()
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_text("Kept as a draft. Only you see it.")).to_be_visible()
    expect(composer(page)).to_have_value("In the shoulders, **always**.")
    page.get_by_role("button", name="Post reply").click()
    page.wait_for_url(re.compile(r"#post-\d+$"))
    assert words_of(newest(page)) == read_back
    expect(composer(page)).to_have_value("")


def test_an_answer_that_was_refused_keeps_what_was_typed(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("422")
    page = signed_in("Ines", java_script_enabled=False)
    open_thread(page, LEAN)
    composer(page).fill("x" * 20_001)
    page.get_by_role("button", name="Post reply").click()
    expect(composer(page)).to_have_value("x" * 20_001)
    expect(page.locator(".wrong, [role=alert]").first).to_be_visible()
