"""A form that is sent twice in the same moment is kept once, on either engine, and breaks on neither."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa

from community.calendars.models import Calendar
from community.db import session
from community.sits.models import SitWishes
from tests.doors import Browser
from tests.factories import inside, make_member
from tests.people import People

TRIES = 8

WISHES = {"reminding": "both", "remind_of": "groups", "lead_minutes": "60"}


def sent_twice(of_one: list[Browser], path: str, **fields: str) -> set[int]:
    """Send the same form by two browsers of one member at once; gives what they were answered."""
    together = Barrier(2)

    def send(own: Browser) -> int:
        together.wait(10)
        return own.post(path, headers=None, **fields).status_code

    with ThreadPoolExecutor(2) as both:
        return set(both.map(send, of_one))


def test_wishes_and_calendars_are_kept_however_often_they_are_sent_at_once(
    there: People, browser: Callable[..., Browser]
) -> None:
    answers: set[tuple[str, int]] = set()
    for number in range(TRIES):
        member = make_member(f"Person {number}")
        own = [browser(member), browser(member)]
        answers |= {("wishes", each) for each in sent_twice(own, "/settings/sits", **WISHES)}
        answers |= {("calendar", each) for each in sent_twice(own, "/settings/calendar", titles="neutral")}
    assert there.ines.id
    assert answers == {("wishes", 303), ("calendar", 200)}
    with inside():
        for table in (SitWishes, Calendar):
            assert session().scalar(sa.select(sa.func.count()).select_from(table)) == TRIES
