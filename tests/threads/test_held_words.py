"""Words that wait for a teacher: nobody else reads them, not by a way round either."""

from community.clock import now
from community.db import transaction
from community.threads import actions, queries
from community.threads.models import Post, PostStatus, Thread
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
        assert reader.get(f"/posts/{post.id}/history").status_code == 200
        assert NAMED not in reader.page
        reader.get(f"/threads/{thread.id}")
        assert "edited" not in scenes.article(reader.page, post)
