"""Which passwords are taken, and how they are kept."""

import subprocess
import sys
import threading
import unicodedata
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from community.db import transaction
from community.errors import Invalid
from community.members import passwords
from community.members.models import Member
from tests.factories import PASSWORD, inside
from tests.members.scenes import Open, hash_of, is_in, sign_in
from tests.people import People

# The commonest leaked ones that are long enough for us, in their order.
COMMONEST = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= passwords.MINIMUM][:3000]


def taken(people: People, browser: Open, password: str) -> bool:
    """Set a password by the form, and sign in with it elsewhere."""
    here, there = browser(people.ines), browser()
    status = here.post("/profile/password", current=PASSWORD, password=password).status_code
    assert status in {303, 422}
    if status == 303:
        assert sign_in(there, people.ines, password).status_code == 303
        assert is_in(there)
    return status == 303


@pytest.mark.parametrize(
    "password",
    [
        *(
            "k7#wQz!p",
            "a" + "bcdefgh" * 18,
            "seven  herons  and  a  kettle",
            " leading and trailing ",
            "tab\tinside it",
        ),
        *("ключ под ковриком", "日本語のパスワード", "🪷🕯️🔔🧘 and rain", "pässwörd mit Umlauten", "مفتاح تحت الحصيرة"),
        *("'; DROP TABLE members; --", "<script>alert(1)</script>", "%00%0a{{7*7}}", "x" * 60 + "yzabcdef"),
    ],
)
def test_any_eight_to_128_characters_are_taken_as_they_are(people: People, browser: Open, password: str) -> None:
    assert taken(people, browser, password)


@pytest.mark.parametrize("length", [8, 15, 72, 127, 128])
def test_every_length_that_is_allowed_is_kept_whole(people: People, browser: Open, length: int) -> None:
    password = ("Seven herons wait by the kettle until rain comes; " * 3)[:length]
    assert taken(people, browser, password)
    assert sign_in(browser(), people.ines, password[:-1]).status_code == 422
    assert sign_in(browser(), people.ines, password[:-1] + "~").status_code == 422


@pytest.mark.parametrize("password", ["", "seven77", "x" * 129, "long " * 60, "x" * 100_000])
def test_what_is_too_short_or_too_long_is_refused_in_a_sentence(people: People, browser: Open, password: str) -> None:
    ines = browser(people.ines)
    assert ines.post("/profile/password", current=PASSWORD, password=password).status_code == 422
    assert "password" in ines.page
    assert sign_in(browser(), people.ines).status_code == 303


def test_the_same_word_typed_on_two_keyboards_is_the_same_password(people: People, browser: Open) -> None:
    composed = unicodedata.normalize("NFC", "été à la forêt")
    assert taken(people, browser, composed)
    assert sign_in(browser(), people.ines, unicodedata.normalize("NFD", composed)).status_code == 303


def test_the_commonest_passwords_are_refused() -> None:
    assert len(COMMONEST) == 3000
    let_by = []
    for word in COMMONEST:
        try:
            passwords.check_strength(word)
        except Invalid:
            continue
        let_by.append(word)
    assert not let_by


@pytest.mark.parametrize(
    "password",
    [
        *("password", "Password", "PASSWORD123", "12345678", "qwertyuiop", "iloveyou", "sunshine1", "password!!!"),
        *(
            "aaaaaaaaaaaa",
            "Ines Caldeira",
            "ines.caldeira",
            "InesCaldeira2026"[:13],
            "sangha2026",
            "Sangha Sangha"[:6] + "12",
        ),
    ],
)
def test_what_guessers_try_first_is_refused(people: People, browser: Open, password: str) -> None:
    assert not taken(people, browser, password)


def test_a_password_is_kept_as_argon2id_under_the_figures_of_our_day(people: People, browser: Open) -> None:
    browser(people.ines).post("/profile/password", current=PASSWORD, password="nine slow herons asleep")
    found = extract_parameters(hash_of(people.ines))
    assert found.type is Type.ID
    assert found.memory_cost >= 19456
    assert found.time_cost >= 2
    assert found.parallelism >= 1
    assert found.salt_len >= 16


def test_a_hash_of_older_figures_is_made_anew_at_the_next_sign_in(people: People, browser: Open) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with inside(), transaction() as rows:
        rows.get_one(Member, people.ines.id).password_hash = old
    assert sign_in(browser(), people.ines, "not this one at all").status_code == 422
    assert hash_of(people.ines) == old
    assert sign_in(browser(), people.ines).status_code == 303
    made = hash_of(people.ines)
    assert extract_parameters(made).memory_cost >= 19456
    assert sign_in(browser(), people.ines).status_code == 303
    assert hash_of(people.ines) == made


def test_the_same_password_is_never_kept_the_same_way_twice() -> None:
    assert passwords.hashed(PASSWORD) != passwords.hashed(PASSWORD)


@pytest.mark.parametrize("kept", ["", "x", "$argon2id$v=19$m=1,t=1,p=1$$", "plain text", None])
def test_a_hash_that_is_none_fits_nothing(kept: str | None) -> None:
    assert not passwords.fits(PASSWORD, kept)
    assert not passwords.fits("", kept)


def test_no_more_than_two_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    class Watched:
        def hash(self, password: str) -> str:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            made = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(password)
            with lock:
                at_work -= 1
            return made

    watched: Any = Watched()
    monkeypatch.setattr(passwords, "_hasher", watched)
    crowd = [threading.Thread(target=passwords.hashed, args=(PASSWORD,)) for _ in range(12)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert most == 2


def test_the_fields_let_a_manager_fill_and_paste(people: People, browser: Open) -> None:
    for who, path in ((None, "/sign-in"), (people.ines, "/profile")):
        page = browser(who).get(path).get_data(as_text=True)
        fields = [tag for tag in page.split("<input") if 'type="password"' in tag.partition(">")[0]]
        assert fields
        for tag in fields:
            words = tag.partition(">")[0]
            assert 'autocomplete="current-password"' in words or 'autocomplete="new-password"' in words
            assert "maxlength" not in words
            assert "onpaste" not in words
            assert 'value="' not in words


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import time
import gevent
from argon2 import PasswordHasher
from community.members import passwords

passwords._hasher = PasswordHasher(time_cost=30, memory_cost=19456, parallelism=1)
kept = passwords.hashed("seven herons")
gaps, last, over = [], time.monotonic(), False

def tick():
    global last
    while not over:
        gevent.sleep(0.005)
        gaps.append(time.monotonic() - last)
        last = time.monotonic()

ticking = gevent.spawn(tick)
gevent.sleep(0.05)
began = time.monotonic()
asked = [gevent.spawn(passwords.fits, given, kept) for given in ("seven herons", "six herons", "", "seven herons")]
gevent.joinall(asked)
took = time.monotonic() - began
over = True
ticking.join()
print([each.value for each in asked], max(gaps) < took / 2)
"""


@pytest.mark.services
def test_bells_and_lines_do_not_wait_for_a_hash_where_they_share_one_thread() -> None:
    said = subprocess.run([sys.executable, "-c", GREENLETS], capture_output=True, text=True, check=True, timeout=60)
    assert (said.stdout.strip(), said.stderr) == ("[True, False, False, True] True", "")
