"""A practice sat with alone: the same room with one seat, whose time begins when whoever sits there says so."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from community.members.models import Member
from community.practices.library import Practice
from community.practices.schema import Kind, Plan
from community.sits.plan import PhaseName
from community.sits.wire import course_data

SETTLING_S: Final = 15  # a few breaths between "Begin" and the first bell
KEPT_S: Final = 24 * 60 * 60  # how long a browser may open the page by itself

_FIRST_BELL: Final = datetime.fromtimestamp(0, UTC)
_BEFORE: Final = {PhaseName.SCHEDULED, PhaseName.DOORS, PhaseName.SETTLING}  # there are no doors where nobody comes


def plan_alone(plan: Plan) -> Plan:
    """Give the plan as one sits by it alone: the circle needs others."""
    return replace(plan, segments=tuple(each for each in plan.segments if each.kind is not Kind.CIRCLE), circle_s=None)


def alone_data(practice: Practice, member: Member) -> dict[str, Any]:
    """Give what a browser needs for a sit of its own; times are milliseconds from its first bell."""
    course = course_data(plan_alone(practice.plan), _FIRST_BELL)
    phases = [phase for phase in course["phases"] if phase["phase"] not in _BEFORE]
    settling = {"phase": PhaseName.SETTLING.value, "from_ms": -SETTLING_S * 1000, "segment": None}
    you = {"id": "you", "name": member.name, "initials": member.initials, "teacher": False, "away": False, "order": 0}
    return {
        **course,
        "sit": f"alone:{practice.key}",
        "phases": [settling, *phases],
        "practice": practice.key,
        "version": practice.version,
        "you": you,
        "zone": member.zone,
    }
