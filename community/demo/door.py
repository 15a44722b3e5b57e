"""The demo's own door: step in as one of its people with one click. Outside the demo it does not exist."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, redirect, request

from community.db import session
from community.demo.fill import story
from community.errors import NotFound
from community.members.models import Member
from community.members.views import let_in
from community.web import public

bp = Blueprint("demo", __name__)

ORDER = ("maren", "ines", "lucja", "tomasz", "ada")  # whom one may be, as the front page shows them


def init_app(app: Flask) -> None:
    """Hang the door, in a demo only."""
    if app.extensions["settings"].demo:
        app.extensions["demo_people"] = demo_people
        app.register_blueprint(bp)


def demo_people() -> list[tuple[Member, str]]:
    """Give the people whom one may be, with what they are here."""
    roles = {f"{told['key']}@example.org": told["role"] for told in story()["people"] if "role" in told}
    found = {member.email: member for member in session().scalars(sa.select(Member).where(Member.email.in_(roles)))}
    return [(found[email], roles[email]) for key in ORDER if (email := f"{key}@example.org") in found]


@bp.post("/demo/step-in")
@public
def step_in() -> Any:
    """Sign in as one of the people on the front page."""
    wanted = request.form.get("member", 0, type=int)
    if wanted not in {member.id for member, _ in demo_people()}:
        raise NotFound
    let_in(wanted, kept=False)
    return redirect("/", 303)


def whom_to_be() -> str:
    """Say, in the terminal, who there is."""
    told = {person["key"]: person for person in story()["people"]}
    names = ", ".join(f"{told[key]['name'].split()[0]} ({told[key]['role']})" for key in ORDER)
    return f"This is a demo. On the front page, step in as {names}."
