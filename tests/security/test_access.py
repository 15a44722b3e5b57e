"""Everybody at every door, in every state of what is behind it; no answer holds a word that is not theirs to read."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.security.doors_table import TABLE
from tests.security.scene import ACTORS, READ_BY
from tests.security.stage import Stage
from tests.security.table import ABSENT, AGREE, DOOR, IN, LATE, NO, Row

WORDS = {200: IN, 204: IN, 302: IN, 303: IN, 401: DOOR, 403: NO, 404: ABSENT, 409: LATE}
ADDRESS = re.compile(r"[\w.]+@example\.org")


def answer_of(response: TestResponse) -> str:
    """Say in a word what somebody was answered."""
    if response.status_code in {302, 303}:
        place = response.headers["Location"]
        if place.startswith("/sign-in?next") or (place == "/sign-in" and response.status_code == 302):
            return DOOR
        return AGREE if re.match(r"/groups/[^/]+/agreement\?next", place) else IN
    if response.status_code == 403 and "agreement first" in response.get_data(as_text=True):
        return AGREE
    return WORDS.get(response.status_code, str(response.status_code))


def not_theirs(actor: str, response: TestResponse, stage: Stage, row: Row) -> list[str]:
    """Find the words in an answer that this actor may never read."""
    page = response.get_data(as_text=True).lower() + response.headers.get("Location", "").lower()
    found = [word for word, readers in READ_BY.items() if word in page and actor not in readers]
    member = stage.scene.members.get(actor)
    known = {member.email if member else "", *row.fields.values()}
    return found + [address for address in ADDRESS.findall(page) if address not in known]


def wrong_answers(stage: Stage, route: str, row: Row) -> Iterator[str]:
    """Try an address as everybody; whatever was written is put back before the next one comes."""
    for actor in ACTORS:
        response = stage.ask(actor, route, row)
        said = answer_of(response)
        where = f"{actor} at {route} {dict(row.args)}{dict(row.query)}"
        if said != row.answers[actor]:
            yield f"{where}: {said} instead of {row.answers[actor]}"
        if "token" not in row.args:  # whoever holds a link may read where it leads, and whose it is
            yield from (f"{where}: reads {word}" for word in not_theirs(actor, response, stage, row))
        if stage.was_written():
            if said != IN or route.startswith("GET "):
                yield f"{where}: {said}, and something was written"
            stage.put_back()


def routes_of(app: Flask) -> set[str]:
    """Name every door; HEAD and OPTIONS come with GET."""
    follows = {"HEAD", "OPTIONS"}
    return {
        f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in set(rule.methods or ()) - follows
    }


def test_every_route_has_its_row_and_every_row_its_route(app: Flask) -> None:
    assert routes_of(app) == set(TABLE)


def test_every_row_says_what_everybody_is_answered() -> None:
    assert all(set(row.answers) == set(ACTORS) for rows in TABLE.values() for row in rows)


@pytest.mark.parametrize("route", sorted(TABLE))
def test_everybody_is_answered_as_it_is_written(stage: Stage, route: str) -> None:
    wrong = [each for row in TABLE[route] for each in wrong_answers(stage, route, row)]
    assert not wrong, "\n" + "\n".join(wrong)
