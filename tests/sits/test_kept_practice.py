"""A sit says with which practice it is sat, keeps it as it stood, and says so kindly where it has been edited since."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from community.db import session, transaction
from community.practices.library import EARLIER, STARTER
from community.practices.models import PracticeVersion
from community.sits.models import SitSeries
from tests.doors import Browser
from tests.factories import inside, make_practice, plan_sit
from tests.people import People

Open = Callable[..., Browser]


def with_plan(people: People, plan: dict[str, Any], **fields: Any) -> str:
    """Put a sit of tomorrow in the calendar that uses this plan, and give the address of its room."""
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=1), **fields)
    with inside(), transaction():
        series = session().get_one(SitSeries, int(key.partition("-")[0]))
        series.plan = plan
    return f"/groups/ending-on-time/sits/{key}"


def plan_of(key: str, version: int) -> dict[str, Any]:
    with inside():
        plan: dict[str, Any] = session().get_one(PracticeVersion, (int(key.removeprefix("p-")), version)).plan
        return plan


def test_a_room_and_the_list_of_sits_lead_to_the_practice(people: People, browser: Open) -> None:
    room = with_plan(people, STARTER["receiving"].plan.to_json())
    ines = browser(people.ines)
    for address in (room, "/groups/ending-on-time/sits"):
        ines.get(address)
        assert 'With <a href="/practices/receiving"' in ines.page
        assert "edited since" not in ines.page


def test_the_care_of_a_practice_is_in_its_room_and_open_for_whoever_leads(people: People, browser: Open) -> None:
    plan = STARTER["sitting_with_powerlessness"].plan
    room = with_plan(people, plan.to_json(), leader_id=people.maren.id)
    for member, opened in ((people.ines, ""), (people.maren, " open")):
        there = browser(member)
        there.get(room)
        assert f'<details class="who hint"{opened}><summary>Take care</summary><ul><li>{plan.care[0]}' in there.page


def test_a_sit_whose_practice_was_edited_says_so_and_leads_to_both(people: People, browser: Open) -> None:
    first = make_practice(people.group, people.maren, title="The lean")
    room = with_plan(people, plan_of(first.key, 1))
    make_practice(people.group, people.maren, after=first, title="The lean, seen")
    ines = browser(people.ines)
    for address in (room, "/groups/ending-on-time/sits"):
        ines.get(address)
        assert f'href="/practices/{first.key}/versions/1"' in ines.page
        assert "This sit keeps its first version, and it has been edited since" in ines.page
        assert f'href="/practices/{first.key}"' in ines.page
    assert ines.get(f"/practices/{first.key}/versions/1").status_code == 200


def test_a_sit_with_an_earlier_version_of_our_own_keeps_it(people: People, browser: Open) -> None:
    room = with_plan(people, EARLIER["after_a_difficult_session", 1].plan.to_json())
    ines = browser(people.ines)
    ines.get(room)
    assert 'href="/practices/after_a_difficult_session/versions/1"' in ines.page
    assert "Which system is up just now" in ines.page


def test_a_plan_of_no_practice_that_one_may_read_is_shown_without_a_link(people: People, browser: Open) -> None:
    elsewhere = make_practice(people.elsewhere, people.odile)
    ines = browser(people.ines)
    for plan_id in (elsewhere.key, "long_gone"):
        room = with_plan(people, STARTER["receiving"].plan.to_json() | {"id": plan_id})
        ines.get(room)
        assert f"/practices/{plan_id}" not in ines.page
        assert "Let a little of it land" in ines.page


def test_what_a_teacher_leads_passes_to_another_when_its_teacher_leaves(people: People, browser: Open) -> None:
    led = with_plan(people, STARTER["sitting_with_powerlessness"].plan.to_json(), leader_id=people.maren.id)
    own = make_practice(people.group, people.maren, teacher_led=True)
    with_plan(people, plan_of(own.key, 1), leader_id=people.maren.id)
    with_plan(people, STARTER["receiving"].plan.to_json(), leader_id=people.maren.id)
    assert browser(people.maren).post("/groups/ending-on-time/departure").status_code == 303
    with inside():
        leaders = list(session().scalars(sa.select(SitSeries.leader_id).order_by(SitSeries.id)))
    assert leaders == [people.tomasz.id, people.tomasz.id, None]
    ines = browser(people.ines)
    ines.get(led)
    assert "with Tomasz Wren" in ines.page
