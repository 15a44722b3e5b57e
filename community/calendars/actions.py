"""Making the address of one's own calendar, choosing what it says, and taking it back."""

from datetime import datetime

import sqlalchemy as sa

from community.calendars.models import Calendar, Titles
from community.db import insert_into, session
from community.members.models import Member
from community.members.tokens import new_token


def make_calendar(*, by: Member, titles: Titles, at: datetime) -> str:
    """Make a new address for a member's calendar and give its token, this once; the one before answers no more.

    Of two made at once the later one answers.
    """
    token, kept = new_token()
    made = {"token_hash": kept, "titles": titles, "made_at": at}
    row = insert_into(Calendar).values(member_id=by.id, **made)
    session().execute(row.on_conflict_do_update(index_elements=[Calendar.member_id], set_=made))
    return token


def choose_titles(*, by: Member, titles: Titles) -> Titles:
    """Keep what a member's calendar says of a sit; without a calendar there is nothing to keep."""
    session().execute(sa.update(Calendar).where(Calendar.member_id == by.id).values(titles=titles))
    return titles


def revoke_calendar(*, by: Member) -> None:
    """Let the address of a member's calendar answer no more; twice is fine."""
    session().execute(sa.delete(Calendar).where(Calendar.member_id == by.id))
