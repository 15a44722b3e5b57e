"""What a teacher reads of a post that was brought: what it said then, folded where its writer folded it."""

import html
from typing import Any

import pytest

from community.db import transaction
from community.threads.models import Post, PostStatus
from tests.factories import inside, join, make_member, make_thread
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People
from tests.threads.scenes import begin, change, posts_in, threads_in

NAMED, UNNAMED = "Mr Almeida of Lisbon is impossible.", "Somebody is impossible."


def test_the_desk_says_that_a_post_was_changed_and_what_it_said_when_it_was_brought(
    people: People, browser: Browsers
) -> None:
    post, writer = scenes.visible_post(people.group, people.ines, NAMED), browser(people.ines)
    scenes.bring(browser(people.jonah), post, "flag_client")
    assert writer.post(f"/posts/{post.id}/edit", source=UNNAMED, version="1").status_code == 303
    assert writer.post(f"/posts/{post.id}/edit", source="Never mind.", version="2").status_code == 303
    teacher = browser(people.maren)
    for path in ("/desk", f"/cases/{scenes.open_case().id}"):
        teacher.get(path)
        assert "Changed since it was brought." in teacher.page
        assert f'href="/posts/{post.id}/history"' in teacher.page
    assert NAMED in teacher.page
    assert UNNAMED not in teacher.page


def test_what_was_edited_before_it_was_brought_is_no_news(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, NAMED)
    assert browser(people.ines).post(f"/posts/{post.id}/edit", source=UNNAMED, version="1").status_code == 303
    scenes.bring(browser(people.jonah), post)
    teacher = browser(people.maren)
    teacher.get(f"/cases/{scenes.open_case().id}")
    assert "Changed since" not in teacher.page
    assert NAMED not in teacher.page


@pytest.mark.parametrize("changed", [False, True])
def test_what_was_brought_can_be_read_when_the_writer_has_taken_it_back(
    people: People, browser: Browsers, *, changed: bool
) -> None:
    writer = browser(people.ines)
    begin(writer, people.group, "Hm", NAMED)
    opening = posts_in(threads_in(people.group)[-1])[0]
    scenes.bring(browser(people.jonah), opening, "flag_worried", "Please look.")
    case = scenes.open_case()
    if changed:
        sent: dict[str, Any] = {"source": UNNAMED, "title": "Hm", "wants": "", "version": "1"}
        assert writer.post(f"/posts/{opening.id}/edit", **sent).status_code == 303
    assert writer.post(f"/posts/{opening.id}/withdrawal").status_code == 303
    teacher = browser(people.maren)
    teacher.get(f"/cases/{case.id}")
    assert "Read what was brought" in teacher.page
    assert NAMED in teacher.page
    assert scenes.decide(teacher, case, "leave") == 303
    teacher.get(f"/cases/{case.id}")
    assert NAMED not in teacher.page, "once it is decided, the words are the writer's again"


def test_a_post_that_its_writer_folded_stays_folded_on_every_page_about_it(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, "What happened that night.")
    change(post, content_note="A death")
    scenes.bring(browser(people.jonah), post)
    pages = [(people.tomasz, "flags/new"), (people.maren, "hidings/new")]
    for who, address in [*((who, f"/posts/{post.id}/{page}") for who, page in pages), (people.maren, "/desk")]:
        reader = browser(who)
        reader.get(address)
        before, fold, after = reader.page.partition("Content note: A death")
        assert fold, address
        assert before.endswith('<details class="fold"><summary><span class="what">')
        assert "What happened that night." not in before
        assert "What happened that night." in after.partition("</details>")[0]


def test_a_name_with_an_apostrophe_is_written_once(people: People, browser: Browsers) -> None:
    writer = make_member("N'Golo Kanté")
    join(writer, people.group)
    scenes.bring(browser(people.jonah), posts_in(make_thread(people.group, writer))[0])
    teacher = browser(people.maren)
    teacher.get("/desk")
    assert "N'Golo reads why." in html.unescape(teacher.page)


def test_a_post_that_is_changed_where_posts_are_read_first_comes_to_the_desk(people: People, browser: Browsers) -> None:
    post, writer, teacher = scenes.held_post(browser, people.group, people.ines), browser(people.ines), people.maren
    assert scenes.decide(browser(teacher), scenes.open_case(), "let_through") == 303
    for version, said in (("1", NAMED), ("2", UNNAMED)):
        assert writer.post(f"/posts/{post.id}/edit", source=said, version=version).status_code == 303
    case, reader = scenes.open_case(), browser(people.maren)
    for path in ("/desk", f"/cases/{case.id}"):
        reader.get(path)
        assert "A post that was changed, waiting for a reading" in reader.page
        assert UNNAMED in reader.page
        assert f'href="/posts/{post.id}/history"' in reader.page
    assert scenes.decide(reader, case, "hide", "Who this is can be told.", reading=3) == 303
    assert scenes.status_of(post) == "hidden"


def test_a_case_says_that_the_post_was_put_back(people: People, browser: Browsers) -> None:
    post, teacher = scenes.visible_post(people.group, people.ines), browser(people.maren)
    scenes.bring(browser(people.jonah), post)
    case = scenes.open_case()
    with inside(), transaction() as rows:
        rows.get_one(Post, post.id).status = PostStatus.HIDDEN
    assert teacher.post(f"/posts/{post.id}/restorings").status_code == 303
    teacher.get(f"/cases/{case.id}")
    assert "put it back." in teacher.page
    assert scenes.decide(browser(people.tomasz), case, "leave") == 409
