"""How many statements each main page asks: exactly, since a loop that asks once a row shows here first."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from community.groups.models import Holding
from tests.doors import Browser
from tests.factories import make_member, make_thread, plan_sit
from tests.people import People

Open = Callable[..., Browser]
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def lived_in(people: People) -> People:
    """Give the group some threads, one of two pages, and two sits."""
    posts = [(people.jonah if number % 2 else people.ines, f"Post {number}.") for number in range(24)]
    make_thread(people.group, people.jonah, title="A long one", posts=posts)
    for number in range(6):
        make_thread(people.group, people.ines, title=f"Thread {number}", posts=[(people.jonah, "I know this.")])
    plan_sit(people.group, people.maren)
    plan_sit(people.group, people.maren, title="Another")
    return people


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/threads/1", 3),
        ("/threads/1?page=1", 3),
        ("/groups/ending-on-time", 6),
        ("/", 7),
        ("/notices", 2),
        ("/journal", 5),
    ],
)
def test_a_page_asks_no_more_than_it_did(
    lived_in: People, browser: Open, statements: Callable[[], Any], path: str, count: int
) -> None:
    ines = browser(lived_in.ines)
    with statements() as seen:
        assert ines.get(path).status_code == 200
    assert len(seen) == count, "\n".join(seen)
    assert not [each for each in seen if each.lstrip().upper().startswith(WRITES)]


def test_the_desk_asks_the_same_for_one_case_as_for_many(
    people: People, browser: Open, statements: Callable[[], Any]
) -> None:
    counts = []
    for number in range(2):
        writer = make_member(f"Writer {number}")
        make_thread(people.group, writer, title=f"Thread {number}")
        browser(people.jonah).post(f"/posts/{number + 1}/flags", reason="flag_worried", words="Please look.")
        maren = browser(people.maren)
        with statements() as seen:
            assert maren.get("/desk").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10


def test_a_reply_asks_at_most_ten_statements(lived_in: People, browser: Open, statements: Callable[[], Any]) -> None:
    ines = browser(lived_in.ines)
    with statements() as seen:
        answer = ines.post("/threads/2/posts", source="With you.", write_key=str(uuid.uuid4()), read_to="2")
    assert answer.status_code == 303, ines.page
    assert len(seen) <= 10, "\n".join(seen)
    assert lived_in.group.holding is Holding.NOTHING
