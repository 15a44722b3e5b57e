"""What a phone fetches to see a page for the first time: counted exactly, from the page and its modules.

Counted is all that comes without anybody touching anything: the page, styles, the icon, every script of ours that
``app.js`` mounts for something on the page, at once or once it has settled, and what those import; but not what it
fetches only where a form was sent or a room was kept before, which is no first view. As it is sent, so
compressed where we compress. Not counted, as the bar has it: fonts, and the Socket.IO client, which comes last.
"""

import gzip
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

BEHAVIOR = re.compile(
    r'selector: "\[(?P<mark>[a-z-]+)\]", when: "(?P<when>\w+)", load: \(\) => import\("(?P<path>[^"]+)"\)'
)
IMPORTED = re.compile(r'(?:^|\s|\()(?:import|from)\s*\(?\s*"(?P<path>\.[^"]+)"')
# What is fetched only once this browser keeps something of the house.
LATER = re.compile(r'(?<!await )import\("(?P<path>[^"]+)"\)\.then\(\(module\)')
AFTER_A_TOUCH = "near"
NOT_COUNTED = "/vendor/"


@dataclass(frozen=True)
class Sent:
    """An answer: its text, and how many bytes came over the line."""

    text: str
    size: int


@dataclass(frozen=True)
class Part:
    """One request of the first view."""

    kind: str
    path: str
    size: int


Fetch = Callable[[str], Sent]


def sent(body: bytes, encoding: str | None = None) -> Sent:
    """Read an answer's body as it came over the line."""
    text = gzip.decompress(body) if encoding == "gzip" else body
    return Sent(text.decode("utf-8", "replace"), len(body))


def first_view(fetch: Fetch, page: str) -> list[Part]:
    """Give the requests for a page, in the order in which a browser comes upon them."""
    answer = fetch(page)
    named = _Named()
    named.feed(answer.text)
    parts = [Part("page", page, answer.size)]
    parts += [Part(kind, path, fetch(path).size) for kind, path in named.files]
    for script in named.scripts:
        parts += _modules(fetch, script, named.marks, {})
    return parts


def weight(parts: list[Part], kind: str = "") -> float:
    """Give the kilobytes of all parts, or of those of one kind."""
    return sum(part.size for part in parts if kind in {"", part.kind}) / 1000


class _Named(HTMLParser):
    """Collects what a page names: files to fetch, scripts, and the attributes by which behaviours are mounted."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.marks: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.marks |= given.keys()
        if any(given.get(name, "").startswith("data:") for name in ("href", "src")):
            return  # it came with the page
        if tag == "link" and given.get("rel") in {"stylesheet", "icon"}:
            self.files.append(("style" if given["rel"] == "stylesheet" else "picture", given["href"]))
        if tag == "img":
            self.files.append(("picture", given["src"]))
        if tag == "script" and "src" in given:
            self.scripts.append(given["src"])


def _modules(fetch: Fetch, path: str, marks: set[str], known: dict[str, Sent]) -> Iterator[Part]:
    """Follow imports, of behaviours only those that the page has something for and that need no touch."""
    if path in known or NOT_COUNTED in path:
        return
    known[path] = module = fetch(path)
    yield Part("script", path, module.size)
    passed_over = {
        found["path"]
        for found in BEHAVIOR.finditer(module.text)
        if found["mark"] not in marks or found["when"] == AFTER_A_TOUCH
    }
    passed_over |= {found["path"] for found in LATER.finditer(module.text)}
    for found in IMPORTED.finditer(module.text):
        if found["path"] not in passed_over:
            yield from _modules(
                fetch, posixpath.normpath(posixpath.join(posixpath.dirname(path), found["path"])), marks, known
            )
