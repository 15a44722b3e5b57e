"""What it costs to open a page of thirty entries of a journal, in processor time: ``python bench/journal.py``.

Each has all four sliders before and after, and some 600 characters in three places. The bar is 5 ms.
"""

import statistics
import sys
import time
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from community import seals  # noqa: E402 - the house must be on the path first
from community.clock import now  # noqa: E402
from community.journal.models import JournalEntry  # noqa: E402
from community.journal.page import COLUMNS, Systems, close, opened  # noqa: E402

ENTRIES, ROUNDS, AT_ONCE = 30, 50, 20
WORDS = "I sat for twelve minutes before the next appointment and let the out-breath be a little longer. " * 2


def main() -> None:
    """Measure and print."""
    app = Flask("journal")
    seals.init_app(app, [("bench", bytes(range(32)))])
    moved = Systems(35, 60, 20, 80).written()
    with app.app_context():
        entries = [JournalEntry(id=number, member_id=1, written_at=now()) for number in range(1, ENTRIES + 1)]
        for entry in entries:
            close(entry, dict(zip(COLUMNS, (moved, moved, WORDS, WORDS, WORDS), strict=True)))
        found = [_ms(entries) for _ in range(ROUNDS)]
    print(f"{ENTRIES} entries: median {statistics.median(found):.2f} ms, slowest round {max(found):.2f} ms (bar 5 ms)")


def _ms(entries: list[JournalEntry]) -> float:
    before = time.process_time()
    for _ in range(AT_ONCE):
        for entry in entries:
            opened(entry, None)
    return (time.process_time() - before) / AT_ONCE * 1000


if __name__ == "__main__":
    main()
