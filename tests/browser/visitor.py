"""Somebody at the door of the running demo without a browser: asks for pages and sends forms as their page would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import APIRequestContext, Playwright

from tests.browser.server import Server

TOKEN = re.compile(r'name="csrf[-_]token" (?:content|value)="([^"]+)"')
STEP_IN = r'name="member" value="(\d+)">(?:(?!</form>).)*Step in as {name}<'


class Visitor:
    """One person; the cookies are theirs, and a browser's context takes them over by ``state``."""

    def __init__(self, asking: APIRequestContext) -> None:
        self.asking = asking

    @classmethod
    @contextmanager
    def at(cls, server: Server, playwright: Playwright, name: str | None) -> Iterator["Visitor"]:
        """Come to the door, and step in as one of the demo's people unless nobody is named."""
        asking = playwright.request.new_context(base_url=server.url)
        try:
            visitor = cls(asking)
            if name:
                door = visitor.read("/sign-in")
                found = re.search(STEP_IN.format(name=name), door, re.DOTALL)
                assert found, f"nobody may step in as {name}"
                visitor.send("/demo/step-in", member=found[1])
            yield visitor
        finally:
            asking.dispose()

    def read(self, address: str) -> str:
        """Give a page."""
        return self.asking.get(address).text()

    def send(self, address: str, **fields: str) -> str:
        """Send a form; gives the address that the answer leads to, or its text."""
        token = TOKEN.search(self.read("/help")) or TOKEN.search(self.read("/sign-in"))
        assert token is not None
        answer = self.asking.post(address, form={"csrf_token": token[1], **fields}, max_redirects=0)
        assert answer.status in {200, 204, 303}, f"{address} answers {answer.status}"
        return answer.headers.get("location") or answer.text()
