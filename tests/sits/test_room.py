from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from community import live as live_door
from community import shared
from community.clock import now
from community.db import session, transaction
from community.groups.models import Belonging, Membership
from community.members.models import Member, SeenAs
from community.sits import live as sits_live
from community.sits.models import Attendance, SitSeries
from community.sits.presence import Register
from community.sits.recurrence import parse_sit_key, sit_key
from community.sits.seats import Sitter
from community.sits.seats_in_memory import MemoryStore
from community.sits.wire import DRAWN, difference_on_wire
from tests.doors import Browser, Live
from tests.factories import inside, join, make_member, plan_sit
from tests.people import People
from tests.services import redis_server
from tests.services.process import free_port

Open = Callable[..., Browser]
Connect = Callable[..., Live]


@pytest.fixture(autouse=True, params=["one process", pytest.param("many processes", marks=pytest.mark.services)])
def empty_rooms(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test meet rooms of its own, in the memory of one process and in a Redis that many share."""
    if request.param == "many processes":
        shared.init(redis_server.new_store())
    monkeypatch.setattr(sits_live, "_memory", MemoryStore())
    for kept in (sits_live._rooms, sits_live._tabs, sits_live._beats):
        kept.clear()
    yield
    shared.init()


def seat(live: Connect, member: Member, key: str, tab: str = "one") -> tuple[Live, dict[str, Any]]:
    person = live(member)
    return person, person.command("sit:join", sit=key, tab=tab)


def test_the_answer_to_a_join_holds_every_bell_and_who_is_here(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    seat(live, people.maren, key)
    _, answer = seat(live, people.ines, key)
    assert answer["ok"]
    assert [each["name"] for each in answer["here"]] == ["Maren Oduya", "Ines Caldeira"]
    assert [each["teacher"] for each in answer["here"]] == [True, False]
    assert answer["here"][1]["id"] == answer["you"]
    assert answer["bells"][-1]["kind"] == "closing"
    assert answer["bells"][-1]["at_ms"] == answer["starts_ms"] + 30 * 60_000


def test_arrivals_are_told_to_those_who_are_seated(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    maren, first = seat(live, people.maren, key)
    tell_now()
    _, second = seat(live, people.ines, key)
    tell_now()
    facts = [maren.next("sit:roster")]
    while facts[-1]["joined"] == [] or facts[-1]["joined"][-1]["name"] != "Ines Caldeira":
        facts.append(maren.next("sit:roster"))
    assert facts[-1]["joined"][-1]["id"] == second["you"]
    assert facts[-1]["seq"] > first["seq"]


def test_nothing_is_told_while_people_sit(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=-timedelta(minutes=12))
    maren, _ = seat(live, people.maren, key)
    tell_now()
    maren.settle()
    maren.heard("sit:roster")
    seat(live, people.ines, key)
    tell_now()
    maren.settle()
    assert maren.heard("sit:roster") == []
    assert [each["name"] for each in maren.command("sit:snapshot", sit=key)["here"]] == ["Maren Oduya", "Ines Caldeira"]


@pytest.mark.parametrize(
    ("seen_as", "name", "initials"),
    [(SeenAs.NAME, "Noor Vale", "NV"), (SeenAs.INITIALS, None, "NV"), (SeenAs.ONE_MORE, None, None)],
)
def test_a_member_is_seen_as_they_chose_on_the_wire_itself(
    people: People, live: Connect, browser: Open, seen_as: SeenAs, name: str | None, initials: str | None
) -> None:
    noor = make_member("Noor Vale", seen_as=seen_as)
    join(noor, people.group)
    key = plan_sit(people.group, people.maren)
    seat(live, noor, key)
    _, answer = seat(live, people.ines, key)
    hers = answer["here"][0]
    assert (hers["name"], hers["initials"]) == (name, initials)
    assert str(noor.id) != hers["id"]
    page = browser(people.ines)
    page.get(f"/groups/ending-on-time/sits/{key}")
    assert ("Noor Vale" in page.page) == (name is not None)


@pytest.mark.parametrize("who", ["viktor", "ada"])
def test_a_stranger_gets_neither_names_nor_counts(people: People, live: Connect, browser: Open, who: str) -> None:
    key = plan_sit(people.group, people.maren)
    seat(live, people.maren, key)
    stranger = live(getattr(people, who))
    unknown = key.replace(key.split("-")[0], "999", 1)
    for name in ("sit:join", "sit:beat", "sit:snapshot"):
        payload = {"tab": "t"} if name != "sit:snapshot" else {}
        answers = [stranger.command(name, sit=each, **payload) for each in (key, unknown)]
        assert answers[0] == answers[1]
        assert not answers[0]["ok"]
    page = browser(getattr(people, who))
    assert page.get(f"/groups/ending-on-time/sits/{key}").status_code in {403, 404}
    assert "Maren" not in page.page
    assert page.get(f"/groups/ending-on-time/sits/{key}/seats").status_code in {403, 404}


def test_one_seat_for_a_person_over_two_tabs(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    first, _ = seat(live, people.ines, key, "left")
    _, answer = seat(live, people.ines, key, "right")
    assert len(answer["here"]) == 1
    first.command("sit:leave", sit=key, tab="left")
    assert len(live(people.maren).command("sit:join", sit=key, tab="m")["here"]) == 2


def test_one_who_is_removed_from_the_group_loses_the_seat_and_hears_nothing(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    ines, _ = seat(live, people.ines, key)
    live_door.turn_out(member_id=people.ines.id, group_id=people.group.id)
    _, answer = seat(live, people.maren, key)
    assert [each["name"] for each in answer["here"]] == ["Maren Oduya"]
    assert ines.command("sit:beat", sit=key, tab="one")["error"]["kind"] == "conflict"
    tell_now()
    ines.settle()
    assert ines.heard("sit:roster") == []


def test_the_doors_are_closed_before_their_time_and_after_it(people: People, live: Connect) -> None:
    early = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=30))
    over = plan_sit(people.group, people.maren, begins_in=-timedelta(hours=2), title="Morning sit")
    _, answer = seat(live, people.ines, early)
    assert "ten minutes before" in answer["error"]["message"]
    _, answer = seat(live, people.ines, over)
    assert "is over" in answer["error"]["message"]


def test_a_sit_that_was_never_planned_is_not_there(people: People, live: Connect, browser: Open) -> None:
    key = plan_sit(people.group, people.maren)
    beside = sit_key(int(key.split("-")[0]), datetime.fromisoformat("2026-11-29T19:31:00+00:00"))
    _, answer = seat(live, people.ines, beside)
    assert answer["error"]["kind"] == "not_found"
    assert browser(people.ines).get(f"/groups/ending-on-time/sits/{beside}").status_code == 404


def test_taking_a_seat_is_kept_once_in_ones_own_record(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    seat(live, people.ines, key, "left")
    seat(live, people.ines, key, "right")
    with inside():
        found = [(row.member_id, row.seen_as) for row in session().query(Attendance)]
        assert found == [(people.ines.id, SeenAs.NAME)]


def test_the_room_without_script_shows_the_plan_the_start_and_who_is_seated(
    people: People, live: Connect, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren)
    seat(live, people.jonah, key)
    ines = browser(people.ines)
    assert ines.get(f"/groups/ending-on-time/sits/{key}").status_code == 200
    assert "Jonah Feld" in ines.page
    assert "three bells" in ines.page.lower()
    assert "begins in" in ines.page
    assert ines.post(f"/groups/ending-on-time/sits/{key}/leaving").status_code == 303


def test_before_the_first_sit_one_is_asked_how_to_be_seen(people: People, browser: Open) -> None:
    noor = make_member("Noor Vale", seen_as=None, briefed_at=None)
    join(noor, people.group)
    key = plan_sit(people.group, people.maren)
    page = browser(noor)
    page.get(f"/groups/ending-on-time/sits/{key}")
    assert "Before your first sit" in page.page
    page.post(f"/groups/ending-on-time/sits/{key}/seen", seen_as="initials")
    page.get(f"/groups/ending-on-time/sits/{key}")
    assert "data-room" in page.page


def test_what_may_come_up_is_read_before_the_first_sit_though_the_profile_says_how_to_be_seen(
    people: People, browser: Open, live: Connect
) -> None:
    noor = make_member("Noor Vale", seen_as=None, briefed_at=None)
    join(noor, people.group)
    page, key = browser(noor), plan_sit(people.group, people.maren)
    page.post("/profile", name="Noor Vale", zone="Europe/Lisbon", seen_as="one_more")
    page.get(f"/groups/ending-on-time/sits/{key}")
    assert "What may come up" in page.page
    assert 'value="one_more" checked' in page.page
    assert "read what may come up" in seat(live, noor, key)[1]["error"]["message"]
    page.post(f"/groups/ending-on-time/sits/{key}/seen", seen_as="one_more")
    page.get(f"/groups/ending-on-time/sits/{key}")
    assert "Before your first sit" not in page.page
    assert "here" in seat(live, noor, key)[1]


@pytest.mark.parametrize(("begins_in", "early"), [(timedelta(days=3), True), (timedelta(minutes=5), False)])
def test_before_the_doors_open_there_is_a_way_back_and_nothing_to_leave(
    people: People, browser: Open, begins_in: timedelta, *, early: bool
) -> None:
    page = browser(people.ines)
    page.get(f"/groups/ending-on-time/sits/{plan_sit(people.group, people.maren, begins_in=begins_in)}")
    assert ("data-room-early hidden>" not in page.page) == early
    assert page.page.count("data-room-leave hidden>") == (2 if early else 0)


def tell_now() -> None:
    """Run the ticks by hand: in tests nothing moves by itself."""
    with inside():
        sits_live.renew()
        sits_live.flush()
        sits_live.sweep()


def test_leaving_frees_the_seat_of_every_tab_and_tells_them(people: People, live: Connect, browser: Open) -> None:
    key = plan_sit(people.group, people.maren)
    first, _ = seat(live, people.ines, key, "left")
    second, _ = seat(live, people.ines, key, "right")
    assert browser(people.ines).post(f"/groups/ending-on-time/sits/{key}/leaving").status_code == 303
    for tab in (first, second):
        assert tab.next("sit:left") == {"sit": key}
    _, answer = seat(live, people.maren, key)
    assert [each["name"] for each in answer["here"]] == ["Maren Oduya"]


def test_in_a_crowd_the_difference_says_how_many_there_are_in_all(people: People) -> None:
    with inside():
        room = Register()
        for number in range(300):
            room.join("1-x", Sitter(number, {"name": None, "initials": None, "teacher": False}), "t", at=1.0)
        diff = room.take_changes("1-x")
        assert diff is not None
        told = difference_on_wire("secret", "1-x", diff)
    assert (len(told["joined"]), told["total"]) == (DRAWN, 300)


def test_a_change_of_how_one_is_seen_reaches_the_seat_at_once(people: People, live: Connect, browser: Open) -> None:
    key = plan_sit(people.group, people.maren)
    seat(live, people.ines, key)
    browser(people.ines).post("/profile", name="Ines Caldeira", zone="Europe/Lisbon", seen_as="one_more")
    _, answer = seat(live, people.maren, key)
    assert [each["name"] for each in answer["here"]] == [None, "Maren Oduya"]


def test_those_who_wait_at_the_doors_are_told_that_a_sit_was_called_off(
    people: People, live: Connect, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren)
    ines, _ = seat(live, people.ines, key)
    browser(people.maren).post(f"/groups/ending-on-time/series/{key.split('-')[0]}/ending")
    refused = ines.command("sit:beat", sit=key, tab="one")["error"]
    assert refused["kind"] == "not_found"
    assert "called off" in refused["message"]


def test_a_right_that_went_between_two_steps_is_found_by_the_sweep(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    ines, _ = seat(live, people.ines, key)
    with inside(), transaction():
        row = session().get(Membership, (people.group.id, people.ines.id))
        assert row is not None
        row.status = Belonging.REMOVED  # as if it had been committed between the check and the seat
    with inside():
        live_door.sweep({})
    assert ines.command("sit:beat", sit=key, tab="one")["error"]["kind"] == "conflict"
    _, answer = seat(live, people.maren, key)
    assert [each["name"] for each in answer["here"]] == ["Maren Oduya"]


def test_nobody_is_seated_who_has_not_read_what_may_come_up(people: People, live: Connect) -> None:
    noor = make_member("Noor Vale", seen_as=None, briefed_at=None)
    join(noor, people.group)
    _, answer = seat(live, noor, plan_sit(people.group, people.maren))
    assert "read what may come up" in answer["error"]["message"]


def test_an_early_knock_is_answered_so_that_one_may_knock_again(people: People, live: Connect) -> None:
    _, answer = seat(live, people.ines, plan_sit(people.group, people.maren, begins_in=timedelta(minutes=30)))
    assert answer["error"]["kind"] == "conflict"


def test_a_tab_has_one_name_on_a_socket(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    ines, _ = seat(live, people.ines, key, "first")
    for number in range(12):
        ines.command("sit:join", sit=key, tab=f"name {number}")
    ines.command("sit:leave", sit=key, tab="name 11")
    _, answer = seat(live, people.maren, key)
    assert [each["name"] for each in answer["here"]] == ["Maren Oduya"]


def test_a_seat_that_is_gone_from_where_it_was_kept_is_taken_again(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    ines, _ = seat(live, people.ines, key)
    with inside():
        sits_live.register.empty(key, at=now().timestamp())
    ines.command("sit:beat", sit=key, tab="one")
    tell_now()
    assert ines.command("sit:beat", sit=key, tab="one")["error"]["kind"] == "conflict"
    assert ines.command("sit:join", sit=key, tab="one")["others"] == 0
    assert ines.command("sit:beat", sit=key, tab="one")["ok"]


def test_beats_keep_a_seat_whoever_writes_them_down(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    ines, answer = seat(live, people.ines, key)
    tell_now()
    assert ines.command("sit:beat", sit=key, tab="one")["seq"] >= answer["seq"]
    tell_now()
    with inside():
        sits_live.register.sweep(now().timestamp() + 8.5)
        assert [each.away for each in sits_live.register.snapshot(key).seats] == [False]


def test_a_process_that_has_seated_nobody_tells_and_sweeps_all_the_same(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    maren, first = seat(live, people.maren, key)
    sits_live._rooms.clear()
    tell_now()
    assert maren.next("sit:roster")["seq"] == first["seq"] + 1


def test_a_fault_in_one_room_stops_no_other(people: People, live: Connect) -> None:
    broken, sound = (plan_sit(people.group, people.maren, begins_in=timedelta(minutes=away)) for away in (3, 4))
    seat(live, people.ines, broken)
    maren, first = seat(live, people.maren, sound)
    with inside(), transaction():
        session().get_one(SitSeries, parse_sit_key(broken)[0]).plan = {"broken": True}
    sits_live._rooms.clear()  # as with a process that begins to lead
    tell_now()
    assert maren.next("sit:roster")["seq"] == first["seq"] + 1
    with inside():
        assert [sit.key for sit in sits_live.sits_with_people()] == [sound]


def test_who_leads_knows_when_a_sit_begins_that_was_moved_though_people_came_back_by_another_process(
    people: People, live: Connect, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=5))
    seat(live, people.ines, key)
    to = (now() + timedelta(minutes=9)).astimezone(ZoneInfo("Europe/Lisbon")).replace(second=0, microsecond=0)
    form: dict[str, Any] = {"to": "moved", "day": f"{to:%Y-%m-%d}", "time": f"{to:%H:%M}", "version": "0"}
    assert browser(people.maren).post(f"/groups/ending-on-time/sits/{key}/changes", **form).status_code == 303
    with inside():
        person = Sitter(people.jonah.id, {"name": "Jonah", "initials": "J", "teacher": False})
        sits_live.register.join(key, person, "there", at=now().timestamp())  # as the other process does
        assert [sit.starts_at for sit in sits_live.sits_with_people()] == [to]


def test_while_redis_is_away_nobody_is_written_down_as_having_sat(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    ines = live(people.ines)
    shared.init(f"redis://127.0.0.1:{free_port()}/0")
    assert "not live" in ines.command("sit:join", sit=key, tab="one")["error"]["message"]
    with inside():
        assert session().scalars(sa.select(Attendance)).all() == []


def test_while_redis_is_away_the_pages_go_on_without_seats(people: People, live: Connect, browser: Open) -> None:
    key = plan_sit(people.group, people.maren)
    maren, _ = seat(live, people.maren, key)
    shared.init(f"redis://127.0.0.1:{free_port()}/0")
    for command in ("sit:join", "sit:snapshot"):
        refused = maren.command(command, sit=key, tab="one")["error"]
        assert (refused["kind"], "not live just now" in refused["message"]) == ("not_live", True)
    tell_now()
    page = browser(people.ines)
    assert page.get(f"/groups/ending-on-time/sits/{key}").status_code == 200
    assert "Not live just now" in page.page
    assert "Maren Oduya" not in page.page
    assert page.get(f"/groups/ending-on-time/sits/{key}/seats").status_code == 200
    assert "Not live just now" in page.page
    assert page.post(f"/groups/ending-on-time/sits/{key}/leaving").status_code == 303
