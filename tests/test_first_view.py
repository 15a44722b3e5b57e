"""What a phone fetches for its first view of a thread, held to the bars; `make bench` writes the table."""

from collections.abc import Callable

from bench.first_view import Sent, first_view, sent, weight
from tests.doors import Browser
from tests.factories import make_thread
from tests.people import People

KILOBYTES, REQUESTS, KILOBYTES_OF_SCRIPT = 60, 10, 25
A_POST = (
    "What stays with me is the lean at ten to, and how I knew it before I had a word for it. " * 6 + "I sat with it."
)


def test_the_first_view_of_a_thread_is_light(people: People, browser: Callable[..., Browser]) -> None:
    writers = [people.ines, people.jonah, people.maren, people.tomasz] * 5
    thread = make_thread(people.group, people.ines, posts=[(each, A_POST) for each in writers[1:]])
    ines = browser(people.ines)

    def fetch(path: str) -> Sent:
        answer = ines.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
        return sent(answer.data, answer.headers.get("Content-Encoding"))

    parts = first_view(fetch, f"/threads/{thread.id}")
    assert {part.kind for part in parts} >= {"page", "style", "script"}
    assert any(part.path.endswith("js/live.js") for part in parts)
    assert len(parts) <= REQUESTS, [part.path for part in parts]
    assert weight(parts) <= KILOBYTES
    assert weight(parts, "script") <= KILOBYTES_OF_SCRIPT
