"""Soft doors: by a group's choice, whoever comes while it sits comes in when the sit next turns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from community.db import session, transaction
from community.groups.models import Group
from community.practices.library import STARTER
from community.sits.models import Attendance
from community.sits.plan import edges
from community.sits.soft_doors import opens_again_at
from tests.doors import Browser, Live
from tests.factories import inside, plan_sit
from tests.people import People

Open = Callable[..., Browser]
ROOM = "/groups/ending-on-time/sits/{key}"
START = datetime(2026, 11, 25, 19, 30, tzinfo=UTC)
PLAN = STARTER["quiet_half_hour"].plan  # turns at 0:00, 2:00, 15:00, 15:30 and 30:00


def soften(group: Group) -> None:
    with inside(), transaction():
        session().execute(sa.update(Group).where(Group.id == group.id).values(soft_doors=True))


def join(live: Callable[..., Live], member: Any, key: str) -> dict[str, Any]:
    person: Live = live(member)
    return person.command("sit:join", sit=key, tab="one")


def test_whoever_comes_while_people_sit_waits_and_the_page_says_until_when(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    soften(people.group)
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=-8))
    answer = join(live, people.ines, key)
    assert answer["error"]["kind"] == "soft_doors"
    with inside():
        assert session().scalar(sa.select(sa.func.count()).select_from(Attendance)) == 0
    ines = browser(people.ines)
    assert ines.get(ROOM.format(key=key)).status_code == 200
    assert "The doors open again at" in ines.page


@pytest.mark.parametrize("minutes", [5, -2, -15, -31], ids=["before", "at an edge", "at another", "in the circle"])
def test_at_an_edge_and_outside_of_the_sitting_the_doors_are_open(
    people: People, live: Callable[..., Live], minutes: int
) -> None:
    soften(people.group)
    assert join(live, people.ines, plan_sit(people.group, people.maren, begins_in=timedelta(minutes=minutes)))["ok"]


def test_who_was_in_before_comes_back_at_once(people: People, browser: Open, live: Callable[..., Live]) -> None:
    soften(people.group)
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=-8))
    number, _, moment = key.partition("-")
    start = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with inside(), transaction():
        session().add(Attendance(series_id=int(number), starts_at=start, member_id=people.ines.id, joined_at=start))
    assert join(live, people.ines, key)["ok"]
    ines = browser(people.ines)
    ines.get(ROOM.format(key=key))
    assert "The doors open again at" not in ines.page


def test_without_that_choice_one_comes_in_at_any_time(people: People, live: Callable[..., Live]) -> None:
    assert join(live, people.ines, plan_sit(people.group, people.maren, begins_in=timedelta(minutes=-8)))["ok"]


def test_a_teacher_chooses_soft_doors_for_the_group(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    form = {"name": "Ending on Time", "purpose": "To sit.", "kind": "open", "zone": "UTC", "holding": "nothing"}
    for ticked in (True, False):
        sent: dict[str, Any] = {**form, **({"soft_doors": "y"} if ticked else {})}
        assert maren.post("/groups/ending-on-time", **sent).status_code == 303
        maren.get("/groups/ending-on-time/edit")
        assert ('name="soft_doors" value="y" checked' in maren.page) is ticked


@given(st.integers(-1200, 2400))
def test_one_waits_for_the_next_edge_only_while_people_sit(seconds: int) -> None:
    at = START + timedelta(seconds=seconds)
    opens_at = opens_again_at(PLAN, START, at)
    marks = edges(PLAN, START)
    if opens_at is None:
        near = any(edge - timedelta(seconds=5) <= at < edge + timedelta(seconds=20) for edge in marks)
        assert near or not 0 <= seconds < PLAN.total_s
    else:
        assert opens_at == min(edge for edge in marks if edge > at)
        assert 0 <= seconds < PLAN.total_s
