"""What happens for members in the background: reset links, and when a browser was last here."""

import threading
from datetime import datetime

from flask import current_app

from community import mail
from community.clock import now
from community.db import transaction
from community.jobs import each_hour, each_minute
from community.logs import leaves_no_trace
from community.members import actions, queries
from community.members.letters import Letterhead
from community.members.queries import SignedIn
from community.post_office import send_waiting

_seen: dict[int, datetime] = {}
_lock = threading.Lock()


def saw(sign_in_id: int, at: datetime) -> None:
    """Remember that a browser was here; a GET writes nothing, so a job writes it down in one batch."""
    with _lock:
        _seen[sign_in_id] = at


@each_minute
def note_seen() -> None:
    """Write down when browsers were last here."""
    with _lock:
        seen = dict(_seen)
        _seen.clear()
    if seen:
        with transaction():
            actions.note_seen(seen=seen)


@each_minute
def look_up_resets() -> None:
    """Find out whose the addresses are that asked for a new password, and put their letters in the outbox."""
    settings = current_app.extensions["settings"]
    with transaction():
        looked_up = actions.look_up_resets(letterhead=Letterhead(settings.community_name, settings.base_url), at=now())
    if looked_up:
        send_waiting()  # another worker may have looked into the outbox before these letters lay in it


@each_hour
def forget_old() -> None:
    """Let go of what is over."""
    at = now()
    with transaction():
        actions.forget_old(at=at)
        mail.forget_old(at=at)


def arrive(token: str, at: datetime) -> SignedIn | None:
    """Give the person behind a token, and remember that they were here, unless it is a page that leaves no trace."""
    signed_in = queries.signed_in_by_token(token, at)
    if signed_in is not None and not leaves_no_trace():
        saw(signed_in.sign_in_id, at)
    return signed_in
