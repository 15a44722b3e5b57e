"""Writing practices by the door: what is typed is kept, what must change is said, versions follow versions."""

from collections.abc import Callable
from typing import Any

import pytest

from community.practices.library import STARTER
from tests.doors import Browser
from tests.factories import make_group, make_practice
from tests.people import People
from tests.practices.writing import LINES, typed

Open = Callable[..., Browser]
WROTE = "The last five minutes"


def wrote(people: People, browser: Open) -> Browser:
    """Let Maren write the practice p-1 for Ending on Time."""
    maren = browser(people.maren)
    answer = maren.post("/practices", **typed())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/practices/p-1")
    return maren


def again(**fields: str) -> dict[str, Any]:
    """Give the fields of the practice when it is said otherwise."""
    return typed(**{"version": "1", "changed": "Shorter words.", **fields})


# A new one


def test_a_teacher_writes_a_practice_and_the_group_reads_it(people: People, browser: Open) -> None:
    wrote(people, browser)
    ines = browser(people.ines)
    assert ines.get("/practices/p-1").status_code == 200
    assert WROTE in ines.page
    assert "Feel both feet." in ines.page
    assert "<em>runs over</em>" in ines.page
    assert browser(people.viktor).get("/practices/p-1").status_code == 404


def test_an_empty_form_begins_with_two_bells_and_the_care_that_always_holds(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.get("/practices/new?group=ending-on-time").status_code == 200
    assert 'value="10:00"' in maren.page
    assert "Nobody asks why." in maren.page
    assert "another look" not in maren.page  # nothing was written yet


def test_one_who_teaches_several_groups_is_asked_for_which_it_is(people: People, browser: Open) -> None:
    make_group("Slow Mornings", teachers=[people.maren])
    maren = browser(people.maren)
    maren.get("/practices/new?copy=ending_on_time")
    assert "/practices/new?group=slow-mornings&copy=ending_on_time" in maren.page
    assert "/practices/new?group=ending-on-time&copy=ending_on_time" in maren.page


def test_a_copy_begins_with_every_word_of_what_it_copies(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    own = STARTER["ending_on_time"]
    maren.get("/practices/new?group=ending-on-time&copy=ending_on_time")
    for said in (own.title, own.lead, *own.plan.care, *(each.text for each in own.plan.segments if each.text)):
        assert said in maren.page


def test_a_member_who_does_not_teach_writes_none(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    assert ines.get("/practices/new?group=ending-on-time").status_code == 403
    answer = ines.post("/practices", **typed())
    assert answer.status_code == 403
    assert "Feel both feet." in ines.page  # handed back, to be copied
    assert "For the hour that *runs over*." in ines.page


def test_what_cannot_be_kept_comes_back_whole_with_what_would_work(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    lines = [*LINES[:2], {"time": "0:33", "kind": "cue", "words": "And breathe.", "layer": "body"}, *LINES[2:]]
    assert maren.post("/practices", **typed(*lines, care="")).status_code == 422
    assert maren.page.count("these words come too soon after those at 0:30") == 2  # above, and at its line
    assert "Add at least one care note" in maren.page
    for words in (WROTE, "Ending kindly.", "And breathe.", 'value="0:33"', "For the hour that *runs over*."):
        assert words in maren.page
    assert maren.get("/practices/p-1").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "The title needs words."),
        ("lead", " ", "sentence under the title is still empty"),
        ("lead", "x" * 201, "At most 200 characters"),
        ("care", "note " * 90, "Care note 1 can be 400 characters long"),
        ("source", "x" * 8_001, "8,000 is the most"),
        ("nourishes", "envy", "Choose one of these."),
        ("circle", "soon", "A circle lasts from 1 to 60 minutes."),
    ],
)
def test_each_text_says_what_is_wrong_with_it(people: People, browser: Open, field: str, value: str, said: str) -> None:
    maren = browser(people.maren)
    assert maren.post("/practices", **typed(**{field: value, "has_circle": "y"})).status_code == 422
    assert said in maren.page
    assert "Feel both feet." in maren.page


def test_a_line_is_added_and_taken_out_without_script_and_everything_else_stays(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.post("/practices", **typed(add="1")).status_code == 200
    assert 'id="lines-4-time"' in maren.page
    assert 'name="lines-2-time" type="text" inputmode="text" autocomplete="off" maxlength="20" value=""' in maren.page
    assert '#lines-3-time" data-line-add' in maren.page  # the answer opens where one goes on
    assert maren.post("/practices", **typed(take_out="1")).status_code == 200
    assert "Feel both feet." not in maren.page
    assert 'id="lines-3-time"' not in maren.page
    assert WROTE in maren.page
    assert maren.get("/practices/p-1").status_code == 404


def test_looking_it_over_keeps_nothing_and_says_what_is_found(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.post("/practices", **typed(look="1")).status_code == 200
    assert "This plan can be kept as it is." in maren.page
    assert maren.post("/practices/preview", **typed(*LINES[:3])).status_code == 200
    assert "One thing needs another look before this can be kept." in maren.page
    assert "<svg" in maren.page
    assert maren.get("/practices/p-1").status_code == 404


def test_that_the_words_are_kept_is_said_once(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    for title in ("", "Ending kindly"):
        assert maren.post("/practices", **typed(*LINES[:3], title=title)).status_code == 422
        assert "The plan needs another look." in maren.page
        assert maren.page.count("What you wrote is still here.") == 1


@pytest.mark.parametrize("asked", ["-1", "999", "x", "٣", "9" * 400, "1.0"])
def test_a_line_that_is_not_there_is_neither_opened_nor_taken_out(people: People, browser: Open, asked: str) -> None:
    maren = browser(people.maren)
    assert maren.post("/practices", **typed(add=asked)).status_code == 200
    assert maren.post("/practices", **typed(take_out=asked)).status_code == 200
    assert "Feel both feet." in maren.page


def test_a_page_that_was_open_for_too_long_gives_every_line_back(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.post("/practices", **typed(csrf_token="of another day")).status_code == 400
    for words in (WROTE, "Ending kindly.", "0:30 Feel both feet.", "Stop whenever you like.", "For the hour that"):
        assert words in maren.page


# The next version


def test_a_new_version_says_what_changed_and_the_earlier_one_stays(people: People, browser: Open) -> None:
    maren = wrote(people, browser)
    maren.get("/practices/p-1")
    assert maren.page.index("Change this practice") < maren.page.index("How it goes")
    assert maren.get("/practices/p-1/edit").status_code == 200
    assert "Feel both feet." in maren.page
    lines = [LINES[0], {**LINES[1], "words": "Feel your hands."}, *LINES[2:]]
    assert maren.post("/practices/p-1", **typed(*lines, version="1", changed="Hands, not feet.")).status_code == 303
    ines = browser(people.ines)
    ines.get("/practices/p-1")
    assert "Feel your hands." in ines.page
    ines.get("/practices/p-1/versions/1")
    assert "Feel both feet." in ines.page
    assert ines.get("/practices/p-1/versions/2/changes").status_code == 200
    assert "Hands, not feet." in ines.page
    assert "<del>both feet</del><ins>your hands</ins>" in ines.page
    assert ines.get("/practices/p-1/versions/1/changes").status_code == 404


def test_saying_the_same_again_is_no_new_version(people: People, browser: Open) -> None:
    maren = wrote(people, browser)
    assert maren.post("/practices/p-1", **again(changed="")).status_code == 303
    assert maren.get("/practices/p-1/versions/2").status_code == 404


def test_a_new_version_without_a_word_on_it_is_asked_for_one(people: People, browser: Open) -> None:
    maren = wrote(people, browser)
    assert maren.post("/practices/p-1", **again(changed=" ", title="Otherwise")).status_code == 422
    assert "sentence on what changed is still empty" in maren.page
    assert "Otherwise" in maren.page


def test_of_two_teachers_who_write_at_once_the_second_sees_both(people: People, browser: Open) -> None:
    maren, tomasz = wrote(people, browser), browser(people.tomasz)
    assert tomasz.post("/practices/p-1", **again(title="Tomasz says", changed="A new name.")).status_code == 303
    assert maren.post("/practices/p-1", **again(lead="Maren says.")).status_code == 409
    assert "A new name." in maren.page
    assert "<ins>Tomasz says</ins>" in maren.page
    assert "Maren says." in maren.page
    assert 'name="version" value="2"' in maren.page
    assert maren.post("/practices/p-1", **again(lead="Maren says.", version="2")).status_code == 303
    for number, said in ((2, "Tomasz says"), (3, "Maren says.")):
        maren.get(f"/practices/p-1/versions/{number}")
        assert said in maren.page


def test_a_version_that_never_was_is_a_conflict_and_no_fault(people: People, browser: Open) -> None:
    maren = wrote(people, browser)
    assert maren.post("/practices/p-1", **again(version="77")).status_code == 409
    assert maren.post("/practices/p-1", **again(version="soon")).status_code == 422
    assert 'name="version" value="1"' in maren.page


def test_what_the_house_wrote_is_copied_and_never_changed(people: People, browser: Open) -> None:
    maren = browser(people.maren)
    assert maren.get("/practices/ending_on_time/edit").status_code == 403
    assert "Copy it for your group" in maren.page
    assert maren.post("/practices/ending_on_time", **again()).status_code == 403
    assert "Feel both feet." in maren.page
    assert maren.post("/practices/ending_on_time/withdrawal").status_code == 404


def test_a_withdrawn_practice_is_offered_no_longer_until_it_is_restored(people: People, browser: Open) -> None:
    maren, ines = wrote(people, browser), browser(people.ines)
    assert maren.post("/practices/p-1/withdrawal").status_code == 303
    assert maren.post("/practices/p-1/withdrawal").status_code == 303  # twice is fine
    maren.get("/practices/p-1")
    assert "Change this practice" in maren.page  # what is not offered may still be changed
    ines.get("/practices")
    assert WROTE not in ines.page
    assert ines.get("/practices/p-1").status_code == 200  # for those who find it in a sit
    assert ines.post("/practices/p-1/restoring").status_code == 403
    assert maren.post("/practices/p-1/restoring").status_code == 303
    ines.get("/practices")
    assert WROTE in ines.page


def test_another_groups_teacher_finds_nothing_to_change(people: People, browser: Open) -> None:
    make_practice(people.group, people.maren)
    odile = browser(people.odile)
    for path in ("/practices/p-1/edit", "/practices/p-1/versions/1/changes", "/practices/p-1/plan.json"):
        assert odile.get(path).status_code == 404
    assert odile.post("/practices/p-1", **again()).status_code == 404
    assert "Feel both feet." in odile.page
    assert odile.post("/practices/p-1/withdrawal").status_code == 404
