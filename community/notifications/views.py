"""A member's notices: the list, the mark in the head, and laying them aside."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from community.notifications import actions, queries
from community.notifications.forms import SeenForm
from community.web import attempt, number_asked, shown, viewer

bp = Blueprint("notifications", __name__)


@bp.get("/notices")
def index() -> str:
    """Show what the member was told, newest first; looking alone lays nothing aside."""
    before = number_asked("before")
    page = queries.for_viewer(viewer(), before=before)
    return render_template("notifications/index.html", page=page, form=SeenForm(), further=before is not None)


@bp.get("/notices/mark")
def mark() -> str:
    """Give what stands inside the head's link: whether there is something new."""
    return render_template("notifications/_mark.html")


@bp.post("/notices/seen")
def seen() -> Any:
    """Lay aside what stood on the page; a script asks for no page in return."""
    form = SeenForm()
    done = attempt(form, lambda at: actions.mark_all_seen(by=viewer(), up_to=form.up_to.data, at=at))
    if done is None:
        return shown("notifications/index.html", form=form, page=queries.for_viewer(viewer()), further=False)
    if request.accept_mimetypes.best == "application/json":
        return "", 204
    return redirect(url_for("notifications.index"), 303)
