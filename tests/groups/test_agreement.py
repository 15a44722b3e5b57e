"""The agreement: read and accepted before anything else, written anew, and asked again."""

from collections.abc import Callable
from typing import Any

import pytest

from community.db import session
from community.groups.agreement import FIRST_WORDS, agreement_text
from community.groups.models import Agreement, Group, GroupKind
from community.members.models import Member
from tests.doors import Browser
from tests.factories import inside, join, make_group, make_member
from tests.people import People

Door = Callable[..., Browser]
Look = Callable[[Member, Group], Any]

NEW = "We leave clients out of it.\n\n# Silence\n\nNobody records a sit."


def test_a_member_who_has_to_agree_is_led_to_the_agreement_and_back(
    people: People, browser: Door, belonging: Look
) -> None:
    noor = make_member("Noor Hadley")
    join(noor, people.group, agreed=False)
    visitor = browser(noor)
    for path in ("/groups/ending-on-time", "/groups/ending-on-time/members?after=3"):
        given = visitor.get(path)
        assert given.status_code == 302
        assert given.location.startswith("/groups/ending-on-time/agreement?next=")
    visitor.get(visitor.get("/groups/ending-on-time/members?after=3").location)
    assert "Do you agree?" in visitor.page
    assert 'name="next" value="/groups/ending-on-time/members?after=3"' in visitor.page
    given = visitor.post(
        "/groups/ending-on-time/acceptance", version="1", next="/groups/ending-on-time/members?after=3"
    )
    assert given.location == "/groups/ending-on-time/members?after=3"
    assert belonging(noor, people.group).agreed_version == 1
    assert visitor.get("/groups/ending-on-time").status_code == 200


def test_a_script_is_told_instead_of_led(people: People, browser: Door) -> None:
    noor = make_member("Noor Hadley")
    join(noor, people.group, agreed=False)
    given = browser(noor).get("/groups/ending-on-time/members", headers={"Accept": "application/json"})
    assert given.status_code == 403
    assert "agreement" in given.get_json()["error"]["sentence"]


@pytest.mark.parametrize("leads", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", ""])
def test_acceptance_leads_nowhere_outside(people: People, browser: Door, leads: str) -> None:
    given = browser(people.ines).post("/groups/ending-on-time/acceptance", version="1", next=leads)
    assert given.location == "/groups/ending-on-time"


def test_accepting_twice_is_fine_and_a_stranger_cannot(people: People, browser: Door, belonging: Look) -> None:
    ines = browser(people.ines)
    before = belonging(people.ines, people.group).agreed_at
    assert ines.post("/groups/ending-on-time/acceptance", version="1").status_code == 303
    assert belonging(people.ines, people.group).agreed_at == before
    assert browser(people.viktor).post("/groups/ending-on-time/acceptance", version="1").status_code == 403


@pytest.mark.parametrize("version", ["", "one", "-1", "9" * 400])
def test_a_version_that_is_none_is_asked_for_again(people: People, browser: Door, version: str) -> None:
    noor = make_member("Noor Hadley")
    join(noor, people.group, agreed=False)
    visitor = browser(noor)
    assert visitor.post("/groups/ending-on-time/acceptance", version=version).status_code == 422
    assert "Do you agree?" in visitor.page


def test_a_new_version_is_asked_of_everybody_but_its_writer(people: People, browser: Door, belonging: Look) -> None:
    maren, ines, tomasz = browser(people.maren), browser(people.ines), browser(people.tomasz)
    maren.get("/groups/ending-on-time/agreement/new")
    assert "We keep what is said here." in maren.page
    given = maren.post("/groups/ending-on-time/agreement", source=NEW, follows="1")
    assert given.location == "/groups/ending-on-time/agreement"
    assert maren.get("/groups/ending-on-time").status_code == 200
    assert "We leave clients out of it." in maren.page
    for visitor in (ines, tomasz):
        visitor.get("/groups/ending-on-time", follow_redirects=True)
        assert "has a new version" in visitor.page
        assert "Nobody records a sit." in visitor.page
        assert visitor.get("/groups/ending-on-time/agreement/1").status_code == 200
        assert "We keep what is said here." in visitor.page
    ines.post("/groups/ending-on-time/acceptance", version="2")
    assert ines.get("/groups/ending-on-time").status_code == 200
    assert belonging(people.ines, people.group).agreed_version == 2


def test_accepting_what_was_replaced_meanwhile_shows_the_new_words(people: People, browser: Door) -> None:
    browser(people.maren).post("/groups/ending-on-time/agreement", source=NEW, follows="1")
    ines = browser(people.ines)
    assert ines.post("/groups/ending-on-time/acceptance", version="1", next="/groups").status_code == 409
    assert "changed while you were reading" in ines.page
    assert "Nobody records a sit." in ines.page
    assert 'name="next" value="/groups"' in ines.page


def test_two_teachers_never_overwrite_each_other_unread(people: People, browser: Door) -> None:
    maren, tomasz = browser(people.maren), browser(people.tomasz)
    maren.post("/groups/ending-on-time/agreement", source=NEW, follows="1")
    assert tomasz.post("/groups/ending-on-time/agreement", source="Mine instead.", follows="1").status_code == 409
    assert "Mine instead." in tomasz.page
    assert 'name="follows" value="2"' in tomasz.page
    assert tomasz.post("/groups/ending-on-time/agreement", source="Mine instead.", follows="2").status_code == 303


@pytest.mark.parametrize("source", ["", "   \n", "\u200b\u200b", "x" * 20_001, "[" * 1_200])
def test_an_agreement_that_cannot_be_kept_comes_back_as_typed(people: People, browser: Door, source: str) -> None:
    maren = browser(people.maren)
    assert maren.post("/groups/ending-on-time/agreement", source=source, follows="1").status_code == 422
    assert 'aria-invalid="true"' in maren.page
    assert source in maren.page
    with inside():
        assert session().query(Agreement).filter_by(group_id=people.group.id).count() == 1


def test_an_agreement_brings_no_script_onto_the_page(people: People, browser: Door) -> None:
    maren = browser(people.maren)
    hostile = "<script>alert(1)</script> [a](javascript:alert(1)) <img src=x onerror=alert(1)>"
    maren.post("/groups/ending-on-time/agreement", source=hostile, follows="1")
    for path in ("/groups/ending-on-time/agreement", "/groups/ending-on-time"):
        raw = maren.get(path).get_data(as_text=True)
        assert "<script>alert" not in raw
        assert "<img" not in raw
        assert 'href="javascript' not in raw


def test_earlier_versions_are_for_the_groups_people(people: People, browser: Door) -> None:
    assert browser(people.ines).get("/groups/ending-on-time/agreement/1").status_code == 200
    assert browser(people.ines).get("/groups/ending-on-time/agreement/2").status_code == 404
    assert browser(people.viktor).get("/groups/ending-on-time/agreement/1").status_code == 403


def test_who_does_not_want_to_agree_can_leave(people: People, browser: Door, belonging: Look) -> None:
    noor = make_member("Noor Hadley")
    join(noor, people.elsewhere, agreed=False)
    visitor = browser(noor)
    visitor.get("/groups/quiet-harbour", follow_redirects=True)
    assert "If it is not for you" in visitor.page
    assert visitor.post("/groups/quiet-harbour/departure").status_code == 303
    assert not belonging(noor, people.elsewhere).is_active
    assert visitor.get("/groups/quiet-harbour").status_code == 404


def test_a_teacher_may_write_anew_what_they_would_not_accept(people: People, browser: Door) -> None:
    nadia = make_member("Nadia Roth")
    group = make_group("Early Years", kind=GroupKind.HIDDEN, teachers=[nadia], agreed=False)
    teacher = browser(nadia)
    assert teacher.get(f"/groups/{group.slug}/edit").status_code == 302
    assert teacher.get(f"/groups/{group.slug}/agreement/new").status_code == 200
    teacher.post(f"/groups/{group.slug}/agreement", source=NEW, follows="1")
    assert teacher.get(f"/groups/{group.slug}/edit").status_code == 200


def test_the_words_that_a_group_begins_with_put_confidentiality_first() -> None:
    first = agreement_text(FIRST_WORDS)
    assert first.excerpt.startswith("What is said here stays here.")
    assert not first.excerpt.endswith("…")
    assert "<h2>" in first.html
