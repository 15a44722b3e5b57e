"""Taking a passage back: at once, for everybody, in every place where it showed; what others wrote stays."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from community.clock import now
from community.db import session, transaction
from community.groups.models import Holding, Role
from community.journal import actions as journal
from community.journal.models import JournalEntry
from community.members.models import Member
from community.notifications.models import Notice, NoticeKind
from community.passages.models import Passage, PassageStatus
from tests.doors import Browser, Live
from tests.factories import PASSWORD, inside, join, make_group
from tests.passages.scenes import LEAN, fresh, page_of, share, shared
from tests.people import People
from tests.threads import scenes as threads

Open = Callable[..., Browser]


def is_gone(passage: Passage) -> bool:
    found = fresh(passage)
    return found.status is PassageStatus.WITHDRAWN and (found.sealed, found.answer, found.key_id) == (None, None, None)


def test_withdrawn_it_is_gone_from_thread_page_and_fragment_and_the_replies_stay(people: People, browser: Open) -> None:
    ines, jonah = browser(people.ines), browser(people.jonah)
    passage = shared(ines, page_of(people.ines), people.group)
    (thread,) = threads.threads_in(people.group)
    threads.reply(jonah, thread, "I know this place.")
    assert ines.post(f"/passages/{passage.id}/withdrawal").status_code == 303
    assert is_gone(passage)
    for path in (f"/threads/{thread.id}", f"/passages/{passage.id}", f"/passages/{passage.id}/words?over=thread"):
        assert jonah.get(path).status_code == 200
        assert LEAN not in jonah.page
        assert "The passage was taken back by its writer." in jonah.page
    jonah.get(f"/threads/{thread.id}")
    assert "I know this place." in jonah.page
    ines.get(f"/passages/{passage.id}")
    assert "This passage is not shared any more." in ines.page
    assert ines.post(f"/passages/{passage.id}/withdrawal").status_code == 303


def test_withdrawn_from_the_teachers_the_notice_and_the_answer_go_with_it(people: People, browser: Open) -> None:
    ines, maren = browser(people.ines), browser(people.maren)
    passage = shared(ines, page_of(people.ines), people.group, audience="teachers")
    maren.post(f"/passages/{passage.id}/answer", words="I know that place.")
    ines.post(f"/passages/{passage.id}/withdrawal")
    assert is_gone(passage)
    with inside():
        left = sa.select(sa.func.count()).select_from(Notice).where(Notice.kind == NoticeKind.PASSAGE)
        assert session().scalar(left) == 0
    maren.get("/notices")
    assert "passage" not in maren.page
    maren.get(f"/passages/{passage.id}")
    assert "The passage was taken back by its writer." in maren.page
    assert maren.post(f"/passages/{passage.id}/answer", words="And yet.").status_code == 403


def test_only_its_writer_takes_it_back(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group)
    assert browser(people.maren).post(f"/passages/{passage.id}/withdrawal").status_code == 403
    assert browser(people.jonah).post(f"/passages/{passage.id}/withdrawal").status_code == 403
    assert browser(people.odile).post(f"/passages/{passage.id}/withdrawal").status_code == 404
    assert browser(people.ada).post(f"/passages/{passage.id}/withdrawal").status_code == 404
    assert fresh(passage).is_shared


@pytest.mark.parametrize("audience", ["group", "teachers"])
def test_leaving_the_group_takes_it_back(people: People, browser: Open, audience: str) -> None:
    ines = browser(people.ines)
    elsewhere = make_group("Far Shore", teachers=[people.odile], members=[people.ines])
    passage = shared(ines, page_of(people.ines), people.group, audience=audience)
    kept = shared(ines, page_of(people.ines), elsewhere, audience=audience)
    ines.post("/groups/ending-on-time/departure")
    assert is_gone(passage)
    assert fresh(kept).is_shared


def test_erasing_the_page_takes_back_what_was_shared_of_it(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    passage, other = shared(ines, entry, people.group), shared(ines, page_of(people.ines), people.group)
    with inside(), transaction() as rows:
        by = rows.get_one(Member, people.ines.id)
        journal.erase_page(by=by, entry=rows.get_one(JournalEntry, entry), at=now())
    assert is_gone(passage)
    assert fresh(other).is_shared


def test_erasing_the_whole_journal_takes_back_all_of_it_and_nobody_elses(people: People, browser: Open) -> None:
    ines, maren = browser(people.ines), browser(people.maren)
    mine = [
        shared(ines, page_of(people.ines), people.group),
        shared(ines, page_of(people.ines), people.group, audience="teachers"),
    ]
    other = shared(maren, page_of(people.maren), people.group)
    assert ines.post("/journal/erasure", password=PASSWORD).status_code == 303
    assert [is_gone(passage) for passage in mine] == [True, True]
    assert fresh(other).is_shared
    jonah = browser(people.jonah)
    jonah.get(f"/threads/{mine[0].thread_id}")
    assert "The passage was taken back by its writer." in jonah.page


def test_who_is_removed_from_the_group_leaves_no_passage_there(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group)
    browser(people.maren).post(f"/groups/ending-on-time/members/{people.ines.id}/removals", words="For now.")
    assert is_gone(passage)
    ines = browser(people.ines)
    ines.get(f"/passages/{passage.id}")
    assert "This passage is not shared any more." in ines.page


def test_while_its_writer_is_suspended_nobody_reads_it_and_with_the_door_it_comes_back(
    app: Flask, people: People, browser: Open
) -> None:
    maren, jonah, tomasz = browser(people.maren), browser(people.jonah), browser(people.tomasz)
    passage = shared(maren, page_of(people.maren), people.group, in_notebook="y")
    to_teachers = shared(maren, page_of(people.maren), people.group, audience="teachers")
    tomasz.post(f"/passages/{to_teachers.id}/answer", words="I know that place.")
    theirs, group = [f"/passages/{to_teachers.id}", f"/passages/{to_teachers.id}/words"], f"/passages/{passage.id}"
    ours = [group, f"{group}/words", f"/threads/{passage.thread_id}", "/", "/passages/line"]
    for command, shows in (("close-door", False), ("open-door", True)):
        app.test_cli_runner().invoke(args=[command, "--email", people.maren.email])
        for reader, paths in ((jonah, ours), (tomasz, [*ours, *theirs])):
            for path in paths:
                reader.get(path)
                assert (LEAN in reader.page) is shows, path
                assert ("not shown just now" in reader.page) is (not shows and path not in ours[-2:]), path
                assert "I know that place." not in reader.page or (shows and path in theirs)
        jonah.get("/")
        assert ("From Maren’s notebook" in jonah.page) is shows


def test_a_page_that_went_by_another_way_leaves_no_passage(people: People, browser: Open) -> None:
    entry = page_of(people.ines)
    shared(browser(people.ines), entry, people.group)
    with inside(), transaction() as rows:
        rows.execute(sa.delete(JournalEntry).where(JournalEntry.id == entry))
    with inside():
        assert session().scalars(sa.select(Passage)).all() == []
    jonah = browser(people.jonah)
    jonah.get("/threads/1")
    assert jonah.last is not None
    assert jonah.last.status_code == 200
    assert LEAN not in jonah.page


def test_the_first_post_takes_the_passage_with_it(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    passage = shared(ines, page_of(people.ines), people.group)
    (thread,) = threads.threads_in(people.group)
    threads.reply(browser(people.jonah), thread, "With you.")
    ines.post(f"/posts/{threads.posts_in(thread)[0].id}/withdrawal")
    assert is_gone(passage)
    assert browser(people.jonah).get(f"/passages/{passage.id}").status_code == 404


@pytest.mark.parametrize("holding", Holding)
def test_a_first_post_that_a_teacher_gives_back_takes_the_passage_with_it(
    people: People, browser: Open, holding: Holding
) -> None:
    threads.change(people.group, holding=holding)
    passage = shared(browser(people.ines), page_of(people.ines), people.group)
    (thread,) = threads.threads_in(people.group)
    if holding is not Holding.EVERYTHING:
        opening = threads.posts_in(thread)[0]
        browser(people.jonah).post(f"/posts/{opening.id}/flags", reason="flag_client", words="I think I know who.")
    browser(people.maren).post(
        "/cases/1/decision", verdict="return", version="1", reading="1", words="A client shows through."
    )
    assert is_gone(passage)


def test_pages_that_are_open_are_told_to_ask_again(people: People, browser: Open, live: Callable[..., Live]) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    group, teachers = shared(ines, entry, people.group), shared(ines, entry, people.group, audience="teachers")
    jonah, maren = live(people.jonah), live(people.maren)
    assert jonah.command("thread:watch", thread=group.thread_id)["ok"]
    ines.post(f"/passages/{group.id}/withdrawal")
    assert jonah.next("post:changed")["thread"] == group.thread_id
    ines.post(f"/passages/{teachers.id}/withdrawal")
    assert maren.next("passage:changed") == {"passage": teachers.id}
    jonah.settle()
    assert not jonah.heard("passage:changed")


def test_the_teachers_hear_of_an_answer_and_so_does_the_writer(
    people: People, browser: Open, live: Callable[..., Live]
) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group, audience="teachers")
    ines, tomasz = live(people.ines), live(people.tomasz)
    browser(people.maren).post(f"/passages/{passage.id}/answer", words="I know that place.")
    assert ines.next("passage:changed") == {"passage": passage.id}
    assert tomasz.next("passage:changed") == {"passage": passage.id}


@pytest.mark.parametrize("way", ["release", "leave"])
def test_the_page_of_one_who_teaches_no_more_is_told_to_ask_again(
    people: People, browser: Open, live: Callable[..., Live], way: str
) -> None:
    ines = browser(people.ines)
    passage = shared(ines, page_of(people.ines), people.group, audience="teachers")
    tomasz, maren = live(people.tomasz), live(people.maren)
    if way == "release":
        browser(people.maren).post(f"/groups/ending-on-time/teachers/{people.tomasz.id}/release")
    else:
        browser(people.tomasz).post("/groups/ending-on-time/departure")
    assert tomasz.next("passage:changed") == {"passage": passage.id}
    assert browser(people.tomasz).get(f"/passages/{passage.id}/words").status_code == 404
    maren.settle()
    assert not maren.heard("passage:changed")


def test_what_one_shares_is_listed_with_its_being_taken_back(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    shared(ines, entry, people.group)
    shared(ines, entry, people.group, audience="teachers")
    ines.get("/passages")
    assert "With the people of Ending on Time" in ines.page
    assert "With the teachers of Ending on Time" in ines.page
    assert "/passages/1/withdrawal" in ines.page
    ines.post("/passages/1/withdrawal", follow=True)
    assert "not shared any more" in ines.page
    assert "/passages/1/withdrawal" not in ines.page
    maren = browser(people.maren)
    maren.get("/passages")
    assert "You share nothing of your journal." in maren.page


def test_a_teachers_notebook_stands_on_today_until_it_is_taken_back(people: People, browser: Open) -> None:
    maren, jonah, viktor = browser(people.maren), browser(people.jonah), browser(people.viktor)
    passage = shared(maren, page_of(people.maren), people.group, in_notebook="y")
    jonah.get("/")
    assert "From Maren’s notebook" in jonah.page
    assert LEAN in jonah.page
    for path in ("/", "/passages/line"):
        viktor.get(path)
        assert LEAN not in viktor.page
    maren.post(f"/passages/{passage.id}/withdrawal")
    jonah.get("/")
    assert "notebook" not in jonah.page
    jonah.get("/passages/line")
    assert "notebook" not in jonah.page


def test_a_member_has_no_notebook_on_today(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    passage = shared(ines, page_of(people.ines), people.group, in_notebook="y")
    assert not passage.in_notebook
    assert ines.post(f"/passages/{passage.id}/notebook").status_code == 403


def test_one_line_at_a_time_and_only_of_one_who_teaches_now(people: People, browser: Open) -> None:
    maren, jonah = browser(people.maren), browser(people.jonah)
    first = shared(maren, page_of(people.maren), people.group, in_notebook="y")
    shared(maren, page_of(people.maren), people.group, source="The third bell.", in_notebook="y")
    jonah.get("/")
    assert "The third bell." in jonah.page
    assert not fresh(first).in_notebook
    maren.post(f"/passages/{first.id}/notebook")
    jonah.get("/")
    assert LEAN in jonah.page
    maren.post(f"/passages/{first.id}/notebook/withdrawal")
    jonah.get("/")
    assert "notebook" not in jonah.page
    maren.post(f"/passages/{first.id}/notebook")
    threads.change(threads.membership(people.maren, people.group), role=Role.MEMBER)
    jonah.get("/")
    assert "notebook" not in jonah.page


def test_a_long_line_is_begun_on_today_and_goes_on_in_its_thread(people: People, browser: Open) -> None:
    words = "One breath after the other. " * 20
    shared(browser(people.maren), page_of(people.maren), people.group, source=words, in_notebook="y")
    jonah = browser(people.jonah)
    jonah.get("/")
    assert "It goes on there" in jonah.page
    assert words.strip() not in jonah.page


def test_who_joins_later_reads_what_is_still_shared(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group)
    join(people.viktor, people.group)
    assert browser(people.viktor).get(f"/passages/{passage.id}").status_code == 200
    assert share(browser(people.viktor), page_of(people.viktor), people.group).status_code == 303
