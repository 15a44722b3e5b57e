"""What the slices above lay below a page of a journal, for its writer, and of which pages something is shared.

The journal does not know what either of them is.

A slice registers its own once, when it is imported::

    register_panel(Panel("passages/_of_page.html", load=panel_of_page))

    def panel_of_page(viewer: Member, page: Page) -> Mapping[str, Any]: ...

Its template finds what was returned as ``panel``, with ``page`` and ``viewer`` beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from community.journal.page import Page
from community.members.models import Member

Load = Callable[[Member, Page], Mapping[str, Any]]
Shared = Callable[[Member, Sequence[int]], AbstractSet[int]]


@dataclass(frozen=True)
class Panel:
    """How a panel is drawn, and where its content comes from."""

    template: str
    load: Load


@dataclass(frozen=True)
class Filled:
    """A panel that is ready to be drawn."""

    template: str
    content: Mapping[str, Any]


_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Take a slice's panel; the same template again replaces it."""
    _panels[panel.template] = panel


def panels_below(viewer: Member, page: Page) -> list[Filled]:
    """Load the panels of a page for its writer, in the order in which they were registered."""
    return [Filled(panel.template, panel.load(viewer, page)) for panel in _panels.values()]


_shared: list[Shared] = []


def register_shared(asked: Shared) -> None:
    """Take how a slice says of which pages something is shared, by their ids; the same again is fine."""
    if asked not in _shared:
        _shared.append(asked)


def shared_among(viewer: Member, pages: Sequence[Page]) -> AbstractSet[int]:
    """Give the ids of those pages of the viewer's own of which somebody else may read something now."""
    ids = [page.id for page in pages]
    return {found for asked in _shared for found in asked(viewer, ids)} if ids else set()
