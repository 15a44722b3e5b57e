"""After a sit: thanks between those who sat, without a number and without telling who they were; and the next sit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.members.models import Member, SeenAs
from community.notifications.models import Notice, NoticeKind
from community.sits import thanks
from community.sits.models import Attendance, ChangeKind, SitChange, SitSeries, SitThanks
from community.sits.sit import sits_of
from tests.doors import Browser, Live
from tests.factories import inside, join, make_member, plan_sit
from tests.people import People

Open = Callable[..., Browser]
ROOM = "/groups/ending-on-time/sits/{key}"
IN_THE_CIRCLE, OVER = timedelta(minutes=-31), timedelta(hours=-2)


def sat(key: str, *members: Member) -> None:
    """Let them have sat: the room's own tests show how one takes a seat."""
    number, _, moment = key.partition("-")
    start = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with inside(), transaction():
        for member in members:
            came = {"joined_at": start, "seen_as": session().get_one(Member, member.id).seen_as}
            session().add(Attendance(series_id=int(number), starts_at=start, member_id=member.id, **came))


def told() -> list[int]:
    with inside():
        kind = sa.select(Notice.member_id).where(Notice.kind == NoticeKind.THANKS)
        return sorted(session().scalars(kind))


@pytest.mark.parametrize("begins_in", [IN_THE_CIRCLE, OVER])
def test_who_sat_thanks_those_who_sat_and_nobody_else(people: People, browser: Open, begins_in: timedelta) -> None:
    key = plan_sit(people.group, people.maren, begins_in=begins_in)
    sat(key, people.ines, people.jonah, people.maren)
    ines = browser(people.ines)
    ines.get(ROOM.format(key=key))
    assert "Thank those you sat with" in ines.page
    for _ in range(2):
        assert ines.post(f"{ROOM.format(key=key)}/thanks").status_code == 303
    assert told() == sorted([people.jonah.id, people.maren.id])
    ines.get(ROOM.format(key=key))
    assert "You have thanked those you sat with." in ines.page
    assert "Jonah" not in ines.page
    jonah = browser(people.jonah)
    jonah.get("/notices")
    assert "Ines thanks you for sitting together" in jonah.page


def test_many_thanks_are_one_notice_and_no_number(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=OVER)
    veiled = [
        make_member("Priya Nair", seen_as=SeenAs.INITIALS),
        make_member("Quiet Person", seen_as=SeenAs.ONE_MORE),
    ]
    for member in veiled:
        join(member, people.group)
    sat(key, people.ines, people.jonah, *veiled)
    jonah = browser(people.jonah)

    def reads() -> str:
        jonah.get("/notices")
        return jonah.page

    for member in veiled:
        browser(member).post(f"{ROOM.format(key=key)}/thanks")
        assert "Somebody who sat with you thanks you for sitting together" in reads()
    browser(people.ines).post(f"{ROOM.format(key=key)}/thanks")
    assert "Ines and others who sat with you thank you for sitting together" in reads()
    assert told().count(people.jonah.id) == 1
    for hidden in ("Priya", "PN", "Quiet Person", "Nair"):
        assert hidden not in jonah.page


@pytest.mark.parametrize(
    ("then", "since", "named"),
    [
        (SeenAs.ONE_MORE, SeenAs.NAME, False),
        (SeenAs.INITIALS, SeenAs.NAME, False),
        (SeenAs.NAME, SeenAs.ONE_MORE, False),
        (SeenAs.NAME, SeenAs.NAME, True),
    ],
)
def test_who_thanks_is_named_only_where_they_were_then_and_are_now(
    people: People, browser: Open, then: SeenAs, since: SeenAs, *, named: bool
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=OVER)
    priya = make_member("Priya Nair", seen_as=then)
    join(priya, people.group)
    sat(key, priya, people.jonah)
    assert browser(priya).post(f"{ROOM.format(key=key)}/thanks").status_code == 303
    with inside(), transaction():
        session().get_one(Member, priya.id).seen_as = since
    jonah = browser(people.jonah)
    jonah.get("/notices")
    assert ("Priya thanks you" in jonah.page, "Somebody who sat with you thanks you" in jonah.page) == (
        named,
        not named,
    )
    assert ("Priya" in jonah.page) == named


@pytest.mark.parametrize("sat_as", [SeenAs.ONE_MORE, SeenAs.INITIALS])
def test_who_sat_unnamed_is_not_named_by_thanks_after_a_change_of_mind(
    people: People, browser: Open, sat_as: SeenAs
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=OVER)
    priya = make_member("Priya Nair", seen_as=sat_as)
    join(priya, people.group)
    sat(key, priya, people.jonah)
    with inside(), transaction():
        session().get_one(Member, priya.id).seen_as = SeenAs.NAME
    assert browser(priya).post(f"{ROOM.format(key=key)}/thanks").status_code == 303
    jonah = browser(people.jonah)
    jonah.get("/notices")
    assert "Somebody who sat with you thanks you" in jonah.page
    assert "Priya" not in jonah.page


def test_one_line_of_thanks_reads_those_of_its_sit_and_of_no_other(people: People, browser: Open) -> None:
    weeks = 30
    key = plan_sit(people.group, people.maren, begins_in=timedelta(weeks=-weeks, hours=-2), rrule="FREQ=WEEKLY")
    number, _, moment = key.partition("-")
    first = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    with inside():
        sits = sits_of(session().get_one(SitSeries, int(number)), after=first, before=now(), limit=weeks + 1)
    kept = {"series_id": int(number), "member_id": people.ines.id, "seen_as": SeenAs.NAME}
    with inside(), transaction():
        session().add_all(SitThanks(**kept, starts_at=each.planned_at, thanked_at=first) for each in sits[:-1])
    sat(sits[-1].key, people.maren, people.jonah)
    browser(people.maren).post(f"{ROOM.format(key=sits[-1].key)}/thanks")
    with inside():
        jonah = session().get_one(Member, people.jonah.id)
        found = thanks.who_thanked({(int(number), sits[-1].planned_at)}, but=jonah)
    assert found == {(int(number), sits[-1].planned_at): (["Maren"], False)}


def test_thanks_of_long_ago_are_nobodys_record(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=OVER)
    sat(key, people.ines, people.jonah)
    browser(people.ines).post(f"{ROOM.format(key=key)}/thanks")
    for days, left in ((59, 1), (61, 0)):
        with inside(), transaction():
            thanks.forget_old_thanks(at=now() + timedelta(days=days))
        with inside():
            assert session().scalar(sa.select(sa.func.count()).select_from(SitThanks)) == left
        assert len(told()) == left


def test_thanks_are_answered_alike_whoever_sat(people: People, browser: Open) -> None:
    alone = plan_sit(people.group, people.maren, begins_in=OVER)
    with_company = plan_sit(people.group, people.maren, begins_in=OVER, title="Another")
    sat(alone, people.ines)
    sat(with_company, people.ines, people.jonah)
    answers = []
    for key in (alone, with_company):
        answer = browser(people.ines).post(f"{ROOM.format(key=key)}/thanks", headers={"Accept": "application/json"})
        answers.append((answer.status_code, answer.get_data()))
    assert answers == [(204, b"")] * 2


def cases() -> list[Any]:
    return [
        pytest.param(timedelta(minutes=-12), True, id="before the closing bell"),
        pytest.param(OVER, False, id="somebody who did not sit"),
        pytest.param(timedelta(days=-8), True, id="a week afterwards"),
    ]


@pytest.mark.parametrize(("begins_in", "was_there"), cases())
def test_who_did_not_sit_and_who_comes_too_early_or_late_is_told_alike(
    people: People, browser: Open, begins_in: timedelta, *, was_there: bool
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=begins_in)
    sat(key, people.jonah, *([people.ines] if was_there else []))
    ines = browser(people.ines)
    assert ines.post(f"{ROOM.format(key=key)}/thanks").status_code == 409
    assert "One thanks after the closing bell" in ines.page
    assert told() == []
    if begins_in != timedelta(minutes=-12):
        ines.get(ROOM.format(key=key))
        assert "Thank those" not in ines.page


def test_who_left_the_group_is_thanked_no_more(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=OVER)
    sat(key, people.ines, people.jonah)
    browser(people.jonah).post("/groups/ending-on-time/departure")
    browser(people.ines).post(f"{ROOM.format(key=key)}/thanks")
    assert told() == []


def test_the_page_of_a_closed_sit_says_when_the_next_one_is(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=OVER)
    ines = browser(people.ines)
    ines.get(ROOM.format(key=key))
    assert "No further sit is planned here yet." in ines.page
    later = now() + timedelta(days=3)
    following = plan_sit(people.group, people.maren, begins_in=timedelta(days=3), title="Morning sit")
    plan_sit(people.group, people.maren, begins_in=timedelta(days=5), title="Night sit")
    plan_sit(people.elsewhere, people.odile, begins_in=timedelta(days=1), title="Elsewhere")
    ines.get(ROOM.format(key=key))
    after = ines.page.partition("data-room-after")[2]
    assert f'href="{ROOM.format(key=following)}">Morning sit</a>' in after
    assert f"{later:%A} {later.day} {later:%B}" in after
    assert "Elsewhere" not in ines.page


def test_a_sit_that_is_under_way_is_not_the_next_one(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=IN_THE_CIRCLE)
    plan_sit(people.group, people.maren, begins_in=-timedelta(minutes=5), title="Overlapping sit")
    following = plan_sit(people.group, people.maren, begins_in=timedelta(hours=1), title="Evening sit")
    ines = browser(people.ines)
    ines.get(ROOM.format(key=key))
    assert f'href="{ROOM.format(key=following)}">Evening sit</a>' in ines.page.partition("data-room-after")[2]
    assert "Overlapping sit" not in ines.page


def in_lisbon(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("Europe/Lisbon")).replace(tzinfo=None, microsecond=0).isoformat()


def test_who_sat_in_a_sit_that_was_moved_can_thank_too(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(hours=3))
    number, _, moment = key.partition("-")
    planned_at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    began = now() - timedelta(minutes=29)
    moved = {"kind": ChangeKind.MOVED, "wall_start": in_lisbon(began), "version": 1, "changed_at": began}
    with inside(), transaction():
        session().add(SitChange(series_id=int(number), planned_at=planned_at, **moved))
    for member in (people.ines, people.jonah):
        assert live(member).command("sit:join", sit=key, tab="one")["ok"]
    with inside(), transaction():  # the closing bell has rung meanwhile
        session().execute(sa.update(SitChange).values(wall_start=in_lisbon(began - timedelta(minutes=5))))
    assert browser(people.ines).post(f"{ROOM.format(key=key)}/thanks").status_code == 303
    assert told() == [people.jonah.id]
