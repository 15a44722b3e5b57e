import html as entities
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from community import text as renderer
from community.errors import Invalid
from community.text import excerpt, safe_html
from tests.allowed import assert_allowed, assert_allowed_or_refused
from tests.hostile_texts import ANY_TEXT, HOSTILE, unhurried

LINK = 'rel="nofollow ugc noopener"'

RENDERED = {
    "": "",
    " \n\t\n": "",
    "A plain line.": "<p>A plain line.</p>",
    "one\n\ntwo": "<p>one</p>\n<p>two</p>",
    "Dear all,\nthis is how mail is written.": "<p>Dear all,<br>\nthis is how mail is written.</p>",
    "a\r\nb\rc": "<p>a<br>\nb<br>\nc</p>",
    "hard  \nbreak": "<p>hard<br>\nbreak</p>",
    "*soft* **strong** ***both***": "<p><em>soft</em> <strong>strong</strong> <em><strong>both</strong></em></p>",
    "~~gone~~ and ~this~ stays": "<p><del>gone</del> and ~this~ stays</p>",
    "`x < y`": "<p><code>x &lt; y</code></p>",
    "# One": "<h2>One</h2>",
    "## Two": "<h3>Two</h3>",
    "### Three": "<h4>Three</h4>",
    "###### Six": "<h4>Six</h4>",
    "One\n===": "<h2>One</h2>",
    "#hashtag stays a word": "<p>#hashtag stays a word</p>",
    "---": "<hr>",
    "- a\n- b": "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
    "3. a\n4. b": '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>',
    "1. a": "<ol>\n<li>a</li>\n</ol>",
    "- a\n  - b": "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>",
    "> quiet": "<blockquote>\n<p>quiet</p>\n</blockquote>",
    '```\ncode *stays* "code"\n```': '<pre><code>code *stays* "code"\n</code></pre>',
    "```Python with more\nx\n```": '<pre><code class="language-python">x\n</code></pre>',
    "```not/a/language\nx\n```": "<pre><code>x\n</code></pre>",
    "    indented": "<pre><code>indented\n</code></pre>",
    "|a|b|\n|:-|-:|\n|c|d|": (
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>"
    ),
    "[here](/groups/monday)": f'<p><a href="/groups/monday" {LINK}>here</a></p>',
    "[here](/a 'Our \"own\" title')": f'<p><a href="/a" title="Our &quot;own&quot; title" {LINK}>here</a></p>',
    "[a page](https://example.org/x)": f'<p><a href="https://example.org/x" {LINK}>a page (example.org)</a></p>',
    "[a page][1]\n\n[1]: https://example.org": f'<p><a href="https://example.org" {LINK}>a page (example.org)</a></p>',
    "<https://example.org>": f'<p><a href="https://example.org" {LINK}>https://example.org</a></p>',
    "See https://example.org/a_b_c?x=1&y=2, please.": (
        f'<p>See <a href="https://example.org/a_b_c?x=1&amp;y=2" {LINK}>'
        "https://example.org/a_b_c?x=1&amp;y=2</a>, please.</p>"
    ),
    "(https://example.org/Zen_(school))": (
        f'<p>(<a href="https://example.org/Zen_(school)" {LINK}>https://example.org/Zen_(school)</a>)</p>'
    ),
    "https://example.org/?a=1&copy=2&sect=3": (
        f'<p><a href="https://example.org/?a=1&amp;copy=2&amp;sect=3" {LINK}>'
        "https://example.org/?a=1&amp;copy=2&amp;sect=3</a></p>"
    ),
    "[x](https://example.org/?a&copy=2)": (
        f'<p><a href="https://example.org/?a&amp;copy=2" {LINK}>x (example.org)</a></p>'
    ),
    "Wow!https://example.org": f'<p>Wow!<a href="https://example.org" {LINK}>https://example.org</a></p>',
    "example.org and www.example.org are words": "<p>example.org and www.example.org are words</p>",
    "ftp://example.org is a word": "<p>ftp://example.org is a word</p>",
    "peer@example.org is a word": "<p>peer@example.org is a word</p>",
    "<peer@example.org>": f'<p><a href="mailto:peer@example.org" {LINK}>peer@example.org</a></p>',
    "[write](mailto:peer@example.org?bcc=all)": (
        f'<p><a href="mailto:peer@example.org" {LINK}>write (peer@example.org)</a></p>'
    ),
    "![a cat](https://example.org/cat.png) here": "<p>a cat here</p>",
    "![](https://example.org/cat.png)": "<p>https://example.org/cat.png</p>",
    "not a picture\\![here](/a)": f'<p>not a picture!<a href="/a" {LINK}>here</a></p>',
    "\\*stars\\*": "<p>*stars*</p>",
    "1 < 2 & 3 > 2": "<p>1 &lt; 2 &amp; 3 &gt; 2</p>",
    "&copy; &amp;amp; &lt;b&gt;": "<p>© &amp;amp; &lt;b&gt;</p>",
    "\"Quotes\" and 'quotes'": "<p>\"Quotes\" and 'quotes'</p>",
    "<b>typed</b>": "<p>&lt;b&gt;typed&lt;/b&gt;</p>",
    "<!-- typed -->": "<p>&lt;!-- typed --&gt;</p>",
    "Grüße – “schön” 漢字 שלום नमस्ते 👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿": "<p>Grüße – “schön” 漢字 שלום नमस्ते 👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿</p>",
}


@pytest.mark.parametrize("source", RENDERED)
def test_markdown_becomes_the_html_it_means(source: str) -> None:
    assert safe_html(source) == RENDERED[source]


HARMLESS = """# What I noticed this week

Dear all, after **four sits** I noticed *how early* I reach for an answer.
It was "quieter" on Thursday; don't ask why.

> What did you do with the silence?

1. I waited
2. I breathed
   - in
   - out

| day | sit |
|-----|-----|
| Mon | 20' |
| Thu | 40' |

The [schedule](/groups/monday/sits) and <https://example.org> help. `bell` ~~three~~ two times.

```text
a < b && c
```
"""


def test_a_harmless_letter_keeps_every_word_and_every_form() -> None:
    html = safe_html(HARMLESS)
    assert_allowed(html)
    for tag in ("h2", "strong", "em", "br", "blockquote", "ol", "ul", "table", "td", "a", "code", "del", "pre"):
        assert f"<{tag}" in html
    words = excerpt(html, length=5_000)
    for word in (
        "four sits",
        "how early",
        '"quieter"',
        "don't",
        "What did you do",
        "Thu 40'",
        "two times",
        "a < b && c",
    ):
        assert word in words


# Hostile texts


def test_the_hostile_texts_are_many_and_all_different() -> None:
    assert len(HOSTILE) >= 420
    assert len(set(HOSTILE)) == len(HOSTILE)


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_text_stays_inside_the_list(source: str) -> None:
    assert_allowed(safe_html(source))


WRAPPED: dict[str, Callable[[str], str]] = {
    "heading": "# {}".format,
    "list": "- x\n- {}".format,
    "quote": "> {}".format,
    "cell": "|a|\n|-|\n|{}|".format,
    "emphasis": "**{}**".format,
    "link text": "[{}](https://example.org)".format,
    "address": "[x]({})".format,
    "address in brackets": "[x](<{}>)".format,
    "title": "[x](/a '{}')".format,
    "fence": "```{0}\n{0}\n```".format,
    "between texts": "before {} after\nand on".format,
}


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_a_hostile_text_stays_inside_the_list_wherever_it_stands(wrap: Callable[[str], str]) -> None:
    share = list(WRAPPED.values()).index(wrap) % 3
    for source in HOSTILE[share::3]:
        assert_allowed_or_refused(wrap(source))


@pytest.mark.parametrize(
    "unsafe",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='//evil.example'>x</a>",
        "<a href='/ok' target=_top id=x>x</a>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<p>x<!-- y --></p>",
        "<ol start='1;x'><li>x</li></ol>",
        "<pre><code class='page-header'>x</code></pre>",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_each_sanitiser_alone_would_hold(unsafe: str) -> None:
    for cleaned in (renderer._bleach(unsafe), renderer._nh3(unsafe)):
        written = cleaned if LINK in cleaned else cleaned.replace("<a", f"<a {LINK}")
        assert_allowed(written)


# Honest links


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("[https://good.example](https://evil.example/good.example)", "https://good.example (evil.example)"),
        ("[good.example](https://evil.example)", "good.example (evil.example)"),
        ("[evil.example.good.example](https://evil.example)", "evil.example.good.example (evil.example)"),
        ("[evil.example (good.example)](https://evil.example)", "evil.example (good.example) (evil.example)"),
        ("[evil.example@good.example](https://evil.example)", "evil.example@good.example (evil.example)"),
        ("[**good**](https://evil.example:8443/x)", "good (evil.example:8443)"),
        ("[](https://evil.example)", "evil.example"),
        ("https://аррӏе.example", "https://аррӏе.example (xn--80ak6aa92e.example)"),
        ("[https://good.example](/logout)", "https://good.example (/logout)"),
        ("[peer@good.example](mailto:other@evil.example)", "peer@good.example (other@evil.example)"),
        ("[Example.org/Page](https://example.org/page)", "Example.org/Page"),
        ("[https://example.org/page](https://example.org/other)", "https://example.org/page"),
    ],
)
def test_a_link_shows_where_it_leads(source: str, shown: str) -> None:
    html = safe_html(source)
    assert html.count("<a ") == 1
    assert excerpt(html) == shown


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\u200b/evil.example",
        "/&Tab;/evil.example",
        "https://good.example@evil.example",
        "https:evil.example",
        "https:///evil.example",
        "javascript:alert(1)",
        "java&Tab;script:alert(1)",
        "data:text/html,x",
        "evil.html",
        "#top",
        "mailto:",
        "mailto:a@b.example,c@d.example",
    ],
)
def test_an_address_that_hides_its_target_is_no_link(address: str) -> None:
    assert "<a" not in safe_html(f"[x]({address})")


def test_addresses_lose_what_nobody_sees() -> None:
    assert 'href="https://example.org/ab"' in safe_html("[x](https://exam&#x200b;ple.org/a\u00adb)")


# Failures


def test_a_text_the_parser_stumbles_over_is_shown_as_it_was_typed() -> None:
    source = "> > > - *a* <b>\nc"
    shown = set()
    for room in range(20, 300, 5):
        with_little_room(room, lambda: shown.add(safe_html(source)))
    assert "<p>&gt; &gt; &gt; - *a* &lt;b&gt;<br>c</p>" in shown
    assert safe_html(source) in shown
    for html in shown:
        assert_allowed(html)


def with_little_room(room: int, work: Callable[[], object]) -> None:
    """Do the work with only so many frames left on the stack."""
    depth = 0
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(depth + room)
        work()
    except RecursionError:
        pass
    finally:
        sys.setrecursionlimit(before)


def test_many_threads_render_as_one_does() -> None:
    sources = [*RENDERED, *HOSTILE[:100]]
    alone = [safe_html(source) for source in sources]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(safe_html, sources)) == alone


# Properties


@unhurried
@given(ANY_TEXT)
@example("\ud800")
@example("![")
@example("<![")
def test_any_text_is_inside_the_list_or_refused(source: str) -> None:
    assert_allowed_or_refused(source)


@unhurried
@given(ANY_TEXT)
def test_the_last_wall_has_nothing_left_to_do(source: str) -> None:
    try:
        html = safe_html(source)
    except Invalid:
        return
    assert renderer._nh3(html) == html


@unhurried
@given(st.text(alphabet=">-*+1. \n\tx"))
def test_no_word_is_lost_however_deep_it_stands(source: str) -> None:
    try:
        html = safe_html(source)
    except Invalid:
        return
    assert excerpt(html, length=50_000).count("x") == source.count("x")


@unhurried
@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "Zs"])))
def test_letters_and_numbers_come_through_as_they_are(source: str) -> None:
    line = " ".join(source.split())
    assert entities.unescape(safe_html(line)).removeprefix("<p>").removesuffix("</p>") == line
