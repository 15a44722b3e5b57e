"""Large frames, many small ones, packed ones: the line is cut before they are in memory, and nothing stays behind."""

import os
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask

from community import live as live_door
from tests.doors import Browser, Live, until
from tests.live.conftest import Knock
from tests.live.wire import Wire, nobody_left, threads_of_lines
from tests.people import People

MEGABYTE = 1024 * 1024
HUGE = 64 * MEGABYTE
MOST_GROWTH_MEGABYTES = 20
CHUNK = b"\0" * 65536  # a mask of noughts leaves bytes as they are
TEXT, CONTINUED = 0x1, 0x0
FINAL, PACKED = 0x80, 0x40


def peak_megabytes() -> float:
    """Give the most memory that this process, the server's, has ever held."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def head(first: int, length: int) -> bytes:
    """Give the head of a masked frame."""
    if length < 126:
        return struct.pack("!BB4x", first, 0x80 | length)
    if length < 65536:
        return struct.pack("!BBH4x", first, 0x80 | 126, length)
    return struct.pack("!BBQ4x", first, 0x80 | 127, length)


def pour(wire: Wire, size: int, *, frame: int | None = None) -> int:
    """Send so many bytes as one frame, or as frames of a size that belong to one message; give how many went out."""
    sent, wire_size = 0, frame or size
    try:
        while sent < size:
            last = FINAL if sent + wire_size >= size else 0
            wire.line.sendall(head(last | (CONTINUED if sent else TEXT), wire_size))
            for _ in range(0, wire_size, len(CHUNK)):
                wire.line.sendall(CHUNK[: min(len(CHUNK), wire_size)])
            sent += wire_size
    except OSError:
        return sent
    return sent


@pytest.mark.parametrize("frame", [None, 8192], ids=["in one frame", "in many frames"])
@pytest.mark.parametrize("who", ["a member", "nobody"])
def test_64_megabytes_never_come_into_memory(
    app: Flask, people: People, knock: Knock, who: str, frame: int | None
) -> None:
    wire = knock(Browser(app, people.ines).cookie_header() if who == "a member" else "")
    wire.come_in()
    before = peak_megabytes()
    pour(wire, HUGE, frame=frame)
    assert wire.is_cut()
    assert peak_megabytes() - before < MOST_GROWTH_MEGABYTES
    assert nobody_left()


def test_64_megabytes_packed_into_64_kilobytes_never_come_into_memory(knock: Knock) -> None:
    wire = knock(headers={"Sec-WebSocket-Extensions": "permessage-deflate"})
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(CHUNK) for _ in range(HUGE // len(CHUNK))) + packer.flush(zlib.Z_SYNC_FLUSH)
    packed = packed.removesuffix(b"\0\0\xff\xff")
    assert len(packed) < 80 * 1024
    before = peak_megabytes()
    with suppress(OSError):
        wire.line.sendall(head(FINAL | PACKED | TEXT, len(packed)) + packed)
    assert wire.is_cut()
    assert peak_megabytes() - before < MOST_GROWTH_MEGABYTES
    assert nobody_left()


def test_what_is_just_within_the_limit_is_heard_and_one_byte_more_is_not(
    app: Flask, people: People, knock: Knock
) -> None:
    cookie = Browser(app, people.ines).cookie_header()
    for extra, cut in ((0, False), (1, True)):
        wire = knock(cookie)
        wire.come_in()
        start, end = '421["clock:probe",{"x":"', '"}]'
        wire.say(start + "x" * (16 * 1024 - len(start) - len(end) + extra) + end)
        answer = wire.hear()
        assert (answer is None) == cut


def test_cut_lines_leave_no_thread_behind(knock: Knock) -> None:
    for _ in range(60):
        wire = knock()
        pour(wire, 32 * 1024)
        assert wire.is_cut()
    assert nobody_left()
    assert until(lambda: threads_of_lines() == 0)


def test_a_line_that_goes_dead_without_a_word_leaves_no_thread_once_it_is_given_up(knock: Knock) -> None:
    wire = knock()
    live_door.socketio.server.eio.sockets[wire.eio_sid].close(wait=False)  # as when no ping is answered
    assert nobody_left()
    assert until(lambda: threads_of_lines() == 0)


BROKEN = {
    "a frame that is not masked": struct.pack("!BB", FINAL | TEXT, 5) + b"hello",
    "an unknown kind of frame": head(FINAL | 0xB, 0),
    "reserved bits": head(FINAL | 0x30 | TEXT, 0),
    "a ping that is too long": head(FINAL | 0x9, 200) + b"x" * 200,
    "a ping in pieces": head(0x9, 3) + b"abc",
    "words that are no UTF-8": head(FINAL | TEXT, 4) + b"\xff\xfe\xfd\xfc",
    "a continuation of nothing": head(FINAL | CONTINUED, 3) + b"abc",
    "a length below nought": struct.pack("!BBQ4x", FINAL | TEXT, 0xFF, 2**64 - 1),
    "noise": os.urandom(4096),
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10,
}


@pytest.mark.parametrize("kind", list(BROKEN))
def test_a_broken_frame_cuts_its_own_line_and_no_other(
    people: People, knock: Knock, live: Callable[..., Live], kind: str
) -> None:
    jonah = live(people.jonah)
    before = threads_of_lines()
    wire = knock()
    wire.line.sendall(BROKEN[kind])
    assert wire.is_cut()
    assert jonah.command("clock:probe")["ok"]
    assert until(lambda: threads_of_lines() == before)
