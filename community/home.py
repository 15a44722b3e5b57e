"""The front door's own pages: today, help, ninety seconds, what we keep private, what the evidence says."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template

from community.journal.looking_back import own_days
from community.journal.wording import ends_of_day
from community.passages.queries import from_notebook
from community.programmes.queries import followed_alone
from community.sits import live as rooms
from community.sits import queries as sits
from community.sits.intentions import may_be_meant, means_to_come
from community.sits.sit import Sit
from community.sits.sit_now import last_sat_in
from community.sits.wording import begins
from community.threads import lists as threads
from community.web import now, public, viewer

bp = Blueprint("home", __name__)

THREADS_SHOWN = 8
EVENING, AFTERNOON, MORNING = 18, 12, 5


@bp.get("/")
def today() -> Any:
    """Show the next sit, what is new in one's groups, the sits of this week, and a line of a teacher's notebook."""
    at, by = now(), viewer()
    coming = sits.for_member(by, at=at)
    # An appointment that is near comes before the room that is always open.
    taking_place = [sit for sit in coming if not sit.is_called_off]
    chosen = [sit for sit in taking_place if not sit.series.is_room and begins(sit, at)] or taking_place
    next_sit = chosen[0] if chosen else None
    own = own_days(by, at=at)
    return render_template(
        "home/today.html",
        greeting=greeting(at.astimezone(ZoneInfo(by.zone))),
        next_sit=next_sit,
        begins=begins(next_sit, at) if next_sit else "",
        meant=means_to_come(by, next_sit) if next_sit and may_be_meant(next_sit, at) else None,
        room_in=last_sat_in(by, at=at),
        ring=_ring(next_sit) if next_sit and next_sit.is_open(at) else None,
        later=[sit for sit in coming if sit is not next_sit],
        line=from_notebook(by),
        programmes=followed_alone(by),
        threads=threads.new_for(by, THREADS_SHOWN, at=at),
        rhythm=own.rhythm,
        day_ends=ends_of_day(own.days.ends_minutes),
    )


def greeting(local: datetime) -> str:
    """Give the words for the hour of the reader's own day."""
    if MORNING <= local.hour < AFTERNOON:
        return "Good morning"
    return "Good afternoon" if AFTERNOON <= local.hour < EVENING else "Good evening"


def _ring(sit: Sit) -> dict[str, Any]:
    """Give who is seated already, as each chose to be seen; the viewer reads this group."""
    here, _ = rooms.picture(sit, viewer().id)
    you = here["you"] if any(seat["id"] == here["you"] for seat in here["here"]) else None
    return {"sit": sit.key, "seats": here["here"], "others": here["others"], "you": you}


@bp.get("/help")
@public
def help_() -> str:
    """Say where somebody to talk to is found."""
    return render_template("pages/help.html")


@bp.get("/ninety-seconds")
@public
def ninety_seconds() -> str:
    """Offer a short way to settle, to anybody."""
    return render_template("pages/ninety_seconds.html")


@bp.get("/before-you-sit")
@public
def before_you_sit() -> str:
    """Say what may come up in a sit, and what one may always do."""
    return render_template("pages/before_you_sit.html")


@bp.get("/evidence")
@public
def evidence() -> str:
    """Say what studies found and did not find."""
    return render_template("pages/evidence.html")


@bp.get("/privacy")
@public
def privacy() -> str:
    """Say what is kept private, and from whom."""
    return render_template("pages/privacy.html")
