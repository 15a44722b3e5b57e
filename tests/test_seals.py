"""What is private: sealed by keys outside the database, bound to its place, and sealed anew with a new key."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from community import seals
from community.seals import Ring, Sealed, Unreadable, place_of

OLD, NEW = ("old", bytes(range(32))), ("new", bytes(range(100, 132)))
HERE = place_of("journal_entries", "sealed_body", owner_id=7, row_id=12)
ELSEWHERE = [
    place_of("journal_entries", "sealed_body", owner_id=8, row_id=12),
    place_of("journal_entries", "sealed_body", owner_id=7, row_id=13),
    place_of("journal_entries", "sealed_thought", owner_id=7, row_id=12),
    place_of("passages", "sealed_body", owner_id=7, row_id=12),
]


@given(st.text(max_size=2000))
def test_words_come_out_as_they_went_in(words: str) -> None:
    ring = Ring([OLD])
    assert ring.unseal(ring.seal(words, bound_to=HERE), bound_to=HERE) == words


def test_the_first_key_seals_and_every_key_opens() -> None:
    before = Ring([OLD]).seal("the jaw", bound_to=HERE)
    ring = Ring([NEW, OLD])
    assert (before.key_id, ring.seal("the jaw", bound_to=HERE).key_id) == ("old", "new")
    assert ring.unseal(before, bound_to=HERE) == "the jaw"


def test_no_two_boxes_are_alike() -> None:
    ring = Ring([OLD])
    assert len({ring.seal("the jaw", bound_to=HERE).box for _ in range(500)}) == 500


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_box_opens_nowhere_but_where_it_was_sealed(place: str) -> None:
    ring = Ring([OLD])
    with pytest.raises(Unreadable):
        ring.unseal(ring.seal("the jaw", bound_to=HERE), bound_to=place)


def test_a_box_that_was_touched_or_cut_or_whose_key_is_another_stays_shut() -> None:
    ring = Ring([OLD])
    kept = ring.seal("the jaw", bound_to=HERE)
    for at in range(len(kept.box)):
        touched = bytearray(kept.box)
        touched[at] ^= 1
        with pytest.raises(Unreadable):
            ring.unseal(Sealed("old", bytes(touched)), bound_to=HERE)
    for box in (b"", kept.box[:11], kept.box[:12], kept.box[:-1]):
        with pytest.raises(Unreadable):
            ring.unseal(Sealed("old", box), bound_to=HERE)
    for other in (Ring([NEW]), Ring([("old", NEW[1])])):
        with pytest.raises(Unreadable):
            other.unseal(kept, bound_to=HERE)


def test_nothing_is_sealed_without_a_key(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "seals", Ring(()))
    with app.app_context(), pytest.raises(RuntimeError, match="no key"):
        seals.seal("the jaw", bound_to=HERE)


def test_a_house_in_which_nobody_keeps_a_journal_loads_nothing_that_seals() -> None:
    ask = "import app, sys; print('cryptography.hazmat' in sys.modules)"
    root = Path(__file__).parents[1]
    said = subprocess.run([sys.executable, "-c", ask], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
