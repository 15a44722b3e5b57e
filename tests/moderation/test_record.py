"""The record that a group's people read."""

import re

import pytest

from community.groups.models import GroupKind
from community.moderation.models import Case
from community.threads.models import Post
from tests.factories import make_group, make_post, make_thread
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People


def record(browser: Browsers, people: People, who: str) -> str:
    reader = browser(getattr(people, who))
    assert reader.get(f"/groups/{people.group.slug}/record").status_code == 200
    return reader.page.partition("<main")[2]


def hide(browser: Browsers, people: People, post: Post, words: str) -> None:
    assert browser(people.maren).post(f"/posts/{post.id}/hidings", words=words).status_code == 303


def test_members_read_what_was_done_and_why(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, "The clinic by the station.")
    hide(browser, people, post, "The station names the town.")
    page = record(browser, people, "jonah")
    assert "Maren Oduya hid a post for now" in page
    assert "The station names the town." in page
    assert "The clinic by the station." not in page
    assert "Ines" not in page


def test_a_post_is_linked_only_while_everybody_may_read_it(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    hide(browser, people, post, "For now.")
    assert f'href="/posts/{post.id}"' not in record(browser, people, "jonah")
    browser(people.tomasz).post(f"/posts/{post.id}/restorings")
    assert f'href="/posts/{post.id}"' in record(browser, people, "jonah")


def test_whom_a_time_of_quiet_concerned_is_for_the_teachers(people: People, browser: Browsers) -> None:
    path = f"/groups/{people.group.slug}/members/{people.ines.id}/mutings"
    browser(people.maren).post(path, hours="24", words="After Thursday.")
    page = record(browser, people, "jonah")
    assert "Maren Oduya asked a member to write nothing for a time, until" in page
    assert "After Thursday." not in page
    assert "Ines" not in page
    page = record(browser, people, "tomasz")
    assert "concerned Ines Caldeira" in page
    assert "After Thursday." in page


def test_what_was_said_to_somebody_who_asked_is_for_the_teachers(people: People, browser: Browsers) -> None:
    circle = make_group("Slow Circle", kind=GroupKind.BY_REQUEST, teachers=[people.maren], members=[people.jonah])
    scenes.ask_to_join(browser(people.viktor), circle)
    scenes.decide(browser(people.maren), scenes.open_case(), "decline", "We are full.")
    reader = browser(people.jonah)
    reader.get(f"/groups/{circle.slug}/record")
    assert "answered somebody who asked to join: not now" in reader.page
    assert "We are full." not in reader.page
    assert "Viktor" not in reader.page


def test_a_long_record_is_read_by_key_newest_first(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.ines)
    for number in range(32):
        hide(browser, people, make_post(thread, people.ines, position=number + 2), f"Reason {number}.")
    page = record(browser, people, "jonah")
    assert page.index("Reason 31.") < page.index("Reason 30.")
    assert "Reason 2." in page
    assert "Reason 1." not in page
    reader = browser(people.jonah)
    reader.get(f"/groups/{people.group.slug}/record?before=3")
    assert "Reason 1." in reader.page
    assert "Reason 0." in reader.page
    assert "Reason 2." not in reader.page


@pytest.mark.parametrize(("who", "status"), [("viktor", 403), ("ada", 403), ("ines", 200), ("tomasz", 200)])
def test_only_the_people_of_a_group_read_its_record(who: str, status: int, people: People, browser: Browsers) -> None:
    assert browser(getattr(people, who)).get(f"/groups/{people.group.slug}/record").status_code == status


def test_the_record_of_a_hidden_group_does_not_exist_for_others(people: People, browser: Browsers) -> None:
    reader, seen = browser(people.maren), []
    for slug in (people.elsewhere.slug, "never-was"):
        assert reader.get(f"/groups/{slug}/record").status_code == 404
        page = reader.page.replace(slug, "")
        seen.append(re.sub(r'(value|content)="[^"]{40,}"', "", page))  # the token, which holds a moment
    assert seen[0] == seen[1]


def test_the_groups_page_leads_to_the_record(people: People, browser: Browsers) -> None:
    reader = browser(people.jonah)
    reader.get(f"/groups/{people.group.slug}")
    assert f'href="/groups/{people.group.slug}/record"' in reader.page


def test_an_empty_record_says_so(people: People, browser: Browsers) -> None:
    assert "have not had to do anything here" in record(browser, people, "ines")


def test_a_case_has_no_number_on_any_page_of_a_member(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post)
    which: Case = scenes.open_case()
    for who in ("ines", "jonah"):
        reader = browser(getattr(people, who))
        for path in ("/notices", f"/groups/{people.group.slug}/record", f"/threads/{post.thread_id}"):
            reader.get(path)
            assert f"/cases/{which.id}" not in reader.page


def test_a_teacher_does_not_learn_that_their_own_post_was_brought(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.tomasz)
    scenes.bring(browser(people.ines), post)
    scenes.decide(browser(people.maren), scenes.open_case(), "leave", "A tired evening.")
    theirs = record(browser, people, "tomasz")
    assert "left it as it is" in theirs
    assert "A tired evening." not in theirs
    assert "<span>concerned" not in theirs
    others = record(browser, people, "maren")
    assert "A tired evening." in others
    assert "<span>concerned" not in others, "else a line without a name would tell the one concerned"
