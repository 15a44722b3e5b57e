"""With whom one sat: those who chose to be seen by name, then and now, and only for one who may read the group."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.groups.models import Belonging, Group, Membership
from community.journal.company import Company, company_in, company_of_all, sit_to_thank_for
from community.journal.queries import sits_of
from community.members.models import Member, MemberStatus, SeenAs
from community.sits.models import Attendance
from tests.doors import Browser
from tests.factories import inside, join, make_member
from tests.journal.log import keep_sit, sat_together
from tests.people import People


def company(viewer: Member) -> Company | None:
    with inside():
        return company_of_all(company_in(viewer, sits_of(viewer)))


def change(member: Member, **fields: object) -> None:
    with inside(), transaction():
        for name, value in fields.items():
            setattr(session().get_one(Member, member.id), name, value)


def test_those_who_are_seen_by_name_are_named_by_their_first_names(people: People) -> None:
    sat_together(people.group, people.ines, people.jonah, people.maren)
    assert company(people.ines) == Company(("Jonah", "Maren"), others=False)
    assert company(people.jonah) == Company(("Ines", "Maren"), others=False)
    assert company(people.tomasz) is None


@pytest.mark.parametrize(
    ("then", "since", "named"),
    [
        (SeenAs.ONE_MORE, SeenAs.NAME, False),
        (SeenAs.INITIALS, SeenAs.NAME, False),
        (SeenAs.NAME, SeenAs.INITIALS, False),
        (SeenAs.NAME, SeenAs.ONE_MORE, False),
        (SeenAs.NAME, SeenAs.NAME, True),
    ],
)
def test_nobody_is_named_but_who_was_then_and_is_now(
    people: People, then: SeenAs, since: SeenAs, *, named: bool
) -> None:
    change(people.jonah, seen_as=then)
    sat_together(people.group, people.ines, people.jonah)
    change(people.jonah, seen_as=since)
    assert company(people.ines) == (Company(("Jonah",), others=False) if named else Company((), others=True))


def test_who_sat_before_it_was_told_is_not_named(people: People, browser: Callable[..., Browser]) -> None:
    sat_together(people.group, people.ines, people.jonah)
    with inside(), transaction():
        session().execute(sa.update(Attendance).values(named_afterwards=False))
    assert company(people.ines) == Company((), others=True)
    noor = browser(make_member("Noor Vale", seen_as=None))
    told = "find your first name in their journals afterwards"
    assert told in noor.get("/profile").text
    assert "may say your first name" in noor.get("/privacy").text


def test_of_many_a_few_are_named_and_the_rest_are_others(people: People) -> None:
    several = [make_member(f"Priya {letter}") for letter in "ABCDEF"] + [make_member("Quiet One", seen_as=None)]
    for member in several:
        join(member, people.group)
    sat_together(people.group, people.ines, people.jonah, people.maren, *several)
    found = company(people.ines)
    assert found == Company(("Jonah", "Maren", "Priya"), others=True)
    assert found.words == "Jonah, Maren, Priya and others"


def test_it_is_said_in_words_whoever_is_named() -> None:
    said = [(), ("Priya",), ("Priya", "Jonah")]
    assert [Company(names, others=True).words for names in said] == [
        "others",
        "Priya and others",
        "Priya, Jonah and others",
    ]
    assert Company(("Priya",), others=False).words == "Priya"
    assert Company(("Priya", "Jonah"), others=False).words == "Priya and Jonah"


def test_who_may_not_read_the_group_any_more_is_told_nobody(people: People) -> None:
    sat_together(people.group, people.ines, people.jonah)
    mine = sa.and_(Membership.member_id == people.ines.id, Membership.group_id == people.group.id)
    with inside(), transaction():
        session().execute(sa.update(Group).where(Group.id == people.group.id).values(agreement_version=2))
    assert company(people.ines) is None
    with inside(), transaction():
        session().execute(sa.update(Membership).where(mine).values(agreed_version=2))
    assert company(people.ines) is not None
    with inside(), transaction():
        session().execute(sa.update(Membership).where(mine).values(status=Belonging.LEFT))
    assert company(people.ines) is None


def test_who_may_not_come_in_any_more_is_not_named(people: People) -> None:
    sat_together(people.group, people.ines, people.jonah, people.maren)
    change(people.jonah, status=MemberStatus.SUSPENDED)
    assert company(people.ines) == Company(("Maren",), others=False)


def test_only_ones_own_sits_tell_of_company(people: People) -> None:
    sat_together(people.group, people.jonah, people.maren)
    with inside():
        theirs = sits_of(people.jonah)
        assert company_in(people.ines, theirs) == {}


def test_a_sit_alone_has_none(people: People) -> None:
    keep_sit(people.ines, now() - timedelta(hours=1), write_key="one")
    assert company(people.ines) is None


def test_thanks_lead_to_the_last_sit_with_company_while_they_are_open(
    people: People, browser: Callable[..., Browser]
) -> None:
    sat_together(people.group, people.ines, ago=timedelta(hours=1))
    key = sat_together(people.group, people.ines, people.jonah, ago=timedelta(hours=5))

    def leads_to() -> tuple[str, str] | None:
        with inside():
            return sit_to_thank_for(people.ines, at=now())

    assert leads_to() == ("ending-on-time", key)
    ines = browser(people.ines)
    ines.get(f"/groups/ending-on-time/sits/{key}")
    assert "Thank those you sat with" in ines.page
    assert ines.post(f"/groups/ending-on-time/sits/{key}/thanks").status_code == 303
    assert leads_to() is None


def test_thanks_of_more_than_a_week_ago_lead_nowhere(people: People) -> None:
    sat_together(people.group, people.ines, people.jonah, ago=timedelta(days=8))
    with inside():
        assert sit_to_thank_for(people.ines, at=now()) is None
