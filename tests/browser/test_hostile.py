"""Every hostile text as a post in a real page, under the page's own policy and without it: nothing runs or strays."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Request, expect

from community.text import safe_html, tidy
from tests.allowed import REL, TAGS
from tests.browser import rows
from tests.browser.looking import Watch, assert_no_sideways_scroll
from tests.browser.server import Server
from tests.hostile_texts import HOSTILE

A_PAGE = 20
ATTRIBUTES = {"href", "title", "rel", "start", "class"}
PHONE = {"width": 390, "height": 844}

# Wakes whatever might wait for a hand, a pointer or an error, and stays on the page while doing so.
PROVOKE = """() => {
  addEventListener("click", (event) => event.preventDefault(), true);
  const kinds = "mouseover mouseenter pointerrawupdate focus error load toggle animationstart click";
  for (const element of document.querySelectorAll("[data-posts] .prose *")) {
    for (const kind of kinds.split(" ")) element.dispatchEvent(new Event(kind, { bubbles: true, cancelable: true }));
  }
}"""

# What the browser made of the posts: their elements and attributes, and whatever is out of its place.
FOUND = """() => {
  const posts = [...document.querySelectorAll("[data-posts] > [data-post]")];
  const inside = posts.flatMap((post) => [...post.querySelectorAll(".prose *")].map((element) => ({ post, element })));
  const links = inside.filter(({ element }) => element.localName === "a");
  const strayed = ({ post, element }) => {
    const place = element.getBoundingClientRect();
    const home = post.getBoundingClientRect();
    const scrolled = element.closest("pre, table");
    const wide = !scrolled && place.width > 0 && (place.left < home.left - 1 || place.right > home.right + 1);
    const high = place.height > 0 && (place.top < home.top - 1 || place.bottom > home.bottom + 1);
    const style = getComputedStyle(element);
    return wide || high || style.position !== "static" || style.zIndex !== "auto" || element.shadowRoot;
  };
  return {
    ran: "ran" in window,
    posts: posts.length,
    tags: [...new Set(inside.map(({ element }) => element.localName))],
    attributes: [...new Set(inside.flatMap(({ element }) => element.getAttributeNames()))],
    rels: [...new Set(links.map(({ element }) => element.rel))],
    addresses: links.map(({ element }) => element.href).filter(Boolean),
    strayed: inside.filter(strayed).map(({ post, element }) => `${post.id}: ${element.outerHTML.slice(0, 200)}`),
    landmarks: [document.forms.length > 0, document.querySelectorAll("main, header.head, footer.foot").length],
  };
}"""


def unasked(request: Request) -> bool:
    """Whether a request is for anything else than what a page of posts needs: itself, its own files, its live line."""
    path = urlsplit(request.url).path
    return not path.startswith(("/static/", "/threads/", "/socket.io/", "/notices/mark", "/sign-in"))


@pytest.fixture(scope="module")
def thread(server: Server) -> str:
    """A thread of Ending on Time whose posts are the hostile texts, rendered; gives its address."""
    return rows.thread_of(
        server,
        "What a stranger sent",
        ((tidy(text), safe_html(text)) for text in HOSTILE),
        group="ending-on-time",
        by="ruth",
    )


@pytest.fixture(params=[False, True], ids=["under its policy", "with the policy taken away"])
def reader(
    request: pytest.FixtureRequest, open_context: Callable[..., BrowserContext]
) -> Iterator[tuple[Page, list[str]]]:
    """Ines, once under the policy, once with only the renderer between her and the texts; and what was seen."""
    context = open_context(bypass_csp=request.param, viewport=PHONE)
    seen: list[str] = []

    def asked_something(dialog: Dialog) -> None:
        seen.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    context.on("dialog", asked_something)
    context.on("page", lambda page: seen.append(f"a new window: {page.url}"))
    page = context.new_page()
    seen.clear()
    page.goto("/sign-in")
    page.get_by_role("button", name="Step in as Ines").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.on("request", lambda one: seen.append(f"asked for {one.url}") if unasked(one) else None)
    page.on("frameattached", lambda frame: seen.append(f"a frame: {frame.url}"))
    page.on("download", lambda download: seen.append(f"a download: {download.url}"))
    yield page, seen
    assert seen == []


def test_no_hostile_text_does_anything_in_a_page(reader: tuple[Page, list[str]], thread: str) -> None:
    page, _ = reader
    hosts: set[str] = set()
    last = -(-len(HOSTILE) // A_PAGE)
    for number in range(1, last + 1):
        page.goto(f"{thread}?page={number}")
        page.evaluate(PROVOKE)
        found = page.evaluate(FOUND)
        where = f"page {number}"
        assert found["posts"] == (A_PAGE if number < last else len(HOSTILE) - A_PAGE * (last - 1)), where
        assert not found["ran"], where
        assert found["landmarks"] == [True, 3], where
        assert set(found["tags"]) <= TAGS, where
        assert set(found["attributes"]) <= ATTRIBUTES, where
        assert set(found["rels"]) <= {REL}, where
        assert found["strayed"] == [], where
        assert_no_sideways_scroll(page)
        schemes = {urlsplit(address).scheme for address in found["addresses"]}
        assert schemes <= {"http", "https", "mailto"}, where
        hosts |= {urlsplit(address).netloc for address in found["addresses"]}
    # A link leads where its letters say; none holds a name and a password in front of its host.
    assert len(HOSTILE) >= 400
    assert not any("@" in host or "\\" in host for host in hosts), hosts


def test_the_check_itself_would_notice_what_slips_through(
    open_context: Callable[..., BrowserContext], server: Server, watch: Watch
) -> None:
    watch.allow("404")  # the picture that the text asks for
    slipped = '<p onclick="window.ran=1">x</p><div style="position:fixed;inset:0">y</div><img src="/none.png">'
    address = rows.thread_of(server, "What slipped through", [("x", slipped)], group="ending-on-time", by="ruth")
    asked: list[str] = []
    page = open_context(bypass_csp=True, viewport=PHONE).new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name="Step in as Ines").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.wait_for_load_state("networkidle")  # Today has questions of its own
    page.on("request", lambda one: asked.append(one.url) if unasked(one) else None)
    page.goto(address)
    page.evaluate(PROVOKE)
    found = page.evaluate(FOUND)
    assert found["ran"]
    assert len(found["strayed"]) == 1
    assert [urlsplit(url).path for url in asked] == ["/none.png"]


def test_harmless_markdown_is_intact(signed_in: Callable[..., Page]) -> None:
    page = signed_in("Ines")
    page.goto("/threads/1")
    page.get_by_role("textbox", name="Your reply").fill(HARMLESS)
    page.get_by_role("button", name="Post reply").click()
    post = page.locator("[data-post]").last
    expect(post.get_by_role("heading", name="What helped")).to_be_visible()
    for tag, words in WHOLE.items():
        expect(post.locator(f".prose {tag}").first).to_have_text(words)
    expect(post.get_by_role("listitem")).to_have_count(4)
    expect(post.get_by_role("columnheader")).to_have_text(["before", "after"])
    expect(post.get_by_role("link", name="the reading")).to_have_attribute(
        "href", "https://example.org/safeness?page=2#top"
    )
    expect(post.locator(".prose")).to_contain_text('5 < 6 & "quoted", a * alone, and <b>typed</b> tags.')


HARMLESS = """# What helped

A *quiet* word and a **loud** one, ~~gone~~ now, with `code` in it.

> Let us stop here,
> in the middle of it.

- feet
- floor

3. breathe
4. speak

| before | after |
|--------|-------|
| held   | let go |

```
  kept as
    typed
```

See [the reading](https://example.org/safeness?page=2#top).

5 < 6 & "quoted", a * alone, and <b>typed</b> tags.
"""
WHOLE = {
    "em": "quiet",
    "strong": "loud",
    "del": "gone",
    "p > code": "code",
    "blockquote": "Let us stop here, in the middle of it.",
    "ul > li": "feet",
    "ol > li": "breathe",
    "td": "held",
    "pre": "  kept as\n    typed\n",
}
