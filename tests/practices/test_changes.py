"""What changed, in words."""

from dataclasses import replace
from typing import Any

import pytest

from community.practices.changes import Mark, changes_between, plan_lines
from community.practices.kinds import System, Trigger
from community.practices.library import STARTER, Practice
from community.practices.schema import Plan

BREATH = STARTER["soothing_rhythm_breathing"]


def otherwise(**plan: Any) -> Practice:
    return replace(BREATH, version=2, plan=Plan.from_json(BREATH.plan.to_json() | plan))


def told(before: Practice, after: Practice) -> dict[str, list[tuple[str, str]]]:
    """Give every change with its marks written into it."""
    marks = {Mark.SAME: "{}", Mark.ADDED: "[+{}]", Mark.TAKEN_OUT: "[-{}]"}
    return {
        section.name: [
            (change.said, "".join(marks[piece.mark].format(piece.words) for piece in change.pieces))
            for change in section.changes
        ]
        for section in changes_between(before, after)
    }


def test_nothing_changed_says_nothing() -> None:
    assert changes_between(BREATH, BREATH) == []


def test_a_line_that_was_said_otherwise_shows_the_words_that_went_and_came() -> None:
    segments = BREATH.plan.to_json()["segments"]
    segments[1] = {**segments[1], "at_s": segments[1]["at_s"] + 5}
    found = told(BREATH, otherwise(segments=segments))
    assert list(found) == ["The plan"]
    [(what, words)] = found["The plan"]
    assert what == "Changed"
    assert "[-" in words
    assert "[+" in words


def test_a_line_that_came_and_one_that_went_are_named_so() -> None:
    segments = BREATH.plan.to_json()["segments"]
    with_one_more = [*segments[:-1], {"at_s": segments[-1]["at_s"] - 5, "kind": "walk"}, segments[-1]]
    [(what, words)] = told(BREATH, otherwise(segments=with_one_more))["The plan"]
    assert (what, "walking" in words) == ("Added", True)
    [(what, _)] = told(otherwise(segments=with_one_more), BREATH)["The plan"]
    assert what == "Taken out"


def test_every_part_of_a_practice_is_looked_at() -> None:
    after = replace(
        otherwise(care=["Stop whenever you like."]),
        title="Another breath",
        lead="Other words.",
        about="Something else.",
        nourishes=System.DRIVE,
        meets=(Trigger.SAYING_NO,),
        teacher_led=True,
    )
    assert set(told(BREATH, after)) == {
        *("Title", "In a sentence", "Take care", "What it is for"),
        *("What it nourishes", "What it meets", "With a teacher"),
    }


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_what_is_added_taken_out_and_the_same_make_both_versions(practice: Practice) -> None:
    for section in changes_between(BREATH, practice):
        for change in section.changes:
            before = "".join(piece.words for piece in change.pieces if piece.mark is not Mark.ADDED)
            after = "".join(piece.words for piece in change.pieces if piece.mark is not Mark.TAKEN_OUT)
            if section.name == "The plan":
                assert not before or before in plan_lines(BREATH)
                assert not after or after in plan_lines(practice)


def test_very_long_texts_are_compared_in_no_time() -> None:
    long = replace(BREATH, about="\n".join(" ".join(["a b"] * 200) for _ in range(20)))
    other = replace(BREATH, about="\n".join(" ".join(["b a c"] * 130) for _ in range(20)))
    assert changes_between(long, other)
