"""Words that wait for a teacher: nobody else reads them, not by a way round either."""

import pytest

from community.clock import now
from community.db import _announced, transaction
from community.groups.models import Holding
from community.members.models import Member
from community.threads import actions, queries
from community.threads.facts import PostEditedUnread
from community.threads.models import HeldFor, Post, PostStatus, Thread
from community.threads.wording import post_text
from tests.factories import inside, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

NAMED, UNNAMED = "Mrs Almeida of Lisbon came at four.", "A client came at four."


def let_through(people: People, post: Post) -> None:
    """Let a post through as the desk does."""
    with inside(), transaction() as rows:
        teacher = rows.merge(people.maren, load=True)
        actions.let_through(by=teacher, post=queries.post_to_keep(teacher, post.id), at=now())


def waiting(people: People, words: str) -> tuple[Thread, Post]:
    thread = make_thread(people.group, people.jonah)
    return thread, scenes.held_post(thread, people.ines, words)


def test_what_a_post_said_while_it_waited_is_no_part_of_its_history(people: People, browser: Browsers) -> None:
    thread, post = waiting(people, NAMED)
    writer = browser(people.ines)
    assert writer.post(f"/posts/{post.id}/edit", source=UNNAMED, version="1").status_code == 303
    let_through(people, post)
    assert scenes.fresh(post).status is PostStatus.VISIBLE
    for who in (people.jonah, people.maren, people.ines):
        reader = browser(who)
        assert reader.get(f"/posts/{post.id}/history").status_code == (403 if who is people.jonah else 200)
        assert NAMED not in reader.page
        reader.get(f"/threads/{thread.id}")
        assert "edited" not in scenes.article(reader.page, post)


EVERY_POST = "In this group a teacher reads every post before it appears."
SOMEBODY_NEW = "A teacher reads the first posts of somebody new before they appear."


@pytest.mark.parametrize(
    ("holding", "who", "let_through", "sentence"),
    [
        (Holding.EVERYTHING, "ines", 20, EVERY_POST),
        (Holding.NEWCOMERS, "ines", 0, SOMEBODY_NEW),
        (Holding.NEWCOMERS, "ines", 1, None),
        (Holding.EVERYTHING, "maren", 0, None),
        (Holding.NOTHING, "ines", 0, None),
    ],
)
def test_one_knows_before_posting_that_it_will_wait(
    people: People, browser: Browsers, holding: Holding, who: str, let_through: int, sentence: str | None
) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, holding=holding)
    scenes.change(scenes.membership(getattr(people, who), people.group), posts_let_through=let_through)
    reader = browser(getattr(people, who))
    for path in (f"/threads/{thread.id}", f"/groups/{people.group.slug}/threads/new"):
        reader.get(path)
        assert [each for each in (EVERY_POST, SOMEBODY_NEW) if each in reader.page] == ([sentence] if sentence else [])


@pytest.mark.parametrize(
    ("holding", "who", "let_through", "reason"),
    [
        (Holding.EVERYTHING, "ines", 20, HeldFor.EVERYTHING),
        (Holding.NEWCOMERS, "ines", 0, HeldFor.NEWCOMER),
        (Holding.NEWCOMERS, "ines", 1, None),
        (Holding.EVERYTHING, "maren", 0, None),
        (Holding.NOTHING, "ines", 0, None),
    ],
)
def test_an_edit_where_posts_wait_asks_a_teacher_to_read_it_too(
    people: People, browser: Browsers, holding: Holding, who: str, let_through: int, reason: HeldFor | None
) -> None:
    writer = getattr(people, who)
    thread = make_thread(people.group, people.jonah, posts=[(people.jonah, "I lean."), (writer, UNNAMED)])
    post = scenes.posts_in(thread)[1]
    scenes.change(people.group, holding=holding)
    scenes.change(scenes.membership(writer, people.group), posts_let_through=let_through)
    page = browser(writer)
    page.get(f"/posts/{post.id}/edit")
    assert ("A teacher is asked to read them as well." in page.page) is (reason is not None)
    with inside(), transaction() as rows:
        by = rows.get_one(Member, writer.id)
        written = post_text(NAMED)
        actions.edit_post(by=by, post=queries.post_to_write(by, post.id), text=written, version=1, at=now())
        told = [fact for fact in _announced.get() or [] if isinstance(fact, PostEditedUnread)]
    assert [fact.held_for for fact in told] == ([reason] if reason else [])
    assert all((fact.post_id, fact.author_id) == (post.id, writer.id) for fact in told)
