import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.errors import Invalid
from community.text import excerpt, is_link_like, one_line, safe_html, tidy
from tests.hostile_texts import ANY_TEXT, unhurried

KEPT_FORMAT_SIGNS = {"\u061c", "\u200c", "\u200d", "\u200e", "\u200f", "\U0001f3f4"}


def test_nothing_unseen_is_kept_but_what_letters_need() -> None:
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} or sign in KEPT_FORMAT_SIGNS:
            continue
        left = tidy(f"é{sign}é")
        visible = "NUMBER" in unicodedata.name(sign, "") or unicodedata.name(sign, "").startswith(
            ("ARABIC", "SYRIAC", "KAITHI")
        )
        assert left in {"éé", "é\né", "é\té"} or visible, f"U+{code:04X}"


@unhurried
@given(ANY_TEXT)
def test_tidying_a_tidy_text_changes_nothing(source: str) -> None:
    assert tidy(tidy(source)) == tidy(source)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("a\u200db\u200cc", "abc"),
        ("é\u200d\u200d\u200de", "é\u200de"),
        ("\u200dx", "x"),
        ("x" + "\u0301" * 40, "x" + "\u0301" * 8),
        ("x\U000e0041\U000e0042", "x"),
        ("a\u2028b\x85c\x0cd", "a\nb\nc\nd"),
        ("\ufeffa\x00b\ud800c", "abc"),
        ("a\u202eb\u2066c", "abc"),
    ],
)
def test_a_text_is_stored_without_what_hides(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Sitting   on\tMondays \n", "Sitting on Mondays"),
        ("e\u0301te\u0301", "été"),
        ("\u202eAnna\u200f", "Anna"),
        ("A\u00a0B\u3000C\u2028D", "A B C D"),
        ("<b>Anna</b> & Ben", "<b>Anna</b> & Ben"),
    ],
)
def test_a_title_becomes_one_line(typed: str, kept: str) -> None:
    assert one_line(typed, limit=60, field="title", what="title") == kept


@pytest.mark.parametrize("typed", ["", "  ", "\n", "\u200d\u200b", "\u3164\u2800", "\u0301", "\u200e\u200f", "\x00"])
def test_a_title_nobody_sees_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        one_line(typed, limit=60, field="title", what="title")
    assert caught.value.field == "title"
    assert caught.value.sentence.startswith("The title is still empty.")


@pytest.mark.parametrize("length", [61, 599, 601, 5_000_000])
def test_a_title_that_is_too_long_is_refused_with_its_length(length: int) -> None:
    with pytest.raises(Invalid, match=f"{length:,} characters long, and 60 is the most"):
        one_line("a" * length, limit=60, field="title", what="title")
    assert one_line("a" * 60, limit=60, field="title", what="title") == "a" * 60


@unhurried
@given(ANY_TEXT)
def test_a_line_is_one_line_and_stays_as_it_is(source: str) -> None:
    try:
        line = one_line(source, limit=300, field="title", what="title")
    except Invalid:
        return
    assert len(line) <= 300
    assert "\n" not in line
    assert one_line(line, limit=300, field="title", what="title") == line


@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example", "evil.example", "www.evil", "peer@evil.example", "Anna evil.com now", "evil。com",
        "ｅｖｉｌ．ｃｏｍ", "evil\u200d.com", "evil\u200b.com", "evil․com", "javascript:alert(1)", "tel:123",
        "192.168.0.1", "Dr.Miller", "xn--e1a.com", "HTTP://X", "ev\u200eil.co\u200em",
    ],
)  # fmt: skip
def test_a_name_that_a_mail_program_might_link_is_told_apart(name: str) -> None:
    assert is_link_like(name)


@pytest.mark.parametrize(
    "name",
    [
        "Anna",
        "Dr. Anna Miller",
        "A. B. Miller",
        "Jean-Luc O’Neill",
        "Анна",
        "名前",
        "Anna (she/her)",
        "No. 7",
        "3.5",
        "Ph.D.",
        "",
    ],
)
def test_ordinary_names_are_no_links(name: str) -> None:
    assert not is_link_like(name)


# Excerpts


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", ""),
        ("**Dear** all,\nhow *are* you?\n\n- well\n- fine", "Dear all, how are you? well fine"),
        ('a<b & "c"', 'a<b & "c"'),
        ("# Title\n\ntext", "Title text"),
        ("un**brok**en", "unbroken"),
        ("[x](/a 'a > b')y", "xy"),
        ("```\na\n  b\n```", "a b"),
        ("|a|b|\n|-|-|\n|c|d|", "a b c d"),
    ],
)
def test_an_excerpt_is_the_first_words_as_text(source: str, words: str) -> None:
    assert excerpt(safe_html(source)) == words


def test_an_excerpt_is_cut_at_a_word() -> None:
    assert excerpt("<p>one two, three four</p>", length=12) == "one two…"
    assert excerpt("<p>one two</p>", length=7) == "one two"
    assert excerpt("<p>" + "x" * 50 + "</p>", length=10) == "x" * 9 + "…"


@unhurried
@given(ANY_TEXT, st.integers(5, 200))
def test_an_excerpt_is_never_longer_than_asked(source: str, length: int) -> None:
    try:
        html = safe_html(source)
    except Invalid:
        return
    words = excerpt(html, length=length)
    assert len(words) <= length
    assert "\n" not in words
