"""What is over is let go of, and not a day before."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from community import mail
from community.clock import now
from community.db import Base, session, transaction
from community.mail import MailState, OutboxMail, post_mail
from community.members import actions, jobs
from community.members.models import Invitation, Joining, PasswordReset, SignIn
from community.members.tokens import new_token
from tests.factories import inside
from tests.members.scenes import invitation
from tests.people import People

AT = now()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WEEK_AGO = AT - 7 * DAY


def left(model: type[Base]) -> int:
    with inside():
        return session().scalar(sa.select(sa.func.count()).select_from(model)) or 0


def forget(at: datetime) -> None:
    with inside(), transaction():
        actions.forget_old(at=at)
        mail.forget_old(at=at)


def keep(row: Base) -> None:
    with inside(), transaction() as rows:
        rows.add(row)


@pytest.mark.parametrize(
    "given",
    [{"ended_at": WEEK_AGO}, {"expires_at": WEEK_AGO}, {"last_seen_at": WEEK_AGO - 14 * DAY}],
    ids=["ended", "over", "idle"],
)
def test_a_sign_in_is_forgotten_a_week_after_its_end(people: People, given: dict[str, Any]) -> None:
    times = {"created_at": AT - 30 * DAY, "last_seen_at": AT - 8 * DAY, "expires_at": AT, **given}
    keep(SignIn(token_hash=new_token()[1], member_id=people.ines.id, **times))
    forget(AT - SECOND)
    assert left(SignIn) == 1
    forget(AT)
    assert left(SignIn) == 0


@pytest.mark.parametrize("given", [{"used_at": AT - DAY, "expires_at": AT + DAY}, {"expires_at": AT - SECOND}])
def test_a_way_in_is_forgotten_when_it_is_used_or_over(people: People, given: dict[str, Any]) -> None:
    invitation(people.ada)
    with inside():
        invited = session().scalars(sa.select(Invitation.id)).one()
    person = {"email": "noor@example.org", "name": "Noor", "zone": "UTC", "password_hash": "x", "created_at": AT}
    for each in ({"expires_at": AT + DAY}, given):
        keep(Joining(token_hash=new_token()[1], invitation_id=invited, **person, **each))
    forget(AT)
    with inside():
        assert session().scalars(sa.select(Joining)).one().used_at is None


def test_a_reset_is_forgotten_a_week_after_its_end(people: People) -> None:
    keep(PasswordReset(email=people.ines.email, created_at=WEEK_AGO - DAY, expires_at=WEEK_AGO))
    forget(AT - SECOND)
    assert left(PasswordReset) == 1
    forget(AT)
    assert left(PasswordReset) == 0


@pytest.mark.parametrize("state", list(MailState))
def test_a_letter_is_forgotten_a_week_after_it_went_or_was_given_up(app: Flask, state: MailState) -> None:
    with inside(), transaction():
        row = post_mail(to="noor@example.org", subject="A word", body="", at=WEEK_AGO)
        row.state, row.sent_at = state, WEEK_AGO if state is MailState.SENT else None
    forget(AT - SECOND)
    assert left(OutboxMail) == 1
    forget(AT)
    assert left(OutboxMail) == (1 if state is MailState.WAITING else 0)


def test_the_house_forgets_by_itself(people: People) -> None:
    keep(PasswordReset(email=people.ines.email, created_at=WEEK_AGO - DAY, expires_at=WEEK_AGO))
    jobs.forget_old()
    assert left(PasswordReset) == 0
