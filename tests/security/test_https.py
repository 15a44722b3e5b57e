"""Behind a proxy with https: the cookie, the headers, and forms from browsers that name no referrer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.services.process import plain_environment

ROOT = Path(__file__).parents[2]
Said = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Let the house stand behind https once, and give what it answered."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.secure_house", str(tmp_path_factory.mktemp("secure"))],
        cwd=ROOT, env=plain_environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: Said = json.loads(done.stdout.splitlines()[-1])
    return found


def headers(answer: dict[str, Any], name: str) -> list[str]:
    return [value for given, value in answer["headers"] if given.lower() == name.lower()]


def test_the_cookie_is_bound_to_this_host_and_to_https(said: Said) -> None:
    cookies = [cookie for answer in said.values() if "headers" in answer for cookie in headers(answer, "Set-Cookie")]
    assert cookies
    for cookie in cookies:
        name, _, rest = cookie.partition("=")
        assert name == "__Host-session"
        flags = {part.strip() for part in rest.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= flags
        assert not [flag for flag in flags if flag.lower().startswith("domain")]


def test_every_answer_asks_for_https_for_a_year(said: Said) -> None:
    for name, answer in said.items():
        if "headers" in answer:
            assert headers(answer, "Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"], name


def test_sockets_may_go_to_this_host_only(said: Said) -> None:
    (policy,) = headers(said["profile"], "Content-Security-Policy")
    assert "connect-src 'self' wss://community.example.org;" in policy


def test_one_signs_in_whether_or_not_the_browser_names_a_referrer(said: Said) -> None:
    answer = said["sign-in without a referrer"]
    assert (answer["status"], headers(answer, "Location")) == (303, ["/profile"])
    assert said["profile"]["status"] == 200
    assert said["theme"]["status"] == 303


def test_pages_whose_address_is_a_key_name_no_referrer_and_their_forms_are_taken(said: Said) -> None:
    for name in ("reset page", "invitation"):
        assert headers(said[name], "Referrer-Policy") == ["no-referrer"]
    answer = said["reset without a referrer"]
    assert (answer["status"], headers(answer, "Location")) == (303, ["/sign-in"])


def test_a_form_from_another_site_is_refused(said: Said) -> None:
    assert said["from elsewhere"]["status"] == 400


def test_only_our_own_name_is_a_host(said: Said) -> None:
    assert said["another host"]["status"] == 400
    for name in ("another host", "a forwarded host", "a slash too many"):
        assert "evil.example" not in json.dumps(said[name])


def test_letters_lead_to_the_configured_place(said: Said) -> None:
    assert "https://community.example.org/reset/" in said["letter"]["text"]


def test_the_address_is_the_one_that_our_proxy_names(said: Said) -> None:
    assert said["addresses"]["text"] == "203.0.113.9"  # and not what somebody before it has put in front
