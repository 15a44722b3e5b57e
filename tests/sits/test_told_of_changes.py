"""Who meant to come hears that a sit was changed or its series ended: once, of what is different, at the right time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from community import post_office
from community.clock import now
from community.db import session
from community.mail import Letter
from community.members.letters import moment_in
from community.notifications.models import Notice
from community.sits.models import SitSeries
from community.sits.notices import when
from community.sits.sit import sits_of
from tests.doors import Browser
from tests.factories import inside
from tests.people import People
from tests.sits.test_reminders import ended, mails, meaning, move, notices, scheduled, start_of, wish

Open = Callable[..., Browser]


def test_who_chose_letters_gets_one_when_a_sit_they_meant_to_come_to_is_called_off(
    people: People, browser: Open, sent: list[Letter]
) -> None:
    wish(browser(people.ines), "mail")
    key = meaning(people, browser, people.ines)
    browser(people.jonah).post(f"/groups/ending-on-time/sits/{key}/intentions")
    ended(people, browser, key)
    post_office.send_waiting()
    (letter,) = sent
    assert letter.to == people.ines.email
    assert "Evening sit" not in letter.body
    answer = browser(people.ines).get(f"/sits/{key}")
    assert answer.location == "/groups/ending-on-time/sits"


def occasions(people: People, weeks: int) -> list[str]:
    """Plan a weekly sit; gives the keys of its first sits."""
    series_id = scheduled(people, now() + timedelta(hours=5), "FREQ=WEEKLY")
    with inside():
        series = session().get_one(SitSeries, series_id)
        return [each.key for each in sits_of(series, after=now(), before=now() + timedelta(weeks=weeks), limit=weeks)]


def test_the_end_of_a_series_is_told_once_to_each_and_of_the_first_sit_that_they_meant(
    people: People, browser: Open
) -> None:
    for member in (people.ines, people.jonah):
        wish(browser(member), "both")
    keys = occasions(people, 4)
    for member, meant in ((people.ines, keys), (people.jonah, keys[2:])):
        for key in meant:
            assert browser(member).post(f"/groups/ending-on-time/sits/{key}/intentions").status_code == 303
    ended(people, browser, keys[0])
    with inside():
        kind = sa.select(Notice.member_id, Notice.subject).where(Notice.kind == "sit_changed")
        told = sorted(tuple(row) for row in session().execute(kind))
    assert told == sorted([(people.ines.id, keys[0]), (people.jonah.id, keys[2])])
    letters = {mail.to: mail.body for mail in mails()}
    assert len(mails()) == len(letters) == len(told)
    assert keys[0] in letters[people.ines.email]
    assert keys[2] in letters[people.jonah.email]


def test_other_words_alone_are_told_to_nobody_and_a_letter_that_waits_stays_the_only_one(
    people: People, browser: Open
) -> None:
    wish(browser(people.ines), "both")
    key = meaning(people, browser, people.ines, timedelta(days=3))
    first, second = now() + timedelta(days=4), now() + timedelta(days=5)
    heard = set()  # one row says how it stands: each time it is told anew, the row is another
    for version, (to, note, told) in enumerate([(first, "", 1), (first, "Sorry.", 1), (second, "", 2), (first, "", 3)]):
        move(people, browser, key, to, note, version)
        heard.update(notices("sit_changed"))
        assert (len(heard), len(notices("sit_changed"))) == (told, 1)
        assert len(mails()) == 1
    assert [mail.asks for mail in mails()] == [f"sit_changed {people.ines.id} {key}"]
    assert moment_in(people.ines.zone, start_of(key)) in mails()[0].body  # all that its reader knows of


def test_a_letter_about_a_second_move_names_the_time_that_the_first_one_gave(
    people: People, browser: Open, sent: list[Letter]
) -> None:
    wish(browser(people.ines), "mail")
    key = meaning(people, browser, people.ines, timedelta(days=3))
    first = (now() + timedelta(days=4)).replace(second=0, microsecond=0)
    move(people, browser, key, first)
    post_office.send_waiting()
    move(people, browser, key, first + timedelta(days=1), version=1)
    post_office.send_waiting()
    known = [moment_in(people.ines.zone, each) for each in (start_of(key), first)]
    assert [moment in letter.body for moment, letter in zip(known, sent, strict=True)] == [True, True]
    browser(people.maren).post(f"/groups/ending-on-time/series/{key.partition('-')[0]}/ending")
    post_office.send_waiting()
    assert moment_in(people.ines.zone, first + timedelta(days=1)) in sent[-1].body
    ines = browser(people.ines)
    ines.get("/notices")
    assert f"Evening sit on {when(people.ines, first + timedelta(days=1))} will not take place" in ines.page


def shown_of_changes(browser: Open, people: People) -> list[str]:
    ines = browser(people.ines)
    ines.get("/notices")
    return [line.strip() for line in ines.page.splitlines() if "Evening sit" in line]


def test_one_row_says_how_a_sit_stands_however_often_it_was_changed(people: People, browser: Open) -> None:
    key = meaning(people, browser, people.ines, begins_in=timedelta(days=3))
    move(people, browser, key, now() + timedelta(days=4))
    (row,) = shown_of_changes(browser, people)
    assert "is now on" in row
    for version, to in ((1, "called_off"), (2, "kept")):
        form: dict[str, Any] = {"to": to, "version": str(version)}
        assert browser(people.maren).post(f"/groups/ending-on-time/sits/{key}/changes", **form).status_code == 303
        (row,) = shown_of_changes(browser, people)
    assert "Evening sit takes place as planned, on" in row
    with inside():
        kept = session().scalars(sa.select(Notice).where(Notice.kind == "sit_changed")).all()
    assert [(each.member_id, each.seen_at) for each in kept] == [(people.ines.id, None)]
