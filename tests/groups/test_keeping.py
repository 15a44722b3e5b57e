"""Beginning a group, keeping it, its teachers, its list of members, and its archive."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from community import live as live_door
from community.clock import now
from community.db import session
from community.groups.agreement import FIRST_WORDS
from community.groups.models import Belonging, Group, GroupKind, GroupStatus, Holding, Role
from community.members.models import Member
from tests.doors import Browser, until
from tests.factories import inside, join, make_group, make_member
from tests.people import People

Door = Callable[..., Browser]
Look = Callable[[Member, Group], Any]

BEGUN: dict[str, Any] = {
    "name": "Café Été: Listening",
    "purpose": "Hearing what was not said.",
    "kind": "by_request",
    "zone": "Europe/Lisbon",
    "teacher": "Ines.Caldeira@example.org",
    "source": FIRST_WORDS,
}
KEPT: dict[str, Any] = {
    "name": "Ending on Time",
    "purpose": "Letting an hour end.",
    "kind": "open",
    "zone": "Europe/Warsaw",
    "holding": "newcomers",
    "held_first_posts": "3",
}


def group_by(slug: str) -> Group | None:
    with inside():
        return session().query(Group).filter_by(slug=slug).one_or_none()


# Beginning


def test_an_admin_begins_a_group_for_its_first_teacher(people: People, browser: Door, belonging: Look) -> None:
    ada, ines = browser(people.ada), browser(people.ines)
    ada.get("/groups/new")
    assert "What is said here stays here." in ada.page
    assert ada.post("/groups", **BEGUN).location == "/groups"
    group = group_by("cafe-ete-listening")
    assert group is not None
    assert group.name == "Café Été: Listening"
    assert belonging(people.ines, group).is_teacher
    assert belonging(people.ada, group) is None
    ines.get("/notices")
    assert "You look after Café Été: Listening as a teacher." in ines.page
    ines.get("/groups/cafe-ete-listening", follow_redirects=True)
    assert "Do you agree?" in ines.page


def test_an_admin_who_teaches_has_accepted_what_they_wrote(people: People, browser: Door) -> None:
    ada = browser(people.ada)
    ada.post("/groups", **{**BEGUN, "teacher": "ada.quill@example.org"})
    assert ada.get("/groups/cafe-ete-listening").status_code == 200


def test_only_an_admin_begins_a_group(people: People, browser: Door) -> None:
    for who in (people.ines, people.maren):
        visitor = browser(who)
        assert visitor.get("/groups/new").status_code == 403
        assert visitor.post("/groups", **BEGUN).status_code == 403
        visitor.get("/groups")
        assert "Begin a group" not in visitor.page
    assert group_by("cafe-ete-listening") is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "A group needs a name."),
        ({"name": "\u200b"}, "The name is still empty."),
        ({"name": "n" * 81}, "At most 80 characters"),
        ({"name": "see evil.example/now"}, "not an address on the web"),
        ({"purpose": "p" * 401}, "At most 400 characters"),
        ({"kind": "secret"}, "Choose one of these."),
        ({"zone": "Mars/Olympus"}, "Choose the time zone"),
        ({"zone": "../../etc/passwd"}, "Choose the time zone"),
        ({"teacher": "nobody@example.org"}, "No member has this address."),
        ({"teacher": "a" * 300}, "longer than an email address"),
        ({"source": "[" * 1_200}, "1,200"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_typed_stays(
    people: People, browser: Door, wrong: dict[str, Any], sentence: str
) -> None:
    ada = browser(people.ada)
    assert ada.post("/groups", **{**BEGUN, **wrong}).status_code == 422
    assert sentence in ada.page
    typed = {**BEGUN, **wrong}
    assert typed["purpose"] in ada.page
    assert typed["source"] in ada.page
    assert typed["teacher"] in ada.page
    with inside():
        assert session().query(Group).count() == 2


def test_two_groups_of_one_name_have_two_addresses(people: People, browser: Door) -> None:
    ada = browser(people.ada)
    for _ in range(3):
        ada.post("/groups", **BEGUN)
    with inside():
        slugs = [group.slug for group in session().query(Group).filter_by(name=BEGUN["name"])]
    assert len(set(slugs)) == 3
    assert all(re.fullmatch(r"cafe-ete-listening(-[a-z2-9]{6})?", slug) for slug in slugs)


def test_a_reserved_or_unspeakable_name_gets_an_address_of_its_own(people: People, browser: Door) -> None:
    ada = browser(people.ada)
    ada.post("/groups", **{**BEGUN, "name": "New"})
    ada.post("/groups", **{**BEGUN, "name": "静けさ"})
    assert group_by("new-group") is not None
    assert group_by("group") is not None
    assert ada.get("/groups/new").status_code == 200


def test_a_hidden_groups_address_cannot_be_guessed_and_clashes_with_nothing(people: People, browser: Door) -> None:
    ada = browser(people.ada)
    ada.post("/groups", **{**BEGUN, "kind": "hidden"})
    ada.post("/groups", **BEGUN)
    plain = group_by("cafe-ete-listening")
    assert plain is not None
    assert plain.kind is GroupKind.BY_REQUEST


# Keeping


def test_a_teacher_changes_how_the_group_is_kept(people: People, browser: Door) -> None:
    maren = browser(people.maren)
    maren.get("/groups/ending-on-time/edit")
    assert "For those who practise ending on time." in maren.page
    maren.post("/groups/ending-on-time", follow=True, **{**KEPT, "name": "Ending Well"})
    assert "Letting an hour end." in maren.page
    group = group_by("ending-on-time")
    assert group is not None
    assert (group.name, group.zone, group.holding, group.held_first_posts) == (
        "Ending Well", "Europe/Warsaw", Holding.NEWCOMERS, 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "A group needs a name."),
        ({"held_first_posts": "0"}, "Between 1 and 20"),
        ({"held_first_posts": "some"}, "as a number"),
        ({"holding": "all"}, "Choose one of these."),
    ],
)
def test_keeping_says_what_does_not_fit(people: People, browser: Door, wrong: dict[str, Any], sentence: str) -> None:
    maren = browser(people.maren)
    assert maren.post("/groups/ending-on-time", **{**KEPT, **wrong}).status_code == 422
    assert sentence in maren.page
    assert "Letting an hour end." in maren.page
    assert all(f'value="{typed}"' in maren.page for typed in wrong.values() if typed not in {"", "all"})


def test_a_hidden_group_comes_into_view_only_when_that_is_said(people: People, browser: Door) -> None:
    odile, ines = browser(people.odile), browser(people.ines)
    change = {**KEPT, "name": "Quiet Harbour", "kind": "by_request"}
    assert odile.post("/groups/quiet-harbour", **change).status_code == 422
    assert "Everybody in the community will then find this group." in odile.page
    assert ines.get("/groups/quiet-harbour").status_code == 404
    assert odile.post("/groups/quiet-harbour", may_be_seen="y", **change).status_code == 303
    assert ines.get("/groups/quiet-harbour").status_code == 200


def test_a_group_that_hides_is_gone_for_others_at_once(people: People, browser: Door, request_by: Any) -> None:
    group = make_group("Early Years", kind=GroupKind.BY_REQUEST, teachers=[people.odile])
    ines = browser(people.ines)
    ines.post("/groups/early-years/requests", words="May I come?")
    browser(people.odile).post(f"/groups/{group.slug}", **{**KEPT, "kind": "hidden"})
    assert ines.get("/groups/early-years").status_code == 404
    ines.get("/groups")
    assert "Early Years" not in ines.page


# Teachers


def test_a_teacher_appoints_and_releases(people: People, browser: Door, belonging: Look) -> None:
    maren, ines = browser(people.maren), browser(people.ines)
    maren.post("/groups/ending-on-time/teachers", member=people.ines.id, follow=True)
    assert "Ines Caldeira teaches this group with you now." in maren.page
    assert belonging(people.ines, people.group).role is Role.TEACHER
    ines.get("/notices")
    assert "You look after Ending on Time as a teacher." in ines.page
    ines.post(f"/groups/ending-on-time/teachers/{people.maren.id}/release")
    assert belonging(people.maren, people.group).role is Role.MEMBER
    assert maren.get("/groups/ending-on-time/edit").status_code == 403


def test_a_member_appoints_nobody(people: People, browser: Door, belonging: Look) -> None:
    ines = browser(people.ines)
    assert ines.post("/groups/ending-on-time/teachers", member=people.ines.id).status_code == 403
    assert ines.post(f"/groups/ending-on-time/teachers/{people.maren.id}/release").status_code == 403
    assert belonging(people.ines, people.group).role is Role.MEMBER
    assert belonging(people.maren, people.group).role is Role.TEACHER


@pytest.mark.parametrize("member", ["", "x", "0", "-3", "9" * 30])
def test_an_appointment_of_nobody_is_refused(people: People, browser: Door, member: str) -> None:
    assert browser(people.maren).post("/groups/ending-on-time/teachers", member=member).status_code == 422


def test_the_last_teacher_stays_until_somebody_else_teaches(people: People, browser: Door, belonging: Look) -> None:
    odile, viktor = browser(people.odile), browser(people.viktor)
    odile.get("/groups/quiet-harbour")
    assert "A second one is wanted" in odile.page
    assert "You are the only teacher here." in odile.page
    for path in ("departure", f"teachers/{people.odile.id}/release"):
        assert odile.post(f"/groups/quiet-harbour/{path}").status_code == 409
        assert "Appoint somebody first, or archive the group." in odile.page
    assert belonging(people.odile, people.elsewhere).is_teacher
    odile.post("/groups/quiet-harbour/teachers", member=people.viktor.id)
    assert odile.post("/groups/quiet-harbour/departure").location == "/groups"
    viktor.get("/groups/quiet-harbour")
    assert "This group has one teacher." in viktor.page


def test_the_last_teacher_may_leave_an_archived_group(people: People, browser: Door, belonging: Look) -> None:
    odile = browser(people.odile)
    odile.post("/groups/quiet-harbour/archive")
    assert odile.post("/groups/quiet-harbour/departure").status_code == 303
    assert not belonging(people.odile, people.elsewhere).is_active


def test_whoever_goes_last_archives_the_group(people: People, browser: Door) -> None:
    make_group("Alone", teachers=[people.ines])
    ines = browser(people.ines)
    ines.get("/groups/alone")
    assert "You are the last one" in ines.page
    ines.post("/groups/alone/departure")
    group = group_by("alone")
    assert group is not None
    assert group.status is GroupStatus.ARCHIVED


# Leaving


def test_leaving_ends_reading_notices_and_live_rooms_at_once(
    people: People, browser: Door, live: Any, belonging: Look
) -> None:
    ines = browser(people.ines)
    browser(people.maren).post("/groups/ending-on-time/teachers", member=people.ines.id)
    ines.get("/notices")
    assert "Ending on Time" in ines.page
    listening = live(people.ines)
    (socket,) = live_door.sockets_of(people.ines.id)
    live_door.watch(live_door.Call(people.ines, now(), socket), "thread:77", group_id=people.group.id)
    live_door.tell("thread:77", "post:written", {"thread": 77})
    assert listening.next("post:written") == {"thread": 77}
    assert ines.post("/groups/ending-on-time/departure").location == "/groups"
    assert until(lambda: not socket.rooms)
    live_door.tell("thread:77", "post:written", {"thread": 77})
    listening.settle()
    assert listening.heard("post:written") == []
    ines.get("/groups")
    ines.get("/notices")
    assert "Ending on Time" not in ines.page
    assert ines.get("/groups/ending-on-time/members").status_code == 403
    assert belonging(people.ines, people.group).status is Belonging.LEFT


def test_a_stranger_leaves_nothing(people: People, browser: Door) -> None:
    assert browser(people.viktor).post("/groups/ending-on-time/departure").status_code == 403


# Members


def test_the_list_names_teachers_first_then_members_by_name(people: People, browser: Door) -> None:
    with_words = make_member("Aoife Brennan", pronouns="she/her", profession="Psychologist")
    join(with_words, people.group)
    join(make_member("Gone Already"), people.group, status=Belonging.LEFT)
    ines = browser(people.ines)
    ines.get("/groups/ending-on-time/members")
    names = ["Maren Oduya", "Tomasz Wren", "Aoife Brennan", "Ines Caldeira", "Jonah Feld"]
    main = ines.page.partition("<main")[2]
    assert sorted(names, key=main.index) == names
    assert "she/her, Psychologist" in main
    assert "Gone Already" not in main
    assert "Appoint" not in main
    assert "@example.org" not in main


def test_a_long_list_goes_on_by_key(people: People, browser: Door) -> None:
    for number in range(60):
        join(make_member(f"Someone {number:02}"), people.group)
    ines = browser(people.ines)
    ines.get("/groups/ending-on-time/members")
    assert "Someone 47" in ines.page
    assert "Someone 48" not in ines.page
    further = re.search(r'href="(/groups/ending-on-time/members\?after=\d+)"', ines.page)
    assert further is not None
    ines.get(further[1])
    assert "Someone 48" in ines.page
    assert "Someone 59" in ines.page
    assert "Tomasz Wren" not in ines.page.partition("<main")[2]
    for beside in (people.viktor.id, 10**8, 10**20, -1, "x"):
        assert ines.get(f"/groups/ending-on-time/members?after={beside}").status_code == 200


def test_a_large_group_draws_a_few_and_counts_nobody(people: People, browser: Door) -> None:
    for number in range(30):
        join(make_member(f"Someone {number:02}"), people.group)
    ines = browser(people.ines)
    ines.get("/groups/ending-on-time")
    assert "With you here" in ines.page
    assert ines.page.count("seat s") == 24


# The archive


def test_an_archive_is_read_and_not_written(people: People, browser: Door, belonging: Look) -> None:
    maren, ines = browser(people.maren), browser(people.ines)
    maren.post("/groups/ending-on-time/archive", follow=True)
    assert "This group is archived." in maren.page
    ines.get("/groups/ending-on-time")
    assert "This group is archived." in ines.page
    assert ines.get("/groups/ending-on-time/members").status_code == 200
    assert ines.get("/groups/ending-on-time/agreement").status_code == 200
    refused: dict[str, dict[str, Any]] = {
        "": KEPT,
        "/agreement": {"source": "Other words.", "follows": "1"},
        "/invitations": {"days": "7", "places": "1"},
        "/archive": {},
    }
    for path, fields in refused.items():
        assert maren.post(f"/groups/ending-on-time{path}", **fields).status_code == 403, path
    assert maren.get("/groups/ending-on-time/agreement/new").status_code == 403
    assert browser(people.viktor).post("/groups/ending-on-time/memberships").status_code == 403
    assert ines.post("/groups/ending-on-time/reopening").status_code == 403
    maren.get("/groups/ending-on-time/edit")
    assert "Open it again" in maren.page
    assert maren.post("/groups/ending-on-time/reopening").status_code == 303
    assert maren.post("/groups/ending-on-time", **KEPT).status_code == 303


def test_the_muted_read_until_when_they_are_asked_to_be_quiet(people: People, browser: Door) -> None:
    noor = make_member("Noor Hadley")
    join(noor, people.group, muted_until=now().replace(year=2099))
    visitor = browser(noor)
    visitor.get("/groups/ending-on-time")
    assert "asked you to be quiet" in visitor.page
    assert "2099" in visitor.page
