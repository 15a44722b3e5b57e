"""Notices: put down once, asked again when shown, laid aside by those they are for."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.groups.models import Membership
from community.members.models import Member
from community.notifications import actions, queries
from community.notifications.models import Notice, NoticeKind
from community.notifications.queries import Shown
from community.threads.models import Post, PostStatus
from tests.doors import Browser
from tests.factories import inside, make_thread
from tests.people import People

Browsers = Callable[..., Browser]


@pytest.fixture
def told() -> Iterator[dict[str, Shown]]:
    """Speak for one kind of notice meanwhile: what is in here may be seen."""
    words: dict[str, Shown] = {}
    own = queries._loaders[NoticeKind.SIT_BEGINS]

    def loader(_member: Member, subjects: Sequence[str]) -> dict[str, Shown]:
        return {subject: words[subject] for subject in subjects if subject in words}

    queries.register_loader(NoticeKind.SIT_BEGINS, loader)
    yield words
    queries.register_loader(NoticeKind.SIT_BEGINS, own)


def tell(*members: Member, subject: str = "1", key: str | None = None, group_id: int | None = None) -> None:
    with inside(), transaction():
        actions.notify(
            member_ids=[member.id for member in members],
            kind=NoticeKind.SIT_BEGINS,
            subject=subject,
            group_id=group_id,
            event_key=key or f"sit:{subject}",
            at=now(),
        )


def kept() -> list[Notice]:
    with inside():
        return list(session().scalars(sa.select(Notice).order_by(Notice.id)))


# Putting down


def test_everybody_is_told_in_one_statement_and_nobody_twice(people: People, statements: Callable[..., Any]) -> None:
    with inside(), statements() as seen:
        tell(people.ines, people.jonah, people.ines)
    assert len([each for each in seen if each.startswith("INSERT")]) == len(seen) == 1
    tell(people.ines, people.maren)
    assert [notice.member_id for notice in kept()] == [people.ines.id, people.jonah.id, people.maren.id]


def test_who_is_gone_is_passed_over(people: People) -> None:
    with inside(), transaction():
        actions.notify(
            member_ids=[people.ines.id, 999_999],
            kind=NoticeKind.REPLY,
            subject="1",
            group_id=None,
            event_key="reply:1",
            at=now(),
        )
    assert [notice.member_id for notice in kept()] == [people.ines.id]


def test_nobody_to_tell_is_fine(people: People) -> None:
    tell()
    assert kept() == []


# Showing


def test_notices_are_listed_newest_first_with_when(people: People, browser: Browsers, told: dict[str, Shown]) -> None:
    told |= {"1": Shown("The first has begun", "/groups"), "2": Shown("The second has begun", note="Ending on Time")}
    tell(people.ines, subject="1")
    tell(people.ines, subject="2")
    reader = browser(people.ines)
    assert reader.get("/notices").status_code == 200
    assert reader.page.index("The second has begun") < reader.page.index("The first has begun")
    assert '<a href="/groups">The first has begun</a>' in reader.page
    assert "Ending on Time" in reader.page
    assert re.search(r'<time datetime="[^"]+">Today, \d\d:\d\d</time>', reader.page)
    assert not re.search(r"\d+ (new|notices)", reader.page)


def test_only_ones_own_notices_are_shown(people: People, browser: Browsers, told: dict[str, Shown]) -> None:
    told["1"] = Shown("Doors are open")
    tell(people.jonah)
    reader = browser(people.ines)
    reader.get("/notices")
    assert "Doors are open" not in reader.page
    assert "Nothing has happened" in reader.page


def test_what_may_no_longer_be_seen_is_not_shown(people: People, browser: Browsers, told: dict[str, Shown]) -> None:
    told["1"] = Shown("Doors are open")
    tell(people.ines)
    reader = browser(people.ines)
    reader.get("/notices")
    assert "Doors are open" in reader.page
    del told["1"]
    reader.get("/notices")
    assert "Doors are open" not in reader.page


def test_a_reply_is_asked_for_again_after_the_reader_has_left_or_it_was_hidden(
    people: People, browser: Browsers
) -> None:
    thread = make_thread(people.group, people.ines, title="The lean")
    answer = browser(people.jonah).post(f"/threads/{thread.id}/posts", source="I know this.")
    assert answer.status_code == 303
    reader = browser(people.ines)
    reader.get("/notices")
    assert "Jonah Feld wrote in “The lean”" in reader.page
    with inside(), transaction():
        post = session().scalars(sa.select(Post).where(Post.author_id == people.jonah.id)).one()
        post.status = PostStatus.HIDDEN
    reader.get("/notices")
    assert "Jonah Feld wrote" not in reader.page
    with inside(), transaction():
        session().get_one(Post, post.id).status = PostStatus.VISIBLE
        session().get_one(Membership, (people.group.id, people.ines.id)).agreed_version = 0
    reader.get("/notices")
    assert "Jonah Feld wrote" not in reader.page


def test_words_of_people_are_written_out_not_run(people: People, browser: Browsers, told: dict[str, Shown]) -> None:
    told["1"] = Shown("<script>alert(1)</script>", "/groups", note="<b>bold</b>")
    tell(people.ines)
    reader = browser(people.ines)
    raw = reader.get("/notices").get_data(as_text=True)
    assert "<script>alert" not in raw
    assert "<b>bold" not in raw


def test_older_notices_are_read_by_key_and_each_is_shown_once(
    people: People, browser: Browsers, told: dict[str, Shown]
) -> None:
    for number in range(65):
        told[str(number)] = Shown(f"Sit number {number} begins")
        tell(people.ines, subject=str(number))
    reader, address, seen = browser(people.ines), "/notices", []
    while address:
        assert reader.get(address).status_code == 200
        seen += [int(number) for number in re.findall(r"Sit number (\d+) begins", reader.page)]
        older = re.search(r'href="(/notices\?before=\d+)" rel="next"', reader.page)
        address = older[1] if older else ""
    assert seen == list(range(64, -1, -1))


@pytest.mark.parametrize("before", ["0", "-1", "x", "²", "9" * 23, "9" * 5000, "1;2", ""])
def test_an_odd_place_in_the_list_is_no_fault(before: str, people: People, browser: Browsers) -> None:
    assert browser(people.ines).get("/notices", query_string={"before": before}).status_code == 200


def test_the_list_asks_as_much_for_thirty_as_for_three(
    people: People, browser: Browsers, told: dict[str, Shown], statements: Callable[..., Any]
) -> None:
    reader, counts = browser(people.ines), []
    for upto in (3, 30):
        for number in range(upto):
            told[f"{upto}.{number}"] = Shown("A sit begins")
            tell(people.ines, subject=f"{upto}.{number}")
        with statements() as seen:
            reader.get("/notices")
        counts.append(len(seen))
    assert counts == [2, 2]  # who it is, and their notices; this kind's loader reads nothing


# Laying aside


def test_looking_lays_nothing_aside_and_the_button_does(
    people: People, browser: Browsers, told: dict[str, Shown]
) -> None:
    told["1"] = Shown("Doors are open")
    tell(people.ines)
    reader = browser(people.ines)
    for _ in range(2):
        reader.get("/notices")
        assert "I have seen these" in reader.page
        assert "Notices, something new" in reader.page
    assert kept()[0].seen_at is None
    up_to = re.search(r'name="up_to" value="(\d+)"', reader.page)
    assert up_to
    assert reader.post("/notices/seen", up_to=up_to[1]).status_code == 303
    reader.get("/notices")
    assert "I have seen these" not in reader.page
    assert "something new" not in reader.page
    assert "Doors are open" in reader.page


def test_what_came_in_meanwhile_stays_new(people: People, browser: Browsers, told: dict[str, Shown]) -> None:
    told |= {"1": Shown("The first"), "2": Shown("The second")}
    tell(people.ines, subject="1")
    shown_up_to = kept()[0].id
    tell(people.ines, subject="2")
    reader = browser(people.ines)
    reader.post("/notices/seen", up_to=str(shown_up_to))
    assert [notice.seen_at is None for notice in kept()] == [False, True]
    reader.get("/notices")
    assert "something new" in reader.page


def test_the_mark_can_be_cleared_though_nothing_of_it_may_be_shown(people: People, browser: Browsers) -> None:
    tell(people.ines, subject="nothing that could be seen")
    reader = browser(people.ines)
    reader.get("/notices")
    assert "I have seen these" in reader.page
    reader.post("/notices/seen")
    reader.get("/notices")
    assert "something new" not in reader.page


def test_nobody_lays_another_members_notices_aside(people: People, browser: Browsers) -> None:
    tell(people.jonah)
    browser(people.ines).post("/notices/seen", up_to="999999")
    assert kept()[0].seen_at is None


def test_seen_twice_keeps_the_first_moment(people: People, browser: Browsers) -> None:
    tell(people.ines)
    reader = browser(people.ines)
    reader.post("/notices/seen")
    first = kept()[0].seen_at
    reader.post("/notices/seen")
    assert kept()[0].seen_at == first
    assert first is not None
    assert now() - first < timedelta(minutes=1)


def test_a_script_gets_no_page_in_return(people: People, browser: Browsers) -> None:
    tell(people.ines)
    answer = browser(people.ines).post("/notices/seen", headers={"Accept": "application/json, text/html;q=0.9"})
    assert (answer.status_code, answer.get_data()) == (204, b"")


@pytest.mark.parametrize("up_to", ["x", "-1", "99999999999999999999", "1.5"])
def test_a_place_that_does_not_fit_is_refused(up_to: str, people: People, browser: Browsers) -> None:
    tell(people.ines)
    assert browser(people.ines).post("/notices/seen", up_to=up_to).status_code == 422
    assert kept()[0].seen_at is None


def test_strangers_have_no_notices(browser: Browsers, people: People) -> None:
    for path in ("/notices", "/notices/mark"):
        assert browser(None).get(path).status_code == 302
    assert browser(None).post("/notices/seen").status_code == 401


# The mark in the head


def test_the_mark_is_a_piece_of_the_head_without_a_number(people: People, browser: Browsers) -> None:
    reader = browser(people.ines)
    reader.get("/notices/mark")
    assert "something new" not in reader.page
    assert "<html" not in reader.page
    tell(people.ines)
    tell(people.ines, subject="2")
    reader.get("/notices/mark")
    assert "Notices, something new" in reader.page
    assert "2" not in re.sub(r"<svg.*?</svg>", "", reader.page, flags=re.DOTALL)


def test_open_pages_hear_that_something_arrived_and_nothing_of_what(
    people: People, browser: Browsers, live: Callable[..., Any]
) -> None:
    thread = make_thread(people.group, people.ines)
    theirs, others = live(people.ines), live(people.maren)
    assert browser(people.jonah).post(f"/threads/{thread.id}/posts", source="I know this.").status_code == 303
    assert theirs.next("notice:arrived") == {}
    others.settle()
    assert others.heard("notice:arrived") == []


# Forgetting


def test_notices_of_a_thing_that_is_gone_are_taken_back(people: People) -> None:
    tell(people.ines, people.jonah, subject="1")
    tell(people.ines, subject="2")
    with inside(), transaction():
        actions.forget_subjects(kind=NoticeKind.SIT_BEGINS, subjects=["1"])
    assert [notice.subject for notice in kept()] == ["2"]


def test_leaving_a_group_takes_its_notices_along_and_no_others(people: People, browser: Browsers) -> None:
    tell(people.ines, people.jonah, subject="1", group_id=people.group.id)
    tell(people.ines, subject="2", group_id=people.elsewhere.id)
    tell(people.ines, subject="3")
    assert browser(people.ines).post(f"/groups/{people.group.slug}/departure").status_code == 303
    assert [(notice.member_id, notice.subject) for notice in kept()] == [
        (people.jonah.id, "1"),
        (people.ines.id, "2"),
        (people.ines.id, "3"),
    ]


def test_every_kind_that_is_written_has_somebody_who_speaks_for_it() -> None:
    assert set(queries._loaders) == set(NoticeKind)
