"""Cases, the reasons that opened them, and the log that only grows."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.groups.models import Group

WORDS_LENGTH = 1000


class SubjectKind(StrEnum):
    """What a case is about."""

    POST = "post"
    JOIN_REQUEST = "join_request"


class CaseState(StrEnum):
    """Whether a case still waits for a teacher."""

    OPEN = "open"
    DECIDED = "decided"
    CLOSED = "closed"  # its subject went away by itself: withdrawn, taken back


class ReasonKind(StrEnum):
    """Why something is on the desk."""

    HELD_NEWCOMER = "held_newcomer"
    HELD_EVERYTHING = "held_everything"
    JOIN = "join"
    FLAG_CLIENT = "flag_client"
    FLAG_UNKIND = "flag_unkind"
    FLAG_WORRIED = "flag_worried"
    FLAG_OTHER = "flag_other"


class Verdict(StrEnum):
    """What a teacher may decide; CASE_STEPS in actions says where each is possible."""

    LET_THROUGH = "let_through"
    RETURN = "return"
    HIDE = "hide"
    LEAVE = "leave"
    ADMIT = "admit"
    DECLINE = "decline"


class Case(Base):
    """What a teacher works on: one open case per thing, growing with each reason."""

    __tablename__ = "cases"
    __table_args__ = (
        one_of("subject_kind", SubjectKind),
        one_of("state", CaseState),
        one_of("verdict", Verdict),
        sa.Index(None, "group_id", "state", "opened_at"),
        sa.Index(
            "uq_cases_open_subject",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"))
    subject_kind: Mapped[SubjectKind] = mapped_column(WordEnum(SubjectKind))
    subject_id: Mapped[int]
    state: Mapped[CaseState] = mapped_column(WordEnum(CaseState), default=CaseState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id"))
    verdict: Mapped[Verdict | None] = mapped_column(WordEnum(Verdict))
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH), default="")  # the teacher's reason

    group: Mapped[Group] = relationship()
    reasons: Mapped[list["CaseReason"]] = relationship(order_by="CaseReason.id")


class CaseReason(Base):
    """One reason for a case. ``by_id`` is who brought it and is shown to nobody."""

    __tablename__ = "case_reasons"
    __table_args__ = (one_of("kind", ReasonKind), sa.UniqueConstraint("case_id", "by_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[ReasonKind] = mapped_column(WordEnum(ReasonKind))
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH), default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id"))
    created_at: Mapped[datetime]


class LogEntry(Base):
    """What a moderator did. The database refuses UPDATE and DELETE; each entry carries the hash of the last."""

    __tablename__ = "log_entries"
    __table_args__ = (sa.UniqueConstraint("group_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"))
    number: Mapped[int]  # 1, 2, 3 … within the group
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"))
    act: Mapped[str] = mapped_column(sa.String(24))
    subject_kind: Mapped[str] = mapped_column(sa.String(24))
    subject_id: Mapped[int]
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH), default="")
    at: Mapped[datetime]
    before_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
