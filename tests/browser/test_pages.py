"""Every page of the house: open to all, in both lights and at both widths, quiet, and narrow where it must be."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Literal
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Playwright, ViewportSize, expect

from tests.browser.atlas import Atlas, kind_of
from tests.browser.looking import Watch, assert_accessible, violations
from tests.browser.server import Server
from tests.browser.visitor import Visitor

Opens = Callable[..., BrowserContext]

WIDTHS = {1280: 800, 390: 844}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NARROW: ViewportSize = {"width": 320, "height": 640}

ANY = re.compile(r"<[^>]+>")

OPEN_ALL = """() => { for (const fold of document.querySelectorAll("details")) fold.open = true; }"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

# Whom to be, and where to begin: those who see most come first, since a page is visited again only for what it adds.
WHO = {
    "a teacher": "Maren",
    "another teacher": "Tomasz",
    "a member": "Ines",
    "somebody new": "Łucja",
    "an admin": "Ada",
    "a stranger": None,
}
START = {"a stranger": "/sign-in"}
KEY = re.compile(r"/invitations/[\w-]{20,}")

# Addresses that no link leads to, but a typing hand, an old letter or a closed door does.
UNLINKED = {
    "a teacher": [
        "/groups/wednesday-house", "/threads/999999", "/groups/the-open-room/sits/{sit}/seats", "{coming}", "/cases/2",
        "/practices/p-1", "/practices/p-1/edit",
    ],
    "a member": ["/desk", "/invitations", "/groups/ending-on-time/edit", "{group_link}"],
    "a stranger": [
        "/no-such-page", "/invitations/long-gone", "/reset/long-gone", "/joining/long-gone",
        "{house_link}", "{group_link}", "{letter}", "{reset}",
    ],
}  # fmt: skip
# No pages: pieces of them, signs of life, files, and an address that leads on to another.
PIECES = {
    "/posts/*/fragment", "/threads/*/since", "/notices/mark", "/healthz", "/readyz", "/favicon.ico", "/posts/*",
    "/series/*", "/calendar/*.ics", "/sits/*", "/keeper.js", "/groups/*/sits/*/copy", "/practices/*/plan.json",
    "/passages/*/words", "/passages/line",
}  # fmt: skip


@pytest.fixture(scope="module")
def people(server: Server, playwright: Playwright) -> Iterator[dict[str, Visitor]]:
    """Everybody at the door, after a day on which something happened."""
    with ExitStack() as doors:
        found = {who: doors.enter_context(Visitor.at(server, playwright, name)) for who, name in WHO.items()}
        live_a_day(found["a teacher"], found["a member"], found["somebody new"])
        yield found


def live_a_day(maren: Visitor, ines: Visitor, lucja: Visitor) -> None:
    """Leave something of every kind behind: an edit, a draft, a hidden post, a question, a new agreement."""
    ines.send("/threads/2/posts", source="First said so.", post="1")
    mine = re.findall(r"/posts/(\d+)/edit", ines.read("/threads/2?page=last"))[-1]
    ines.send(f"/posts/{mine}/edit", source="Then said so.", version="1")
    ines.send("/drafts?thread=1", source="Not yet.")
    maren.send("/posts/2/hidings", words="For a day or two.")
    maren.send("/groups/ending-on-time/invitations", days="7", places="3")
    maren.send("/groups/compassion-practised/agreement", source="What is said here stays here.", follows="1")
    lucja.send("/groups/compassion-practised/requests", words="I would like to come.")
    lucja.send("/groups/ending-on-time/memberships")
    share_with_a_teacher(ines)


def share_with_a_teacher(ines: Visitor) -> None:
    """Leave a passage with a teacher who has yet to answer it."""
    sharing = ines.send("/journal/pages", body="A quiet one.") + "/passages"
    reach = re.findall(r'value="(teachers:\d+)"', ines.read(f"{sharing}/new"))[0]
    sent = {"source": "A quiet one.", "reach": reach, "write_key": str(uuid4())}
    seen_by = re.findall(r'name="seen_by" value="([\d.]+)"', ines.send(sharing, **sent))[0]
    ines.send(sharing, **sent, share="1", seen_by=seen_by)


@pytest.fixture(scope="module")
def atlas(people: dict[str, Visitor]) -> tuple[dict[str, list[str]], set[str]]:
    """Give the pages to look at for each person, and the kinds that they are of."""
    known = Atlas()
    return {who: known.explore(one.asking, START.get(who, "/")) for who, one in people.items()}, set(known.seen)


@pytest.fixture(scope="module")
def keys(server: Server, people: dict[str, Visitor]) -> dict[str, str]:
    """Give the addresses that only a link or a letter holds."""
    house = KEY.findall(people["an admin"].send("/invitations", days="7", places="5"))[-1]
    group = KEY.findall(people["a teacher"].send("/groups/the-open-room/invitations", days="7", places="5"))[-1]
    new = {"name": "Edda Lind", "email": "edda@example.org", "password": "three small warm stones", "zone": "UTC"}
    people["a stranger"].send(house, **new)
    people["a stranger"].send("/reset", email="maren@example.org")
    sit = re.search(r"/groups/the-open-room/sits/([\w-]+)", people["a teacher"].read("/"))
    coming = re.search(r"/groups/ending-on-time/sits/\d[\w-]+", people["a teacher"].read("/groups/ending-on-time/sits"))
    assert sit
    assert coming
    return {
        "house_link": house,
        "group_link": group,
        "letter": server.link_for("edda@example.org", "joining"),
        "reset": server.link_for("maren@example.org", "reset"),
        "sit": sit[1],
        "coming": coming[0],
    }


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_open_to_all_in_every_look(
    who: str, people: dict[str, Visitor], atlas: tuple[dict[str, list[str]], set[str]], open_context: Opens
) -> None:
    page = open_context(storage_state=people[who].asking.storage_state()).new_page()
    faults = [fault for path in atlas[0][who] for fault in looked_over(page, path)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", UNLINKED)
def test_a_page_that_no_link_leads_to_is_open_to_all_in_every_look(
    who: str, people: dict[str, Visitor], keys: dict[str, str], open_context: Opens, watch: Watch
) -> None:
    watch.allow("status of 4(03|04|10)")  # the browser notes the answer
    page = open_context(storage_state=people[who].asking.storage_state()).new_page()
    faults = [fault for path in UNLINKED[who] for fault in looked_over(page, path.format(**keys))]
    assert not faults, "\n".join(faults)


def looked_over(page: Page, path: str) -> list[str]:
    """Look at a page as it comes, narrow, and with every fold open in each look; gives what is wrong with it."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    page.goto(path)
    faults = narrow_enough(page, "as it comes")
    page.evaluate(OPEN_ALL)
    faults += narrow_enough(page, "with all folds open")
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            faults += [f"{path} in {theme} at {width}: {fault}" for fault in violations(page)]
    return faults


def narrow_enough(page: Page, how: str) -> list[str]:
    """Give a fault if the page is wider than its window."""
    wider = page.evaluate(WIDER)
    return [f"{page.url} {how} is {wider} px wider than {NARROW['width']} px"] if wider > 0 else []


def test_no_page_of_the_house_was_left_out(
    app: Flask, atlas: tuple[dict[str, list[str]], set[str]], keys: dict[str, str]
) -> None:
    rules = {kind_of(ANY.sub("1", rule.rule)) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    typed = {kind_of(path.format(**keys)) for paths in UNLINKED.values() for path in paths}
    pages = {rule for rule in rules if not rule.startswith("/static/")}
    assert pages - PIECES - typed <= atlas[1]


# Forms that are sent as they come


WRONG = {
    "a stranger": {"/sign-in": "Sign in", "/reset": "Send me a link", "{house_link}": "Join"},
    "an admin": {"/groups/new": "Begin this group"},
    "a teacher": {
        "/groups/ending-on-time/sits/new": "Plan it",
        "/groups/ending-on-time/programmes/settling/new": "Plan these sits",
        "/programmes/settling/door": "Keep it in my journal",
        "/groups/ending-on-time/threads/new": "Begin the thread",
        "/practices/new?group=ending-on-time": "Keep this practice",
        "/posts/9/flags/new": "Bring it to them",
        "/posts/9/hidings/new": "Hide it for now",
        "/profile": "Change the password",
    },
}


@pytest.mark.parametrize("script", ["with script", "without script"])
@pytest.mark.parametrize("who", WRONG)
def test_a_form_that_is_sent_empty_says_so_to_everybody(
    who: str, script: str, people: dict[str, Visitor], keys: dict[str, str], open_context: Opens, watch: Watch
) -> None:
    watch.allow("status of 4(22|01)")
    page = open_context(
        storage_state=people[who].asking.storage_state(),
        java_script_enabled=script == "with script",
        viewport={"width": 390, "height": 844},
    ).new_page()
    for path, button in WRONG[who].items():
        page.goto(path.format(**keys))
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator("[aria-invalid=true], [role=alert]").first).to_be_visible()
        if script == "with script":  # axe is one itself
            assert_accessible(page)
