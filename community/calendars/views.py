"""One's own calendar: its page among the settings, the feed itself, and where its events lead."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for

from community.calendars import actions, ical, queries
from community.calendars.forms import CalendarForm
from community.calendars.models import Titles
from community.db import transaction
from community.errors import NotFound, TooOften
from community.members.tokens import token_hash
from community.sits import queries as sits
from community.web import attempt, limited, now, public, shown, viewer
from community.web.limits import address, too_many

bp = Blueprint("calendars", __name__)


@bp.get("/settings/calendar")
def show() -> Any:
    """Show whether one keeps a calendar, and what it says."""
    calendar = queries.calendar_of(viewer())
    return _page(CalendarForm(formdata=None, obj=calendar))


@bp.post("/settings/calendar")
@limited("20 per hour")
def make() -> Any:
    """Make an address, which is shown once; one that was there before answers no more."""
    form = CalendarForm()
    token = attempt(form, lambda at: actions.make_calendar(by=viewer(), titles=Titles(form.titles.data), at=at))
    return _page(form, link=_link(token) if token else "")


@bp.post("/settings/calendar/titles")
def titles() -> Any:
    """Keep what the calendar says of a sit."""
    form = CalendarForm()
    if attempt(form, lambda _at: actions.choose_titles(by=viewer(), titles=Titles(form.titles.data))) is None:
        return _page(form)
    flash("Kept.")
    return redirect(url_for("calendars.show"), 303)


@bp.post("/settings/calendar/revocation")
def revoke() -> Any:
    """Let the address answer no more."""
    with transaction():
        actions.revoke_calendar(by=viewer())
    return redirect(url_for("calendars.show"), 303)


@bp.get("/calendar/<token>.ics")
@public
def feed(token: str) -> Any:
    """Give a member's sits to their calendar program; every address that is none is one answer."""
    try:
        calendar = queries.calendar_by_token(token)
    except NotFound:
        if too_many("60 per hour", "calendar", address()):
            raise TooOften(retry_after_seconds=3600) from None
        raise
    if too_many("120 per hour", "calendar", token_hash(token).hex()):
        raise TooOften(retry_after_seconds=3600)
    settings, names = current_app.extensions["settings"], calendar.titles is Titles.NAMES
    page = ical.Page(
        base_url=settings.base_url,
        host=urlsplit(settings.base_url).hostname or "localhost",
        names=names,
        title=settings.community_name if names else ical.NEUTRAL,
    )
    body = ical.written(queries.series_in(calendar, at=now()), page, at=now())
    response = Response(body, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="practice.ics"'
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/series/<id:series_id>")
def follow(series_id: int) -> Any:
    """Lead from a calendar to the room of the next sit of a series, or to the group's sits where there is none."""
    series = sits.series_visible_to(viewer(), series_id)
    sit = None if series.group.is_archived else sits.next_of(series, at=now())
    if sit is None:
        return redirect(url_for("sits.index", slug=series.group.slug))
    return redirect(url_for("sits.show", slug=series.group.slug, key=sit.key))


def _link(token: str) -> str:
    base: str = current_app.extensions["settings"].base_url
    return f"{base}/calendar/{token}.ics"


def _page(form: CalendarForm, *, link: str = "") -> Any:
    return shown("calendars/show.html", form=form, kept=queries.calendar_of(viewer()), link=link)
