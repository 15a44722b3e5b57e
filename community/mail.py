"""Mail: an outbox row in the transaction, sent afterwards by a job, so that no request waits for a mail server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Mapped, mapped_column

from community.db import Base, WordEnum, one_of, session
from community.errors import Invalid

log = structlog.get_logger("community.mail")

# Seconds to wait after the first, second, … attempt that failed; after the last one the mail is parked.
BACK_OFF_SECONDS = (60, 300, 1800, 7200, 21600)
KEPT_FOR = timedelta(days=7)  # for whoever looks why a letter did not come


class MailState(StrEnum):
    """Where a mail is on its way."""

    WAITING = "waiting"
    SENT = "sent"
    PARKED = "parked"


class OutboxMail(Base):
    """One mail to one person, written with the act that causes it."""

    __tablename__ = "outbox_mails"
    __table_args__ = (one_of("state", MailState), sa.Index(None, "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[MailState] = mapped_column(WordEnum(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    asks: Mapped[str | None] = mapped_column(sa.String(120))  # what to ask before it leaves; see post_office.py


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a transport is handed: plain text, and an id that stays the same over retries."""

    to: str
    subject: str
    body: str
    message_id: str


def post_mail(*, to: str, subject: str, body: str, at: datetime, asks: str | None = None) -> OutboxMail:
    """Put a mail in the outbox, inside the current transaction; raises Invalid for line breaks in a header.

    ``asks`` names whom the post office asks again when it is about to leave, and about what: "reminder 5 12-2026…".
    """
    if any(mark in to + subject for mark in "\r\n"):
        raise Invalid("A mail's address and subject are one line each.")
    mail = OutboxMail(to=to, subject=subject, body=body, created_at=at, due_at=at, asks=asks)
    session().add(mail)
    return mail


def take_back(asks: Sequence[str]) -> dict[str, str]:
    """Take back what waits and asks one of these things; gives the words of each. One that is on its way arrives."""
    if not asks:
        return {}
    waiting = sa.delete(OutboxMail).where(OutboxMail.state == MailState.WAITING, OutboxMail.asks.in_(asks))
    gone = session().execute(
        waiting.returning(OutboxMail.asks, OutboxMail.body), execution_options={"synchronize_session": False}
    )
    return {asked: body for asked, body in gone if asked}


def next_due(at: datetime) -> OutboxMail | None:
    """Give the mail that has waited longest and may go now."""
    return session().scalar(
        sa.select(OutboxMail)
        .where(OutboxMail.state == MailState.WAITING, OutboxMail.due_at <= at)
        .order_by(OutboxMail.due_at, OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True),  # on PostgreSQL; on SQLite the writer is alone anyway
    )


def begin_attempt(mail: OutboxMail, *, at: datetime) -> None:
    """Count the attempt before it is made, so that a mail that kills its worker is parked in the end."""
    wait = BACK_OFF_SECONDS[min(mail.attempts, len(BACK_OFF_SECONDS) - 1)]
    mail.attempts += 1
    mail.due_at = at + timedelta(seconds=wait)
    if mail.attempts > len(BACK_OFF_SECONDS):
        mail.state, mail.body = MailState.PARKED, ""  # the attempt to come has its words already; nobody sends it after
        log.error("mail_parked", mail=mail.id)


def mark_sent(mail: OutboxMail, *, at: datetime) -> None:
    """Close the row, and let go of the words: they are with the person now."""
    mail.state, mail.sent_at, mail.body = MailState.SENT, at, ""


def forget_old(*, at: datetime) -> None:
    """Delete what was sent or given up a week ago: who was written to, and about what, is nobody's business then."""
    over = sa.or_(
        OutboxMail.sent_at <= at - KEPT_FOR,
        sa.and_(OutboxMail.state == MailState.PARKED, OutboxMail.due_at <= at - KEPT_FOR),
    )
    session().execute(sa.delete(OutboxMail).where(over), execution_options={"synchronize_session": False})
