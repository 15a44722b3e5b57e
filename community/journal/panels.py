"""What the slices above lay below a page of a journal, for its writer: the journal does not know what it is.

A slice registers its own once, when it is imported::

    register_panel(Panel("passages/_of_page.html", load=panel_of_page))

    def panel_of_page(viewer: Member, page: Page) -> Mapping[str, Any]: ...

Its template finds what was returned as ``panel``, with ``page`` and ``viewer`` beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from community.journal.page import Page
from community.members.models import Member

Load = Callable[[Member, Page], Mapping[str, Any]]


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
