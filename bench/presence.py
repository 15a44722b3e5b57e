"""Measure a crowd that arrives within 5 s in the room of one process: messages, bytes, processor time and memory.

``python bench/presence.py`` writes its table to bench/out/presence.md; ``make bench`` runs it. The house runs as
``make run`` starts it (threads, SQLite), and as one process of the large way (gevent, PostgreSQL, Redis); the crowd is
one process of its own, whose lines are opened and whose seats are taken evenly over the 5 s. Needs Linux; some minutes.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.serving import Server, free_port  # noqa: E402 - the house must be on the path first
from community.sits.recurrence import parse_sit_key  # noqa: E402
from tests import cluster  # noqa: E402
from tests.crowd import Guest, busiest_second  # noqa: E402
from tests.crowd_data import Crowd, make_crowd  # noqa: E402

OUT = ROOT / "bench" / "out"
ARRIVE_IN_SECONDS = 5.0
SETTLED_AFTER_SECONDS = 3.0
SILENT_SECONDS = 10.0
CAUGHT_UP_AFTER_SECONDS = 3.0
DOORS_SECONDS, SEATED_A_SECOND = 20.0, 25
BARS = (
    "≤ 4 a second · ≤ 220 seats · CPU of an arrival at 1,000 ≤ 1.5 × that at 100 · "
    "≤ 0.25 MB a seat under threads, ≤ 0.2 MB under gevent · seen ≤ 1 s p95"
)


@dataclass(frozen=True)
class Arrival:
    """What one crowd's arrival cost, and what it saw."""

    people: int
    seated: int
    took_seconds: float
    cpu_ms: float  # of one arrival, line and seat and all that it made others hear
    messages: int  # the most that one browser was told in one second
    rosters: int  # of these, the most news of who came
    drawn: int
    snapshot_bytes: int
    megabytes: float  # of one seat
    seen_p95: float
    seen_median: float
    idle_messages: int  # to all of them together beside the answers to their beats, in the silence
    heard: int


def main() -> int:
    """Measure and print."""
    options = _options()
    small = [measured(people, idle=options.idle) for people in options.threads]
    large = [measured_large(people, idle=options.idle) for people in options.gevent]
    report = "\n".join(_report(way, rows) for way, rows in (("threads", small), ("gevent", large)) if rows)
    OUT.mkdir(exist_ok=True)
    (OUT / "presence.md").write_text(report, encoding="utf-8")
    print(report)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, nargs="*", default=[100, 500], help="how many arrive, under threads")
    parser.add_argument("--gevent", type=int, nargs="*", default=[100, 1000], help="how many arrive, under gevent")
    parser.add_argument("--idle", type=float, default=SILENT_SECONDS, help="seconds to listen to a room in silence")
    return parser.parse_args()


def measured(people: int, *, idle: float = SILENT_SECONDS) -> Arrival:
    """Serve a house of its own and let so many arrive."""
    with tempfile.TemporaryDirectory(prefix="community-crowd-") as place:
        data, port = Path(place) / "house", free_port()
        house = {"DATA": str(data), "PORT": str(port), "LOG_LEVEL": "WARNING"}
        crowd = make_crowd(people, house, begins_in=_doors(people))
        command = [sys.executable, "app.py", "--port", str(port), "--data", str(data)]
        settings = {"SOCKET_LIMIT": str(people + 50), "LOG_LEVEL": "WARNING"}
        server = Server("house", command, port, Path(place), settings)
        server.start().wait("/readyz")
        try:
            return asyncio.run(_arrivals(server, crowd, [port], idle))
        finally:
            server.stop()


def measured_large(people: int, *, idle: float = SILENT_SECONDS) -> Arrival:
    """Serve by one process of the large way and let so many arrive."""
    with cluster.running(processes=1, demo=False, worker=False, settings={"SOCKET_LIMIT": str(people + 50)}) as house:
        crowd, app = make_crowd(people, house.environment, begins_in=_doors(people)), house.apps[0]
        port = int(app.url.rpartition(":")[2])
        server = Server(app.name, app.command, int(house.url.rpartition(":")[2]), house.folder, process=app.process)
        return asyncio.run(_arrivals(server, crowd, [port], idle))


def _doors(people: int) -> timedelta:
    """Give how long the doors stay open: for the house to start, and for so many to sit down."""
    return timedelta(seconds=DOORS_SECONDS + people / SEATED_A_SECOND)


async def _arrivals(server: Server, crowd: Crowd, ports: Sequence[int], idle: float) -> Arrival:
    origin = f"http://127.0.0.1:{server.port}"
    guests = [Guest(cookie, crowd.sit, ports, origin) for cookie in crowd.cookies]
    await _arrive_after(guests[0], 0)  # what is made once is no newcomer's
    guests[0].told.clear()
    empty_mb, before, began = server.memory_mb(), server.cpu_seconds(), time.monotonic()
    pause = ARRIVE_IN_SECONDS / len(guests)
    arrived = await asyncio.gather(
        *(_arrive_after(guest, number * pause) for number, guest in enumerate(guests[1:])), return_exceptions=True
    )
    took = time.monotonic() - began
    await asyncio.sleep(SETTLED_AFTER_SECONDS)
    spent, full_mb = server.cpu_seconds() - before, server.memory_mb()
    await _until_silent(crowd)
    idle_messages = await _in_silence(guests, idle)
    for guest in guests:
        guest.go()
    newcomers = len(guests) - 1
    waits = _waits(guests)
    return Arrival(
        people=len(guests),
        seated=1 + sum(1 for each in arrived if each is None),
        took_seconds=took,
        cpu_ms=1000 * spent / newcomers,
        messages=max(busiest_second(guest) for guest in guests),
        rosters=max(busiest_second(guest, "sit:roster") for guest in guests),
        drawn=max(guest.drawn for guest in guests),
        snapshot_bytes=max((size for guest in guests for _, kind, size in guest.told if kind == "answer"), default=0),
        megabytes=(full_mb - empty_mb) / newcomers,
        seen_p95=quantiles(waits, n=20)[-1],
        seen_median=median(waits),
        idle_messages=idle_messages,
        heard=min(len(guest.here) + guest.others for guest in guests),
    )


async def _arrive_after(guest: Guest, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await guest.arrive()
    guest.staying = asyncio.create_task(guest.stay())


async def _until_silent(crowd: Crowd) -> None:
    """Wait for the first bell, and until the circle has caught up at it."""
    begins_at = parse_sit_key(crowd.sit)[1].timestamp()
    await asyncio.sleep(max(0.0, begins_at + CAUGHT_UP_AFTER_SECONDS - time.time()))


async def _in_silence(guests: Sequence[Guest], seconds: float) -> int:
    """Count what all are told while they stay, beside the answers to their beats."""
    told = [len(guest.told) for guest in guests]
    await asyncio.sleep(seconds)
    news = [guest.told[each:] for guest, each in zip(guests, told, strict=True)]
    return sum(1 for each in news for _, kind, _ in each if kind != "answer")


def _waits(guests: Sequence[Guest]) -> list[float]:
    """Give how long after somebody sat down the first guest, who has been there all along, saw them."""
    first, *rest = guests
    return [first.first_seen[guest.you] - guest.joined_at for guest in rest if guest.you in first.first_seen]


COLUMNS: tuple[tuple[str, Callable[[Arrival], str]], ...] = (
    ("arrive in 5 s", lambda row: f"{row.seated} of {row.people}"),
    ("seated after", lambda row: f"{row.took_seconds:.1f} s"),
    ("CPU each", lambda row: f"{row.cpu_ms:.2f} ms"),
    ("told in a second", lambda row: f"{row.messages}, {row.rosters} of them rosters"),
    ("a snapshot", lambda row: f"{row.drawn} seats, {row.snapshot_bytes:,} bytes"),
    ("a seat", lambda row: f"{row.megabytes:.3f} MB"),
    ("seen, median · p95", lambda row: f"{row.seen_median:.2f} · {row.seen_p95:.2f} s"),
    ("told in all in silence", lambda row: f"{row.idle_messages}"),
)


def _report(way: str, rows: Sequence[Arrival]) -> str:
    few, many = rows[0], rows[-1]
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    lines = [
        f"By {way}. {machine}. {BARS}",
        "",
        "| " + " | ".join(name for name, _ in COLUMNS) + " |",
        "|---" * len(COLUMNS) + "|",
        *("| " + " | ".join(say(row) for _, say in COLUMNS) + " |" for row in rows),
        "",
        f"CPU of an arrival, {many.people} : {few.people} = {many.cpu_ms / few.cpu_ms:.2f}",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
