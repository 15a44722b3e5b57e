"""Members, their sign-ins and an open sit for a crowd, written into the house that the environment names.

Run as a program, since a process holds one application only: ``python -m tests.crowd_data 300 540`` makes 300 members
and a sit whose first bell rings in 540 seconds, and prints where to sit and a cookie for each member.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade

from app import create_app
from community.clock import now
from community.config import from_environment
from community.db import db, session, transaction
from community.measure import Size, fill
from community.members.models import SignIn
from community.members.tokens import new_token
from community.practices.library import STARTER
from community.sits.models import SitSeries
from community.sits.recurrence import sit_key

ROOT = Path(__file__).resolve().parents[1]
DOORS_STAY_OPEN = timedelta(minutes=9)


@dataclass(frozen=True)
class Crowd:
    """Where a crowd sits, and by which cookies."""

    sit: str
    cookies: list[str]


def make_crowd(members: int, settings: Mapping[str, str], *, begins_in: timedelta = DOORS_STAY_OPEN) -> Crowd:
    """Write a crowd into an empty house with these settings, in a process of its own; the first bell is so far off."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crowd_data", str(members), str(int(begins_in.total_seconds()))],
        cwd=ROOT,
        env={**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Crowd(**json.loads(done.stdout.splitlines()[-1]))


def main(members: int, begins_in: timedelta) -> None:
    """Write the crowd, and print it."""
    app = create_app(from_environment())
    at = now()
    with app.app_context():
        upgrade()
        size = Size(members=members, groups=1, threads=1, posts=1, deep=0, long_list=0, password="seven of herons")
        fill(size, at=at)
        with transaction():
            tokens = [_signed_in(member_id) for member_id in range(1, members + 1)]
            start = (now() + begins_in).replace(microsecond=0)
            series = SitSeries(
                group_id=1,
                title="The crowded sit",
                plan=STARTER["quiet_half_hour"].plan.to_json(),
                wall_start=start.astimezone(ZoneInfo("Europe/Lisbon")).replace(tzinfo=None).isoformat(),
                zone="Europe/Lisbon",
                made_by_id=1,
                created_at=at,
            )
            session().add(series)
            session().flush()
            key = sit_key(series.id, start)
        db.engine.dispose()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    name = str(app.config["SESSION_COOKIE_NAME"])
    cookies = [f"{name}={signer.dumps({'_user_id': token, '_fresh': True})}" for token in tokens] if signer else []
    sys.stdout.write(json.dumps({"sit": key, "cookies": cookies}) + "\n")


def _signed_in(member_id: int) -> str:
    token, kept = new_token()
    at = now()
    row = SignIn(
        token_hash=kept, member_id=member_id, created_at=at, last_seen_at=at, expires_at=at + timedelta(days=1)
    )
    session().add(row)
    return token


if __name__ == "__main__":
    main(int(sys.argv[1]), timedelta(seconds=int(sys.argv[2])))
