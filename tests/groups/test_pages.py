"""What the pages of groups cost, what they let in, and how other slices lay their parts on them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import jinja2
import pytest
from flask import Flask

from community.clock import now
from community.groups import panels, queries
from community.groups.models import Group, GroupKind
from community.groups.panels import Panel, Place, panels_for, register_panel
from community.members.models import Member
from tests.doors import Browser
from tests.factories import inside, join, make_group, make_member
from tests.people import People

Door = Callable[..., Browser]

# The first statement is the session's. The group's page leaves room for one of the sits and four of the threads.
STATEMENTS = {
    "/groups": 5,
    "/groups/ending-on-time": 3,
    "/groups/ending-on-time/members": 4,
    "/groups/ending-on-time/agreement": 4,
    "/groups/ending-on-time/edit": 2,
    "/groups/ending-on-time/invitations": 3,
    "/groups/ending-on-time/agreement/new": 3,
}


@pytest.mark.parametrize("path", STATEMENTS)
def test_a_page_costs_as_many_statements_as_it_did(people: People, browser: Door, statements: Any, path: str) -> None:
    for number in range(12):
        join(make_member(f"Someone {number}"), people.group)
        make_group(f"Circle {number}", teachers=[people.odile, people.ines])
    maren = browser(people.maren)
    with statements() as seen:
        assert maren.get(path).status_code == 200
    assert len(seen) == STATEMENTS[path], seen
    assert all(each.lstrip().upper().startswith("SELECT") for each in seen), "a GET writes nothing"


def test_the_door_of_a_group_costs_four_statements_at_most(people: People, browser: Door, statements: Any) -> None:
    make_group("Early Years", kind=GroupKind.BY_REQUEST, teachers=[people.odile])
    ines = browser(people.ines)
    with statements() as seen:
        ines.get("/groups/early-years")
    assert len(seen) == 4


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
def test_names_and_purposes_are_text_wherever_they_stand(people: People, browser: Door, hostile: str) -> None:
    noor = make_member(hostile, email="noor@example.org", pronouns=hostile[:40], profession=hostile)
    group = make_group(
        hostile, slug="early-years", kind=GroupKind.BY_REQUEST, teachers=[noor], members=[people.ines], purpose=hostile,
        agreement_excerpt=hostile,
    )  # fmt: skip
    outside, inside_it, teacher = browser(people.jonah), browser(people.ines), browser(noor)
    outside.post("/groups/early-years/requests", words=hostile)
    for visitor in (outside, inside_it, teacher):
        for path in ("/groups", "", "/members", "/agreement", "/edit", "/invitations"):
            address = path if path == "/groups" else f"/groups/{group.slug}{path}"
            raw = visitor.get(address).get_data(as_text=True)
            assert "<script>alert" not in raw
            assert "<img" not in raw
            assert "49" not in raw.partition("<main")[2].partition("</main>")[0] or hostile[0] != "{"


def test_a_panel_stands_in_its_order_with_what_it_loaded(app: Flask, people: People, browser: Door) -> None:
    app.jinja_env.loader = jinja2.ChoiceLoader(
        [
            *([app.jinja_env.loader] if app.jinja_env.loader else []),
            jinja2.DictLoader({"_a_panel.html": "<p>{{ panel.said }} in {{ group.name }} to {{ viewer.name }}</p>"}),
        ]
    )

    def says(words: str) -> panels.Load:
        def load(_viewer: Member, _group: Group, _at: datetime, asked: Mapping[str, str]) -> dict[str, Any]:
            return {"said": words + asked.get("show", "")}

        return load

    register_panel(Panel("later", 20, "_a_panel.html", says("second ")))
    register_panel(Panel("sooner", 10, "_a_panel.html", says("first ")))
    register_panel(Panel("row", 10, "_a_panel.html", says("beside"), Place.MEMBER_ROW))
    ines, maren = browser(people.ines), browser(people.maren)
    ines.get("/groups/ending-on-time?show=unread")
    assert "first unread in Ending on Time to Ines Caldeira" in ines.page
    assert ines.page.index("first unread") < ines.page.index("second unread")
    ines.get("/groups/ending-on-time/members")
    assert "beside" not in ines.page
    maren.get("/groups/ending-on-time/members")
    assert maren.page.count("beside in Ending on Time") == 4
    register_panel(Panel("sooner", 30, "_a_panel.html", says("anew")))
    with inside():
        filled = panels_for(Place.GROUP_PAGE, people.ines, people.group, now(), {})
    assert [each.content["said"] for each in filled] == ["second ", "anew"]


def test_no_panel_is_loaded_for_somebody_who_may_not_read(people: People, browser: Door) -> None:
    def load(*_given: Any) -> dict[str, Any]:
        raise AssertionError("asked for a stranger")

    register_panel(Panel("private", 10, "_none.html", load))
    assert browser(people.viktor).get("/groups/ending-on-time").status_code == 200
    assert browser(people.ines).get("/groups/quiet-harbour").status_code == 404


def test_readable_groups_are_those_whose_agreement_stands(people: People) -> None:
    join(people.jonah, people.elsewhere, agreed=False)
    with inside():
        from community.db import session

        def ids(member: Member) -> set[int]:
            return set(session().scalars(queries.readable_group_ids(member.id)))

        assert ids(people.jonah) == {people.group.id}
        assert ids(people.viktor) == {people.elsewhere.id}
        assert ids(people.ada) == set()


def test_the_desk_is_shown_to_those_who_teach(people: People, browser: Door) -> None:
    maren, ines = browser(people.maren), browser(people.ines)
    maren.get("/groups")
    ines.get("/groups")
    assert 'href="/desk"' in maren.page
    assert 'href="/desk"' not in ines.page
