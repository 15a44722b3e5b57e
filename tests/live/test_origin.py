"""Only pages of this site open a socket, and only by websocket."""

from urllib.request import Request, urlopen

import pytest
from flask import Flask
from websocket import WebSocketBadStatusException as Refused

from community import live as live_door
from community.config import Settings
from tests.doors import Browser
from tests.live.conftest import Knock
from tests.live.wire import nobody_left
from tests.people import People

FOREIGN = [
    *("http://evil.example", "https://evil.example", "null", "file://", "http://127.0.0.1", "http://127.0.0.1:1"),
    *(
        "{own}/",
        "{own}.evil.example",
        "{own}@evil.example",
        "https://{place}",
        "HTTP://{place}",
        "http://evil.example#{own}",
    ),
    *("{own}, http://evil.example", "http://evil.example, {own}", " ", "*"),
]


@pytest.fixture
def ines(app: Flask, people: People) -> str:
    return Browser(app, people.ines).cookie_header()


def test_a_page_of_ours_opens_a_socket(knock: Knock, ines: str) -> None:
    wire = knock(ines)
    said = wire.come_in()
    assert said is not None
    assert said.startswith('40{"sid"')


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_page_opens_none_with_the_cookie_of_a_member(
    knock: Knock, server: str, ines: str, origin: str
) -> None:
    place = server.partition("//")[2]
    with pytest.raises(Refused) as refusal:
        knock(ines, origin=origin.format(own=server, place=place))
    assert refusal.value.status_code == 400


def test_what_names_no_origin_opens_none(knock: Knock, ines: str) -> None:
    with pytest.raises(Refused) as refusal:
        knock(ines, origin=None)
    assert refusal.value.status_code == 400


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Host"])
def test_no_header_makes_a_foreign_origin_ours(knock: Knock, ines: str, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    with pytest.raises(Refused) as refusal:
        knock(ines, origin="http://evil.example", headers={header: value})
    assert refusal.value.status_code == 400


@pytest.mark.parametrize(
    "query", ["EIO=4&transport=polling", "EIO=4", "EIO=4&transport=polling&j=0", "EIO=3&transport=x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_there_is_no_way_but_websocket(server: str, ines: str, query: str, method: str) -> None:
    asked = Request(  # noqa: S310 - our own loopback address
        f"{server}/socket.io/?{query}", headers={"Origin": server, "Cookie": ines}, method=method, data=None
    )
    with pytest.raises(Exception, match="400"):
        urlopen(asked, timeout=5)  # noqa: S310
    assert nobody_left()


def test_who_is_not_signed_in_is_told_so_and_gets_no_room(knock: Knock) -> None:
    wire = knock()
    assert wire.come_in() == '44{"message":"signed out"}'
    assert not live_door._sockets


def test_more_sockets_than_threads_can_carry_are_sent_away(
    app: Flask, knock: Knock, ines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard: object = app.wsgi_app
    while not isinstance(guard, live_door.OriginGuard):
        guard = guard.app  # type: ignore[attr-defined] # what gives greenlets their turn stands before it
    monkeypatch.setattr(guard, "limit", 2)
    first, second = knock(ines), knock(ines)
    with pytest.raises(Refused) as refusal:
        knock(ines)
    assert refusal.value.status_code == 503
    first.hang_up()
    second.hang_up()
    assert nobody_left()
    assert knock(ines).come_in()


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://community.example.org", {"https://community.example.org"}),
        ("https://community.example.org:8443", {"https://community.example.org:8443"}),
        ("http://127.0.0.1:8000", {"http://127.0.0.1:8000", "http://localhost:8000"}),
    ],
)
def test_the_origins_are_those_of_the_configured_place(app: Flask, base_url: str, expected: set[str]) -> None:
    settings: Settings = app.extensions["settings"]
    given = Settings(
        data_dir=settings.data_dir, database_url="sqlite:///x", secret_keys=settings.secret_keys, base_url=base_url
    )
    assert live_door.origins(given) == expected
