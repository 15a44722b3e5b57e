"""What those concerned are told: as much as they may read now, and nothing when nothing is left."""

import pytest

from community.groups.models import GroupStatus
from community.members.models import Member
from community.threads.models import Post, PostStatus
from tests.factories import make_thread
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People
from tests.threads.scenes import change, posts_in

TITLE = "The woman from the bakery"


def act_on(browser: Browsers, people: People, post: Post, act: str) -> None:
    """Let a teacher do something to a post."""
    answer = browser(people.maren).post(f"/posts/{post.id}/{act}", words="Said kindly.")
    assert answer.status_code == 303


def test_the_title_of_a_hidden_thread_stands_in_no_notice(people: People, browser: Browsers) -> None:
    thread, writer = make_thread(people.group, people.jonah, title=TITLE), browser(people.ines)
    opening = posts_in(thread)[0]
    shown = scenes.write(writer, thread, "It stood, was hidden, and stands again.")
    act_on(browser, people, shown, "hidings")
    act_on(browser, people, shown, "restorings")
    scenes.hold_everything(people.group)
    first = scenes.write(writer, thread, "It waited and was let through.")
    scenes.decide(browser(people.maren), scenes.open_case(), "let_through")
    second = scenes.write(writer, thread, "It waits.")
    assert TITLE in scenes.notices(writer)
    act_on(browser, people, opening, "hidings")
    page = scenes.notices(writer)
    assert TITLE not in page
    assert f"Your post in a thread of {people.group.name} waits" in page
    assert f"Your post in a thread of {people.group.name} stands in the thread now" in page
    assert not any(f'href="/posts/{post.id}"' in page for post in (shown, first, second))
    assert TITLE in scenes.notices(browser(people.jonah)), "its own writer reads on"
    act_on(browser, people, opening, "restorings")
    assert TITLE in scenes.notices(writer)


def test_the_title_of_a_withdrawn_thread_stands_in_no_notice(people: People, browser: Browsers) -> None:
    thread, writer = make_thread(people.group, people.jonah, title=TITLE), browser(people.ines)
    post = scenes.write(writer, thread, "A word too much.")
    scenes.bring(browser(people.tomasz), post)
    scenes.decide(browser(people.maren), scenes.open_case(), "return", "Please say it otherwise.")
    assert TITLE in scenes.notices(writer)
    assert browser(people.jonah).post(f"/posts/{posts_in(thread)[0].id}/withdrawal").status_code == 303
    assert TITLE not in scenes.notices(writer)
    assert scenes.status_of(post) is PostStatus.RETURNED


# The mark in the head


def has_news(browser: Browsers, who: Member) -> bool:
    reader = browser(who)
    reader.get("/notices/mark")
    return "something new" in reader.page


def test_the_mark_goes_out_with_what_it_called_to(people: People, browser: Browsers) -> None:
    thread, writer = make_thread(people.group, people.jonah), browser(people.ines)
    post = scenes.write(writer, thread, "I know this.")
    assert has_news(browser, people.jonah)
    assert writer.post(f"/posts/{post.id}/withdrawal").status_code == 303
    assert not has_news(browser, people.jonah)


@pytest.mark.parametrize("place", [0, -1])
def test_what_is_hidden_calls_nobody_and_what_is_restored_stands_in_the_list_again(
    people: People, browser: Browsers, place: int
) -> None:
    thread = make_thread(people.group, people.tomasz, title=TITLE)
    scenes.write(browser(people.jonah), thread, "An answer.")
    scenes.write(browser(people.ines), thread, "I know this.")
    assert has_news(browser, people.jonah)
    post = posts_in(thread)[place]
    act_on(browser, people, post, "hidings")
    assert not has_news(browser, people.jonah)
    assert TITLE not in scenes.notices(browser(people.jonah))
    act_on(browser, people, post, "restorings")
    assert TITLE in scenes.notices(browser(people.jonah))


def test_what_has_been_decided_waits_for_nobody(people: People, browser: Browsers) -> None:
    scenes.held_post(browser, people.group, people.ines)
    assert has_news(browser, people.tomasz)
    scenes.decide(browser(people.maren), scenes.open_case(), "let_through")
    assert not has_news(browser, people.tomasz)
    assert "waits for a teacher" not in scenes.notices(browser(people.ines))


def test_who_no_longer_teaches_is_not_called_to_the_desk(people: People, browser: Browsers) -> None:
    scenes.held_post(browser, people.group, people.ines)
    path = f"/groups/{people.group.slug}/teachers/{people.tomasz.id}/release"
    assert browser(people.maren).post(path).status_code == 303
    assert not has_news(browser, people.tomasz)


def test_who_has_left_is_not_told_of_the_group(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post)
    for who in (people.ines, people.jonah):
        assert browser(who).post(f"/groups/{people.group.slug}/departure").status_code == 303
    assert scenes.decide(browser(people.maren), scenes.open_case(), "hide", "For now.") == 303
    assert not has_news(browser, people.ines)
    assert not has_news(browser, people.jonah)


def test_nothing_is_let_through_where_nothing_new_is_written(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines)
    change(people.group, status=GroupStatus.ARCHIVED)
    teacher = browser(people.maren)
    assert scenes.decide(teacher, scenes.open_case(), "let_through") == 409
    assert "Reopen it before you let something through." in teacher.page
    assert scenes.status_of(post) is PostStatus.HELD
