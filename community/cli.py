"""The commands under ``flask --app app``."""

import click
from flask import Flask
from flask_migrate import upgrade

from community.clock import now
from community.db import transaction
from community.errors import Refused
from community.members import actions


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(create_admin)


@click.command("create-admin")
@click.option("--email", prompt=True, help="The address to sign in with.")
@click.option("--name", prompt=True, help="The name that others see.")
@click.option("--zone", default="UTC", show_default=True, help="An IANA time zone, such as Europe/Lisbon.")
@click.password_option(help="8 to 128 characters.")
def create_admin(email: str, name: str, zone: str, password: str) -> None:
    """Make somebody who looks after the community; how the first person comes in."""
    upgrade()
    try:
        kept = actions.password_hash_for(password, about=(name, email.partition("@")[0]))
        with transaction():
            actions.make_member(email=email, name=name, password_hash=kept, zone=zone, at=now(), is_admin=True)
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal
    click.echo(f"{name} can sign in now.")
