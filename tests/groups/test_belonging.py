"""Whatever people do in whatever order: a group that is kept has a teacher, and nobody is where they may not be."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.clock import now
from community.db import session, transaction
from community.errors import Conflict, NotAllowed, NotFound
from community.groups import actions, queries
from community.groups.agreement import AgreementText
from community.groups.models import Belonging, Group, GroupKind, GroupStatus, JoinRequest, Membership, RequestState
from community.members import actions as members
from community.members.models import Invitation, Member
from community.permissions import Act, may
from tests.factories import inside, join, make_group, make_member
from tests.people import People

numbers = count()
WHO = st.integers(0, 4)
DECIDING = ("admit", "decline", "link", "remove", "appoint", "release", "mute")
KEEPING = ("archive", "reopen", "rewrite")
GOING = ("join", "ask", "take_back", "follow", "leave", "accept")
VERBS = st.sampled_from([*DECIDING, *DECIDING, *GOING, *GOING, *KEEPING])
STEPS = st.lists(st.tuples(VERBS, WHO, WHO), min_size=4, max_size=16)
AGREED = AgreementText("We keep this.", "<p>We keep this.</p>", "We keep this.")


@dataclass
class Circle:
    """A group, the people around it, and the links made into it."""

    group_id: int
    people: list[Member]
    at: datetime = field(default_factory=now)
    links: list[tuple[int, datetime]] = field(default_factory=list)

    def teacher(self, nearly: int) -> int:
        """Give somebody who teaches now, or the one who was drawn."""
        with inside():
            rows = session().query(Membership).filter_by(group_id=self.group_id)
            teaching = {row.member_id for row in rows if row.is_teacher}
        places = [place for place, person in enumerate(self.people) if person.id in teaching]
        return places[nearly % len(places)] if places else nearly

    def step(self, verb: str, by: int, other: int) -> None:
        """Let somebody do it who may, beginning with the one who was drawn: most of what chance says is refused."""
        if verb not in GOING:
            by = self.teacher(by)
            self.done("accept", by, by)
        for turn in range(5):
            who, whom = ((by + turn) % 5, other) if verb in GOING else (by, (other + turn) % 5)
            if self.done(verb, who, whom):
                return

    def done(self, verb: str, by: int, other: int) -> bool:
        """Do one thing as the doors do it: load through the person, then act; whatever is refused changes nothing."""
        self.at += timedelta(seconds=1)
        with inside(), suppress(NotAllowed, NotFound, Conflict), transaction():
            actor = session().get_one(Member, self.people[by].id)
            group = session().get_one(Group, self.group_id)
            allowed = {"join": Act.JOIN_GROUP, "ask": Act.ASK_TO_JOIN, "archive": Act.ARCHIVE_GROUP}.get(verb)
            may_now = allowed is None or may(actor, allowed, group, at=self.at)
            getattr(self, verb)(actor, group, self.people[other].id)
            assert may_now, f"{verb} was done though the table says no"
            return True
        return False

    def join(self, by: Member, group: Group, _other: int) -> None:
        actions.join_group(by=by, group=group, at=self.at)

    def ask(self, by: Member, group: Group, _other: int) -> None:
        actions.ask_to_join(by=by, group=group, words="May I come?", at=self.at)

    def take_back(self, by: Member, group: Group, _other: int) -> None:
        actions.take_back_request(by=by, request=queries.open_request(by, group), at=self.at)

    def admit(self, by: Member, group: Group, other: int) -> None:
        request = queries.request_for(by, self.request_of(group, other))
        actions.admit(by=by, request=request, at=self.at)

    def decline(self, by: Member, group: Group, other: int) -> None:
        request = queries.request_for(by, self.request_of(group, other))
        actions.decline(by=by, request=request, words="Not now.", at=self.at)

    def link(self, by: Member, group: Group, _other: int) -> None:
        made, _ = members.make_invitation(by=by, group=group, days=7, places=9, at=self.at)
        self.links.append((made.id, self.at))

    def follow(self, by: Member, _group: Group, _other: int) -> None:
        if not self.links:
            raise NotFound
        link = session().get_one(Invitation, self.links[-1][0])
        if not link.open_at(self.at):
            raise NotFound
        actions.join_by_link(by=by, invitation=link, at=self.at)

    def leave(self, by: Member, group: Group, _other: int) -> None:
        actions.leave(by=by, group=group, at=self.at)

    def remove(self, by: Member, group: Group, other: int) -> None:
        actions.remove_member(by=by, membership=queries.membership_in(group, other), at=self.at)

    def appoint(self, by: Member, group: Group, other: int) -> None:
        actions.appoint_teacher(by=by, membership=queries.membership_in(group, other), at=self.at)

    def release(self, by: Member, group: Group, other: int) -> None:
        actions.release_teacher(by=by, membership=queries.membership_in(group, other), at=self.at)

    def archive(self, by: Member, group: Group, _other: int) -> None:
        actions.archive_group(by=by, group=group, at=self.at)

    def reopen(self, by: Member, group: Group, _other: int) -> None:
        actions.reopen_group(by=by, group=group, at=self.at)

    def rewrite(self, by: Member, group: Group, _other: int) -> None:
        actions.write_agreement(by=by, group=group, agreement=AGREED, follows=group.agreement_version, at=self.at)

    def accept(self, by: Member, group: Group, _other: int) -> None:
        actions.accept_agreement(by=by, group=group, version=group.agreement_version, at=self.at)

    def mute(self, by: Member, group: Group, other: int) -> None:
        membership = queries.membership_in(group, other)
        actions.mute(by=by, membership=membership, until=self.at + timedelta(days=9), at=self.at)

    def request_of(self, group: Group, member_id: int) -> int:
        found = session().query(JoinRequest).filter_by(group_id=group.id, member_id=member_id, state=RequestState.OPEN)
        request = found.one_or_none()
        if request is None:
            raise NotFound
        return request.id


def a_lively_circle(kind: GroupKind) -> Circle:
    """Begin where much can go wrong: two teachers, a link by one of them, a muted member, one removed, one outside."""
    number = next(numbers)
    maren, tomasz, jonah, viktor, noor = (make_member(f"Person {letter} {number}") for letter in "ABCDE")
    group = make_group(f"Circle {number}", kind=kind, teachers=[maren, tomasz])
    circle = Circle(group.id, [maren, tomasz, jonah, viktor, noor])
    join(jonah, group, muted_until=circle.at + timedelta(days=3))
    join(viktor, group)
    for verb, by, other in (("link", 1, 0), ("remove", 0, 3), ("ask", 4, 0)):
        circle.done(verb, by, other)
    return circle


@dataclass
class Seen:
    """How things stand between two steps."""

    group: Group
    rows: dict[int, Membership]
    waiting: list[int]
    links: list[Invitation]


def seen(circle: Circle) -> Seen:
    with inside():
        group = session().get_one(Group, circle.group_id)
        rows = {row.member_id: row for row in session().query(Membership).filter_by(group_id=group.id)}
        asking = session().query(JoinRequest).filter_by(group_id=group.id, state=RequestState.OPEN)
        links = session().query(Invitation).filter_by(group_id=group.id, revoked_at=None)
        return Seen(group, rows, [each.member_id for each in asking], list(links))


def holds(before: Seen, after: Seen, verb: str, circle: Circle) -> None:
    inside_now = {number for number, row in after.rows.items() if row.is_active}
    teachers = {number for number in inside_now if after.rows[number].is_teacher}
    assert after.group.status is GroupStatus.ARCHIVED or teachers, "a group that is kept has a teacher"
    assert len(after.waiting) == len(set(after.waiting)), "one asks once"
    assert not set(after.waiting) & inside_now, "nobody asks for what they have"
    assert {link.made_by_id for link in after.links} <= teachers, "a link carries the right of who made it"
    assert after.group.status is GroupStatus.ACTIVE or not after.links
    for number, row in before.rows.items():
        now_row = after.rows[number]
        assert now_row.muted_until == row.muted_until or verb in {"mute", "appoint"}, "no way round a time of quiet"
        if row.status is Belonging.REMOVED and now_row.is_active:
            assert verb == "follow", "nobody who was removed comes back by themselves"
            assert row.ended_at is not None
            assert circle.links[-1][1] > row.ended_at
        if not row.is_active and now_row.is_active:
            assert now_row.agreed_version == 0, "whoever comes back agrees anew"
    assert all(row.agreed_version <= after.group.agreement_version for row in after.rows.values())


@given(kind=st.sampled_from(list(GroupKind)), steps=STEPS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_belonging_holds_whatever_people_do(app: Any, kind: GroupKind, steps: list[tuple[str, int, int]]) -> None:
    circle = a_lively_circle(kind)
    before = seen(circle)
    for verb, by, other in steps:
        circle.step(verb, by, other)
        after = seen(circle)
        holds(before, after, verb, circle)
        before = after


def test_nobody_answers_their_own_request_even_as_a_teacher(people: People) -> None:
    with inside(), transaction():
        odile = session().get_one(Member, people.odile.id)
        group = session().get_one(Group, people.elsewhere.id)
        own = JoinRequest(group=group, member=odile, words="Let me in.", created_at=now())
        session().add(own)
        session().flush()
        assert not may(odile, Act.ANSWER_REQUEST, own, at=now())


def refused_by(act: Callable[[], Any]) -> type[Exception] | None:
    try:
        with inside(), transaction():
            act()
    except (NotAllowed, Conflict) as refusal:
        return type(refusal)
    return None


def test_a_teacher_is_released_before_being_removed_or_muted(people: People) -> None:
    def teachers() -> tuple[Member, Membership]:
        maren = session().get_one(Member, people.maren.id)
        return maren, session().get_one(Membership, (people.group.id, people.tomasz.id))

    def remove() -> None:
        by, membership = teachers()
        actions.remove_member(by=by, membership=membership, at=now())

    def mute() -> None:
        by, membership = teachers()
        actions.mute(by=by, membership=membership, until=now() + timedelta(days=1), at=now())

    def release() -> None:
        by, membership = teachers()
        actions.release_teacher(by=by, membership=membership, at=now())

    assert refused_by(remove) is NotAllowed
    assert refused_by(mute) is NotAllowed
    assert refused_by(release) is None
    assert refused_by(mute) is None
    assert refused_by(remove) is None
