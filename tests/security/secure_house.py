"""The house as it stands behind a proxy with https, in a process of its own: what it answers, as JSON.

``python -m tests.security.secure_house FOLDER`` — a second application in the tests' own process would share the
socket server with the first.
"""

import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.test import TestResponse

from app import create_app
from community.clock import now
from community.config import Settings
from community.db import Base, db, transaction
from community.members.models import Invitation, Member
from community.members.passwords import hashed
from community.members.tokens import new_token

PLACE = "https://community.example.org"
PASSWORD = "a kettle of seven herons"
FROM_PROXY = {
    "Host": "community.example.org",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "Sec-Fetch-Site": "same-origin",
}


def main(folder: Path) -> None:
    """Tell a short story and print what was answered."""
    app = create_app(
        Settings(
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'community.db'}",
            secret_keys=("a long and quite random key for tests 77ab10",),
            base_url=PLACE,
            mail_url=f"file:{folder / 'mail'}",
            behind_proxies=1,
            testing=True,
            log_level="CRITICAL",
        )
    )
    print(json.dumps(story(app, folder, invited(app))))  # noqa: T201 - this is what the test reads


def invited(app: Flask) -> str:
    """Make one member, and an invitation by her; give its token."""
    with app.app_context():
        Base.metadata.create_all(db.engine)
        token, kept = new_token()
        with transaction() as rows:
            ines = Member(email="ines@example.org", name="Ines", password_hash=hashed(PASSWORD), created_at=now())
            rows.add(ines)
            rows.flush()
            week = now() + timedelta(days=7)
            rows.add(Invitation(token_hash=kept, made_by_id=ines.id, created_at=now(), expires_at=week))
    return token


def story(app: Flask, folder: Path, token: str) -> dict[str, Any]:
    """Ask for one page after another, as a browser behind the proxy would; give every answer by its name."""
    addresses: list[str] = []
    app.before_request(lambda: addresses.append(request.remote_addr or ""))
    client = app.test_client(use_cookies=True)
    said: dict[str, Any] = {}

    def ask(name: str, path: str, method: str = "GET", headers: dict[str, str] | None = None, **data: Any) -> str:
        answer = client.open(path, method=method, headers={**FROM_PROXY, **(headers or {})}, data=data or None)
        said[name] = told(answer)
        return answer.get_data(as_text=True)

    csrf = token_in(ask("sign-in page", "/sign-in"))
    form: dict[str, Any] = {"email": "ines@example.org", "password": PASSWORD}
    ask("sign-in without a referrer", "/sign-in", "POST", csrf_token=csrf, next="/profile", **form)
    csrf = token_in(ask("profile", "/profile"))
    ask("theme", "/settings/theme", "POST", {"Referer": f"{PLACE}/profile"}, csrf_token=csrf, theme="paper")
    ask("from elsewhere", "/settings/theme", "POST", {"Sec-Fetch-Site": "cross-site"}, csrf_token=csrf, theme="paper")
    ask("another host", "/profile", headers={"Host": "evil.example", "X-Forwarded-Host": "community.example.org"})
    ask("a forwarded host", "/nowhere", headers={"X-Forwarded-Host": "evil.example"})
    ask("a slash too many", "//profile", headers={"X-Forwarded-Host": "evil.example"})
    ask("reset", "/reset", "POST", csrf_token=csrf, email="ines@example.org")
    letter = next(iter(sorted((folder / "mail").glob("*.txt")))).read_text()
    path = re.findall(r"https?://[^\s/]+(/reset/[\w-]+)", letter)[0]
    csrf = token_in(ask("reset page", path))
    ask("reset without a referrer", path, "POST", csrf_token=csrf, password="nine slow herons asleep")
    ask("invitation", f"/invitations/{token}")
    said["letter"] = {"text": letter}
    ask("forged address", "/help", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    said["addresses"] = {"text": " ".join(sorted(set(addresses)))}
    return said


def told(answer: TestResponse) -> dict[str, Any]:
    """Say what a test may want to know of an answer."""
    return {"status": answer.status_code, "headers": list(answer.headers), "text": answer.get_data(as_text=True)}


def token_in(page: str) -> str:
    """Give the token of the first form on a page."""
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]  # type: ignore[no-any-return]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
