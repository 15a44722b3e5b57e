"""A teacher clears the desk from a phone; those concerned hear of it at once, and whoever comes second is told why."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import Watch, assert_accessible, assert_no_sideways_scroll

SignedIn = Callable[..., Page]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NEWS = "Notices, something new"


class Thumb:
    """A person's thumb on a phone: taps, and how many there were since the last act began."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, target: Locator) -> None:
        """Tap, where a thumb can hit: 44 px each way at least."""
        box = target.bounding_box()
        assert box is not None
        assert box["width"] >= 44, f"too narrow for a thumb: {target}"
        assert box["height"] >= 44, f"too low for a thumb: {target}"
        target.tap()
        self.taps += 1

    def count(self) -> int:
        """Give the taps since the last time."""
        taps, self.taps = self.taps, 0
        return taps


def reply(page: Page, words: str) -> str:
    """Write into the thread that is open; gives the post's own address."""
    page.get_by_role("textbox", name="Your reply").fill(words)
    page.get_by_role("button", name="Post reply").click()
    mine = page.locator("[data-post]").filter(has_text=words)
    expect(mine).to_be_visible()
    return f"/posts/{mine.get_attribute('data-post')}"


def bring(page: Page, post: str, *, reason: str, words: str) -> None:
    """Bring a post to the teachers."""
    page.goto(f"{post}/flags/new")
    page.get_by_role("radio", name=reason).check()
    page.get_by_role("textbox", name=re.compile("words")).fill(words)
    page.get_by_role("button", name="Bring it to them").click()
    expect(page.get_by_role("status").first).to_be_visible()


def waiting(page: Page, *, about: str) -> Locator:
    """Give what waits on the desk about a person or with these words."""
    return page.locator("article.case").filter(has_text=about)


def hold_everything(page: Page, slug: str) -> None:
    """Let a teacher read every post of a group before it appears."""
    page.goto(f"/groups/{slug}/edit")
    page.get_by_role("radio", name="Every one").check()
    page.get_by_role("button", name="Keep these").click()
    page.wait_for_url(re.compile(rf"/groups/{slug}$"))


def join(page: Page, slug: str) -> None:
    """Join an open group and accept its agreement."""
    page.goto(f"/groups/{slug}")
    page.get_by_role("button", name="Join this group").click()
    page.get_by_role("button", name="I agree to this").click()
    expect(page.get_by_role("heading", name="Threads")).to_be_visible()


def look_at_notices(page: Page) -> None:
    """Look at what there is to be told, until it counts as seen; then go and look at something else."""
    with page.expect_response(re.compile("/notices/seen$")):
        page.goto("/notices")
    page.goto("/groups")
    expect(page.get_by_role("link", name="Notices", exact=True)).to_be_visible()


def let_something_wait(ines: Page, lucja: Page, maren: Page) -> str:
    """Bring a post of Ines to the teachers of the open room, and let her next one be held; gives that one's address."""
    ines.goto("/groups/the-open-room")
    ines.get_by_role("link", name="Eyes open, facing the cooker").click()
    brought = reply(ines, "You all sit wrongly, honestly.")
    join(lucja, "the-open-room")
    bring(lucja, brought, reason="unkind", words="It stung.")
    hold_everything(maren, "the-open-room")
    held = reply(ines, "I would like to say it better.")
    expect(ines.locator("[data-post]").last).to_contain_text("Only you and the teachers see this so far.")
    look_at_notices(ines)
    return held


def read_what_was_decided(ines: Page, lucja: Page, held: str) -> None:
    """The writer reads the outcome with its reason; another member finds the thread as it is now."""
    ines.get_by_role("link", name=NEWS).click()
    told = ines.get_by_role("listitem")
    expect(told.filter(has_text="stands in the thread now")).to_be_visible()
    hidden = told.filter(has_text="A teacher has hidden your post")
    expect(hidden).to_contain_text("Please say it without “wrongly”.")
    expect(ines.get_by_role("main")).not_to_contain_text("Łucja")
    hidden.get_by_role("link").first.click()
    expect(ines.get_by_text("A teacher has hidden this for now. Only you and the teachers see it.")).to_be_visible()
    lucja.goto(held)
    expect(lucja.get_by_text("I would like to say it better.")).to_be_visible()
    expect(lucja.get_by_text("A teacher has hidden this post for now.")).to_be_visible()
    expect(lucja.get_by_text("You all sit wrongly, honestly.")).to_have_count(0)


def test_a_teacher_clears_the_desk_from_a_phone(signed_in: SignedIn) -> None:
    ines, lucja, maren = signed_in("Ines"), signed_in("Łucja"), signed_in("Maren", **PHONE)
    held = let_something_wait(ines, lucja, maren)
    thumb = Thumb()
    thumb.tap(maren.get_by_role("navigation", name="Main").get_by_role("link", name="Desk"))
    expect(maren.get_by_role("heading", level=1, name="The desk")).to_be_visible()
    assert_no_sideways_scroll(maren)
    assert_accessible(maren)
    thumb.count()

    thumb.tap(waiting(maren, about="better").get_by_role("button", name="Let it through"))
    expect(maren.get_by_text("It stands in the thread now, and its writer is told.")).to_be_visible()
    assert thumb.count() <= 2
    expect(ines.get_by_role("link", name=NEWS)).to_be_visible()

    case = waiting(maren, about="wrongly")
    expect(case).to_contain_text("It stung.")
    expect(case).not_to_contain_text("Łucja")
    thumb.tap(case.get_by_text("Hide for now").first)
    maren.get_by_role("textbox", name="Your words").fill("Please say it without “wrongly”.")
    thumb.tap(maren.get_by_role("button", name="Hide for now"))
    expect(maren.get_by_text("It is hidden from the group, and its writer is told why.")).to_be_visible()
    assert thumb.count() <= 2

    thumb.tap(waiting(maren, about="Noor").get_by_role("button", name="Welcome them in"))
    expect(maren.get_by_text("They belong to the group now, and are told.")).to_be_visible()
    assert thumb.count() <= 2

    thumb.tap(waiting(maren, about="Viktor").get_by_role("button", name="Leave as it is"))
    expect(maren.get_by_text("Everything that needs a teacher is one list, and it is clear.")).to_be_visible()
    assert thumb.count() <= 2

    read_what_was_decided(ines, lucja, held)


def test_the_mark_of_a_notice_appears_while_a_page_is_open(signed_in: SignedIn) -> None:
    ines, maren = signed_in("Ines"), signed_in("Maren")
    for page in (ines, maren):
        page.goto("/groups/compassion-practised")
        page.get_by_role("link", name="The sentence in my own voice").click()
    reply(ines, "Mine begins with “well”.")
    look_at_notices(ines)
    reply(maren, "Mine with a breath.")
    expect(ines.get_by_role("link", name=NEWS)).to_be_visible()


def test_a_teacher_who_comes_second_is_told_and_keeps_the_words(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("409")  # the browser notes the answer
    ines, maren, tomasz = signed_in("Ines"), signed_in("Maren", **PHONE), signed_in("Tomasz")
    tomasz.goto("/groups/ending-on-time")
    tomasz.get_by_role("link", name="A closing line that does not sound like a door").click()
    dilan = tomasz.locator("[data-post]").filter(has_text="Dilan").last
    post = f"/posts/{dilan.get_attribute('data-post')}"
    bring(ines, post, reason="Something else", words="Could somebody read this?")

    for page in (maren, tomasz):
        page.goto("/desk")
    waiting(tomasz, about="Dilan").get_by_text("Return it to the writer").first.click()
    tomasz.get_by_role("textbox", name="Your words").fill("Would you say a little more about the feet?")
    thumb = Thumb()
    thumb.tap(waiting(maren, about="Dilan").get_by_role("button", name="Leave as it is"))
    expect(maren.get_by_text("It stays as it is.")).to_be_visible()

    tomasz.get_by_role("button", name="Return it to the writer").click()
    expect(tomasz.get_by_text("Maren Oduya has decided this")).to_be_visible()
    expect(tomasz.get_by_text("left it as it is")).to_be_visible()
    kept = tomasz.get_by_role("textbox", name="What you had written")
    expect(kept).to_have_value("Would you say a little more about the feet?")
    assert_accessible(tomasz)
    tomasz.goto(post)
    expect(tomasz.locator("[data-post]").filter(has_text="Dilan").last).to_contain_text("both feet on the floor")


def test_the_desk_is_cleared_without_script(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow(r"/(fragment|reading): .*404")  # what was open in a page is gone with the thread that it began
    ines, maren = signed_in("Ines"), signed_in("Maren", java_script_enabled=False, **PHONE)
    ines.goto("/groups/compassion-practised")
    ines.get_by_role("link", name="Numb, and what to do with it").click()
    post = ines.locator("[data-post]").first.get_attribute("data-post")
    bring(ines, f"/posts/{post}", reason="worried", words="I would ask how they are.")
    maren.goto("/desk")
    case = waiting(maren, about="I would ask how they are.")
    case.get_by_text("Hide for now").first.tap()
    case.get_by_role("textbox", name="Your words").last.fill("We will talk first.")
    case.get_by_role("button", name="Hide for now").tap()
    expect(maren.get_by_text("It is hidden from the group, and its writer is told why.")).to_be_visible()
    expect(ines.get_by_text("This is no longer open to you.")).to_be_visible()
    ines.goto("/groups/compassion-practised")
    expect(ines.get_by_role("link", name="Numb, and what to do with it")).to_have_count(0)
