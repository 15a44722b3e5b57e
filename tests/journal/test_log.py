"""A member's own log of sits: it begins with a seat, ends where they left, and outlives the group."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from community import shared
from community.clock import now
from community.db import session, transaction
from community.groups.models import Belonging, Group, Membership
from community.journal import queries
from community.journal.actions import write_page
from community.journal.models import JournalSit
from community.journal.page import Systems
from community.members.models import Member
from community.sits import live as sits_live
from community.sits.leavings import NEW_S, Leavings, leaving_of
from community.sits.models import SitSeries
from community.sits.seats import HOLD_S
from community.sits.seats_in_memory import MemoryStore
from tests.doors import Browser, Live
from tests.factories import inside, plan_sit
from tests.people import People
from tests.services import redis_server

Open = Callable[..., Browser]
Connect = Callable[..., Live]
UNDER_WAY, IN_THE_CIRCLE = timedelta(minutes=-10), timedelta(minutes=-31)


@pytest.fixture(autouse=True, params=["one process", pytest.param("many processes", marks=pytest.mark.services)])
def empty_rooms(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test meet rooms of its own, in the memory of one process and in a Redis that many share."""
    if request.param == "many processes":
        shared.init(redis_server.new_store())
    monkeypatch.setattr(sits_live, "_memory", MemoryStore())
    monkeypatch.setattr(sits_live, "_leavings", Leavings())
    for kept in (sits_live._rooms, sits_live._tabs, sits_live._beats):
        kept.clear()
    yield
    shared.init()


def sit_down(live: Connect, member: Member, key: str, tab: str = "one") -> Live:
    line = live(member)
    assert line.command("sit:join", sit=key, tab=tab)["ok"]
    return line


def logged(member: Member) -> list[JournalSit]:
    with inside():
        return queries.sits_of(member)


def tell() -> None:
    """Run the tick by hand: in tests nothing moves by itself."""
    with inside():
        sits_live.tell_of_leavings()


def test_a_seat_begins_the_log_of_its_member_alone(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    came = now()
    for tab in ("one", "two"):
        sit_down(live, people.ines, key, tab)
    (sit,) = logged(people.ines)
    assert (sit.title, sit.group_name, sit.practice_key) == ("Evening sit", people.group.name, "quiet_half_hour")
    assert (sit.ended_at, sit.is_alone) == (None, False)
    assert came <= sit.began_at <= now()
    assert sit.minutes == 20
    assert logged(people.maren) == []


def test_who_is_there_before_the_first_bell_sits_from_it_on(people: People, live: Connect) -> None:
    sit_down(live, people.ines, plan_sit(people.group, people.maren))
    (sit,) = logged(people.ines)
    assert (sit.began_at > now(), sit.minutes) == (True, 30)


def test_leaving_ends_it_and_coming_back_goes_on(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    ines = sit_down(live, people.ines, key)
    ines.command("sit:leave", sit=key, tab="one")
    assert logged(people.ines)[0].ended_at is None  # told off the way, in one go
    tell()
    ended = logged(people.ines)[0].ended_at
    assert ended is not None
    assert abs(now() - ended) < timedelta(seconds=30)
    assert ines.command("sit:join", sit=key, tab="one")["ok"]
    assert logged(people.ines)[0].ended_at is None
    tell()
    assert logged(people.ines)[0].ended_at is None


def test_who_is_back_before_it_was_told_never_left(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    ines = sit_down(live, people.ines, key)
    ines.command("sit:leave", sit=key, tab="one")
    assert ines.command("sit:join", sit=key, tab="one")["ok"]
    tell()
    assert logged(people.ines)[0].ended_at is None


def test_who_sat_down_again_by_another_process_is_here_after_all(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    sit_down(live, people.ines, key)
    sits_live._leavings.note(key, people.ines.id, now().timestamp())  # what this process heard last
    tell()
    assert logged(people.ines)[0].ended_at is None


def test_who_comes_back_after_the_closing_bell_has_sat_until_they_left(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=IN_THE_CIRCLE)
    ines = sit_down(live, people.ines, key)
    with inside(), transaction() as rows:  # ten of thirty minutes, and then they were away
        began, left = now() + IN_THE_CIRCLE, now() + IN_THE_CIRCLE + timedelta(minutes=10)
        rows.execute(sa.update(JournalSit).values(began_at=began, ended_at=left))
    ines.command("sit:leave", sit=key, tab="one")
    assert ines.command("sit:join", sit=key, tab="one")["ok"]
    tell()
    (sit,) = logged(people.ines)
    assert (sit.minutes, sit.ended_at) == (10, left)


def test_a_sit_that_is_taken_out_while_it_goes_on_comes_back_with_the_seat(
    people: People, live: Connect, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    line, ines = sit_down(live, people.ines, key), browser(people.ines)
    assert "not put back" not in ines.get("/journal").get_data(as_text=True)
    ines.post(f"/journal/sits/{logged(people.ines)[0].id}/erasure")
    assert logged(people.ines) == []
    assert line.command("sit:join", sit=key, tab="one")["ok"]
    assert [sit.ended_at for sit in logged(people.ines)] == [None]


def test_another_tab_sits_on(people: People, live: Connect, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    sit_down(live, people.ines, key, "left").command("sit:leave", sit=key, tab="left")
    first, _ = sit_down(live, people.ines, key, "left"), sit_down(live, people.ines, key, "right")
    first.command("sit:leave", sit=key, tab="left")
    tell()
    assert logged(people.ines)[0].ended_at is None
    assert browser(people.ines).post(f"/groups/ending-on-time/sits/{key}/leaving").status_code == 303
    tell()
    assert logged(people.ines)[0].ended_at is not None


def test_who_leaves_before_the_first_bell_has_not_sat_unless_something_is_written(
    people: People, live: Connect
) -> None:
    key = plan_sit(people.group, people.maren)
    for member in (people.ines, people.jonah):
        line = sit_down(live, member, key)
        if member is people.jonah:
            (sit,) = logged(member)
            with inside(), transaction():
                write_page(by=member, sit=sit, before=Systems(threat=80), at=now())
        line.command("sit:leave", sit=key, tab="one")
    tell()
    assert logged(people.ines) == []
    assert [sit.minutes for sit in logged(people.jonah)] == [0]


def test_the_circle_is_no_part_of_it(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=IN_THE_CIRCLE)
    ines = sit_down(live, people.ines, key)
    ines.command("sit:leave", sit=key, tab="one")
    tell()
    (sit,) = logged(people.ines)
    assert (sit.minutes, sit.ended_at) == (0, None)


def test_who_sat_from_the_beginning_and_leaves_in_the_circle_sat_it_all(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren, begins_in=IN_THE_CIRCLE)
    ines = sit_down(live, people.ines, key)
    with inside(), transaction() as rows:
        rows.execute(sa.update(JournalSit).values(began_at=JournalSit.planned_at))
    ines.command("sit:leave", sit=key, tab="one")
    tell()
    assert [sit.minutes for sit in logged(people.ines)] == [30]


def test_who_is_lost_sat_until_they_were_last_heard(
    people: People, live: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    sit_down(live, people.ines, key)
    heard, minutes = now(), timedelta(minutes=3)
    for later in (timedelta(seconds=0), minutes):  # the process is not new
        monkeypatch.setattr(sits_live, "now", lambda later=later: heard + later)
        with inside():
            sits_live.sweep()
    tell()
    (sit,) = logged(people.ines)
    assert sit.ended_at is not None
    assert sit.ended_at == heard + minutes - timedelta(seconds=HOLD_S)


def test_a_process_that_is_new_takes_nobody_for_lost() -> None:
    leavings = Leavings()
    leavings.ran_out([("1-20261122T193000Z", 1)], 1000.0)
    leavings.ran_out([("1-20261122T193000Z", 2)], 1000.0 + NEW_S - 1)
    assert leavings.take() == {}
    leavings.ran_out([("1-20261122T193000Z", 3)], 1000.0 + NEW_S)
    assert leavings.take() == {("1-20261122T193000Z", 3): 1000.0 + NEW_S - HOLD_S}


def test_who_is_removed_from_the_group_sat_until_then_and_keeps_what_they_sat(
    people: People, live: Connect, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    sit_down(live, people.ines, key)
    assert browser(people.ines).post("/groups/ending-on-time/departure").status_code == 303
    tell()
    (sit,) = logged(people.ines)
    assert (sit.group_name, sit.ended_at is None) == (people.group.name, False)


def test_the_log_outlives_the_series_and_the_group(people: People, live: Connect, browser: Open) -> None:
    sit_down(live, people.ines, plan_sit(people.group, people.maren, begins_in=UNDER_WAY))
    for table in (SitSeries, Group):
        with inside(), transaction() as rows:
            rows.execute(sa.delete(table).where(table.id == (people.group.id if table is Group else 1)))
        (sit,) = logged(people.ines)
        assert (sit.title, sit.series_id, sit.group_name) == ("Evening sit", None, people.group.name)
    assert sit.group_id is None
    ines = browser(people.ines)
    ines.get("/journal")
    assert people.group.name in ines.page
    assert "Evening sit" in ines.page


def test_a_sit_that_was_moved_while_one_waited_stands_where_it_was_sat(people: People, live: Connect) -> None:
    key = plan_sit(people.group, people.maren)
    ines = sit_down(live, people.ines, key)
    (before,) = logged(people.ines)
    with inside(), transaction() as rows:
        hour = timedelta(hours=-1)
        moved = {"began_at": before.began_at + hour, "closing_at": before.closing_at + hour}
        rows.execute(sa.update(JournalSit).values(**moved))
    assert ines.command("sit:join", sit=key, tab="one")["ok"]
    (after,) = logged(people.ines)
    assert (after.began_at, after.closing_at) == (before.began_at, before.closing_at)


def test_what_cannot_be_told_just_now_is_told_the_next_time(
    people: People, live: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=UNDER_WAY)
    ines = sit_down(live, people.ines, key)
    ines.command("sit:leave", sit=key, tab="one")
    known = sits_live.register

    class Away:
        def heard_at(self, *_: Any, **__: Any) -> float | None:
            raise shared.Away

    monkeypatch.setattr(sits_live, "register", Away())
    tell()
    assert logged(people.ines)[0].ended_at is None
    monkeypatch.setattr(sits_live, "register", known)
    tell()
    assert logged(people.ines)[0].ended_at is not None


def test_who_may_not_sit_down_has_nothing_in_their_log(people: People, live: Connect) -> None:
    with inside(), transaction() as rows:
        row = rows.get_one(Membership, (people.group.id, people.ines.id))
        row.status = Belonging.REMOVED
    answer = live(people.ines).command("sit:join", sit=plan_sit(people.group, people.maren), tab="one")
    assert not answer["ok"]
    assert logged(people.ines) == []
    with inside():
        assert session().scalar(sa.select(sa.func.count()).select_from(JournalSit)) == 0


def test_moments_are_kept_as_moments() -> None:
    leavings = Leavings()
    leavings.note("1-20261122T193000Z", 7, datetime(2026, 11, 22, 19, 40, tzinfo=UTC).timestamp())
    leavings.note("1-20261122T193000Z", 7, datetime(2026, 11, 22, 19, 45, tzinfo=UTC).timestamp())
    (taken,) = leavings.take().items()
    leaving = leaving_of(*taken[0], taken[1])
    assert leaving.at == datetime(2026, 11, 22, 19, 40, tzinfo=UTC)
    assert leaving.starts_at == datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
