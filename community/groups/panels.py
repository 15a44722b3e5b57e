"""What the slices above lay on a group's pages: threads, sits and the desk lie above groups and are not known here.

The group's page and the rows of its list of members are put together from panels. A slice registers its own once,
when it is imported::

    register_panel(Panel(name="threads", order=20, template="threads/_panel.html", load=panel_of_threads))

    def panel_of_threads(viewer: Member, group: Group, at: datetime, asked: Mapping[str, str]) -> dict[str, Any]: ...

``load`` is called for somebody who may read the group and gets the query of the page's address as ``asked``. Its
template finds what it returned as ``panel``, and ``group``, ``viewer`` and ``now()`` beside it. Panels stand in the
order of their numbers: next sits 10, threads 20.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from community.groups.models import Group
from community.members.models import Member

Load = Callable[[Member, Group, datetime, Mapping[str, str]], Mapping[str, Any]]


class Place(StrEnum):
    """Where a panel stands."""

    GROUP_PAGE = "group_page"
    MEMBER_ROW = "member_row"  # for teachers, once in each row of the list of members; ``membership`` is the row's


@dataclass(frozen=True)
class Panel:
    """A part of a page that a slice above supplies."""

    name: str
    order: int
    template: str
    load: Load
    place: Place = Place.GROUP_PAGE


@dataclass(frozen=True)
class Filled:
    """A panel that is ready to be drawn."""

    template: str
    content: Mapping[str, Any]


_panels: dict[tuple[Place, str], Panel] = {}


def register_panel(panel: Panel) -> None:
    """Take a slice's part of a page; the same name again replaces it."""
    _panels[panel.place, panel.name] = panel


def panels_for(place: Place, viewer: Member, group: Group, at: datetime, asked: Mapping[str, str]) -> list[Filled]:
    """Load the panels of a page for somebody who may read the group, in their order."""
    chosen = sorted((each for each in _panels.values() if each.place is place), key=lambda each: each.order)
    return [Filled(each.template, each.load(viewer, group, at, asked)) for each in chosen]
