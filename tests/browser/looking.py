"""What every page is held to: open to all, quiet on the console, silent towards the rest of the world."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, WebError, expect

# Schemes that stay inside the browser.
INSIDE = frozenset({"data", "blob", "about", "chrome-error"})


@dataclass
class Watch:
    """Keeps what went wrong unseen in a context: errors on the console, and talk with other hosts.

    A story that breaks something on purpose says what the console may then say: ``watch.allow("ERR_CONNECTION")``.
    """

    host: str
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of the context from now on."""
        context.on("console", self._heard)
        context.on("weberror", self._broke)
        context.on("request", self._asked)

    def allow(self, pattern: str) -> None:
        """Let console lines pass that match the regular expression."""
        self.allowed.append(pattern)

    def assert_clean(self) -> None:
        """Fail if anything was seen that was not allowed; breaches of the CSP stand on the console too."""
        seen = [fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self.allowed)]
        assert not seen, "The browser complained:\n" + "\n".join(seen)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.type} at {message.location.get('url')}: {message.text}")

    def _broke(self, error: WebError) -> None:
        self.faults.append(f"script error: {error.error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in INSIDE and parts.netloc != self.host:
            self.faults.append(f"asked another host: {request.url}")


def assert_accessible(page: Page) -> None:
    """Hold the page as it stands to every axe rule; a failure names rule, place and remedy."""
    report = violations(page)
    assert not report, f"{page.url}\n" + "\n".join(report)


def violations(page: Page) -> list[str]:
    """Give what axe has against the page as it stands, each as rule, remedy and places."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {one['help']}\n  " + "\n  ".join(" ".join(map(str, node["target"])) for node in one["nodes"])
        for one in found
    ]


def assert_in_sight(part: Locator) -> None:
    """Hold that something is wholly in the window, without scrolling, at 1280 by 800 and on a phone."""
    for width, height in ((390, 844), (1280, 800)):
        part.page.set_viewport_size({"width": width, "height": height})
        expect(part).to_be_in_viewport(ratio=1)


def assert_no_sideways_scroll(page: Page) -> None:
    """Hold the page to the width of its window."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than its window"
