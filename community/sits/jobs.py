"""What happens for sits by the clock."""

from datetime import datetime

import structlog
from flask import current_app

from community.clock import now
from community.db import DatabaseAway, transaction
from community.jobs import each_hour, each_minute
from community.members.letters import Letterhead
from community.post_office import ask_before_sending, send_waiting
from community.sits import intentions, reminders, thanks

log = structlog.get_logger("community.sits")


def letterhead() -> Letterhead:
    """Give what letters need to know of this place."""
    settings = current_app.extensions["settings"]
    return Letterhead(settings.community_name, settings.base_url)


@each_minute
def remind_of_sits() -> None:
    """Remind those who want it of sits, and tell those whom a sit is for that its doors are open."""
    if remind_all(now()):
        send_waiting()


def remind_all(at: datetime) -> int:
    """Tell all that is due, one sit a transaction, so that a fault in one holds up no other; gives how many letters.

    What failed is due again the next minute; what was told is told once, whoever does this beside us.
    """
    due = reminders.due(at=at)
    letters = failed = 0
    for each in due:
        try:
            with transaction():
                letters += reminders.remind(told=each, letterhead=letterhead(), at=at)
        except DatabaseAway:
            raise
        except Exception:
            failed += 1
            log.exception("reminder_failed", sit=each.key)
    if not failed:
        with transaction():
            reminders.keep_done(at=at)
    return letters


@each_hour
def forget_what_was_meant() -> None:
    """Let go of who meant to come, was reminded, and thanked, long ago."""
    at = now()
    with transaction():
        intentions.forget_old_intentions(at=at)
        reminders.forget_old_reminders(at=at)
        thanks.forget_old_thanks(at=at)


ask_before_sending(reminders.ASKS, reminders.still_wanted)
ask_before_sending(reminders.ASKS_OF_CHANGE, reminders.change_still_wanted)
