import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from community import text as renderer
from community.errors import Invalid
from community.text import (
    MAX_ADDRESSES,
    MAX_CELLS,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_LINES,
    MAX_LIST_SIGNS,
    MAX_OF_EACH_SIGN,
    MAX_SIGNS,
    MAX_SMALL_SIGNS,
    TextTooHeavy,
    check_weight,
    safe_html,
    tidy,
)
from tests.allowed import assert_allowed, assert_allowed_or_refused
from tests.heavy_texts import HEAVY, filled
from tests.hostile_texts import unhurried


def refusal_of(source: str) -> TextTooHeavy:
    with pytest.raises(TextTooHeavy) as caught:
        safe_html(source)
    assert caught.value.field == "source"
    assert isinstance(caught.value, Invalid)
    return caught.value


AT_THE_LIMIT = {
    "characters": ("a" * MAX_CHARACTERS, "a"),
    "lines": ("\n".join("a" * MAX_LINES), "\nb"),
    "sign": ("*" * MAX_OF_EACH_SIGN, "*"),
    "signs": ("*" * (MAX_SIGNS // 2) + "x" + "_" * (MAX_SIGNS // 2), "`"),
    "small signs": ("-=" * (MAX_SMALL_SIGNS // 2), "#"),
    "addresses": ("https://a.b " * MAX_ADDRESSES, "https://a.b"),
    "depth": (">" * MAX_DEPTH + " a", "\n\n" + ">" * MAX_DEPTH + "> b"),
    "list signs": ("> - > - a\n" * (MAX_LIST_SIGNS // 4), "> b"),
    "cells": ("|a|b|c|d|\n|-|-|-|-|\n" + "a\n" * (MAX_CELLS // 4 - 1), "b"),
}


@pytest.mark.parametrize("limit", AT_THE_LIMIT)
def test_a_text_at_a_limit_is_shown_and_one_step_more_is_refused_kindly(limit: str) -> None:
    source, step = AT_THE_LIMIT[limit]
    assert safe_html(source)
    refusal = refusal_of(source + step)
    assert refusal.limit == limit
    assert "Please" in refusal.sentence


def test_windows_line_ends_count_once() -> None:
    assert safe_html("a" * (MAX_CHARACTERS - 4) + "\r\n\r\n" + "bb")
    assert refusal_of("a\r\n" * MAX_CHARACTERS).limit == "characters"


def test_a_long_honest_text_is_well_within_the_limits() -> None:
    sentence = "I sat with *what was there*, and it was **enough** for one evening (see https://example.org/a). "
    parts = [
        "# A long letter",
        "\n".join(f"{number}. item with [a link](https://example.org/{number})" for number in range(60)),
        "\n".join(f"- item number {number}" for number in range(100)),
        "| day | sit | who | note |\n|-----|-----|-----|------|\n" + "| Mon | 20' | all | _quiet_ |\n" * 30,
        "\n".join("> > somebody wrote this in a mail" for _ in range(40)),
        "- - - - - - - - - - - - - - - - - - - -",
        "\n\n".join(sentence * 4 for _ in range(25)),
    ]
    source = "\n\n".join(parts)
    assert MAX_CHARACTERS * 0.7 < len(source) <= MAX_CHARACTERS
    assert_allowed(safe_html(source))


def test_what_repeats_itself_after_parsing_is_refused_before_the_sanitisers() -> None:
    assert refusal_of("[a]: /" + "b" * 1_500 + "\n\n" + "[a] " * 300).limit == "formatting"


def calls_made(work: Callable[[], Any]) -> int:
    """Count the calls a piece of work makes: the same on every machine, however busy it is."""
    made = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    except TextTooHeavy:
        pass
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize(
    "source", ["[" * 200_000, "[" * MAX_CHARACTERS, "a\n" * 9_000, "- - a\n" * 3_000, "|-" * 5_000]
)
def test_a_refusal_comes_before_the_work(source: str) -> None:
    refusal_of(source)
    assert calls_made(lambda: safe_html(source)) < 30_000
    assert calls_made(lambda: safe_html("- *a* [b](/c)\n" * 300)) > 100_000


@pytest.mark.parametrize("name", HEAVY)
def test_the_heaviest_texts_within_the_limits_cost_a_bounded_number_of_calls(name: str) -> None:
    source = filled(HEAVY[name])
    check_weight(tidy(source))
    assert calls_made(lambda: safe_html(source)) < 1_300_000
    assert_allowed_or_refused(source)


@unhurried
@given(st.text(alphabet="|-: \n>1.ab", min_size=8))
@example("> |a|b|\n> |-|-|\n> c\n> d")
@example("- |a|\n  |-|\n  b\n  c")
@example("|a\n-\nb\nc")
def test_the_estimate_of_cells_is_never_too_low(source: str) -> None:
    text = tidy(source)
    parsed = renderer._MARKDOWN.parse(text)
    assert sum(token.type in {"th_open", "td_open"} for token in parsed) <= renderer._cells(text.split("\n"))
