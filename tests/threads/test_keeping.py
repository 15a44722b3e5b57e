"""What teachers do with posts: every step of the table, for everybody who might try it, and what follows from it."""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import pytest

from community.clock import now
from community.db import session, transaction
from community.errors import Conflict, Invalid, NotAllowed, NotFound
from community.members.models import Member
from community.notifications.models import Notice
from community.threads import actions, queries, standing
from community.threads.models import POST_STEPS, HeldFor, Post, PostStatus, Thread, Wants
from community.threads.wording import WITHOUT_ITS_FIRST_POST
from tests.factories import inside, make_post, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

WORDS = "Mine comes with a held breath."
Step = Callable[..., Any]


def give_back(*, by: Member, post: Post, at: Any) -> Any:
    return actions.return_to_writer(by=by, post=post, words="It names a place.", at=at)


STEPS: dict[str, tuple[Step, PostStatus, set[PostStatus]]] = {
    "let through": (actions.let_through, PostStatus.VISIBLE, {PostStatus.HELD}),
    "hide": (actions.hide, PostStatus.HIDDEN, {PostStatus.VISIBLE}),
    "restore": (actions.restore, PostStatus.VISIBLE, {PostStatus.HIDDEN}),
    "give back": (give_back, PostStatus.RETURNED, {PostStatus.HELD, PostStatus.VISIBLE, PostStatus.HIDDEN}),
}


def answer_by_ines(people: People, status: PostStatus) -> Post:
    thread = make_thread(people.group, people.jonah, title="The lean")
    if status is PostStatus.HELD:
        return scenes.held_post(thread, people.ines, WORDS)
    scenes.change(thread, last_position=2)
    return make_post(thread, people.ines, WORDS, status=status, position=2)


def opening_by_jonah(people: People, *, answers: int, status: PostStatus = PostStatus.VISIBLE, **fields: Any) -> Post:
    posts = [(people.jonah, WORDS), *[(people.ines, "Thank you.")] * answers]
    thread = make_thread(people.group, people.jonah, title="The lean", posts=posts, status=status, **fields)
    opening = scenes.posts_in(thread)[0]
    scenes.change(opening, status=status)
    if status is PostStatus.HELD:
        scenes.change(opening, position=None, held_for=HeldFor.NEWCOMER)
        scenes.change(thread, last_position=0)
    return opening


def do(step: Step, by: Member, post: Post) -> None:
    with inside(), transaction():
        who = session().get_one(Member, by.id)
        step(by=who, post=session().get_one(Post, post.id), at=now())


def thread_of(post: Post) -> Thread:
    with inside():
        return session().get_one(Thread, post.thread_id)


# Who may, and from where


@pytest.mark.parametrize(("name", "status"), list(product(STEPS, PostStatus)))
def test_a_teacher_takes_exactly_the_steps_of_the_table(people: People, name: str, status: PostStatus) -> None:
    step, to, allowed = STEPS[name]
    post = answer_by_ines(people, status)
    assert {each for each in allowed if to not in POST_STEPS[each]} == set()
    if status in allowed:
        do(step, people.maren, post)
        assert scenes.fresh(post).status is to
    else:
        with pytest.raises(NotAllowed):
            do(step, people.maren, post)
        assert scenes.fresh(post).status is status


@pytest.mark.parametrize(("name", "who"), list(product(STEPS, ["ines", "jonah", "viktor", "odile", "ada"])))
def test_nobody_but_a_teacher_of_the_group_takes_a_step(people: People, name: str, who: str) -> None:
    step, _, allowed = STEPS[name]
    for status in allowed:
        post = answer_by_ines(people, status)
        with pytest.raises(NotAllowed):
            do(step, getattr(people, who), post)
        assert scenes.fresh(post).status is status


@pytest.mark.parametrize("name", STEPS)
def test_nobody_decides_on_their_own_post(people: People, name: str) -> None:
    step, _, allowed = STEPS[name]
    for status in allowed:
        post = answer_by_ines(people, status)
        scenes.change(post, author_id=people.maren.id)
        with pytest.raises(NotAllowed):
            do(step, people.maren, post)
        do(step, people.tomasz, post)


def test_of_two_who_decide_on_what_they_both_loaded_one_is_told(people: People) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    with inside(), transaction():
        late = session().get_one(Post, post.id)
        session().execute(Post.__table__.update().values(status="withdrawn"))  # type: ignore[attr-defined]
        with pytest.raises(Conflict):
            standing.step(late, PostStatus.VISIBLE)


@pytest.mark.parametrize("who", ["ines", "jonah", "viktor", "odile", "ada"])
def test_only_teachers_of_its_group_are_given_a_post_to_decide_on(people: People, who: str) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    with inside(), transaction():
        assert queries.post_to_keep(session().get_one(Member, people.maren.id), post.id).id == post.id
    with inside(), transaction(), pytest.raises(NotFound):
        queries.post_to_keep(session().get_one(Member, getattr(people, who).id), post.id)


# Letting through


def test_a_post_that_is_let_through_stands_after_what_came_meanwhile(people: People, browser: Browsers) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    thread = thread_of(post)
    scenes.reply(browser(people.jonah), thread, "Meanwhile.")
    do(actions.let_through, people.maren, post)
    now_it = scenes.fresh(post)
    assert (now_it.position, thread_of(post).last_position) == (3, 3)
    assert now_it.published_at is not None
    assert now_it.published_at > now_it.created_at
    reader = browser(people.jonah)
    reader.get(f"/threads/{thread.id}")
    assert scenes.shown_posts(reader.page)[-1] == post.id


def test_those_it_answers_are_told_when_it_is_let_through(people: People) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    do(actions.let_through, people.maren, post)
    with inside():
        told = {notice.member_id for notice in session().query(Notice).filter_by(subject=str(post.id), kind="reply")}
    assert told == {people.jonah.id}


def test_a_thread_that_is_let_through_is_everybodys(people: People, browser: Browsers) -> None:
    opening = opening_by_jonah(people, answers=0, status=PostStatus.HELD)
    assert browser(people.ines).get(f"/threads/{opening.thread_id}").status_code == 404
    do(actions.let_through, people.maren, opening)
    assert (thread_of(opening).status, thread_of(opening).last_position) == (PostStatus.VISIBLE, 1)
    assert browser(people.ines).get(f"/threads/{opening.thread_id}").status_code == 200
    assert scenes.mark_of(people.jonah, thread_of(opening)) == 1


def test_each_post_that_is_let_through_makes_a_newcomer_less_of_one(people: People) -> None:
    scenes.change(people.group, held_first_posts=2)
    scenes.change(scenes.membership(people.ines, people.group), posts_let_through=0)
    for expected in (1, 2, 3):
        do(actions.let_through, people.maren, answer_by_ines(people, PostStatus.HELD))
        assert scenes.membership(people.ines, people.group).posts_let_through == expected
    scenes.change(scenes.membership(people.ines, people.group), posts_let_through=20)
    do(actions.let_through, people.maren, answer_by_ines(people, PostStatus.HELD))
    assert scenes.membership(people.ines, people.group).posts_let_through == 20


def test_a_post_of_somebody_who_has_left_may_still_be_let_through(people: People) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    scenes.change(scenes.membership(people.ines, people.group), status="left")
    do(actions.let_through, people.maren, post)
    assert scenes.fresh(post).status is PostStatus.VISIBLE


# Hiding and restoring


@pytest.mark.parametrize("answers", [0, 2])
def test_a_hidden_first_post_takes_its_thread_from_the_members_and_brings_it_back(
    people: People, browser: Browsers, answers: int
) -> None:
    opening = opening_by_jonah(people, answers=answers)
    reader = browser(people.ines)
    for step, status in ((actions.hide, 404), (actions.restore, 200)):
        do(step, people.maren, opening)
        assert reader.get(f"/threads/{opening.thread_id}").status_code == status
        reader.get(f"/groups/{people.group.slug}")
        assert ("The lean" in reader.page) == (status == 200)


# Giving back


def test_words_that_are_given_back_are_the_writers_draft_with_the_reason(people: People, browser: Browsers) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    scenes.change(post, content_note="A client")
    do(give_back, people.maren, post)
    (draft,) = scenes.drafts_of(people.ines)
    assert (draft.source, draft.content_note, draft.returned_because) == (WORDS, "A client", "It names a place.")
    writer = browser(people.ines)
    writer.get(f"/threads/{post.thread_id}")
    assert f"\n{WORDS}</textarea>" in writer.page
    assert "A teacher has given this back to you: “It names a place.”" in writer.page
    assert f"post-{post.id}" not in writer.page


def test_the_reason_stays_while_the_writer_works_on_it_and_goes_when_it_is_posted(
    people: People, browser: Browsers
) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    do(give_back, people.maren, post)
    writer = browser(people.ines)
    stamp = scenes.drafts_of(people.ines)[0].stamp
    writer.post(f"/drafts?thread={post.thread_id}", source="Better so.", draft_version=stamp)
    assert scenes.drafts_of(people.ines)[0].returned_because == "It names a place."
    scenes.reply(writer, thread_of(post), "Better so.", draft_version=stamp)
    assert scenes.drafts_of(people.ines) == []


def test_what_the_writer_had_begun_meanwhile_stays_below_what_came_back(people: People, browser: Browsers) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    browser(people.ines).post(f"/drafts?thread={post.thread_id}", source="Another thought.", content_note="My own")
    do(give_back, people.maren, post)
    (draft,) = scenes.drafts_of(people.ines)
    assert draft.source == f"{WORDS}\n\nAnother thought."
    assert draft.content_note == "My own"


def test_a_thread_that_is_given_back_is_a_new_threads_draft(people: People, browser: Browsers) -> None:
    opening = opening_by_jonah(people, answers=0, status=PostStatus.HELD, wants="ideas")
    writer = browser(people.jonah)
    writer.post(f"/drafts?group={people.group.slug}", title="Something else", source="Begun.")
    do(give_back, people.maren, opening)
    assert thread_of(opening).status is PostStatus.RETURNED
    (draft,) = scenes.drafts_of(people.jonah)
    assert (draft.thread_id, draft.title, draft.wants) == (None, "The lean", Wants.IDEAS)
    assert draft.source == f"{WORDS}\n\n## Something else\n\nBegun."
    writer.get(f"/groups/{people.group.slug}/threads/new")
    assert "It names a place." in writer.page
    assert writer.get(f"/threads/{opening.thread_id}").status_code == 404


def test_an_answered_thread_goes_on_when_its_first_post_is_given_back(people: People, browser: Browsers) -> None:
    opening = opening_by_jonah(people, answers=1)
    do(give_back, people.maren, opening)
    assert thread_of(opening).title == WITHOUT_ITS_FIRST_POST
    assert scenes.drafts_of(people.jonah)[0].title == "The lean"
    reader = browser(people.ines)
    reader.get(f"/threads/{opening.thread_id}")
    assert "This post went back to its writer." in reader.page
    assert WORDS not in reader.page
    writer = browser(people.jonah)
    writer.get(f"/threads/{opening.thread_id}")
    assert "This post came back to you. Its words are in your draft." in writer.page


@pytest.mark.parametrize("words", ["", "  ", "x" * 1001])
def test_nothing_is_given_back_without_a_reason_that_fits(people: People, words: str) -> None:
    post = answer_by_ines(people, PostStatus.HELD)
    step = partial(actions.return_to_writer, words=words)
    with pytest.raises(Invalid):
        do(step, people.maren, post)
    assert scenes.fresh(post).status is PostStatus.HELD
