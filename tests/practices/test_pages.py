"""The library and a practice's page, as they are without script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from community.practices.kinds import TRIGGER_WORDS, System, Trigger
from community.practices.library import STARTER, Practice
from community.practices.schema import Plan
from community.practices.timeline import BELL, WIDTH, timeline
from tests.doors import Browser
from tests.factories import make_group, make_practice
from tests.people import People

Open = Callable[..., Browser]


def listed(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/practices/([^"]+)">', page)


def test_the_library_shows_the_practices_of_the_house_then_the_groups_then_plain_sits(
    people: People, browser: Open
) -> None:
    own = make_practice(people.group, people.maren, title="The last five minutes").key
    make_practice(people.elsewhere, people.odile, title="Low tide")
    ines = browser(people.ines)
    ines.get("/practices")
    house = [practice.key for practice in STARTER.values() if not practice.is_plain]
    assert listed(ines.page) == [*house, own, "quiet_half_hour", "open_room"]
    assert "Low tide" not in ines.page
    assert 'Written in <a href="/groups/ending-on-time">Ending on Time</a>' in ines.page


@pytest.mark.parametrize("trigger", Trigger)
def test_a_moment_leads_to_what_meets_it(people: People, browser: Open, trigger: Trigger) -> None:
    ines = browser(people.ines)
    ines.get(f"/practices?meets={trigger.value}")
    assert listed(ines.page) == [practice.key for practice in STARTER.values() if trigger in practice.meets]
    assert f'aria-current="true">{TRIGGER_WORDS[trigger]}' in ines.page


def test_both_ways_of_finding_go_together_and_can_be_let_go_of(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/practices?meets=hard_session&nourishes=threat")
    found = [each.key for each in STARTER.values() if Trigger.HARD_SESSION in each.meets]
    assert listed(ines.page) == [key for key in found if STARTER[key].nourishes is System.THREAT]
    assert 'href="/practices?nourishes=threat" aria-current="true">After a hard session' in ines.page
    assert 'href="/practices">Show all practices' in ines.page
    ines.get("/practices?meets=ending_on_time&nourishes=threat")
    assert "There is no practice for both" in ines.page
    ines.get("/practices?meets=winning&nourishes=pride")
    assert len(listed(ines.page)) == len(STARTER)


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_a_practice_of_the_house_has_its_page(people: People, browser: Open, practice: Practice) -> None:
    ada = browser(people.ada)  # of no group
    assert ada.get(f"/practices/{practice.key}").status_code == 200
    for note in practice.plan.care:
        assert note in ada.page
    assert ada.page.count('class="bellmark"') == sum(bool(segment.bells) for segment in practice.plan.sitting) + 1
    assert "Use it for a sit" not in ada.page
    assert "Sit now with my group" not in ada.page


def test_a_teacher_uses_a_practice_for_a_sit_of_a_group_they_teach(people: People, browser: Open) -> None:
    ines, maren = browser(people.ines), browser(people.maren)
    ines.get("/practices/receiving")
    assert "/sit-now?practice=receiving" in ines.page
    assert "Use it for a sit" not in ines.page
    maren.get("/practices/receiving")
    assert 'href="/groups/ending-on-time/sits/new?practice=receiving">Use it for a sit' in maren.page
    make_group("Still Water", teachers=[people.maren])
    maren.get("/practices/receiving")
    for slug in ("ending-on-time", "still-water"):
        assert f'href="/groups/{slug}/sits/new?practice=receiving">in ' in maren.page
    key = make_practice(people.group, people.maren).key
    maren.get(f"/practices/{key}")
    assert f'href="/groups/ending-on-time/sits/new?practice={key}">Use it for a sit' in maren.page


def test_what_a_teacher_leads_is_not_sat_now_by_members(people: People, browser: Open) -> None:
    ines, maren = browser(people.ines), browser(people.maren)
    ines.get("/practices/sitting_with_powerlessness")
    assert "Sit now with my group" not in ines.page
    assert "Led by a teacher" in ines.page
    maren.get("/practices/sitting_with_powerlessness")
    assert "Sit now with my group" in maren.page


def test_an_edited_practice_says_so_and_leads_to_how_it_was(people: People, browser: Open) -> None:
    at = datetime(2026, 10, 12, 9, tzinfo=UTC)
    first = make_practice(people.group, people.maren, title="The lean", written_at=at)
    make_practice(people.group, people.tomasz, after=first, title="The lean, seen")
    ines = browser(people.ines)
    ines.get(f"/practices/{first.key}")
    assert "Tomasz Wren, for Ending on Time. Second version" in ines.page
    assert "First version</a>, Maren Oduya, Monday 12 October" in ines.page
    ines.get(f"/practices/{first.key}/versions/1")
    assert "<h1>The lean</h1>" in ines.page
    assert "It has been edited since" in ines.page
    assert f'href="/practices/{first.key}">See it as it stands now' in ines.page
    assert "Sit now with my group" not in ines.page
    ines.get(f"/practices/{first.key}/versions/2")
    assert "<h1>The lean, seen</h1>" in ines.page
    assert "It has been edited since" not in ines.page
    assert ines.get(f"/practices/{first.key}/versions/3").status_code == 404


def test_a_practice_page_asks_the_database_little_however_many_groups(
    people: People, browser: Open, statements: Callable[..., Any]
) -> None:
    key = make_practice(people.group, people.maren).key
    maren = browser(people.maren)
    maren.get(f"/practices/{key}")
    with statements() as few:
        maren.get(f"/practices/{key}")
    for number in range(4):
        make_group(f"Group {number}", teachers=[people.maren])
    with statements() as more:
        maren.get(f"/practices/{key}")
    assert len(more) == len(few)


# The line


def test_the_line_lies_as_the_time_does() -> None:
    line = timeline(STARTER["ending_on_time"].plan)
    assert [(part.kind, part.x, part.width) for part in line.stretches] == [
        ("words", 1, 40.5),
        ("words", 43.5, 125.5),
        ("words", 171, 83),
        ("silence", 256, 125.5),
        ("words", 383.5, 83),
        ("words", 468.5, 125.5),
        ("silence", 596, 83),
    ]
    assert line.bells == (BELL, WIDTH - BELL)


def test_walking_and_writing_are_drawn_as_what_they_are() -> None:
    assert "walk" in {part.kind for part in timeline(STARTER["open_sit_with_walking"].plan).stretches}
    assert [part.kind for part in timeline(STARTER["compassionate_letter"].plan).stretches].count("write") == 3


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_the_line_fills_its_width_and_no_more(practice: Practice) -> None:
    line = timeline(practice.plan)
    assert line.stretches[0].x == 1
    for before, after in zip(line.stretches, line.stretches[1:], strict=False):
        assert 1.5 <= after.x - (before.x + before.width) <= 2.5
    assert line.stretches[-1].x + line.stretches[-1].width == pytest.approx(WIDTH - 1, abs=0.2)
    assert all(BELL <= x <= WIDTH - BELL for x in line.bells)


def test_a_stretch_of_a_second_in_three_hours_is_still_seen() -> None:
    segments = [
        {"at_s": 0, "kind": "bell", "text": "Settle."},
        {"at_s": 1, "kind": "silence"},
        {"at_s": 10800, "kind": "bell"},
    ]
    data = {"id": "long", "title": "Long", "version": 1, "total_s": 10800, "segments": segments, "care": ["Rest."]}
    assert timeline(Plan.from_json(data)).stretches[0].width == 1.5
