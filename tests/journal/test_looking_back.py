"""What the journal draws: the viewer's own days and answers, four weeks of them, however many years there are."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from community import seals
from community.clock import now
from community.db import session, transaction
from community.journal.looking_back import Own, Plotted, own_days, plotted
from community.journal.models import JournalWishes
from community.journal.page import Systems
from community.members.models import Member
from community.seals import Ring
from tests.doors import Browser
from tests.factories import inside
from tests.journal.log import keep_sit, sat_together, write
from tests.people import People

Open = Callable[..., Browser]
AT = datetime(2026, 11, 22, 20, tzinfo=UTC)
A_DAY = timedelta(days=1)
MOVED = Systems(drive=40, threat=60, soothing=20)


def own(member: Member, at: datetime = AT) -> Own:
    with inside():
        return own_days(member, at=at)


def drawn(member: Member, last: date | None = None) -> Plotted:
    with inside():
        return plotted(member, own_days(member, at=AT), last=last)


def wish(member: Member, **wishes: Any) -> None:
    with inside(), transaction():
        session().add(JournalWishes(member_id=member.id, **wishes))


def filled(found: Own) -> list[date]:
    return [day.date for day in found.rhythm or () if day.sat]


def test_the_rhythm_shows_ones_own_sits_by_ones_own_days(people: People) -> None:
    keep_sit(people.ines, datetime(2026, 11, 21, 2, tzinfo=UTC))
    keep_sit(people.jonah, datetime(2026, 11, 18, 19, tzinfo=UTC))
    assert filled(own(people.ines)) == [date(2026, 11, 20)]
    wish(people.ines, day_ends_minutes=0)
    assert filled(own(people.ines)) == [date(2026, 11, 21)]


def test_a_rhythm_that_is_hidden_or_empty_is_not_there(people: People) -> None:
    assert own(people.ines).rhythm is None
    keep_sit(people.ines, AT - A_DAY * 40)
    assert own(people.ines).rhythm is None
    keep_sit(people.ines, AT - A_DAY)
    assert own(people.ines).rhythm is not None
    wish(people.ines, shows_rhythm=False, shows_company=False)
    assert own(people.ines).rhythm is None
    assert own(people.ines).shows_company is False


def test_what_was_answered_is_drawn_where_it_belongs(people: People) -> None:
    sit = keep_sit(people.ines, AT - A_DAY * 2)
    write(people.ines, sit, before=MOVED, after=Systems(soothing=80))
    write(people.ines, at=AT - A_DAY, after=Systems(company=5), body="No sit, only words.")
    write(people.ines, keep_sit(people.ines, AT - A_DAY * 3), body="Words alone.")
    write(people.jonah, keep_sit(people.jonah, AT - A_DAY), before=MOVED)
    found = drawn(people.ines)
    assert [(line.title, line.cells) for line in found.drawing.lines] == [
        ("Quiet half hour", ((20, 80), (60, None), (40, None), (None, None))),
        ("Words without a sit", ((None, None), (None, None), (None, None), (None, 5))),
    ]
    assert (found.earlier, found.later) == (None, None)


def test_four_weeks_follow_each_other_without_a_gap_and_without_an_overlap(people: People) -> None:
    for weeks_ago in (1, 5, 30):
        at = AT - A_DAY * 7 * weeks_ago
        write(people.ines, keep_sit(people.ines, at), after=MOVED, at=at)
    weeks = [drawn(people.ines)]
    while earlier := weeks[-1].earlier:
        weeks.append(drawn(people.ines, earlier))
    seen = [(each.drawing.weeks.first, each.drawing.weeks.last, len(each.drawing.lines)) for each in weeks]
    assert [lines for _first, _last, lines in seen] == [1, 1, 1]
    assert all((own(people.ines).today - end).days % 28 == 0 for _first, end, _lines in seen)
    oldest = drawn(people.ines, seen[-1][1])
    assert oldest.later == seen[-1][1] + A_DAY * 28
    assert drawn(people.ines, own(people.ines).today + A_DAY * 90).later is None


def test_what_does_not_open_just_now_has_no_mark(people: People, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    write(people.ines, keep_sit(people.ines, AT - A_DAY), after=MOVED)
    monkeypatch.setitem(app.extensions, "seals", Ring([("another", bytes(32))]))
    assert drawn(people.ines).drawing.rows == ()
    assert seals.sealed_rows()


def test_ten_years_cost_as_many_statements_as_a_month(people: People, statements: Callable[[], Any]) -> None:
    sit = keep_sit(people.ines, AT - A_DAY)
    write(people.ines, sit, after=MOVED)
    counts = []
    for days in (30, 400):
        with inside(), transaction():
            session().add_all(
                type(sit)(
                    member_id=people.ines.id,
                    began_at=AT - A_DAY * number - timedelta(hours=days),
                    closing_at=AT - A_DAY * number,
                    practice_key="quiet_half_hour",
                    practice_version=1,
                    title="Quiet half hour",
                )
                for number in range(2, days)
            )
        with statements() as seen:
            drawn(people.ines)
        counts.append(len(seen))
    assert counts == [2, 2]


def test_the_journal_opens_with_four_weeks_of_marks_and_leads_to_those_before(people: People, browser: Open) -> None:
    for days, title in ((2, "Ending on time"), (40, "The kind voice")):
        at = now() - A_DAY * days
        write(people.ines, keep_sit(people.ines, at, title=title), before=MOVED, after=Systems(soothing=80), at=at)
    ines = browser(people.ines)
    ines.get("/journal")
    assert "<table" not in ines.page
    assert 'href="/journal?table=1#weeks"' in ines.page
    ines.get("/journal?table=1")
    drawing = ines.page.partition('class="plots')[2].partition("</table>")[0]
    assert "Ending on time" in drawing
    assert "The kind voice" not in drawing
    assert [drawing.count(f'<figure class="{name}">') for name in ("soothing", "threat", "drive", "company")] == [
        *(1, 1, 1, 0)
    ]
    assert "20, then 80" in drawing
    assert "Your rhythm" in ines.page
    earlier = re.search(r'href="(/journal\?until=[\d-]+)#weeks"[^>]*>Earlier weeks', ines.page)
    assert earlier
    ines.get(f"{earlier[1]}&table=1")
    drawing = ines.page.partition('class="plots')[2].partition("</table>")[0]
    assert "The kind voice" in drawing
    assert "Ending on time" not in drawing
    assert "Later weeks</a>" in ines.page
    for word in ("average", "better", "improve", "well done", "trend", "streak"):
        assert word not in ines.page.lower()


@pytest.mark.parametrize("until", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-22T10:00"])
def test_a_day_that_is_none_is_not_found(people: People, browser: Open, until: str) -> None:
    assert browser(people.ines).get(f"/journal?until={until}").status_code == 404


def test_weeks_without_an_answer_say_so_and_who_never_answered_sees_no_empty_drawing(
    people: People, browser: Open
) -> None:
    ines = browser(people.ines)
    ines.get("/journal")
    assert "Three circles" not in ines.page
    write(people.ines, at=now() - A_DAY * 70, after=MOVED)
    ines.get("/journal")
    assert "Nothing was put down between" in ines.page
    assert "Earlier weeks</a>" in ines.page


def test_the_log_names_those_who_are_named_until_one_likes_to_see_nobody(people: People, browser: Open) -> None:
    sat_together(people.group, people.ines, people.jonah)
    ines = browser(people.ines)
    ines.get("/journal")
    assert "in Ending on Time, with Jonah" in ines.page
    assert "You have sat with Jonah." in ines.page
    assert "Thank those you sat with last" in ines.page
    ines.post("/journal/settings", day_ends_minutes="240", shows_rhythm="y")
    ines.get("/journal")
    assert "Jonah" not in ines.page
    assert "with Ending on Time" in ines.page
