"""What those concerned are told: as much as they may read now, and nothing when nothing is left."""

from community.threads.models import Post, PostStatus
from tests.factories import make_thread
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People
from tests.threads.scenes import posts_in

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
