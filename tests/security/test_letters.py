"""Letters on their way: one header a line, counted before they are tried, tried again later and later, and given up."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from community import post_office
from community.clock import now
from community.config import Settings
from community.db import session, transaction
from community.errors import Invalid
from community.mail import BACK_OFF_SECONDS, Letter, MailState, OutboxMail, post_mail
from tests.factories import inside


@pytest.fixture
def by_way_of(app: Flask) -> Iterator[Callable[[Callable[[Letter], None]], None]]:
    """Let letters go another way meanwhile."""
    own = app.extensions["mail_transport"]

    def choose(transport: Callable[[Letter], None]) -> None:
        app.extensions["mail_transport"] = transport

    yield choose
    app.extensions["mail_transport"] = own


def post(**given: str) -> None:
    letter = {"to": "ines@example.org", "subject": "A word", "body": "Hello.", **given}
    with inside(), transaction():
        post_mail(**letter, at=now())


def kept() -> OutboxMail:
    with inside():
        return session().scalars(sa.select(OutboxMail)).one()


def let_pass(seconds: float) -> None:
    """Let the letter have waited for so long."""
    with inside(), transaction() as rows:
        mail = rows.scalars(sa.select(OutboxMail)).one()
        mail.due_at -= timedelta(seconds=seconds)


@pytest.mark.parametrize("field", ["to", "subject"])
@pytest.mark.parametrize("words", ["a\r\nBcc: b@example.org", "a\nb", "a\rb", "\n", "a\n\n<b>"])
def test_a_line_break_in_a_header_is_refused(field: str, words: str) -> None:
    with pytest.raises(Invalid):
        post(**{field: words})
    with inside():
        assert not session().scalars(sa.select(OutboxMail)).all()


def test_an_attempt_is_counted_before_it_is_made(by_way_of: Callable[..., None]) -> None:
    seen: list[tuple[int, MailState]] = []

    class Killed(BaseException):
        """What ends a worker in the middle."""

    def die(_letter: Letter) -> None:
        seen.append((kept().attempts, kept().state))
        raise Killed

    by_way_of(die)
    post()
    for number in range(1, len(BACK_OFF_SECONDS) + 2):
        with pytest.raises(Killed):
            post_office.send_waiting()
        assert seen[-1][0] == number
        let_pass(BACK_OFF_SECONDS[-1] + 1)
    assert seen[-1][1] is MailState.PARKED
    post_office.send_waiting()
    assert len(seen) == len(BACK_OFF_SECONDS) + 1


def test_a_letter_is_tried_again_later_and_later_under_the_same_name(by_way_of: Callable[..., None]) -> None:
    names: list[str] = []

    def refuse(letter: Letter) -> None:
        names.append(letter.message_id)
        raise ConnectionRefusedError

    by_way_of(refuse)
    post()
    waits = []
    for _ in BACK_OFF_SECONDS:
        tried_at: datetime = now()
        post_office.send_waiting()
        waits.append(round((kept().due_at - tried_at).total_seconds()))
        tries = len(names)
        post_office.send_waiting()
        assert len(names) == tries  # it is not its time yet
        let_pass(waits[-1] + 1)
    assert waits == list(BACK_OFF_SECONDS)
    assert len(set(names)) == 1
    post_office.send_waiting()
    assert kept().state is MailState.PARKED
    assert kept().body == ""


def test_a_letter_that_went_out_is_sent_once_and_its_words_are_let_go(by_way_of: Callable[..., None]) -> None:
    sent: list[Letter] = []
    by_way_of(sent.append)
    post(body="Words for Ines alone.")
    for _ in range(3):
        post_office.send_waiting()
        let_pass(99_999)
    assert [letter.body for letter in sent] == ["Words for Ines alone."]
    assert (kept().state, kept().body) == (MailState.SENT, "")


def test_a_letter_of_an_act_that_was_undone_never_goes_out(by_way_of: Callable[..., None]) -> None:
    sent: list[Letter] = []
    by_way_of(sent.append)

    def undone() -> None:
        with inside(), transaction():
            post_mail(to="ines@example.org", subject="A word", body="Hello.", at=now())
            raise ValueError("something else went wrong")

    with pytest.raises(ValueError, match="something else"):
        undone()
    post_office.send_waiting()
    assert sent == []


# By a mail server


class FakeServer(socketserver.BaseRequestHandler):
    """Speaks as much SMTP as a letter needs."""

    def handle(self) -> None:
        server: Any = self.server
        line = self.request.makefile("rwb")
        data: list[bytes] | None = None
        line.write(b"220 here\r\n")
        line.flush()
        for said in line:
            if data is not None:
                if said != b".\r\n":
                    data.append(said)
                    continue
                server.letters.append(b"".join(data))
                data = None
                answer = server.after_data
            elif said[:4].upper() == b"DATA":
                data, answer = [], b"354 go on\r\n"
            elif said[:4].upper() == b"RCPT":
                answer = server.to_recipient
            else:
                answer = b"250 well\r\n"
            line.write(answer)
            line.flush()
            if said[:4].upper() == b"QUIT":
                return


@pytest.fixture
def mail_server() -> Iterator[Any]:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), FakeServer)
    server.daemon_threads = True
    server.letters, server.after_data, server.to_recipient = [], b"250 well\r\n", b"250 well\r\n"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def smtp(app: Flask, mail_server: Any, by_way_of: Callable[..., None]) -> None:
    """Send by that server."""
    other = Flask("letters")
    settings: Settings = app.extensions["settings"]
    url = f"smtp://127.0.0.1:{mail_server.server_address[1]}"
    given = {name: getattr(settings, name) for name in ("data_dir", "database_url", "secret_keys", "base_url")}
    post_office.init_app(other, Settings(**given, mail_url=url, mail_from="sangha@example.org"))
    transport = other.extensions["mail_transport"]

    def within(letter: Letter) -> None:
        with other.app_context():
            transport(letter)

    by_way_of(within)


@pytest.mark.usefixtures("smtp")
def test_a_letter_goes_to_one_person_in_plain_text(mail_server: Any) -> None:
    post(subject="Ein Brief für Łucja", body="Grüße.\n.\nFrom here on.\n")
    post_office.send_waiting()
    (raw,) = mail_server.letters
    letter = message_from_bytes(raw, policy=policy.default)
    assert letter["To"] == "ines@example.org"
    assert letter["From"] == "sangha@example.org"
    assert letter["Subject"] == "Ein Brief für Łucja"
    assert letter["Message-ID"] == f"<outbox-{kept().id}@127.0.0.1>"
    assert letter.get_content_type() == "text/plain"
    assert "Grüße." in letter.get_content()
    assert not [name for name in ("Cc", "Bcc", "Reply-To") if name in letter]
    assert kept().state is MailState.SENT


@pytest.mark.usefixtures("smtp")
@pytest.mark.parametrize("name", ["to_recipient", "after_data"])
@pytest.mark.parametrize("answer", [b"550 nobody of that name\r\n", b"451 later\r\n"])
def test_a_server_that_refuses_is_asked_again_later(mail_server: Any, name: str, answer: bytes) -> None:
    setattr(mail_server, name, answer)
    post()
    post_office.send_waiting()
    assert (kept().state, kept().attempts) == (MailState.WAITING, 1)
    setattr(mail_server, name, b"250 well\r\n")
    let_pass(BACK_OFF_SECONDS[0] + 1)
    post_office.send_waiting()
    assert (kept().state, kept().attempts) == (MailState.SENT, 2)
