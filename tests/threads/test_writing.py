"""Answering and beginning: what is kept, where it stands, who is told, and that nothing typed is lost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from community.clock import now
from community.groups.models import GroupStatus, Holding
from community.threads.actions import POSTS_AN_HOUR
from community.threads.models import HeldFor, PostStatus, Wants
from tests.factories import make_group, make_member, make_post, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers, Statements

WORDS = "Mine comes with a held breath."


# Answering


def test_an_answer_takes_the_next_place_and_its_writer_is_led_to_it(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    answer = scenes.reply(browser(people.ines), thread, "I *know* it.")
    post = scenes.posts_in(thread)[-1]
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/threads/{thread.id}?page=1#post-{post.id}"
    assert (post.position, post.status, post.author_id) == (2, PostStatus.VISIBLE, people.ines.id)
    assert (post.source, post.html) == ("I *know* it.", "<p>I <em>know</em> it.</p>")
    assert scenes.fresh(thread).last_position == 2
    assert scenes.fresh(thread).last_activity_at == post.published_at


def test_the_twenty_first_post_begins_a_new_page(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 20)
    answer = scenes.reply(browser(people.ines), thread)
    assert answer.headers["Location"].startswith(f"/threads/{thread.id}?page=2#post-")


MAY_ANSWER = {"maren": 303, "tomasz": 303, "ines": 303, "jonah": 303, "viktor": 404, "odile": 404, "ada": 404}


@pytest.mark.parametrize(("who", "status"), MAY_ANSWER.items())
def test_who_may_answer(people: People, browser: Browsers, who: str, status: int) -> None:
    thread = make_thread(people.group, people.jonah)
    assert scenes.reply(browser(getattr(people, who)), thread).status_code == status
    assert len(scenes.posts_in(thread)) == (2 if status == 303 else 1)


def test_a_muted_member_cannot_write_and_keeps_the_words(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.mute(people.ines, people.group)
    muted = browser(people.ines)
    assert scenes.reply(muted, thread, WORDS).status_code == 403
    assert WORDS in muted.page
    assert scenes.begin(muted, people.group, "A title of mine", WORDS).status_code == 403
    assert WORDS in muted.page
    assert len(scenes.posts_in(thread)) == 1


def test_nobody_writes_in_an_archived_group(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, status=GroupStatus.ARCHIVED)
    writer = browser(people.maren)
    assert scenes.reply(writer, thread, WORDS).status_code == 403
    assert WORDS in writer.page
    assert scenes.begin(writer, people.group, "A title", WORDS).status_code == 403


def test_one_who_has_to_agree_again_keeps_the_words(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, agreement_version=2)
    writer = browser(people.ines)
    assert scenes.reply(writer, thread, WORDS).status_code == 403
    assert WORDS in writer.page
    assert "agreement" in writer.page
    assert len(scenes.posts_in(thread)) == 1


@pytest.mark.parametrize("status", [PostStatus.HELD, PostStatus.HIDDEN])
def test_nobody_answers_in_a_thread_that_is_held_or_hidden(
    people: People, browser: Browsers, status: PostStatus
) -> None:
    thread = make_thread(people.group, people.jonah, status=status)
    writer = browser(people.jonah)
    assert scenes.reply(writer, thread, WORDS).status_code == 403
    assert WORDS in writer.page
    assert scenes.reply(browser(people.ines), thread, WORDS).status_code == 404


def test_words_for_a_thread_that_is_gone_are_handed_back_alike_whether_it_ever_was(
    people: People, browser: Browsers
) -> None:
    thread = make_thread(people.group, people.jonah, status=PostStatus.WITHDRAWN)
    writer = browser(people.ines)
    pages = []
    for thread_id in (thread.id, thread.id + 999):
        answer = writer.post(f"/threads/{thread_id}/posts", source=WORDS, write_key=str(uuid4()))
        assert answer.status_code == 404
        assert WORDS in writer.page
        pages.append(writer.page.replace(f"/threads/{thread_id}/", "/"))
    assert pages[0] == pages[1]


def test_an_answer_without_its_token_is_refused(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    answer = writer.client.post(f"/threads/{thread.id}/posts", data={"source": WORDS})
    assert answer.status_code == 400
    assert len(scenes.posts_in(thread)) == 1


# Bad input keeps what was typed

HEAVY = {
    "too long": "word " * 4_100,
    "too many lines": "one\n" * 601,
    "too many marks": "[" * 1_001,
    "too deep": ">" * 40 + " deep",
}


@pytest.mark.parametrize("words", HEAVY.values(), ids=HEAVY)
def test_a_text_that_is_too_heavy_is_given_back_with_the_reason(people: People, browser: Browsers, words: str) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    assert scenes.reply(writer, thread, words).status_code == 422
    assert words.strip()[:2000] in writer.page
    assert "the most" in writer.page or "deep" in writer.page
    assert len(scenes.posts_in(thread)) == 1


@pytest.mark.parametrize("words", ["", "   ", "\n\n", "\u200b", "&nbsp;", "---"])
def test_an_empty_answer_is_asked_for_a_word(people: People, browser: Browsers, words: str) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    assert scenes.reply(writer, thread, words, content_note="Something heavy").status_code == 422
    assert "nothing to read here yet" in writer.page
    assert "Something heavy" in writer.page
    assert len(scenes.posts_in(thread)) == 1


def test_a_content_note_that_is_too_long_is_given_back(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    assert scenes.reply(writer, thread, WORDS, content_note="n" * 201).status_code == 422
    assert WORDS in writer.page
    assert "at most 200 characters" in writer.page


@pytest.mark.parametrize("field", ["write_key", "read_to"])
def test_a_hidden_field_that_somebody_broke_costs_no_words(people: People, browser: Browsers, field: str) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    for value in ("x", "9" * 40, "'; --", "<b>"):
        assert scenes.reply(writer, thread, WORDS, **{field: value}).status_code == 422
        assert WORDS in writer.page
    assert len(scenes.posts_in(thread)) == 1


def test_a_stranger_field_changes_nothing(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    fields = {"status": "hidden", "author_id": str(people.maren.id), "position": "1", "held_for": "newcomer"}
    assert scenes.reply(browser(people.ines), thread, WORDS, **fields).status_code == 303
    post = scenes.posts_in(thread)[-1]
    assert (post.status, post.author_id, post.position, post.held_for) == ("visible", people.ines.id, 2, None)


# Reading back and keeping, without script


def test_reading_it_back_shows_the_words_as_they_will_look_and_posts_nothing(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    assert scenes.reply(writer, thread, "I *know* it.", read_back="1", write_key=str(uuid4())).status_code == 200
    assert "<p>I <em>know</em> it.</p>" in writer.page
    assert ">\nI *know* it.</textarea>" in writer.page
    assert len(scenes.posts_in(thread)) == 1


def test_a_script_reads_back_by_the_same_renderer(people: People, browser: Browsers) -> None:
    writer = browser(people.ines)
    assert writer.post("/text/preview", source="I *know* it.\n\n<b>x</b>").status_code == 200
    assert "<p>I <em>know</em> it.</p>" in writer.page
    assert "<b>" not in writer.last.get_data(as_text=True)  # type: ignore[union-attr]


def test_a_script_is_told_what_is_wrong_in_one_sentence(people: People, browser: Browsers) -> None:
    accept = {"Accept": "application/json, text/html;q=0.9"}
    answer = browser(people.ines).post("/text/preview", source="[" * 1_001, headers=accept)
    assert answer.status_code == 422
    assert "1,001 of the sign [" in answer.get_json()["error"]["sentence"]


def test_only_members_read_texts_back(people: People, browser: Browsers) -> None:
    assert browser(None).post("/text/preview", source="x").status_code == 401


# Beginning


def test_a_new_thread_stands_in_its_group_with_its_first_post(people: People, browser: Browsers) -> None:
    answer = scenes.begin(browser(people.jonah), people.group, "  Eleven\tminutes over ", "I *lean*.", wants="ideas")
    (thread,) = scenes.threads_in(people.group)
    (post,) = scenes.posts_in(thread)
    assert answer.headers["Location"] == f"/threads/{thread.id}"
    assert (thread.title, thread.excerpt, thread.wants) == ("Eleven minutes over", "I lean.", Wants.IDEAS)
    assert (post.position, post.is_opening, thread.last_position) == (1, True, 1)
    assert scenes.mark_of(people.jonah, thread) == 1


@pytest.mark.parametrize(("who", "status"), [*MAY_ANSWER.items()])
def test_who_may_begin(people: People, browser: Browsers, who: str, status: int) -> None:
    expected = 403 if status == 404 else status  # of an open group everybody knows
    member = browser(getattr(people, who))
    assert scenes.begin(member, people.group).status_code == expected
    assert member.get(f"/groups/{people.group.slug}/threads/new").status_code == (200 if status == 303 else 403)
    assert len(scenes.threads_in(people.group)) == (1 if status == 303 else 0)


def test_a_hidden_group_takes_a_strangers_thread_as_an_unknown_one_does(people: People, browser: Browsers) -> None:
    stranger, pages = browser(people.ines), []
    for slug in (people.elsewhere.slug, "no-such-group"):
        assert stranger.get(f"/groups/{slug}/threads/new").status_code == 404
        fields: dict[str, Any] = {"title": "T", "source": WORDS, "write_key": str(uuid4())}
        assert stranger.post(f"/groups/{slug}/threads", **fields).status_code == 404
        pages.append(stranger.page.replace(slug, ""))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("title", ["", "   ", "\u200b\u2060", "t" * 201])
def test_a_title_that_does_not_fit_keeps_title_and_words(people: People, browser: Browsers, title: str) -> None:
    writer = browser(people.jonah)
    assert scenes.begin(writer, people.group, title, WORDS, wants="questions").status_code == 422
    assert WORDS in writer.page
    assert title.strip("\u200b\u2060 ") in writer.page
    assert 'value="questions" checked' in writer.page
    assert scenes.threads_in(people.group) == []


def test_both_an_empty_title_and_an_empty_text_are_named_at_once(people: People, browser: Browsers) -> None:
    writer = browser(people.jonah)
    assert scenes.begin(writer, people.group, "", "").status_code == 422
    assert "The title is still empty" in writer.page
    assert "nothing to read here yet" in writer.page


def test_a_wish_that_nobody_offers_is_none(people: People, browser: Browsers) -> None:
    writer = browser(people.jonah)
    assert scenes.begin(writer, people.group, wants="applause").status_code == 422
    assert scenes.threads_in(people.group) == []


def test_the_same_new_thread_sent_twice_is_one(people: People, browser: Browsers) -> None:
    writer, key = browser(people.jonah), str(uuid4())
    first = scenes.begin(writer, people.group, write_key=key)
    assert scenes.begin(writer, people.group, write_key=key).headers["Location"] == first.headers["Location"]
    assert scenes.begin(writer, people.group, "Another title", write_key=key).status_code == 409
    assert len(scenes.threads_in(people.group)) == 1


def test_a_thread_is_read_back_before_it_has_a_title(people: People, browser: Browsers) -> None:
    writer = browser(people.jonah)
    assert scenes.begin(writer, people.group, "", "I *lean*.", read_back="1").status_code == 200
    assert "<p>I <em>lean</em>.</p>" in writer.page


def test_what_is_folded_stays_folded_in_the_list(people: People, browser: Browsers) -> None:
    scenes.begin(browser(people.jonah), people.group, words="How it ended.", content_note="A death by suicide")
    (thread,) = scenes.threads_in(people.group)
    assert thread.excerpt == "Content note: A death by suicide"


# What waits for a teacher


def test_a_held_answer_has_no_place_and_nobody_is_told(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, holding=Holding.EVERYTHING)
    answer = scenes.reply(browser(people.ines), thread, WORDS)
    post = scenes.posts_in(thread)[-1]
    assert answer.headers["Location"] == f"/threads/{thread.id}?page=1#post-{post.id}"
    assert (post.status, post.held_for, post.position) == (PostStatus.HELD, HeldFor.EVERYTHING, None)
    assert scenes.fresh(thread).last_position == 1
    assert scenes.fresh(thread).last_activity_at == thread.last_activity_at
    assert scenes.told(people.jonah) == []


def test_a_held_thread_has_no_place_in_anybody_elses_list(people: People, browser: Browsers) -> None:
    scenes.change(people.group, holding=Holding.EVERYTHING)
    scenes.begin(browser(people.ines), people.group, "A thread that waits")
    (thread,) = scenes.threads_in(people.group)
    assert (thread.status, thread.last_position) == (PostStatus.HELD, 0)
    for member, sees in ((people.ines, True), (people.maren, True), (people.jonah, False)):
        reader = browser(member)
        reader.get(f"/groups/{people.group.slug}")
        assert ("A thread that waits" in reader.page) == sees


def test_a_newcomers_first_post_waits_and_the_next_does_not_once_it_was_let_through(
    people: People, browser: Browsers
) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, holding=Holding.NEWCOMERS, held_first_posts=1)
    scenes.change(scenes.membership(people.ines, people.group), posts_let_through=0)
    writer = browser(people.ines)
    scenes.reply(writer, thread)
    assert scenes.posts_in(thread)[-1].held_for is HeldFor.NEWCOMER
    scenes.change(scenes.membership(people.ines, people.group), posts_let_through=1)
    scenes.reply(writer, thread)
    assert scenes.posts_in(thread)[-1].status is PostStatus.VISIBLE


def test_one_who_has_written_for_long_is_no_newcomer_when_more_is_asked(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, holding=Holding.NEWCOMERS, held_first_posts=1)
    scenes.change(scenes.membership(people.ines, people.group), posts_let_through=1)
    writer = browser(people.ines)
    for _ in range(2):
        scenes.reply(writer, thread)
    scenes.change(people.group, held_first_posts=3)
    scenes.reply(writer, thread)
    assert scenes.posts_in(thread)[-1].status is PostStatus.VISIBLE
    scenes.change(people.group, held_first_posts=20)
    scenes.reply(writer, thread)
    assert scenes.posts_in(thread)[-1].status is PostStatus.HELD


def test_one_who_wrote_while_nothing_was_held_is_no_newcomer_later(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(scenes.membership(people.ines, people.group), posts_let_through=0)
    writer = browser(people.ines)
    scenes.reply(writer, thread)
    scenes.change(people.group, holding=Holding.NEWCOMERS, held_first_posts=1)
    scenes.reply(writer, thread)
    assert scenes.posts_in(thread)[-1].status is PostStatus.VISIBLE


# One's own mark


def test_ones_own_answer_is_no_news_to_oneself(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.maren, "Thank you.")])
    scenes.reply(browser(people.ines), thread, read_to="2")
    assert scenes.mark_of(people.ines, thread) == 3


def test_an_answer_does_not_mark_as_read_what_came_while_it_was_written(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.maren, "Thank you.")])
    writer = browser(people.ines)
    writer.get(f"/threads/{thread.id}")
    scenes.reply(browser(people.tomasz), thread, read_to="2")
    scenes.reply(writer, thread, read_to="2")
    assert scenes.mark_of(people.ines, thread) == 2


def test_an_answer_from_an_old_page_takes_no_mark_back(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 45)
    writer = browser(people.ines)
    writer.post(f"/threads/{thread.id}/reading", position="45")
    scenes.reply(writer, thread, read_to="20")
    assert scenes.mark_of(people.ines, thread) == 46


# Not too much at once


def test_there_is_a_most_for_an_hour_and_the_words_are_kept(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    for number in range(POSTS_AN_HOUR):
        make_post(thread, people.ines, position=2 + number, at=now() - timedelta(minutes=50))
    scenes.change(thread, last_position=1 + POSTS_AN_HOUR)
    writer = browser(people.ines)
    assert scenes.reply(writer, scenes.fresh(thread), WORDS).status_code == 429
    assert WORDS in writer.page
    assert scenes.begin(writer, people.group, "A title", WORDS).status_code == 429
    assert scenes.reply(browser(people.jonah), scenes.fresh(thread)).status_code == 303


def test_what_was_written_more_than_an_hour_ago_does_not_count(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    for number in range(POSTS_AN_HOUR):
        make_post(thread, people.ines, position=2 + number, at=now() - timedelta(minutes=61))
    scenes.change(thread, last_position=1 + POSTS_AN_HOUR)
    assert scenes.reply(browser(people.ines), scenes.fresh(thread)).status_code == 303


# What it costs


def test_an_answer_is_ten_statements_however_long_the_thread_and_large_the_group(
    people: People, browser: Browsers, statements: Statements
) -> None:
    for length, name in ((2, "Small Circle"), (300, "Large Circle")):
        crowd = [make_member(f"{name} {number}") for number in range(8)]
        group = make_group(name, teachers=[people.maren], members=[people.ines, people.jonah, *crowd])
        thread = scenes.long_thread(group, people.jonah, length)
        for number, member in enumerate(crowd, start=1):
            make_post(thread, member, position=length + number)
        scenes.change(thread, last_position=length + 8)
        writer = browser(people.ines)
        with statements() as seen:
            assert scenes.reply(writer, scenes.fresh(thread)).status_code == 303
        asked = [statement for statement in seen if "FROM threads \nWHERE" not in statement]  # the test's own look
        assert len(asked) == 10, "\n".join(seen)
        assert len(scenes.told(people.jonah)) >= 1
        assert all(scenes.told(member) for member in crowd)


def test_a_new_thread_is_at_most_ten_statements(people: People, browser: Browsers, statements: Statements) -> None:
    writer = browser(people.ines)
    with statements() as seen:
        assert scenes.begin(writer, people.group).status_code == 303
    assert len(seen) <= 10, "\n".join(seen)
