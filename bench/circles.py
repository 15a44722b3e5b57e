"""Let 10,000 circles go their way by chance and hold the stone to its promises: ``python bench/circles.py [circles]``.

Half of them are looked at at least every half second, half only now and then, as by a house that is hardly awake.
"""

import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.sits.circles import run  # noqa: E402 - the house must be on the path first

CIRCLES = 10_000
STEPS = 30


def main() -> None:
    """Run them all; the first broken promise ends it with the seed that broke it."""
    circles = int(sys.argv[1]) if len(sys.argv) > 1 else CIRCLES
    began = time.perf_counter()
    for number in range(circles):
        seed, within = f"bench {number}", (0.5, 45.0)[number % 2]
        try:
            run(random.Random(seed), steps=STEPS, looks_within=within)
        except AssertionError as broken:
            sys.exit(f"The circle {seed!r}, looked at within {within} s, broke a promise: {broken}")
    print(f"{circles} circles of {STEPS} acts kept every promise, in {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
