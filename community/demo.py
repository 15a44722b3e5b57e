"""The demo community."""

from flask import Flask


def fill() -> None:
    """Make the demo people."""


def whom_to_be() -> str:
    """Say who there is."""
    return ""


def init_app(app: Flask) -> None:
    """Offer the people to step in as."""
    app.extensions["demo_people"] = list
