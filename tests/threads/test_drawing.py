"""What is drawn once and kept is what would be drawn anew, for every reader, and never what is somebody's own."""

import re
from itertools import product

import pytest
from flask import Flask

from community.groups.models import GroupStatus
from community.threads import drawing
from community.threads.models import HeldFor, PostStatus
from tests.factories import make_post, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

READERS = ("maren", "tomasz", "ines", "jonah")


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> None:
    """Begin with empty hands."""
    drawing._kept.cache_clear()
    drawing._kept_people.cache_clear()


def pages(people: People, browser: Browsers, thread_id: int) -> dict[str, str]:
    """Give the posts of a thread as each reader sees them, without what changes with every page."""
    seen = {}
    for who in READERS:
        reader = browser(getattr(people, who))
        reader.get(f"/threads/{thread_id}")
        posts = reader.page.partition("<div data-posts>")[2].partition('<div class="arrived"')[0]
        seen[who] = re.sub(r'name="csrf_token" value="[^"]*"', "", posts)
    return seen


@pytest.mark.parametrize("archived", [False, True])
def test_whoever_comes_first_everybody_sees_their_own_page(
    people: People, browser: Browsers, *, archived: bool
) -> None:
    thread = make_thread(people.group, people.jonah)
    for number, (writer, status) in enumerate(product((people.maren, people.ines, people.jonah), PostStatus), 2):
        held = status is PostStatus.HELD
        place = {"held_for": HeldFor.NEWCOMER} if held else {"position": number}
        make_post(thread, writer, f"Words of number {number}.", status=status, **place)
    scenes.change(thread, last_position=20)
    if archived:
        scenes.change(people.group, status=GroupStatus.ARCHIVED)
    alone = {}
    for who in READERS:
        drawing._kept.cache_clear()
        drawing._kept_people.cache_clear()
        alone[who] = pages(people, browser, thread.id)[who]
    together = pages(people, browser, thread.id)
    assert drawing._kept.cache_info().hits > 0
    assert together == alone
    assert len(set(together.values())) >= 3


def test_a_post_that_changes_is_drawn_anew(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.ines, "As it was.")])
    post = scenes.posts_in(thread)[1]
    reader = browser(people.jonah)
    reader.get(f"/threads/{thread.id}")
    browser(people.ines).post(f"/posts/{post.id}/edit", source="As it is.", version="1")
    reader.get(f"/threads/{thread.id}")
    assert "As it is." in reader.page
    assert "As it was." not in reader.page


def test_what_is_ones_own_carries_a_token_and_is_never_kept(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.jonah)
    writer.get(f"/threads/{thread.id}")
    assert 'name="csrf_token"' in scenes.article(writer.page, scenes.posts_in(thread)[0])
    assert drawing._kept.cache_info().currsize == 0
    browser(people.ines).get(f"/threads/{thread.id}")
    assert drawing._kept.cache_info().currsize == 1


def test_what_is_very_long_is_not_kept(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, posts=[(people.jonah, "word " * 2000)])
    browser(people.ines).get(f"/threads/{thread.id}")
    assert drawing._kept.cache_info().currsize == 0


def test_a_new_name_is_drawn_with_the_old_words(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    reader = browser(people.ines)
    reader.get(f"/threads/{thread.id}")
    scenes.change(people.jonah, name="Jonah Field")
    reader.get(f"/threads/{thread.id}")
    assert "Post by Jonah Field" in reader.page
    assert "Jonah Feld" not in reader.page
