"""What the journal draws: the viewer's own days and answers, four weeks of them, however many years there are."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from community import seals
from community.db import session, transaction
from community.journal.looking_back import Own, Plotted, own_days, plotted
from community.journal.models import JournalWishes
from community.journal.page import Systems
from community.members.models import Member
from community.seals import Ring
from tests.factories import inside
from tests.journal.log import keep_sit, write
from tests.people import People

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
