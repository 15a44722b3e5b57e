"""The doors of how one's journal is shown, of taking it away, and of erasing all of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for

from community.db import end_reading, transaction
from community.errors import Invalid, TooOften
from community.journal import export, keeping
from community.journal.forms import ErasureForm, WishesForm
from community.journal.queries import Leaf, Place, leaves_of, wishes_of
from community.members import passwords
from community.members.queries import id_and_hash
from community.web import attempt, limited, local_path, now, shown, viewer
from community.web.limits import too_many

bp = Blueprint("journal_settings", __name__)

TAKEN_AT_MOST = "20 per hour"


@bp.get("/journal/settings")
def show() -> Any:
    """Ask when one's day ends, and what one likes to see."""
    return shown("journal/settings.html", form=WishesForm(formdata=None, obj=wishes_of(viewer())))


@bp.post("/journal/settings")
def choose() -> Any:
    """Keep it."""
    form = WishesForm()

    def act(at: datetime) -> Any:
        keeping.choose_wishes(
            by=viewer(),
            day_ends_minutes=form.day_ends_minutes.data,
            shows_rhythm=form.shows_rhythm.data,
            shows_company=form.shows_company.data,
            at=at,
        )
        return True

    if attempt(form, act) is None:
        return shown("journal/settings.html", form=form)
    flash("Kept.")
    return redirect(url_for("journal_settings.show"), 303)


@bp.post("/journal/rhythm/hiding")
def hide_rhythm() -> Any:
    """Hide one's rhythm, wherever it stands."""
    with transaction():
        keeping.hide_rhythm(by=viewer(), at=now())
    flash("Hidden. It comes back from the settings of your journal whenever you like.")
    return redirect(local_path(request.form.get("next"), url_for("journal_settings.show")), 303)


@bp.get("/journal/export.csv")
def export_table() -> Response:
    """Give the whole journal as a table."""
    zone = ZoneInfo(viewer().zone)
    return _taken(export.as_table(_leaves(), zone), "journal.csv", "text/csv")


@bp.get("/journal/export.txt")
def export_text() -> Response:
    """Give the whole journal as text."""
    by, zone = viewer(), ZoneInfo(viewer().zone)
    return _taken(export.as_text(_leaves(), zone, name=by.name, at=now()), "journal.txt", "text/plain")


@bp.get("/journal/erasure")
def erasure() -> Any:
    """Say what goes, and ask once."""
    return shown("journal/erasure.html", form=_erasure_form())


@bp.post("/journal/erasure")
@limited("10 per hour")
def erase() -> Any:
    """Erase everything, for whoever knows the password."""
    form = _erasure_form()
    if not _knows_password(form) or not attempt(form, _erased):
        return shown("journal/erasure.html", form=form)
    flash("Your journal is erased.")
    return redirect("/", 303)


def _erasure_form() -> ErasureForm:
    """Ask for the password, but not those whom a demo lets in by a door of its own: nobody knows theirs."""
    form, demo_people = ErasureForm(), current_app.extensions.get("demo_people")
    if demo_people and viewer().id in {member.id for member, _ in demo_people()}:
        del form.password
    return form


def _erased(at: datetime) -> bool:
    keeping.erase_journal(by=viewer(), at=at)
    return True


def _knows_password(form: ErasureForm) -> bool:
    """Look at the password before any transaction, since that takes its time."""
    if not form.validate_on_submit():
        form.status = 422
        return False
    if "password" not in form:
        return True
    found = id_and_hash(viewer().email)
    end_reading()
    fits = passwords.fits(form.password.data, found[1] if found else None)
    if not fits:
        form.refuse(Invalid("That is not your password.", field="password"))
    return fits


def _leaves() -> Iterator[Leaf]:
    """Give the viewer's whole journal; it is read while it is sent, when the request is over, so nothing stays open."""
    app, by = current_app._get_current_object(), viewer()  # type: ignore[attr-defined]  # noqa: SLF001 - as Flask's own

    def read(before: Place | None, limit: int) -> list[Leaf]:
        with app.app_context():
            return leaves_of(by, before, limit)

    return export.leaves(read)


def _taken(pieces: Iterator[str], name: str, kind: str) -> Response:
    """Send a file piece by piece."""
    if too_many(TAKEN_AT_MOST, "journal taken", str(viewer().id)):
        raise TooOften(retry_after_seconds=3600)
    response = Response((piece.encode() for piece in pieces), mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
