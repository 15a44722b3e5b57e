"""Markdown in, safe HTML out: the one renderer, and the only importer of the parser and both sanitisers.

Three layers stand one behind the other so that no single failure is a hole: the parser never passes raw HTML
on, bleach keeps an allow-list, nh3 keeps the same list once more. Nothing touches the string after them, so
whatever changes a text (link notes, headings) is done to the parser's tokens. The limits are measured, see
``bench/render.py``: each stands for a kind of input that would otherwise keep a worker busy.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from typing import Final

import nh3
import structlog
from bleach.sanitizer import Cleaner
from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from community.errors import Invalid

log = structlog.get_logger(__name__)

RENDERER_VERSION: Final = 1
"""Stored beside the HTML; a higher number tells the re-rendering job what is old."""

MAX_CHARACTERS: Final = 20_000
MAX_LINES: Final = 600
"""Lines with something on them; empty ones cost nothing."""
MAX_OF_EACH_SIGN: Final = 800
MAX_SIGNS: Final = 1_200
MAX_SMALL_SIGNS: Final = 3_000
"""Signs at which the parser stops to look although they seldom mean something: hyphens, colons."""
MAX_ADDRESSES: Final = 200
MAX_DEPTH: Final = 6
"""Quotes and lists inside one another."""
MAX_LIST_SIGNS: Final = 600
"""Quote and list signs at the beginnings of lines, all together."""
MAX_CELLS: Final = 800
"""Cells of all tables together, with the empty ones that a short row is filled up with."""
MAX_TAGS: Final = 2_500
MAX_HTML: Final = 100_000
"""The last two are asked between parser and bleach: they catch what repeats itself, as one long address would."""

SIGNS: Final = "[]!*_~<>&|`\\"
SMALL_SIGNS: Final = "#$%^{}=+@-:"
MAX_ADDRESS: Final = 2_000
MAX_LINK_TITLE: Final = 200

TAGS: Final = frozenset(
    "p br strong em del sup code pre blockquote ul ol li a hr h2 h3 h4 table thead tbody tr th td".split()  # noqa: SIM905
)
SCHEMES: Final = frozenset({"http", "https", "mailto"})
LINK_REL: Final = "nofollow ugc noopener"

_HEADINGS: Final = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}
_CONTAINERS: Final = frozenset({"blockquote_open", "bullet_list_open", "ordered_list_open"})
_CONTAINER_ENDS: Final = frozenset({"blockquote_close", "bullet_list_close", "ordered_list_close"})
_INLINE_TAGS: Final = frozenset({"a", "strong", "em", "del", "code", "sup"})

_ADDRESS_SIGNS: Final = r"[A-Za-z0-9;/?:@&=+$,_.!~*'()#%-]*"
_HOST: Final = r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?(?::[0-9]{1,5})?"
_EXTERNAL: Final = re.compile(rf"https?://(?P<host>{_HOST})(?:[/?#]{_ADDRESS_SIGNS})?", re.IGNORECASE)
_LOCAL: Final = re.compile(rf"/(?!/){_ADDRESS_SIGNS}")
_MAIL: Final = re.compile(r"mailto:(?P<address>[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[a-z0-9+-]{1,20}")
_START: Final = re.compile(r"[0-9]{1,9}")

_LINE_END: Final = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN: Final = re.compile(
    # Controls, lone surrogates, soft hyphens, what turns the reading direction, byte marks, annotations. Kept:
    # joiners, the plain direction marks, the number signs of Arabic script and Kaithi.
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u180e\u200b\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001]"
)
_TAG_LETTERS: Final = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007f]{1,7})[\U000e0020-\U000e007f]*|[\U000e0020-\U000e007f]+"
)
"""Letters nobody sees: a few of them after a black flag make it the flag of Scotland, all others hide something."""
_JOINERS: Final = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|(?<=[\u200c\u200d])[\u200c\u200d]+")
"""A joiner after a plain letter joins nothing, and a run of them hides something."""
_DIRECTION_MARKS: Final = re.compile("[\u061c\u200e\u200f]")
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def _stacking_marks() -> str:
    """Give the combining marks of the basic plane as the inside of a character class."""
    marks = (chr(code) for code in range(0x300, 0xFFFF) if unicodedata.category(chr(code)) in {"Mn", "Me"})
    return "".join(marks) + "\U000e0100-\U000e01ef"


_STACKED: Final = re.compile("([{0}]{{8}})[{0}]+".format(_stacking_marks()))
"""More than eight marks on one letter reach over the lines around it."""

_LEADING_SIGNS: Final = re.compile(r"^(?:[ \t]*(?:>|(?:[-+*]|[0-9]{1,9}[.)])(?=[ \t]|$)))+", re.MULTILINE)
_LEADING_SIGN: Final = re.compile(r">|[-+*]|[0-9]{1,9}[.)]")
_DRAWN_LINE: Final = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}")
_TABLE_RULE_SIGNS: Final = "|:- \t>*+.)0123456789"

_LINK_LIKE: Final = re.compile(
    r"://|\bwww\.|\b(?:https?|ftp|mailto|tel|sms|javascript|data|file):\S"
    r"|\S@\S"
    r"|\w\.[^\W\d_]{2,}"
    r"|\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b",
    re.IGNORECASE,
)
_DOTS: Final = str.maketrans("\u3002\uff61\u2024", "...")


class TextTooHeavy(Invalid):
    """A text is over one of the measured limits; ``limit`` is the short name of that limit."""

    def __init__(self, limit: str, sentence: str) -> None:
        self.limit = limit
        super().__init__(sentence, field="source")


def safe_html(source: str) -> str:
    """Render Markdown as HTML that any page may show, or raise ``TextTooHeavy`` before the work begins.

    Nothing but that refusal leaves here: a text the parser stumbles over comes back as it was typed, escaped.
    """
    if len(source) > 2 * MAX_CHARACTERS:  # a line end counts twice on its way from a browser; beyond that, why look
        _refuse_over(MAX_CHARACTERS, len(source), "characters", "{} characters", "Please shorten it")
    text = tidy(source)
    if not text.strip():
        return ""
    check_weight(text)
    try:
        return _clean(_parsed(text))
    except Invalid:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the parser stumbles over, the words must stay readable
        log.warning("render_failed", error=type(error).__name__)
        return _plain(text)


def tidy(text: str) -> str:
    """Give a text as it may be stored: one kind of line end, nothing unseen, no piles of marks."""
    text = _UNSEEN.sub("", _LINE_END.sub("\n", text))
    if text.isascii():
        return text
    return _STACKED.sub(r"\1", _JOINERS.sub("", _TAG_LETTERS.sub(r"\1", text)))


def excerpt(safe: str, *, length: int = 140) -> str:
    """Give the first words of rendered HTML as plain text for lists, at most ``length`` characters.

    The answer is text, not HTML: a template escapes it as it does every other text.
    """
    words = _Words()
    for start in range(0, len(safe), 2_000):
        words.feed(safe[start : start + 2_000])
        if words.size > 2 * length:
            break
    else:
        words.close()
    text = " ".join("".join(words.parts).split())
    if len(text) <= length:
        return text
    cut = text[:length]
    whole_words = cut.rpartition(" ")[0]
    return (whole_words if len(whole_words) > length // 2 else cut[:-1]).rstrip(" ,;:.–—-") + "…"


def one_line(text: str, *, limit: int, field: str, what: str) -> str:
    """Give a title or a name as it is stored: one line, composed letters, nothing unseen.

    Raises ``Invalid`` for ``field`` when nothing can be seen of it or it is over ``limit`` characters; ``what``
    names it in that sentence ("title").
    """
    if len(text) > 10 * limit:  # composing letters is not cheap for every input
        raise _line_too_long(len(text), limit, field, what)
    composed = unicodedata.normalize("NFC", _DIRECTION_MARKS.sub("", tidy(text)))
    line = " ".join(tidy(composed).split())  # composing may pile up marks anew
    if not any(_is_visible(character) for character in line):
        raise Invalid(f"The {what} is still empty. A few words are enough.", field=field)
    if len(line) > limit:
        raise _line_too_long(len(line), limit, field, what)
    return line


def is_link_like(text: str) -> bool:
    """Say whether a mail program might turn this name into a link: addresses, hosts, numbers with three dots.

    Strict on purpose: "Dr.Miller" is one, "Dr. Miller" is not. Only the first 500 characters are looked at.
    """
    seen = re.sub("[\u200c\u200d]", "", _DIRECTION_MARKS.sub("", tidy(text[:500])))
    return _LINK_LIKE.search(unicodedata.normalize("NFKC", seen).translate(_DOTS)) is not None


def is_safe_address(address: str) -> bool:
    """Say whether an address is whole: http, https, one plain e-mail address, or a path on this site.

    Names before an ``@`` in the host, and signs outside the plain alphabet of addresses, are refused.
    """
    return any(form.fullmatch(address) for form in (_EXTERNAL, _LOCAL, _MAIL))


def _line_too_long(length: int, limit: int, field: str, what: str) -> Invalid:
    return Invalid(
        f"The {what} is {length:,} characters long, and {limit} is the most. Please shorten it.", field=field
    )


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZCM" and character not in _BLANK_LETTERS


# Limits


def check_weight(text: str) -> None:
    """Raise ``TextTooHeavy`` for a tidied text that would keep the parser busy; costs next to nothing itself."""
    _refuse_over(MAX_CHARACTERS, len(text), "characters", "{} characters", "Please shorten it")
    lines = text.split("\n")
    written = sum(1 for line in lines if line.strip(" \t"))
    _refuse_over(MAX_LINES, written, "lines", "{} lines", "Please join some")
    counts = {sign: text.count(sign) for sign in SIGNS}
    sign = max(counts, key=lambda each: counts[each])
    _refuse_over(MAX_OF_EACH_SIGN, counts[sign], "sign", "{} of the sign " + sign, "Please use fewer")
    _refuse_over(MAX_SIGNS, sum(counts.values()), "signs", "{} signs such as * _ [ ] |", "Please use fewer")
    small = sum(text.count(sign) for sign in SMALL_SIGNS)
    _refuse_over(MAX_SMALL_SIGNS, small, "small signs", "{} signs such as - # = :", "Please use fewer")
    _refuse_over(MAX_ADDRESSES, text.count("://"), "addresses", "{} web addresses", "Please choose the best")
    _refuse_over(MAX_LIST_SIGNS, _list_signs(text), "list signs", "{} list and quote signs", "Please shorten the lists")
    _refuse_over(MAX_CELLS, _cells(lines), "cells", "{} cells in tables", "Please make them smaller")


def _refuse_over(limit: int, count: int, name: str, things: str, way_out: str) -> None:
    if count > limit:
        has = things.format(f"{count:,}")
        raise TextTooHeavy(name, f"This text has {has}, and {limit:,} is the most. {way_out}, or share it in parts.")


def _too_deep() -> TextTooHeavy:
    return TextTooHeavy(
        "depth",
        f"Quotes and lists stand more than {MAX_DEPTH} deep inside one another here. Please move some out a little.",
    )


def _list_signs(text: str) -> int:
    """Count the quote and list signs at the beginnings of lines, but not those a line is drawn with."""
    total = 0
    for found in _LEADING_SIGNS.finditer(text):
        end = text.find("\n", found.end())
        line = text[found.start() : end if end >= 0 else len(text)].strip()
        drawn = _DRAWN_LINE.fullmatch(line.lstrip("> \t")) is not None
        depth = line.count(">") if drawn else len(_LEADING_SIGN.findall(found[0]))
        if depth > MAX_DEPTH:
            raise _too_deep()
        total += depth
    return total


def _cells(lines: Sequence[str]) -> int:
    """Estimate the cells of all tables, never too low: a rule line opens one, an empty line ends it."""
    total = columns = 0
    for line in lines:
        if not line.strip(" \t>"):
            columns = 0
        elif "-" in line and not line.strip(_TABLE_RULE_SIGNS):
            rule = line[len(found[0]) if (found := _LEADING_SIGNS.match(line)) else 0 :].strip()
            columns = max(columns, rule.removeprefix("|").removesuffix("|").count("|") + 1)
        total += columns
    return total


# Parsing


class _Renderer(RendererHTML):
    """The parser's renderer, but quotation marks in text stay as they are: bleach is slow on entities."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """Escape a text; entities may have spelled what was taken out of the source."""
        return _escape(tidy(tokens[idx].content))

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """Escape code in a line."""
        return f"<code>{_escape(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """Escape indented code."""
        return f"<pre><code>{_escape(tokens[idx].content)}</code></pre>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """Escape fenced code and name its language, if it looks like the name of one."""
        word = unescapeAll(tokens[idx].info).strip().partition(" ")[0].lower()
        language = f' class="language-{word}"' if _LANGUAGE.fullmatch(word) else ""
        return f"<pre><code{language}>{_escape(tokens[idx].content)}</code></pre>\n"


class _Markdown(MarkdownIt):
    """The parser with our own idea of an address."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's name
        """Take the unseen out of an address before it is percent-encoded, and what a mail link adds."""
        seen = "".join(sign for sign in url if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}).strip()
        if len(seen) > MAX_ADDRESS or "\\" in seen:  # a browser reads a backslash as a slash
            return ""
        if seen[:7].lower() == "mailto:":
            seen = seen.partition("?")[0]
        return super().normalizeLink(seen)

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's name
        """Say whether an address may be followed; if not, the text stays as typed."""
        return is_safe_address(url)


def _markdown() -> MarkdownIt:
    options = {"html": False, "linkify": True, "breaks": True, "maxNesting": 2 * MAX_DEPTH + 2}
    parser = _Markdown("commonmark", options, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough", "linkify"]).disable(["image", "html_inline", "html_block"])
    # Of the two rules named linkify the inline one is quadratic in what stands before "://".
    parser.inline.ruler.disable("linkify")
    parser.core.ruler.before("text_join", "house_rules", _house_rules)
    addresses: LinkifyIt = parser.linkify
    addresses.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("ftp:", "//", "mailto:"):
        addresses.add(scheme, None)
    return parser


def _parsed(text: str) -> str:
    unclean: str = _MARKDOWN.render(text)
    if len(unclean) > MAX_HTML or unclean.count("<") > MAX_TAGS:
        raise TextTooHeavy(
            "formatting",
            "There is more formatting in this text than can be shown. Please use less of it, or share it in parts.",
        )
    return unclean


def _house_rules(state: StateCore) -> None:
    """Change the tokens to what this house shows: headings below the page's own, honest links, no pictures."""
    depth = 0
    for token in state.tokens:
        depth += (token.type in _CONTAINERS) - (token.type in _CONTAINER_ENDS)
        if depth > MAX_DEPTH:  # the parser would drop what lies deeper
            raise _too_deep()
        token.tag = _HEADINGS.get(token.tag, token.tag)
        token.attrs = {name: value for name, value in token.attrs.items() if name == "start"}
        if token.children:
            token.children = _honest(token.children)


def _honest(tokens: list[Token]) -> list[Token]:
    """Rewrite the links of a paragraph, innermost things first come first served: a link holds no other."""
    seen: list[Token] = []
    depth = start = 0
    for token in tokens:
        if token.type == "link_open":
            depth += 1
            start = len(seen) if depth == 1 else start
        if token.type in {"s_open", "s_close"}:
            token.tag = "del"
        if token.type not in {"link_open", "link_close"} or depth == 1:
            seen.append(token)
        if token.type == "link_close":
            depth -= 1
            if depth == 0:
                seen[start:] = _honest_link(seen[start:], before=seen[start - 1] if start else None)
    return seen


def _honest_link(tokens: list[Token], *, before: Token | None) -> list[Token]:
    """Give a link that shows where it goes; what was meant as a picture becomes its words."""
    opening, *inside, closing = tokens
    address = str(opening.attrs.get("href", ""))
    shown = "".join(" " if token.type.endswith("break") else token.content for token in inside).strip()
    if not opening.markup and before is not None and before.type == "text" and before.content.endswith("!"):
        before.content = before.content[:-1]
        return inside if shown else [_text(address)]
    if not is_safe_address(address):
        return inside
    title = " ".join(_UNSEEN.sub("", str(opening.attrs.get("title", ""))).split())[:MAX_LINK_TITLE]
    opening.attrs = {"href": address, "title": title} if title else {"href": address}
    return [opening, *inside, _text(_note(shown, address)), closing]


def _note(shown: str, address: str) -> str:
    """Give what must stand after a link's text so that nobody is led where they did not mean to go."""
    if mail := _MAIL.fullmatch(address):
        target = mail["address"]
        plain = shown.lower().removeprefix("mailto:") == target.lower()
    elif external := _EXTERNAL.fullmatch(address):
        target = external["host"].lower()
        bare = shown.lower().removeprefix("https://").removeprefix("http://")
        rest = bare.removeprefix(target)
        plain = bare.startswith(target) and rest[:1] in {"", "/", "?", "#"} and len(rest.split()) <= 1
    else:
        target = address
        plain = bool(shown) and not is_link_like(shown)
    if plain:
        return ""
    return f" ({target})" if shown else target


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


_MARKDOWN: Final = _markdown()
"""One for all threads: it holds rules only, the state of a parse lives in the call."""


# Cleaning


def _clean(unclean: str) -> str:
    """Keep what the allow-list names, twice, by two sanitisers that have nothing in common."""
    return _nh3(_bleach(unclean)).strip()


def _bleach(unclean: str) -> str:
    """Clean with bleach; a Cleaner has state, so each call makes its own."""
    attributes: dict[str, Callable[[str, str, str], bool]] = dict.fromkeys(("a", "ol", "code"), _allows_escaped)
    cleaner = Cleaner(
        tags=TAGS,
        attributes=attributes,
        protocols=SCHEMES,
        strip=False,
        strip_comments=True,
    )
    return cleaner.clean(unclean)


def _nh3(clean: str) -> str:
    return nh3.clean(
        clean,
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}},
        attribute_filter=lambda tag, name, value: value if _allows(tag, name, value) else None,
        url_schemes=SCHEMES,
        link_rel=LINK_REL,
        strip_comments=True,
    )


def _allows(tag: str, name: str, value: str) -> bool:
    """Say whether an attribute may stay, by its value."""
    match tag, name:
        case "a", "title":
            return True
        case "a", "href":
            return is_safe_address(value)
        case "a", "rel":  # nh3 writes it and then asks about it
            return value == LINK_REL
        case "ol", "start":
            return _START.fullmatch(value) is not None
        case "code", "class":
            return value.startswith("language-") and _LANGUAGE.fullmatch(value, len("language-")) is not None
    return False


def _allows_escaped(tag: str, name: str, value: str) -> bool:
    """Ask the same for bleach, which leaves entities as they are."""
    return _allows(tag, name, html.unescape(value))


def _plain(text: str) -> str:
    return f"<p>{_escape(text).replace(chr(10), '<br>')}</p>"


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


class _Words(HTMLParser):
    """Collects the text of safe HTML, a space between blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.size = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._space_around(tag)

    def handle_endtag(self, tag: str) -> None:
        self._space_around(tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
        self.size += len(data)

    def _space_around(self, tag: str) -> None:
        if tag not in _INLINE_TAGS:
            self.parts.append(" ")
