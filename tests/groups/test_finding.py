"""Who finds which groups, and how a hidden one is no different from one that never was."""

import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from community.clock import now
from community.groups.models import Belonging, GroupKind, GroupStatus
from tests.doors import Browser
from tests.factories import join, make_group, make_member
from tests.people import People

Door = Callable[..., Browser]

HIDDEN, NEVER = "quiet-harbour", "never-existed"  # of one length, so that lengths can be compared too
TOKEN = re.compile(r'(csrf-token" content="|csrf_token" value=")[^"]+')


def test_a_member_finds_open_groups_and_those_one_asks_to_join(people: People, browser: Door) -> None:
    make_group("Early Years", kind=GroupKind.BY_REQUEST, teachers=[people.odile])
    viktor = browser(people.viktor)
    assert viktor.get("/groups").status_code == 200
    mine, _, others = viktor.page.partition("Groups you could join")
    assert "Quiet Harbour" in mine
    assert "Ending on Time" in others
    assert "For those who practise ending on time." in others
    assert "Early Years" in others
    assert "no second teacher yet" in mine


def test_a_hidden_group_is_in_nobodys_list_but_its_own_peoples(people: People, browser: Door) -> None:
    for stranger in (people.ines, people.maren, people.ada):
        visitor = browser(stranger)
        visitor.get("/groups")
        assert "Quiet Harbour" not in visitor.page
    assert "Quiet Harbour" in browser(people.viktor).get("/groups").get_data(as_text=True)


def test_an_archived_group_is_offered_to_nobody_and_stays_with_its_people(people: People, browser: Door) -> None:
    make_group("Last Winter", teachers=[people.odile], members=[people.ines], status=GroupStatus.ARCHIVED)
    jonah, ines = browser(people.jonah), browser(people.ines)
    jonah.get("/groups")
    assert "Last Winter" not in jonah.page
    ines.get("/groups")
    assert "archived" in ines.page
    jonah.get("/groups/last-winter")
    assert "nobody joins it just now" in jonah.page


def test_the_list_of_others_goes_on_by_key(people: People, browser: Door) -> None:
    for number in range(35):
        make_group(f"Circle {number:02}", teachers=[people.odile])
    ada = browser(people.ada)
    ada.get("/groups")
    assert "Circle 29" in ada.page
    assert "Circle 30" not in ada.page
    further = re.search(r'href="(/groups\?after=[^"]+)"', ada.page)
    assert further is not None
    ada.get(further[1])
    assert "Circle 30" in ada.page
    assert "Ending on Time" in ada.page
    assert "Circle 29" not in ada.page
    assert ada.get("/groups?after=quiet-harbour").status_code == 200
    assert ada.get("/groups?after=" + "x" * 300).status_code == 200


def test_the_door_shows_name_purpose_teachers_and_agreement_and_nothing_else(people: People, browser: Door) -> None:
    viktor = browser(people.viktor)
    assert viktor.get("/groups/ending-on-time").status_code == 200
    for words in ("Ending on Time", "For those who practise ending on time.", "Maren Oduya", "Tomasz Wren"):
        assert words in viktor.page
    assert "Ines Caldeira" not in viktor.page
    assert "Jonah Feld" not in viktor.page
    viktor.get("/groups/ending-on-time/agreement")
    assert "We keep what is said here." in viktor.page
    assert "I agree to this" not in viktor.page


@pytest.mark.parametrize("path", ["members", "edit", "invitations", "agreement/new", "agreement/1"])
def test_a_stranger_is_told_that_the_inside_of_an_open_group_is_for_its_people(
    people: People, browser: Door, path: str
) -> None:
    viktor = browser(people.viktor)
    assert viktor.get(f"/groups/ending-on-time/{path}").status_code == 403
    assert "for the people in the group" in viktor.page


@pytest.mark.parametrize("path", ["edit", "invitations", "agreement/new"])
def test_what_teachers_look_after_is_not_a_members(people: People, browser: Door, path: str) -> None:
    assert browser(people.ines).get(f"/groups/ending-on-time/{path}").status_code == 403
    assert browser(people.maren).get(f"/groups/ending-on-time/{path}").status_code == 200


# Hidden and absent


def routes(app: Flask) -> list[tuple[str, str]]:
    """Give every method and address of the house that names a group by its word."""
    found = []
    for rule in app.url_map.iter_rules():
        if "slug" in rule.arguments:
            path = re.sub(r"<id:\w+>", "1", rule.rule)
            found += [(method, path) for method in ("GET", "HEAD", "POST", "DELETE")]
    return sorted(set(found))


def answer(visitor: Browser, method: str, path: str, slug: str, fields: dict[str, str]) -> tuple[int, str, Any]:
    data = {"csrf_token": visitor.csrf(), **fields} if method in {"POST", "DELETE"} else None
    given = visitor.client.open(path.replace("<slug>", slug), method=method, data=data)
    body = TOKEN.sub(r"\1", given.get_data(as_text=True)).replace(slug, "SLUG")
    headers = sorted((name, value) for name, value in given.headers.items() if name not in {"Date", "Set-Cookie"})
    return given.status_code, body, headers


FILLED = {
    "name": "Mine now",
    "purpose": "To look inside.",
    "kind": "open",
    "zone": "UTC",
    "holding": "nothing",
    "may_be_seen": "y",
    "words": "Let me in, please.",
    "source": "Anything goes.",
    "version": "1",
    "follows": "1",
    "member": "1",
    "days": "7",
    "places": "1",
}


@pytest.fixture(params=["ines", "ada", "left", "removed"])
def stranger(request: pytest.FixtureRequest, people: People, browser: Door) -> Browser:
    """Somebody who is not in the hidden group: never was, looks after the community, left it, or was removed."""
    if request.param in {"ines", "ada"}:
        return browser(getattr(people, request.param))
    was_in = make_member("Noor Hadley")
    join(was_in, people.elsewhere, status=Belonging(request.param), ended_at=now())
    return browser(was_in)


@pytest.mark.parametrize("fields", [{}, FILLED, {"member": "x" * 5000, "days": "-1"}], ids=["bare", "filled", "wrong"])
def test_a_hidden_group_answers_a_stranger_like_an_address_that_never_was(
    app: Flask, stranger: Browser, statements: Any, fields: dict[str, str]
) -> None:
    for method, path in routes(app):
        with statements() as asked_hidden:
            hidden = answer(stranger, method, path, HIDDEN, fields)
        with statements() as asked_never:
            never = answer(stranger, method, path, NEVER, fields)
        assert hidden == never, (method, path)
        assert len(asked_hidden) == len(asked_never), (method, path)
        assert hidden[0] in {404, 405}, (method, path)


def test_the_members_of_a_hidden_group_are_answered(people: People, browser: Door) -> None:
    assert browser(people.viktor).get("/groups/quiet-harbour").status_code == 200
    assert browser(people.odile).get("/groups/quiet-harbour/edit").status_code == 200


def test_hidden_and_absent_take_the_same_time(people: People, browser: Door) -> None:
    ines = browser(people.ines)
    spent: dict[str, list[float]] = {HIDDEN: [], NEVER: []}
    for slug in [HIDDEN, NEVER] * 60:
        begun = time.process_time()
        ines.get(f"/groups/{slug}")
        spent[slug].append(time.process_time() - begun)
    difference = statistics.median(spent[HIDDEN][5:]) - statistics.median(spent[NEVER][5:])
    assert abs(difference) < 0.005


def test_a_refusal_about_an_open_group_says_nothing_of_a_hidden_one(people: People, browser: Door) -> None:
    teacher = browser(people.maren)
    for number in (people.viktor.id, people.odile.id, 999_999):
        given = teacher.post("/groups/ending-on-time/teachers", member=number)
        assert given.status_code == 404
        assert "not in this group any more" in teacher.page


def test_the_door_says_what_the_others_see_before_one_agrees(people: People, browser: Door) -> None:
    newcomer = make_member("Noor Haddad", pronouns="they/them", profession="Psychiatrist")
    at_door = browser(newcomer)
    at_door.get(f"/groups/{people.group.slug}")
    assert "with your pronouns and your profession" in at_door.page
    join(newcomer, people.group, agreed=False)
    reader = browser(people.ines)
    reader.get(f"/groups/{people.group.slug}/members")
    assert "Noor Haddad" in reader.page
    assert "they/them" in reader.page
    assert "Psychiatrist" in reader.page
