"""The key that signs: where it comes from, who may read it, and how it is changed without signing everybody out."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from community.config import WEAK_SECRETS, SettingsError, from_environment
from tests.doors import Browser
from tests.people import People

LONG = "a long and quite random key for tests 5d1c9a"
KEY = "0m1VZ8TUV7YvuTbtqlcQn7k0wBhJ0XzkqDpM7uN8yLE="
OUTSIDE = {
    "BASE_URL": "https://community.example.org",
    "MAIL_URL": "smtp://mail.example.org",
    "JOURNAL_KEYS": f"first:{KEY}",
}


def test_a_house_that_others_reach_must_be_given_its_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY is missing"):
        from_environment({"DATA": str(tmp_path), **OUTSIDE})
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("key", [*sorted(WEAK_SECRETS), "x" * 31, "x" * 64, "ab" * 20, "1234567" * 5])
@pytest.mark.parametrize("where", ["SECRET_KEY", "SECRET_KEY_FALLBACKS"])
def test_a_key_that_is_easy_to_guess_is_refused(tmp_path: Path, key: str, where: str) -> None:
    with pytest.raises(SettingsError, match="too easy to guess"):
        from_environment({"DATA": str(tmp_path), **OUTSIDE, "SECRET_KEY": LONG, where: key})


def test_on_one_machine_a_key_is_made_once_for_our_eyes_alone(tmp_path: Path) -> None:
    first, second = (from_environment({"DATA": str(tmp_path)}) for _ in range(2))
    assert first.secret_keys == second.secret_keys
    assert len(first.secret_keys[0]) >= 43
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    other = from_environment({"DATA": str(tmp_path / "other")})
    assert other.secret_keys != first.secret_keys


def test_a_key_stands_in_no_description_of_the_settings(tmp_path: Path) -> None:
    settings = from_environment({"DATA": str(tmp_path), **OUTSIDE, "SECRET_KEY": LONG})
    assert LONG not in repr(settings)
    assert LONG not in str(settings)
    assert "journal" not in repr(settings)


def test_a_house_that_others_reach_must_be_given_the_key_of_its_journals(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="JOURNAL_KEYS is missing"):
        from_environment({"DATA": str(tmp_path), **OUTSIDE, "SECRET_KEY": LONG, "JOURNAL_KEYS": " "})
    assert not (tmp_path / "journal_keys").exists()


def test_on_one_machine_the_key_of_journals_is_made_once_for_our_eyes_alone(tmp_path: Path) -> None:
    first, second = (from_environment({"DATA": str(tmp_path)}) for _ in range(2))
    assert first.journal_keys == second.journal_keys
    ((name, key),) = first.journal_keys
    assert (name, len(key)) == ("first", 32)
    assert stat.S_IMODE((tmp_path / "journal_keys").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key", "journal_keys"}
    assert from_environment({"DATA": str(tmp_path / "other")}).journal_keys != first.journal_keys


def test_a_kept_key_that_is_broken_is_named_and_never_made_anew(tmp_path: Path) -> None:
    (tmp_path / "journal_keys").write_text("first:half of it")
    with pytest.raises(SettingsError, match="JOURNAL_KEYS must be id:key"):
        from_environment({"DATA": str(tmp_path)})
    assert (tmp_path / "journal_keys").read_text() == "first:half of it"


def test_keys_of_journals_are_given_in_either_spelling_the_first_one_first(tmp_path: Path) -> None:
    plain, spelled = KEY, KEY.rstrip("=").replace("+", "-").replace("/", "_")
    given = {**OUTSIDE, "SECRET_KEY": LONG, "JOURNAL_KEYS": f"new:{spelled}, old:{plain}"}
    (new, one), (old, other) = from_environment({"DATA": str(tmp_path), **given}).journal_keys
    assert (new, old) == ("new", "old")
    assert one == other


def test_a_new_key_lets_those_stay_who_came_under_the_old_one(
    app: Flask, people: People, browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = browser(people.ines)
    old = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "another long and quite random key 8a7f21")
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old])
    assert ines.get("/profile").status_code == 200
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [])
    assert ines.get("/profile").status_code == 302
