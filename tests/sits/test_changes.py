"""A single sit is moved, called off, and as planned after all; everybody sees the same of it everywhere."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.errors import Conflict, Invalid
from community.members.models import Member
from community.notifications.models import Notice, NoticeKind
from community.sits import actions, changes, jobs, queries
from community.sits.models import Attendance, ChangeKind, SitChange, SitSeries
from community.sits.recurrence import parse_sit_key, sit_key
from community.sits.sit import not_over, sit_of, sits_of
from tests.doors import Browser, Live
from tests.factories import inside, join, make_member, plan_sit
from tests.people import People

Open = Callable[..., Browser]
SITS = "/groups/ending-on-time/sits"
ZONE = ZoneInfo("Europe/Lisbon")
LATER = timedelta(hours=30)


def moving(start: datetime, **changes: Any) -> dict[str, Any]:
    """Give a form that moves a sit to this moment."""
    there = start.astimezone(ZONE)
    form = {"to": "moved", "day": f"{there:%Y-%m-%d}", "time": f"{there:%H:%M}", "note": "", "version": "0"}
    return {**form, **changes}


def calling_off(**changes: Any) -> dict[str, Any]:
    return {"to": "called_off", "note": "Maren is unwell.", "version": "0", **changes}


def whole_minute(away: timedelta) -> datetime:
    return (now() + away).replace(second=0, microsecond=0)


def weekly_sit(people: People, away: timedelta = LATER) -> str:
    return plan_sit(people.group, people.maren, begins_in=away, rrule="FREQ=WEEKLY")


def change_of(key: str) -> SitChange | None:
    series_id, planned_at = parse_sit_key(key)
    with inside():
        return session().get(SitChange, (series_id, planned_at))


def test_a_moved_sit_keeps_its_name_and_is_found_at_its_new_time(people: People, browser: Open) -> None:
    key, start = weekly_sit(people), whole_minute(timedelta(hours=40))
    maren, ines = browser(people.maren), browser(people.ines)
    maren.get(f"{SITS}/{key}/changes/new")
    assert "What becomes of it?" in maren.page
    assert "It does not take place" in maren.page
    assert "as it was planned" not in maren.page
    answer = maren.post(f"{SITS}/{key}/changes", **moving(start, note="The room is taken."))
    assert (answer.status_code, answer.location) == (303, SITS)
    for path in (SITS, "/groups/ending-on-time", "/"):
        ines.get(path)
        assert f"{start.astimezone(ZONE):%H:%M}" in ines.page, path
        assert "Moved" in ines.page, path
        assert "“The room is taken.”" in ines.page, path
        assert f"{SITS}/{key}" in ines.page, path
    assert ines.get(f"{SITS}/{key}").status_code == 200
    assert f"{start.astimezone(ZONE):%H:%M}" in ines.page
    with inside():
        sit = queries.sit_visible_to(people.ines, key)
        assert (sit.starts_at, sit.key, sit.is_moved) == (start, key, True)


def test_a_sit_that_is_called_off_says_so_and_opens_no_room(people: People, browser: Open) -> None:
    key = weekly_sit(people)
    assert browser(people.maren).post(f"{SITS}/{key}/changes", **calling_off()).status_code == 303
    ines = browser(people.ines)
    for path in (SITS, "/groups/ending-on-time", "/"):
        ines.get(path)
        assert "Called off." in ines.page, path
        assert "“Maren is unwell.”" in ines.page, path
    assert ines.get(f"{SITS}/{key}").status_code == 200
    assert "This sit is called off." in ines.page
    assert "data-room" not in ines.page
    assert "Change it again" not in ines.page
    with inside(), transaction(), pytest.raises(Conflict, match="called off"):
        actions.join_sit(by=people.ines, sit=queries.sit_visible_to(people.ines, key), at=now())


def test_it_takes_place_as_planned_after_all(people: People, browser: Open) -> None:
    key = weekly_sit(people)
    maren = browser(people.maren)
    maren.post(f"{SITS}/{key}/changes", **calling_off())
    maren.get(f"{SITS}/{key}/changes/new")
    assert "as it was planned" in maren.page
    assert maren.post(f"{SITS}/{key}/changes", to="kept", version="1").status_code == 303
    ines = browser(people.ines)
    ines.get(f"{SITS}/{key}")
    assert "data-room" in ines.page
    kept = change_of(key)
    assert kept is not None
    assert (kept.kind, kept.version, kept.wall_start) == (ChangeKind.KEPT, 2, None)


def chosen(page: str) -> list[str]:
    """Give what is chosen on the form of a change before anybody chooses."""
    return re.findall(r'name="to" value="(\w+)" checked', page)


def test_the_form_of_a_change_chooses_nothing_that_is_not_so(people: People, browser: Open) -> None:
    key, maren = weekly_sit(people), browser(people.maren)
    maren.get(f"{SITS}/{key}/changes/new")
    assert chosen(maren.page) == []
    answer = maren.post(f"{SITS}/{key}/changes", note="", version="0")
    assert (answer.status_code, change_of(key)) == (422, None)
    assert "Choose what becomes of it." in maren.page
    maren.post(f"{SITS}/{key}/changes", **calling_off())
    maren.get(f"{SITS}/{key}/changes/new")
    assert chosen(maren.page) == ["called_off"]
    maren.post(f"{SITS}/{key}/changes", **moving(whole_minute(timedelta(hours=40)), version="1"))
    maren.get(f"{SITS}/{key}/changes/new")
    assert chosen(maren.page) == ["moved"]
    maren.post(f"{SITS}/{key}/changes", to="kept", version="2")
    maren.get(f"{SITS}/{key}/changes/new")
    assert chosen(maren.page) == []


def test_the_second_of_two_teachers_is_told_that_it_changed_and_loses_no_word(people: People, browser: Open) -> None:
    key, start = weekly_sit(people), whole_minute(timedelta(hours=40))
    maren, tomasz = browser(people.maren), browser(people.tomasz)
    assert maren.post(f"{SITS}/{key}/changes", **calling_off()).status_code == 303
    answer = tomasz.post(f"{SITS}/{key}/changes", **moving(start, note="An hour later."))
    assert answer.status_code == 409
    assert "Somebody changed this sit since you opened it." in tomasz.page
    assert "Called off." in tomasz.page
    assert "An hour later." in tomasz.page
    assert tomasz.post(f"{SITS}/{key}/changes", **moving(start, version="1")).status_code == 303
    moved = change_of(key)
    assert moved is not None
    assert (moved.kind, moved.version, moved.by_id) == (ChangeKind.MOVED, 2, people.tomasz.id)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"day": ""}, "Choose the day and the time"),
        ({"time": ""}, "Choose the day and the time"),
        ({"day": "2020-01-01"}, "That time has passed"),
        ({"day": "2098-01-01"}, "Choose a day within a year"),
        ({"day": "9999-12-31"}, "Choose a day within a year"),
        ({"day": "0001-01-01"}, "Choose a day within a year"),
        ({"day": "soon"}, "valid"),
        ({"to": "elsewhere"}, "choice"),
        ({"note": "x" * 400}, "300"),
        ({"version": "7"}, "Somebody changed this sit"),
        ({"version": "x"}, ""),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(
    people: People, browser: Open, form: dict[str, str], sentence: str
) -> None:
    key = weekly_sit(people)
    maren = browser(people.maren)
    given = moving(whole_minute(timedelta(hours=40)), **{"note": "A few words.", **form})
    answer = maren.post(f"{SITS}/{key}/changes", **given)
    assert answer.status_code in {409, 422}
    assert sentence in maren.page
    assert given["note"] in maren.page
    assert change_of(key) is None


def test_a_sit_is_not_moved_onto_another_of_its_series(people: People, browser: Open) -> None:
    key = weekly_sit(people)
    _, planned = parse_sit_key(key)
    local = planned.astimezone(ZONE).replace(tzinfo=None)
    onto = (local + timedelta(weeks=1)).replace(tzinfo=ZONE).astimezone(UTC)
    with inside():
        series = session().scalar(sa.select(SitSeries))
        assert series is not None
        following = sit_of(series, onto)
        assert following is not None
        with transaction(), pytest.raises(Invalid, match="another sit"):
            _moved(people.maren, key, (local + timedelta(weeks=1)))
        with transaction():
            _moved(people.maren, following.key, local + timedelta(days=2))
        with transaction():
            _moved(people.maren, key, local + timedelta(weeks=1))  # it is free now
        with transaction(), pytest.raises(Invalid, match="another sit"):
            changes.change_sit(
                by=people.maren,
                sit=queries.sit_visible_to(people.maren, following.key),
                to=ChangeKind.KEPT,
                wall=None,
                note="",
                version=1,
                at=now(),
            )


def _moved(by: Member, key: str, wall: datetime) -> None:
    sit = queries.sit_visible_to(by, key)
    changes.change_sit(by=by, sit=sit, to=ChangeKind.MOVED, wall=wall, note="", version=sit.version, at=now())


def test_a_sit_that_has_begun_stays_as_it_is_and_an_open_room_has_none_to_change(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    begun = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=-5))
    assert maren.post(f"{SITS}/{begun}/changes", **calling_off()).status_code == 409
    room = plan_sit(people.group, people.maren, rrule="FREQ=MINUTELY;INTERVAL=30", plan="open_room")
    assert maren.post(f"{SITS}/{room}/changes", **calling_off()).status_code == 422
    maren.get(SITS)
    assert "/changes/new" not in maren.page


def test_a_sit_that_was_moved_earlier_stays_as_it_is_once_it_has_begun_there(people: People, browser: Open) -> None:
    key = weekly_sit(people)
    series_id, planned_at = parse_sit_key(key)
    begun = (now() - timedelta(minutes=12)).astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    row = {"kind": ChangeKind.MOVED, "wall_start": begun.isoformat(), "version": 1, "changed_at": now()}
    with inside(), transaction():
        session().add(SitChange(series_id=series_id, planned_at=planned_at, **row))
    maren = browser(people.maren)
    for form in (calling_off(version="1"), moving(whole_minute(LATER), version="1"), {"to": "kept", "version": "1"}):
        assert maren.post(f"{SITS}/{key}/changes", **form).status_code == 409
        assert "This sit has begun already" in maren.page
    with inside():
        sit = queries.sit_visible_to(people.ines, key)
        assert (sit.is_called_off, sit.version) == (False, 1)


def test_only_a_teacher_changes_a_sit(people: People, browser: Open) -> None:
    key = weekly_sit(people)
    for member, status in ((people.ines, 403), (people.viktor, 403), (people.ada, 403)):
        somebody = browser(member)
        assert somebody.post(f"{SITS}/{key}/changes", **calling_off()).status_code == status
        assert somebody.get(f"{SITS}/{key}/changes/new").status_code == status
    assert change_of(key) is None
    ines = browser(people.ines)
    ines.get(SITS)
    assert "Move it or call it off" not in ines.page


def test_those_who_meant_to_come_are_told_and_nobody_else(people: People, browser: Open) -> None:
    key = weekly_sit(people)
    ines = browser(people.ines)
    ines.post(f"{SITS}/{key}/intentions")
    maren = browser(people.maren)
    maren.post(f"{SITS}/{key}/changes", **calling_off())
    with inside():
        told = list(session().scalars(sa.select(Notice).where(Notice.kind == NoticeKind.SIT_CHANGED)))
    assert [(notice.member_id, notice.subject) for notice in told] == [(people.ines.id, key)]
    ines.get("/notices")
    assert "will not take place" in ines.page


def test_nobody_is_told_of_doors_that_stay_shut_and_all_of_those_that_open_elsewhere(
    people: People, browser: Open
) -> None:
    off = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=9, seconds=30))
    moved = plan_sit(people.group, people.maren, begins_in=LATER)
    maren = browser(people.maren)
    maren.post(f"{SITS}/{off}/changes", **calling_off())
    soon = whole_minute(timedelta(minutes=9))
    assert maren.post(f"{SITS}/{moved}/changes", **moving(soon)).status_code == 303
    with inside():
        jobs.remind_all(now())
    with inside():
        told = set(session().scalars(sa.select(Notice.subject).where(Notice.kind == NoticeKind.SIT_BEGINS)))
    assert told == {moved}


def test_who_waits_at_the_doors_is_told_that_the_sit_is_called_off(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=5))
    ines = live(people.ines)
    assert ines.command("sit:join", sit=key, tab="one")["ok"]
    assert browser(people.maren).post(f"{SITS}/{key}/changes", **calling_off()).status_code == 303
    answer = ines.command("sit:beat", sit=key, tab="one")
    assert answer["error"]["kind"] == "not_found"
    assert "called off" in answer["error"]["message"]
    assert ines.command("sit:join", sit=key, tab="one")["error"]["kind"] == "conflict"


def test_who_sits_at_the_new_time_is_written_down_under_the_sits_own_name(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    key, soon = weekly_sit(people), whole_minute(timedelta(minutes=8))
    assert browser(people.maren).post(f"{SITS}/{key}/changes", **moving(soon)).status_code == 303
    joined = live(people.ines).command("sit:join", sit=key, tab="one")
    assert joined["ok"], joined
    assert joined["starts_ms"] == soon.timestamp() * 1000
    with inside():
        sat = session().scalars(sa.select(Attendance)).all()
    assert [(each.member_id, each.starts_at) for each in sat] == [(people.ines.id, parse_sit_key(key)[1])]


def test_a_single_sit_that_is_moved_far_is_not_over_before(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    tomorrow = (now() + timedelta(days=1)).astimezone(ZONE)
    form: dict[str, Any] = {"title": "Once", "plan": "quiet_half_hour", "day": f"{tomorrow:%Y-%m-%d}", "time": "19:30"}
    assert maren.post(SITS, repeat="once", leader="0", **form).status_code == 303
    with inside():
        series = session().scalar(sa.select(SitSeries))
        assert series is not None
        assert series.over_at is not None
        key = sit_key(series.id, not_over(series, at=now(), before=now() + timedelta(days=3), limit=1)[0].planned_at)
    start = whole_minute(timedelta(days=20))
    maren.post(f"{SITS}/{key}/changes", **moving(start))
    with inside():
        sits = queries.coming(queries.series_of(people.group, at=start), at=start, each=3, limit=9)
    assert [sit.starts_at for sit in sits] == [start]


def test_lists_hold_moved_sits_at_their_place_and_called_off_ones_beside_the_next(people: People) -> None:
    join(make_member("Noor Vale"), people.group)
    key = weekly_sit(people)
    series_id, first = parse_sit_key(key)
    with inside(), transaction():
        series = session().get_one(SitSeries, series_id)
        week = [sit.planned_at for sit in sits_of(series, after=first, before=first + timedelta(weeks=6), limit=4)]
    with inside(), transaction():
        _moved(
            people.maren,
            sit_key(series_id, week[0]),
            (week[2] + timedelta(hours=1)).astimezone(ZONE).replace(tzinfo=None),
        )
        sit = queries.sit_visible_to(people.maren, sit_key(series_id, week[1]))
        changes.change_sit(by=people.maren, sit=sit, to=ChangeKind.CALLED_OFF, wall=None, note="", version=0, at=now())
    with inside():
        series = session().get_one(SitSeries, series_id)
        sits = sits_of(series, after=first, before=first + timedelta(weeks=6), limit=3)
        assert [sit.planned_at for sit in sits] == [week[1], week[2], week[0], week[3]]
        assert [sit.is_called_off for sit in sits] == [True, False, False, False]
        assert sits_of(series, after=week[0], before=week[1], limit=3) == []
        assert [sit.planned_at for sit in not_over(series, at=now(), before=week[3], limit=1)] == [week[1], week[2]]
