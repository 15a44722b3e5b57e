"""A group follows a programme over weeks, with a sit for each module."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.groups.models import GroupStatus
from community.members.models import Member
from community.notifications.models import Notice, NoticeKind
from community.programmes import actions, queries
from community.programmes.models import Following, FollowingStatus, ModuleSit
from community.programmes.programme import programme
from community.sits.models import SeriesStatus, SitSeries
from community.sits.sit import Sit
from tests.doors import Browser
from tests.factories import inside
from tests.people import People

Open = Callable[..., Browser]
GROUP = "/groups/ending-on-time"
SETTLING = "/programmes/settling"
ZONE = ZoneInfo("Europe/Lisbon")


def wanted(people: People, **changes: Any) -> dict[str, Any]:
    """Give a form that lays a programme on the group, from tomorrow on."""
    tomorrow = (now() + timedelta(days=1)).astimezone(ZONE)
    form = {"day": f"{tomorrow:%Y-%m-%d}", "time": "19:30", "every_weeks": "1", "leader": str(people.maren.id)}
    return {**form, **changes}


def laid(people: People, browser: Open, key: str = "settling", **changes: Any) -> Browser:
    """Let Maren lay a programme, and give her browser."""
    maren = browser(people.maren)
    sent = maren.post(f"{GROUP}/programmes/{key}", **wanted(people, **changes))
    assert sent.status_code == 303, maren.page
    return maren


def laid_before(people: People, first: timedelta, key: str = "settling") -> None:
    """Lay a programme whose first sit began so long ago."""
    wall = (now() - first).astimezone(ZONE).replace(tzinfo=None, second=0, microsecond=0)
    with inside(), transaction():
        maren = session().get_one(Member, people.maren.id)
        group = session().merge(people.group, load=False)
        actions.lay_programme(
            by=maren, group=group, programme=programme(key), wall=wall, every_weeks=1, leader=maren,
            at=now() - first - timedelta(days=1),
        )  # fmt: skip


def sits_of(people: People) -> dict[str, Sit | None]:
    """Give the sits of what the group follows, by module."""
    with inside():
        together = queries.following_of(people.group)
        assert together
        return dict(together.sits)


def planned(people: People) -> list[SitSeries]:
    with inside():
        return list(session().scalars(sa.select(SitSeries).order_by(SitSeries.id)))


def test_a_teacher_lays_a_programme_and_each_module_has_its_sit(people: People, browser: Open) -> None:
    maren = laid(people, browser, every_weeks="2", meeting_link="https://meet.example.org/settling")
    series = planned(people)
    assert [each.title for each in series] == [module.practice.title for module in programme("settling").modules]
    assert [each.plan["id"] for each in series] == [module.practice.key for module in programme("settling").modules]
    starts = [datetime.fromisoformat(each.wall_start) for each in series]
    assert [later - first for first, later in pairwise(starts)] == [timedelta(weeks=2)] * 3
    assert {(each.leader_id, each.rrule, each.meeting_link) for each in series} == {
        (people.maren.id, None, "https://meet.example.org/settling")
    }
    ines = browser(people.ines)
    for page in (maren, ines):
        page.get(GROUP)
        assert "“Settling”, together" in page.page
        assert f"{SETTLING}/breath" in page.page
    ines.get(SETTLING)
    assert ines.page.count("/groups/ending-on-time/sits/") == 4
    ines.get(f"{SETTLING}/breath")
    assert "Ending on Time sits with it" in ines.page


def test_the_hour_stays_the_same_where_the_clocks_change(people: People, browser: Open) -> None:
    laid(people, browser, day="2036-03-19", time="19:30")
    starts = [sit.starts_at for sit in sits_of(people).values() if sit]
    assert [start.astimezone(ZONE).strftime("%d.%m. %H:%M") for start in starts] == [
        "19.03. 19:30", "26.03. 19:30", "02.04. 19:30", "09.04. 19:30",
    ]  # fmt: skip
    assert [start.astimezone(UTC).hour for start in starts] == [19, 19, 18, 18]


def test_a_first_hour_that_the_clocks_leap_over_is_said(people: People, browser: Open) -> None:
    maren = laid(people, browser, day="2036-03-30", time="01:30")
    maren.get(SETTLING)
    assert "That night there is no 01:30" in maren.page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "2020-01-01"}, "That time has passed"),
        ({"day": "1875-01-01"}, "Choose a day between"),
        ({"day": ""}, "Choose a day."),
        ({"every_weeks": "3"}, "Not a valid choice"),
        ({"leader": "999"}, "Not a valid choice"),
        ({"meeting_link": "javascript:alert(1)"}, "https://"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_planned(
    people: People, browser: Open, changes: dict[str, str], words: str
) -> None:
    maren = browser(people.maren)
    assert maren.post(f"{GROUP}/programmes/settling", **wanted(people, **changes)).status_code == 422
    assert words in maren.page
    assert planned(people) == []
    with inside():
        assert queries.following_of(people.group) is None


def test_a_programme_with_a_practice_that_wants_a_teacher_wants_one_to_lead(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.post(f"{GROUP}/programmes/the_hard_hour", **wanted(people, leader="0")).status_code == 422
    assert "sat only where a teacher leads" in maren.page
    assert planned(people) == []


def test_a_group_follows_one_programme_at_a_time(people: People, browser: Open) -> None:
    maren = laid(people, browser)
    assert maren.post(f"{GROUP}/programmes/receiving_care", **wanted(people)).status_code == 409
    assert "whose sits are still to come" in maren.page
    assert len(planned(people)) == 4


def test_one_whose_sits_have_been_makes_way_and_stays_written_down(people: People, browser: Open) -> None:
    laid_before(people, timedelta(weeks=5))
    laid(people, browser, "receiving_care")
    with inside():
        rows = session().execute(sa.select(Following.programme, Following.status).order_by(Following.id)).all()
        assert [tuple(row) for row in rows] == [
            ("settling", FollowingStatus.LEFT),
            ("receiving_care", FollowingStatus.FOLLOWED),
        ]
        assert session().scalar(sa.select(sa.func.count()).select_from(ModuleSit)) == 8


def test_one_that_the_house_does_not_know_any_more_makes_way(people: People, browser: Open) -> None:
    with inside(), transaction():
        session().add(Following(programme="long_gone", version=1, group_id=people.group.id, begun_at=now()))
    maren = browser(people.maren)
    assert maren.get(GROUP).status_code == 200
    laid(people, browser)
    assert sits_of(people)["breath"]


def test_ending_it_ends_what_is_to_come_and_keeps_what_was(people: People, browser: Open) -> None:
    laid_before(people, timedelta(days=8))  # two have been
    maren, ines = browser(people.maren), browser(people.ines)
    third = sits_of(people)["ending"]
    assert third
    ines.post(f"{GROUP}/sits/{third.key}/intentions")
    maren.get(SETTLING)
    assert "End it with this group" in maren.page
    with inside():
        following = queries.following_of(people.group)
        assert following
    sent = maren.post(f"{GROUP}/programmes/{following.following.id}/ending")
    assert sent.headers["Location"] == SETTLING
    maren.post(f"{GROUP}/programmes/{following.following.id}/ending")  # twice is fine
    statuses = [each.status for each in planned(people)]
    assert statuses == [SeriesStatus.PLANNED, SeriesStatus.PLANNED, SeriesStatus.ENDED, SeriesStatus.ENDED]
    with inside():
        told = session().scalars(sa.select(Notice.kind).where(Notice.member_id == people.ines.id))
        assert NoticeKind.SIT_CHANGED in set(told)
    ines.get(GROUP)
    assert "together" not in ines.page


def test_a_sit_whose_doors_are_open_is_left_to_its_own_end(people: People, browser: Open) -> None:
    laid_before(people, timedelta(minutes=-5))
    maren = browser(people.maren)
    with inside():
        following = queries.following_of(people.group)
        assert following
    maren.post(f"{GROUP}/programmes/{following.following.id}/ending")
    assert [each.status for each in planned(people)] == [SeriesStatus.PLANNED, *[SeriesStatus.ENDED] * 3]


def test_the_programme_follows_its_sits_where_they_are_moved_called_off_or_ended(people: People, browser: Open) -> None:
    maren, ines = laid(people, browser), browser(people.ines)
    sits = sits_of(people)
    first, second = sits["breath"], sits["door"]
    assert first
    assert second
    moved = (first.starts_at + timedelta(hours=3)).astimezone(ZONE)
    fields: dict[str, Any] = {
        "to": "moved",
        "day": f"{moved:%Y-%m-%d}",
        "time": f"{moved:%H:%M}",
        "note": "",
        "version": "0",
    }
    maren.post(f"{GROUP}/sits/{first.key}/changes", **fields)
    maren.post(f"{GROUP}/sits/{second.key}/changes", to="called_off", note="", version="0")
    maren.post(f"{GROUP}/series/{planned(people)[2].id}/ending")
    ines.get(SETTLING)
    assert f"{moved:%H:%M}</time></a>, moved there" in ines.page
    assert ", called off" in ines.page
    assert ines.page.count("/groups/ending-on-time/sits/") == 3
    assert ines.get(f"{SETTLING}/ending").status_code == 200
    assert "Ending on Time sits" not in ines.page
    maren.post(f"{GROUP}/sits/{first.key}/changes", to="called_off", note="", version="1")
    ines.get(GROUP)
    assert f'Next: <a href="{SETTLING}/silence">' in ines.page


def test_only_those_who_read_the_group_learn_what_it_follows(people: People, browser: Open) -> None:
    laid(people, browser)
    for who in (people.viktor, people.odile, people.ada):
        other = browser(who)
        for path in ("/programmes", SETTLING, f"{SETTLING}/breath"):
            other.get(path)
            assert "Ending on Time" not in other.page


def test_a_member_cannot_lay_or_end_one_and_sees_no_way_to(people: People, browser: Open) -> None:
    laid(people, browser)
    with inside():
        following = queries.following_of(people.group)
        assert following
    ines = browser(people.ines)
    ines.get(SETTLING)
    assert "End it" not in ines.page
    assert "Plan it with" not in ines.page
    assert ines.get(f"{GROUP}/programmes/receiving_care/new").status_code == 403
    assert ines.post(f"{GROUP}/programmes/receiving_care", **wanted(people)).status_code == 403
    assert ines.post(f"{GROUP}/programmes/{following.following.id}/ending").status_code == 403


def test_an_archived_group_follows_nothing(people: People, browser: Open) -> None:
    laid(people, browser)
    with inside(), transaction():
        session().merge(people.group).status = GroupStatus.ARCHIVED
    maren = browser(people.maren)
    maren.get(SETTLING)
    assert "Ending on Time" not in maren.page
    maren.get(GROUP)
    assert "together" not in maren.page


def test_a_programme_that_has_been_leaves_the_groups_page_after_a_while(people: People, browser: Open) -> None:
    laid_before(people, timedelta(weeks=4))
    ines = browser(people.ines)
    ines.get(GROUP)
    assert "Its sits have been" in ines.page
    with inside(), transaction():
        session().execute(sa.update(Following).values(status=FollowingStatus.LEFT))
    laid_before(people, timedelta(weeks=6), "receiving_care")
    ines.get(GROUP)
    assert "together" not in ines.page


def test_teachers_find_programmes_where_they_plan_and_members_in_the_library(people: People, browser: Open) -> None:
    maren, ines = browser(people.maren), browser(people.ines)
    for path in (GROUP, f"{GROUP}/sits/new", "/practices"):
        maren.get(path)
        assert 'href="/programmes"' in maren.page, path
    for path, shown in ((GROUP, False), ("/practices", True)):
        ines.get(path)
        assert ('href="/programmes"' in ines.page) is shown, path
    laid(people, browser)
    maren.get(GROUP)
    assert "Follow a short programme together" not in maren.page
