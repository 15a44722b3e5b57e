"""The letters that wait: one that fails holds up no other, and a server that hangs holds up nobody."""

import json
import logging
import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from structlog.testing import capture_logs

from community import jobs, logs, post_office
from community.clock import now
from community.db import session, transaction
from community.mail import Letter, MailState, OutboxMail, post_mail
from tests.factories import inside

FIRST, SECOND, THIRD = "first@example.org", "second@example.org", "third@example.org"
Transport = Callable[[Letter], None]
Through = Callable[[Transport], None]


@pytest.fixture
def through(app: Flask) -> Iterator[Through]:
    """Let letters go another way for the length of a test."""
    own = app.extensions["mail_transport"]

    def choose(transport: Transport) -> None:
        app.extensions["mail_transport"] = transport

    yield choose
    app.extensions["mail_transport"] = own


def waiting(*addresses: str) -> None:
    with inside(), transaction():
        for number, to in enumerate(addresses):
            post_mail(to=to, subject="A word", body="Hello.", at=now() - timedelta(minutes=9 - number))


def attempts() -> dict[str, int]:
    with inside():
        return {mail.to: mail.attempts for mail in session().scalars(sa.select(OutboxMail).order_by(OutboxMail.id))}


class Way:
    """A way for letters that fails for the first address with this fault."""

    def __init__(self, fault: Exception) -> None:
        self.fault, self.sent = fault, list[str]()

    def __call__(self, letter: Letter) -> None:
        if letter.to == FIRST:
            raise self.fault
        self.sent.append(letter.to)


@pytest.mark.parametrize(
    "fault",
    [
        ValueError(f'Invalid address "{FIRST}"'),
        smtplib.SMTPRecipientsRefused({FIRST: (550, b"nobody of that name")}),
        smtplib.SMTPDataError(554, b"not this one"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_letter_that_nobody_takes_holds_up_no_other(through: Through, fault: Exception) -> None:
    way = Way(fault)
    through(way)
    waiting(FIRST, SECOND, THIRD)
    post_office.send_waiting()
    assert way.sent == [SECOND, THIRD]
    assert attempts() == {FIRST: 1, SECOND: 1, THIRD: 1}


@pytest.mark.parametrize(
    "fault",
    [TimeoutError(), ConnectionRefusedError(), smtplib.SMTPServerDisconnected("gone")],
    ids=lambda fault: type(fault).__name__,
)
def test_a_server_that_does_not_answer_is_asked_once_a_minute(through: Through, fault: Exception) -> None:
    way = Way(fault)
    through(way)
    waiting(FIRST, SECOND, THIRD)
    post_office.send_waiting()
    assert way.sent == []
    assert attempts() == {FIRST: 1, SECOND: 0, THIRD: 0}
    post_office.send_waiting()
    assert way.sent == [SECOND, THIRD]


def test_a_letter_of_which_one_cannot_be_told_whether_it_is_wanted_holds_up_no_other(
    through: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_about: str, _at: object) -> bool:
        raise ValueError("a fault in the question")

    way = Way(OSError())
    through(way)
    monkeypatch.setitem(post_office._askers, "riddle", asked)
    with inside(), transaction():
        post_mail(to=SECOND, subject="A word", body="Hello.", at=now() - timedelta(minutes=9), asks="riddle 5")
    waiting(THIRD)
    for times in range(1, 7):
        post_office.send_waiting()
        assert way.sent == [THIRD]
        assert attempts() == {SECOND: times, THIRD: 1}
        with inside(), transaction() as rows:
            rows.execute(sa.update(OutboxMail).where(OutboxMail.to == SECOND).values(due_at=now()))
    with inside():
        (mail,) = session().scalars(sa.select(OutboxMail).where(OutboxMail.to == SECOND))
    assert (mail.state, mail.body) == (MailState.PARKED, "")


def test_while_one_letter_hangs_nobody_else_waits_and_what_came_meanwhile_is_sent(through: Through) -> None:
    on_the_way, may_end, sent = threading.Event(), threading.Event(), []

    def slowly(letter: Letter) -> None:
        sent.append(letter.to)
        on_the_way.set()
        may_end.wait(10)

    through(slowly)
    waiting(FIRST)
    hanging = threading.Thread(target=post_office.send_waiting)
    hanging.start()
    assert on_the_way.wait(5)
    waiting(SECOND)
    post_office.send_waiting()  # comes back at once
    assert sent == [FIRST]
    may_end.set()
    hanging.join(10)
    assert sent == [FIRST, SECOND]


def fails() -> None:
    raise ValueError(f"what somebody wrote, {FIRST}")


def test_a_fault_of_a_job_is_logged_without_anybodys_words(app: Flask) -> None:
    with capture_logs(processors=[logs._without_words]) as lines:
        jobs._in_app(fails)()
    (line,) = lines
    assert FIRST not in json.dumps(line)
    assert (line["event"], line["fault"], line["job"]) == ("job_failed", "ValueError", "fails")


def test_what_libraries_say_of_a_fault_names_the_place_and_not_the_words() -> None:
    with pytest.raises(ValueError, match="somebody") as caught:
        fails()
    told = (ValueError, caught.value, caught.tb)
    record = logging.LogRecord("huey", logging.ERROR, "", 1, "Unhandled exception in task %s.", ("7",), told)
    line = logs.OthersLines().format(record)
    assert FIRST not in line
    assert json.loads(line)["fault"] == "ValueError"
    assert "\n" not in line


def test_a_parked_letter_says_nothing_any_more(through: Through) -> None:
    through(Way(ValueError("never")))
    waiting(FIRST)
    for _ in range(6):
        with inside(), transaction() as rows:
            rows.execute(sa.update(OutboxMail).values(due_at=now()))
        post_office.send_waiting()
    with inside():
        (mail,) = session().scalars(sa.select(OutboxMail))
    assert (mail.state, mail.body) == (MailState.PARKED, "")
