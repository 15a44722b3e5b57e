"""The server as it really runs: strangers who end their lines badly keep none of its threads."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websocket import WebSocketBadStatusException

from community.server import NOT_BEGUN
from tests.cluster import GUNICORN, PREPARE, run
from tests.live.test_frames import pour
from tests.live.wire import Wire, knock
from tests.services import postgres, redis_server
from tests.services.process import free_port, plain_environment

ROOT = Path(__file__).parents[2]
LIMIT, SPARE = 4, 32
START_SECONDS = 60


@pytest.fixture(scope="module", params=["threads", pytest.param("greenlets", marks=pytest.mark.services)])
def gunicorn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the house for few lines, as it is served in either way, and give its address."""
    folder, port = tmp_path_factory.mktemp("gunicorn"), free_port()
    environment = {**plain_environment(), "SOCKET_LIMIT": str(LIMIT), "PORT": str(port), "DATA": str(folder / "data")}
    command: tuple[str, ...] = (sys.executable, "app.py")
    if request.param == "greenlets":
        services = {"DATABASE_URL": postgres.new_database(), "REDIS_URL": redis_server.new_store()}
        environment |= {**services, "ASYNC_MODE": "gevent"}
        command = GUNICORN
        run((sys.executable, "-c", PREPARE), environment)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment,
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield url
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)
    log.close()


def answers(url: str) -> bool:
    """Whether a page comes within two seconds."""
    try:
        with urllib.request.urlopen(f"{url}/help", timeout=2) as page:  # noqa: S310 - our own loopback address
            return b"<main" in page.read()
    except OSError:
        return False


def patiently(url: str) -> Wire:
    """Knock until there is room: a line that was cut is off the list a moment later."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            return knock(url)
        except WebSocketBadStatusException:
            time.sleep(0.05)
    raise AssertionError("no room again")


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "gunicorn", "-b", "127.0.0.1:{port}", "app:create_app()"),
        ("-m", "flask", "--app", "app", "run", "--port", "{port}"),
    ],
)
def test_a_server_that_is_not_ours_lets_nobody_in_and_says_why(tmp_path: Path, command: tuple[str, ...]) -> None:
    port = free_port()
    environment = {**plain_environment(), "PORT": str(port), "DATA": str(tmp_path / "data")}
    run((sys.executable, "-c", PREPARE), environment)
    with (tmp_path / "log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *(word.format(port=port) for word in command)], cwd=ROOT, env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        for path in ("/", "/readyz", "/socket.io/?EIO=4&transport=websocket"):
            assert said_by(f"http://127.0.0.1:{port}{path}") == (503, NOT_BEGUN)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def said_by(url: str) -> tuple[int, str]:
    """Give what is answered, as soon as somebody listens."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as page:  # noqa: S310 - our own loopback address
                return page.status, page.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_frames_that_are_too_large_keep_no_thread(gunicorn: str) -> None:
    for _ in range(LIMIT + SPARE + 10):
        wire = patiently(gunicorn)
        pour(wire, 40_000)
        assert wire.is_cut()
        wire.hang_up()
    assert answers(gunicorn)


def test_lines_that_vanish_make_room_again(gunicorn: str) -> None:
    for _ in range(LIMIT + SPARE + 10):
        patiently(gunicorn).hang_up()
    assert answers(gunicorn)
    patiently(gunicorn).hang_up()


def test_strangers_who_hold_every_line_leave_the_pages_free(gunicorn: str) -> None:
    held = [patiently(gunicorn) for _ in range(LIMIT)]
    with pytest.raises(WebSocketBadStatusException):
        knock(gunicorn)
    assert answers(gunicorn)
    started = time.monotonic()
    assert all(wire.is_cut_within(30) for wire in held)
    for wire in held:
        wire.hang_up()
    assert 5 < time.monotonic() - started < 25  # ten seconds, and the sweep after them
    patiently(gunicorn).hang_up()
