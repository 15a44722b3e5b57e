from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community import demo
from community.clock import now
from community.db import session
from community.demo.door import demo_people
from community.demo.fill import story
from community.groups.models import Group, GroupKind
from community.journal.models import JournalEntry, JournalSit
from community.members.models import Member
from community.moderation.models import Case, CaseReason, CaseState, ReasonKind, SubjectKind
from community.practices.queries import practices_for
from community.sits.models import SitSeries
from community.sits.plan import PhaseName
from community.sits.sit import not_over
from community.threads.models import Post, PostStatus, Thread
from tests.doors import Browser
from tests.factories import inside, make_member

Open = Callable[..., Browser]


def count(model: type, *where: sa.ColumnElement[bool]) -> int:
    return session().scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def test_the_demo_is_a_whole_community_and_is_made_once(app: Flask) -> None:
    with inside():
        assert demo.fill()
        assert not demo.fill()
        assert count(Member) == 20
        assert {group.kind for group in session().scalars(sa.select(Group))} == set(GroupKind)
        assert count(Group) == 5
        assert count(Thread, Thread.status == PostStatus.VISIBLE) == 27
        assert count(Post, Post.status == PostStatus.HELD) == 1
        open_cases = list(session().scalars(sa.select(Case).where(Case.state == CaseState.OPEN)))
        assert sorted(case.subject_kind for case in open_cases) == [
            SubjectKind.JOIN_REQUEST,
            SubjectKind.POST,
            SubjectKind.POST,
        ]
        assert count(CaseReason, CaseReason.kind == ReasonKind.FLAG_UNKIND) == 1
        assert count(SitSeries) == 11
        assert count(JournalSit) > 20
        kept = session().scalars(sa.select(Member.name).where(Member.id.in_(sa.select(JournalEntry.member_id))))
        assert sorted(kept) == ["Ines Caldeira", "Maren Oduya"]
        unread = session().scalars(sa.select(Member.name).where(Member.briefed_at.is_(None)))
        assert list(unread) == ["Łucja Nowak"]  # new here: she finds what a first sit asks


def test_every_made_up_person_has_an_address_at_example_org() -> None:
    assert len({person["key"] for person in story()["people"]}) == 20
    assert all(person["key"].isalpha() for person in story()["people"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(0, 3 * 365 * 24 * 60))
def test_the_open_room_is_open_whenever_one_looks(app: Flask, minutes: int) -> None:
    at = now() + timedelta(minutes=minutes)
    with inside():
        demo.fill()
        room = next(each for each in session().scalars(sa.select(SitSeries)) if each.is_room)
        sits = not_over(room, at=at, before=at + timedelta(hours=1), limit=2)
        phases = {sit.phase(at).name for sit in sits}
    assert phases & {PhaseName.SITTING, PhaseName.CLOSING_BELL, PhaseName.SETTLING}


def test_outside_a_demo_its_door_does_not_exist(app: Flask, browser: Open) -> None:
    with inside():
        demo.fill()
    assert browser().post("/demo/step-in", member="2").status_code == 404
    stranger = browser()
    stranger.get("/sign-in")
    assert "Step in" not in stranger.page


def test_whom_one_steps_in_as_has_no_password_to_erase_a_journal_by(
    app: Flask, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inside():
        demo.fill()
        ines = session().scalars(sa.select(Member).where(Member.name == "Ines Caldeira")).one()
    asked = browser(ines)
    assert asked.post("/journal/erasure").status_code == 422
    monkeypatch.setitem(app.extensions, "demo_people", demo_people)  # as its door does in a demo
    assert browser(make_member("Somebody Else")).post("/journal/erasure").status_code == 422
    asked.get("/journal/erasure")
    assert "This is a demo, where Ines has none" in asked.page
    assert 'type="password"' not in asked.page
    assert asked.post("/journal/erasure").status_code == 303
    with inside():
        assert count(JournalSit, JournalSit.member_id == ines.id) == 0


def test_the_demo_has_a_practice_of_its_own_and_a_sit_that_keeps_how_it_was(app: Flask, browser: Open) -> None:
    with inside():
        demo.fill()
        ines = session().scalars(sa.select(Member).where(Member.name == "Ines Caldeira")).one()
        written = next(each for each in practices_for(ines) if each.group is not None)
    assert (written.title, written.version, written.written_by) == ("The last two minutes", 2, "Tomasz Wójcik")
    someone = browser(ines)
    someone.get("/groups/ending-on-time/sits")
    assert "This sit keeps its first version" in someone.page
