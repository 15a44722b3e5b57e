"""What the slices above lay in the room of a sit: the journal lies above sits and is not known here.

A slice registers its part once, when it is imported. ``load`` is called for somebody who may read the group, and gives
what the templates find as ``panel``, or None where there is nothing to show; ``sit`` and ``phase`` stand beside it.
``before`` is shown until the first bell, ``after`` from the closing bell on; neither ever stands at the way out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from community.members.models import Member
from community.sits.sit import Sit

Load = Callable[[Member, Sit, datetime], Mapping[str, Any] | None]


@dataclass(frozen=True)
class RoomPanel:
    """A part of the room that a slice above supplies."""

    name: str
    before: str
    after: str
    load: Load


@dataclass(frozen=True)
class Filled:
    """A part that is ready to be drawn."""

    before: str
    after: str
    content: Mapping[str, Any]


_panels: dict[str, RoomPanel] = {}


def register_room_panel(panel: RoomPanel) -> None:
    """Take a slice's part of the room; the same name again replaces it."""
    _panels[panel.name] = panel


def panels_of_room(viewer: Member, sit: Sit, at: datetime) -> list[Filled]:
    """Load the parts of a room for somebody who may read the group."""
    loaded = ((panel, panel.load(viewer, sit, at)) for panel in _panels.values())
    return [Filled(panel.before, panel.after, content) for panel, content in loaded if content is not None]
