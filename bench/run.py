"""Measure the main pages beside a bare floor page, by processor time, and write the table to bench/out (`make bench`).

A database is filled by ``measure-data``; floor and house are started as real gunicorn processes and asked by turns,
round after round, so that whatever else the machine does meets both. A figure is the processor time of all of a
server's processes for one request, the median of the rounds. Every answer is looked at. Needs Linux; some 3 minutes.
"""

import argparse
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import first_view as views  # noqa: E402 - the house must be on the path first
from bench.floor import SECRET  # noqa: E402
from bench.serving import NotServing, Server, free_port  # noqa: E402
from bench.visitors import Line, Visitor, Wanted, floor_visitors, house_visitors  # noqa: E402
from community.measure import KEEP_JOURNALS  # noqa: E402

OUT = ROOT / "bench" / "out"
MEMBERS, GROUPS, THREADS, POSTS_EACH = 100, 5, 250, 40
READ_OFTEN = range(101, 121)  # threads that many have open: their 400 posts are drawn and kept
WRITTEN_IN = range(1, 51)
WARM_UP = 20
IDLE_SECONDS = 3.0
WORDS = """I sat for twelve minutes before the next appointment and let the out-breath be a little *longer*.

When the bell rang I found that I had been holding the edge of the chair with both hands. It helped to name the
pull, and it helped more that somebody else in the group knew it. I wrote three lines afterwards:

- what happened,
- where I felt it,
- and what it asked of me.

None of this was dramatic, and I would have told nobody if there were no place for it. My supervisor asked what my
own body had been doing meanwhile, and I had no answer. No advice for now, please, only **company**."""

Ask = Callable[[int], Wanted]


@dataclass
class Page:
    """One thing to measure on one server, with the milliseconds of each round."""

    name: str
    server: str
    ask: Ask
    beside: str = ""  # the floor's page that it is compared with
    bar: str = ""
    people: int = MEMBERS  # how many of the members ask for it, in turn
    rounds: list[float] = field(default_factory=list)
    asked: int = 0

    @property
    def ms(self) -> float:
        """Give the median of the rounds."""
        return statistics.median(self.rounds)


@dataclass
class Bench:
    """Both servers, who visits them, and what was found."""

    options: argparse.Namespace
    folder: Path
    servers: dict[str, Server] = field(default_factory=dict)
    visitors: dict[str, list[Visitor]] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def main() -> int:
    """Measure and print; exit with 1 where a server gave a wrong answer."""
    options = _options()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="community-bench-") as place:
        bench = Bench(options, Path(place))
        try:
            report = _measured(bench)
        except NotServing as wrong:
            print(wrong, file=sys.stderr)
            return 1
        finally:
            for server in bench.servers.values():
                server.stop()
    report += f"\nThe whole took {time.monotonic() - began:.0f} s; load at the end {os.getloadavg()[0]:.1f}.\n"
    OUT.mkdir(exist_ok=True)
    (OUT / "run.md").write_text(report, encoding="utf-8")
    print(report)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all pages, 3 at least for a figure to keep")
    parser.add_argument("--requests", type=int, default=100, help="requests for each page in a round")
    parser.add_argument("--deep", type=int, default=20_000, help="posts in the long thread")
    parser.add_argument("--long-list", type=int, default=50_000, help="threads in the long list")
    parser.add_argument("--journal", type=int, default=3_650, help="days in the journals of ten members")
    parser.add_argument("--starts", type=int, default=3, help="how often each start is timed")
    return parser.parse_args()


def _measured(bench: Bench) -> str:
    _fill(bench)
    _serve(bench)
    pages = _pages(bench.options)
    for _ in range(bench.options.rounds):
        for page in pages:
            _ask(bench, page, WARM_UP)  # compiled templates and statements, what is kept, the processor's own caches
            page.rounds.append(_ask(bench, page, bench.options.requests))
    idle = _idle(bench)
    memory = {name: server.memory_mb() for name, server in bench.servers.items()}
    first = _first_view(bench)
    starts = _starts(bench)
    return "\n".join([_conditions(bench), _table(pages), _other(memory, idle, starts), _first_view_table(first)])


# Filling and serving


def _fill(bench: Bench) -> None:
    options, data = bench.options, bench.folder / "house"
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "flask", "--app", "app", "measure-data", "--password", "a kettle of seven herons"),
            *(f"--members={MEMBERS}", f"--groups={GROUPS}", f"--threads={THREADS}", f"--posts={THREADS * POSTS_EACH}"),
            *(f"--deep={options.deep}", f"--long-list={options.long_list}", f"--journal={options.journal}"),
        ],
        cwd=ROOT,
        env={**os.environ, "DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotServing(done.stderr)
    json.loads(done.stdout)
    posts = THREADS * POSTS_EACH + options.deep + options.long_list
    bench.notes.append(f"measure-data wrote {posts:,} posts in {time.monotonic() - began:.0f} s.")


def _serve(bench: Bench) -> None:
    ports = {"floor": free_port(), "house": free_port()}
    data = bench.folder / "house"
    bench.visitors = {
        "house": house_visitors(data, ports["house"], MEMBERS),
        "floor": floor_visitors(SECRET, MEMBERS),
    }
    floor_data = bench.folder / "floor.db"  # its own copy: what one writes must not slow the other
    shutil.copy(data / "community.db", floor_data)
    bench.servers = {
        "floor": _floor(bench.folder, floor_data, ports["floor"]),
        "house": _house(bench.folder, data, ports["house"]),
    }
    bench.lines = {name: Line(port) for name, port in ports.items()}
    for name, path in (("floor", "/alive"), ("house", "/readyz")):
        bench.servers[name].start().wait(path)


def _floor(folder: Path, database: Path, port: int) -> Server:
    return Server("floor", [sys.executable, "bench/floor.py", str(database), str(port)], port, folder)


def _house(folder: Path, data: Path, port: int) -> Server:
    return Server("house", [sys.executable, "app.py", "--port", str(port), "--data", str(data)], port, folder)


# Asking


def _pages(options: argparse.Namespace) -> list[Page]:
    deep, last = THREADS + 1, "?page=last"
    pages = [
        Page("floor: thread, ORM", "floor", _thread("/threads", READ_OFTEN)),
        Page("floor: thread, Core rows", "floor", _thread("/rows", READ_OFTEN)),
        Page("thread, 20 posts", "house", _thread("/threads", READ_OFTEN), "floor: thread, ORM", "≤ 1.5 ×"),
        Page(
            "thread, no post of it drawn before",
            "house",
            _thread("/threads", range(1, THREADS + 1)),
            "floor: thread, ORM",
        ),
        Page("floor: list", "floor", _list),
        Page("a group’s page with its list", "house", _list, "floor: list", "≤ 1.5 ×"),
        Page("Today", "house", lambda _i: Wanted("/", words="New in your groups"), "floor: list"),
        Page("floor: reply, only put down", "floor", _reply),
        Page("reply", "house", _reply, "floor: reply, only put down", "≤ 3 ×"),
    ]
    if options.deep:
        first = f"first page of {options.deep:,} posts"
        pages += [
            Page(first, "house", lambda _i: Wanted(f"/threads/{deep}?page=1")),
            Page(
                f"last page of {options.deep:,} posts",
                "house",
                lambda _i: Wanted(f"/threads/{deep}{last}"),
                first,
                "≤ 1.15 ×",
            ),
        ]
    if options.long_list:
        of_fifty = "a group’s page with its list"
        name = f"a list of {options.long_list:,} threads"
        pages.append(
            Page(name, "house", lambda _i: Wanted("/groups/long-list", words="Long list"), of_fifty, "≤ 1.15 ×")
        )
    return [*pages, *_journal_pages(options)]


def _journal_pages(options: argparse.Namespace) -> list[Page]:
    if not options.journal:
        return []
    first, floor = f"journal, {options.journal:,} days of it", "floor: thread, ORM"
    long_ago = f"/journal?before={int((time.time() - 86_400 * options.journal * 0.9) * 1_000_000):x}-0"
    newest, old = Wanted("/journal", words='class="plots'), Wanted(long_ago, words='class="entry')
    return [
        Page(first, "house", lambda _i: newest, floor, "≤ 1.5 ×", people=KEEP_JOURNALS),
        Page("journal, its pages of long ago", "house", lambda _i: old, first, "≤ 1.15 ×", people=KEEP_JOURNALS),
    ]


def _thread(path: str, threads: range) -> Ask:
    return lambda i: Wanted(f"{path}/{threads[i % len(threads)]}?page=2")


def _list(i: int) -> Wanted:
    return Wanted(f"/groups/group-{i % GROUPS:03d}", words='class="thread')


def _reply(i: int) -> Wanted:
    form = {"source": f"{WORDS}\n\nNumber {i}.", "write_key": str(uuid.uuid4()), "read_to": "20"}
    return Wanted(f"/threads/{WRITTEN_IN[i % len(WRITTEN_IN)]}/posts", form, 303, "#post-")


def _ask(bench: Bench, page: Page, count: int) -> float:
    """Give the milliseconds of processor time for one of ``count`` requests, each by another member in turn."""
    server, line, visitors = bench.servers[page.server], bench.lines[page.server], bench.visitors[page.server]
    begin, page.asked = page.asked, page.asked + count
    before = server.cpu_seconds()
    for i in range(begin, begin + count):
        line.ask(visitors[i % page.people], page.ask(i))
    return (server.cpu_seconds() - before) / count * 1000


def _idle(bench: Bench) -> dict[str, float]:
    before = {name: server.cpu_seconds() for name, server in bench.servers.items()}
    time.sleep(IDLE_SECONDS)
    return {name: (server.cpu_seconds() - before[name]) / IDLE_SECONDS * 1000 for name, server in bench.servers.items()}


# Starting


def _starts(bench: Bench) -> list[tuple[str, list[tuple[float, float]], str]]:
    """Give, for each way to start, the seconds until the first answer and the processor seconds used till then."""
    for server in bench.servers.values():
        server.stop()
    times = range(bench.options.starts)
    floor, house = bench.folder / "floor.db", bench.folder / "house"
    found = [
        ("floor", [_started(_floor(bench.folder, floor, free_port()), "/alive") for _ in times], ""),
        ("house, to /readyz", [_started(_house(bench.folder, house, free_port()), "/readyz") for _ in times], "≤ 2 s"),
    ]
    if not (ROOT / ".venv" / "requirements.lock").exists():
        bench.notes.append("`make run` was not timed: this virtual environment was not made by `make setup`.")
        return found
    first = _started(_made(bench.folder), "/", "Step in")
    found.append(("`make run`, the first time with new data", [first], ""))
    second = [_started(_made(bench.folder), "/", "Step in") for _ in times]
    found.append(("`make run`, the second time, to the first page", second, "≤ 3 s"))
    return found


def _made(folder: Path) -> Server:
    port = free_port()
    return Server("make-run", ["make", "run", f"PORT={port}", f"DATA={folder / 'demo'}"], port, folder)


def _started(server: Server, path: str, words: str = "") -> tuple[float, float]:
    try:
        return server.start().wait(path, words), server.cpu_seconds()
    finally:
        server.stop()


# First view


def _first_view(bench: Bench) -> list[views.Part]:
    line, visitor = bench.lines["house"], bench.visitors["house"][MEMBERS - 1]
    return views.first_view(lambda path: views.sent(*line.fetch(visitor, path)), f"/threads/{READ_OFTEN[0]}?page=2")


# Reporting


def _conditions(bench: Bench) -> str:
    names = ("flask", "sqlalchemy", "jinja2", "werkzeug", "gunicorn")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    machine = f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    how = f"{bench.options.rounds} rounds of {bench.options.requests} requests a page, by {MEMBERS} members in turn."
    return "\n".join([f"{machine}, {python}, {versions}.", how, *bench.notes, ""])


def _table(pages: list[Page]) -> str:
    known = {page.name: page for page in pages}
    lines = ["| page | CPU ms a request | lowest to highest round | ratio | bar |", "|---|---|---|---|---|"]
    for page in pages:
        span = f"{min(page.rounds):.2f} to {max(page.rounds):.2f}"
        ratio = f"{page.ms / known[page.beside].ms:.2f} × {page.beside}" if page.beside else ""
        lines.append(f"| {page.name} | {page.ms:.2f} | {span} | {ratio} | {page.bar} |")
    return "\n".join([*lines, ""])


def _other(
    memory: dict[str, float], idle: dict[str, float], starts: list[tuple[str, list[tuple[float, float]], str]]
) -> str:
    lines = ["| other | measured | bar |", "|---|---|---|"]
    for name, bar in (("floor", ""), ("house", "≤ 130 MB")):
        lines.append(f"| memory after load, {name} (PSS, all processes) | {memory[name]:.0f} MB | {bar} |")
    lines += [f"| idle, {name} | {ms:.1f} ms CPU a second | |" for name, ms in idle.items()]
    for name, times, bar in starts:
        wall, cpu = (statistics.median(each) for each in zip(*times, strict=True))
        lines.append(f"| start, {name} | {wall:.2f} s (CPU {cpu:.2f} s) | {bar} |")
    return "\n".join([*lines, ""])


def _first_view_table(parts: list[views.Part]) -> str:
    whole, scripts = views.weight(parts), views.weight(parts, "script")
    said = f"First view of a thread: {whole:.1f} kB in {len(parts)} requests, {scripts:.1f} kB of it script."
    lines = [
        f"{said} Bars: 60 kB, 10, 25 kB. The page itself is sent as it is, since it holds tokens.",
        "",
        "| request | bytes |",
        "|---|---|",
        *(f"| {part.kind} {part.path} | {part.size:,} |" for part in parts),
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
