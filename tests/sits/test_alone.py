"""A practice sat with alone: the page is whole without script, and holds all that its browser needs."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from community.clock import now
from tests.doors import Browser
from tests.factories import make_practice
from tests.people import People

Open = Callable[..., Browser]


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r"data-alone='([^']+)'", page)
    assert found
    said: dict[str, Any] = json.loads(unescape(found[1]))
    return said


def test_the_page_holds_the_whole_plan_by_its_own_first_bell_and_nobody_but_its_reader(
    people: People, browser: Open
) -> None:
    page = browser(people.ines).get("/practices/soothing_rhythm_breathing/alone").text
    data = data_of(page)
    assert [bell["at_ms"] for bell in data["bells"]] == [0, 360_000, 600_000]
    assert data["phases"][0] == {"phase": "settling", "from_ms": -15_000, "segment": None}
    assert data["phases"][-1] == {"phase": "closed", "from_ms": 630_000, "segment": None}
    assert (data["practice"], data["version"]) == ("soothing_rhythm_breathing", data["plan"]["version"])
    assert data["you"]["name"] == "Ines Caldeira"
    assert "Maren" not in page


def test_a_circle_is_left_out_where_nobody_else_is(people: People, browser: Open) -> None:
    data = data_of(browser(people.ines).get("/practices/quiet_half_hour/alone").text)
    assert "circle" not in {segment["kind"] for segment in data["plan"]["segments"]}
    assert "circle" not in {phase["phase"] for phase in data["phases"]}


def test_without_script_the_plan_says_the_times_of_a_sit_that_begins_now(people: People, browser: Open) -> None:
    before = now()
    page = browser(people.ines).get("/practices/soothing_rhythm_breathing/alone").text
    then = [datetime.fromisoformat(each) for each in re.findall(r'datetime="([^"]+)" data-alone-plain', page)]
    assert then[-1] - then[0] == timedelta(minutes=10)
    assert before <= then[0] <= now() + timedelta(seconds=15)
    assert f">{then[-1].astimezone(ZoneInfo(people.ines.zone)):%H:%M}</time>" in page
    assert "Take care" in page


def test_a_practice_that_wants_a_teacher_says_why_and_what_there_is_instead(people: People, browser: Open) -> None:
    practice = make_practice(people.group, people.maren, title="Close to the edge", teacher_led=True)
    page = browser(people.ines).get(f"/practices/{practice.key}/alone").text
    assert "data-alone" not in page
    assert "for rooms that a teacher leads" in unescape(page)
    assert "/practices/soothing_rhythm_breathing/alone" in page


def test_a_browser_may_keep_the_page_for_a_day_and_no_longer(people: People, browser: Open) -> None:
    answer = browser(people.ines).get("/practices/soothing_rhythm_breathing/alone")
    until = int(answer.headers["X-Kept-Until"]) / 1000 - now().timestamp()
    assert 86_300 < until <= 86_400
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_script_one_says_that_one_has_sat_and_it_is_in_the_journal_once(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    page = ines.get("/practices/soothing_rhythm_breathing/alone").text
    form = page[page.index('action="/journal/sits"') :]
    fields = dict(re.findall(r'name="(practice|version|write_key)" value="([^"]+)"', form))
    for _ in range(2):
        assert ines.post("/journal/sits", **fields).headers["Location"].startswith("/journal/pages/new?sit=")
    assert ines.get("/journal").text.count("“Soothing rhythm breathing”</h3>") == 1
