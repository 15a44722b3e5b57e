"""What becomes of a sit in a member's own log: it begins with their seat, and ends where they left."""

from datetime import datetime

import sqlalchemy as sa

from community.db import insert_into, session
from community.journal.models import JournalEntry, JournalSit
from community.sits.facts import SeatsLeft, SeatTaken
from community.sits.models import SitSeries
from community.sits.sit import Sit


def on_seat_taken(fact: SeatTaken) -> None:
    """Write down that a member sits; one who left and comes back before the closing bell has not left."""
    series = session().get_one(SitSeries, fact.series_id)  # loaded a moment ago, by whoever takes the seat
    change = next((each for each in series.changes if each.planned_at == fact.starts_at), None)
    log_sit(Sit(series, fact.starts_at, change), member_id=fact.member_id, at=fact.at)


def log_sit(sit: Sit, *, member_id: int, at: datetime) -> None:
    """Write a sit into a member's log; again is fine, and keeps when they came.

    Whoever is back before the closing bell sits to the end. After it nothing is left to sit: they left when they left.
    """
    plan, closing_at = sit.plan, sit.closing_at
    begun = insert_into(JournalSit).values(
        member_id=member_id,
        began_at=min(max(at, sit.starts_at), closing_at),
        closing_at=closing_at,
        practice_key=plan.id,
        practice_version=plan.version,
        title=sit.title,
        group_id=sit.series.group_id,
        group_name=sit.group.name,
        series_id=sit.series.id,
        planned_at=sit.planned_at,
    )
    said = begun.excluded
    was_moved = JournalSit.closing_at != said.closing_at  # while they waited at its doors
    goes_on = at < closing_at
    session().execute(
        begun.on_conflict_do_update(
            index_elements=[JournalSit.member_id, JournalSit.series_id, JournalSit.planned_at],
            set_={
                "ended_at": None if goes_on else JournalSit.ended_at,
                "began_at": sa.case((was_moved, said.began_at), else_=JournalSit.began_at),
                "closing_at": said.closing_at,
            },
            where=sa.or_(sa.and_(JournalSit.ended_at.is_not(None), sa.literal(goes_on)), was_moved),
        )
    )


def on_seats_left(fact: SeatsLeft) -> None:
    """Write down until when they sat: after the closing bell it was all of it, before the first one nothing."""
    left = [
        {"at_series": each.series_id, "at_start": each.starts_at, "by": each.member_id, "at": each.at}
        for each in fact.left
    ]
    for statement in (_NEVER_BEGAN, _ENDED):
        session().connection().execute(statement, left)


_THEIRS = sa.and_(
    JournalSit.series_id == sa.bindparam("at_series"),
    JournalSit.planned_at == sa.bindparam("at_start"),
    JournalSit.member_id == sa.bindparam("by"),
    JournalSit.ended_at.is_(None),
)
_AT = sa.bindparam("at", type_=JournalSit.began_at.type)
_WRITTEN_OF = sa.exists().where(JournalEntry.sit_id == JournalSit.id)
_NEVER_BEGAN = sa.delete(JournalSit).where(_THEIRS, JournalSit.began_at > _AT, ~_WRITTEN_OF)
_LATER = sa.case((JournalSit.began_at > _AT, JournalSit.began_at), else_=_AT)
_ENDED = sa.update(JournalSit).where(_THEIRS, JournalSit.closing_at > _AT).values(ended_at=_LATER)
