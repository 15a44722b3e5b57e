"""Who is here: one seat per person, who is away, who is gone, and what others are told of it."""

import pytest

from community.sits.presence import Beat, Register
from community.sits.seats import TABS_MOST, Sitter
from community.sits.seats_in_redis import AT_ONCE
from tests.sits.listener import ids
from tests.sits.stores import STORES, a_register

SIT = "12-20261122T193000Z"


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def register(kind: str) -> Register:
    return a_register(kind)


def ines(**info: str) -> Sitter:
    return Sitter(1, {"name": "Ines", **info})


def jonah() -> Sitter:
    return Sitter(2, {"name": "Jonah"})


def here(register: Register, sit: str = SIT) -> list[int]:
    return ids(register.snapshot(sit).seats)


def told(register: Register, sit: str = SIT) -> dict[str, list[int]]:
    """Take the changes and give only the lists that hold something."""
    diff = register.take_changes(sit)
    if diff is None:
        return {}
    lists = {"joined": ids(diff.joined), "gone": diff.gone, "away": diff.away, "back": diff.back}
    return {name: list(members) for name, members in lists.items() if members}


# --- one seat per person ---


def test_two_tabs_are_one_seat_and_closing_either_is_no_event(register: Register) -> None:
    register.join(SIT, jonah(), "x", at=99.0)
    for first, second in (("a", "b"), ("b", "a")):
        register.join(SIT, ines(), "a", at=100.0)
        register.join(SIT, ines(), "b", at=101.0)
        assert here(register) == [2, 1]
        told(register)
        assert register.leave(SIT, 1, first, at=102.0) is False
        assert told(register) == {}
        assert register.leave(SIT, 1, second, at=103.0) is True
        assert told(register) == {"gone": [1]}


def test_leaving_twice_or_from_where_one_never_sat_is_fine(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    assert register.leave(SIT, 1, "a", at=101.0) is True
    assert register.leave(SIT, 1, "a", at=101.0) is True
    assert register.leave("elsewhere", 1, "a", at=101.0) is True
    register.lose_tab("elsewhere", 1, "a", at=101.0)
    assert register.rooms() == [SIT]


def test_a_tab_that_crashed_unnoticed_still_holds_the_seat_when_the_other_leaves(register: Register) -> None:
    register.join(SIT, ines(), "crashed", at=100.0)
    register.join(SIT, ines(), "open", at=104.0)
    assert register.leave(SIT, 1, "open", at=110.0) is False
    assert register.beat(SIT, 1, "crashed", at=112.0) is not None


def test_a_tab_whose_socket_is_lost_does_not_hold_back_who_leaves(register: Register) -> None:
    register.join(SIT, ines(), "closed", at=100.0)
    register.join(SIT, ines(), "open", at=101.0)
    register.lose_tab(SIT, 1, "closed", at=102.0)
    assert register.leave(SIT, 1, "open", at=103.0) is True
    assert here(register) == []


def test_a_beat_does_not_bring_back_who_left(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    register.join(SIT, jonah(), "x", at=100.0)
    register.leave(SIT, 1, "a", at=101.0)
    assert register.beat(SIT, 1, "a", at=102.0) is None
    assert register.beat("elsewhere", 1, "a", at=102.0) is None
    assert register.beat(SIT, 2, "other", at=102.0) is None
    assert here(register) == [2]
    assert register.rooms() == [SIT]


def test_a_person_holds_a_bounded_number_of_tabs(register: Register) -> None:
    for number in range(TABS_MOST + 4):
        register.join(SIT, ines(), f"tab{number}", at=100.0 + number / 10)
    beating = [n for n in range(TABS_MOST + 4) if register.beat(SIT, 1, f"tab{n}", at=102.0) is not None]
    assert beating == list(range(4, TABS_MOST + 4))


def test_a_lost_tab_makes_room_before_one_that_lives(register: Register) -> None:
    for number in range(TABS_MOST):
        register.join(SIT, ines(), f"tab{number}", at=100.0)
    register.lose_tab(SIT, 1, "tab5", at=101.0)
    register.join(SIT, ines(), "new", at=101.0)
    assert register.beat(SIT, 1, "tab0", at=102.0) is not None
    assert register.beat(SIT, 1, "tab5", at=102.0) is None


# --- away, back, gone ---


def test_who_is_not_heard_is_away_within_ten_seconds_and_gone_within_forty_five(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    register.join(SIT, jonah(), "x", at=100.0)
    seen: list[tuple[float, dict[str, list[int]]]] = []
    for half_seconds in range(1, 200):
        at = 100.0 + half_seconds / 2
        register.beat(SIT, 2, "x", at=at)
        register.sweep(at)
        if change := told(register):
            seen.append((at - 100.0, change))
    assert seen == [(0.5, {"joined": [1, 2]}), (9.0, {"away": [1]}), (44.0, {"gone": [1]})]


def test_who_loses_the_socket_is_away_at_once_and_keeps_the_place_on_return(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0, socket="s1")
    register.join(SIT, jonah(), "x", at=101.0)
    told(register)
    register.lose_tab(SIT, 1, "a", at=105.0, socket="s1")
    assert told(register) == {"away": [1]}
    register.beat(SIT, 2, "x", at=129.0)
    register.sweep(135.0)
    seat = register.join(SIT, ines(), "reloaded", at=135.0, socket="s2")
    assert seat.order == 1
    assert told(register) == {"back": [1]}
    assert here(register) == [1, 2]


def test_an_old_socket_that_ends_late_does_not_send_away_who_is_back(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0, socket="s1")
    register.join(SIT, ines(), "a", at=101.0, socket="s2")
    told(register)
    register.lose_tab(SIT, 1, "a", at=102.0, socket="s1")
    assert told(register) == {}
    register.beat(SIT, 1, "a", at=103.0, socket="s3")
    register.lose_tab(SIT, 1, "a", at=104.0, socket="s2")
    assert told(register) == {}
    register.lose_tab(SIT, 1, "a", at=104.0, socket="s3")
    assert told(register) == {"away": [1]}


def test_a_beat_heals_a_tab_that_was_thought_lost(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    register.lose_tab(SIT, 1, "a", at=101.0)
    told(register)
    assert register.beat(SIT, 1, "a", at=102.0) is not None
    assert told(register) == {"back": [1]}


def test_a_tab_whose_time_ran_out_must_join_again_whenever_the_last_sweep_was(register: Register) -> None:
    register.join(SIT, ines(), "old", at=100.0)
    register.join(SIT, ines(), "new", at=143.0)
    assert register.beat(SIT, 1, "old", at=144.0) is None
    assert register.leave(SIT, 1, "old", at=144.0) is False
    assert register.beat(SIT, 1, "new", at=187.0) is None
    assert here(register) == []


def test_a_beat_that_arrives_late_takes_nothing_away(register: Register) -> None:
    register.join(SIT, ines(), "a", at=110.0)
    register.beat(SIT, 1, "a", at=103.0)
    register.sweep(118.0)
    assert [seat.away for seat in register.snapshot(SIT).seats] == [False]


def test_a_member_whose_right_ends_is_gone_at_once_from_one_sit_or_all(register: Register) -> None:
    for sit in ("one", "two", "three"):
        register.join(sit, ines(), "a", at=100.0)
        register.join(sit, jonah(), "x", at=100.0)
    assert register.drop_member(1, at=101.0, sit="one") == ["one"]
    assert (here(register, "one"), here(register, "two")) == ([2], [2, 1][::-1])
    assert sorted(register.drop_member(1, at=101.0)) == ["three", "two"]
    assert register.drop_member(1, at=101.0) == []
    assert [here(register, sit) for sit in ("one", "two", "three")] == [[2], [2], [2]]


# --- what is told ---


def test_who_came_and_went_between_two_tellings_is_not_mentioned(register: Register) -> None:
    register.join(SIT, jonah(), "x", at=100.0)
    told(register)
    register.join(SIT, ines(), "a", at=101.0)
    register.leave(SIT, 1, "a", at=102.0)
    assert register.take_changes(SIT) is None


def test_who_went_and_came_between_two_tellings_is_not_mentioned_and_keeps_the_place(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    register.join(SIT, jonah(), "x", at=100.0)
    told(register)
    register.leave(SIT, 1, "a", at=101.0)
    register.join(SIT, ines(), "a", at=102.0)
    assert register.take_changes(SIT) is None
    assert here(register) == [1, 2]


def test_who_was_shown_by_a_snapshot_is_taken_back_by_the_next_difference(register: Register) -> None:
    register.join(SIT, jonah(), "x", at=100.0)
    told(register)
    register.join(SIT, ines(), "a", at=101.0)
    assert here(register) == [2, 1]
    register.leave(SIT, 1, "a", at=102.0)
    assert told(register) == {"gone": [1]}


def test_numbers_follow_each_other_and_a_quiet_room_uses_none(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    first = register.take_changes(SIT)
    assert register.take_changes(SIT) is None
    register.join(SIT, jonah(), "x", at=101.0)
    second = register.take_changes(SIT)
    assert first is not None
    assert second is not None
    assert (second.from_seq, second.seq) == (first.seq, first.seq + 1)
    assert register.snapshot(SIT).seq == second.seq
    assert register.beat(SIT, 1, "a", at=102.0) == second.seq
    assert (second.total, second.sit) == (2, SIT)


def test_a_room_opened_anew_or_after_a_restart_counts_on_from_above(kind: str, register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    before = register.take_changes(SIT)
    register.leave(SIT, 1, "a", at=100.0)
    final = register.take_changes(SIT)
    assert before is not None
    assert final is not None
    assert register.rooms() == []
    register.join(SIT, ines(), "a", at=100.0)
    assert register.snapshot(SIT).seq > final.seq
    restarted = a_register(kind)
    restarted.join(SIT, ines(), "a", at=101.0)
    assert restarted.snapshot(SIT).seq > final.seq


def test_a_seat_is_dressed_anew_with_every_tab_and_nobody_is_seated_by_it(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    register.join(SIT, ines(), "b", at=100.0)
    told(register)
    register.dress(ines(name="I."), SIT, at=101.0)
    register.dress(jonah(), SIT, at=101.0)
    diff = register.take_changes(SIT)
    assert diff is not None
    assert [seat.sitter.info["name"] for seat in diff.joined] == ["I."]
    assert here(register) == [1]
    assert register.beat(SIT, 1, "a", at=102.0) is not None


def test_many_beats_are_renewed_in_one_go_each_as_of_its_own_moment(register: Register) -> None:
    people = AT_ONCE + 50
    for member_id in range(1, people + 1):
        register.join(SIT, Sitter(member_id), "a", at=100.0)
    register.join(SIT, Sitter(1), "b", at=100.0)
    beats = [Beat(SIT, member_id, "a", 101.0) for member_id in range(1, people + 1)]
    answers = register.renew([*beats, Beat(SIT, 1, "b", 104.0), Beat(SIT, 2, "unknown", 101.0), Beat("x", 1, "a", 1.0)])
    assert all(answers[: people + 1])
    assert answers[people + 1 :] == [None, None]
    register.sweep(112.0)
    assert [seat.member_id for seat in register.snapshot(SIT).seats if not seat.away] == [1]
    assert register.renew([]) == []


def test_a_sit_that_is_over_has_no_seats(register: Register) -> None:
    for member_id in (1, 2, 3):
        register.join(SIT, Sitter(member_id), "a", at=100.0)
    assert register.rooms(2) == [SIT]
    register.empty(SIT, at=101.0)
    assert here(register) == []
    assert register.rooms(2) == []


def test_a_change_in_how_one_is_seen_is_told_as_a_whole_seat(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    told(register)
    register.join(SIT, ines(), "a", at=101.0)
    assert told(register) == {}
    register.join(SIT, ines(name="one more person"), "a", at=102.0)
    diff = register.take_changes(SIT)
    assert diff is not None
    assert [(seat.order, seat.sitter.info["name"]) for seat in diff.joined] == [(1, "one more person")]


def test_what_the_door_said_of_a_sitter_cannot_change_behind_its_back(register: Register) -> None:
    info: dict[str, str | int | bool | None] = {"name": "Ines"}
    sitter = Sitter(1, info)
    info["name"] = "somebody else"
    assert sitter.info["name"] == "Ines"
    with pytest.raises(TypeError):
        sitter.info["name"] = "somebody else"  # type: ignore[index]


def test_a_snapshot_of_a_full_room_is_as_small_as_asked_for(register: Register) -> None:
    for member_id in range(1, 501):
        register.join(SIT, Sitter(member_id), "a", at=100.0)
    snapshot = register.snapshot(SIT, most=5, first=[400, 300, 9999])
    assert ids(snapshot.seats) == [1, 2, 3, 300, 400]
    assert snapshot.total == 500
    assert ids(register.snapshot(SIT, most=2, first=[400, 300, 200]).seats) == [300, 400]
    assert len(register.snapshot(SIT, most=500).seats) == 500


# --- nothing is kept for ever ---


def test_an_empty_room_is_forgotten_when_its_last_change_is_told(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    told(register)
    register.leave(SIT, 1, "a", at=101.0)
    assert register.rooms() == [SIT]
    assert told(register) == {"gone": [1]}
    assert register.rooms() == []
    assert (here(register), register.snapshot(SIT).total) == ([], 0)
    assert register.take_changes(SIT) is None


def test_an_empty_room_that_nobody_asks_after_is_forgotten_too(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    register.leave(SIT, 1, "a", at=101.0)
    register.sweep(160.0)
    assert register.rooms() == [SIT]
    register.sweep(161.0)
    assert register.rooms() == []


def test_a_sweep_names_the_seats_that_ran_out(register: Register) -> None:
    register.join("one", ines(), "a", at=100.0)
    register.join("two", jonah(), "x", at=105.0)
    for away in (108.0, 109.0, 143.0):
        assert register.sweep(away) == []
    assert register.sweep(144.0) == [("one", 1)]
    assert register.sweep(200.0) == [("two", 2)]
    assert register.sweep(200.0) == []


def test_a_room_that_is_gone_answers_with_a_number_above_all_it_told(register: Register) -> None:
    register.join(SIT, ines(), "a", at=100.0)
    told(register)
    register.leave(SIT, 1, "a", at=101.0)
    final = register.take_changes(SIT)
    assert final is not None
    gone = register.snapshot(SIT)
    assert gone.seq >= final.seq
    register.join(SIT, ines(), "a", at=100.0)
    opened = register.take_changes(SIT)
    assert opened is not None
    assert opened.from_seq > gone.seq
