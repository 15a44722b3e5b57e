"""The journal in the room of a sit: where one stands before, and what there is to say after. All of it may be left."""

from datetime import datetime
from typing import Any

from community.journal import queries
from community.journal.forms import PageForm
from community.journal.scales import SCALES
from community.members.models import Member
from community.sits.panels import RoomPanel, register_room_panel
from community.sits.plan import PhaseName
from community.sits.sit import Sit

BEFORE = frozenset({PhaseName.SCHEDULED, PhaseName.DOORS, PhaseName.SETTLING})


def load(viewer: Member, sit: Sit, at: datetime) -> dict[str, Any] | None:
    """Give the forms of a sit, and the page that is there of it already; nothing for one that was not sat."""
    logged, page = queries.page_in_log(viewer, sit.series.id, sit.planned_at)
    phase = sit.phase(at).name
    if sit.is_called_off or (phase is PhaseName.CLOSED and logged is None):
        return None
    return {
        "form": PageForm(formdata=None),
        "scales": SCALES,
        "page": page,
        "has_before": page is not None and (bool(page.before) or not page.is_open),
        "has_after": page is not None and (bool(page.after) or page.has_words or not page.is_open),
        "is_before": phase in BEFORE,
    }


def register() -> None:
    """Lay the journal in the room."""
    register_room_panel(
        RoomPanel(name="journal", before="journal/_before.html", after="journal/_after.html", load=load)
    )
