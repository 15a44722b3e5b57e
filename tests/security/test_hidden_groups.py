"""A hidden group and an address that never was: the same answer to whoever does not belong, at every door."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from statistics import median

import pytest
import sqlalchemy as sa
from itsdangerous import TimestampSigner

from community.db import transaction
from community.groups.models import Group
from tests.factories import inside
from tests.security.doors_table import TABLE
from tests.security.stage import Stage
from tests.security.table import Row

STRANGERS = ("viktor", "asha", "rhea", "odile", "ada", "silas", "nobody")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ROUTES = {
    route.partition(" ")[2]: row
    for route in sorted(TABLE)
    for row in TABLE[route]
    if "<slug>" in route and row.args["slug"] == "@hidden"
}
PAIRS, MOST_SECONDS = 200, 0.005

Statements = Callable[[], AbstractContextManager[list[str]]]
Answer = tuple[int, list[tuple[str, str]], bytes]


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every CSRF token be made at the same second, since it says when it was made."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: 1_800_000_000)


def answers(stage: Stage, rule: str, row: Row) -> dict[tuple[str, str], Answer]:
    """Ask as everybody who does not belong, by every method."""
    found = {}
    for method in METHODS:
        for actor in STRANGERS:
            response = stage.ask(actor, f"{method} {rule}", row)
            headers = [(name, value) for name, value in response.headers if name != "Date"]
            found[method, actor] = (response.status_code, headers, response.get_data())
    return found


def take_away(stage: Stage) -> None:
    """Let the address be one that never was: its group moves to another."""
    with inside(), transaction() as rows:
        rows.execute(sa.update(Group).where(Group.slug == stage.scene.words["hidden"]).values(slug="somewhere-else"))


def test_every_door_of_a_group_is_tried(stage: Stage) -> None:
    assert set(ROUTES) == {rule.rule for rule in stage.app.url_map.iter_rules() if "<slug>" in rule.rule}


@pytest.mark.usefixtures("one_moment")
@pytest.mark.parametrize("rule", sorted(ROUTES))
def test_a_hidden_group_is_answered_byte_for_byte_like_an_address_that_never_was(stage: Stage, rule: str) -> None:
    hidden = answers(stage, rule, ROUTES[rule])
    assert not stage.was_written()
    take_away(stage)
    absent = answers(stage, rule, ROUTES[rule])
    assert not [who for who in hidden if hidden[who] != absent[who]]


@pytest.mark.usefixtures("one_moment")
def test_a_draft_for_a_hidden_group_is_answered_like_one_for_an_address_that_never_was(stage: Stage) -> None:
    row = next(row for row in TABLE["POST /drafts"] if row.query.get("group") == "@hidden")
    hidden = answers(stage, "/drafts", row)
    take_away(stage)
    assert hidden == answers(stage, "/drafts", row)


def spent(ask: Callable[[], object]) -> float:
    begun = time.process_time()
    ask()
    return time.process_time() - begun


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Keep the garbage collector from being counted against whoever comes at its turn."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("actor", ["viktor", "ada"])
@pytest.mark.parametrize("route", ["GET /groups/<slug>", "POST /groups/<slug>/memberships"])
def test_hidden_and_absent_take_the_same_time(stage: Stage, actor: str, route: str) -> None:
    there, not_there = Row({}, {"slug": "@hidden"}), Row({}, {"slug": "quiet-harbuor"})
    differences = []
    for number in range(PAIRS):
        pair = (there, not_there) if number % 2 else (not_there, there)
        times = {id(row): spent(lambda row=row: stage.ask(actor, route, row)) for row in pair}  # type: ignore[misc]
        differences.append(times[id(there)] - times[id(not_there)])
    assert abs(median(differences)) < MOST_SECONDS


def test_hidden_and_absent_are_found_missing_by_the_same_statements(stage: Stage, statements: Statements) -> None:
    asked: dict[str, list[list[str]]] = {"@hidden": [], "quiet-harbuor": []}
    for rule, row in ROUTES.items():
        for method in ("GET", "POST"):
            for slug, lists in asked.items():
                with statements() as seen:
                    stage.ask("viktor", f"{method} {rule}", Row({}, {**row.args, "slug": slug}, row.fields, row.query))
                lists.append(seen)
    assert asked["@hidden"] == asked["quiet-harbuor"]
