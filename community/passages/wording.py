"""What is said around a passage: who will read it, the post that opens its thread, the line in a list."""

from collections.abc import Sequence
from functools import cache

from community.errors import Invalid
from community.members.models import first_name_of
from community.passages.models import PASSAGE_LENGTH
from community.text import tidy
from community.threads.wording import PostText, post_text

# It stays in the thread, so it is true before the passage is taken back and after.
OPENING = "A passage from my journal, for as long as I share it."
LINE_LENGTH = 280


@cache
def opening_text() -> PostText:
    """Give the post that opens a passage's thread; ask before a transaction begins, since rendering is slow."""
    return post_text(OPENING)


def thread_title_of(name: str) -> str:
    """Give the thread's title, which holds nothing of the journal."""
    return f"A passage from {first_name_of(name)}’s journal"


def passage_words(source: str) -> str:
    """Give the words as they are kept; raises Invalid for ``source``."""
    said = tidy(source).strip()
    if not said:
        raise Invalid("There is nothing to share here yet. One sentence can be enough.", field="source")
    if len(said) > PASSAGE_LENGTH:
        raise Invalid(
            f"This is {len(said):,} characters long, and a passage has at most {PASSAGE_LENGTH:,}. "
            "What is the part that you would like somebody to read?",
            field="source",
        )
    return said


def names_in_words(names: Sequence[str]) -> str:
    """Say some names in a row: "Maren Oduya and Tomasz Wren"."""
    *first, last = names or ("nobody",)
    return f"{', '.join(first)} and {last}" if first else last


def line_of(words: str) -> tuple[str, bool]:
    """Give the beginning of a passage for one line, and whether there is more of it."""
    plain = " ".join(words.split())
    if len(plain) <= LINE_LENGTH:
        return plain, False
    return plain[: LINE_LENGTH - 1].rsplit(" ", 1)[0] + "…", True
