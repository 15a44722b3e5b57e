"""A member who keeps a calendar, and the program that reads it for them."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from community.members.models import Member
from tests.doors import Browser

ADDRESS = re.compile(r"https?://[^<\s]+/calendar/[\w-]+\.ics")


def make_calendar(own: Browser, titles: str = "neutral") -> str:
    """Make the address of one's calendar, or a new one, and give its path."""
    answer = own.post("/settings/calendar", titles=titles)
    assert answer.status_code == 200
    found = ADDRESS.search(own.page)
    assert found is not None, own.page
    return urlsplit(found[0]).path


def feed_of(browser: Callable[..., Browser], member: Member, titles: str = "neutral") -> bytes:
    """Let a program that is signed in nowhere read a member's calendar."""
    answer = browser().get(make_calendar(browser(member), titles))
    assert answer.status_code == 200
    return bytes(answer.data)
