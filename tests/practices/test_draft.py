"""A plan as it is typed: read kindly, and given back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.practices.draft import Draft, Line, draft_of, lines_of, seconds
from community.practices.library import STARTER, Practice
from community.practices.linter import Weight
from community.practices.timeline import timeline

TIMES = {
    "3": 180,
    "3:00": 180,
    " 3:05 ": 185,
    "0:45": 45,
    "3.30": 210,
    "45 s": 45,
    "90s": 90,
    "5 min": 300,
    "75:00": 4500,
    "1:10:00": 4200,
    "0": 0,
    "180": 10800,
}
NO_TIMES = ("", "soon", "3:75", "-1", "181", "٣:٠٠", "3:00:00:00", "1e3", "9" * 40, "3;00", ":", "3:")


@pytest.mark.parametrize(("typed", "meant"), TIMES.items())
def test_a_time_is_read_kindly(typed: str, meant: int) -> None:
    assert seconds(typed) == meant


@pytest.mark.parametrize("typed", NO_TIMES)
def test_what_is_no_time_is_asked_for_again(typed: str) -> None:
    assert seconds(typed) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_as_a_time_is_a_time_or_none(typed: str) -> None:
    found = seconds(typed)
    assert found is None or 0 <= found <= 10_800


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_a_plan_goes_into_the_form_and_comes_out_as_it_was(practice: Practice) -> None:
    plan = practice.plan.to_json()
    checked = draft_of(plan).checked()
    assert checked.is_sound
    kept = {name: checked.plan[name] for name in ("title", "total_s", "care")}
    assert kept == {name: plan[name] for name in kept}
    assert [{"bells": 0, **each} for each in checked.plan["segments"]] == [
        {"bells": 0, **each} for each in plan["segments"]
    ]


def test_a_line_without_a_time_is_named_by_its_place_and_the_others_stay() -> None:
    draft = Draft(
        title="Two", care="Stop.", lines=(Line("0", "bell"), Line("soon", "cue", words="Feel."), Line("2", "bell"))
    )
    found = draft.checked()
    assert [(f.sentence, a) for f, a in found.placed() if f.weight is Weight.MUST] == [
        ("Line 2: write its time as minutes and seconds, such as 3:00.", "line-1")
    ]
    assert [each.at_s for each in found.segments] == [0, 120]


def test_a_line_with_nothing_on_it_is_passed_over() -> None:
    lines = (Line("0", "bell"), Line(), Line("1", "silence"), Line("2", "bell"))
    checked = Draft(title="Two", care="Stop.", lines=lines).checked()
    assert checked.is_sound
    assert len(checked.plan["segments"]) == 3
    kept = Draft(title="Two", care="Stop.", lines=(Line("0", "bell"), Line(kind="silence"), Line("2", "bell")))
    assert not kept.checked().is_sound  # a silence was chosen, and it has no time yet


def test_a_finding_leads_to_the_line_that_was_typed_even_behind_an_empty_one() -> None:
    lines = (Line("0", "bell"), Line(), Line("1", "silence", words="Shh."), Line("2", "bell"))
    checked = Draft(title="Two", care="Stop.", lines=lines).checked()
    assert [anchor for _, anchor in checked.placed()] == ["line-2"]
    assert [finding.sentence for finding in checked.of_line(2)] == [
        "At 1:00: silence has no words. Make it a cue to say something."
    ]


def test_a_line_is_opened_below_and_taken_out() -> None:
    draft = Draft(lines=(Line("0", "bell"), Line("2", "bell")))
    opened = draft.with_line_after(0)
    assert [line.time for line in opened.lines] == ["0", "", "2"]
    assert opened.without_line(1) == draft
    assert draft.without_line(99) == draft
    full = Draft(lines=(Line("0", "bell"),) * 60)
    assert full.with_line_after(3) == full


def test_a_circle_is_written_in_minutes() -> None:
    draft = Draft(title="Two", care="Stop.", lines=(Line("0", "bell"), Line("1", "silence"), Line("2", "bell")))
    assert draft.checked().plan.get("circle_s") is None
    with_circle = Draft(title="Two", care="Stop.", lines=draft.lines, has_circle=True, circle="20").checked()
    assert with_circle.is_sound
    assert with_circle.plan["circle_s"] == 1200
    wrong = Draft(title="Two", care="Stop.", lines=draft.lines, has_circle=True, circle="a while").checked()
    assert [(finding.sentence, anchor) for finding, anchor in wrong.placed()] == [
        ("A circle lasts from 1 to 60 minutes. Write it as a whole number.", "circle")
    ]


FIELDS = st.dictionaries(
    st.from_regex(r"lines-[0-9]{1,4}-(time|kind|bells|words|layer|optional|size)", fullmatch=True)
    | st.text(max_size=9),
    st.text(max_size=30) | st.sampled_from(["0:00", "3:00", "bell", "cue", "silence", "9" * 5000, "2", "body"]),
    max_size=30,
)


@given(FIELDS)
def test_whatever_fields_come_they_are_lines_and_findings(fields: dict[str, str]) -> None:
    lines = lines_of(fields)
    assert len(lines) <= 60
    checked = Draft(title="x", lines=lines, care="Stop.").checked()
    assert len(timeline(checked.drawn()).stretches) <= 60
    for finding, anchor in checked.placed():
        assert finding.sentence
        assert anchor
