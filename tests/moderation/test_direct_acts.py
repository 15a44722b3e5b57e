"""What a teacher does without a case: hiding and putting back, a time of quiet, ending a membership."""

from datetime import timedelta

import pytest

from community.clock import now
from community.db import session, transaction
from community.groups.models import GroupKind, Membership
from community.moderation.models import CaseState, LogAct, Verdict
from community.threads.models import Post, PostStatus, Thread
from tests.factories import inside, make_group, make_thread
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People


def of_member(people: People, noun: str, who: str = "ines") -> str:
    return f"/groups/{people.group.slug}/members/{getattr(people, who).id}/{noun}"


def membership(people: People, who: str = "ines") -> Membership:
    with inside():
        return session().get_one(Membership, (people.group.id, getattr(people, who).id))


# Posts


def test_a_hidden_post_leaves_an_empty_place_and_its_writer_reads_why(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, "The clinic by the station.")
    teacher = browser(people.maren)
    assert teacher.get(f"/posts/{post.id}/hidings/new").status_code == 200
    assert "The others see an empty place where it stood." in teacher.page
    answer = teacher.post(f"/posts/{post.id}/hidings", words="The station names the town.", follow=True)
    assert answer.status_code == 200
    assert "Hidden for now." in teacher.page
    assert scenes.status_of(post) is PostStatus.HIDDEN
    told = scenes.notices(browser(people.ines))
    assert "A teacher has hidden your post in “Ten to the hour” for now" in told
    assert "The station names the town." in told
    other = browser(people.jonah)
    other.get(f"/threads/{post.thread_id}")
    assert "The clinic by the station." not in other.page


def test_a_hidden_opening_says_that_the_thread_goes_with_it(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.ines)
    with inside():
        opening = session().get_one(Thread, thread.id)
        post_id = session().query(Post.id).filter_by(thread_id=opening.id).scalar()
    teacher = browser(people.maren)
    teacher.get(f"/posts/{post_id}/hidings/new")
    assert "the whole thread is hidden with it" in teacher.page
    assert teacher.post(f"/posts/{post_id}/hidings", words="For now.").status_code == 303
    assert browser(people.jonah).get(f"/threads/{thread.id}").status_code == 404


def test_hiding_and_putting_back_decide_an_open_case(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post)
    case = scenes.open_case()
    assert browser(people.maren).post(f"/posts/{post.id}/hidings", words="For now.").status_code == 303
    after = scenes.case(case.id)
    assert (after.state, after.verdict, after.words) == (CaseState.DECIDED, Verdict.HIDE, "For now.")
    assert scenes.decide(browser(people.tomasz), case, "leave") == 409
    assert "A teacher has read what you brought." in scenes.notices(browser(people.jonah))
    assert "Something waits" not in scenes.notices(browser(people.tomasz))


def test_a_post_is_put_back_by_any_teacher_but_its_writer(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines, "The lean.")
    browser(people.maren).post(f"/posts/{post.id}/hidings", words="For now.")
    second = browser(people.tomasz)
    assert second.get(f"/posts/{post.id}/restorings/new").status_code == 200
    assert second.post(f"/posts/{post.id}/restorings", words="Thank you for waiting.").status_code == 303
    assert scenes.status_of(post) is PostStatus.VISIBLE
    assert "Thank you for waiting." in scenes.notices(browser(people.ines))
    assert [entry.act for entry in scenes.log_of(people.group)] == [LogAct.HID, LogAct.RESTORED]


def test_the_second_to_hide_or_put_back_is_told_who_was_quicker(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    browser(people.maren).post(f"/posts/{post.id}/hidings", words="For now.")
    late = browser(people.tomasz)
    assert late.post(f"/posts/{post.id}/hidings", words="My own reason.").status_code == 409
    assert "Maren Oduya has hidden it already." in late.page
    assert "My own reason." in late.page
    late.post(f"/posts/{post.id}/restorings")
    again = browser(people.maren)
    assert again.post(f"/posts/{post.id}/restorings").status_code == 409
    assert "Tomasz Wren has put it back already." in again.page
    assert len(scenes.log_of(people.group)) == 2


def test_hiding_needs_a_reason(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    teacher = browser(people.maren)
    assert teacher.post(f"/posts/{post.id}/hidings", words=" ").status_code == 422
    assert scenes.status_of(post) is PostStatus.VISIBLE


def test_a_teacher_does_not_hide_their_own_post_out_of_a_colleagues_sight(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.maren)
    scenes.bring(browser(people.ines), post)
    assert browser(people.maren).post(f"/posts/{post.id}/hidings", words="Never mind.").status_code == 403
    assert scenes.open_case().state is CaseState.OPEN


# A time of quiet


def test_a_muted_member_reads_sits_and_flags_but_does_not_write(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    answer = browser(people.maren).post(of_member(people, "mutings"), hours="24", words="Let it settle.")
    assert answer.status_code == 303
    quiet = browser(people.ines)
    told = scenes.notices(quiet)
    assert "A teacher asks you to write nothing in Ending on Time until" in told
    assert "Let it settle." in told
    assert quiet.get(f"/threads/{thread.id}").status_code == 200
    assert quiet.post(f"/threads/{thread.id}/posts", source="But listen.").status_code == 403
    assert "But listen." in quiet.page
    assert quiet.get(f"/groups/{people.group.slug}").status_code == 200
    with inside():
        opening_id = session().query(Post.id).filter_by(thread_id=thread.id).scalar()
    assert quiet.post(f"/posts/{opening_id}/flags", reason="flag_unkind").status_code == 303


def test_a_time_of_quiet_ends_by_itself_and_may_end_sooner(people: People, browser: Browsers) -> None:
    thread, teacher = make_thread(people.group, people.jonah), browser(people.maren)
    teacher.post(of_member(people, "mutings"), hours="720", words="A month.")
    until = membership(people).muted_until
    assert until is not None
    assert abs(until - now() - timedelta(days=30)) < timedelta(minutes=1)
    teacher.get(f"/groups/{people.group.slug}/members")
    assert "asked to be quiet until" in teacher.page
    assert "Let Ines write again" in teacher.page
    assert teacher.post(of_member(people, "unmutings")).status_code == 303
    assert browser(people.ines).post(f"/threads/{thread.id}/posts", source="I am here.").status_code == 303
    assert "You may write in" in scenes.notices(browser(people.ines))
    assert teacher.post(of_member(people, "unmutings")).status_code == 409
    with inside(), transaction():
        session().get_one(Membership, (people.group.id, people.ines.id)).muted_until = now() - timedelta(seconds=1)
    assert browser(people.ines).post(f"/threads/{thread.id}/posts", source="Still here.").status_code == 303


@pytest.mark.parametrize("hours", ["", "0", "-1", "721", "1e3", "a day", "24.5", "99999999999999999999"])
def test_hours_that_do_not_fit_are_refused_and_words_kept(hours: str, people: People, browser: Browsers) -> None:
    teacher = browser(people.maren)
    assert teacher.post(of_member(people, "mutings"), hours=hours, words="Let it settle.").status_code == 422
    assert "Let it settle." in teacher.page
    assert membership(people).muted_until is None


def test_nobody_quietens_a_teacher_or_themselves(people: People, browser: Browsers) -> None:
    teacher = browser(people.maren)
    for who in ("maren", "tomasz"):
        assert teacher.get(of_member(people, "mutings/new", who)).status_code == 403
        assert teacher.post(of_member(people, "mutings", who), hours="1", words="x").status_code == 403
        assert teacher.post(of_member(people, "removals", who), words="x").status_code == 403


# Ending a membership


def test_removing_somebody_names_the_loss_and_takes_effect_at_once(people: People, browser: Browsers) -> None:
    thread, theirs = make_thread(people.group, people.jonah), browser(people.ines)
    assert theirs.get(f"/threads/{thread.id}").status_code == 200
    teacher = browser(people.maren)
    assert teacher.get(of_member(people, "removals/new")).status_code == 200
    assert "Ines loses this at once" in teacher.page
    assert teacher.post(of_member(people, "removals"), words="We spoke about it.").status_code == 303
    assert theirs.get(f"/threads/{thread.id}").status_code == 404
    told = scenes.notices(theirs)
    assert "A teacher has ended your belonging to Ending on Time" in told
    assert "We spoke about it." in told
    assert [entry.act for entry in scenes.log_of(people.group)] == [LogAct.REMOVED]
    assert browser(people.tomasz).post(of_member(people, "removals"), words="x").status_code == 404


def test_whoever_was_removed_from_a_hidden_group_is_told_without_its_name(people: People, browser: Browsers) -> None:
    theirs = browser(people.viktor)
    path = f"/groups/{people.elsewhere.slug}/members/{people.viktor.id}/removals"
    assert browser(people.odile).post(path, words="Not for now.").status_code == 303
    told = scenes.notices(theirs)
    assert "A teacher has ended your belonging to a group that meets by invitation" in told
    assert "Not for now." in told
    assert "Quiet Harbour" not in told


def test_notices_of_a_group_end_with_the_membership(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    teacher, theirs = browser(people.maren), browser(people.ines)
    teacher.post(f"/posts/{post.id}/hidings", words="Mind the street.")
    assert "Mind the street." in scenes.notices(theirs)
    teacher.post(of_member(people, "removals"), words="Enough.")
    assert "Mind the street." not in scenes.notices(theirs)


def test_removal_needs_a_reason_and_keeps_the_membership_without(people: People, browser: Browsers) -> None:
    teacher = browser(people.maren)
    assert teacher.post(of_member(people, "removals"), words="").status_code == 422
    assert membership(people).is_active


# Who


@pytest.mark.parametrize("who", ["ines", "viktor", "odile", "ada"])
def test_only_the_groups_own_teachers_act_directly(who: str, people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.jonah)
    by = browser(getattr(people, who))
    hidden = {"ines": 403}.get(who, 404)
    assert by.get(f"/posts/{post.id}/hidings/new").status_code == hidden
    assert by.post(f"/posts/{post.id}/hidings", words="x").status_code == hidden
    assert by.post(f"/posts/{post.id}/restorings", words="x").status_code == hidden
    for noun in ("mutings", "unmutings", "removals"):
        assert by.post(of_member(people, noun, "jonah"), hours="1", words="x").status_code == 403
    assert scenes.status_of(post) is PostStatus.VISIBLE
    assert membership(people, "jonah").is_active
    assert not scenes.log_of(people.group)


def test_a_hidden_groups_members_cannot_be_acted_on_from_outside(people: People, browser: Browsers) -> None:
    path = f"/groups/{people.elsewhere.slug}/members/{people.viktor.id}"
    for noun in ("mutings", "unmutings", "removals"):
        assert browser(people.maren).post(f"{path}/{noun}", hours="1", words="x").status_code == 404


def test_a_teacher_acts_on_nobody_through_another_groups_address(people: People, browser: Browsers) -> None:
    circle = make_group("Slow Circle", kind=GroupKind.OPEN, teachers=[people.maren])
    path = f"/groups/{circle.slug}/members/{people.viktor.id}"
    for noun in ("mutings", "unmutings", "removals"):
        assert browser(people.maren).post(f"{path}/{noun}", hours="1", words="x").status_code == 404
