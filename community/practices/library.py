"""Practices as pages show them, and those that every community begins with: files in ``starter/``, in our own words.

The files are read when this module is, so that a practice that breaks a rule never leaves them. One that is changed
gets the next version, and what it said before is kept in ``starter/earlier/``: a sit may have been planned with it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from community.groups.models import Group
from community.practices.kinds import System, Trigger
from community.practices.schema import Plan
from community.text import safe_html

GENERAL_CARE: Final = (
    "Your eyes may stay open.",
    "Breath, hands, sounds or something you can see: rest your attention wherever is kind today.",
    "Moving, pausing or leaving is part of the practice. Nobody asks why.",
)

_STARTER: Final = Path(__file__).with_name("starter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A version of a practice. ``plan`` has its key as id, and its title and version; ``group`` is None for our own.

    ``changed`` is what its writer said that changed with this version. ``is_plain`` are sits with hardly a word, which
    are for no moment in particular. ``about`` is Markdown.
    """

    key: str
    version: int
    title: str
    lead: str
    plan: Plan
    nourishes: System
    meets: tuple[Trigger, ...]
    teacher_led: bool
    about: str
    about_html: str
    group: Group | None = None
    written_by: str = ""
    changed_at: datetime | None = None
    changed: str = ""
    is_withdrawn: bool = False
    is_plain: bool = False

    @property
    def minutes(self) -> int:
        """Give how long the sit lasts, its circle left out."""
        return round(self.plan.total_s / 60)


def read_practice(text: str) -> Practice:
    """Read a practice of our own from a starter file; the care that holds for all is added to its own."""
    data = tomllib.loads(text)
    plan = Plan.from_json(data["plan"] | {"care": [*data["plan"]["care"], *GENERAL_CARE]})
    return Practice(
        key=plan.id,
        version=plan.version,
        title=plan.title,
        lead=data["lead"],
        plan=plan,
        about=data["about"].strip(),
        about_html=safe_html(data["about"].strip()),
        **_purpose(data),
    )


def _purpose(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "nourishes": System(data["nourishes"]),
        "meets": tuple(Trigger(each) for each in data["meets"]),
        "teacher_led": data.get("teacher_led", False),
        "is_plain": data.get("is_plain", False),
    }


def _read_all(folder: Path) -> list[Practice]:
    return [read_practice(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]


STARTER: Final[Mapping[str, Practice]] = MappingProxyType({practice.key: practice for practice in _read_all(_STARTER)})
EARLIER: Final[Mapping[tuple[str, int], Practice]] = MappingProxyType(
    {(practice.key, practice.version): practice for practice in _read_all(_STARTER / "earlier")}
)
