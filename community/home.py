"""The front door's own pages: today, help, ninety seconds, what we keep private, what the evidence says."""

from typing import Any

from flask import Blueprint, render_template

from community.web import public

bp = Blueprint("home", __name__)


@bp.get("/")
def today() -> Any:
    """Show what is next."""
    return render_template("home/today.html")


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
