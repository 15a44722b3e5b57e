"""A crowd at the socket door: many browsers' lines in one thread, and what each of them was told and when.

A guest keeps the rules of the page's own script: it joins, beats every 5 s give or take a fifth, applies differences
that follow on, asks for a snapshot after a gap, and comes back after a pause when its line is lost.
"""

import asyncio
import base64
import json
import os
import random
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

BEAT_SECONDS = 5.0
PATIENCE_SECONDS = 60.0  # in a house that is slow one waits: what asks again and again measures itself
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 5.0
COMING_BACK_SECONDS = 10.0  # how long the page shows those as away whom the house does not know yet
TEXT, CLOSE, SHORT, LONG = 0x1, 0x8, 126, 127


class NoLine(ConnectionError):  # noqa: N818 - nothing is wrong, the house is not there
    """The house did not let a line in; ``status`` is what it answered, 0 where nothing did."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(eq=False)
class Guest:
    """One member's browser in the room of a sit."""

    cookie: str
    sit: str
    ports: Sequence[int]
    origin: str
    tab: str = field(default_factory=lambda: os.urandom(8).hex())
    seq: int | None = None
    you: str = ""
    here: dict[str, dict[str, Any]] = field(default_factory=dict)
    others: int = 0
    told: list[tuple[float, str, int]] = field(default_factory=list)  # when, what, how many bytes
    drawn: int = 0  # the seats in the largest snapshot
    first_seen: dict[str, float] = field(default_factory=dict)
    seen_away: dict[str, float] = field(default_factory=dict)
    seen_gone: list[tuple[float, str]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    asked: int = 0
    joined_at: float = 0.0
    seated: bool = False

    def __post_init__(self) -> None:
        self.staying: asyncio.Task[None] | None = None
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._kept: list[dict[str, Any]] = []
        self._missing: set[str] = set()
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] | None = None

    async def arrive(self) -> None:
        """Open a line and take a seat."""
        await self.connect()
        await self.join()

    async def connect(self) -> None:
        """Open a line, at one of the ports by chance; raises NoLine."""
        port = random.choice(self.ports)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError as absent:
            raise NoLine(0) from absent
        self._writer = writer
        key = base64.b64encode(os.urandom(16)).decode()
        host = self.origin.partition("://")[2]
        lines = (
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            *(f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}"),
            *("Sec-WebSocket-Version: 13", f"Origin: {self.origin}", f"Cookie: {self.cookie}", "", ""),
        )
        writer.write("\r\n".join(lines).encode())
        try:
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as lost:
            writer.close()
            raise NoLine(0) from lost
        status = int(answer.split(b" ", 2)[1])
        if status != HTTPStatus.SWITCHING_PROTOCOLS:
            writer.close()
            raise NoLine(status)
        self._opened = asyncio.get_running_loop().create_future()
        self._listening = asyncio.create_task(self._listen(reader, writer))
        try:
            await asyncio.wait_for(self._opened, PATIENCE_SECONDS)
        except (OSError, TimeoutError) as lost:
            self.vanish()
            raise NoLine(0) from lost

    async def join(self) -> None:
        """Take a seat; raises OSError where the house does not give one."""
        answer = await self.command("sit:join", sit=self.sit, tab=self.tab)
        if not answer["ok"]:
            raise NoLine(0)
        again, self.you = bool(self.joined_at), answer["you"]
        self._take(answer, keep_missing=again)
        self.joined_at, self.seated = time.monotonic(), True
        if again:
            asyncio.get_running_loop().call_later(COMING_BACK_SECONDS, self._let_go, self.joined_at)

    async def command(self, name: str, **payload: Any) -> dict[str, Any]:
        """Send a command and give its answer; raises OSError when the line is lost or nothing comes."""
        self._number += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = answer
        self._send(f"42{self._number}" + json.dumps([name, payload]))
        try:
            return await asyncio.wait_for(answer, PATIENCE_SECONDS)
        except TimeoutError as silent:
            raise NoLine(0) from silent

    async def stay(self) -> None:
        """Be there until cancelled: beat, and come back whenever the line is lost."""
        tries = 0
        while True:
            try:
                if self._listening is None or self._listening.done():
                    await self.connect()
                if not self.seated:
                    await self.join()
                tries = 0
                await asyncio.sleep(BEAT_SECONDS * random.uniform(0.8, 1.2))
                answer = await self.command("sit:beat", sit=self.sit, tab=self.tab)
                self.seated = answer["ok"]
            except OSError as lost:
                self.seated = False
                self.vanish()
                if isinstance(lost, NoLine) and lost.status:
                    self.refused.append(lost.status)
                pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(tries, 10))
                tries += 1
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))

    def go(self) -> None:
        """Close the browser: no beat and no coming back any more."""
        if self.staying is not None:
            self.staying.cancel()
        self.vanish()

    def vanish(self) -> None:
        """Hang up without a word."""
        if self._listening is not None:
            self._listening.cancel()
        if self._writer is not None:
            self._writer.close()

    async def leave(self) -> None:
        """Leave quietly, and close the browser."""
        await self.command("sit:leave", sit=self.sit, tab=self.tab)
        self.go()

    def fall_silent(self) -> None:
        """Say nothing more while the line stays open: a network that is gone does not say so."""
        if self.staying is not None:
            self.staying.cancel()

    @property
    def shown(self) -> int:
        """Give how many people this guest knows to be there."""
        return len(self.here) + self.others

    @property
    def ids(self) -> set[str]:
        """Give the seats that this guest shows, those away included."""
        return set(self.here)

    def _send(self, text: str) -> None:
        if self._writer is None or self._writer.is_closing():
            raise NoLine(0)
        data = text.encode()
        short = len(data) < SHORT
        size = struct.pack("!B", 0x80 | len(data)) if short else struct.pack("!BH", 0x80 | SHORT, len(data))
        head = bytes([0x80 | TEXT]) + size
        self._writer.write(head + b"\0\0\0\0" + data)  # a mask of zeroes: it hides nothing, and costs nothing

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (text := await _frame(reader)) is not None:
                self._hear(text)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.seated = False
            writer.close()
            for answer in [*self._waiting.values(), self._opened]:
                if answer is not None and not answer.done():
                    answer.set_exception(NoLine(0))
                    answer.exception()  # somebody may have stopped waiting
            self._waiting.clear()

    def _hear(self, text: str) -> None:
        kind, rest = text[:2], text[2:]
        if text == "2" or text[0] == "0":  # a ping; the line is open
            with suppress(NoLine):
                self._send("3" if text == "2" else "40")
        elif kind in {"40", "44"}:
            self._let_in(welcome=kind == "40")
        elif kind == "43":
            number, _, content = rest.partition("[")
            self.told.append((time.monotonic(), "answer", len(text)))
            answer = self._waiting.pop(int(number), None)
            if answer is not None and not answer.done():
                answer.set_result(json.loads("[" + content)[0])
        elif kind == "42":
            fact, payload = json.loads(rest)
            self.told.append((time.monotonic(), fact, len(text)))
            if fact == "sit:roster":
                self._roster(payload)

    def _let_in(self, *, welcome: bool) -> None:
        if self._opened is None or self._opened.done():
            return
        if welcome:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(NoLine(0))

    def _take(self, snapshot: dict[str, Any], *, keep_missing: bool = False) -> None:
        before, here = self.here, {seat["id"]: seat for seat in snapshot["here"]}
        self.seq, self.others, self.drawn = snapshot["seq"], snapshot["others"], max(self.drawn, len(here))
        missing = before.keys() - here.keys()
        if keep_missing:
            here |= {seat_id: before[seat_id] | {"away": True} for seat_id in missing}
            self._missing = set(missing)
        elif not self.others:  # in a crowd a snapshot draws only some, so who is missing may be one of the others
            self.seen_gone += [(time.monotonic(), seat_id) for seat_id in missing]
        self.here = here
        self._note(here.values())
        kept, self._kept = sorted(self._kept, key=lambda difference: int(difference["seq"])), []
        for difference in kept:
            self._roster(difference)

    def _roster(self, difference: dict[str, Any]) -> None:
        if self.seq is None or difference["from_seq"] > self.seq:
            self._kept.append(difference)
            if self.seq is not None and (self._asking is None or self._asking.done()):
                self._asking = asyncio.create_task(self._catch_up())
        elif difference["seq"] > self.seq:
            self._apply(difference)

    def _apply(self, difference: dict[str, Any]) -> None:
        self.seq = difference["seq"]
        at = time.monotonic()
        for seat in difference["joined"]:
            self.here[seat["id"]] = seat
        for seat_id in difference["gone"]:
            if self.here.pop(seat_id, None):
                self.seen_gone.append((at, seat_id))
        for ids, away in ((difference["away"], True), (difference["back"], False)):
            for seat_id in self.here.keys() & set(ids):
                self.here[seat_id] = self.here[seat_id] | {"away": away}
        self._missing -= {*(seat["id"] for seat in difference["joined"]), *difference["back"], *difference["gone"]}
        self._note(self.here.values())
        self.others = max(0, difference["total"] - len(self.here))

    def _note(self, seats: Any) -> None:
        at = time.monotonic()
        for seat in seats:
            self.first_seen.setdefault(seat["id"], at)
            if seat["away"]:
                self.seen_away.setdefault(seat["id"], at)

    def _let_go(self, joined_at: float) -> None:
        if self.joined_at == joined_at:
            for seat_id in self._missing:
                if self.here.pop(seat_id, None):
                    self.seen_gone.append((time.monotonic(), seat_id))
            self._missing.clear()

    async def _catch_up(self) -> None:
        self.asked += 1
        with suppress(OSError):
            answer = await self.command("sit:snapshot", sit=self.sit)
            if answer["ok"] and self.you not in {seat["id"] for seat in answer["here"]}:
                await self.join()  # the house has lost the room
            elif answer["ok"]:
                self._take(answer)


async def _frame(reader: asyncio.StreamReader) -> str | None:
    """Read one frame; None where the line is closed in the protocol's own way."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size in {SHORT, LONG}:
        size = int.from_bytes(await reader.readexactly(2 if size == SHORT else 8))
    data = await reader.readexactly(size)
    return None if first & 0x0F == CLOSE else data.decode()


def busiest_second(guest: Guest, fact: str | None = None) -> int:
    """Give the most messages that a guest was told within any one second; all of them, or one kind."""
    moments = [at for at, kind, _ in guest.told if fact in {None, kind}]
    most = first = 0
    for last, at in enumerate(moments):
        while at - moments[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
