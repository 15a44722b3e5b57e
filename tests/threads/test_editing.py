"""Saying it otherwise, looking at what was said, and taking it back."""

from typing import Any

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.groups.models import GroupStatus
from community.members.models import Member
from community.moderation.models import Case, CaseState
from community.threads import actions, queries
from community.threads.models import POST_STEPS, HeldFor, PostRevision, PostStatus, Thread, Wants
from community.threads.wording import WITHOUT_ITS_FIRST_POST
from tests.factories import inside, join, make_member, make_post, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

BEFORE, AFTER = "Mine comes with a held breath.", "Mine comes with a *shallow* breath."


def answered(people: People, **fields: object) -> Thread:
    """Make a thread by Jonah in which Ines has answered."""
    return make_thread(people.group, people.jonah, title="The lean", posts=[(people.ines, BEFORE)], **fields)


def revisions(post_id: int) -> list[PostRevision]:
    with inside():
        kept = sa.select(PostRevision).where(PostRevision.post_id == post_id).order_by(PostRevision.version)
        return list(session().scalars(kept))


# Editing


def test_an_edit_puts_new_words_in_place_and_keeps_the_old_ones(people: People, browser: Browsers) -> None:
    post = scenes.posts_in(answered(people))[1]
    writer = browser(people.ines)
    assert writer.get(f"/posts/{post.id}/edit").status_code == 200
    assert BEFORE in writer.page
    answer = writer.post(f"/posts/{post.id}/edit", source=AFTER, version="1")
    assert answer.headers["Location"] == f"/threads/{post.thread_id}?page=1#post-{post.id}"
    now = scenes.posts_in(scenes.fresh(post_thread(post.thread_id)))[1]
    assert (now.source, now.html, now.version) == (AFTER, "<p>Mine comes with a <em>shallow</em> breath.</p>", 2)
    assert [(each.version, each.source) for each in revisions(post.id)] == [(1, BEFORE)]


def post_thread(thread_id: int) -> Thread:
    with inside():
        return session().get_one(Thread, thread_id)


def test_an_edit_does_not_bring_the_thread_up_nor_make_it_new(people: People, browser: Browsers) -> None:
    thread = answered(people)
    post = scenes.posts_in(thread)[1]
    browser(people.ines).post(f"/posts/{post.id}/edit", source=AFTER, version="1")
    assert scenes.fresh(thread).last_activity_at == thread.last_activity_at
    assert scenes.fresh(thread).last_position == 2


def test_the_first_post_carries_title_wish_and_the_line_in_lists(people: People, browser: Browsers) -> None:
    thread = answered(people)
    post = scenes.posts_in(thread)[0]
    browser(people.jonah).post(
        f"/posts/{post.id}/edit", title="The other lean", wants="ideas", source=AFTER, version="1"
    )
    now = scenes.fresh(thread)
    assert (now.title, now.wants, now.excerpt) == ("The other lean", Wants.IDEAS, "Mine comes with a shallow breath.")
    assert revisions(post.id)[0].title == "The lean"


def test_an_answer_cannot_change_the_title(people: People, browser: Browsers) -> None:
    thread = answered(people)
    post = scenes.posts_in(thread)[1]
    browser(people.ines).post(f"/posts/{post.id}/edit", title="Mine now", wants="ideas", source=AFTER, version="1")
    assert scenes.fresh(thread).title == "The lean"
    assert scenes.fresh(thread).wants is None


def test_saying_the_same_again_changes_nothing(people: People, browser: Browsers) -> None:
    post = scenes.posts_in(answered(people))[1]
    browser(people.ines).post(f"/posts/{post.id}/edit", source=BEFORE, version="1")
    assert scenes.fresh(post).version == 1
    assert scenes.fresh(post).edited_at is None
    assert revisions(post.id) == []


def test_one_who_edits_second_sees_both_versions_and_loses_nothing(people: People, browser: Browsers) -> None:
    post = scenes.posts_in(answered(people))[1]
    phone, desk = browser(people.ines), browser(people.ines)
    phone.post(f"/posts/{post.id}/edit", source="From the phone.", version="1")
    assert desk.post(f"/posts/{post.id}/edit", source="From the desk.", version="1").status_code == 409
    assert "From the phone." in desk.page
    assert "From the desk." in desk.page
    assert 'name="version" value="2"' in desk.page
    assert desk.post(f"/posts/{post.id}/edit", source="From the desk.", version="2").status_code == 303
    assert [each.source for each in revisions(post.id)] == [BEFORE, "From the phone."]


@pytest.mark.parametrize(("who", "status"), [("jonah", 403), ("maren", 403), ("viktor", 404), ("ada", 404)])
def test_nobody_edits_what_another_wrote(people: People, browser: Browsers, who: str, status: int) -> None:
    post = scenes.posts_in(answered(people))[1]
    other = browser(getattr(people, who))
    assert other.get(f"/posts/{post.id}/edit").status_code == status
    assert other.post(f"/posts/{post.id}/edit", source="Mine now.", version="1").status_code == status
    assert scenes.fresh(post).version == 1


MAY_EDIT = {
    PostStatus.VISIBLE: 303,
    PostStatus.HELD: 303,
    PostStatus.HIDDEN: 403,
    PostStatus.WITHDRAWN: 403,
    PostStatus.RETURNED: 403,
}


@pytest.mark.parametrize(("status", "answer"), MAY_EDIT.items())
def test_what_may_be_edited_depends_on_where_it_stands(
    people: People, browser: Browsers, status: PostStatus, answer: int
) -> None:
    thread = make_thread(people.group, people.jonah)
    place = {"held_for": HeldFor.NEWCOMER} if status is PostStatus.HELD else {"position": 2}
    post = make_post(thread, people.ines, BEFORE, status=status, **place)
    writer = browser(people.ines)
    assert writer.post(f"/posts/{post.id}/edit", source=AFTER, version="1").status_code == answer
    assert scenes.fresh(post).version == (2 if answer == 303 else 1)
    if answer == 403:
        assert AFTER in writer.page


def test_a_muted_member_cannot_edit_but_can_withdraw(people: People, browser: Browsers) -> None:
    post = scenes.posts_in(answered(people))[1]
    scenes.mute(people.ines, people.group)
    writer = browser(people.ines)
    assert writer.post(f"/posts/{post.id}/edit", source=AFTER, version="1").status_code == 403
    assert writer.post(f"/posts/{post.id}/withdrawal").status_code == 303


def test_an_edit_is_read_back_without_being_kept(people: People, browser: Browsers) -> None:
    post = scenes.posts_in(answered(people))[1]
    writer = browser(people.ines)
    assert writer.post(f"/posts/{post.id}/edit", source=AFTER, version="1", read_back="1").status_code == 200
    assert "<p>Mine comes with a <em>shallow</em> breath.</p>" in writer.page
    assert scenes.fresh(post).version == 1


@pytest.mark.parametrize(
    "fields", [{"source": ""}, {"source": "[" * 1001}, {"version": "x"}, {"version": ""}, {"content_note": "n" * 201}]
)
def test_an_edit_that_does_not_fit_keeps_what_was_typed(
    people: People, browser: Browsers, fields: dict[str, str]
) -> None:
    post = scenes.posts_in(answered(people))[1]
    writer = browser(people.ines)
    sent: dict[str, Any] = {"source": AFTER, "version": "1", **fields}
    assert writer.post(f"/posts/{post.id}/edit", **sent).status_code == 422
    assert sent["source"][:500] in writer.page
    assert scenes.fresh(post).version == 1


# What it said before


def test_what_a_post_said_before_is_its_writers_and_the_teachers_while_all_see_that_it_was_edited(
    people: People, browser: Browsers
) -> None:
    post = scenes.posts_in(answered(people))[1]
    browser(people.ines).post(f"/posts/{post.id}/edit", source=AFTER, version="1")
    other = browser(people.jonah)
    other.get(f"/threads/{post.thread_id}")
    assert '<span class="note">edited</span>' in other.page
    assert other.get(f"/posts/{post.id}/history").status_code == 403
    assert BEFORE not in other.page
    for who in (people.maren, people.ines):
        reader = browser(who)
        reader.get(f"/threads/{post.thread_id}")
        assert f'href="/posts/{post.id}/history">edited' in reader.page
        assert reader.get(f"/posts/{post.id}/history").status_code == 200
        assert BEFORE in reader.page
        assert "<em>shallow</em>" in reader.page


@pytest.mark.parametrize("status", [PostStatus.HIDDEN, PostStatus.WITHDRAWN, PostStatus.RETURNED])
def test_what_a_post_said_is_the_writers_and_the_teachers_once_it_is_not_shown(
    people: People, browser: Browsers, status: PostStatus
) -> None:
    thread = make_thread(people.group, people.jonah)
    post = make_post(thread, people.ines, BEFORE, status=status, position=2)
    answers = {who: browser(getattr(people, who)).get(f"/posts/{post.id}/history").status_code for who in
               ("ines", "maren", "jonah", "viktor", "ada")}  # fmt: skip
    assert answers == {"ines": 200, "maren": 200, "jonah": 403, "viktor": 404, "ada": 404}


# Withdrawing


def test_a_withdrawn_answer_keeps_its_place_and_not_its_words(people: People, browser: Browsers) -> None:
    thread = answered(people)
    post = scenes.posts_in(thread)[1]
    answer = browser(people.ines).post(f"/posts/{post.id}/withdrawal")
    assert answer.headers["Location"] == f"/threads/{thread.id}?page=1#post-{post.id}"
    reader = browser(people.jonah)
    reader.get(f"/threads/{thread.id}")
    assert "This post was withdrawn by its writer." in reader.page
    assert BEFORE not in reader.page
    assert scenes.fresh(thread).last_position == 2


@pytest.mark.parametrize(("who", "status"), [("jonah", 403), ("maren", 403), ("viktor", 404), ("ada", 404)])
def test_nobody_withdraws_what_another_wrote(people: People, browser: Browsers, who: str, status: int) -> None:
    post = scenes.posts_in(answered(people))[1]
    assert browser(getattr(people, who)).post(f"/posts/{post.id}/withdrawal").status_code == status
    assert scenes.fresh(post).status is PostStatus.VISIBLE


def test_a_first_post_that_nobody_answered_takes_its_thread_along(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    post = scenes.posts_in(thread)[0]
    answer = browser(people.jonah).post(f"/posts/{post.id}/withdrawal")
    assert answer.headers["Location"] == f"/groups/{people.group.slug}"
    assert scenes.fresh(thread).status is PostStatus.WITHDRAWN
    for who in (people.jonah, people.ines, people.maren):
        assert browser(who).get(f"/threads/{thread.id}").status_code == 404


def test_a_thread_that_was_answered_goes_on_without_its_first_post_and_its_title(
    people: People, browser: Browsers
) -> None:
    thread = answered(people, wants="be_heard")
    post = scenes.posts_in(thread)[0]
    browser(people.jonah).post(f"/posts/{post.id}/withdrawal")
    now = scenes.fresh(thread)
    assert (now.status, now.title, now.excerpt, now.wants) == (PostStatus.VISIBLE, WITHOUT_ITS_FIRST_POST, "", None)
    reader = browser(people.ines)
    reader.get(f"/threads/{thread.id}")
    assert "The lean" not in reader.page
    assert BEFORE in reader.page
    reader.get(f"/groups/{people.group.slug}")
    assert "The lean" not in reader.page
    assert WITHOUT_ITS_FIRST_POST in reader.page
    assert scenes.reply(browser(people.maren), now).status_code == 303
    assert revisions(post.id)[-1].title == "The lean"


def test_the_answers_in_a_hidden_thread_are_there_again_once_its_first_post_is_taken_back(
    people: People, browser: Browsers
) -> None:
    thread = answered(people, status=PostStatus.HIDDEN)
    post = scenes.posts_in(thread)[0]
    scenes.change(post, status=PostStatus.HIDDEN)
    browser(people.jonah).post(f"/posts/{post.id}/withdrawal")
    assert scenes.fresh(post).status is PostStatus.WITHDRAWN
    reader = browser(people.ines)
    assert reader.get(f"/threads/{thread.id}").status_code == 200
    assert BEFORE in reader.page
    assert "The lean" not in reader.page


def test_no_page_of_a_thread_names_who_began_it_and_took_it_back(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.maren, 25)
    opening = scenes.posts_in(thread)[0]
    for row in (opening, thread):
        scenes.change(row, author_id=people.jonah.id)
    browser(people.jonah).post(f"/posts/{opening.id}/withdrawal")
    reader = browser(people.ines)
    for page in (1, 2):
        reader.get(f"/threads/{thread.id}?page={page}")
        assert "Jonah" not in reader.page
    reader.get(f"/groups/{people.group.slug}")
    assert "Jonah began" not in reader.page


def test_a_thread_whose_answers_all_wait_is_gone_for_all_but_their_writers_and_the_teachers(
    people: People, browser: Browsers
) -> None:
    thread = make_thread(people.group, people.jonah, title="The lean")
    waiting = scenes.held_post(thread, people.ines, BEFORE)
    opening = scenes.posts_in(thread)[0]
    answer = browser(people.jonah).post(f"/posts/{opening.id}/withdrawal")
    assert answer.headers["Location"] == f"/groups/{people.group.slug}"
    other = make_member("Nia Sole")
    join(other, people.group)
    answers = {who.name: browser(who).get(f"/threads/{thread.id}").status_code for who in
               (people.jonah, other, people.ines, people.maren)}  # fmt: skip
    assert list(answers.values()) == [404, 404, 200, 200], answers
    writer = browser(people.ines)
    writer.get(f"/threads/{thread.id}")
    assert BEFORE in writer.page
    assert "The lean" not in writer.page
    with inside(), transaction() as rows:
        teacher = rows.get_one(Member, people.maren.id)
        actions.let_through(by=teacher, post=queries.post_to_keep(teacher, waiting.id), at=now())
    for who in (people.jonah, other):
        reader = browser(who)
        assert reader.get(f"/threads/{thread.id}").status_code == 200
        assert BEFORE in reader.page


@pytest.mark.parametrize("place", ["opening", "answer", "held"])
def test_one_who_withdraws_twice_is_led_to_the_same_place(people: People, browser: Browsers, place: str) -> None:
    thread = make_thread(people.group, people.ines, posts=[(people.ines, "I lean.")])
    post = scenes.posts_in(thread)[0]
    if place == "answer":
        post = make_post(thread, people.ines, BEFORE, position=2)
    elif place == "held":
        post = scenes.held_post(thread, people.ines)
    writer = browser(people.ines)
    first, second = (writer.post(f"/posts/{post.id}/withdrawal") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert browser(people.jonah).post(f"/posts/{post.id}/withdrawal").status_code in {403, 404}


def test_withdrawing_a_held_post_clears_the_desk(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, holding="everything")
    writer = browser(people.ines)
    scenes.reply(writer, thread)
    post = scenes.posts_in(thread)[-1]
    writer.post(f"/posts/{post.id}/withdrawal")
    with inside():
        assert [case.state for case in session().scalars(sa.select(Case))] == [CaseState.CLOSED]
    writer.get(f"/threads/{thread.id}")
    assert f"post-{post.id}" not in writer.page


@pytest.mark.parametrize("status", list(PostStatus))
def test_what_may_be_withdrawn_is_what_the_steps_allow(people: People, browser: Browsers, status: PostStatus) -> None:
    thread = make_thread(people.group, people.jonah)
    place = {"held_for": HeldFor.NEWCOMER} if status is PostStatus.HELD else {"position": 2}
    post = make_post(thread, people.ines, BEFORE, status=status, **place)
    allowed = PostStatus.WITHDRAWN in POST_STEPS[status] or status is PostStatus.WITHDRAWN  # again: it is so already
    assert browser(people.ines).post(f"/posts/{post.id}/withdrawal").status_code == (303 if allowed else 403)


def test_in_an_archived_group_one_may_still_take_back_what_one_said(people: People, browser: Browsers) -> None:
    post = scenes.posts_in(answered(people))[1]
    scenes.change(people.group, status=GroupStatus.ARCHIVED)
    assert browser(people.ines).post(f"/posts/{post.id}/withdrawal").status_code == 303
