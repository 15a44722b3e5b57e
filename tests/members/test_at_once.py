"""What may be spent once is spent once, on PostgreSQL too, where two read before either writes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from community.clock import now
from community.db import session, transaction
from community.members import actions, queries
from community.members.letters import Letterhead
from community.members.models import Joining, Member, PasswordReset
from community.members.tokens import new_token
from tests.factories import inside
from tests.groups.test_races import Beside
from tests.members.scenes import hash_of, invitation
from tests.moderation.conftest import engine  # noqa: F401 - the desk's fixture serves here too
from tests.people import People

HOUSE = Letterhead("Sangha", "http://127.0.0.1:8000")
pytestmark = pytest.mark.usefixtures("engine")


def a_reset(member: Member) -> str:
    token, kept = new_token()
    at = now()
    with inside(), transaction() as rows:
        rows.add(
            PasswordReset(
                email=member.email, member_id=member.id, token_hash=kept,
                created_at=at, looked_up_at=at, expires_at=at + timedelta(minutes=30),
            )
        )  # fmt: skip
    return token


def a_joining(by: Member, email: str) -> str:
    invited = invitation(by)
    token, kept = new_token()
    at = now()
    with inside(), transaction() as rows:
        found = queries.invitation_by_token(invited, at=at)
        rows.add(
            Joining(
                token_hash=kept, invitation_id=found.id, email=email, name="Noor", zone="UTC",
                password_hash="x", created_at=at, expires_at=at + timedelta(days=3),
            )
        )  # fmt: skip
    return token


def beside(first: Callable[[], object], second: Callable[[], object]) -> str:
    """Let the second begin while the first has not committed; give what became of the second."""
    with inside(), transaction():
        first()
        other = Beside(second)
        other.join(0.3)
        assert other.is_alive(), "the second waits for the first"
    return other.ended()


def sets(token: str, kept: str) -> Callable[[], object]:
    return lambda: actions.set_password_by_reset(token=token, password_hash=kept, letterhead=HOUSE, at=now())


def comes_in(token: str) -> Callable[[], object]:
    return lambda: actions.come_in(token=token, at=now())


def test_one_link_sets_one_password_when_it_is_sent_twice_at_once(people: People) -> None:
    link = a_reset(people.ines)
    assert beside(sets(link, "the first"), sets(link, "the second")) == "LinkEnded"
    assert hash_of(people.ines) == "the first"


def test_two_links_of_one_member_set_one_password_when_both_are_sent_at_once(people: People) -> None:
    one, other = a_reset(people.ines), a_reset(people.ines)
    assert beside(sets(one, "the first"), sets(other, "the second")) == "LinkEnded"
    assert hash_of(people.ines) == "the first"


def test_one_letter_lets_in_once_when_it_is_opened_twice_at_once(people: People) -> None:
    letter = a_joining(people.ada, "noor@example.org")
    assert beside(comes_in(letter), comes_in(letter)) == "LinkEnded"


def test_two_letters_to_one_address_make_one_member_when_both_are_opened_at_once(people: People) -> None:
    one, other = (a_joining(people.ada, "noor@example.org") for _ in range(2))
    assert beside(comes_in(one), comes_in(other)) == "Conflict"
    with inside():
        assert session().query(Member).filter_by(email="noor@example.org").count() == 1
