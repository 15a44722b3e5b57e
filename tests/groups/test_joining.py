"""Coming to belong: by one's own step, by asking, by a teacher's link; and what is refused."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from community.clock import now
from community.db import session, transaction
from community.errors import Conflict, NotAllowed
from community.groups import actions, queries
from community.groups.models import Belonging, Group, GroupKind, GroupStatus, JoinRequest, RequestState
from community.members.models import Invitation, Member
from tests.doors import Browser
from tests.factories import inside, join, make_group
from tests.people import People

Door = Callable[..., Browser]
Look = Callable[[Member, Group], Any]


def asked_group(people: People) -> Group:
    return make_group("Early Years", kind=GroupKind.BY_REQUEST, teachers=[people.odile])


def answered(request: JoinRequest, by: Member, verdict: Callable[..., Any], words: str = "") -> None:
    """Answer as the desk does."""
    with inside(), transaction():
        said = {"words": words} if verdict is actions.decline else {}
        verdict(by=session().get_one(Member, by.id), request=queries.request_for(by, request.id), at=now(), **said)


def link_into(group: Group, visitor: Browser, **fields: Any) -> str:
    visitor.post(f"/groups/{group.slug}/invitations", **{"days": "7", "places": "3", **fields})
    found = re.search(r"https?://[^/]+(/invitations/[\w-]+)", visitor.page)
    assert found is not None, visitor.page
    return found[1]


# Open groups


def test_a_member_joins_an_open_group_and_is_led_to_its_agreement(
    people: People, browser: Door, belonging: Look
) -> None:
    viktor = browser(people.viktor)
    viktor.post("/groups/ending-on-time/memberships", follow=True)
    assert "Do you agree?" in viktor.page
    assert "We keep what is said here." in viktor.page
    row = belonging(people.viktor, people.group)
    assert row.status is Belonging.ACTIVE
    assert row.agreed_version == 0


def test_joining_twice_is_fine(people: People, browser: Door) -> None:
    ines = browser(people.ines)
    given = ines.post("/groups/ending-on-time/memberships")
    assert (given.status_code, given.location) == (303, "/groups/ending-on-time")


@pytest.mark.parametrize("kind", [GroupKind.BY_REQUEST, GroupKind.OPEN])
def test_nobody_walks_into_a_group_by_request_or_an_archived_one(
    people: People, browser: Door, belonging: Look, kind: GroupKind
) -> None:
    status = GroupStatus.ACTIVE if kind is GroupKind.BY_REQUEST else GroupStatus.ARCHIVED
    group = make_group("Early Years", kind=kind, status=status, teachers=[people.odile])
    jonah = browser(people.jonah)
    assert jonah.post("/groups/early-years/memberships").status_code == 403
    assert "not open to you here" in jonah.page
    assert belonging(people.jonah, group) is None


def test_who_was_removed_does_not_walk_in_again_and_who_left_does(
    people: People, browser: Door, belonging: Look
) -> None:
    join(people.viktor, people.group, status=Belonging.REMOVED, ended_at=now())
    join(people.ada, people.group, status=Belonging.LEFT, ended_at=now())
    removed, left = browser(people.viktor), browser(people.ada)
    removed.get("/groups/ending-on-time")
    assert "A teacher has ended your membership here." in removed.page
    assert "Join this group" not in removed.page
    assert removed.post("/groups/ending-on-time/memberships").status_code == 403
    assert left.post("/groups/ending-on-time/memberships").status_code == 303
    assert belonging(people.ada, people.group).agreed_version == 0


def test_leaving_and_coming_back_does_not_end_a_time_of_quiet(people: People, browser: Door, belonging: Look) -> None:
    viktor = browser(people.viktor)
    until = now() + timedelta(days=2)
    join(people.viktor, people.group, muted_until=until)
    viktor.post("/groups/ending-on-time/departure")
    viktor.post("/groups/ending-on-time/memberships")
    assert belonging(people.viktor, people.group).muted_until == until


# Asking


def test_a_member_asks_with_words_and_takes_it_back(people: People, browser: Door, request_by: Any) -> None:
    asked_group(people)
    ines = browser(people.ines)
    ines.post("/groups/early-years/requests", words="I begin my third year.\nMay I come?", follow=True)
    assert "You have asked" in ines.page
    assert "I begin my third year." in ines.page
    ines.get("/groups")
    assert "you have asked" in ines.page
    ines.post("/groups/early-years/requests/withdrawal", follow=True)
    assert "Ask to join" in ines.page
    assert request_by(people.ines).state is RequestState.TAKEN_BACK
    assert ines.post("/groups/early-years/requests/withdrawal").status_code == 404


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 1001])
def test_an_empty_or_endless_asking_comes_back_as_typed(people: People, browser: Door, words: str) -> None:
    asked_group(people)
    ines = browser(people.ines)
    assert ines.post("/groups/early-years/requests", words=words).status_code == 422
    assert 'aria-invalid="true"' in ines.page
    assert words.strip() in ines.page


def test_one_asks_once_until_there_is_an_answer(people: People, browser: Door) -> None:
    asked_group(people)
    ines = browser(people.ines)
    ines.post("/groups/early-years/requests", words="May I come?")
    assert ines.post("/groups/early-years/requests", words="And again?").status_code == 409
    assert "You have asked already." in ines.page


def test_an_open_group_is_joined_and_not_asked(people: People, browser: Door) -> None:
    assert browser(people.viktor).post("/groups/ending-on-time/requests", words="May I?").status_code == 403


def test_who_is_admitted_belongs_and_is_told(people: People, browser: Door, belonging: Look, request_by: Any) -> None:
    group = asked_group(people)
    ines = browser(people.ines)
    ines.post("/groups/early-years/requests", words="May I come?")
    answered(request_by(people.ines), people.odile, actions.admit)
    assert belonging(people.ines, group).is_active
    ines.get("/notices")
    assert "You belong to Early Years." in ines.page
    ines.get("/groups/early-years", follow_redirects=True)
    assert "Do you agree?" in ines.page


def test_who_is_declined_reads_why_and_may_ask_again(
    people: People, browser: Door, belonging: Look, request_by: Any
) -> None:
    group = asked_group(people)
    ines = browser(people.ines)
    ines.post("/groups/early-years/requests", words="May I come?")
    answered(request_by(people.ines), people.odile, actions.decline, "We are twelve. <b>Spring</b>, perhaps.")
    assert belonging(people.ines, group) is None
    ines.get("/groups/early-years")
    assert "Not for now." in ines.page
    assert "Ask again" in ines.page
    assert "<b>Spring</b>" not in ines.last.get_data(as_text=True) if ines.last else False
    with inside():
        shown = queries.shown_answers(people.ines, [f"request:{request_by(people.ines).id}", "post:1"])
        nobodys = queries.shown_answers(people.jonah, [f"request:{request_by(people.ines).id}"])
    assert [each.url for each in shown.values()] == ["/groups/early-years"]
    assert nobodys == {}


def test_a_request_is_answered_once_and_only_by_a_teacher_there(
    people: People, browser: Door, request_by: Any, belonging: Look
) -> None:
    group = asked_group(people)
    browser(people.ines).post("/groups/early-years/requests", words="May I come?")
    request = request_by(people.ines)
    for nobody in (people.ines, people.maren, people.ada):
        with inside(), transaction():
            by = session().get_one(Member, nobody.id)
            own = session().get_one(JoinRequest, request.id)
            with pytest.raises(NotAllowed):
                actions.admit(by=by, request=own, at=now())
    assert belonging(people.ines, group) is None
    answered(request, people.odile, actions.decline)
    with pytest.raises(Conflict):
        answered(request, people.odile, actions.admit)


def test_joining_by_another_way_takes_the_request_back(people: People, browser: Door, request_by: Any) -> None:
    group = asked_group(people)
    ines = browser(people.ines)
    ines.post("/groups/early-years/requests", words="May I come?")
    ines.post(link_into(group, browser(people.odile)))
    assert request_by(people.ines).state is RequestState.TAKEN_BACK


# Links


def test_a_teachers_link_leads_a_member_into_a_hidden_group(people: People, browser: Door, belonging: Look) -> None:
    path = link_into(people.elsewhere, browser(people.odile))
    ines = browser(people.ines)
    ines.get(path)
    assert "Quiet Harbour" in ines.page
    assert ines.post(path).location == "/groups/quiet-harbour"
    assert belonging(people.ines, people.elsewhere).is_active
    assert ines.post(path).status_code == 409
    with inside():
        assert session().query(Invitation).one().places_left == 2, "a second use by the same person takes no place"


@pytest.mark.parametrize(
    ("days", "places"), [("0", "1"), ("31", "1"), ("7", "31"), ("seven", "1"), ("", ""), ("9" * 5000, "1")]
)
def test_a_link_is_open_for_one_to_thirty_days_and_people(
    people: People, browser: Door, days: str, places: str
) -> None:
    maren = browser(people.maren)
    assert maren.post("/groups/ending-on-time/invitations", days=days, places=places).status_code == 422
    assert f'value="{days}"' in maren.page
    with inside():
        assert session().query(Invitation).count() == 0


def test_a_member_who_does_not_teach_makes_no_link(people: People, browser: Door) -> None:
    for who in (people.ines, people.ada):
        assert browser(who).post("/groups/ending-on-time/invitations", days="7", places="1").status_code == 403


def test_a_second_teacher_closes_the_firsts_link(people: People, browser: Door) -> None:
    path = link_into(people.group, browser(people.maren))
    tomasz, viktor = browser(people.tomasz), browser(people.viktor)
    tomasz.get("/groups/ending-on-time/invitations")
    assert "Maren Oduya" in tomasz.page
    with inside():
        number = session().query(Invitation).one().id
    assert browser(people.odile).post(f"/groups/quiet-harbour/invitations/{number}/revocation").status_code == 404
    browser(people.ada).post(f"/invitations/{number}/revocation")
    assert viktor.get(path).status_code == 200, "an admin looks after links into the community, not into groups"
    assert tomasz.post(f"/groups/ending-on-time/invitations/{number}/revocation").status_code == 303
    assert viktor.get(path).status_code == 404


@pytest.mark.parametrize("how", ["release", "departure", "archive"])
def test_links_close_with_the_right_of_who_made_them(people: People, browser: Door, how: str) -> None:
    tomasz, maren = browser(people.tomasz), browser(people.maren)
    path = link_into(people.group, tomasz)
    viktor = browser(people.viktor)
    assert viktor.get(path).status_code == 200
    if how == "release":
        maren.post(f"/groups/ending-on-time/teachers/{people.tomasz.id}/release")
    elif how == "departure":
        tomasz.post("/groups/ending-on-time/departure")
    else:
        maren.post("/groups/ending-on-time/archive")
    assert viktor.get(path).status_code == 404
    assert viktor.post(path).status_code == 404


def test_who_was_removed_comes_back_only_by_a_link_made_afterwards(
    people: People, browser: Door, belonging: Look
) -> None:
    maren, viktor = browser(people.maren), browser(people.viktor)
    join(people.viktor, people.group)
    earlier = link_into(people.group, maren)
    with inside(), transaction():
        by = session().get_one(Member, people.maren.id)
        group = queries.group_for(by, people.group.slug)
        actions.remove_member(by=by, membership=queries.membership_in(group, people.viktor.id), at=now())
    assert viktor.post(earlier).status_code == 403
    assert not belonging(people.viktor, people.group).is_active
    later = link_into(people.group, maren)
    assert viktor.post(later).status_code == 303
    assert belonging(people.viktor, people.group).is_active
