"""The job that sends what waits in the outbox, and the transports: console, a folder, or SMTP."""

import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from flask import Flask, current_app
from flask_mailman import EmailMessage, Mail

from community.clock import now
from community.config import Settings
from community.db import end_reading, session, transaction
from community.jobs import each_minute
from community.mail import Letter, begin_attempt, mark_sent, next_due

log = structlog.get_logger("community.mail")

AT_A_TIME = 50
TIMEOUT_SECONDS = 20

Transport = Callable[[Letter], None]


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


@each_minute
def send_waiting() -> None:
    """Send what is due, one mail a transaction, so that one that fails never holds up the next."""
    transport: Transport = current_app.extensions["mail_transport"]
    for _ in range(AT_A_TIME):
        if not _send_next(transport):
            return


def _send_next(transport: Transport) -> bool:
    """Send one mail; False where nothing is due. The attempt is counted, and committed, before it is made."""
    if next_due(now()) is None:
        end_reading()
        return False
    with transaction():
        mail = next_due(now())
        if mail is None:
            return False
        begin_attempt(mail, at=now())
        letter = Letter(to=mail.to, subject=mail.subject, body=mail.body, message_id=f"<outbox-{mail.id}@{_host()}>")
        mail_id = mail.id
    try:
        transport(letter)
    except OSError as error:  # smtplib's errors are OSErrors too
        log.warning("mail_failed", mail=mail_id, error=type(error).__name__)
        return True
    with transaction():
        sent = session().get(type(mail), mail_id)
        if sent is not None:
            mark_sent(sent, at=now())
    return True


def _host() -> str:
    settings: Settings = current_app.extensions["settings"]
    return urlsplit(settings.base_url).hostname or "localhost"


def _by_smtp(letter: Letter) -> None:
    message = EmailMessage(letter.subject, letter.body, to=[letter.to], headers={"Message-ID": letter.message_id})
    message.send()


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
