"""Bringing a post to a teacher, and never telling anybody who did."""

import re

import pytest
import sqlalchemy as sa

from community.db import Base, session
from community.moderation.models import CaseReason, CaseState
from community.notifications.models import Notice, NoticeKind
from community.threads.models import PostStatus
from tests.factories import inside, make_group, make_member
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People


def reasons() -> list[CaseReason]:
    with inside():
        return list(session().scalars(sa.select(CaseReason)))


def test_the_page_says_who_will_read_it_before_anything_is_sent(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, "The client with the red bicycle.")
    reader = browser(people.jonah)
    assert reader.get(f"/posts/{post.id}/flags/new").status_code == 200
    assert "Maren and Tomasz will read it with your words." in reader.page
    assert "The client with the red bicycle." in reader.page
    for reason in ("It could identify a client", "It is unkind or unsafe", "I am worried about the writer"):
        assert reason in reader.page


def test_a_flag_comes_to_the_desk_in_the_words_of_whoever_brought_it(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, "The client with the red bicycle.")
    bringing = browser(people.jonah)
    answer = bringing.post(f"/posts/{post.id}/flags", reason="flag_client", words="I know that bicycle.", follow=True)
    assert answer.status_code == 200
    assert "Thank you. Maren and Tomasz will read it." in bringing.page
    desk = browser(people.maren)
    desk.get("/desk")
    assert "This may identify a client" in desk.page
    assert "A member brought it." in desk.page
    assert "I know that bicycle." in desk.page
    assert "Leave as it is" in desk.page
    assert scenes.status_of(post) is PostStatus.VISIBLE


def test_a_teacher_who_brings_something_is_named_as_a_reader_and_not_as_who_brought_it(
    people: People, browser: Browsers
) -> None:
    post = scenes.visible_post(people.group, people.ines)
    bringing = browser(people.maren)
    bringing.get(f"/posts/{post.id}/flags/new")
    assert "Tomasz and you will read it" in bringing.page
    bringing.post(f"/posts/{post.id}/flags", reason="flag_unkind")
    bringing.get("/desk")
    assert "A member brought it." in bringing.page
    assert scenes.decide(bringing, scenes.open_case(), "leave") == 303
    assert "A teacher has read what you brought" not in scenes.notices(bringing)


def test_several_flags_make_one_case_that_says_how_many_in_words(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post, "flag_unkind")
    scenes.bring(browser(people.tomasz), post, "flag_worried")
    desk = browser(people.maren)
    desk.get("/desk")
    assert "Two members brought it." in desk.page
    assert "Somebody is worried about the writer" in desk.page
    assert desk.page.count("<article") == 1


def test_nobody_brings_a_post_twice_and_the_answer_stays_kind(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    bringing = browser(people.jonah)
    scenes.bring(bringing, post)
    version = scenes.open_case().version
    scenes.bring(bringing, post, "flag_client", "And another thing.")
    assert len(reasons()) == 1
    assert scenes.open_case().version == version
    bringing.get(f"/posts/{post.id}/flags/new")
    assert "You have brought this post before." in bringing.page
    scenes.decide(browser(people.maren), scenes.open_case(), "leave")
    scenes.bring(bringing, post)
    assert len(reasons()) == 1


def test_another_member_may_bring_it_after_it_was_decided(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post)
    first = scenes.open_case()
    scenes.decide(browser(people.maren), first, "leave")
    scenes.bring(browser(people.tomasz), post)
    assert scenes.open_case().id != first.id
    assert scenes.case(first.id).state is CaseState.DECIDED


def test_whoever_brought_it_is_told_that_it_was_read_and_no_more(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post)
    scenes.decide(browser(people.maren), scenes.open_case(), "hide", "Because of the street.")
    told = scenes.notices(browser(people.jonah))
    assert "A teacher has read what you brought." in told
    assert "Because of the street." not in told
    with inside():
        kept = session().scalars(sa.select(Notice.member_id).where(Notice.kind == NoticeKind.BROUGHT)).all()
    assert kept == [people.jonah.id]


def test_something_else_needs_a_few_words(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    bringing = browser(people.jonah)
    assert bringing.post(f"/posts/{post.id}/flags", reason="flag_other").status_code == 422
    assert "Say in a few words what it is" in bringing.page
    assert not reasons()


@pytest.mark.parametrize("reason", ["", "join", "held_newcomer", "Flag_Client", "flag_client\n"])
def test_only_the_four_reasons_are_taken_and_words_are_kept(reason: str, people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    bringing = browser(people.jonah)
    answer = bringing.post(f"/posts/{post.id}/flags", reason=reason, words="Kept for a second try.")
    assert answer.status_code == 422
    assert "Kept for a second try." in bringing.page
    assert not reasons()


def test_ones_own_post_and_what_cannot_be_read_are_not_brought(people: People, browser: Browsers) -> None:
    own = scenes.visible_post(people.group, people.jonah)
    assert browser(people.jonah).get(f"/posts/{own.id}/flags/new").status_code == 403
    assert browser(people.jonah).post(f"/posts/{own.id}/flags", reason="flag_client").status_code == 403
    held = scenes.held_post(browser, people.group, people.ines)
    assert browser(people.jonah).post(f"/posts/{held.id}/flags", reason="flag_client").status_code == 404
    assert browser(people.viktor).post(f"/posts/{own.id}/flags", reason="flag_client").status_code == 404


def test_a_post_of_the_only_teacher_waits_and_says_so(people: People, browser: Browsers) -> None:
    circle = make_group("Slow Circle", teachers=[people.maren], members=[people.ines])
    post = scenes.visible_post(circle, people.maren)
    bringing = browser(people.ines)
    bringing.get(f"/posts/{post.id}/flags/new")
    assert "There is no other teacher in this group than the writer." in bringing.page
    bringing.post(f"/posts/{post.id}/flags", reason="flag_unkind", follow=True)
    assert "Thank you. It waits for a second teacher." in bringing.page
    own = browser(people.maren)
    own.get("/desk")
    assert "You decide alone here." in own.page
    assert "Nothing waits for you." in own.page


def test_a_case_that_waited_is_there_for_the_second_teacher(people: People, browser: Browsers) -> None:
    circle = make_group("Slow Circle", teachers=[people.maren], members=[people.ines, people.tomasz])
    post = scenes.visible_post(circle, people.maren, "Too sharp by half.")
    scenes.bring(browser(people.ines), post)
    appointed = browser(people.maren).post(f"/groups/{circle.slug}/teachers", member=str(people.tomasz.id))
    assert appointed.status_code == 303
    desk = browser(people.tomasz)
    desk.get("/desk")
    assert "Too sharp by half." in desk.page


# Nobody is told who brought it

PAGES = (
    "/",
    "/desk",
    "/notices",
    "/notices/mark",
    "/groups",
    "/cases/{case}",
    "/threads/{thread}",
    "/posts/{post}/fragment",
    "/posts/{post}/flags/new",
    "/posts/{post}/hidings/new",
    "/posts/{post}/restorings/new",
    "/groups/{slug}/record",
)


@pytest.mark.parametrize("verdict", ["leave", "hide"])
def test_whoever_brought_it_appears_nowhere(
    verdict: str, people: People, browser: Browsers, capfd: pytest.CaptureFixture[str]
) -> None:
    """The one who brings it writes nothing else here, so their name and id have no other reason to appear."""
    quiet = make_member("Wilhelmina Quiet", id=987_654)
    group = make_group(
        "Slow Circle", teachers=[people.maren, people.tomasz], members=[people.ines, people.jonah, quiet], slug="slow"
    )
    post = scenes.visible_post(group, people.ines)
    scenes.bring(browser(quiet), post, "flag_client", "I know that bicycle.")
    case = scenes.open_case()
    places = [page.format(case=case.id, thread=post.thread_id, post=post.id, slug=group.slug) for page in PAGES]
    readers = [browser(each) for each in (people.maren, people.tomasz, people.ines, people.jonah, people.ada)]
    for moment in ("before", "after"):
        for reader in readers:
            for place in places:
                reader.get(place, follow_redirects=True)
                assert "Wilhelmina" not in reader.page, (moment, place)
                assert not re.search(r">WQ<|\b987654\b", reader.page), (moment, place)  # a cushion, an id
        if moment == "before":
            assert scenes.decide(readers[0], case, verdict, "Mind the street.") == 303
            assert "Wilhelmina" not in readers[0].page
    logged = "".join(capfd.readouterr())
    assert "Wilhelmina" not in logged
    assert "987654" not in logged
    assert where_kept(987_654) <= {
        "case_reasons.by_id",
        "memberships.member_id",
        "members.id",
        "sign_ins.member_id",
        "notices.member_id",
    }


def where_kept(member_id: int) -> set[str]:
    """Name every column of the database that holds the id."""
    with inside():
        return {
            f"{table.name}.{column.name}"
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, sa.Integer)
            and session().scalar(sa.select(sa.func.count()).select_from(table).where(column == member_id))
        }
