"""The commands under ``flask --app app``."""

import json

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from community import jobs, measure, seals, shared, versions
from community.clock import now
from community.db import transaction
from community.errors import Refused
from community.members import actions
from community.members.models import Member
from community.members.queries import member_by_email
from community.moderation.queries import verify_log


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (create_admin, close_door, open_door, audit_verify, rotate_keys, measure_data, work):
        app.cli.add_command(command)


@click.command("create-admin")
@click.option("--email", prompt=True, help="The address to sign in with.")
@click.option("--name", prompt=True, help="The name that others see.")
@click.option("--zone", default="UTC", show_default=True, help="An IANA time zone, such as Europe/Lisbon.")
@click.password_option(help="8 to 128 characters.")
@with_appcontext
def create_admin(email: str, name: str, zone: str, password: str) -> None:
    """Make somebody who looks after the community; how the first person comes in."""
    versions.bring_up_to_date()
    try:
        kept = actions.password_hash_for(password, about=(name, email.partition("@")[0]))
        with transaction():
            actions.make_member(email=email, name=name, password_hash=kept, zone=zone, at=now(), is_admin=True)
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    click.echo(f"{name} can sign in now.")


@click.command("close-door")
@click.option("--email", required=True, help="Whose door: the address they sign in with.")
@with_appcontext
def close_door(email: str) -> None:
    """Suspend a member: they are signed out everywhere at once and cannot come in."""
    with transaction():
        name = actions.close_door(member=_member(email), at=now()).name
    click.echo(f"The door is closed to {name}. open-door opens it again.")


@click.command("open-door")
@click.option("--email", required=True, help="Whose door: the address they sign in with.")
@with_appcontext
def open_door(email: str) -> None:
    """Let a suspended member come in again."""
    with transaction():
        name = actions.open_door(member=_member(email)).name
    click.echo(f"{name} can come in again.")


def _member(email: str) -> Member:
    member = member_by_email(email)
    if member is None:
        raise click.ClickException("Nobody here has that address.")
    return member


@click.command("audit-verify")
@with_appcontext
def audit_verify() -> None:
    """Check the chain of the moderators' log; exits with 1 and names each fault where it was tampered with."""
    faults = verify_log()
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo("The log is whole.")


@click.command("rotate-keys")
@with_appcontext
def rotate_keys() -> None:
    """Seal all that is private with the first of JOURNAL_KEYS, a batch at a time; may be broken off and begun again."""
    sealed = unreadable = 0
    for rows in seals.sealed_rows():
        batch: seals.Batch | None = seals.Batch(0, 0, 0)
        while batch is not None:
            with transaction():
                batch = seals.seal_anew(rows, after_id=batch.last_id)
            if batch is not None:
                sealed, unreadable = sealed + batch.sealed, unreadable + batch.unreadable
    click.echo(f"{sealed} sealed anew with the key {seals.first_key()}.")
    if unreadable:
        raise click.ClickException(f"{unreadable} cannot be opened with the keys that are given, and stay as they are.")


@click.command("measure-data")
@click.option("--members", default=100, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--groups", default=5, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--threads", default=50, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--posts", default=2_000, show_default=True, type=click.IntRange(0, 10_000_000), help="Over all threads.")
@click.option("--deep", default=0, show_default=True, type=click.IntRange(0), help="Posts in one extra thread.")
@click.option("--long-list", default=0, show_default=True, type=click.IntRange(0), help="Threads in one extra group.")
@click.option("--journal", default=0, show_default=True, type=click.IntRange(0), help="Days in ten members' journals.")
@click.option("--password", required=True, help="What everybody signs in with.")
@with_appcontext
def measure_data(**wanted: int | str) -> None:
    """Fill a fresh database for measurements; prints the addresses to measure as JSON."""
    versions.bring_up_to_date()
    try:
        pages = measure.fill(measure.Size(**wanted), at=now())  # type: ignore[arg-type]
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    click.echo(json.dumps(pages, indent=2))


@click.command("work")
@with_appcontext
def work() -> None:
    """Work off the jobs that the app processes leave in Redis, and keep the minute clock, until told to stop."""
    if not shared.is_shared():
        raise click.ClickException("REDIS_URL is not set: without Redis the jobs run inside the one app process.")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    shared.begin(app.app_context)
    jobs.work()
