"""The desk: one list of what waits, and what a teacher decides from it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from community.clock import now
from community.db import session, transaction
from community.groups.actions import archive_group
from community.groups.models import Group, GroupKind, Membership, Role
from community.moderation.models import Case, CaseState, LogAct, SubjectKind, Verdict
from community.moderation.steps import CASE_STEPS, NEEDS_WORDS
from community.threads.models import Draft, Post, PostStatus
from tests.factories import inside, join, make_group, make_member, make_post, make_thread
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People

DECIDED = {
    "let_through": PostStatus.VISIBLE,
    "return": PostStatus.RETURNED,
    "hide": PostStatus.HIDDEN,
}


def case_on(people: People, browser: Browsers, status: PostStatus) -> tuple[Post, Case]:
    """Bring a case about a post of Ines's to where the post has this status."""
    if status is PostStatus.HELD:
        return scenes.held_post(browser, people.group, people.ines), scenes.open_case()
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post)
    with inside(), transaction():
        session().get_one(Post, post.id).status = status
    return post, scenes.open_case()


# What stands there


def test_a_held_post_waits_on_the_desk_of_its_groups_teachers(people: People, browser: Browsers) -> None:
    scenes.held_post(browser, people.group, people.ines, "The lean, at ten to.")
    for teacher in (people.maren, people.tomasz):
        desk = browser(teacher)
        assert desk.get("/desk").status_code == 200
        assert "The lean, at ten to." in desk.page
        assert "Ines Caldeira in “The lean”" in desk.page
        assert "A post, waiting for a reading" in desk.page


def test_people_stand_before_posts_and_the_oldest_before_the_newer(people: People, browser: Browsers) -> None:
    circle = make_group("Slow Circle", kind=GroupKind.BY_REQUEST, teachers=[people.maren])
    scenes.held_post(browser, people.group, people.ines, "The first that waits.")
    scenes.held_post(browser, people.group, people.jonah, "The second that waits.")
    scenes.ask_to_join(browser(people.ines), circle, "I would like to come.")
    scenes.ask_to_join(browser(people.jonah), circle, "So would I.")
    desk = browser(people.maren)
    desk.get("/desk")
    places = [desk.page.index(words) for words in ("like to come.", "So would I.", "The first that", "The second that")]
    assert places == sorted(places)
    assert "Two people ask to join, and two posts wait for a reading. People first." in desk.page


def test_a_long_desk_is_read_by_key_and_every_case_is_on_it_once(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.ines)
    at_most = 23
    for number in range(at_most):
        post = make_post(thread, people.ines, f"Waiting, number {number}.", position=number + 2)
        scenes.bring(browser(people.jonah), post)
        browser(people.jonah)
    desk, seen, address = browser(people.maren), [], "/desk"
    while address:
        desk.get(address)
        seen += re.findall(r"Waiting, number (\d+)\.", desk.page)
        further = re.search(r'href="(/desk\?after=\d+)" rel="next"', desk.page)
        address = further[1] if further else ""
    assert [int(number) for number in seen] == list(range(at_most))


def test_a_place_on_another_desk_leads_nowhere(people: People, browser: Browsers) -> None:
    scenes.held_post(browser, people.elsewhere, people.viktor)
    foreign = scenes.open_case()
    scenes.held_post(browser, people.group, people.ines, "Only here.")
    desk = browser(people.maren)
    assert desk.get(f"/desk?after={foreign.id}").status_code == 200
    assert "Only here." not in desk.page
    assert "The list ends here." in desk.page


@pytest.mark.parametrize("place", ["0", "x", "9" * 12, "9" * 5000, "-1"])
def test_an_odd_place_on_the_desk_is_no_fault(place: str, people: People, browser: Browsers) -> None:
    assert browser(people.maren).get(f"/desk?after={place}").status_code == 200
    assert browser(people.maren).get(f"/groups/{people.group.slug}/record?before={place}").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verdict": "let_through"},
        {"verdict": "let_through", "version": "x"},
        {"verdict": "let_through", "version": "9" * 400},
        {"verdict": "let_through", "version": "0"},
        {"verdict": "erase", "version": "1"},
        {"verdict": "let_through", "version": "1", "reading": "1e9"},
    ],
)
def test_a_decision_that_is_not_one_keeps_what_was_typed(
    fields: dict[str, str], people: People, browser: Browsers
) -> None:
    scenes.held_post(browser, people.group, people.ines)
    desk, case = browser(people.maren), scenes.open_case()
    given: dict[str, Any] = {**fields, "words": "Kindly meant."}
    assert desk.post(f"/cases/{case.id}/decision", **given).status_code == 422
    assert "Kindly meant." in desk.page
    assert scenes.open_case().version == 1


def test_the_desk_is_clear_in_words(people: People, browser: Browsers) -> None:
    desk = browser(people.maren)
    desk.get("/desk")
    assert "it is clear" in desk.page
    assert "Nothing waits for you." in desk.page


def test_the_desk_asks_the_same_few_questions_however_much_is_on_it(
    people: People, browser: Browsers, statements: Callable[..., Any]
) -> None:
    thread, desk = make_thread(people.group, people.ines), browser(people.maren)
    counts = []
    for rounds in (2, 9):
        for number in range(rounds):
            post = make_post(thread, people.ines, f"Number {rounds}.{number}.", position=rounds * 10 + number)
            scenes.bring(browser(people.jonah), post)
        with statements() as seen:
            assert desk.get("/desk").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


def test_a_long_post_can_be_read_whole(people: People, browser: Browsers) -> None:
    scenes.held_post(browser, people.group, people.ines, "A sentence that goes on. " * 200)
    desk = browser(people.maren)
    desk.get("/desk")
    assert "Read all of it, it is long" in desk.page
    assert desk.page.count("A sentence that goes on.") == 200


# The state table


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(status, verdict) for status in PostStatus for verdict in (*DECIDED, "leave", "admit", "decline")],
)
def test_a_post_takes_the_steps_of_the_table_and_no_other(
    status: PostStatus, verdict: str, people: People, browser: Browsers
) -> None:
    post, case = case_on(people, browser, status)
    possible = Verdict(verdict) in CASE_STEPS.get((SubjectKind.POST, status), ())
    answer = scenes.decide(browser(people.maren), case, verdict, "Say it without the street.")
    assert answer == (303 if possible else 422)
    assert scenes.status_of(post) is (DECIDED.get(verdict, status) if possible else status)
    assert scenes.case(case.id).state is (CaseState.DECIDED if possible else CaseState.OPEN)
    assert len(scenes.log_of(people.group)) == (1 if possible else 0)


@pytest.mark.parametrize("status", PostStatus)
def test_the_page_of_a_case_offers_what_the_table_allows(status: PostStatus, people: People, browser: Browsers) -> None:
    _, case = case_on(people, browser, status)
    desk = browser(people.maren)
    desk.get(f"/cases/{case.id}")
    offered = set(re.findall(r'name="verdict" value="(\w+)"', desk.page))
    assert offered == {verdict.value for verdict in CASE_STEPS[SubjectKind.POST, status]}


@pytest.mark.parametrize("verdict", ["admit", "decline"])
def test_a_request_is_answered_from_the_desk(verdict: str, people: People, browser: Browsers) -> None:
    belongs = verdict == "admit"
    circle = make_group("Slow Circle", kind=GroupKind.BY_REQUEST, teachers=[people.maren])
    scenes.ask_to_join(browser(people.viktor), circle)
    case = scenes.open_case()
    assert scenes.decide(browser(people.maren), case, "let_through", "x") == 422
    assert scenes.decide(browser(people.maren), case, verdict, "We are full until spring.") == 303
    with inside():
        assert (session().get(Membership, (circle.id, people.viktor.id)) is not None) is belongs
    assert [entry.act for entry in scenes.log_of(circle)] == [LogAct.ADMITTED if belongs else LogAct.DECLINED]
    told = scenes.notices(browser(people.viktor))
    assert ("You belong to Slow Circle" in told) is belongs
    assert ("We are full until spring." in told) is not belongs


@pytest.mark.parametrize("verdict", sorted(NEEDS_WORDS - {Verdict.DECLINE}))
def test_what_takes_something_from_somebody_needs_a_reason(verdict: Verdict, people: People, browser: Browsers) -> None:
    post, case = case_on(people, browser, PostStatus.VISIBLE)
    desk = browser(people.maren)
    assert scenes.decide(desk, case, verdict, "  \u200b ") == 422
    assert "Say why, in your own words" in desk.page
    assert scenes.status_of(post) is PostStatus.VISIBLE
    assert scenes.case(case.id).state is CaseState.OPEN


def test_words_that_are_too_long_are_kept_on_the_page(people: People, browser: Browsers) -> None:
    _, case = case_on(people, browser, PostStatus.VISIBLE)
    desk, long = browser(people.maren), "word " * 201
    assert scenes.decide(desk, case, "hide", long) == 422
    assert long.strip() in desk.page


def test_an_archived_group_takes_no_new_post_and_offers_none_to_be_taken(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines)
    case = scenes.open_case()
    teacher = browser(people.maren)
    assert "Let it through" in teacher.get(f"/cases/{case.id}").get_data(as_text=True)
    with inside(), transaction():
        archive_group(by=people.maren, group=session().get_one(Group, people.group.id), at=now())
    page = teacher.get(f"/cases/{case.id}").get_data(as_text=True)
    assert "Let it through" not in page
    assert "Return it" in page
    assert scenes.decide(teacher, case, "let_through") == 409
    assert "archived" in teacher.page
    with inside():
        assert session().get_one(Post, post.id).status is PostStatus.HELD


# What follows


def test_a_post_let_through_takes_its_place_and_its_writer_is_told(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines)
    writer = browser(people.ines)
    assert "waits for a teacher’s reading" in scenes.notices(writer)
    assert scenes.decide(browser(people.maren), scenes.open_case(), "let_through", "Welcome.") == 303
    told = scenes.notices(writer)
    assert "Your post in “The lean” stands in the thread now" in told
    assert "Welcome." in told
    assert "waits for a teacher’s reading" not in told
    with inside():
        assert session().get_one(Post, post.id).position == 2


def test_a_returned_post_is_its_writers_draft_with_the_reason(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines, "She lives at number nine.")
    assert scenes.decide(browser(people.maren), scenes.open_case(), "return", "Leave the house out.") == 303
    assert "Leave the house out." in scenes.notices(browser(people.ines))
    with inside():
        draft = session().get_one(Draft, 1)
    assert (draft.member_id, draft.thread_id) == (people.ines.id, post.thread_id)
    assert (draft.source, draft.returned_because) == ("She lives at number nine.", "Leave the house out.")


def test_a_writer_is_not_told_that_a_post_was_brought_and_left(people: People, browser: Browsers) -> None:
    _, case = case_on(people, browser, PostStatus.VISIBLE)
    assert scenes.decide(browser(people.maren), case, "leave", "Nothing in it.") == 303
    writer = browser(people.ines)
    assert "Nothing has happened" in scenes.notices(writer)
    writer.get(f"/groups/{people.group.slug}/record")
    assert "left it as it is" in writer.page
    assert "Nothing in it." not in writer.page
    assert "/posts/" not in writer.page


def test_a_decided_case_says_what_was_decided_by_whom_and_why(people: People, browser: Browsers) -> None:
    _, case = case_on(people, browser, PostStatus.VISIBLE)
    scenes.decide(browser(people.maren), case, "hide", "The street is in it.")
    colleague = browser(people.tomasz)
    assert colleague.get(f"/cases/{case.id}").status_code == 200
    assert "Maren Oduya has decided this" in colleague.page
    assert "hid it for now" in colleague.page
    assert "The street is in it." in colleague.page
    assert 'name="verdict"' not in colleague.page
    colleague.get("/desk")
    assert "Nothing waits for you." in colleague.page


def test_the_buttons_of_the_desk_decide_in_one_tap(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines)
    desk, case = browser(people.maren), scenes.open_case()
    desk.get("/desk")
    fields: dict[str, Any] = scenes.fields_of(desk.page, f"/cases/{case.id}/decision")
    fields.pop("csrf_token")
    assert desk.post(f"/cases/{case.id}/decision", follow=True, **fields).status_code == 200
    assert "It stands in the thread now, and its writer is told." in desk.page
    assert scenes.status_of(post) is PostStatus.VISIBLE


def test_a_teacher_has_a_notice_of_what_waits_until_somebody_has_decided(people: People, browser: Browsers) -> None:
    scenes.held_post(browser, people.group, people.ines)
    assert "Something waits for a teacher in Ending on Time" in scenes.notices(browser(people.tomasz))
    assert "Something waits" not in scenes.notices(browser(people.jonah))
    scenes.decide(browser(people.maren), scenes.open_case(), "let_through")
    assert "Something waits" not in scenes.notices(browser(people.tomasz))


# What goes by itself


def test_a_held_post_that_its_writer_takes_back_leaves_the_desk(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines)
    case = scenes.open_case()
    assert browser(people.ines).post(f"/posts/{post.id}/withdrawal").status_code == 303
    assert scenes.case(case.id).state is CaseState.CLOSED
    late = browser(people.maren)
    assert scenes.decide(late, case, "return", "I had written this.") == 409
    assert "it was taken back" in late.page
    assert "I had written this." in late.page
    assert not scenes.log_of(people.group)


def test_what_was_brought_is_read_even_if_the_writer_takes_the_post_back(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, "I cannot go on.")
    scenes.bring(browser(people.jonah), post, "flag_worried", "She does not sound like herself.")
    assert browser(people.ines).post(f"/posts/{post.id}/withdrawal").status_code == 303
    desk = browser(people.maren)
    desk.get("/desk")
    assert "Somebody is worried about the writer" in desk.page
    assert "She does not sound like herself." in desk.page
    assert "I cannot go on." not in desk.page
    assert scenes.decide(desk, scenes.open_case(), "leave") == 303


def test_a_request_that_is_taken_back_leaves_the_desk(people: People, browser: Browsers) -> None:
    circle = make_group("Slow Circle", kind=GroupKind.BY_REQUEST, teachers=[people.maren])
    asking = browser(people.viktor)
    scenes.ask_to_join(asking, circle)
    case = scenes.open_case()
    assert asking.post(f"/groups/{circle.slug}/requests/withdrawal").status_code == 303
    assert scenes.case(case.id).state is CaseState.CLOSED


# Second comers


def test_a_second_teacher_is_told_what_happened_and_keeps_what_they_typed(people: People, browser: Browsers) -> None:
    _, case = case_on(people, browser, PostStatus.VISIBLE)
    assert scenes.decide(browser(people.maren), case, "leave") == 303
    late = browser(people.tomasz)
    assert scenes.decide(late, case, "hide", "The names are real.") == 409
    said = r'role="alert".*Maren Oduya has decided this, <time datetime="[^"]+">Today, [\d:]+</time>: left it as it is'
    assert re.search(said, late.page)
    assert "What you had written" in late.page
    assert "The names are real." in late.page
    assert len(scenes.log_of(people.group)) == 1


def test_a_case_that_has_grown_is_read_again_before_it_is_decided(people: People, browser: Browsers) -> None:
    post, case = case_on(people, browser, PostStatus.VISIBLE)
    scenes.bring(browser(people.tomasz), post, "flag_client", "The clinic is named.")
    reading = browser(people.maren)
    assert scenes.decide(reading, case, "return", "Kindly said, but no.") == 409
    assert "Nothing is decided yet" in reading.page
    assert "The clinic is named." in reading.page
    assert "Kindly said, but no." in reading.page
    again = scenes.fields_of(reading.page, f"/cases/{case.id}/decision")
    assert scenes.decide(reading, case, "return", "Kindly said, but no.", version=again["version"]) == 303


def test_words_that_changed_are_read_again_before_they_are_let_through(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines, "Harmless.")
    desk, case = browser(people.maren), scenes.open_case()
    desk.get("/desk")
    seen = scenes.fields_of(desk.page, f"/cases/{case.id}/decision")
    edited = browser(people.ines).post(f"/posts/{post.id}/edit", source="Now with a name.", version="1")
    assert edited.status_code == 303
    assert scenes.decide(desk, case, "let_through", reading=seen["reading"]) == 409
    assert "The writer has changed the words" in desk.page
    assert "Now with a name." in desk.page
    assert scenes.status_of(post) is PostStatus.HELD


# Who


def test_nobody_finds_a_case_about_themselves(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.maren)
    scenes.bring(browser(people.ines), post)
    case = scenes.open_case()
    own = browser(people.maren)
    own.get("/desk")
    assert "Nothing waits for you." in own.page
    assert own.get(f"/cases/{case.id}").status_code == 404
    assert scenes.decide(own, case, "leave") == 404
    assert "Something waits" not in scenes.notices(own)
    assert scenes.decide(browser(people.tomasz), case, "hide", "Too sharp.") == 303
    own.get(f"/groups/{people.group.slug}/record")
    assert own.post(f"/posts/{post.id}/restorings").status_code == 403
    assert scenes.status_of(post) is PostStatus.HIDDEN


def test_a_teacher_who_is_released_loses_the_desk_at_once(people: People, browser: Browsers) -> None:
    scenes.held_post(browser, people.group, people.ines)
    desk, case = browser(people.tomasz), scenes.open_case()
    assert desk.get("/desk").status_code == 200
    with inside(), transaction():
        session().get_one(Membership, (people.group.id, people.tomasz.id)).role = Role.MEMBER
    assert desk.get("/desk").status_code == 403
    assert desk.get(f"/cases/{case.id}").status_code == 404
    assert scenes.decide(desk, case, "let_through") == 404
    assert "Something waits" not in scenes.notices(desk)


def test_a_teacher_decides_only_under_the_agreement_as_it_stands(people: People, browser: Browsers) -> None:
    circle = make_group("Slow Circle", teachers=[people.maren], members=[people.ines])
    scenes.held_post(browser, circle, people.ines, "Here I am.")
    case, newcomer = scenes.open_case(), make_member("Noor Haddad")
    join(newcomer, circle, role=Role.TEACHER, agreed=False)
    desk = browser(newcomer)
    assert desk.get("/desk").status_code == 200
    assert "Here I am." not in desk.page
    assert "Its agreement has a new version." in desk.page
    assert scenes.decide(desk, case, "let_through") == 404


def test_a_member_without_a_group_to_teach_has_no_desk(people: People, browser: Browsers) -> None:
    for member in (people.ines, people.ada):
        reader = browser(member)
        assert reader.get("/desk").status_code == 403
        assert "You do not teach one" in reader.page
    assert browser(None).get("/desk").status_code == 302


@pytest.mark.parametrize("who", ["ines", "jonah", "odile", "viktor", "ada"])
def test_for_all_but_the_groups_teachers_a_case_does_not_exist(who: str, people: People, browser: Browsers) -> None:
    """The writer, another member, another group's teacher and member, and one who looks after the community."""
    post, case = case_on(people, browser, PostStatus.HELD)
    reader = browser(getattr(people, who))
    for path in (f"/cases/{case.id}", "/cases/999999"):
        assert reader.get(path).status_code == 404
        assert "Something I carry." not in reader.page
        assert reader.post(f"{path}/decision", verdict="let_through", version="1").status_code == 404
    assert scenes.status_of(post) is PostStatus.HELD
    assert scenes.case(case.id).version == 1
    if who == "odile":
        reader.get("/desk")
        assert "Something I carry." not in reader.page


def test_strangers_are_asked_to_come_in_first(people: People, browser: Browsers) -> None:
    post, case = case_on(people, browser, PostStatus.VISIBLE)
    stranger = browser(None)
    about = f"/groups/{people.group.slug}/members/{people.ines.id}"
    pages = ("/desk", f"/cases/{case.id}", f"/posts/{post.id}/flags/new", f"/posts/{post.id}/hidings/new")
    for path in (*pages, f"{about}/removals/new", f"/groups/{people.group.slug}/record"):
        assert stranger.get(path).status_code == 302
    acts = (f"/cases/{case.id}/decision", f"/posts/{post.id}/flags", f"/posts/{post.id}/hidings", f"{about}/removals")
    for path in (*acts, f"{about}/mutings", f"{about}/unmutings", f"/posts/{post.id}/restorings"):
        assert stranger.post(path, words="x", hours="1").status_code == 401
    assert scenes.case(case.id).version == 1


def test_nothing_of_the_desk_is_written_by_looking(
    people: People, browser: Browsers, statements: Callable[..., Any]
) -> None:
    post, case = case_on(people, browser, PostStatus.VISIBLE)
    reader = browser(people.maren)
    with statements() as seen:
        for path in ("/desk", f"/cases/{case.id}", f"/posts/{post.id}/flags/new", f"/posts/{post.id}/hidings/new"):
            assert reader.get(path).status_code == 200
        assert reader.get("/notices").status_code == 200
        assert reader.get(f"/groups/{people.group.slug}/record").status_code == 200
    assert all(each.lstrip().startswith(("SELECT", "WITH")) for each in seen)
