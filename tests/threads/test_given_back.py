"""Words that a teacher gave back: no page that was open before writes over them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from community.clock import now
from community.db import session, transaction
from community.groups.models import GroupStatus
from community.members.models import Member
from community.threads import actions, queries
from community.threads.models import Draft, Post, Thread, Wants
from tests.doors import Browser
from tests.factories import inside, make_thread
from tests.moderation.scenes import fields_of
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

DEAR, OTHER, REASON = "First words, dear to me.", "Second thoughts.", "Please leave the town out."


def give_back(people: People, post: Post) -> None:
    """Give a post back as the desk does."""
    with inside(), transaction():
        teacher = session().get_one(Member, people.maren.id)
        actions.return_to_writer(by=teacher, post=queries.post_to_keep(teacher, post.id), words=REASON, at=now())


def returned_reply(people: People) -> Thread:
    thread = make_thread(people.group, people.jonah, posts=[(people.jonah, "I lean."), (people.ines, DEAR)])
    give_back(people, scenes.posts_in(thread)[1])
    return thread


def draft_of(people: People) -> Draft:
    (draft,) = scenes.drafts_of(people.ines)
    return draft


def stamp_on(browser: Browser, path: str, action: str) -> str:
    """Give what the composer of a page sends along."""
    browser.get(path)
    return fields_of(browser.page, action)["draft_version"]


def test_a_page_that_was_open_before_does_not_write_over_what_came_back(people: People, browser: Browsers) -> None:
    thread = returned_reply(people)
    writer = browser(people.ines)
    answer = writer.post(f"/drafts?thread={thread.id}", source=OTHER, write_key=str(uuid4()), draft_version="")
    assert answer.status_code == 409
    assert "given words back to you" in writer.page
    assert (draft_of(people).source, draft_of(people).returned_because) == (DEAR, REASON)
    writer.post(f"/drafts?thread={thread.id}", source="", draft_version="")
    assert draft_of(people).source == DEAR


def test_a_post_from_such_a_page_leaves_what_came_back(people: People, browser: Browsers) -> None:
    thread = returned_reply(people)
    assert scenes.reply(browser(people.ines), thread, OTHER).status_code == 303
    assert draft_of(people).source == DEAR


def test_the_page_that_shows_what_came_back_may_change_it_again_and_again_and_post_it(
    people: People, browser: Browsers
) -> None:
    thread = returned_reply(people)
    writer = browser(people.ines)
    stamp = stamp_on(writer, f"/threads/{thread.id}", f"/threads/{thread.id}/posts")
    for words in (f"{DEAR} And", f"{DEAR} And more."):
        answer = writer.post(f"/drafts?thread={thread.id}", source=words, draft_version=stamp)
        assert answer.status_code == 200
    assert (draft_of(people).source, draft_of(people).returned_because) == (f"{DEAR} And more.", REASON)
    assert scenes.reply(writer, thread, f"{DEAR} And more.", draft_version=stamp).status_code == 303
    assert scenes.drafts_of(people.ines) == []


def test_what_is_kept_by_the_button_goes_below_what_came_back(people: People, browser: Browsers) -> None:
    thread = returned_reply(people)
    writer = browser(people.ines)
    assert scenes.reply(writer, thread, OTHER, content_note="A town", keep="1").status_code == 303
    assert draft_of(people).source == f"{DEAR}\n\nContent note: A town\n\n{OTHER}"
    assert scenes.reply(writer, thread, OTHER, drop="1").status_code == 409
    assert DEAR in draft_of(people).source
    stamp = stamp_on(writer, f"/threads/{thread.id}", f"/threads/{thread.id}/posts")
    assert scenes.reply(writer, thread, OTHER, drop="1", draft_version=stamp).status_code == 303
    assert scenes.drafts_of(people.ines) == []


def test_a_stamp_that_no_page_of_ours_made_writes_over_nothing(people: People, browser: Browsers) -> None:
    thread = returned_reply(people)
    writer = browser(people.ines)
    for stamp in ("x", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00"):
        assert writer.post(f"/drafts?thread={thread.id}", source=OTHER, draft_version=stamp).status_code == 409
    assert writer.post(f"/drafts?thread={thread.id}", source=OTHER, draft_version="x" * 41).status_code == 422
    assert draft_of(people).source == DEAR


def test_note_and_wish_of_what_was_begun_are_kept_below(people: People, browser: Browsers) -> None:
    writer = browser(people.ines)
    scenes.begin(writer, people.group, "The lean", DEAR, content_note="A town", wants="be_heard")
    thread = scenes.threads_in(people.group)[-1]
    begun: dict[str, Any] = {"title": "Another", "source": OTHER, "content_note": "A death", "wants": "questions"}
    writer.post(f"/drafts?group={people.group.slug}", **begun)
    give_back(people, scenes.posts_in(thread)[0])
    draft = draft_of(people)
    assert (draft.title, draft.content_note, draft.wants) == ("The lean", "A town", Wants.BE_HEARD)
    below = f"## Another\n\nContent note: A death\n\nWould like back: questions\n\n{OTHER}"
    assert draft.source == f"{DEAR}\n\n{below}"


def muted(people: People) -> None:
    scenes.mute(people.ines, people.group)


def archived(people: People) -> None:
    scenes.change(people.group, status=GroupStatus.ARCHIVED)


@pytest.mark.parametrize("closed", [muted, archived])
def test_a_first_post_that_came_back_is_there_for_its_writer_where_nothing_can_be_posted(
    people: People, browser: Browsers, closed: Callable[[People], None]
) -> None:
    writer = browser(people.ines)
    scenes.begin(writer, people.group, "The lean", DEAR, content_note="A town")
    give_back(people, scenes.posts_in(scenes.threads_in(people.group)[-1])[0])
    closed(people)
    path = f"/groups/{people.group.slug}/threads/new"
    assert writer.get(path).status_code == 200
    for words in (DEAR, REASON, "The lean", "A town"):
        assert words in writer.page
    assert browser(people.jonah).get(path).status_code == (200 if closed is muted else 403)


@pytest.mark.parametrize("closed", [muted, archived])
def test_a_reply_that_came_back_is_shown_with_its_reason_where_nothing_can_be_posted(
    people: People, browser: Browsers, closed: Callable[[People], None]
) -> None:
    thread = returned_reply(people)
    closed(people)
    writer = browser(people.ines)
    assert writer.get(f"/threads/{thread.id}").status_code == 200
    assert DEAR in writer.page
    assert REASON in writer.page


def test_a_reply_that_came_back_outlives_its_thread(people: People, browser: Browsers) -> None:
    thread = returned_reply(people)
    opening = scenes.posts_in(thread)[0]
    browser(people.jonah).post(f"/posts/{opening.id}/withdrawal")
    writer = browser(people.ines)
    assert writer.get(f"/threads/{thread.id}").status_code == 200
    assert DEAR in writer.page
    assert REASON in writer.page
    assert thread.title not in writer.page
    for who in (people.jonah, people.maren, people.viktor):
        assert browser(who).get(f"/threads/{thread.id}").status_code == 404
