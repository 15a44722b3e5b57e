"""The stone: one holder at most, two breaths between two, and never nobody for long while somebody waits."""

import os
import random

import pytest
from hypothesis import settings

from community.sits.stone import (
    KEPT_S,
    REST_S,
    CircleOver,
    Company,
    NotHolding,
    Stone,
    Word,
    as_of,
    step,
)
from tests.sits.circles import CircleMachine, run

# CIRCLE_SEEDS=5000 makes the 10,000 schedules of the bench out of the small profile of the suite.
SEEDS = int(os.environ.get("CIRCLE_SEEDS", "80"))

MAREN, INES, PRIYA, NOOR = 1, 2, 3, 4
ALL = Company(frozenset({MAREN, INES, PRIYA, NOOR}), teachers=(MAREN,))
ALONE = Company(ALL.here)
FREE = Stone(seq=1)


def after(*said: tuple[Word, int, float], company: Company = ALL) -> Stone:
    """Give the stone after some people have done something, each at a moment."""
    stone = FREE
    for word, by, at in said:
        stone = step(stone, word, by, company, at)
    return stone


def without(company: Company, member_id: int, lost_since: float | None = None) -> Company:
    lost = {} if lost_since is None else {member_id: lost_since}
    return Company(company.here - {member_id}, lost, company.teachers)


def test_the_first_who_asks_has_a_free_stone_at_once() -> None:
    stone = after((Word.ASK, INES, 10))
    assert (stone.holder, stone.since) == (INES, 10)


def test_the_stone_goes_on_in_the_order_of_asking_after_two_breaths() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.ASK, PRIYA, 12), (Word.PASS, INES, 30))
    assert (stone.holder, stone.next(ALL)) == (None, NOOR)
    assert as_of(stone, ALL, 30 + REST_S - 0.1).holder is None
    given = as_of(stone, ALL, 30 + REST_S)
    assert (given.holder, given.next(ALL), given.since) == (NOOR, PRIYA, 36)


def test_a_clock_that_ticks_late_gives_the_same_stone() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.PASS, INES, 30))
    assert as_of(stone, ALL, 500) == as_of(stone, ALL, 36)


def test_a_stone_that_nobody_asks_for_lies_in_the_middle() -> None:
    stone = after((Word.ASK, INES, 10), (Word.PASS, INES, 30))
    assert as_of(stone, ALL, 90).holder is None
    assert step(stone, Word.ASK, NOOR, ALL, 31).holder is None
    assert step(stone, Word.ASK, NOOR, ALL, 90).holder == NOOR


def test_asking_twice_or_while_one_holds_it_is_fine_and_changes_nothing() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11))
    assert step(stone, Word.ASK, NOOR, ALL, 12) == stone
    assert step(stone, Word.ASK, INES, ALL, 12) == stone


def test_who_keeps_silence_is_passed_by() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.KEEP_SILENCE, NOOR, 12), (Word.PASS, INES, 13))
    assert as_of(stone, ALL, 60).holder is None


def test_the_holder_may_hold_it_in_silence_for_as_long_as_they_like() -> None:
    stone = after((Word.ASK, INES, 10), (Word.KEEP_SILENCE, INES, 11))
    assert as_of(stone, ALL, 5_000).holder == INES


def test_who_skips_lets_the_next_go_first_and_stays_in_line() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.ASK, PRIYA, 12), (Word.SKIP, NOOR, 13))
    assert [each.member_id for each in stone.asked] == [PRIYA, NOOR]
    held = step(stone, Word.SKIP, INES, ALL, 14)
    assert [each.member_id for each in held.asked] == [PRIYA, INES, NOOR]
    assert as_of(held, ALL, 20).holder == PRIYA


def test_a_holder_who_skips_while_nobody_asks_passes_it_to_the_middle() -> None:
    stone = after((Word.ASK, INES, 10), (Word.SKIP, INES, 11))
    assert as_of(stone, ALL, 60).holder is None


def test_only_the_holder_passes_it_on() -> None:
    stone = after((Word.ASK, INES, 10))
    for word in (Word.PASS, Word.SKIP):
        with pytest.raises(NotHolding):
            step(stone, word, NOOR, ALL, 11)


def test_who_leaves_loses_it_at_once() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11))
    left = as_of(stone, without(ALL, INES), 20)
    assert (left.holder, left.rests_until) == (None, 26)
    assert as_of(left, without(ALL, INES), 26).holder == NOOR


def test_a_lost_holder_keeps_it_for_twenty_seconds_and_finds_it_on_coming_back() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11))
    assert as_of(stone, without(ALL, INES, 30), 30 + KEPT_S - 0.1).holder == INES
    assert as_of(stone, ALL, 500).holder == INES


def test_the_stone_of_a_lost_holder_goes_back_to_the_teacher() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11))
    back = as_of(stone, without(ALL, INES, 30), 51)
    assert (back.holder, back.next(ALL)) == (None, MAREN)
    given = as_of(back, without(ALL, INES, 30), 56)
    assert (given.holder, given.next(ALL), given.since) == (MAREN, NOOR, 56)


@pytest.mark.parametrize(
    "company", [ALONE, Company(ALL.here - {MAREN}, {}, (MAREN,)), Company(ALL.here - {MAREN}, {MAREN: 1.0}, (MAREN,))]
)
def test_without_a_teacher_it_goes_to_the_next_who_asked(company: Company) -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11))
    lost = Company(company.here - {INES}, {**company.lost, INES: 30}, company.teachers)
    assert as_of(stone, lost, 56).holder == NOOR


def test_a_lost_teacher_gets_no_stone_back_from_themselves() -> None:
    stone = after((Word.ASK, MAREN, 10), (Word.ASK, NOOR, 11))
    assert as_of(stone, without(ALL, MAREN, 30), 56).holder == NOOR


def test_who_waits_and_is_lost_is_passed_by_and_keeps_their_place() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.ASK, PRIYA, 12), (Word.PASS, INES, 20))
    now = as_of(stone, without(ALL, NOOR, 19), 26)
    assert now.holder == PRIYA
    assert now.next(ALL) == NOOR


def test_a_teacher_takes_the_stone_back_and_two_breaths_pass() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.TAKE, MAREN, 20))
    assert (stone.holder, stone.next(ALL)) == (None, MAREN)
    assert as_of(stone, ALL, 26).holder == MAREN


def test_a_teacher_takes_a_free_stone_at_once() -> None:
    assert after((Word.TAKE, MAREN, 20)).holder == MAREN


def test_a_circle_that_has_ended_gives_nobody_the_stone() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.END, MAREN, 20))
    assert as_of(stone, ALL, 500) == stone
    assert (stone.holder, stone.asked, stone.ended) == (None, (), True)
    assert step(stone, Word.END, MAREN, ALL, 21) == stone
    with pytest.raises(CircleOver):
        step(stone, Word.ASK, INES, ALL, 22)


def test_every_change_has_a_number_above_the_last_and_no_change_has_none() -> None:
    stone = after((Word.ASK, INES, 10))
    assert as_of(stone, ALL, 90) == stone
    numbers = [stone.seq]
    for word, by, at in ((Word.ASK, NOOR, 11), (Word.SKIP, INES, 12), (Word.KEEP_SILENCE, INES, 13)):
        stone = step(stone, word, by, ALL, at)
        numbers.append(stone.seq)
    assert numbers == sorted(set(numbers))


def test_it_is_the_same_after_a_way_through_json() -> None:
    stone = after((Word.ASK, INES, 10), (Word.ASK, NOOR, 11), (Word.ASK, PRIYA, 12))
    assert Stone.from_json(stone.to_json()) == stone


@pytest.mark.parametrize("most", [0.5, 45.0], ids=["every half second", "now and then"])
def test_random_circles_keep_the_promises_however_often_the_clock_ticks(most: float) -> None:
    for seed in range(SEEDS):
        run(random.Random(f"{seed}, {most}"), steps=60, looks_within=most)


TestTheStoneUnderHypothesis = CircleMachine.TestCase
TestTheStoneUnderHypothesis.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
