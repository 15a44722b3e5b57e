"""Every kind of page that people meet: found by following links, once, and again where it shows something new."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import APIRequestContext

# So many pages of a kind are read for what they hold, for each person who follows links.
READ_OF_A_KIND = 8
KIND = (
    (re.compile(r"/groups/(?!new$)[^/]+"), "/groups/*"),
    (re.compile(r"^/programmes/[^/]+/[^/]+$"), "/programmes/*/*"),
    (re.compile(r"/programmes/[^/]+"), "/programmes/*"),
    (re.compile(r"^/practices/(?!new$)[^/?]+"), "/practices/*"),
    (re.compile(r"/sits/(?!new$)[^/]+"), "/sits/*"),
    (re.compile(r"^/(invitations|joining|reset)/[^/]+"), r"/\1/*"),
    (re.compile(r"\d+"), "*"),
    (re.compile(r"=[^&]+"), "=*"),
)


@dataclass
class Atlas:
    """What kinds of pages are known, and which pieces have been seen on each."""

    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def explore(self, asking: APIRequestContext, start: str) -> list[str]:
        """Follow links from a page on; gives the addresses of those that show what no page of their kind has shown."""
        todo, known = deque([start]), {start}
        read: dict[str, int] = defaultdict(int)
        found: list[str] = []
        while todo:
            path = todo.popleft()
            kind = kind_of(path)
            if read[kind] >= READ_OF_A_KIND:
                continue
            read[kind] += 1
            answer = asking.get(path)
            assert answer.status < 400, f"{path} answers {answer.status}, and a link leads there"
            page = Pieces.of(answer.text())
            landed = kind_of(urlsplit(answer.url).path)
            if page.pieces - self.seen[landed]:
                self.seen[landed] |= page.pieces
                found.append(path)
            for link in page.links:
                address = inside(link, answer.url)
                if address and address not in known:
                    known.add(address)
                    todo.append(address)
        return found


def kind_of(path: str) -> str:
    """Give what a path has in common with others of its kind."""
    for pattern, sign in KIND:
        path = pattern.sub(sign, path)
    return path


def inside(link: str, base: str) -> str | None:
    """Give a link as a path of ours with its question; None where it leads elsewhere or to a file."""
    address, home = urlsplit(urljoin(base, link)), urlsplit(base)
    file = address.path.startswith("/static/") or address.path.endswith(".json")
    if address.netloc != home.netloc or address.scheme != home.scheme or file:
        return None
    return address.path + (f"?{address.query}" if address.query else "")


class Pieces(HTMLParser):
    """The links of a page, and the pieces that it is made of: elements with their classes, kinds and roles."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pieces: set[str] = set()

    @classmethod
    def of(cls, html: str) -> "Pieces":
        """Read a page."""
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        self.pieces.update(self._marks(tag, said))

    @staticmethod
    def _marks(tag: str, said: dict[str, str]) -> Iterator[str]:
        about = [said[name] for name in ("type", "role") if name in said]
        about += [name for name in said if name.startswith("aria-") or name in {"disabled", "open", "required"}]
        for name in said.get("class", "").split() or [""]:
            yield " ".join([tag, name, *about])
