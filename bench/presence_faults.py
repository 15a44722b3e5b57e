"""Measure a circle through faults: a browser that falls silent, a process that is killed, a house that starts again.

``python bench/presence_faults.py`` writes its table to bench/out/presence_faults.md; ``make bench`` runs it. The house
is the whole cluster of deploy/ on loopback, reached by nginx; the crowd is one process of its own. Some five minutes.
"""

import argparse
import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import cluster  # noqa: E402 - the house must be on the path first
from tests.cluster import Cluster  # noqa: E402
from tests.crowd import Guest  # noqa: E402
from tests.crowd_data import Crowd, make_crowd  # noqa: E402

OUT = ROOT / "bench" / "out"
ARRIVE_A_SECOND = 30
LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 90.0
NEVER = float("inf")


@dataclass(frozen=True)
class Silence:
    """How soon others saw that somebody came, left, fell silent (P5, P6); seconds."""

    joined_p95: float
    left_p95: float
    away: float
    gone: float


@dataclass(frozen=True)
class Killed:
    """What the others saw when one process of three was killed (P7); seconds since then."""

    guests: int
    true_after: float  # every list shows who is here, and who is not as away or not at all
    no_ghost_after: float
    seen_leaving: int  # of those who came back


@dataclass(frozen=True)
class Restarted:
    """How a crowd came back after all processes were killed and started again (P8)."""

    guests: int
    back_after: float  # seconds since every process answered again
    refused: dict[int, int]  # what lines were refused with, and how often


class Gathering:
    """A crowd in a cluster's open sit."""

    def __init__(self, house: Cluster, crowd: Crowd, people: int) -> None:
        self.house = house
        port = int(house.url.rpartition(":")[2])
        self.guests = [Guest(cookie, crowd.sit, [port], house.url) for cookie in crowd.cookies[:people]]

    async def gather(self) -> None:
        """Let everybody arrive and stay."""
        for guest in self.guests:
            guest.staying = asyncio.create_task(guest.stay())
            await asyncio.sleep(1 / ARRIVE_A_SECOND)
        await until(lambda: all(guest.seated and guest.shown == len(self.guests) for guest in self.guests))

    async def disperse(self) -> None:
        """Let everybody go."""
        for guest in self.guests:
            guest.go()
        await asyncio.sleep(0.1)


async def until(holds: Callable[[], bool]) -> float:
    """Wait until it is so, and give how many seconds that took; NEVER where it does not come to it."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > PATIENCE_SECONDS:
            return NEVER
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - began


async def silence(house: Cluster, crowd: Crowd, *, people: int = 12, to_the_end: bool = True) -> Silence:
    """Let some come and leave one by one, and the last fall silent with an open line."""
    gathering = Gathering(house, crowd, people)
    watcher, *others = gathering.guests
    await watcher.arrive()
    watcher.staying = asyncio.create_task(watcher.stay())
    for guest in others:
        await guest.arrive()
        guest.staying = asyncio.create_task(guest.stay())
        await until(lambda guest=guest: guest.you in watcher.first_seen)  # type: ignore[misc]
    joined = [watcher.first_seen[guest.you] - guest.joined_at for guest in others]
    *leaving, silent = others
    left = []
    for guest in leaving:
        began = time.monotonic()
        await guest.leave()
        await until(lambda guest=guest: guest.you not in watcher.here)  # type: ignore[misc]
        left.append(watcher.seen_gone[-1][0] - began)
    await silent.command("sit:beat", sit=silent.sit, tab=silent.tab)
    began = time.monotonic()
    silent.fall_silent()
    await until(lambda: silent.you in watcher.seen_away)
    away = watcher.seen_away[silent.you] - began
    gone = NEVER
    if to_the_end:
        await until(lambda: silent.you not in watcher.here)
        gone = watcher.seen_gone[-1][0] - began
    await gathering.disperse()
    return Silence(quantiles(joined, n=20)[-1], quantiles(left, n=20)[-1], away, gone)


async def one_killed(house: Cluster, crowd: Crowd, people: int) -> Killed:
    """Kill one process of three while some people go away for good at the same moment."""
    gathering = Gathering(house, crowd, people)
    await gathering.gather()
    for guest in gathering.guests:
        guest.seen_gone.clear()
    lost, staying = gathering.guests[1::10], [g for n, g in enumerate(gathering.guests) if n % 10 != 1]
    lost_ids, staying_ids = {guest.you for guest in lost}, {guest.you for guest in staying}
    began = time.monotonic()
    house.apps[0].kill()
    for guest in lost:
        guest.go()

    def is_true(guest: Guest) -> bool:
        away = {seat_id for seat_id, seat in guest.here.items() if seat["away"]}
        return guest.seated and not away & staying_ids and guest.ids & lost_ids <= away

    await until(lambda: all(map(is_true, staying)))
    true_after = time.monotonic() - began
    await until(lambda: all(guest.shown == len(staying) and not guest.ids & lost_ids for guest in staying))
    no_ghost_after = time.monotonic() - began
    seen_leaving = sum(seat_id in staying_ids for guest in staying for _, seat_id in guest.seen_gone)
    house.apps[0].start()
    house.wait()
    await gathering.disperse()
    return Killed(people, true_after, no_ghost_after, seen_leaving)


async def all_restarted(house: Cluster, crowd: Crowd, people: int) -> Restarted:
    """Kill every process in the middle of a sit, and start them again."""
    gathering = Gathering(house, crowd, people)
    await gathering.gather()
    for app in house.apps:
        app.kill()
    for app in house.apps:
        app.start()
    await asyncio.to_thread(house.wait)
    back_after = await until(lambda: all(guest.seated for guest in gathering.guests))
    statuses = [status for guest in gathering.guests for status in guest.refused]
    await gathering.disperse()
    return Restarted(people, back_after, {status: statuses.count(status) for status in sorted(set(statuses))})


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300, help="how many sit together; default 300")
    people = parser.parse_args().people
    with cluster.running(processes=3, demo=False, worker=False) as house:
        crowd = make_crowd(people, house.environment)
        quiet = asyncio.run(silence(house, crowd))
        killed = asyncio.run(one_killed(house, crowd, people))
        again = asyncio.run(all_restarted(house, crowd, people))
    report = _report(quiet, killed, again)
    OUT.mkdir(exist_ok=True)
    (OUT / "presence_faults.md").write_text(report, encoding="utf-8")
    print(report)
    return 0


def _report(quiet: Silence, killed: Killed, again: Restarted) -> str:
    rows: Sequence[tuple[str, str, str]] = (
        ("P5 seen: a join · a leave, p95", f"{quiet.joined_p95:.2f} s · {quiet.left_p95:.2f} s", "≤ 1 s"),
        ("P6 silent with an open line: away · gone", f"{quiet.away:.1f} s · {quiet.gone:.1f} s", "≤ 10 · ≤ 45 s"),
        (f"P7 one of three killed, {killed.guests} guests: lists true", f"{killed.true_after:.1f} s", "≤ 20 s"),
        ("P7 no ghost", f"{killed.no_ghost_after:.1f} s", "≤ 50 s"),
        ("P7 seen leaving of those who came back", str(killed.seen_leaving), "0"),
        (f"P8 all three killed, {again.guests} guests: all back", f"{again.back_after:.1f} s", "≤ 15 s"),
        ("P8 refused with", str(again.refused or "nothing"), "503 only"),
    )
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    return "\n".join(
        [machine, "", "| what | found | bar |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows), ""]
    )


if __name__ == "__main__":
    sys.exit(main())
