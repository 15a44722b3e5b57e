"""Keeping a calendar: its address is shown once and can be taken back, and it holds what one may read."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from community.calendars.models import Calendar
from community.clock import now
from community.db import session, transaction
from community.groups.models import Group, GroupStatus
from community.members.models import Member, MemberStatus
from tests.calendars.keeping import feed_of, make_calendar
from tests.doors import Browser
from tests.factories import inside, plan_sit
from tests.people import People

Open = Callable[..., Browser]
SOON = timedelta(days=2)


def test_the_address_is_shown_once_and_kept_as_a_hash(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    path = make_calendar(ines)
    ines.get("/settings/calendar")
    assert path not in ines.page
    assert "Make a new address" in ines.page
    with inside():
        kept = session().scalars(sa.select(Calendar)).all()
    assert [each.member_id for each in kept] == [people.ines.id]
    assert path.rpartition("/")[2].removesuffix(".ics").encode() not in kept[0].token_hash


def test_a_new_address_ends_the_one_before_and_each_can_be_taken_back(people: People, browser: Open) -> None:
    ines, program = browser(people.ines), browser()
    first = make_calendar(ines)
    assert program.get(first).status_code == 200
    second = make_calendar(ines)
    assert program.get(second).status_code == 200
    gone = program.get(first)
    for _ in range(2):  # twice is fine
        assert ines.post("/settings/calendar/revocation").status_code == 303
    wrong = program.get("/calendar/wrong.ics")
    revoked = program.get(second)
    assert {answer.status_code for answer in (gone, wrong, revoked)} == {404}
    assert gone.data == wrong.data == revoked.data
    ines.get("/settings/calendar")
    assert "Make an address" in ines.page


def test_it_names_nothing_unless_its_member_chooses_names(people: People, browser: Open) -> None:
    plan_sit(people.group, people.maren, title="Grief circle", begins_in=SOON, rrule="FREQ=WEEKLY")
    neutral = feed_of(browser, people.ines).decode()
    assert "SUMMARY:Practice\r\n" in neutral
    for word in ("Grief", "Ending", "ending-on-time", "Maren", "Sangha"):
        assert word.lower() not in neutral.lower(), word
    ines, path = browser(people.ines), make_calendar(browser(people.ines))
    assert ines.post("/settings/calendar/titles", titles="names").status_code == 303
    ines.get("/settings/calendar")
    assert "Kept." in ines.page
    named = browser().get(path).get_data(as_text=True)
    assert "SUMMARY:Grief circle (Ending on Time)" in named
    assert "Maren" not in named
    assert ines.post("/settings/calendar/titles", titles="everything").status_code == 422


def _archive(people: People, _browser: Open) -> None:
    with inside(), transaction():
        session().execute(sa.update(Group).values(status=GroupStatus.ARCHIVED))


def _leave(people: People, browser: Open) -> None:
    assert browser(people.ines).post("/groups/ending-on-time/departure").status_code == 303


def _renew_agreement(people: People, _browser: Open) -> None:
    with inside(), transaction():
        session().execute(sa.update(Group).values(agreement_version=2))


def _remove(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    path = f"/groups/ending-on-time/members/{people.ines.id}/removals"
    assert maren.post(path, words="Because.").status_code == 303


@pytest.mark.parametrize("act", [_archive, _leave, _renew_agreement, _remove])
def test_what_one_may_not_read_any_more_is_gone_from_it_at_once(
    people: People, browser: Open, act: Callable[[People, Open], None]
) -> None:
    plan_sit(people.group, people.maren, begins_in=SOON)
    plan_sit(people.elsewhere, people.odile, title="Elsewhere", begins_in=SOON)
    path, program = make_calendar(browser(people.ines), "names"), browser()
    program.get(path)
    assert program.page.count("BEGIN:VEVENT") == 1
    act(people, browser)
    assert program.get(path).status_code == 200
    assert "VEVENT" not in program.page


def test_an_ended_series_and_open_rooms_are_not_in_it(people: People, browser: Open) -> None:
    plan_sit(people.group, people.maren, rrule="FREQ=MINUTELY;INTERVAL=30", plan="open_room")
    key = plan_sit(people.group, people.maren, begins_in=SOON, rrule="FREQ=WEEKLY")
    path, program = make_calendar(browser(people.ines)), browser()
    program.get(path)
    assert program.page.count("BEGIN:VEVENT") == 1
    browser(people.maren).post(f"/groups/ending-on-time/series/{key.partition('-')[0]}/ending")
    program.get(path)
    assert "VEVENT" not in program.page


def test_a_suspended_members_calendar_answers_like_none(people: People, browser: Open) -> None:
    path = make_calendar(browser(people.ines))
    with inside(), transaction():
        session().execute(sa.update(Member).where(Member.id == people.ines.id).values(status=MemberStatus.SUSPENDED))
    assert browser().get(path).status_code == 404


def test_an_event_leads_to_the_room_of_the_next_sit(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=SOON, rrule="FREQ=WEEKLY")
    url = re.search(r"URL:http://[^/]+(/series/\d+)", feed_of(browser, people.ines).decode())
    assert url is not None
    ines = browser(people.ines)
    assert ines.get(url[1]).location == f"/groups/ending-on-time/sits/{key}"
    assert browser(people.viktor).get(url[1]).status_code == 404
    assert "/sign-in" in browser().get(url[1]).location
    once = plan_sit(people.group, people.maren, begins_in=SOON)
    browser(people.maren).post(f"/groups/ending-on-time/sits/{once}/changes", to="called_off", version="0")
    assert ines.get(f"/series/{once.partition('-')[0]}").location == "/groups/ending-on-time/sits"


def test_an_event_leads_to_a_sit_that_was_put_off_for_months(people: People, browser: Open) -> None:
    key = plan_sit(people.group, people.maren, begins_in=SOON)
    day = (now() + timedelta(days=75)).date().isoformat()
    changes = f"/groups/ending-on-time/sits/{key}/changes"
    moved = browser(people.maren).post(changes, to="moved", day=day, time="19:00", version="0", note="")
    assert moved.status_code == 303
    found = browser(people.ines).get(f"/series/{key.partition('-')[0]}").location
    assert found == f"/groups/ending-on-time/sits/{key}"


def test_short_links_lead_to_the_agreement_that_is_to_be_accepted_and_to_the_groups_sits_once_all_is_over(
    people: People, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=SOON, rrule="FREQ=WEEKLY")
    series_id = key.partition("-")[0]
    links = (f"/series/{series_id}", f"/sits/{key}")
    ines = browser(people.ines)
    set_group(people, agreement_version=2)
    for link in links:
        assert ines.get(link).location == f"/groups/ending-on-time/agreement?next={link}", link
        assert browser(people.viktor).get(link).status_code == 404, link
    set_group(people, agreement_version=1)
    browser(people.maren).post(f"/groups/ending-on-time/series/{series_id}/ending")
    for link in links:
        assert ines.get(link).location == "/groups/ending-on-time/sits", link
        assert browser(people.viktor).get(link).status_code == 404, link


def set_group(people: People, **fields: Any) -> None:
    """Let the group stand otherwise."""
    with inside(), transaction():
        session().execute(sa.update(Group).where(Group.id == people.group.id).values(**fields))


def test_the_address_stands_in_no_log_and_names_no_referrer(
    people: People, browser: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_calendar(browser(people.ines))
    capsys.readouterr()
    answer = browser().get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert path.rpartition("/")[2].removesuffix(".ics") not in "".join(capsys.readouterr())


def test_somebody_who_tries_addresses_is_slowed_down_and_so_is_a_program_that_never_rests(
    people: People, browser: Open
) -> None:
    path, stranger = make_calendar(browser(people.ines)), browser()
    tried = [stranger.get(f"/calendar/guess-{number}.ics").status_code for number in range(62)]
    assert tried[:60] == [404] * 60
    assert tried[60:] == [429] * 2
    assert stranger.get(path).status_code == 200  # a right one is not held back by those who guess beside it
    read = [stranger.get(path).status_code for _ in range(121)]
    assert read[-1] == 429


def test_a_feed_asks_two_statements_and_writes_nothing(
    people: People, browser: Open, statements: Callable[[], Any]
) -> None:
    for number in range(4):
        plan_sit(people.group, people.maren, title=f"Sit {number}", begins_in=SOON, rrule="FREQ=WEEKLY")
    path, program = make_calendar(browser(people.ines)), browser()
    with statements() as seen:
        program.get(path)
    assert len(seen) == 2, "\n".join(seen)
