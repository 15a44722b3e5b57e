"""Passwords: which are strong enough, and argon2id with no more than two at work at once."""

import functools
import sys
import threading
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from community.errors import Invalid

Made = TypeVar("Made")

MINIMUM, MAXIMUM = 8, 128

# OWASP's least figures for argon2id (19 MiB, two passes); two at once keep 50 sign-ins within 40 MB.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_at_once = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """Hash a password; takes some 25 ms of CPU, so never inside a transaction."""
    with _at_once:
        return _aside(lambda: _hasher.hash(_normal(password)))


def fits(password: str, kept_hash: str | None) -> bool:
    """Whether the password belongs to the hash; an absent hash takes the same time and is never right."""

    def look() -> bool:
        try:
            return _hasher.verify(kept_hash or _dummy_hash(), _normal(password)) and kept_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    with _at_once:
        return _aside(look)


def _aside(work: Callable[[], Made]) -> Made:
    """Work in a thread of the system where all requests share one: bells and lines would wait for it."""
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return work()
    from gevent import get_hub  # noqa: PLC0415 - only where greenlets are used

    made: Made = get_hub().threadpool.apply(work)
    return made


def is_dated(kept_hash: str) -> bool:
    """Whether the hash was made under older figures and should be made anew."""
    return _hasher.check_needs_rehash(kept_hash)


def check_strength(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuse short, common or self-describing passwords; ``about`` are words a guesser would try first."""
    if not MINIMUM <= len(password) <= MAXIMUM:
        raise Invalid("A password has 8 to 128 characters; a few unrelated words are a good one.", field="password")
    bare = password.casefold().strip()
    if bare in _common() or bare.rstrip("0123456789!?.") in _common() or len(set(bare)) < 4:  # noqa: PLR2004
        raise Invalid("Guessers try that password first. Please choose another.", field="password")
    given = _letters(bare)
    for word in about:
        core = _letters(word.casefold())
        if len(core) >= 4 and core in {given, given.strip("0123456789")}:  # noqa: PLR2004
            raise Invalid("That password is too close to your name or ours. Please choose another.", field="password")


def _letters(words: str) -> str:
    """Leave out what people put between and behind words."""
    return "".join(sign for sign in words if sign.isalnum())


def _normal(password: str) -> str:
    """Let the same characters typed on two keyboards be the same password."""
    return unicodedata.normalize("NFC", password)


@functools.cache
def _dummy_hash() -> str:
    return _hasher.hash("nobody's password, so that an unknown address takes as long as a known one")


@functools.cache
def _common() -> frozenset[str]:
    """Give the 30,000 commonest leaked passwords that zxcvbn brings along."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - large, and needed only here

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 4)  # noqa: PLR2004
