"""Cases, the reasons that opened them, and the log that only grows."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import DDL, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.groups.models import Group
from community.members.models import Member

WORDS_LENGTH = 1000
FIRST_HASH = "0" * 64  # what the first entry of a log stands on


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
    """What a teacher may decide; CASE_STEPS says where each is possible."""

    LET_THROUGH = "let_through"
    RETURN = "return"
    HIDE = "hide"
    LEAVE = "leave"
    ADMIT = "admit"
    DECLINE = "decline"


class Case(Base):
    """What a teacher works on: one open case per thing, growing with each reason.

    ``version`` grows with every reason and with the decision: who decides names the version they have read.
    """

    __tablename__ = "cases"
    __table_args__ = (
        one_of("subject_kind", SubjectKind),
        one_of("state", CaseState),
        one_of("verdict", Verdict),
        sa.Index(None, "group_id", "state", "subject_kind", "opened_at", "id"),
        sa.Index(None, "subject_kind", "subject_id"),
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
    about_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"), index=True)  # whose post, whose request
    state: Mapped[CaseState] = mapped_column(WordEnum(CaseState), default=CaseState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id"), index=True)
    verdict: Mapped[Verdict | None] = mapped_column(WordEnum(Verdict))
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH), default="")  # the teacher's reason

    group: Mapped[Group] = relationship()
    about: Mapped[Member] = relationship(foreign_keys=[about_id])
    decided_by: Mapped[Member | None] = relationship(foreign_keys=[decided_by_id])


class CaseReason(Base):
    """One reason for a case. ``by_id`` is who brought it: it is there so that nobody brings a thing twice.

    It leaves the database for one purpose, to tell that person that a teacher has looked; no page, notice,
    log line or export names it, so no query hands whole rows to a page.
    """

    __tablename__ = "case_reasons"
    __table_args__ = (one_of("kind", ReasonKind), sa.UniqueConstraint("case_id", "by_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[ReasonKind] = mapped_column(WordEnum(ReasonKind))
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH), default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id"), index=True)
    created_at: Mapped[datetime]


class LogAct(StrEnum):
    """What a teacher did, as the log keeps it."""

    LET_THROUGH = "let_through"
    RETURNED = "returned"
    HID = "hid"
    LEFT = "left"
    RESTORED = "restored"
    ADMITTED = "admitted"
    DECLINED = "declined"
    MUTED = "muted"
    UNMUTED = "unmuted"
    REMOVED = "removed"


class LogSubject(StrEnum):
    """What was acted on."""

    POST = "post"
    JOIN_REQUEST = "join_request"
    MEMBER = "member"


class LogEntry(Base):
    """What a teacher did. The database refuses UPDATE and DELETE; each entry carries the hash of the last.

    Without a rowid of its own, since SQLite's REPLACE by rowid would go round the triggers.
    """

    __tablename__ = "log_entries"
    __table_args__ = (
        one_of("act", LogAct),
        one_of("subject_kind", LogSubject),
        sa.Index(None, "about_id"),
        {"sqlite_with_rowid": False},
    )

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 … within the group
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"))
    about_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"))  # the person concerned, who is told
    act: Mapped[LogAct] = mapped_column(WordEnum(LogAct))
    subject_kind: Mapped[LogSubject] = mapped_column(WordEnum(LogSubject))
    subject_id: Mapped[int]
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH), default="")
    until: Mapped[datetime | None]  # how long a member is asked to be quiet
    at: Mapped[datetime]
    before_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    group: Mapped[Group] = relationship()
    actor: Mapped[Member] = relationship(foreign_keys=[actor_id])


class LogHead(Base):
    """Where a group's log stands: the row that its writers queue for, and what shows that an end was cut off."""

    __tablename__ = "log_heads"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(sa.String(64), default=FIRST_HASH)


# The migration makes the same triggers. REPLACE deletes without firing a trigger, hence the one on INSERT.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
    """CREATE TRIGGER log_entries_no_delete BEFORE DELETE ON log_entries
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
    """CREATE TRIGGER log_entries_no_replace BEFORE INSERT ON log_entries
WHEN EXISTS (SELECT 1 FROM log_entries WHERE group_id = NEW.group_id AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
)
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$""",
    """CREATE TRIGGER log_entries_no_change BEFORE UPDATE OR DELETE ON log_entries
FOR EACH ROW EXECUTE FUNCTION log_only_grows()""",
    """CREATE TRIGGER log_entries_no_truncate BEFORE TRUNCATE ON log_entries
FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()""",
)
POSTGRESQL_AFTER_DROP = "DROP FUNCTION IF EXISTS log_only_grows()"  # a trigger goes with its table, a function stays


def _on(moment: str, statement: str, engine: str) -> None:
    ddl = DDL(statement).execute_if(dialect=engine)  # type: ignore[no-untyped-call]
    event.listen(LogEntry.__table__, moment, ddl)


for _statement in SQLITE_TRIGGERS:
    _on("after_create", _statement, "sqlite")
for _statement in POSTGRESQL_TRIGGERS:
    _on("after_create", _statement, "postgresql")
_on("after_drop", POSTGRESQL_AFTER_DROP, "postgresql")
