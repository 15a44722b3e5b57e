"""What goes out over a line goes out whole, one frame after the other, or the line is given up."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from community import lines
from community.lines import Whole

FRAME = 300_000  # far more than a kernel takes at once


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give the two ends of a connection with little room in it."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_reader_that_takes_nothing_is_given_up_and_asked_no_more(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "STUCK_AFTER_SECONDS", 1)
    whole = Whole(ends[0])
    since = time.monotonic()
    with pytest.raises(OSError):  # noqa: PT011 - which of its kinds is the system's own affair
        whole.send(b"x" * FRAME)
    assert 0.5 < time.monotonic() - since < 4
    since = time.monotonic()
    with pytest.raises(BrokenPipeError):
        whole.send(b"y")
    assert time.monotonic() - since < 0.5


def test_frames_from_several_threads_are_never_torn(ends: tuple[socket.socket, socket.socket]) -> None:
    whole, marks = Whole(ends[0]), b"abcdef"
    senders = [threading.Thread(target=whole.send, args=(bytes([mark]) * FRAME,)) for mark in marks]
    for sender in senders:
        sender.start()
    heard = b""
    while len(heard) < FRAME * len(marks):
        heard += ends[1].recv(7_001)
        time.sleep(0)
    for sender in senders:
        sender.join(10)
    frames = {heard[place : place + FRAME] for place in range(0, len(heard), FRAME)}
    assert frames == {bytes([mark]) * FRAME for mark in marks}
