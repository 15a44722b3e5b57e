from collections.abc import Callable

from tests.doors import Browser, until
from tests.people import People


def test_two_refusals_are_the_same_to_the_letter_whenever_they_are_given(
    people: People, browser: Callable[..., Browser]
) -> None:
    viktor = browser(people.viktor)
    absent = viktor.get("/groups/no-such-address").data
    issued = viktor.csrf()
    assert until(lambda: viktor.csrf() != issued)  # a second has gone by: a token would differ now
    assert viktor.get("/groups/another-address").data == absent
    assert b"<form" not in absent
