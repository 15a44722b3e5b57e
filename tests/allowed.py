"""What rendered text may hold, asked of two parsers that took no part in the rendering.

The list is written down a second time on purpose: a slip in the renderer's own list must not hide itself.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from community.errors import Invalid
from community.text import safe_html

html5lib: Any = import_module("bleach._vendor.html5lib")
"""The standard's way of parsing, as a reader only; its types are not published."""

BLOCKS = {"p", "pre", "blockquote", "ul", "ol", "li", "h2", "h3", "h4", "hr"}
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
WORDS = {"a", "br", "strong", "em", "del", "sup", "code"}
TAGS = BLOCKS | TABLE | WORDS
VOID = {"br", "hr"}
REL = "nofollow ugc noopener"
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?(:\d{1,5})?", re.IGNORECASE)


def assert_allowed(html: str) -> None:
    """Fail unless every tag, attribute and value is one that a page may show."""
    written = Written()
    written.feed(html)
    written.close()
    assert not written.open, f"never closed: {written.open}"
    for tag, attributes in (*written.seen, *_as_a_browser_reads(html)):
        assert tag in TAGS, f"<{tag}> is not on the list"
        for name, value in attributes.items():
            assert_allowed_value(tag, name, value)
        assert tag != "a" or attributes.get("rel") == REL, "a link without rel"


def assert_allowed_or_refused(source: str) -> None:
    """Fail unless this source is rendered inside the list, or kindly refused."""
    try:
        html = safe_html(source)
    except Invalid:
        return
    assert_allowed(html)


def assert_allowed_value(tag: str, name: str, value: str) -> None:
    """Fail unless this attribute may stand on this tag with this value."""
    match tag, name:
        case "a", "href":
            assert_allowed_address(value)
        case "a", "title":
            assert len(value) <= 200
        case "a", "rel":
            assert value == REL
        case "ol", "start":
            assert re.fullmatch(r"\d{1,9}", value)
        case "code", "class":
            assert re.fullmatch(r"language-[a-z0-9+-]{1,20}", value)
        case _:
            raise AssertionError(f"{name} is not allowed on <{tag}>")


def assert_allowed_address(address: str) -> None:
    """Fail unless the address leads to a host by http, to a mailbox, or to a path of this site."""
    assert re.fullmatch(r"[!-~]+", address), f"signs in an address: {address!r}"
    assert not re.search(r"[\\\"<>`{}|^]", address), f"signs in an address: {address!r}"
    if address.startswith("/"):
        assert address[1:2] not in {"/", "\\"}
        return
    parts = urlsplit(address)
    assert parts.scheme in {"http", "https", "mailto"}, f"scheme of {address!r}"
    if parts.scheme == "mailto":
        assert re.fullmatch(r"[^@?&,%]+@[^@?&,%]+", parts.path)
        assert not parts.query
    else:
        assert HOST.fullmatch(parts.netloc), f"host of {address!r}"


class Written(HTMLParser):
    """Reads the letters as they are written: what is no plain tag or text fails at once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "an attribute twice"
        self.seen.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raise AssertionError(f"<{tag}/>: {attrs}")

    def handle_data(self, data: str) -> None:
        assert "<" not in data
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def _as_a_browser_reads(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the elements of the tree that the HTML standard's own way of parsing makes of it."""
    tree: Element = html5lib.parseFragment(html, container="div", namespaceHTMLElements=False)
    for element in tree.iter():
        if element is not tree:
            assert isinstance(element.tag, str), "a comment in the tree"
            yield element.tag, {str(name): value for name, value in element.attrib.items()}
