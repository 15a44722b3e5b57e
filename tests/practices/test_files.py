"""Practices as files: taken along and brought back, and whatever else somebody brings."""

import json
import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.practices.files import UnreadableFile, read_file, written
from community.practices.kinds import System, Trigger
from community.practices.library import STARTER, Practice
from community.practices.linter import findings
from community.practices.segments import SEGMENTS_MOST, TEXT_MOST, Kind, Layer
from tests.doors import Browser
from tests.factories import make_practice
from tests.people import People

Open = Callable[..., Browser]
DOC = Path(__file__).parents[2] / "docs" / "plan-schema.md"
SOUND = STARTER["ending_on_time"].plan.to_json()


def bring(door: Browser, content: bytes, **fields: Any) -> int:
    """Send a file as the page would."""
    return door.post(
        "/practices/imports", **{"group": "ending-on-time", **fields, "plan": (BytesIO(content), "p.json")}
    ).status_code


@pytest.mark.parametrize("practice", STARTER.values(), ids=lambda practice: practice.key)
def test_a_practice_comes_back_from_its_file_as_it_was(practice: Practice) -> None:
    given_back = read_file(written(practice).encode())
    checked = given_back.draft.checked()
    assert checked.is_sound
    assert given_back.lead == practice.lead
    assert given_back.about == practice.about
    assert (given_back.nourishes, given_back.meets) == (practice.nourishes, practice.meets)
    assert given_back.draft.teacher_led == practice.teacher_led
    assert checked.plan["segments"] == [
        {name: value for name, value in each.items() if (name, value) != ("bells", 0)}
        for each in practice.plan.to_json()["segments"]
    ]


def test_a_file_is_opened_to_be_looked_over_and_nothing_is_kept(people: People, browser: Open) -> None:
    make_practice(people.group, people.maren)
    maren = browser(people.maren)
    answer = maren.get("/practices/p-1/plan.json")
    assert answer.mimetype == "application/json"
    assert 'filename="p-1.json"' in answer.headers["Content-Disposition"]
    assert bring(maren, answer.get_data()) == 200
    assert "Nobody sees it before you keep it." in maren.page
    assert "This plan can be kept" in maren.page
    assert maren.get("/practices/p-2").status_code == 404


def test_a_plan_alone_is_a_file_too_and_what_is_wrong_in_it_is_said(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    plan = {**SOUND, "segments": [{"at_s": 0, "kind": "gong", "bells": 400}, *SOUND["segments"][1:]]}
    assert bring(maren, json.dumps(plan).encode("utf-8-sig")) == 200
    assert "At 0:00: this is of a kind we do not know." in maren.page
    assert '<option value="gong" selected>gong</option>' in maren.page


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \n ",
    "no text": bytes(range(256)),
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 400,
    "a list": b"[]",
    "a number": b"3",
    "a word": b'"plan"',
    "cut off": b'{"plan": {"segments": [',
    "no plan": b"{}",
    "a plan that is none": b'{"plan": 3}',
    "very deep": b'{"segments": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "deep": b'{"segments": ' + b"[" * 30 + b"]" * 30 + b"}",
    "very deep objects": b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    "a huge number": b'{"segments": [{"at_s": ' + b"9" * 6_000 + b"}]}",
    "too large": b'{"segments": [], "title": "' + b"x" * 70_000 + b'"}',
    "latin": '{"segments": [], "title": "Größe"}'.encode("latin-1"),
    "utf-16": '{"segments": []}'.encode("utf-16"),
}
ODD: dict[str, Any] = {
    "segments of no kind": {"segments": [3, None, "bell", [], {}]},
    "no segments": {"segments": None},
    "segments a word": {"segments": "bell"},
    "too many": {"segments": [{"at_s": n, "kind": "silence"} for n in range(400)]},
    "parts of every type": {**SOUND, "title": 7, "care": {"a": 1}, "circle_s": [], "total_s": "x", "id": None},
    "a broken sign": {**SOUND, "title": "a \ud800 b", "care": ["\udfff", 3, None]},
    "NUL": {**SOUND, "title": "a\x00b", "segments": [{"at_s": 0, "kind": "cue", "text": "\x00"}]},
    "markup": {**SOUND, "title": "</textarea><script>alert(1)</script>"},
    "no numbers": {**SOUND, "segments": [{"at_s": float("nan"), "kind": "bell"}, {"at_s": 1e400, "kind": "bell"}]},
    "around a plan": {"plan": SOUND, "lead": 3, "about": ["x"], "nourishes": {}, "meets": [[], "saying_no", 3]},
    "about in masses": {"plan": SOUND, "about": "# x\n" * 9_000},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_practice_is_refused_in_one_sentence(people: People, browser: Open, name: str) -> None:
    maren = browser(people.maren)
    assert bring(maren, HOSTILE[name]) == 422
    assert maren.page.count('role="alert"') == 1
    assert maren.get("/practices/p-1").status_code == 404


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_opened_and_its_faults_are_said(people: People, browser: Open, name: str) -> None:
    maren = browser(people.maren)
    assert bring(maren, json.dumps(ODD[name]).encode()) in {200, 422}
    assert "<script>alert" not in (maren.last.get_data(as_text=True) if maren.last else "")


def test_files_that_were_gnawed_at_are_never_a_fault(people: People, browser: Open) -> None:
    maren, chance = browser(people.maren), random.Random(4)
    whole = written(STARTER["compassionate_letter"]).encode()
    for _ in range(25):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(content))
            content[at : at + chance.choice([0, 1, 40])] = bytes([chance.randrange(256)])
        assert bring(maren, bytes(content)) in {200, 422}


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_bytes_come_they_are_a_draft_or_a_sentence(content: bytes) -> None:
    try:
        given_file = read_file(content)
    except UnreadableFile:
        return
    given_file.draft.checked()


def test_a_file_under_another_name_or_for_another_form_is_no_field_of_ours(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.post("/practices/imports", group="ending-on-time", other=(BytesIO(b"{}"), "a.json")).status_code == 400
    assert maren.post("/practices", group="ending-on-time", plan=(BytesIO(b"{}"), "a.json")).status_code == 400


def test_only_teachers_bring_files(people: People, browser: Open) -> None:
    assert bring(browser(people.ines), b"{}") == 403
    assert bring(browser(people.viktor), b"{}", group="ending-on-time") == 403
    assert bring(browser(people.maren), b"{}", group="quiet-harbour") == 404


# The page that tells what stands in a file


def test_the_example_in_the_docs_is_a_practice_that_can_be_kept() -> None:
    example = DOC.read_text(encoding="utf-8").split("```json\n", 1)[1].split("```", 1)[0]
    given_file = read_file(example.encode())
    assert given_file.draft.checked().is_sound
    assert not findings(json.loads(example)["plan"])
    assert given_file.nourishes
    assert given_file.meets
    assert given_file.lead


def test_the_docs_name_every_part_kind_and_limit() -> None:
    said = DOC.read_text(encoding="utf-8")
    parts = ("id", "title", "version", "total_s", "segments", "care", "circle_s", "lead", "about", "nourishes", "meets")
    pieces = ("at_s", "kind", "bells", "text", "layer", "optional", "teacher_led")
    words = [each.value for kind in (Kind, Layer, System, Trigger) for each in kind]
    assert not [name for name in (*parts, *pieces, *words) if f"`{name}`" not in said]
    assert str(SEGMENTS_MOST) in said
    assert str(TEXT_MOST) in said
