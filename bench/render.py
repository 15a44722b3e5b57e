"""Measure what the renderer costs at its limits, and fail when a text could keep a worker busy.

``python bench/render.py`` prints a Markdown table, slowest first: CPU milliseconds of this process, the least of
three runs. Exit status 1 when the worst is over 250 ms or 20,000 ordinary characters are over 80 ms.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from community import text as renderer
from community.text import MAX_CHARACTERS, TextTooHeavy, check_weight, safe_html, tidy
from tests.heavy_texts import HEAVY, filled

WORST_MS = 250
ORDINARY_MS = 80
ROUNDS = 3
SHOWN = 25

PROSE = (
    "the breath was quiet and we sat with what was there after a long week in practice when somebody asked me how "
    "I listen to silence and I noticed that my answer came before the question had ended"
)


def main() -> int:
    """Measure, print, and say whether the bars are held."""
    costs = {"ordinary letter": measured(ordinary_letter())}
    costs |= {name: measured(filled(pieces)) for name, pieces in HEAVY.items()}
    ranked = sorted(costs.items(), key=lambda item: -item[1]["total"])
    print(f"Load at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores. {len(costs)} kinds of text.\n")
    print("| text | characters | tags | limits | parser | bleach | nh3 | whole, ms CPU |")
    print("|---|---|---|---|---|---|---|---|")
    for name, cost in [*ranked[:SHOWN], ("ordinary letter", costs["ordinary letter"])]:
        steps = " | ".join(f"{cost[step]:.1f}" for step in ("limits", "parser", "bleach", "nh3", "total"))
        print(f"| {name}{' (refused)' if cost['refused'] else ''} | {cost['characters']} | {cost['tags']} | {steps} |")
    worst, ordinary = ranked[0][1]["total"], costs["ordinary letter"]["total"]
    print(f"\nWorst {worst:.0f} ms of {WORST_MS}, ordinary {ordinary:.0f} ms of {ORDINARY_MS}.")
    return int(worst > WORST_MS or ordinary > ORDINARY_MS)


def ordinary_letter() -> str:
    """Write 20,000 characters as people do: paragraphs, lists, quotes, headings, links, emphasis."""
    chance = random.Random(7)

    def words(count: int) -> str:
        return " ".join(chance.choice(PROSE.split()) for _ in range(count))

    kinds: list[Callable[[], str]] = [
        lambda: "\n".join(f"- {words(8)}" for _ in range(5)),
        lambda: f"> {words(30)}",
        lambda: f"## {words(4)}",
        lambda: f"{words(40)} **{words(2)}** and *{words(2)}*, see [the page](https://example.org/a) {words(20)}",
        lambda: f"{words(60)} https://example.org/path?x=1 {words(10)}",
        lambda: f"{words(30)}\n{words(30)}",
    ]
    text = ""
    while len(text) < MAX_CHARACTERS:
        text += chance.choice(kinds)() + "\n\n"
    return text[:MAX_CHARACTERS]


def measured(source: str) -> dict[str, Any]:
    """Give the least CPU milliseconds of each step and of the whole, and what came out."""
    cost: dict[str, Any] = {"characters": len(source), "tags": 0, "bleach": 0.0, "nh3": 0.0, "refused": False}
    cost["total"], html = least(lambda: rendered(source))
    cost["limits"], _ = least(lambda: check_weight(tidy(source)))
    cost["parser"], unclean = least(lambda: renderer._MARKDOWN.render(tidy(source)))  # noqa: SLF001 - step by step
    cost["tags"] = unclean.count("<")
    if html is None:
        cost["refused"] = True
        return cost
    cost["bleach"], half_clean = least(lambda: renderer._bleach(unclean))  # noqa: SLF001 - step by step
    cost["nh3"], _ = least(lambda: renderer._nh3(half_clean))  # noqa: SLF001 - step by step
    return cost


def rendered(source: str) -> str | None:
    """Render, or give nothing when the text repeats itself too much to be cleaned."""
    try:
        return safe_html(source)
    except TextTooHeavy:
        return None


def least(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the least CPU milliseconds of some rounds, and the last result."""
    times = []
    result = None
    for _ in range(ROUNDS):
        begin = time.process_time()
        result = work()
        times.append((time.process_time() - begin) * 1_000)
    return min(times), result


if __name__ == "__main__":
    sys.exit(main())
