"""The linter: every way to spoil a plan is found and said in words a teacher understands; sound plans pass."""

import copy
import random
import re
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.practices.library import STARTER
from community.practices.linter import Finding, Weight, findings
from community.practices.schema import Plan, UnsoundPlan
from tests.practices.mutations import SPOILS, Spoil, spoilt

MUTATIONS = 200


def musts(data: object) -> list[Finding]:
    return [finding for finding in findings(data) if finding.weight is Weight.MUST]


def mays(data: object, **given: Any) -> str:
    return " ".join(finding.sentence for finding in findings(data, **given) if finding.weight is Weight.MAY)


def ten_minutes(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Give a sound plan with these lines between its bells and a breath at its beginning."""
    first = [{"at_s": 0, "kind": "bell"}, {"at_s": 10, "kind": "cue", "text": "Breathe.", "layer": "body"}]
    quiet = [] if any(line["kind"] == "silence" for line in lines) else [{"at_s": 30, "kind": "silence"}]
    return {
        "id": "ten",
        "title": "Ten minutes",
        "version": 1,
        "total_s": 600,
        "segments": [*first, *quiet, *lines, {"at_s": 600, "kind": "bell"}],
        "care": ["Stop whenever you like."],
        **changes,
    }


def drawn_mutations() -> list[tuple[str, Spoil, dict[str, Any]]]:
    """Spoil the plans of the house two hundred times, every plan and every way among them."""
    chance = random.Random(20261123)
    drawn: list[tuple[str, Spoil, dict[str, Any]]] = []
    pairs = [(plan_id, spoil) for spoil in SPOILS for plan_id in STARTER]
    while len(drawn) < MUTATIONS:
        chance.shuffle(pairs)
        for plan_id, spoil in pairs:
            changed = spoilt(STARTER[plan_id].plan.to_json(), spoil, chance)
            if changed is not None and len(drawn) < MUTATIONS:
                drawn.append((plan_id, spoil, changed))
    return drawn


def test_of_two_hundred_spoilt_plans_nearly_every_one_is_found() -> None:
    drawn = drawn_mutations()
    missed = [f"{spoil.__name__} in {plan_id}" for plan_id, spoil, changed in drawn if not musts(changed)]
    sys.stdout.write(f"\nkilled {len(drawn) - len(missed)} of {len(drawn)}: {1 - len(missed) / len(drawn):.1%}\n")
    assert {spoil for _, spoil, _ in drawn} == set(SPOILS)
    assert {plan_id for plan_id, _, _ in drawn} == set(STARTER)
    assert len(missed) <= 0.05 * len(drawn), missed


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_every_way_to_spoil_a_plan_is_found_in_each_plan_of_the_house(spoil: Spoil) -> None:
    chance, missed, tried = random.Random(7), [], 0
    for practice in STARTER.values():
        changed = spoilt(practice.plan.to_json(), spoil, chance)
        tried += changed is not None
        if changed is not None and not musts(changed):
            missed.append(practice.key)
    assert tried
    assert not missed


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_the_practices_of_the_house_have_to_be_changed_in_nothing(practice: Any) -> None:
    assert not musts(practice.plan.to_json())


@st.composite
def sound_plans(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a plan that keeps every rule: layers in their order, words apart, bells at both ends."""
    total_s = draw(st.integers(60, 10_800))
    moments = sorted(draw(st.sets(st.integers(1, total_s - 1), max_size=14)))
    lines: list[dict[str, Any]] = [{"at_s": 0, "kind": "bell", "bells": draw(st.integers(1, 9))}]
    spoken_at, reached = -100, 0  # 0 nothing yet, 1 body, 2 image, 3 words
    for at_s in moments:
        kinds = ["bell", "silence", "walk"]
        if at_s - spoken_at >= 8 and at_s <= total_s - 20:
            kinds += ["cue", "write"] if reached else ["cue"]
        line: dict[str, Any] = {"at_s": at_s, "kind": draw(st.sampled_from(kinds))}
        if line["kind"] == "walk":
            reached = max(reached, 1)
        if line["kind"] == "write":
            reached = 3
        if line["kind"] == "cue":
            allowed = {0: ["body"], 1: ["body", "image", "words"], 2: ["body", "image", "words"], 3: ["body", "words"]}
            line |= {
                "text": draw(st.sampled_from(["Breathe.", "Und jetzt?"])),
                "layer": draw(st.sampled_from(allowed[reached])),
            }
            reached = max(reached, {"body": 1, "image": 2, "words": 3}[line["layer"]])
            spoken_at = at_s
        lines.append(line)
    lines.append({"at_s": total_s, "kind": "bell"})
    care = draw(st.lists(st.sampled_from(["Stop when you like.", "Eyes open."]), min_size=1, max_size=12))
    data = {"id": "drawn", "title": "Drawn", "version": 1, "total_s": total_s, "segments": lines, "care": care}
    if draw(st.booleans()):
        lines.append({"at_s": total_s, "kind": "circle"})
    return data


@given(sound_plans())
def test_a_sound_plan_passes(data: dict[str, Any]) -> None:
    assert not musts(data)
    assert Plan.from_json(data).to_json()["segments"]


@given(sound_plans(), st.sampled_from(SPOILS), st.integers())
def test_the_linter_and_the_schema_say_the_same(data: dict[str, Any], spoil: Spoil, seed: int) -> None:
    changed = spoilt(data, spoil, random.Random(seed))
    given_plan = data if changed is None else changed
    found = musts(given_plan)
    if not found:
        Plan.from_json(given_plan)
        return
    with pytest.raises(UnsoundPlan) as refusal:
        Plan.from_json(given_plan)
    assert (refusal.value.field, refusal.value.sentence) == (found[0].field, found[0].sentence)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(STARTER)), st.data())
def test_whatever_stands_in_a_part_it_is_a_finding_or_nothing(plan_id: str, data: st.DataObject) -> None:
    changed: Any = copy.deepcopy(STARTER[plan_id].plan.to_json())
    place: Any = data.draw(st.sampled_from([changed, *changed["segments"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    for finding in findings(changed):
        assert finding.field
        assert finding.sentence.endswith((".", "?"))
        assert len(finding.sentence) < 250


def test_several_things_are_said_at_once_and_each_names_its_line() -> None:
    data = ten_minutes(
        {"at_s": 120, "kind": "silence", "text": "Shh."},
        {"at_s": 180, "kind": "cue"},
        {"at_s": 300, "kind": "cue", "text": "a" * 141, "layer": "body"},
        care=[],
    )
    found = {finding.field: finding.sentence for finding in musts(data)}
    assert set(found) == {"segments[2].text", "segments[3].text", "segments[4].text", "care"}
    assert found["segments[2].text"] == "At 2:00: silence has no words. Make it a cue to say something."
    assert found["segments[4].text"] == "At 5:00: the text can be 140 characters long; this has 141."


def test_every_fault_of_a_line_is_said_at_once() -> None:
    line = {"at_s": 120, "kind": "hum", "text": "a" * 141, "bells": 12, "layer": "sky", "optional": "perhaps"}
    at = "segments[3]."
    fields = [finding.field for finding in musts(ten_minutes(line))]
    found = [field.removeprefix(at) for field in fields if field.startswith(at)]
    assert sorted(found) == ["bells", "kind", "layer", "optional", "text"]


def test_what_can_be_read_is_held_to_the_rules_though_a_line_cannot() -> None:
    plan = ten_minutes(
        {"at_s": None, "kind": "cue", "text": "When?", "layer": "body"},
        {"at_s": 120, "kind": "cue", "text": "Go on.", "layer": "body"},
        {"at_s": 125, "kind": "cue", "text": "And on.", "layer": "body"},
        {"at_s": 100, "kind": "walk"},
        {"at_s": 590, "kind": "cue", "text": "One more.", "layer": "body"},
    )
    assert {finding.field for finding in musts(plan)} == {f"segments[{n}].at_s" for n in (3, 5, 6, 7)}


def test_nothing_is_said_of_a_plan_that_depends_on_a_line_nobody_can_read() -> None:
    unread = {"at_s": None, "kind": "bell"}
    for n, lines in ((0, ten_minutes()["segments"][1:]), (3, ten_minutes()["segments"][:-1])):
        segments = [*lines[:n], unread, *lines[n:]]
        assert [finding.field for finding in musts(ten_minutes(segments=segments))] == [f"segments[{n}].at_s"]
    words_first = ten_minutes()["segments"]
    words_first[1] = {"at_s": None, "kind": "cue", "text": "Breathe.", "layer": "body"}
    words_first[2] = {"at_s": 30, "kind": "cue", "text": "Why?", "layer": "words"}
    assert [finding.field for finding in musts(ten_minutes(segments=words_first))] == ["segments[1].at_s"]


def test_a_sentence_says_what_would_work() -> None:
    near = {"at_s": 590, "kind": "cue", "text": "One more.", "layer": "body"}
    assert "say them by 9:40" in musts(ten_minutes(near))[0].sentence
    soon = {"at_s": 125, "kind": "cue", "text": "And on.", "layer": "body"}
    close = ten_minutes({"at_s": 120, "kind": "cue", "text": "Go on.", "layer": "body"}, soon)
    assert "from 2:08 on" in musts(close)[0].sentence


HINTS: list[tuple[dict[str, Any], str]] = [
    (ten_minutes({"at_s": 60, "kind": "cue", "text": "Unmarked."}), "whether these words go to body, image or words"),
    (ten_minutes({"at_s": 60, "kind": "bell", "bells": 9}), "three bells are enough"),
    (ten_minutes({"at_s": 60, "kind": "cue", "text": "Breathe!", "layer": "body"}), "is loud in a quiet room"),
    (ten_minutes({"at_s": 60, "kind": "cue", "text": "A hill.", "layer": "image"}), "leave people in an image"),
    (ten_minutes({"at_s": 560, "kind": "cue", "text": "Why?", "layer": "words"}), "leave people in a thought"),
    (ten_minutes({"at_s": 560, "kind": "write"}), "less than a minute to write"),
    (ten_minutes(care=["Be kind."]), "what one may always do"),
    (ten_minutes({"at_s": 60, "kind": "cue", "text": "Somebody who died.", "layer": "body"}), "hard ground"),
    (
        ten_minutes(total_s=1500, segments=[*ten_minutes()["segments"][:-1], {"at_s": 1500, "kind": "bell"}]),
        "longer than 20 minutes",
    ),
    (
        ten_minutes(
            segments=[
                {"at_s": 0, "kind": "bell"},
                {"at_s": 10, "kind": "cue", "text": "Breathe.", "layer": "body"},
                {"at_s": 700, "kind": "bell"},
            ],
            total_s=700,
        ),
        "more than 10 minutes without a silence",
    ),
    (
        ten_minutes(segments=[{"at_s": 0, "kind": "bell"}, {"at_s": 600, "kind": "bell"}]),
        "There is no silence in this plan yet",
    ),
]


@pytest.mark.parametrize(("data", "words"), HINTS)
def test_what_is_only_unwise_is_a_hint_and_keeps_nobody_from_it(data: dict[str, Any], words: str) -> None:
    assert not musts(data)
    assert words in mays(data)


def test_hard_ground_with_a_teacher_in_the_room_is_not_warned_of() -> None:
    data = ten_minutes({"at_s": 60, "kind": "cue", "text": "Somebody who died.", "layer": "body"})
    assert "hard ground" not in mays(data, teacher_led=True)


def test_a_plan_that_is_well_made_is_left_alone() -> None:
    assert findings(ten_minutes()) == []


def test_what_has_to_be_changed_comes_first() -> None:
    data = ten_minutes({"at_s": 60, "kind": "bell", "bells": 9}, care=[])
    assert [finding.weight for finding in findings(data)] == [Weight.MUST, Weight.MAY]
    assert all(re.match(r"(At|From|Line|Add|There)", finding.sentence) for finding in findings(data))
