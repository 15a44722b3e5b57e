"""What a practice says, ready to be kept: rendered and checked before any lock is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from community import text
from community.errors import Invalid
from community.practices.draft import NO_ID
from community.practices.kinds import System, Trigger
from community.practices.models import CHANGED_LENGTH, LEAD_LENGTH
from community.practices.schema import Plan
from community.practices.segments import TITLE_MOST

ABOUT_MOST: Final = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeText:
    """All that a version of a practice says; made by ``practice_text`` only. ``plan`` has yet to get its name."""

    title: str
    lead: str
    plan: Mapping[str, Any]
    nourishes: System
    meets: tuple[Trigger, ...]
    teacher_led: bool
    about: str
    about_html: str

    def plan_of(self, key: str, version: int) -> dict[str, Any]:
        """Give the plan under its practice's name, with this title and version; raises UnsoundPlan."""
        return Plan.from_json({**self.plan, "id": key, "title": self.title, "version": version}).to_json()


def practice_text(
    *,
    title: str,
    lead: str,
    plan: Mapping[str, Any],
    nourishes: System,
    meets: Sequence[Trigger],
    teacher_led: bool,
    about: str,
) -> PracticeText:
    """Render a practice's text and read its plan; slow, so never inside a transaction. Raises Invalid."""
    tidy = text.tidy(about).strip()
    if len(tidy) > ABOUT_MOST:
        told = f"This has {len(tidy):,} characters, and {ABOUT_MOST:,} is the most. Please shorten it."
        raise Invalid(told, field="source")
    said = PracticeText(
        title=text.one_line(title, limit=TITLE_MOST, field="title", what="title"),
        lead=text.one_line(lead, limit=LEAD_LENGTH, field="lead", what="sentence under the title"),
        plan=plan,
        nourishes=nourishes,
        meets=tuple(meets),
        teacher_led=teacher_led,
        about=tidy,
        about_html=text.safe_html(tidy),
    )
    said.plan_of(NO_ID, 1)
    return said


def said_to_change(words: str) -> str:
    """Give the sentence on what changed, as it is kept; raises Invalid."""
    return text.one_line(words, limit=CHANGED_LENGTH, field="changed", what="sentence on what changed")
