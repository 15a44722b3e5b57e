"""What every community begins with, and who finds what a group's teachers have written."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from community.errors import NotFound
from community.groups.models import Group, GroupKind
from community.groups.queries import AgreementNeeded
from community.members.models import Member
from community.practices import queries
from community.practices.kinds import SYSTEM_WORDS, TRIGGER_WORDS, System, Trigger
from community.practices.library import EARLIER, GENERAL_CARE, STARTER, Practice
from community.practices.schema import Layer, Plan
from tests.factories import join, make_group, make_member, make_practice
from tests.people import People


@pytest.fixture(autouse=True)
def _asked_inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def keys(practices: list[Practice]) -> list[str]:
    return [practice.key for practice in practices]


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_a_practice_of_the_house_says_what_it_is(practice: Practice) -> None:
    plan = practice.plan
    assert (plan.id, plan.title, plan.version) == (practice.key, practice.title, practice.version)
    assert Plan.from_json(plan.to_json()) == plan
    assert practice.lead
    assert practice.about_html.startswith("<p>")
    assert plan.care[-len(GENERAL_CARE) :] == GENERAL_CARE
    assert len(plan.care) > len(GENERAL_CARE)
    assert practice.group is None
    assert not practice.key.startswith("p-")  # as those that teachers write are called


def test_there_are_twelve_practices_and_two_plain_sits() -> None:
    minutes = {practice.key: practice.minutes for practice in STARTER.values() if not practice.is_plain}
    assert minutes == {
        "soothing_rhythm_breathing": 10,
        "compassionate_self": 20,
        "compassionate_letter": 30,
        "before_the_session": 5,
        "after_a_difficult_session": 12,
        "letting_go_of_a_hard_hour": 15,
        "ending_on_time": 8,
        "saying_no_to_a_referral": 6,
        "sitting_with_powerlessness": 25,
        "impostor_at_the_table": 15,
        "receiving": 18,
        "open_sit_with_walking": 40,
    }
    assert list(STARTER)[12:] == ["quiet_half_hour", "open_room"]
    assert [each.key for each in STARTER.values() if each.teacher_led] == ["sitting_with_powerlessness"]


@pytest.mark.parametrize("trigger", Trigger)
def test_every_moment_is_met_by_a_practice_that_one_may_sit_alone(trigger: Trigger) -> None:
    assert [each.key for each in STARTER.values() if trigger in each.meets and not each.teacher_led]


def test_every_system_is_nourished() -> None:
    assert {each.nourishes for each in STARTER.values() if not each.is_plain} == set(System)


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_body_comes_before_image_before_words(practice: Practice) -> None:
    said = [segment for segment in practice.plan.segments if segment.text]
    assert practice.is_plain or all(segment.layer for segment in said)
    first = {layer: next((n for n, each in enumerate(said) if each.layer is layer), 99) for layer in Layer}
    assert first[Layer.BODY] <= first[Layer.IMAGE] or first[Layer.IMAGE] == 99
    assert first[Layer.BODY] < first[Layer.WORDS] or first[Layer.WORDS] == 99
    assert first[Layer.IMAGE] < first[Layer.WORDS] or 99 in {first[Layer.IMAGE], first[Layer.WORDS]}


def test_there_are_words_for_every_system_and_every_moment() -> None:
    assert SYSTEM_WORDS.keys() == set(System)
    assert TRIGGER_WORDS.keys() == set(Trigger)


def test_a_groups_practice_is_found_by_its_readers_alone(people: People) -> None:
    key = make_practice(people.group, people.maren).key
    elsewhere = make_practice(people.elsewhere, people.odile, title="Low tide").key
    own = list(STARTER)
    assert keys(queries.practices_for(people.ines)) == [*own, key]
    assert keys(queries.practices_for(people.viktor)) == [*own, elsewhere]
    assert keys(queries.practices_for(people.ada)) == own
    for stranger in (people.viktor, people.odile, people.ada):
        with pytest.raises(NotFound):
            queries.practice_for(stranger, key)
        with pytest.raises(NotFound):
            queries.version_for(stranger, key, 1)


def test_who_has_to_agree_first_is_led_there(people: People) -> None:
    newcomer = make_member("Nuno Late")
    join(newcomer, people.group, agreed=False)
    key = make_practice(people.group, people.maren).key
    assert keys(queries.practices_for(newcomer)) == list(STARTER)
    with pytest.raises(AgreementNeeded):
        queries.practice_for(newcomer, key)


def test_a_practice_stands_in_its_newest_version_and_the_ones_before_are_kept(people: People) -> None:
    first = make_practice(people.group, people.maren, title="The lean")
    key = make_practice(people.group, people.tomasz, title="The lean, seen", after=first).key
    now = queries.practice_for(people.ines, key)
    assert (now.version, now.title, now.plan.version, now.written_by) == (2, "The lean, seen", 2, "Tomasz Wren")
    assert [each.title for each in queries.practices_for(people.ines) if each.group] == ["The lean, seen"]
    before = queries.version_for(people.ines, key, 1)
    assert (before.version, before.title, before.plan.id, before.written_by) == (1, "The lean", key, "Maren Oduya")
    with pytest.raises(NotFound):
        queries.version_for(people.ines, key, 3)


def test_practices_come_by_group_and_title() -> None:
    noor = make_member("Noor Vale")
    for name, titles in {"Still Water": ["second", "First"], "Attic": ["zest"]}.items():
        group = make_group(name, teachers=[noor])
        for title in titles:
            make_practice(group, noor, title=title)
    assert [each.title for each in queries.practices_for(noor) if each.group] == ["zest", "First", "second"]


@pytest.mark.parametrize("key", ["p-0", "p-1x", "p-01", "p-9999999999", "P-1", "ending", "", "p-1\n"])
def test_what_is_no_practice_is_not_found(people: People, key: str) -> None:
    make_practice(people.group, people.maren)
    with pytest.raises(NotFound):
        queries.practice_for(people.maren, key)


def test_an_earlier_version_of_our_own_is_kept_and_one_that_never_was_is_not_found(people: People) -> None:
    ours = STARTER["soothing_rhythm_breathing"]
    assert ours.version == 2
    assert queries.version_for(people.ines, ours.key, 2) == ours
    assert queries.version_for(people.ines, ours.key, 1) == EARLIER[ours.key, 1]
    for version in (0, 3):
        with pytest.raises(NotFound):
            queries.version_for(people.ines, ours.key, version)


def test_every_version_of_our_own_before_the_one_that_stands_is_kept() -> None:
    assert set(EARLIER) == {(each.key, n) for each in STARTER.values() for n in range(1, each.version)}


def test_finding_practices_asks_the_database_once_however_many(people: People, statements: Callable[..., Any]) -> None:
    for number in range(3):
        make_practice(people.group, people.maren, title=f"Practice {number}")
    viewer: Member = people.ines
    with statements() as asked:
        found = queries.practices_for(viewer)
    assert len(found) == len(STARTER) + 3
    assert len(asked) == 1
    group: Group | None = found[-1].group
    with statements() as asked:
        assert group is not None
        assert not group.taught_by(viewer)
        assert group.kind is GroupKind.OPEN
    assert asked == []
