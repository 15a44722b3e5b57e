"""The four sliders in words: our own, free for anyone (CC0-1.0), and no measure that anybody has tested."""

from dataclasses import dataclass
from typing import Final

from community.journal.page import MOST, Systems

STRENGTHS: Final = ("hardly", "a little", "somewhat", "clearly", "strongly")
COMPANY: Final = ("alone", "mostly alone", "partly with others", "mostly with others", "with others")


@dataclass(frozen=True, slots=True)
class Scale:
    """What a slider asks: its name, what is meant by it, and its two ends before and after a sit."""

    name: str
    title: str
    meaning: str
    before: tuple[str, str]
    after: tuple[str, str]
    words: tuple[str, ...] = STRENGTHS

    def word(self, value: int) -> str:
        """Say a place on the slider in a word."""
        return self.words[min(value * len(self.words) // MOST, len(self.words) - 1)]


_HOW_MUCH: Final = ("hardly", "strongly")

SCALES: Final = (
    Scale("drive", "Drive", "pulled to do, get, finish", _HOW_MUCH, _HOW_MUCH),
    Scale("threat", "Threat", "on guard, tense, self-critical", _HOW_MUCH, _HOW_MUCH),
    Scale("soothing", "Soothing", "safe, settled, connected", _HOW_MUCH, _HOW_MUCH),
    Scale(
        "company",
        "Felt company",
        "whoever was there or not",
        ("I am alone", "I am with others"),
        ("I sat alone", "I sat with others"),
        COMPANY,
    ),
)


def moved(before: Systems, after: Systems) -> list[tuple[Scale, str, str]]:
    """Say in words where the sliders stood before and after; those that were left out both times are not there."""
    found = []
    for scale in SCALES:
        was, became = getattr(before, scale.name), getattr(after, scale.name)
        if was is not None or became is not None:
            said = ["" if each is None else scale.word(each) for each in (was, became)]
            found.append((scale, said[0], said[1]))
    return found


def in_a_line(before: Systems, after: Systems) -> str:
    """Say where the sliders stood in one sentence, for a list: "Threat clearly before, a little after"."""
    said = "; ".join(_stood(scale.title.lower(), was, became) for scale, was, became in moved(before, after))
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _stood(title: str, was: str, became: str) -> str:
    times = [f"{each} {when}" for each, when in ((was, "before"), (became, "after")) if each]
    return f"{title} {', '.join(times)}"
