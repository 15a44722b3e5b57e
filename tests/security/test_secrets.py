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
OUTSIDE = {"BASE_URL": "https://community.example.org", "MAIL_URL": "smtp://mail.example.org"}


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
