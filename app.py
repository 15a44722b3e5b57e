"""Wiring: settings, extensions, blueprints, reactions, commands. ``python app.py --help`` tells the rest."""

import importlib
import sys

from flask import Flask
from flask_compress import Compress

from community import (
    cli,
    demo,
    health,
    home,
    jobs,
    live,
    logs,
    post_office,
    reactions,
    seals,
    server,
    shared,
    versions,
    web,
)
from community.config import Settings, from_environment
from community.db import db, prepare_engine
from community.events import forget_listeners
from community.groups import queries as groups
from community.journal import settings as journal_settings
from community.members import jobs as members_jobs
from community.members import queries as members

SLICES = (
    "members",
    "notifications",
    "groups",
    "practices",
    "threads",
    "sits",
    "calendars",
    "journal",
    "passages",
    "moderation",
    "programmes",
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application for these settings, or for those of the environment."""
    settings = settings or from_environment()
    app = Flask(__name__, static_folder=None)
    app.extensions["settings"] = settings
    logs.configure(settings.log_level)
    _open_database(app, settings)
    shared.init(settings.redis_url)
    seals.init_app(app, settings.journal_keys)
    web.init_app(app, settings)
    Compress(app)
    web.load_signed_in_with(members_jobs.arrive)
    live.load_people_with(
        members.signed_in_by_token, members.signed_in_by_id, members.standing_sign_ins, groups.pairs_that_read
    )
    for name in SLICES:
        app.register_blueprint(importlib.import_module(f"community.{name}.views").bp)
    app.register_blueprint(importlib.import_module("community.practices.editor").bp)
    app.register_blueprint(journal_settings.bp)
    app.register_blueprint(home.bp)
    app.register_blueprint(health.bp)
    post_office.init_app(app, settings)
    jobs.init_app(app, immediate=settings.testing)
    forget_listeners()
    reactions.connect()
    live.init_app(app, settings)
    logs.init_app(app)
    cli.init_app(app)
    demo.init_app(app)
    server.init_app(app)
    return app


def _open_database(app: Flask, settings: Settings) -> None:
    if settings.sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    # Parameters hold what people wrote, so they never reach a log.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True, "pool_pre_ping": not settings.sqlite}
    db.init_app(app)
    versions.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


if __name__ == "__main__":
    sys.exit(server.serve(sys.argv[1:], create_app))
