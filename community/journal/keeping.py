"""How one's journal is shown, and erasing all of it."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from community.db import announce, insert_into, session
from community.errors import Invalid
from community.journal.facts import JournalErased
from community.journal.models import JournalEntry, JournalSit, JournalWishes
from community.members.models import Member
from community.permissions import Act, require
from community.sits.actions import forget_sat

DAY_ENDS_HOURS = range(13)  # from midnight to noon, for those who work at night


def choose_wishes(*, by: Member, day_ends_minutes: int, shows_rhythm: bool, shows_company: bool, at: datetime) -> None:
    """Keep when a member's day ends and what they like to see; no sit is changed by it. Raises Invalid."""
    require(by, Act.KEEP_JOURNAL, at=at)
    if day_ends_minutes not in {hour * 60 for hour in DAY_ENDS_HOURS}:
        raise Invalid("Choose one of these hours.", field="day_ends_minutes")
    wishes = {
        "day_ends_minutes": day_ends_minutes,
        "shows_rhythm": shows_rhythm,
        "shows_company": shows_company,
    }
    _keep(by, wishes)


def hide_rhythm(*, by: Member, at: datetime) -> None:
    """Hide a member's rhythm, on Today and in the journal; twice is fine."""
    require(by, Act.KEEP_JOURNAL, at=at)
    _keep(by, {"shows_rhythm": False})


def erase_journal(*, by: Member, at: datetime) -> None:
    """Erase every page and the whole log of a member's sits for good; how they like their journal shown stays.

    Nobody finds them in a sit any more, but for one whose room is open: the seat that they have there stays theirs.
    """
    require(by, Act.KEEP_JOURNAL, at=at)
    announce(JournalErased(member_id=by.id))
    for table in (JournalEntry, JournalSit):
        session().execute(
            sa.delete(table).where(table.member_id == by.id), execution_options={"synchronize_session": False}
        )
    forget_sat(member_id=by.id, at=at)


def _keep(by: Member, wishes: Mapping[str, object]) -> None:
    row = insert_into(JournalWishes).values(member_id=by.id, **wishes)
    session().execute(row.on_conflict_do_update(index_elements=[JournalWishes.member_id], set_=dict(wishes)))
