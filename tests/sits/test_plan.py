"""Plans: what is refused and in which words, and what a sound plan means at any moment."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.errors import Invalid
from community.practices import wording
from community.practices.library import STARTER
from community.sits import plan as plans
from community.sits.plan import BellKind, Kind, PhaseName, Plan, UnsoundPlan

START = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)


def small(**changes: Any) -> dict[str, Any]:
    """Give a sound plan of two minutes as plain data, with some of its parts changed."""
    data: dict[str, Any] = {
        "id": "two_minutes",
        "title": "Two minutes",
        "version": 1,
        "total_s": 120,
        "segments": [
            {"at_s": 0, "kind": "bell", "bells": 3, "text": "Settle."},
            {"at_s": 20, "kind": "silence"},
            {"at_s": 120, "kind": "bell"},
        ],
        "care": ["Your eyes may stay open."],
    }
    return {**data, **changes}


def between(*segments: dict[str, Any]) -> dict[str, Any]:
    """Give a plan of ten minutes with the segments between its two bells."""
    frame = [{"at_s": 0, "kind": "bell"}, *segments, {"at_s": 600, "kind": "bell"}]
    return small(total_s=600, segments=frame)


# --- the plans every community begins with ---


def test_the_open_room_closes_before_its_next_half_hour_begins() -> None:
    assert plans.closes_at(STARTER["open_room"].plan, START) <= START + timedelta(minutes=30)


def test_the_quiet_half_hour_reads_as_a_loose_list() -> None:
    assert [tuple(step) for step in wording.steps(STARTER["quiet_half_hour"].plan)] == [
        (0, "three bells, settle", 3),
        (120, "silence", 0),
        (900, "one bell", 1),
        (930, "silence", 0),
        (1800, "one bell, then the circle", 1),
    ]


def test_a_plan_written_in_sentences_reads_in_sentences() -> None:
    steps = wording.steps(STARTER["open_sit_with_walking"].plan)
    assert [(plans.clock(step.at_s), step.words) for step in steps] == [
        ("0:00", "Three bells. Settle in the way your body likes today."),
        ("0:30", "Choose an anchor: breath, hands, sounds, or something you can see."),
        ("1:00", "Silence."),
        ("20:00", "Two bells, walking. Stand up and walk slowly, wherever you are."),
        ("27:00", "Three bells. Come back to your seat."),
        ("27:30", "Silence."),
        ("38:00", "Notice who sat with you."),
        ("40:00", "One bell, then the circle."),
    ]


def test_what_is_optional_is_said_to_be() -> None:
    loose = between({"at_s": 60, "kind": "walk", "optional": True})
    spoken = between(
        {"at_s": 10, "kind": "cue", "text": "Breathe"},
        {"at_s": 60, "kind": "write", "text": "What helps?", "optional": True},
    )
    assert wording.steps(Plan.from_json(loose))[1].words == "walking, if you like"
    assert [step.words for step in wording.steps(Plan.from_json(spoken))[1:3]] == [
        "Breathe.",
        "Time to write. What helps? If you like.",
    ]


def test_what_ends_in_its_quotation_marks_is_not_ended_twice() -> None:
    said = between(
        {"at_s": 10, "kind": "cue", "text": "Breathe"},
        {"at_s": 60, "kind": "write", "bells": 1, "text": "“It makes sense, because …”"},
        {"at_s": 90, "kind": "write", "text": "“A line”"},
    )
    assert [step.words for step in wording.steps(Plan.from_json(said))[2:4]] == [
        "One bell, time to write. “It makes sense, because …”",
        "Time to write. “A line”.",
    ]


# --- what is refused ---

LONG = "x" * 141

REFUSED: list[tuple[Any, str]] = [
    (None, "set of named parts"),
    ([], "set of named parts"),
    (small(tempo=3), "knows only these parts"),
    (small(id=None), "id is a short name"),
    (small(id="Two Minutes"), "id is a short name"),
    (small(id="a" * 65), "id is a short name"),
    (small(id="two\n"), "id is a short name"),
    (small(title=""), "title needs words"),
    (small(title=7), "title needs words"),
    (small(title="t" * 121), "this has 121"),
    (small(title="t" * 10_000_000), "far longer"),
    (small(title="right\u202eleft"), "cannot be shown"),
    (small(title="broken \ud800"), "cannot be shown"),
    (small(version=0), "from 1 to"),
    (small(version=True), "whole number"),
    (small(version="1"), "whole number"),
    (small(total_s=-5), "from 60 to 10800"),
    (small(total_s=10801), "from 60 to 10800"),
    (small(total_s=10**400), "from 60 to 10800"),
    (small(total_s=float("nan")), "whole number"),
    (small(total_s=120.0), "whole number"),
    (small(segments=None), "at least a bell to begin"),
    (small(segments=[]), "at least a bell to begin"),
    (small(segments="bell"), "at least a bell to begin"),
    (small(segments={"0": {"at_s": 0, "kind": "bell"}}), "at least a bell to begin"),
    (small(segments=[{"at_s": n, "kind": "silence"} for n in range(61)]), "60 lines at most"),
    (small(segments=[7]), "Line 1 is a set of named parts"),
    (small(care=None), "at least one care note"),
    (small(care=[]), "at least one care note"),
    (small(care="be kind"), "at least one care note"),
    (small(care=[""]), "Care note 1 needs words"),
    (small(care=["fine", 3]), "Care note 2 needs words"),
    (small(care=["c" * 401]), "this has 401"),
    (small(care=["c"] * 13), "12 care notes"),
    (small(circle_s=300), "has no circle"),
    (small(circle_s=-1), "from 60 to 3600"),
    (between({"at_s": 60, "kind": "gong"}), "kind we do not know"),
    (between({"at_s": 60, "kind": ["bell"]}), "kind we do not know"),
    (between({"at_s": 60}), "kind we do not know"),
    (between({"kind": "silence"}), "Line 2: the second at which it begins needs a whole number"),
    (between({"at_s": -60, "kind": "silence"}), "from 0 to 10800"),
    (between({"at_s": False, "kind": "silence"}), "needs a whole number"),
    (between({"at_s": 60, "kind": "silence", "volume": 3}), "knows only these parts"),
    (between({"at_s": 60, "kind": "cue", "text": "Breathe.", "layer": "soul"}), "body, image, words"),
    (between({"at_s": 60, "kind": "cue", "text": "Breathe.", "layer": ["body"]}), "body, image, words"),
    (between({"at_s": 60, "kind": "silence", "layer": "body"}), "leads nowhere yet"),
    (between({"at_s": 60, "kind": "silence", "optional": "maybe"}), "yes or no"),
    (between({"at_s": 60, "kind": "bell", "bells": 0}), "from 1 to 9"),
    (between({"at_s": 60, "kind": "bell", "bells": 108}), "from 1 to 9"),
    (between({"at_s": 60, "kind": "cue"}), "a cue needs its words"),
    (between({"at_s": 60, "kind": "cue", "text": "  "}), "needs words"),
    (between({"at_s": 60, "kind": "cue", "text": LONG}), "140 characters long; this has 141"),
    (between({"at_s": 60, "kind": "cue", "text": ["a"]}), "needs words"),
    (between({"at_s": 60, "kind": "silence", "text": "shh"}), "silence has no words"),
    (between({"at_s": 60, "kind": "silence"}, {"at_s": 60, "kind": "walk"}), "begins at the same time"),
    (between({"at_s": 60, "kind": "silence"}, {"at_s": 30, "kind": "walk"}), "Give this one a later time"),
    (between({"at_s": 700, "kind": "silence"}), "Give this one a later time"),
    (between({"at_s": 60, "kind": "write"}), "body or breath come first"),
    (between({"at_s": 60, "kind": "cue", "text": "a"}, {"at_s": 67, "kind": "cue", "text": "b"}), "too soon"),
    (between({"at_s": 581, "kind": "cue", "text": "a"}), "too near the end"),
    (between({"at_s": 590, "kind": "bell", "text": "a"}), "too near the end"),
    (between({"at_s": 300, "kind": "circle"}), "one circle at most"),
    (small(segments=[{"at_s": 0, "kind": "circle"}]), "begins with a bell"),
    (small(segments=[{"at_s": 0, "kind": "silence"}, {"at_s": 120, "kind": "bell"}]), "begins with a bell"),
    (small(segments=[{"at_s": 5, "kind": "bell"}, {"at_s": 120, "kind": "bell"}]), "begins with a bell"),
    (small(segments=[{"at_s": 0, "kind": "bell"}, {"at_s": 20, "kind": "silence"}]), "ends with a bell"),
    (small(segments=[{"at_s": 0, "kind": "bell"}, {"at_s": 100, "kind": "bell"}]), "Add one at 2:00"),
    (small(segments=[{"at_s": 0, "kind": "bell"}]), "ends with a bell"),
]


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_a_plan_nobody_could_sit_by_is_refused_in_words(data: Any, words: str) -> None:
    with pytest.raises(UnsoundPlan, match=words) as refusal:
        Plan.from_json(data)
    assert isinstance(refusal.value, Invalid)
    assert refusal.value.field
    assert len(refusal.value.sentence) < 200


def test_two_circles_are_refused_and_bells_in_a_circle_too() -> None:
    end = {"at_s": 120, "kind": "bell"}
    circle = {"at_s": 120, "kind": "circle"}
    for tail in ([end, circle, circle], [end, {**circle, "bells": 1}], [circle, end]):
        with pytest.raises(UnsoundPlan, match=r"circle|ends with a bell|same time"):
            Plan.from_json(small(segments=[{"at_s": 0, "kind": "bell"}, *tail]))


def test_a_refusal_says_which_field_to_look_at() -> None:
    with pytest.raises(UnsoundPlan) as refusal:
        Plan.from_json(between({"at_s": 60, "kind": "cue", "text": LONG}))
    assert refusal.value.field == "segments[1].text"


def test_words_may_stand_exactly_twenty_seconds_before_the_end_and_eight_apart() -> None:
    said = [{"at_s": at_s, "kind": "cue", "text": "a"} for at_s in (572, 580)]
    assert len(Plan.from_json(between(*said)).segments) == 4


def test_writing_may_follow_a_bell_that_spoke_of_the_breath() -> None:
    data = between({"at_s": 60, "kind": "bell", "text": "breath"}, {"at_s": 90, "kind": "write"})
    assert Plan.from_json(data).segments[2].kind is Kind.WRITE


def test_words_are_tidied_and_what_is_null_is_as_if_left_out() -> None:
    data = between({"at_s": 60, "kind": "cue", "text": " be\n kind\u00a0 ", "bells": None, "optional": None})
    assert Plan.from_json(data).segments[1].text == "be kind"


def test_a_circle_lasts_a_quarter_of_an_hour_unless_the_plan_says_otherwise() -> None:
    segments = [*small()["segments"], {"at_s": 120, "kind": "circle"}]
    assert Plan.from_json(small(segments=segments)).circle_s == 900
    assert Plan.from_json(small(segments=segments, circle_s=300)).circle_s == 300
    assert Plan.from_json(small()).circle_s is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_whatever_is_given_it_is_a_plan_or_a_refusal(data: Any) -> None:
    with pytest.raises(UnsoundPlan):
        Plan.from_json(data)


@given(st.sampled_from(sorted(STARTER)), st.data())
def test_a_plan_with_any_one_part_replaced_is_a_plan_or_a_refusal(plan_id: str, data: st.DataObject) -> None:
    changed = copy.deepcopy(STARTER[plan_id].plan.to_json())
    place: Any = changed
    key: Any = data.draw(st.sampled_from(sorted(changed)))
    if key == "segments" and data.draw(st.booleans()):
        place = data.draw(st.sampled_from(changed["segments"]))
        key = data.draw(st.sampled_from(["at_s", "kind", "bells", "text", "layer", "optional"]))
    place[key] = data.draw(JSON)
    try:
        plan = Plan.from_json(changed)
    except UnsoundPlan:
        return
    assert Plan.from_json(plan.to_json()) == plan


# --- what a plan means at a moment ---


@st.composite
def sound_plans(draw: st.DrawFn) -> Plan:
    """Draw any sound plan: bells, words, quiet, walking, writing and a circle in any fitting order."""
    total_s = draw(st.integers(60, 10_800))
    moments = sorted(draw(st.sets(st.integers(1, total_s - 1), max_size=12)))
    segments: list[dict[str, Any]] = [{"at_s": 0, "kind": "bell", "bells": draw(st.integers(1, 9))}]
    spoken_at, opened = -100, False
    for at_s in moments:
        kinds = ["bell", "silence", "walk"]
        if at_s - spoken_at >= 8 and at_s <= total_s - 20:
            kinds += ["cue", "write"] if opened else ["cue"]
        segment: dict[str, Any] = {"at_s": at_s, "kind": draw(st.sampled_from(kinds))}
        if segment["kind"] in {"bell", "walk", "write"}:
            segment["bells"] = draw(st.integers(1, 9))
        if segment["kind"] in {"cue", "write"}:
            segment["text"] = draw(st.sampled_from(["Breathe.", "be here", "جا", "Und jetzt?"]))
            spoken_at = at_s
        opened = opened or segment["kind"] in {"cue", "silence", "walk"}
        segments.append(segment)
    segments.append({"at_s": total_s, "kind": "bell", "bells": draw(st.integers(1, 9))})
    circle: dict[str, Any] = {}
    if draw(st.booleans()):
        segments.append({"at_s": total_s, "kind": "circle"})
        circle["circle_s"] = draw(st.integers(60, 3600))
    return Plan.from_json(small(total_s=total_s, segments=segments, **circle))


def expected_phase(plan: Plan, elapsed: timedelta) -> tuple[PhaseName, int | None]:  # noqa: PLR0911 - one per phase
    """Say the phase in the plainest way, as an oracle."""
    seconds = elapsed.total_seconds()
    if seconds < -600:
        return PhaseName.SCHEDULED, None
    if seconds < -60:
        return PhaseName.DOORS, None
    if seconds < 0:
        return PhaseName.SETTLING, None
    if seconds < plan.total_s:
        begun = [k for k, segment in enumerate(plan.segments) if segment.at_s <= seconds]
        return PhaseName.SITTING, begun[-1]
    if seconds < plan.total_s + 30:
        return PhaseName.CLOSING_BELL, None
    if plan.circle_s and seconds < plan.total_s + 30 + plan.circle_s:
        return PhaseName.CIRCLE, None
    return PhaseName.CLOSED, None


def moments_of(plan: Plan) -> st.SearchStrategy[datetime]:
    """Draw moments, most of them on or beside a boundary."""
    marks = [-600, -60, *(segment.at_s for segment in plan.segments), plan.total_s + 30]
    marks.append(plan.total_s + 30 + (plan.circle_s or 0))
    near = st.tuples(st.sampled_from(marks), st.sampled_from([-TICK, timedelta(0), TICK]))
    return st.one_of(
        near.map(lambda pair: START + timedelta(seconds=pair[0]) + pair[1]),
        st.integers(-2_000_000, 20_000_000).map(lambda ms: START + timedelta(milliseconds=ms)),
    )


@given(st.data(), sound_plans())
def test_the_phase_at_any_moment_is_the_one_of_the_timeline_and_the_one_expected(
    data: st.DataObject, plan: Plan
) -> None:
    now = data.draw(moments_of(plan))
    phase = plans.phase_at(plan, START, now)
    containing = [
        each
        for each in plans.timeline(plan, START)
        if (each.since is None or each.since <= now) and (each.until is None or now < each.until)
    ]
    assert containing == [phase]
    assert (phase.name, phase.segment) == expected_phase(plan, now - START)
    assert plans.still(plan, START, now) == (phase.name is PhaseName.SITTING)


@given(sound_plans())
def test_the_timeline_covers_all_time_without_gap_or_overlap(plan: Plan) -> None:
    phases = plans.timeline(plan, START)
    assert (phases[0].name, phases[0].since) == (PhaseName.SCHEDULED, None)
    assert (phases[-1].name, phases[-1].until) == (PhaseName.CLOSED, None)
    assert phases[-1].since == plans.closes_at(plan, START)
    assert phases[1].since == plans.doors_open_at(START)
    for earlier, later in pairwise(phases):
        assert earlier.until is not None
        assert earlier.until == later.since
        assert earlier.since is None or earlier.since < earlier.until


@given(sound_plans())
def test_every_plan_has_its_closing_bell_whether_or_not_anybody_walks(plan: Plan) -> None:
    rung = plans.bells(plan, START)
    assert rung[0].at == START
    assert [bell.kind for bell in rung].count(BellKind.OPENING) == 1
    assert [bell.kind for bell in rung].count(BellKind.CLOSING) == 1
    assert rung[-1].kind is BellKind.CLOSING
    assert rung[-1].at == START + timedelta(seconds=plan.total_s)
    assert all(bell.strokes >= 1 for bell in rung)
    assert all(earlier.at < later.at for earlier, later in pairwise(rung))


@given(st.data(), sound_plans())
def test_an_edge_is_passed_when_a_segment_begins_and_when_the_closing_bell_rings(
    data: st.DataObject, plan: Plan
) -> None:
    edges = plans.edges(plan, START)
    sitting = [phase.since for phase in plans.timeline(plan, START) if phase.name is PhaseName.SITTING]
    assert edges == [*sitting, START + timedelta(seconds=plan.total_s)]
    now = data.draw(moments_of(plan))
    assert plans.edge_index(plan, START, now) == len([edge for edge in edges if edge <= now])


@given(sound_plans())
def test_any_plan_can_be_stored_and_put_into_words(plan: Plan) -> None:
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    steps = wording.steps(plan)
    assert [step.at_s for step in steps] == [s.at_s for s in plan.segments if s.kind is not Kind.CIRCLE]
    assert all(step.words and step.words == step.words.strip() for step in steps)
    assert steps[-1].words.rstrip(".").lower().endswith("then the circle") == (plan.circle_s is not None)


def test_a_plan_without_walking_rings_at_its_end() -> None:
    rung = plans.bells(STARTER["soothing_rhythm_breathing"].plan, START)
    assert [(bell.at - START, bell.strokes, bell.kind) for bell in rung] == [
        (timedelta(0), 3, BellKind.OPENING),
        (timedelta(minutes=6), 1, BellKind.INTERVAL),
        (timedelta(minutes=10), 1, BellKind.CLOSING),
    ]


def test_walking_bells_send_off_and_call_back() -> None:
    rung = plans.bells(STARTER["open_sit_with_walking"].plan, START)
    assert [(bell.at - START, bell.strokes, bell.kind) for bell in rung] == [
        (timedelta(0), 3, BellKind.OPENING),
        (timedelta(minutes=20), 2, BellKind.WALKING),
        (timedelta(minutes=27), 3, BellKind.WALKING),
        (timedelta(minutes=40), 1, BellKind.CLOSING),
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_sit_that_crosses_a_clock_change_is_as_long_as_any_other(zone: str) -> None:
    plan = STARTER["open_sit_with_walking"].plan
    for month, day in ((3, 29), (4, 5), (10, 25), (11, 1)):
        for hour in range(4):
            start = datetime(2026, month, day, hour, 40, tzinfo=ZoneInfo(zone))
            rung = plans.bells(plan, start)
            assert rung[-1].at.timestamp() - start.timestamp() == plan.total_s
            late = datetime.fromtimestamp(start.timestamp() + plan.total_s, UTC).astimezone(ZoneInfo(zone))
            assert plans.phase_at(plan, start, late).name is PhaseName.CLOSING_BELL
            assert plans.phase_at(plan, start, _before(late)).segment == 6


def _before(moment: datetime) -> datetime:
    return (moment.astimezone(UTC) - SECOND).astimezone(moment.tzinfo)


NAIVE: list[Callable[[Plan, datetime], object]] = [
    lambda plan, naive: plans.phase_at(plan, naive, START),
    lambda plan, naive: plans.phase_at(plan, START, naive),
    plans.timeline,
    plans.bells,
    lambda plan, naive: plans.edge_index(plan, START, naive),
    lambda plan, naive: plans.still(plan, naive, START),
]


@pytest.mark.parametrize("ask", NAIVE)
def test_a_naive_time_is_our_mistake_and_not_answered(ask: Callable[[Plan, datetime], object]) -> None:
    with pytest.raises(ValueError, match="aware"):
        ask(STARTER["open_room"].plan, START.replace(tzinfo=None))
