"""What two people do at the same moment, on either engine."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from community.clock import now
from community.db import session, transaction
from community.errors import Conflict, Refused
from community.groups import actions, queries
from community.groups.models import Belonging, Group, GroupKind, JoinRequest, Membership, Role
from community.members.models import Member
from community.moderation import actions as desk
from community.moderation import queries as desk_queries
from tests.factories import inside, join, make_group
from tests.moderation.conftest import engine  # noqa: F401 - the desk's fixture serves here too
from tests.people import People

Act = Callable[[], Any]


class Beside(threading.Thread):
    """Somebody who does one thing in a transaction of their own; ``outcome`` is what became of it."""

    def __init__(self, act: Act) -> None:
        super().__init__(daemon=True)
        self.act, self.outcome = act, ""
        self.start()

    def run(self) -> None:
        try:
            with inside(), transaction():
                self.act()
            self.outcome = "done"
        except Refused as refusal:
            self.outcome = type(refusal).__name__

    def ended(self) -> str:
        self.join(10)
        return self.outcome


def member(someone: Member) -> Member:
    return session().get_one(Member, someone.id)


def leaves(who: Member, group: Group) -> Act:
    return lambda: actions.leave(by=member(who), group=queries.group_for(member(who), group.slug), at=now())


@pytest.mark.usefixtures("engine")
def test_two_teachers_who_leave_at_once_do_not_leave_the_others_alone(people: People) -> None:
    with inside(), transaction():
        leaves(people.maren, people.group)()
        second = Beside(leaves(people.tomasz, people.group))
        second.join(0.3)
        assert second.is_alive(), "the second waits for the first"
    assert second.ended() == "LastTeacher"
    with inside():
        rows = session().query(Membership).filter_by(group_id=people.group.id, role=Role.TEACHER)
        assert [(row.member_id, row.status) for row in rows] == [(people.tomasz.id, Belonging.ACTIVE)]


ON_POSTGRESQL = pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=pytest.mark.services)], indirect=True
)  # SQLite has one writer: nobody commits while another's transaction is open


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_what_was_read_before_waiting_is_read_again(people: People) -> None:
    def appoint_and_leave() -> None:
        odile, group = member(people.odile), session().get_one(Group, people.elsewhere.id)
        actions.appoint_teacher(by=odile, membership=queries.membership_in(group, people.viktor.id), at=now())
        actions.leave(by=odile, group=group, at=now())

    join(people.jonah, people.elsewhere)
    with inside(), transaction():
        viktor, group = member(people.viktor), session().get_one(Group, people.elsewhere.id)
        assert not group.taught_by(viktor)
        assert Beside(appoint_and_leave).ended() == "done"
        with pytest.raises(actions.LastTeacher):
            actions.leave(by=viktor, group=group, at=now())


@pytest.mark.usefixtures("engine")
def test_asking_twice_at_once_is_asking_once(people: People) -> None:
    group = make_group("Early Years", kind=GroupKind.BY_REQUEST, teachers=[people.odile])

    def ask() -> None:
        by = member(people.ines)
        actions.ask_to_join(by=by, group=queries.group_for(by, group.slug), words="May I come?", at=now())

    with inside(), transaction():
        ask()
        again = Beside(ask)
        again.join(0.3)
    assert again.ended() == "Conflict"
    with inside():
        assert session().query(JoinRequest).count() == 1


@pytest.mark.usefixtures("engine")
def test_joining_twice_at_once_is_joining_once(people: People) -> None:
    def come_in() -> None:
        by = member(people.viktor)
        actions.join_group(by=by, group=queries.group_for(by, people.group.slug), at=now())

    with inside(), transaction():
        come_in()
        again = Beside(come_in)
        again.join(0.3)
    assert again.ended() in {"done", "NotAllowed"}
    with inside():
        assert session().query(Membership).filter_by(member_id=people.viktor.id, group_id=people.group.id).count() == 1


def removes(teacher: Member, who: Member, group: Group) -> Act:
    def remove() -> None:
        by = member(teacher)
        membership = desk_queries.member_of(by, group.slug, who.id)
        desk.remove_member(by=by, membership=membership, words="We spoke about it.", at=now())

    return remove


def belonging(who: Member, group: Group) -> Membership:
    with inside():
        return session().get_one(Membership, (group.id, who.id))


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_leaving_does_not_undo_a_removal_that_came_first(people: People) -> None:
    with inside(), transaction():
        ines = member(people.ines)
        group = queries.group_for(ines, people.group.slug)
        assert group.membership_of(ines) is not None
        assert Beside(removes(people.maren, people.ines, people.group)).ended() == "done"
        with pytest.raises(actions.Gone):
            actions.leave(by=ines, group=group, at=now())
    assert belonging(people.ines, people.group).status is Belonging.REMOVED


@pytest.mark.usefixtures("engine")
def test_leaving_and_removing_at_once_wait_for_one_another(people: People) -> None:
    with inside(), transaction():
        membership = desk_queries.member_of(member(people.maren), people.group.slug, people.ines.id)
        actions.hold(membership=membership)
        leaving = Beside(leaves(people.ines, people.group))
        leaving.join(0.5)
        assert leaving.is_alive(), "one who leaves waits for the teacher"
        desk.remove_member(by=member(people.maren), membership=membership, words="We spoke about it.", at=now())
    assert leaving.ended() in {"Gone", "NotAllowed", "NotFound"}
    assert belonging(people.ines, people.group).status is Belonging.REMOVED


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_a_second_click_on_joining_takes_nothing_back(people: People) -> None:
    def join_and_agree() -> None:
        by = member(people.viktor)
        group = queries.group_for(by, people.group.slug)
        actions.join_group(by=by, group=group, at=now())
        actions.accept_agreement(by=by, group=group, version=group.agreement_version, at=now())

    with inside(), transaction():
        by = member(people.viktor)
        group = queries.group_for(by, people.group.slug)
        assert group.membership_of(by) is None
        assert Beside(join_and_agree).ended() == "done"
        actions.join_group(by=by, group=group, at=now())
    assert belonging(people.viktor, people.group).agreed_version == people.group.agreement_version


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_nobody_asks_to_join_what_they_belong_to_by_now(people: People) -> None:
    circle = make_group("Early Years", kind=GroupKind.BY_REQUEST, teachers=[people.odile])
    with inside(), transaction():
        by = member(people.ines)
        group = queries.group_for(by, circle.slug)
        assert group.membership_of(by) is None
        belongs = {"group_id": circle.id, "member_id": people.ines.id, "joined_at": now()}
        assert Beside(lambda: session().add(Membership(**belongs))).ended() == "done"
        with pytest.raises(Conflict):
            actions.ask_to_join(by=by, group=group, words="May I come?", at=now())
