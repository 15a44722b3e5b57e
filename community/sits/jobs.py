"""What happens for sits by the clock."""

from datetime import timedelta

from flask import current_app

from community.clock import now
from community.db import transaction
from community.jobs import each_hour, each_minute
from community.members.letters import Letterhead
from community.post_office import ask_before_sending, send_waiting
from community.sits import intentions, reminders

LOOK_BACK = timedelta(minutes=9)  # a process that was down for a while still tells, while the doors are open


def letterhead() -> Letterhead:
    """Give what letters need to know of this place."""
    settings = current_app.extensions["settings"]
    return Letterhead(settings.community_name, settings.base_url)


@each_minute
def remind_of_sits() -> None:
    """Remind those who want it of sits, and tell those whom a sit is for that its doors are open."""
    at = now()
    with transaction():
        letters = reminders.remind(letterhead=letterhead(), at=at)
        reminders.tell_of_doors(after=at - LOOK_BACK, at=at)
    if letters:
        send_waiting()


@each_hour
def forget_what_was_meant() -> None:
    """Let go of who meant to come, and was reminded, long ago."""
    at = now()
    with transaction():
        intentions.forget_old_intentions(at=at)
        reminders.forget_old_reminders(at=at)


ask_before_sending(reminders.ASKS, reminders.still_wanted)
ask_before_sending(reminders.ASKS_OF_CHANGE, reminders.change_still_wanted)
