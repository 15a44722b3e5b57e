"""What the house may be told from outside, and the one sentence that it says where that does not fit."""

import importlib.util
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from community.config import Settings, SettingsError, from_environment
from tests.services.process import plain_environment

ROOT = Path(__file__).parents[1]
OUTSIDE = {
    "BASE_URL": "https://community.example.org",
    "SECRET_KEY": "a long and quite random key for tests 5d1c9a",
    "JOURNAL_KEYS": "first:0m1VZ8TUV7YvuTbtqlcQn7k0wBhJ0XzkqDpM7uN8yLE=",
    "MAIL_URL": "smtp://mail.example.org",
}
GOOD = OUTSIDE["JOURNAL_KEYS"].partition(":")[2]


@pytest.fixture(autouse=True)
def own_mask() -> Iterator[None]:
    """Give the tests after this one the mask that they came with."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


def read(folder: Path, **given: str) -> Settings:
    return from_environment({"DATA": str(folder), **given})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PORT", value) for value in ("abc", "99999", "0", "-1", "80.5", "²")),
        *(("LOG_LEVEL", value) for value in ("loud", "10", "NOTSET")),
        *(("MAIL_URL", value) for value in ("smtp://mail.example.org:port", "smtp://[::1", "post", "smtp://h:99999")),
        *(("MAIL_FROM", value) for value in ("", "nobody", "two words@example.org", "a@b\nBcc: c@example.org")),
        *(
            ("BASE_URL", value)
            for value in ("https://h:port", "ftp://h", "https://", "https://h/path", "http://[::1]:8000")
        ),
        *(("BASE_URL", value) for value in ("https://h?x=1", "http://community.example.org", "community.example.org")),
        *(("SECRET_KEY", value) for value in ("short", "a" * 40)),
        *(("JOURNAL_KEYS", value) for value in (GOOD, "first:short", f"first:{GOOD},first:{GOOD}", f"first:{GOOD},")),
        *(("JOURNAL_KEYS", value) for value in ("first:" + "A" * 43, f"two words:{GOOD}", f"first:{GOOD[:-4]}")),
        ("DATABASE_URL", "mysql://h/d"),
        ("ASYNC_MODE", "eventlet"),
        ("ASYNC_MODE", "gevent"),
        ("REDIS_URL", "http://h"),
        ("PROCESSES", "0"),
        ("PROCESSES", "2"),
        ("SOCKET_LIMIT", "0"),
        ("BEHIND_PROXIES", "many"),
        ("DEMO", "perhaps"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_in_one_sentence(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, **{**OUTSIDE, name: value})
    said = str(refused.value)
    assert said.startswith(name)
    assert "\n" not in said
    assert len(said) < 140


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ASYNC_MODE": "gevent"}, "ASYNC_MODE=gevent needs PostgreSQL"),
        ({"PROCESSES": "3"}, "PROCESSES above 1 needs PostgreSQL"),
        ({"REDIS_URL": "redis://h"}, "REDIS_URL needs PostgreSQL"),
        ({"PROCESSES": "3", "DATABASE_URL": "postgresql+psycopg://h/d"}, "PROCESSES above 1 needs Redis"),
    ],
)
def test_parts_that_do_not_run_together_are_refused(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read(tmp_path, **given)


@pytest.mark.parametrize("package", ["gevent", "redis", "psycopg"])
def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    large = {"DATABASE_URL": "postgresql+psycopg://h/d", "REDIS_URL": "redis://h/0", "ASYNC_MODE": "gevent"}
    assert read(tmp_path, **large, PROCESSES="3").processes == 3
    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == package else found(name))
    with pytest.raises(SettingsError, match=f"needs the package {package}: pip install"):
        read(tmp_path, **large)


def test_letters_are_printed_on_loopback_only(tmp_path: Path) -> None:
    assert read(tmp_path).mail_url == "console:"
    for url in ("", "console:"):
        with pytest.raises(SettingsError, match="MAIL_URL is missing"):
            read(tmp_path, **{**OUTSIDE, "MAIL_URL": url})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Community.Example.org", "https://community.example.org"),
        ("HTTPS://community.example.org:443/", "https://community.example.org"),
        ("https://community.example.org:8443", "https://community.example.org:8443"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_our_address_is_kept_as_browsers_say_it(tmp_path: Path, given: str, kept: str) -> None:
    assert read(tmp_path, **{**OUTSIDE, "BASE_URL": given}).base_url == kept


def test_a_name_may_stand_before_the_address_that_letters_come_from(tmp_path: Path) -> None:
    assert read(tmp_path, MAIL_FROM="Sangha <sangha@mail>").mail_from == "Sangha <sangha@mail>"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(SettingsError, match="DATA: the folder"):
            read(folder)


def run(folder: Path, *words: str, **given: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env={**plain_environment(), "DATA": str(folder), **given},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "given", [{"PORT": "abc"}, {"PORT": "99999"}, {"LOG_LEVEL": "loud"}, {"MAIL_URL": "smtp://h:p"}]
)
def test_a_start_that_cannot_be_says_one_line(tmp_path: Path, given: dict[str, str]) -> None:
    done = run(tmp_path, "app.py", **given)
    assert done.returncode == 1
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == list(given)


def test_a_command_that_cannot_be_says_one_line(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "flask", "--app", "app", "audit-verify", PORT="abc")
    assert done.returncode == 1
    assert done.stderr.startswith("PORT must be a whole number")
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_and_a_place_that_is_not_ours_are_said(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert run(tmp_path, "app.py", PORT=port).stderr.startswith(f"Port {port} is taken.")
    assert run(tmp_path, "app.py", "--host", "192.0.2.1").stderr.startswith("We cannot listen on 192.0.2.1, port 8000:")


def test_nobody_else_on_the_machine_reads_what_we_keep(tmp_path: Path) -> None:
    place = tmp_path / "kept"
    made = run(
        place, "-m", "flask", "--app", "app", "create-admin",
        "--email", "first@example.org", "--name", "First Keeper", "--password", "a kettle of seven herons",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    found = [place, *place.rglob("*")]
    assert len(found) > 2
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode) & 0o077) for path in found} == {
        path.name: "0o0" for path in found
    }
