"""What notices of sits say once their time has come and gone, and what reading many of them asks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from community.clock import now
from community.db import transaction
from community.notifications.actions import notify
from community.notifications.models import NoticeKind
from community.sits.recurrence import parse_sit_key, sit_key
from tests.doors import Browser
from tests.factories import inside, plan_sit
from tests.people import People

Open = Callable[..., Browser]


def tell(people: People, kind: NoticeKind, *keys: str) -> None:
    """Put notices down for Ines."""
    with inside(), transaction():
        for key in keys:
            notify(
                member_ids=[people.ines.id],
                kind=kind,
                subject=key,
                group_id=people.group.id,
                event_key=f"{kind}:{key}",
                at=now(),
            )


@pytest.mark.parametrize(
    ("kind", "minutes", "words"),
    [
        (NoticeKind.SIT_BEGINS, 60, "Evening sit begins on "),
        (NoticeKind.SIT_BEGINS, 5, "The doors are open: Evening sit"),
        (NoticeKind.SIT_BEGINS, -12, "The doors are open: Evening sit"),
        (NoticeKind.SIT_BEGINS, -600, "The doors were open: Evening sit"),
        (NoticeKind.REMINDER, 5, "Evening sit begins on "),
        (NoticeKind.REMINDER, -600, "Evening sit began on "),
        (NoticeKind.SIT_NOW, -12, "A room was opened to sit in<"),
        (NoticeKind.SIT_NOW, -600, "A room was opened to sit in; it has closed since"),
    ],
)
def test_a_notice_says_what_is_so_now(
    people: People, browser: Open, kind: NoticeKind, minutes: int, words: str
) -> None:
    tell(people, kind, plan_sit(people.group, people.maren, begins_in=timedelta(minutes=minutes)))
    ines = browser(people.ines)
    ines.get("/notices")
    assert words in ines.page


def test_many_notices_of_doors_ask_no_more_than_few(
    people: People, browser: Open, statements: Callable[..., Any]
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=-200), rrule="FREQ=WEEKLY")
    series_id, start = parse_sit_key(key)
    ines, counts = browser(people.ines), []
    for weeks in (2, 25):
        tell(people, NoticeKind.SIT_BEGINS, *(sit_key(series_id, start + timedelta(weeks=n)) for n in range(weeks)))
        with statements() as seen:
            ines.get("/notices")
        counts.append(len(seen))
        assert ines.page.count("open: Evening sit") >= weeks / 2  # the clocks may have changed in between
    assert counts[0] == counts[1]
