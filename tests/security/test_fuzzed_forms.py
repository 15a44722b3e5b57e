"""Every field of every form with what no honest page sends: a clear no with the typed words kept, and never a fault."""

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from community.db import Base, db
from community.web import Form
from community.web.limits import limiter
from tests.doors import Browser
from tests.moderation.conftest import moved_to
from tests.people import People
from tests.security.doors_table import TABLE
from tests.security.scene import Scene, make_scene
from tests.security.stage import Stage, signed_in_cookies
from tests.security.table import IN, Row
from tests.services.postgres import new_database

Open = Callable[..., Browser]

POSTS = sorted(route for route in TABLE if route.startswith("POST"))
GETS = sorted(route for route in TABLE if route.startswith("GET"))
ASKED = ("after", "before", "page", "at", "position", "next")
STRANGE = [
    *(
        "",
        " ",
        " " * 300,
        "-1",
        "9" * 30,
        "9" * 400,
        "\u0665",
        "NaN",
        "x" * 300,
        "x" * 50_000,
        "a b\x01\x1f",
        "\u202e\u200b",
    ),
    *("\U0001f56f" * 300, "\r\nBcc: everybody@example.org", "<b>'; DROP TABLE members; --%00", "../../etc/passwd"),
    *("2026-13-45", "9999-12-31", "hidden"),
]
LATIN = b"\xff\xfe\xed\xa0\x80"  # no UTF-8, and a lone surrogate
WRITTEN = (
    "source",
    "words",
    "title",
    "name",
    "purpose",
    "content_note",
    "pronouns",
    "profession",
    "body",
    "feeling",
    "thought",
)
BROKEN = 500


def who_gets_in(row: Row) -> str:
    """Choose somebody who is let in, so that the form itself is what is tried."""
    return next((actor for actor in ("maren", "tomasz", "jonah", "ada", "asha") if row.answers[actor] == IN), "nobody")


@pytest.fixture
def fields_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the fields of every form that is made."""
    seen: list[str] = []
    made = Form.__init__

    def note(self: Form, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        seen.extend(name for name in self._fields if name != "csrf_token")

    monkeypatch.setattr(Form, "__init__", note)
    return seen


def fields_of(stage: Stage, route: str, row: Row, seen: list[str]) -> list[str]:
    """Give the fields that a route reads, as its own forms say."""
    seen.clear()
    stage.ask(who_gets_in(row), route, row)
    stage.put_back()
    return sorted({*seen, *row.fields, "next"})


def changed(row: Row, **fields: str) -> Row:
    return Row(row.answers, row.args, {**row.fields, **fields}, row.query)


def not_kept(row: Row, response: TestResponse, bad: str) -> list[str]:
    """Name the other fields of a form that is shown again without what was typed into them."""
    page = unescape(response.get_data(as_text=True))
    return [
        name
        for name, value in row.fields.items()
        if name in WRITTEN and name != bad and f'name="{name}"' in page and value not in page
    ]


@pytest.mark.parametrize("route", POSTS)
def test_no_value_of_any_field_is_a_fault_and_the_other_words_are_kept(
    stage: Stage, route: str, fields_read: list[str]
) -> None:
    row, wrong = TABLE[route][0], []
    for name in fields_of(stage, route, row, fields_read):
        for value in STRANGE:
            tried = changed(row, **{name: value})
            response = stage.ask(who_gets_in(row), route, tried)
            status = response.status_code
            if status >= BROKEN or status in {400, 405}:
                wrong.append(f"{name}={value[:40]!r}: {status}")
            elif status == 422 and response.mimetype == "text/html":
                page = response.get_data(as_text=True)
                says = re.search(r'class="wrong"|role="alert"|class="lead"', page)
                wrong += [] if says else [f"{name}={value[:40]!r}: says nothing"]
                wrong += [f"{name}={value[:40]!r}: {lost} is lost" for lost in not_kept(tried, response, name)]
            if status < 400 and stage.was_written():
                stage.put_back()
    assert not wrong, "\n" + "\n".join(wrong)


IN_PARTS = "multipart/form-data; boundary=seam"


def in_parts(fields: dict[str, str]) -> bytes:
    """Write fields as a script sends them."""
    parts = [
        f'--seam\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    return ("".join(parts) + "--seam--\r\n").encode()


@pytest.mark.parametrize("route", POSTS)
def test_no_shape_of_a_form_is_a_fault(stage: Stage, route: str, fields_read: list[str]) -> None:
    row = TABLE[route][0]
    names = fields_of(stage, route, row, fields_read)
    actor = who_gets_in(row)
    base = {"csrf_token": stage.csrf, **{name: stage.named(value) for name, value in row.fields.items()}}
    bodies: dict[str, dict[str, Any]] = {
        "nothing at all": {"data": {"csrf_token": stage.csrf}},
        "every field twice": {"data": {name: [value, "x" * 10] for name, value in base.items()}},
        "files for fields": {"data": {**base, **{name: (BytesIO(b"\x89PNG"), "a.png") for name in names}}},
        "json": {"json": base, "headers": {"X-CSRFToken": stage.csrf}},
        "no utf-8": {
            "data": b"&".join([b"csrf_token=" + stage.csrf.encode(), *(f"{n}=".encode() + LATIN for n in names)]),
            "content_type": "application/x-www-form-urlencoded",
        },
        "percent surrogates": {
            "data": "&".join([f"csrf_token={stage.csrf}", *(f"{name}=%ED%A0%80%00%FF" for name in names)]),
            "content_type": "application/x-www-form-urlencoded",
        },
        "NUL": {"data": {**base, **dict.fromkeys(names, "a\x00b")}},
        "NUL in a name": {"data": {**base, "a\x00b": "c"}},
        "300 kB": {"data": {**base, names[0]: "x" * 300_000}},
        "300 kB in many fields": {"data": {**base, **{f"f{n}": "x" * 1000 for n in range(300)}}},
        "many parts": {"data": in_parts({**base, **{f"f{n}": "x" for n in range(200)}}), "content_type": IN_PARTS},
        "the whole form in parts": {"data": in_parts(base), "content_type": IN_PARTS},
        "a broken boundary": {"data": b"--x\r\n\r\n--", "content_type": "multipart/form-data; boundary=x"},
        "no boundary": {"data": b"--x\r\n", "content_type": "multipart/form-data"},
        "an unknown type": {"data": b"<x/>", "content_type": "application/xml; charset=utf-16"},
    }
    said = {}
    for kind, body in bodies.items():
        response = stage.send(actor, route, row, **body)
        said[kind] = response.status_code
        stage.put_back()
    assert not {kind: status for kind, status in said.items() if status >= BROKEN}
    assert said["300 kB"] == said["many parts"] == 413
    assert said["files for fields"] == 400
    assert said["NUL"] == said["NUL in a name"] == said["a broken boundary"] == 400


@pytest.mark.parametrize("route", GETS)
def test_no_question_in_an_address_is_a_fault(stage: Stage, route: str) -> None:
    row, wrong = TABLE[route][0], []
    for name in ASKED:
        for value in ("", "-1", "9" * 30, "\u0665", "NaN", "x" * 300, "a\x00b", "\ud83d", "last", "0"):
            asked = Row(
                row.answers, row.args, row.fields, {**row.query, name: value.encode("utf-8", "replace").decode()}
            )
            response = stage.ask("maren", route, asked)
            if response.status_code >= BROKEN and response.status_code != 503:
                wrong.append(f"?{name}={value[:40]!r}: {response.status_code}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("route", [route for route in TABLE if "<" in route])
def test_no_address_is_a_fault(stage: Stage, route: str) -> None:
    method, _, rule = route.partition(" ")
    wrong = []
    values = (
        "0",
        "00",
        "1",
        "999999999",
        "9999999999999",
        "-1",
        "1.0",
        "%D9%A5",
        "x",
        "x" * 3000,
        "%00",
        "..",
        "%2e%2e",
    )
    for value in (
        *values,
        "a%2Fb",
        "%ED%A0%80",
        "%FF",
        "'",
        "new",
        "12-20261122T193000Z",
        "1-99999999T999999Z",
        "%F0%9F%95%AF",
    ):
        path = re.sub(r"<[^>]+>", value, rule)
        for actor in ("maren", "nobody"):
            response = stage.send(actor, f"{method} {path}", Row({}), data={"csrf_token": stage.csrf})
            if response.status_code >= BROKEN:
                wrong.append(f"{actor} {path[:80]}: {response.status_code}")
        if stage.was_written():
            stage.put_back()
    assert not wrong, "\n" + "\n".join(wrong)


OTHERS = [
    ("POST /groups/<slug>/teachers", "member", ["@viktor", "@odile", "@silas", "@nuno", "@rhea", "@maren", "999999"]),
    ("POST /groups/<slug>/sits", "leader", ["@odile", "@ines", "@silas", "999999"]),
    ("POST /cases/<id:case_id>/decision", "version", ["0", "2", "999"]),
    ("POST /cases/<id:case_id>/decision", "reading", ["2", "999"]),
    ("POST /posts/<id:post_id>/edit", "version", ["0", "2", "999"]),
    ("POST /groups/<slug>/agreement", "follows", ["0", "2", "999"]),
    ("POST /groups/<slug>/acceptance", "version", ["0", "2", "999"]),
]


@pytest.mark.parametrize(("route", "name", "values"), OTHERS)
def test_other_peoples_ids_and_other_versions_do_nothing(
    stage: Stage, route: str, name: str, values: list[str]
) -> None:
    row = TABLE[route][0]
    for value in values:
        response = stage.ask(who_gets_in(row), route, changed(row, **{name: value}))
        taken = response.status_code < 400
        assert not taken or (name == "member" and value == "@nuno"), (
            value
        )  # who has to agree may be appointed all the same
        assert stage.was_written() == taken, value
        stage.put_back()


# The same fields on PostgreSQL, which holds columns to their lengths and numbers to their sizes


@pytest.fixture(scope="module")
def on_postgres(house: Flask) -> tuple[str, Scene]:
    """Make the scene once in a PostgreSQL database, to be copied."""
    url = new_database()
    with moved_to(house, url) as engine:
        Base.metadata.create_all(engine)
        scene = make_scene()
        engine.dispose()
    return url, scene


@pytest.mark.services
@pytest.mark.parametrize("route", POSTS)
def test_no_value_of_any_field_is_a_fault_on_postgresql(
    app: Flask, on_postgres: tuple[str, Scene], route: str, fields_read: list[str]
) -> None:
    source, scene = on_postgres
    row, wrong = TABLE[route][0], []
    with moved_to(app, new_database(template=source)):
        stage = signed_in_cookies(app, scene)
        stage.ask(who_gets_in(row), route, row)
        for name in sorted({*fields_read, *row.fields, "next"}):
            for value in STRANGE:
                response = stage.ask(who_gets_in(row), route, changed(row, **{name: value}))
                if response.status_code >= BROKEN:
                    wrong.append(f"{name}={value[:40]!r}: {response.status_code}")
        with app.app_context():
            assert db.session.execute(sa.text("SELECT 1")).scalar() == 1
    limiter.reset()
    assert not wrong, "\n" + "\n".join(wrong)


# What is kept where a form cannot be shown again


def test_words_for_a_place_that_closed_meanwhile_are_handed_back(people: People, browser: Open) -> None:
    viktor = browser(people.viktor)
    for path in ("/threads/999/posts", f"/groups/{people.group.slug}/threads", "/posts/999/edit"):
        answer = viktor.post(path, source="What I had written for an hour.", title="A title", version="1")
        assert answer.status_code in {403, 404}
        assert "What I had written for an hour." in viktor.page
