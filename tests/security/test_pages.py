"""What every answer carries, whatever it says, and what no page holds."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from typing import NoReturn

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.doors import Browser
from tests.people import People
from tests.security.doors_table import TABLE
from tests.security.stage import SAFE, Stage

Open = Callable[..., Browser]
Statements = Callable[[], AbstractContextManager[list[str]]]

LOOKING = ("maren", "ines", "nuno", "viktor", "nobody")
KEPT_BY_BROWSERS = {"/favicon.ico"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ("camera=(), geolocation=(), microphone=(), payment=(), usb=(), screen-wake-lock=(self)"),
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
KEYS = ("/reset/", "/invitations/", "/joining/", "/calendar/")


def assert_carries(app: Flask, path: str, response: TestResponse) -> None:
    """Fail unless an answer carries all that every answer does."""
    headers, settings = response.headers, app.extensions["settings"]
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy.pop("connect-src") == f"'self' ws://{settings.host}"
    assert policy == POLICY
    assert headers["Referrer-Policy"] == ("no-referrer" if path.startswith(KEYS) else "same-origin")
    assert not [name for name in headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118
    assert "Strict-Transport-Security" not in headers
    for cookie in headers.getlist("Set-Cookie"):
        name, _, rest = cookie.partition("=")
        flags = {part.strip() for part in rest.split(";")[1:]}
        assert name == "session"
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= flags
        assert not [flag for flag in flags if flag.startswith("Domain")]
    if path.startswith("/static/") or path in KEPT_BY_BROWSERS:
        assert "Set-Cookie" not in headers
        assert "Cookie" not in headers.get("Vary", "")
    else:
        assert headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in headers["Vary"]


class Markup(HTMLParser):
    """Reads a page and notes what the policy would forbid, or what leads away from this place."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        data = given.get("type") == "application/json"
        if tag in {"style", "iframe", "object", "embed", "base", "applet"} or (
            tag == "script" and "src" not in given and not data
        ):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        for name in ("src", "href", "action", "formaction", "srcset", "poster", "data"):
            if not self._is_ours(tag, name, given.get(name, "/")):
                self.found.append(f"{tag} {name}={given[name]}")

    @staticmethod
    def _is_ours(tag: str, name: str, address: str) -> bool:
        if tag == "a" and name == "href":
            return re.match(r"/(?!/)|#|\?|https://|mailto:|tel:", address) is not None
        if tag == "link" and address.startswith("data:image/svg+xml;base64,"):
            return True  # the mark in the tab: a picture runs nothing, and the policy lets images be data
        return re.match(r"/(?!/)|#", address) is not None


def forbidden_in(response: TestResponse) -> list[str]:
    if response.mimetype != "text/html":
        return []
    markup = Markup()
    markup.feed(response.get_data(as_text=True))
    return markup.found


def rows(method: str) -> list[str]:
    return sorted(route for route in TABLE if route.startswith(method))


@pytest.mark.parametrize("route", rows("GET") + rows("POST"))
def test_every_answer_carries_its_headers_and_holds_nothing_inline(stage: Stage, route: str) -> None:
    for row in TABLE[route]:
        for actor in LOOKING:
            response = stage.ask(actor, route, row)
            assert_carries(stage.app, response.request.path, response)
            assert not forbidden_in(response), (actor, row.args)
        if stage.was_written():
            stage.put_back()


def test_no_get_says_a_statement_that_writes(stage: Stage, statements: Statements) -> None:
    wrote = {}
    for route in rows("GET"):
        for row in TABLE[route]:
            for actor in (*LOOKING, "jonah", "ada"):
                with statements() as seen:
                    stage.ask(actor, route, row)
                wrote[actor, route] = [words for words in seen if not re.match(r"\s*(SELECT|WITH)\b", words)]
    assert not {key: words for key, words in wrote.items() if words}


def broken() -> NoReturn:
    raise ValueError("a secret that somebody typed")


def answered(browser: Browser, path: str, method: str = "GET", **options: object) -> TestResponse:
    browser.last = browser.client.open(path, method=method, **options)  # type: ignore[arg-type]
    return browser.last


def test_every_refusal_carries_its_headers_and_speaks_like_the_house(
    app: Flask, people: People, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "home.help_", broken)
    monkeypatch.setattr(broken, "is_public", True, raising=False)
    ines = browser(people.ines)
    token = {"csrf_token": ines.csrf()}
    given = {
        400: answered(ines, "/profile", "POST", data={}),
        404: answered(ines, "/nowhere"),
        405: answered(ines, "/profile", "DELETE", data=token),
        413: answered(ines, "/profile", "POST", data={**token, "name": "x" * 300_000}),
        422: answered(ines, "/settings/theme", "POST", data={**token, "theme": "neon"}),
        500: answered(ines, "/help"),
    }
    for status, response in given.items():
        assert response.status_code == status
        assert_carries(app, response.request.path, response)
        assert not forbidden_in(response)
        page = response.get_data(as_text=True)
        assert "</html>" in page
        for word in ("Traceback", "werkzeug", "sqlalchemy", "secret that somebody typed", "ValueError", "!</"):
            assert word not in page
    assert given[413].status_code == 413


def test_a_script_that_asks_for_json_is_refused_in_json(people: People, browser: Open) -> None:
    for who, path, status in (
        (people.ines, "/threads/999", 404),
        (people.viktor, "/groups/ending-on-time/members", 403),
    ):
        response = browser(who).get(path, headers={"Accept": "application/json"})
        assert (response.status_code, response.mimetype) == (status, "application/json")
        assert set(response.get_json()["error"]) == {"status", "sentence"}


def test_files_are_kept_by_browsers_without_a_question_to_the_database(
    app: Flask, people: People, browser: Open, statements: Statements
) -> None:
    digest, ines = app.extensions["assets"]["hash"], browser(people.ines)
    with statements() as seen:
        response = ines.get(f"/static/{digest}/css/app.css")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not seen
    assert ines.get("/static/old/css/app.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "../app.py",
            "..%2f..%2fapp.py",
            "css/../../app.py",
            "/etc/passwd",
            "js/%2e%2e/%2e%2e/app.py",
            "css/tokens.css",
        ),
        *("CON", "js/../../../secret_key", "js/\\..\\app.py", "%00", "fonts", "", "js/app.js%00.css"),
    ],
)
def test_nothing_but_static_files_is_sent(app: Flask, browser: Open, path: str) -> None:
    digest = app.extensions["assets"]["hash"]
    response = browser().get(f"/static/{digest}/{path}")
    assert response.status_code in {302, 308, 400, 404}  # 302: no address of files any more, so one is asked to come in
    assert b"import" not in response.get_data()


# What is asked from elsewhere


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "a b", "[::2]"])
def test_a_host_that_is_not_ours_gets_no_page(people: People, browser: Open, host: str) -> None:
    response = browser(people.ines).get("/sign-in", headers={"Host": host})
    assert response.status_code == 400
    assert host not in response.get_data(as_text=True) or not host
    assert "<form" not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL"]
)
def test_headers_that_anybody_may_send_lead_nowhere(people: People, browser: Open, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    for path in ("/", "/groups", "/nowhere", "/sign-in", "/profile"):
        response = browser(people.ines).get(path, headers={header: value, "Referer": "https://evil.example/x"})
        assert "evil.example" not in response.get_data(as_text=True) + str(response.headers)


def test_every_redirect_stays_on_this_site(stage: Stage) -> None:
    places = set()
    for route in TABLE:
        for row in TABLE[route]:
            if route.partition(" ")[0] in SAFE:
                places |= {stage.ask(actor, route, row).headers.get("Location", "/") for actor in LOOKING}
    assert not [place for place in places if re.match(r"/(?![/\\])", place) is None]


# Forms from elsewhere


@pytest.mark.parametrize("route", rows("POST"))
def test_no_form_counts_that_another_site_sent(stage: Stage, route: str) -> None:
    row, csrf = TABLE[route][0], stage.csrf
    spoilt = csrf[:-6] + ("y" if csrf[-6] == "x" else "x") + csrf[-5:]  # the last letter has bits that say nothing
    for actor in ("maren", "nobody"):
        for site in ("cross-site", "same-site", "anything else"):
            assert stage.ask(actor, route, row, headers={"Sec-Fetch-Site": site}).status_code == 400
        for token in ("", "made-up", spoilt, "x" * 5000):
            stage.csrf = token
            assert stage.ask(actor, route, row).status_code == 400
        stage.csrf = csrf
    assert not stage.was_written()


def test_the_token_of_another_session_does_not_count(people: People, browser: Open) -> None:
    ines, jonah = browser(people.ines), browser(people.jonah)
    with jonah.client.session_transaction() as cookie:
        cookie["csrf_token"] = "f" * 40
    foreign = jonah.csrf()
    answer = ines.client.post("/settings/theme", data={"csrf_token": foreign, "theme": "paper"})
    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_an_act_is_not_done_by_another_method(stage: Stage, method: str) -> None:
    for route in rows("POST"):
        stage.ask("maren", f"{method} {route.partition(' ')[2]}", TABLE[route][0])
    assert not stage.was_written()
