"""Browser stories: real Chromium, the real server, people who are signed in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from pytest_playwright.pytest_playwright import browser  # noqa: F401 - the plugin's, not the HTTP tests' own

from tests.browser import chromium
from tests.browser.looking import Watch
from tests.browser.server import Server
from tests.services.process import leave_out

LOOKS = {
    f"{theme}-{width}": {"color_scheme": theme, "viewport": {"width": width, "height": height}}
    for theme in ("light", "dark")
    for width, height in ((390, 844), (1280, 800))
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, so that `-m "not browser"` leaves it out."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's Chromium; without one the stories are left out, or fail under REQUIRE_BROWSER=1."""
    program = chromium.find()
    if program is None:
        leave_out("no Chromium on this machine", required_by="REQUIRE_BROWSER")
    return {**browser_type_launch_args, "executable_path": program, "args": chromium.launch_arguments()}


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demo community fresh from its first start; copy it, never use it."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    Server(folder).start().stop()
    return folder


@pytest.fixture(scope="module")
def server(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running demo community of the file's own; a story may kill() it and start() it again."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(demo_data, folder)
    running = Server(folder)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def watch(server: Server) -> Iterator[Watch]:
    """What the story's browsers complained of; nothing, or the story fails at its end."""
    watching = Watch(host=server.url.partition("//")[2])
    yield watching
    watching.assert_clean()


@pytest.fixture
def open_context(
    watch: Watch, server: Server, new_context: Callable[..., BrowserContext]
) -> Callable[..., BrowserContext]:
    """Open a browser of its own for one person, watched; takes Playwright's context options."""

    def opened(**options: Any) -> BrowserContext:
        calm = {"reduced_motion": "reduce", "locale": "en-GB", "timezone_id": "Europe/Zurich"}
        context = new_context(base_url=server.url, **{**calm, **options})
        watch.over(context)
        return context

    return opened


@pytest.fixture
def stranger(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open a page for somebody who is not signed in: ``stranger(java_script_enabled=False)``."""
    return lambda **options: open_context(**options).new_page()


@pytest.fixture
def signed_in(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Open a page for a member of the demo: ``signed_in("Maren")``; options as Playwright's contexts take them."""

    def arrived(name: str, **options: Any) -> Page:
        page = open_context(**options).new_page()
        page.goto("/sign-in")
        page.get_by_role("button", name=f"Step in as {name}").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return arrived


@pytest.fixture(params=list(LOOKS.values()), ids=list(LOOKS))
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Both themes at 390 and 1280 px, as context options: ``signed_in("Ines", **look)``."""
    return dict(request.param)
