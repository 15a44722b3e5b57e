"""Reminders: once, exactly so long before the bell, over restarts and changes of the clocks, for who may come."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from community import db, post_office
from community.clock import now
from community.db import session, transaction
from community.groups.models import Group, Membership
from community.mail import Letter, OutboxMail
from community.members.models import Member
from community.notifications.models import Notice
from community.practices.library import STARTER
from community.sits import actions, jobs, queries, reminders
from community.sits.models import SentReminder, SitSeries
from community.sits.recurrence import parse_sit_key, sit_key, validated
from tests.doors import Browser
from tests.factories import inside, plan_sit
from tests.people import People

Open = Callable[..., Browser]
MINUTE = timedelta(minutes=1)


def wish(browser: Browser, reminding: str = "both", remind_of: str = "intended", lead_minutes: int = 60) -> None:
    lead = str(lead_minutes)
    answer = browser.post("/settings/sits", reminding=reminding, remind_of=remind_of, lead_minutes=lead)
    assert answer.status_code == 303


def let_pass(since: datetime, until: datetime, *, step: timedelta = MINUTE) -> None:
    """Let the clock's duty be done every so often between two moments."""
    at = since
    while at <= until:
        run(at)
        at += step


def run(at: datetime) -> None:
    with inside():
        jobs.remind_all(at)


def notices(kind: str) -> list[tuple[int, datetime]]:
    with inside():
        rows = session().scalars(sa.select(Notice).where(Notice.kind == kind).order_by(Notice.id))
        return [(each.member_id, each.created_at) for each in rows]


def mails() -> list[OutboxMail]:
    with inside():
        return list(session().scalars(sa.select(OutboxMail).order_by(OutboxMail.id)))


def start_of(key: str) -> datetime:
    return datetime.strptime(key.partition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def meaning(people: People, browser: Open, member: Member, begins_in: timedelta = timedelta(hours=5)) -> str:
    """Let somebody mean to come to a new sit; gives its key."""
    key = plan_sit(people.group, people.maren, begins_in=begins_in)
    assert browser(member).post(f"/groups/ending-on-time/sits/{key}/intentions").status_code == 303
    return key


def test_one_is_reminded_once_at_the_moment_that_one_chose(people: People, browser: Open) -> None:
    wish(browser(people.ines), lead_minutes=60)
    key = meaning(people, browser, people.ines)
    start = start_of(key)
    let_pass(start - timedelta(minutes=63), start + MINUTE)
    ((who, when),) = notices("reminder")
    assert who == people.ines.id
    assert start - timedelta(minutes=60) <= when < start - timedelta(minutes=59)
    assert [mail.to for mail in mails()] == [people.ines.email]
    assert [mail.created_at for mail in mails()] == [when]


def test_the_letter_is_neutral_and_its_link_leads_to_the_sit(people: People, browser: Open) -> None:
    wish(browser(people.ines), "mail")
    key = meaning(people, browser, people.ines)
    run(start_of(key) - timedelta(minutes=60))
    (mail,) = mails()
    for private in ("Ending on Time", "ending-on-time", "Evening sit", "Maren", "Ines"):
        assert private not in mail.subject + mail.body
    assert f"/sits/{key}" in mail.body
    assert mail.body.rstrip().endswith("/settings/sits")
    assert notices("reminder") == []
    answer = browser(people.ines).get(f"/sits/{key}")
    assert answer.location == f"/groups/ending-on-time/sits/{key}"
    assert browser(people.viktor).get(f"/sits/{key}").status_code == 404


def test_by_default_the_app_speaks_when_the_doors_open_and_only_once(people: People, browser: Open) -> None:
    key = meaning(people, browser, people.ines)
    start = start_of(key)
    let_pass(start - timedelta(minutes=12), start + MINUTE)
    told = notices("sit_begins")
    assert sorted(who for who, _ in told) == sorted(
        [people.maren.id, people.tomasz.id, people.ines.id, people.jonah.id]
    )
    assert notices("reminder") == []
    assert mails() == []


@pytest.mark.parametrize(("reminding", "expected"), [("none", (0, 0)), ("mail", (0, 1)), ("app", (1, 0))])
def test_nobody_is_told_by_a_way_that_they_did_not_choose(
    people: People, browser: Open, reminding: str, expected: tuple[int, int]
) -> None:
    wish(browser(people.ines), reminding, lead_minutes=10)
    start = start_of(meaning(people, browser, people.ines))
    let_pass(start - timedelta(minutes=12), start + MINUTE)
    mine = [who for who, _ in notices("sit_begins") if who == people.ines.id]
    assert (len(mine), len(mails())) == expected


def test_who_wants_to_hear_of_all_sits_of_their_groups_hears_of_those_and_no_others(
    people: People, browser: Open
) -> None:
    wish(browser(people.ines), "app", "groups")
    wish(browser(people.jonah), "app", "intended")
    start = start_of(plan_sit(people.group, people.maren, begins_in=timedelta(hours=5)))
    plan_sit(people.elsewhere, people.odile, begins_in=timedelta(hours=5))
    let_pass(start - timedelta(minutes=62), start)
    assert [who for who, _ in notices("reminder")] == [people.ines.id]


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe"])
def test_a_day_before_is_twenty_four_hours_over_both_changes_of_the_clocks(
    people: People, browser: Open, zone: str
) -> None:
    wish(browser(people.ines), "app", "groups", 1440)
    local = ZoneInfo(zone)
    year = now().year + 1
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=each) for each in range(365 * 24)]
    changes = [b for a, b in pairwise(hours) if a.astimezone(local).utcoffset() != b.astimezone(local).utcoffset()]
    assert len(changes) == 2
    for change in changes:
        start = (change + timedelta(hours=9)).replace(minute=0)
        wall = start.astimezone(local).replace(tzinfo=None, minute=0)
        start = wall.replace(tzinfo=local).astimezone(UTC)
        plan_at(people, wall, zone)
        let_pass(start - timedelta(hours=24, minutes=2), start - timedelta(hours=23, minutes=50))
        when = notices("reminder")[-1][1]
        assert start - timedelta(hours=24) <= when < start - timedelta(hours=24) + MINUTE
    assert len(notices("reminder")) == 2


def plan_at(people: People, wall: datetime, zone: str) -> None:
    with inside(), transaction():
        session().add(
            SitSeries(
                group_id=people.group.id,
                title="Morning sit",
                plan=STARTER["quiet_half_hour"].plan.to_json(),
                wall_start=wall.isoformat(),
                zone=zone,
                made_by_id=people.maren.id,
                created_at=now(),
            )
        )


def test_a_restart_neither_loses_nor_doubles_a_reminder(people: People, browser: Open) -> None:
    wish(browser(people.ines), "both", lead_minutes=60)
    start = start_of(meaning(people, browser, people.ines))
    run(start - timedelta(minutes=65))
    run(start - timedelta(minutes=20))  # the house was closed meanwhile
    run(start - timedelta(minutes=20))
    run(start - timedelta(minutes=40))  # a clock that was put back
    let_pass(start - timedelta(minutes=19), start + MINUTE)
    assert [who for who, _ in notices("reminder")] == [people.ines.id]
    assert len(mails()) == 1


def scheduled(people: People, starts_at: datetime, rrule: str | None = None) -> int:
    """Plan a sit through the action, which knows when it is over for good; gives its series."""
    with inside(), transaction():
        group = session().get_one(Group, people.group.id)
        wall = starts_at.astimezone(ZoneInfo(group.zone)).replace(tzinfo=None, microsecond=0)
        series = actions.schedule_sit(
            by=session().get_one(Member, people.maren.id),
            group=group,
            title="Evening sit",
            practice=STARTER["quiet_half_hour"],
            rule=validated(wall, group.zone, rrule),
            leader=None,
            at=now(),
        )
        return series.id


def reminded_of() -> list[int]:
    """Give the series of the sits that somebody was reminded of."""
    with inside():
        return sorted(session().scalars(sa.select(SentReminder.series_id)))


@pytest.mark.parametrize(
    ("lead", "begins_in", "opens_again_in"),
    [
        pytest.param(1440, timedelta(hours=30), timedelta(hours=20), id="a day before"),
        pytest.param(60, timedelta(minutes=85), timedelta(minutes=64), id="an hour before"),
    ],
)
def test_a_house_that_was_closed_reminds_of_single_sits_too(
    people: People, browser: Open, lead: int, begins_in: timedelta, opens_again_in: timedelta
) -> None:
    wish(browser(people.ines), "both", "groups", lead)
    at = now()
    once, weekly = scheduled(people, at + begins_in), scheduled(people, at + begins_in + MINUTE, "FREQ=WEEKLY")
    last = scheduled(people, at + begins_in + 2 * MINUTE, "FREQ=WEEKLY;COUNT=1")
    run(at + MINUTE)
    assert reminded_of() == []
    run(at + opens_again_in)
    assert reminded_of() == [once, weekly, last]
    assert len(mails()) == 3


def test_of_a_sit_that_is_planned_within_the_lead_one_is_reminded_at_once(people: People, browser: Open) -> None:
    wish(browser(people.ines), "app", "groups", 1440)
    run(now() - 3 * MINUTE)
    scheduled(people, now() + timedelta(hours=5))
    run(now())
    run(now() + MINUTE)
    assert [who for who, _ in notices("reminder")] == [people.ines.id]


def test_of_a_sit_that_is_meant_within_the_lead_one_is_reminded_at_once(people: People, browser: Open) -> None:
    wish(browser(people.ines), "mail", "intended", 1440)
    key = plan_sit(people.group, people.maren, begins_in=timedelta(hours=5), created_at=now() - timedelta(days=3))
    run(now() - 3 * MINUTE)
    assert browser(people.ines).post(f"/groups/ending-on-time/sits/{key}/intentions").status_code == 303
    run(now())
    run(now() + MINUTE)
    assert [mail.to for mail in mails()] == [people.ines.email]


def move(people: People, browser: Open, key: str, to: datetime, note: str = "", version: int = 0) -> None:
    there = to.astimezone(ZoneInfo("Europe/Lisbon"))
    form: dict[str, Any] = {"day": f"{there:%Y-%m-%d}", "time": f"{there:%H:%M}", "note": note, "version": str(version)}
    answer = browser(people.maren).post(f"/groups/ending-on-time/sits/{key}/changes", to="moved", **form)
    assert answer.status_code == 303


def test_of_a_sit_that_is_moved_to_within_the_lead_one_is_reminded_at_once(people: People, browser: Open) -> None:
    wish(browser(people.ines), "mail", "groups", 1440)
    key = plan_sit(people.group, people.maren, begins_in=timedelta(days=3))
    run(now())
    assert mails() == []
    move(people, browser, key, now() + timedelta(hours=5))
    run(now() + MINUTE)
    run(now() + 2 * MINUTE)
    assert [mail.to for mail in mails()] == [people.ines.email]


def test_who_was_reminded_and_then_chooses_to_be_earlier_is_not_reminded_again(people: People, browser: Open) -> None:
    wish(browser(people.ines), "app", "groups", 60)
    scheduled(people, now() + timedelta(hours=5))
    start = now() + timedelta(hours=5)
    let_pass(start - timedelta(minutes=62), start - timedelta(minutes=58))
    wish(browser(people.ines), "app", "groups", 1440)
    run(start - timedelta(minutes=57))
    assert len(notices("reminder")) == 1


def test_other_words_to_a_move_open_no_doors_a_second_time(people: People, browser: Open) -> None:
    key, soon = plan_sit(people.group, people.maren, begins_in=timedelta(days=3)), now() + timedelta(minutes=9)
    for version, note in enumerate(("The hall is taken.", "The small hall is taken.")):
        move(people, browser, key, soon, note, version)
        run(now())
    told = [who for who, _ in notices("sit_begins")]
    assert people.ines.id in told
    assert len(told) == len(set(told))


def test_a_fault_in_one_sit_keeps_nobody_from_being_reminded_of_another(
    people: People, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish(browser(people.ines), "both", "groups", 60)
    at = now()
    broken, sound = (scheduled(people, at + timedelta(hours=5, minutes=each)) for each in (1, 2))
    find = queries.sit_by_key

    def sometimes(key: str) -> object:
        if parse_sit_key(key)[0] == broken:
            raise ValueError("a fault of one sit")
        return find(key)

    run(at + timedelta(hours=3))
    with monkeypatch.context() as faulty:
        faulty.setattr(queries, "sit_by_key", sometimes)
        run(at + timedelta(hours=4, minutes=3))
        assert reminded_of() == [sound]
    run(at + timedelta(hours=4, minutes=4))
    assert reminded_of() == [broken, sound]
    assert len(mails()) == 2


def test_a_minute_reads_the_calendar_of_the_house_once_and_keeps_nobody_from_writing(
    people: People, app: Flask
) -> None:
    for day in range(1, 8):
        scheduled(people, now() + timedelta(days=day, hours=1), "FREQ=WEEKLY")
    read: list[bool] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM sit_series" in statement:
            read.append(db._writing.get())

    with app.app_context():
        engine = db.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    run(now() + timedelta(hours=2))
    sa.event.remove(engine, "before_cursor_execute", note)
    assert read == [False]


def test_what_breaks_in_the_middle_is_done_again_and_whole(
    people: People, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish(browser(people.ines), "both", lead_minutes=60)
    start = start_of(meaning(people, browser, people.ines))

    def full(**_given: object) -> None:
        raise OSError("no space left")

    run(start - timedelta(minutes=65))
    with monkeypatch.context() as broken:
        broken.setattr(reminders, "post_mail", full)
        run(start - timedelta(minutes=60))
    assert (notices("reminder"), mails()) == ([], [])
    run(start - timedelta(minutes=59))
    assert (len(notices("reminder")), len(mails())) == (1, 1)


def test_what_has_begun_is_not_reminded_of(people: People, browser: Open) -> None:
    wish(browser(people.ines), "both", lead_minutes=60)
    start = start_of(meaning(people, browser, people.ines))
    run(start - timedelta(minutes=65))
    run(start + MINUTE)
    assert (notices("reminder"), mails()) == ([], [])


def removed(people: People, browser: Open, _key: str) -> None:
    path = f"/groups/ending-on-time/members/{people.ines.id}/removals"
    assert browser(people.maren).post(path, words="Because.").status_code == 303


def left_and_wishes_no_more(people: People, browser: Open, _key: str) -> None:
    wish(browser(people.ines), "app")


def ended(people: People, browser: Open, key: str) -> None:
    browser(people.maren).post(f"/groups/ending-on-time/series/{key.split('-', maxsplit=1)[0]}/ending")


def taken_back(people: People, browser: Open, key: str) -> None:
    browser(people.ines).post(f"/groups/ending-on-time/sits/{key}/intentions/withdrawal")


def asked_anew(people: People, _browser: Open, _key: str) -> None:
    with inside(), transaction():
        session().execute(sa.update(Membership).where(Membership.member_id == people.ines.id).values(agreed_version=0))


@pytest.mark.parametrize("change", [removed, left_and_wishes_no_more, ended, taken_back, asked_anew])
def test_whether_a_letter_may_leave_is_asked_again_when_it_leaves(
    people: People, browser: Open, sent: list[Letter], change: Callable[..., None]
) -> None:
    wish(browser(people.ines), "mail", lead_minutes=1440)
    key = meaning(people, browser, people.ines, timedelta(hours=20))
    run(start_of(key) - timedelta(hours=24, minutes=1))
    run(start_of(key) - timedelta(hours=24))
    assert len(mails()) == 1
    change(people, browser, key)
    due_now()
    post_office.send_waiting()
    assert [letter.subject for letter in sent if "reminder" in letter.subject] == []
    assert [mail for mail in mails() if mail.sent_at is None] == []


def due_now() -> None:
    """Let the letters of another time be due."""
    with inside(), transaction():
        session().execute(sa.update(OutboxMail).values(due_at=now()))


def test_a_letter_that_is_wanted_leaves(people: People, browser: Open, sent: list[Letter]) -> None:
    wish(browser(people.ines), "mail", lead_minutes=1440)
    key = meaning(people, browser, people.ines, timedelta(hours=20))
    run(start_of(key) - timedelta(hours=24))
    due_now()
    post_office.send_waiting()
    assert [letter.to for letter in sent] == [people.ines.email]


def test_what_one_chose_stands_on_the_page_and_nonsense_is_handed_back(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    wish(ines, "mail", "groups", 1440)
    ines.get("/settings/sits")
    for value in ("mail", "groups", "1440"):
        assert f'value="{value}" checked' in ines.page
    assert ines.post("/settings/sits", reminding="shout", remind_of="groups", lead_minutes="7").status_code == 422
    ines.get("/settings/sits")
    assert 'value="mail" checked' in ines.page


def test_who_was_reminded_is_forgotten_afterwards(people: People, browser: Open) -> None:
    wish(browser(people.ines), "app", lead_minutes=60)
    start = start_of(meaning(people, browser, people.ines))
    run(start - timedelta(minutes=60))
    with inside(), transaction():
        reminders.forget_old_reminders(at=start + timedelta(days=3))
    with inside():
        assert session().scalar(sa.select(sa.func.count()).select_from(SentReminder)) == 0


def test_a_key_that_names_nothing_is_not_there(people: People, browser: Open) -> None:
    for key in ("nonsense", sit_key(999, datetime(2027, 1, 1, tzinfo=UTC))):
        assert browser(people.ines).get(f"/sits/{key}").status_code == 404
