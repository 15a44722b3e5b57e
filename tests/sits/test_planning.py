from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.errors import Invalid
from community.groups.models import Group, GroupStatus, Role
from community.notifications.models import Notice, NoticeKind
from community.practices.queries import practice_for
from community.sits import actions, jobs
from community.sits.models import SitSeries
from community.sits.recurrence import validated
from tests.doors import Browser
from tests.factories import inside, join, make_group, make_member, make_practice, plan_sit
from tests.people import People

Open = Callable[..., Browser]


def wanted(**changes: Any) -> dict[str, Any]:
    """Give a form that plans a sit for tomorrow."""
    tomorrow = (now() + timedelta(days=1)).astimezone(ZoneInfo("Europe/Lisbon"))
    form = {
        "title": "Evening sit",
        "plan": "quiet_half_hour",
        "day": f"{tomorrow:%Y-%m-%d}",
        "time": "19:30",
        "repeat": "FREQ=WEEKLY",
        "leader": "0",
    }
    return {**form, **changes}


def planned() -> list[SitSeries]:
    with inside():
        return list(session().scalars(sa.select(SitSeries)))


def test_a_teacher_plans_a_weekly_sit_and_members_find_it(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.post("/groups/ending-on-time/sits", **wanted(leader=str(people.maren.id))).status_code == 303
    series = planned()[0]
    assert (series.zone, series.rrule, series.wall_start[11:]) == ("Europe/Lisbon", "FREQ=WEEKLY", "19:30:00")
    ines = browser(people.ines)
    ines.get("/groups/ending-on-time/sits")
    assert ines.page.count("Evening sit") == 6  # four dates, and how it is planned with the next of them
    assert "with Maren Oduya" in ines.page
    ines.get("/groups/ending-on-time")
    assert "Evening sit" in ines.page


def test_a_member_sees_no_way_to_plan_and_finds_none(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get("/groups/ending-on-time/sits")
    assert "Plan a sit" not in ines.page
    assert ines.get("/groups/ending-on-time/sits/new").status_code == 403
    assert ines.post("/groups/ending-on-time/sits", **wanted()).status_code == 403
    assert planned() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": "2020-01-01", "repeat": "once"}, "That time has passed"),
        ({"plan": "no such plan"}, "choice"),
        ({"title": ""}, "Give the sit a name"),
        ({"day": "yesterday"}, "valid"),
        ({"time": "25:61"}, "valid"),
        ({"repeat": "FREQ=SECONDLY"}, "choice"),
        ({"leader": "99999"}, "choice"),
        ({"title": "x" * 400}, "120"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(
    people: People, browser: Open, changes: dict[str, str], sentence: str
) -> None:
    maren = browser(people.maren)
    answer = maren.post("/groups/ending-on-time/sits", **wanted(**{"title": "A long evening", **changes}))
    assert answer.status_code == 422
    assert sentence.lower() in maren.page.lower()
    assert "A long evening" in maren.page or "title" in changes
    assert planned() == []


def a_tuesday(place: int) -> date:
    """Give a Tuesday to come, by its place in the month; -1 is the last."""
    day = now().date() + timedelta(days=3)
    while day.weekday() != 1 or (place > 0 and (day.day - 1) // 7 + 1 != place) or not (place > 0 or _is_last(day)):
        day += timedelta(days=1)
    return day


def _is_last(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month


@pytest.mark.parametrize(
    ("place", "form", "rrule", "words"),
    [
        (1, {"repeat": "fortnightly"}, "FREQ=WEEKLY;INTERVAL=2", "every second week on Tuesday at 19:30, from"),
        (
            1,
            {"repeat": "FREQ=WEEKLY", "days": ["SU", "TU", "SA"]},
            "FREQ=WEEKLY;BYDAY=TU,SA,SU",
            "every Tuesday, Saturday and Sunday at 19:30, from",
        ),
        (2, {"repeat": "monthly"}, "FREQ=MONTHLY;BYDAY=2TU", "on the second Tuesday of each month at 19:30, from"),
        (-1, {"repeat": "monthly_last"}, "FREQ=MONTHLY;BYDAY=-1TU", "on the last Tuesday of each month at 19:30, from"),
        (2, {"repeat": "monthly", "until": "9999-12-31"}, "FREQ=MONTHLY;BYDAY=2TU;UNTIL=22000101T235959Z", "until"),
        (1, {"repeat": "FREQ=WEEKLY", "count": "8"}, "FREQ=WEEKLY;COUNT=8", ", 8 times in all"),
    ],
)
def test_a_sit_may_come_again_in_many_ways(
    people: People, browser: Open, place: int, form: dict[str, Any], rrule: str, words: str
) -> None:
    maren = browser(people.maren)
    answer = maren.post("/groups/ending-on-time/sits", **wanted(day=f"{a_tuesday(place)}", **form))
    assert answer.status_code == 303, maren.page
    assert planned()[0].rrule == rrule
    maren.get("/groups/ending-on-time/sits")
    assert words in maren.page


def test_a_series_ends_with_its_last_day_and_then_makes_no_room_for_itself(people: People, browser: Open) -> None:
    maren, first = browser(people.maren), a_tuesday(1)
    form = wanted(day=f"{first}", until=f"{first + timedelta(days=20)}")
    assert maren.post("/groups/ending-on-time/sits", **form).status_code == 303
    series = planned()[0]
    last = datetime.combine(first + timedelta(days=14), time(19, 30), ZoneInfo("Europe/Lisbon"))
    assert series.rrule is not None
    assert series.rrule.startswith("FREQ=WEEKLY;UNTIL=")
    assert series.over_at is not None
    assert last < series.over_at < last + timedelta(hours=2)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"days": ["SA", "SU"]}, "The first sit is on a Tuesday: choose Tuesday among the days as well."),
        ({"days": ["TU"], "repeat": "once"}, "Days can be chosen for a sit every week or every second week."),
        ({"until": "2035-01-01", "repeat": "once"}, "Only a sit that comes again"),
        ({"count": "3", "repeat": "FREQ=MINUTELY;INTERVAL=30"}, "Only a sit that comes again"),
        ({"until": "2035-01-01", "count": "3"}, "ends on a day or after a number of sits, not both"),
        ({"count": "0"}, "1 to 1000 sits"),
        ({"count": "-3"}, "1 to 1000 sits"),
        ({"count": "many"}, "valid"),
        ({"until": "2020-01-01"}, "That time has passed"),
        ({"until": "0001-01-01"}, "That time has passed"),
        ({"repeat": "monthly_last"}, "not on the last Tuesday of its month"),
        ({"days": ["no day"]}, "choice"),
    ],
)
def test_what_cannot_come_again_so_is_said_kindly(
    people: People, browser: Open, form: dict[str, Any], sentence: str
) -> None:
    maren = browser(people.maren)
    day = f"{a_tuesday(2)}"
    answer = maren.post("/groups/ending-on-time/sits", **wanted(day=day, title="A long evening", **form))
    assert answer.status_code == 422
    assert sentence in maren.page
    assert "A long evening" in maren.page
    assert f'value="{day}"' in maren.page
    assert planned() == []


def test_the_groups_own_hour_is_named_where_the_readers_clock_shows_another(people: People, browser: Open) -> None:
    far = make_member("Kenji Arai", zone="Asia/Kathmandu")
    join(far, people.group)
    key = plan_sit(people.group, people.maren, begins_in=timedelta(hours=3))
    there = (now() + timedelta(hours=3)).astimezone(ZoneInfo("Europe/Lisbon"))
    for path in ("/", "/groups/ending-on-time", f"/groups/ending-on-time/sits/{key}"):
        page = browser(far)
        page.get(path)
        assert f"{there:%H:%M} in Lisbon" in page.page, path
        near = browser(people.ines)
        near.get(path)
        assert "in Lisbon" not in near.page, path


SITS = "/groups/ending-on-time/sits"


def the_night_that_is_short() -> date:
    """Give the next day on which Lisbon has no 01:30."""
    year = now().year + 1
    return max(date(year, 3, day) for day in range(25, 32) if date(year, 3, day).isoweekday() == 7)


def test_a_time_that_does_not_exist_is_said_at_once_and_told_alike_everywhere(people: People, browser: Open) -> None:
    night, maren = the_night_that_is_short(), browser(people.maren)
    assert maren.post(SITS, **wanted(day=f"{night}", time="01:30", repeat="once")).status_code == 303
    maren.get(SITS)
    when = f"Sunday {night.day} March"
    assert f"Planned. It is on {when} " in maren.page
    assert "That night there is no 01:30; it will be at 02:30." in maren.page
    maren.get(SITS)
    assert f"once, on {when} {night.year} at 02:30" in maren.page
    assert ">01:30" not in maren.page
    maren.post(SITS, **wanted(title="Early sit"))
    maren.get(SITS)
    assert "Planned. The first one is on " in maren.page
    assert "That night" not in maren.page


def test_a_sit_that_is_far_off_is_reached_by_everybody_and_called_off_by_a_teacher(
    people: People, browser: Open
) -> None:
    maren, ines = browser(people.maren), browser(people.ines)
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=60))
    ines.get(SITS)
    assert f'href="{SITS}/{key}"' in ines.page
    assert "Call it off" not in ines.page
    assert "End it" not in ines.page
    maren.get(SITS)
    assert f'href="{SITS}/{key}/changes/new?to=called_off"' in maren.page
    assert "End it" not in maren.page
    maren.get(f"{SITS}/{key}/changes/new?to=called_off")
    assert 'value="called_off" checked' in maren.page
    assert maren.post(f"{SITS}/{key}/changes", to="called_off", version="0", note="I am away.").status_code == 303
    ines.get(SITS)
    assert f'href="{SITS}/{key}"' in ines.page
    ines.get(f"{SITS}/{key}")
    assert "“I am away.”" in ines.page
    assert "Maren Oduya" in ines.page
    moved = (now() + timedelta(days=200)).astimezone(ZoneInfo("Europe/Lisbon"))
    form: dict[str, Any] = {"to": "moved", "day": f"{moved:%Y-%m-%d}", "time": "12:00", "version": "1"}
    assert maren.post(f"{SITS}/{key}/changes", **form).status_code == 303
    ines.get(SITS)
    assert f'href="{SITS}/{key}"' in ines.page


def test_a_long_form_says_above_it_where_its_one_fault_is(people: People, browser: Open) -> None:
    maren, key = browser(people.maren), plan_sit(people.group, people.maren, begins_in=timedelta(days=2))
    maren.post(SITS, **wanted(count="0"))
    above = maren.page.partition('name="title"')[0]
    assert "One thing needs another look. What you wrote is still here." in above
    assert 'href="#repeat"' in above
    maren.post(f"{SITS}/{key}/changes", to="moved", version="0")
    assert 'href="#day"' in maren.page.partition('name="to"')[0]


def test_each_page_of_sits_names_the_readers_zone_once(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=2))
    maren = browser(people.maren)
    pages = ("/groups/ending-on-time", SITS, f"{SITS}/{key}/changes/new")
    for path in pages:
        maren.get(path)
        assert maren.page.count("Lisbon time") == 1, path
    maren.post(f"{SITS}/{key}/changes", to="called_off", version="0")
    maren.get(f"{SITS}/{key}")
    assert maren.page.count("Lisbon time") == 1


def test_a_series_that_is_ended_is_gone_from_the_list_and_its_room_is_not_there(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(hours=3))
    series_id = planned()[0].id
    maren, ines = browser(people.maren), browser(people.ines)
    assert ines.post(f"/groups/ending-on-time/series/{series_id}/ending").status_code == 403
    assert ines.get(f"/groups/ending-on-time/sits/{key}").status_code == 200
    assert maren.post(f"/groups/ending-on-time/series/{series_id}/ending").status_code == 303
    assert ines.get(f"/groups/ending-on-time/sits/{key}").status_code == 404
    ines.get("/groups/ending-on-time/sits")
    assert "Evening sit" not in ines.page


def test_a_series_of_another_group_cannot_be_reached_through_ones_own(people: People, browser: Open) -> None:
    key = plan_sit(people.elsewhere, people.odile)
    maren = browser(people.maren)
    series_id = planned()[0].id
    assert maren.post(f"/groups/ending-on-time/series/{series_id}/ending").status_code == 404
    assert maren.get(f"/groups/ending-on-time/sits/{key}").status_code == 404


def test_an_archived_group_plans_nothing(people: People, browser: Open) -> None:
    make_group("Quiet Yard", teachers=[people.maren], status=GroupStatus.ARCHIVED)
    assert browser(people.maren).post("/groups/quiet-yard/sits", **wanted()).status_code == 403


def test_those_whom_a_sit_is_for_are_told_once_that_the_doors_are_open(people: People, browser: Open) -> None:
    noor = make_member("Noor Vale")
    join(noor, people.group, agreed=False)
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=9, seconds=30))
    plan_sit(people.group, people.maren, title="Tomorrow", begins_in=timedelta(days=1))
    for _ in range(3):
        with inside():
            jobs.remind_all(now())
    with inside():
        told = list(session().scalars(sa.select(Notice).where(Notice.kind == NoticeKind.SIT_BEGINS)))
    assert {notice.subject for notice in told} == {key}
    assert {notice.member_id for notice in told} == {
        people.maren.id, people.tomasz.id, people.ines.id, people.jonah.id
    }  # fmt: skip
    ines = browser(people.ines)
    ines.get("/notices")
    assert "The doors are open: Evening sit" in ines.page


def test_what_is_over_makes_no_room_for_itself_in_the_lists(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    for _ in range(3):
        maren.post("/groups/ending-on-time/sits", **wanted(title="Once only", repeat="once"))
    with inside(), transaction():
        session().execute(sa.update(SitSeries).values(over_at=now() - timedelta(days=1)))
    plan_sit(people.group, people.maren, title="Still to come", begins_in=timedelta(hours=1))
    maren.get("/groups/ending-on-time/sits")
    assert "Still to come" in maren.page
    assert "Once only" not in maren.page


def test_a_long_plan_does_not_fit_an_open_room(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    form = wanted(plan="open_sit_with_walking", repeat="FREQ=MINUTELY;INTERVAL=30")
    assert maren.post("/groups/ending-on-time/sits", **form).status_code == 422
    assert "longer than half an hour" in maren.page
    assert maren.post("/groups/ending-on-time/sits", **{**form, "plan": "open_room"}).status_code == 303


def test_who_has_left_the_group_leads_nothing_in_it(people: People, browser: Open) -> None:
    plan_sit(people.group, people.maren, leader_id=people.tomasz.id)
    browser(people.tomasz).post("/groups/ending-on-time/departure")
    ines = browser(people.ines)
    ines.get("/")
    assert "with Tomasz" not in ines.page


# What one sits with


def test_a_teacher_chooses_among_plain_sits_practices_and_those_of_the_group(people: People, browser: Open) -> None:
    own = make_practice(people.group, people.maren, title="The last five minutes").key
    make_practice(people.elsewhere, people.odile, title="Low tide")
    maren = browser(people.maren)
    maren.get("/groups/ending-on-time/sits/new")
    for name in ("Plain sits", "Practices", "Written in Ending on Time"):
        assert f'<optgroup label="{name}">' in maren.page
    assert f'value="{own}"' in maren.page
    assert "Sitting with powerlessness, 25 min, led by a teacher" in maren.page
    assert "Low tide" not in maren.page


def test_a_practice_chosen_before_stands_in_the_form_with_its_title(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    maren.get("/groups/ending-on-time/sits/new?practice=receiving")
    assert '<option value="receiving" selected>' in maren.page
    assert 'value="Receiving: compassion from others"' in maren.page
    assert maren.get("/groups/ending-on-time/sits/new?practice=p-77").status_code == 200
    assert '<option value="quiet_half_hour" selected>' in maren.page


def test_a_sit_keeps_the_practice_as_it_stood_when_it_was_planned(people: People, browser: Open) -> None:
    first = make_practice(people.group, people.maren, title="The lean")
    maren = browser(people.maren)
    assert maren.post("/groups/ending-on-time/sits", **wanted(plan=first.key)).status_code == 303
    make_practice(people.group, people.maren, after=first, title="The lean, seen")
    plan = planned()[0].plan
    assert (plan["id"], plan["version"], plan["title"]) == (first.key, 1, "The lean")


def test_a_practice_of_another_group_is_no_choice(people: People, browser: Open) -> None:
    noor = make_member("Noor Vale")
    other = make_group("Still Water", teachers=[noor])
    join(noor, people.group, role=Role.TEACHER)
    key = make_practice(other, noor).key
    teacher = browser(noor)
    assert teacher.post("/groups/ending-on-time/sits", **wanted(plan=key)).status_code == 422
    with inside(), transaction():
        group, member = session().get_one(Group, people.group.id), session().get_one(type(noor), noor.id)
        rule = validated(datetime.fromisoformat("2090-01-01T19:00"), "UTC")
        with pytest.raises(Invalid, match="belongs to another group"):
            actions.schedule_sit(
                by=member,
                group=group,
                title="A sit",
                practice=practice_for(member, key),
                rule=rule,
                leader=None,
                at=now(),
            )


def test_what_a_teacher_leads_is_planned_with_one(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    asked = wanted(plan="sitting_with_powerlessness")
    assert maren.post("/groups/ending-on-time/sits", **asked).status_code == 422
    assert "sat only where a teacher leads" in maren.page
    assert maren.post("/groups/ending-on-time/sits", **{**asked, "leader": str(people.maren.id)}).status_code == 303
    assert planned()[0].leader_id == people.maren.id
