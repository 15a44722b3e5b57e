"""The job that sends what waits in the outbox, and the transports: console, a folder, or SMTP."""

import smtplib
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from flask import Flask, current_app
from flask_mailman import EmailMessage, Mail

from community.clock import now
from community.config import Settings
from community.db import DatabaseAway, end_reading, session, transaction
from community.jobs import each_minute
from community.mail import Letter, OutboxMail, begin_attempt, mark_sent, next_due

log = structlog.get_logger("community.mail")

AT_A_TIME = 50
TIMEOUT_SECONDS = 20

Transport = Callable[[Letter], None]
Asker = Callable[[str, datetime], bool]

# What a mail server says of one letter; any other trouble with it is trouble for all that wait.
OF_ONE_LETTER = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)

_askers: dict[str, Asker] = {}
_asked, _sending = threading.Event(), threading.Lock()


def init_app(app: Flask, settings: Settings) -> None:
    """Choose the transport by MAIL_URL."""
    parts = urlsplit(settings.mail_url)
    if parts.scheme in {"smtp", "smtps"}:
        app.config.update(
            MAIL_SERVER=parts.hostname or "localhost",
            MAIL_PORT=parts.port or (465 if parts.scheme == "smtps" else 587),
            MAIL_USERNAME=unquote(parts.username or "") or None,
            MAIL_PASSWORD=unquote(parts.password or "") or None,
            MAIL_USE_SSL=parts.scheme == "smtps",
            MAIL_USE_TLS=parts.scheme == "smtp" and bool(parts.username),
            MAIL_TIMEOUT=TIMEOUT_SECONDS,
            MAIL_DEFAULT_SENDER=settings.mail_from,
        )
        Mail(app)
        transport: Transport = _by_smtp
    elif parts.scheme == "file":
        transport = _to_folder(Path(parts.path or settings.data_dir / "mail"))
    else:
        transport = _to_console
    app.extensions["mail_transport"] = transport


def ask_before_sending(name: str, asker: Asker) -> None:
    """Take a slice's answer to whether a letter may still leave: rights and wishes may have changed since."""
    _askers[name] = asker


@each_minute
def send_waiting() -> None:
    """Send what is due, one mail a transaction, so that one that fails never holds up the next.

    One thread sends at a time: a server that hangs must not take every worker. Whoever comes meanwhile leaves word.
    """
    _asked.set()
    while _asked.is_set() and _sending.acquire(blocking=False):
        try:
            _asked.clear()
            _send_due(current_app.extensions["mail_transport"])
        finally:
            _sending.release()


def _send_due(transport: Transport) -> None:
    for _ in range(AT_A_TIME):
        if not _send_next(transport):
            return


def _send_next(transport: Transport) -> bool:
    """Send one mail; False where nothing is due, or the way to the server is closed.

    The attempt is counted, and committed, before it is made, and before anybody is asked about it: whatever fails on
    the way, the letter stands back.
    """
    if next_due(now()) is None:
        end_reading()
        return False
    with transaction():
        mail = next_due(now())
        if mail is None:
            return False
        letter = Letter(to=mail.to, subject=mail.subject, body=mail.body, message_id=f"<outbox-{mail.id}@{_host()}>")
        begin_attempt(mail, at=now())
        mail_id, asks = mail.id, mail.asks
    try:
        wanted = _still_wanted(asks)
        end_reading()
        if wanted:
            transport(letter)
    except DatabaseAway:
        raise
    except Exception as error:  # noqa: BLE001 - whatever one letter brings about, the next one goes out
        log.warning("mail_failed", mail=mail_id, error=type(error).__name__)
        # smtplib's errors are OSErrors too. Of a server that does not answer fifty letters would each wait for it.
        return isinstance(error, OF_ONE_LETTER) or not isinstance(error, OSError)
    with transaction():
        tried = session().get(OutboxMail, mail_id)
        if tried is not None and wanted:
            mark_sent(tried, at=now())
        elif tried is not None:
            session().delete(tried)
    return True


def _still_wanted(asks: str | None) -> bool:
    """Ask about a letter that was written under a condition, such as that its reader still belongs to a group."""
    if asks is None:
        return True
    whom, _, about = asks.partition(" ")
    return whom in _askers and _askers[whom](about, now())


def _host() -> str:
    settings: Settings = current_app.extensions["settings"]
    return urlsplit(settings.base_url).hostname or "localhost"


def _by_smtp(letter: Letter) -> None:
    headers = {"Message-ID": letter.message_id}
    with current_app.extensions["mailman"].get_connection() as line:  # hung up whatever the server says
        EmailMessage(letter.subject, letter.body, to=[letter.to], headers=headers, connection=line).send()


def _to_folder(folder: Path) -> Transport:
    def deliver(letter: Letter) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = letter.message_id.strip("<>").partition("@")[0]
        (folder / f"{name}.txt").write_text(_as_text(letter), encoding="utf-8")

    return deliver


def _to_console(letter: Letter) -> None:
    sys.stdout.write(f"\n--- a letter that would be sent ---\n{_as_text(letter)}---\n")
    sys.stdout.flush()


def _as_text(letter: Letter) -> str:
    return f"To: {letter.to}\nSubject: {letter.subject}\nMessage-ID: {letter.message_id}\n\n{letter.body}"
