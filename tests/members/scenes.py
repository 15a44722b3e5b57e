"""What the stories about coming in share: letters, rows as they are now, and the files behind them."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from community.clock import now
from community.db import db, session, transaction
from community.members.models import Invitation, Member, SignIn
from community.members.tokens import new_token
from tests.doors import Browser
from tests.factories import PASSWORD, inside

Open = Callable[..., Browser]
NEW_PASSWORD = "nine slow herons asleep"


def sign_in(browser: Browser, member: Member, password: str = PASSWORD, **fields: Any) -> TestResponse:
    """Come in by the form."""
    return browser.post("/sign-in", email=member.email, password=password, **fields)


def is_in(browser: Browser) -> bool:
    """Whether a browser is signed in."""
    return browser.get("/profile").status_code == 200


def letters(app: Flask, to: str) -> list[str]:
    """Give the letters to an address that have gone out, the oldest first."""
    folder: Path = app.extensions["settings"].data_dir / "mail"
    found = sorted(folder.glob("outbox-*.txt"), key=lambda path: int(path.stem.rpartition("-")[2]))
    return [text for path in found if (text := path.read_text(encoding="utf-8")).startswith(f"To: {to}\n")]


def path_in(letter: str, kind: str) -> str:
    """Give the path of the one link of a kind in a letter, without the place before it."""
    links = re.findall(rf"(/{kind}/[\w-]+)", letter)
    assert len(links) == 1, letter
    return str(links[0])


def sign_ins(member: Member) -> list[SignIn]:
    """Give a member's sign-ins, the oldest first."""
    with inside():
        return list(session().scalars(sa.select(SignIn).where(SignIn.member_id == member.id).order_by(SignIn.id)))


def change_sign_ins(member: Member, **values: Any) -> None:
    """Let time have passed for a member's sign-ins."""
    with inside(), transaction() as rows:
        rows.execute(sa.update(SignIn).where(SignIn.member_id == member.id).values(**values))


def hash_of(member: Member) -> str:
    """Give what is kept of a member's password."""
    with inside():
        return str(session().scalar(sa.select(Member.password_hash).where(Member.id == member.id)))


def invitation(by: Member, **fields: Any) -> str:
    """Make an open invitation, and give its token."""
    token, kept = new_token()
    given = {"created_at": now(), "expires_at": now() + timedelta(days=7), "places_left": 3, **fields}
    with inside(), transaction() as rows:
        rows.add(Invitation(token_hash=kept, made_by_id=by.id, **given))
    return token


def everything_kept(app: Flask) -> bytes:
    """Give all bytes of the database as it lies on the disk."""
    folder: Path = app.extensions["settings"].data_dir
    with app.app_context():
        db.engine.dispose()
    return b"".join(path.read_bytes() for path in sorted(folder.glob("community.db*")))


def join(browser: Browser, token: str, **fields: Any) -> TestResponse:
    """Fill the form behind an invitation."""
    person = {"name": "Noor Hadley", "email": "noor@example.org", "password": NEW_PASSWORD, "zone": "Europe/Lisbon"}
    return browser.post(f"/invitations/{token}", **{**person, **fields})
