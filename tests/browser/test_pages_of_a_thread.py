"""A thread of several pages: on the earlier ones only what is written from now on is called new."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import rows
from tests.browser.server import Server

SignedIn = Callable[..., Page]


def test_an_earlier_page_calls_only_that_new_which_was_written_since(signed_in: SignedIn, server: Server) -> None:
    posts = [(f"Post {number}.", f"<p>Post {number}.</p>") for number in range(1, 46)]
    address = rows.thread_of(server, "Old and long", posts, group="ending-on-time", by="ruth")
    reader, writer = signed_in("Ines"), signed_in("Maren")
    reader.goto(f"{address}?page=1")
    expect(reader.locator("[data-thread]")).to_have_attribute("data-live", "live")
    expect(reader.locator("[data-arrived-words]")).to_be_empty()
    expect(reader.locator("[data-arrived-show]")).to_be_hidden()

    writer.goto(f"{address}?page=last")
    writer.get_by_role("textbox", name="Your reply").fill("And one more.")
    writer.get_by_role("button", name="Post reply").click()
    expect(reader.locator("[data-arrived-words]")).to_have_text("One new post on the last page.")
    reader.get_by_role("button", name="Go there").click()
    reader.wait_for_url(re.compile(r"page=last$"))
    expect(reader.locator("[data-post]").last).to_contain_text("And one more.")
