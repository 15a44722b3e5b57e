"""Two teachers change the same sit in the same moment, on either engine: one wins, and the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from community.db import session
from community.sits.models import SitChange
from community.sits.recurrence import parse_sit_key
from tests.doors import Browser
from tests.factories import inside
from tests.people import People
from tests.sits.test_changes import SITS, calling_off, moving, weekly_sit, whole_minute


@pytest.mark.parametrize("before", [0, 1], ids=["never changed", "changed before"])
def test_of_two_teachers_at_once_one_wins_and_one_is_told(
    there: People, browser: Callable[..., Browser], before: int
) -> None:
    key = weekly_sit(there)
    teachers = [browser(there.maren), browser(there.tomasz)]
    if before:
        assert teachers[0].post(f"{SITS}/{key}/changes", **calling_off()).status_code == 303
    start, together = whole_minute(timedelta(hours=40)), Barrier(2)
    forms = [moving(start, version=str(before)), moving(start + timedelta(hours=1), version=str(before))]

    def send(number: int) -> int:
        together.wait(10)
        return teachers[number].post(f"{SITS}/{key}/changes", **forms[number]).status_code

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(send, range(2)))
    assert sorted(answers) == [303, 409]
    with inside():
        row = session().get(SitChange, parse_sit_key(key))
        assert row is not None
        assert row.version == before + 1
        winner = forms[answers.index(303)]
        assert row.wall_start == f"{winner['day']}T{winner['time']}:00"
