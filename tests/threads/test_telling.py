"""Who is told of an answer, and what they are shown of it later."""

from community.members.models import MemberStatus
from community.threads.models import PostStatus
from tests.factories import join, make_member, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers


def test_those_in_the_conversation_are_told_of_an_answer_and_its_writer_is_not(
    people: People, browser: Browsers
) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.maren, "Thank you.")])
    scenes.reply(browser(people.ines), thread)
    post = scenes.posts_in(thread)[-1]
    assert scenes.told(people.jonah) == scenes.told(people.maren) == [str(post.id)]
    assert scenes.told(people.ines) == scenes.told(people.tomasz) == scenes.told(people.viktor) == []


def test_nobody_is_told_who_may_not_read_it_any_more(people: People, browser: Browsers) -> None:
    gone, unagreed, suspended = (make_member(name) for name in ("Ruth Gone", "Hana Late", "Aoife Shut"))
    for member in (gone, unagreed, suspended):
        join(member, people.group)
    thread = make_thread(people.group, people.jonah, posts=[(each, "Yes.") for each in (gone, unagreed, suspended)])
    scenes.change(scenes.membership(gone, people.group), status="left")
    scenes.change(scenes.membership(unagreed, people.group), agreed_version=0)
    scenes.change(suspended, status=MemberStatus.SUSPENDED)
    scenes.reply(browser(people.ines), thread)
    assert scenes.told(people.jonah)
    assert scenes.told(gone) == scenes.told(unagreed) == scenes.told(suspended) == []


def test_a_notice_of_an_answer_is_shown_only_as_long_as_the_answer_may_be_read(
    people: People, browser: Browsers
) -> None:
    thread = make_thread(people.group, people.jonah, title="The lean")
    scenes.reply(browser(people.ines), thread)
    post = scenes.posts_in(thread)[-1]
    reader, said = browser(people.jonah), "Ines Caldeira wrote in “The lean”"
    reader.get("/notices")
    assert said in reader.page
    assert f"/posts/{post.id}" in reader.page
    for status in (PostStatus.HIDDEN, PostStatus.WITHDRAWN, PostStatus.RETURNED):
        scenes.change(post, status=status)
        reader.get("/notices")
        assert said not in reader.page
    scenes.change(post, status=PostStatus.VISIBLE)
    scenes.change(scenes.membership(people.jonah, people.group), status="left")
    reader.get("/notices")
    assert said not in reader.page


def test_whoever_wrote_long_ago_is_not_told_of_every_answer_but_the_one_who_began_is(
    people: People, browser: Browsers
) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 260)
    posts = scenes.posts_in(thread)
    scenes.change(posts[30], author_id=people.tomasz.id)
    scenes.change(posts[200], author_id=people.maren.id)
    scenes.reply(browser(people.ines), thread)
    assert scenes.told(people.jonah)
    assert scenes.told(people.maren)
    assert scenes.told(people.tomasz) == []
