"""Who reads what in a thread, page by page, and what it costs."""

from datetime import timedelta

import pytest

from community.clock import now
from community.groups.models import GroupStatus
from community.members.models import Member
from community.threads.models import HeldFor, Post, PostStatus
from tests.factories import join, make_member, make_post, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers, Statements

WORDS = "Mine comes with a held breath."
EVERY = list(PostStatus)


def post_in(people: People, status: PostStatus, **fields: object) -> Post:
    """Make a second post, by Ines, that stands in this state."""
    thread = make_thread(people.group, people.jonah)
    held = status is PostStatus.HELD
    place = {"held_for": HeldFor.EVERYTHING} if held else {"position": 2}
    post = make_post(thread, people.ines, WORDS, status=status, **place, **fields)
    if not held:
        scenes.change(thread, last_position=2)
    return post


# Who sees a thread


@pytest.mark.parametrize("who", ["jonah", "ines", "maren", "tomasz"])
def test_everybody_in_the_group_reads_a_thread(people: People, browser: Browsers, who: str) -> None:
    thread = make_thread(people.group, people.jonah, title="Eleven minutes over, again")
    reader = browser(getattr(people, who))
    assert reader.get(f"/threads/{thread.id}").status_code == 200
    assert "Eleven minutes over, again" in reader.page
    assert "I would like to be heard." in reader.page


@pytest.mark.parametrize("who", ["viktor", "odile", "ada"])
@pytest.mark.parametrize("path", ["", "/since?position=0", "?at=unread", "?page=last"])
def test_a_stranger_is_told_of_a_thread_what_they_are_told_of_none(
    people: People, browser: Browsers, who: str, path: str
) -> None:
    thread = make_thread(people.group, people.jonah)
    stranger = browser(getattr(people, who))
    seen = stranger.get(f"/threads/{thread.id}{path}")
    page = stranger.page
    absent = stranger.get(f"/threads/{thread.id + 999}{path}")
    assert (seen.status_code, absent.status_code) == (404, 404)
    assert page.replace(f"/threads/{thread.id}", "") == stranger.page.replace(f"/threads/{thread.id + 999}", "")


@pytest.mark.parametrize("path", ["", "/fragment", "/history", "/edit"])
def test_a_stranger_finds_no_post_by_its_number(people: People, browser: Browsers, path: str) -> None:
    thread = make_thread(people.group, people.jonah)
    post = scenes.posts_in(thread)[0]
    assert browser(people.viktor).get(f"/posts/{post.id}{path}").status_code == 404


def test_somebody_who_is_not_signed_in_is_asked_to_come_in_first(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    answer = browser(None).get(f"/threads/{thread.id}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_a_member_who_has_to_agree_first_is_led_to_the_agreement(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, agreement_version=2)
    answer = browser(people.ines).get(f"/threads/{thread.id}")
    assert answer.status_code in {302, 303}
    assert "/agreement" in answer.headers["Location"]
    assert f"threads/{thread.id}" in answer.headers["Location"]


def test_one_who_was_removed_reads_nothing_any_more(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    reader = browser(people.ines)
    assert reader.get(f"/threads/{thread.id}").status_code == 200
    scenes.change(scenes.membership(people.ines, people.group), status="removed")
    assert reader.get(f"/threads/{thread.id}").status_code == 404


@pytest.mark.parametrize("status", [PostStatus.HELD, PostStatus.HIDDEN])
def test_a_thread_that_is_held_or_hidden_is_there_for_its_writer_and_the_teachers_only(
    people: People, browser: Browsers, status: PostStatus
) -> None:
    thread = make_thread(people.group, people.jonah, status=status)
    seen = {
        name: browser(member).get(f"/threads/{thread.id}").status_code
        for name, member in vars(people).items()
        if isinstance(member, Member)
    }
    assert seen == {"maren": 200, "tomasz": 200, "ines": 404, "jonah": 200, "viktor": 404, "odile": 404, "ada": 404}


@pytest.mark.parametrize("status", [PostStatus.WITHDRAWN, PostStatus.RETURNED])
def test_a_thread_that_went_with_its_first_post_is_there_for_nobody(
    people: People, browser: Browsers, status: PostStatus
) -> None:
    thread = make_thread(people.group, people.jonah, status=status)
    for member in (people.maren, people.ines, people.jonah):
        assert browser(member).get(f"/threads/{thread.id}").status_code == 404


# What they see of each post

WORDS_FOR = {
    PostStatus.VISIBLE: {"jonah", "ines", "maren"},
    PostStatus.HELD: {"ines"},
    PostStatus.HIDDEN: {"ines", "maren"},
    PostStatus.RETURNED: set(),
    PostStatus.WITHDRAWN: set(),
}


@pytest.mark.parametrize("status", EVERY)
@pytest.mark.parametrize("who", ["jonah", "ines", "maren"])
def test_the_words_of_a_post_are_shown_to_whom_its_state_allows(
    people: People, browser: Browsers, who: str, status: PostStatus
) -> None:
    post = post_in(people, status, content_note="A held breath")
    reader = browser(getattr(people, who))
    reader.get(f"/threads/{post.thread_id}")
    thread_page = reader.page
    reader.get(f"/posts/{post.id}/fragment")
    for page in (thread_page, reader.page):
        assert (WORDS in page) == (who in WORDS_FOR[status])
        assert ("A held breath" in page) == (who in WORDS_FOR[status])


@pytest.mark.parametrize("status", [PostStatus.HIDDEN, PostStatus.RETURNED, PostStatus.WITHDRAWN])
def test_a_post_that_is_not_shown_keeps_its_place_and_names_nobody(
    people: People, browser: Browsers, status: PostStatus
) -> None:
    post = post_in(people, status)
    reader = browser(people.jonah)
    reader.get(f"/threads/{post.thread_id}")
    left = scenes.article(reader.page, post)
    assert "Ines" not in left
    assert "IC" not in left


@pytest.mark.parametrize("who", ["jonah", "maren", "viktor", "ada"])
def test_a_held_post_is_no_place_for_anybody_but_its_writer(people: People, browser: Browsers, who: str) -> None:
    post = post_in(people, PostStatus.HELD)
    reader = browser(getattr(people, who))
    for path in ("", "/fragment", "/history", "/edit"):
        assert reader.get(f"/posts/{post.id}{path}").status_code == 404
    reader.get(f"/threads/{post.thread_id}/since?position=0")
    assert f"post-{post.id}" not in reader.page


def test_a_writer_sees_a_held_post_at_the_end_and_reads_why(people: People, browser: Browsers) -> None:
    post = post_in(people, PostStatus.HELD)
    writer = browser(people.ines)
    writer.get(f"/threads/{post.thread_id}")
    assert scenes.shown_posts(writer.page)[-1] == post.id
    assert "Only you and the teachers see this so far. In this group a teacher reads every post" in scenes.article(
        writer.page, post
    )


def test_a_newcomer_reads_that_only_the_first_posts_are_held(people: People, browser: Browsers) -> None:
    post = post_in(people, PostStatus.HELD)
    scenes.change(post, held_for=HeldFor.NEWCOMER)
    writer = browser(people.ines)
    writer.get(f"/threads/{post.thread_id}")
    assert "A teacher reads the first posts of somebody new" in scenes.article(writer.page, post)


def test_teachers_see_the_first_post_of_a_held_thread(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, status=PostStatus.HELD)
    scenes.change(thread, last_position=0)
    scenes.change(scenes.posts_in(thread)[0], status=PostStatus.HELD, held_for=HeldFor.NEWCOMER, position=None)
    for member in (people.maren, people.jonah):
        reader = browser(member)
        reader.get(f"/threads/{thread.id}")
        assert "I would like to be heard." in reader.page


# A content note, what the writer wants, who teaches


def test_a_content_note_folds_the_post_and_leads_on_to_the_next(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.ines, WORDS), (people.jonah, "Thank you.")])
    posts = scenes.posts_in(thread)
    scenes.change(posts[1], content_note="A death, some years ago")
    reader = browser(people.jonah)
    reader.get(f"/threads/{thread.id}")
    folded = scenes.article(reader.page, posts[1])
    assert '<details class="fold"><summary>' in folded
    assert "Content note: A death, some years ago" in folded
    assert "Ines has folded this post" in folded
    assert f'href="#post-{posts[2].id}"' in folded


def test_what_the_writer_wants_stands_above_the_first_post_and_above_the_composer(
    people: People, browser: Browsers
) -> None:
    thread = make_thread(people.group, people.jonah, wants="be_heard")
    reader = browser(people.ines)
    reader.get(f"/threads/{thread.id}")
    said = "Jonah has asked to be listened to. Please keep advice for another day"
    places = [place for place in range(len(reader.page)) if reader.page.startswith(said, place)]
    assert len(places) == 2
    assert places[0] < reader.page.index("I would like to be heard.") < places[1] < reader.page.index("data-composer")


def test_a_writer_is_reminded_of_their_own_wish_once(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, wants="questions")
    writer = browser(people.jonah)
    writer.get(f"/threads/{thread.id}")
    assert writer.page.count("You have asked for questions.") == 1


def test_a_teacher_is_named_as_one_while_they_teach(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.maren)
    post = scenes.posts_in(thread)[0]
    reader = browser(people.ines)
    reader.get(f"/threads/{thread.id}")
    assert '<span class="note">teacher</span>' in scenes.article(reader.page, post)
    scenes.change(scenes.membership(people.maren, people.group), role="member")
    reader.get(f"/threads/{thread.id}")
    assert '<span class="note">teacher</span>' not in scenes.article(reader.page, post)


# Who finds a composer there


def test_a_muted_member_reads_and_is_told_until_when_they_are_quiet(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.mute(people.ines, people.group)
    reader = browser(people.ines)
    assert reader.get(f"/threads/{thread.id}").status_code == 200
    assert "A teacher has asked you to be quiet here until" in reader.page
    assert "data-composer" not in reader.page


def test_in_an_archived_group_everything_is_read_and_nothing_is_offered(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.change(people.group, status=GroupStatus.ARCHIVED)
    reader = browser(people.jonah)
    reader.get(f"/threads/{thread.id}")
    assert "I would like to be heard." in reader.page
    assert "This group is archived." in reader.page
    assert "data-composer" not in reader.page
    assert "/edit" not in reader.page


# Pages


def test_a_page_holds_twenty_posts_by_their_places(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 45)
    ids = [post.id for post in scenes.posts_in(thread)]
    reader = browser(people.ines)
    for page, expected in (("", ids[:20]), ("?page=2", ids[20:40]), ("?page=3", ids[40:]), ("?page=last", ids[40:])):
        reader.get(f"/threads/{thread.id}{page}")
        assert scenes.shown_posts(reader.page) == expected


@pytest.mark.parametrize("page", ["0", "4", "-1", "1.5", "two", "", "99999999999", "1%00", "%F0%9D%9F%8F"])
def test_a_page_that_is_not_there_is_not_found(people: People, browser: Browsers, page: str) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 45)
    assert browser(people.ines).get(f"/threads/{thread.id}?page={page}").status_code in {400, 404}


def test_a_permalink_leads_to_the_page_that_the_post_stands_on(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 41)
    posts = scenes.posts_in(thread)
    reader = browser(people.ines)
    for number, page in ((0, 1), (19, 1), (20, 2), (40, 3)):
        answer = reader.get(f"/posts/{posts[number].id}")
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/threads/{thread.id}?page={page}#post-{posts[number].id}"


def test_one_comes_back_to_the_first_post_that_one_has_not_read(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 45)
    posts = scenes.posts_in(thread)
    reader = browser(people.ines)
    for read_to, page, first in ((None, 1, 0), (5, 1, 5), (20, 2, 20), (39, 2, 39), (44, 3, 44), (45, 3, 44)):
        if read_to is not None:
            assert reader.post(f"/threads/{thread.id}/reading", position=str(read_to)).status_code == 303
        answer = reader.get(f"/threads/{thread.id}?at=unread")
        assert answer.headers["Location"] == f"/threads/{thread.id}?page={page}#post-{posts[first].id}"


def test_a_line_says_where_the_new_posts_begin(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 5)
    posts = scenes.posts_in(thread)
    reader = browser(people.ines)
    reader.post(f"/threads/{thread.id}/reading", position="3")
    reader.get(f"/threads/{thread.id}")
    line = reader.page.index("New since you were here")
    assert reader.page.index(f'id="post-{posts[2].id}"') < line < reader.page.index(f'id="post-{posts[3].id}"')


def test_since_gives_what_came_after_a_place_and_never_more_than_fifty(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 70)
    ids = [post.id for post in scenes.posts_in(thread)]
    reader = browser(people.ines)
    reader.get(f"/threads/{thread.id}/since?position=68")
    assert scenes.shown_posts(reader.page) == ids[68:]
    reader.get(f"/threads/{thread.id}/since?position=5")
    assert scenes.shown_posts(reader.page) == ids[5:55]
    reader.get(f"/threads/{thread.id}/since?position=70")
    assert scenes.shown_posts(reader.page) == []


@pytest.mark.parametrize("query", ["", "?position=", "?position=-1", "?position=71", "?position=x", "?position=1e3"])
def test_since_a_place_that_is_none_finds_nothing(people: People, browser: Browsers, query: str) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 70)
    assert browser(people.ines).get(f"/threads/{thread.id}/since{query}").status_code == 404


# Reading marks


def test_a_mark_moves_on_and_never_back_nor_past_the_end(people: People, browser: Browsers) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 9)
    reader = browser(people.ines)
    for position, expected in (("4", 4), ("2", 4), ("7", 7), ("99999", 9), ("0", 9)):
        reader.post(f"/threads/{thread.id}/reading", position=position)
        assert scenes.mark_of(people.ines, thread) == expected


def test_a_script_marks_without_asking_for_a_page(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    accept = {"Accept": "application/json, text/html;q=0.9"}
    answer = browser(people.ines).post(f"/threads/{thread.id}/reading", position="1", headers=accept)
    assert answer.status_code == 204
    assert scenes.mark_of(people.ines, thread) == 1


@pytest.mark.parametrize("position", ["", "x", "-3", "99999999999999999999", "1.5"])
def test_a_broken_mark_is_refused(people: People, browser: Browsers, position: str) -> None:
    thread = make_thread(people.group, people.jonah)
    assert browser(people.ines).post(f"/threads/{thread.id}/reading", position=position).status_code == 422
    assert scenes.mark_of(people.ines, thread) is None


def test_a_stranger_marks_nothing(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    assert browser(people.viktor).post(f"/threads/{thread.id}/reading", position="1").status_code == 404


# What it costs


def test_a_page_of_a_thread_is_three_statements_and_writes_nothing(
    people: People, browser: Browsers, statements: Statements
) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 45)
    for number in range(6):
        member = make_member(f"Guest {number}")
        join(member, people.group)
        make_post(thread, member, position=46 + number, at=now() - timedelta(minutes=9))
    scenes.change(thread, last_position=51)
    for who in (people.ines, people.jonah, people.maren):
        reader = browser(who)
        for path in ("", "?page=2", "?page=last"):
            with statements() as seen:
                assert reader.get(f"/threads/{thread.id}{path}").status_code == 200
            assert len(seen) == 3
            assert all(statement.startswith("SELECT") for statement in seen)


def test_the_last_page_of_a_long_thread_asks_what_the_first_of_a_short_one_asks(
    people: People, browser: Browsers, statements: Statements
) -> None:
    short, long = make_thread(people.group, people.jonah), scenes.long_thread(people.group, people.jonah, 2000)
    reader = browser(people.ines)
    asked = []
    for thread in (short, long):
        with statements() as seen:
            reader.get(f"/threads/{thread.id}?page=last")
        asked.append(list(seen))
    assert asked[0] == asked[1]
    for statement in asked[1][1:]:
        assert "OFFSET" not in statement
        assert "count(" not in statement.lower()


@pytest.mark.parametrize(
    "path", ["/posts/{post}", "/posts/{post}/fragment", "/posts/{post}/history", "/threads/{thread}/since?position=0"]
)
def test_the_smaller_pages_write_nothing_either(
    people: People, browser: Browsers, statements: Statements, path: str
) -> None:
    thread = make_thread(people.group, people.jonah)
    post = scenes.posts_in(thread)[0]
    with statements() as seen:
        browser_answer = browser(people.jonah).get(path.format(post=post.id, thread=thread.id))
    assert browser_answer.status_code in {200, 303}
    reading = [statement for statement in seen if not statement.startswith("INSERT INTO sign_ins")]
    assert len(reading) <= 4
    assert all(statement.startswith("SELECT") for statement in reading)
