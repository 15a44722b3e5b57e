"""The demo's own practice: written by one teacher, changed by another, and a sit that keeps it as it was."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from community.groups.models import Group
from community.members.models import Member
from community.practices import actions
from community.practices.kinds import System, Trigger
from community.practices.library import Practice
from community.practices.models import WrittenPractice
from community.practices.queries import practice_for
from community.practices.said import PracticeText, practice_text

FILE: Final = Path(__file__).with_name("practices.toml")


def read_versions() -> list[tuple[dict[str, Any], PracticeText]]:
    """Read the versions, rendered; nothing of it belongs into a transaction."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))["versions"]
    return [(version, _said(version)) for version in told]


def write_practices(
    versions: list[tuple[dict[str, Any], PracticeText]],
    people: Mapping[str, Member],
    group: Group,
    *,
    plan_a_sit: Callable[[Practice], None],
    at: datetime,
) -> WrittenPractice:
    """Write the first version, let a sit be planned with it, and change it afterwards."""
    (first, said), *later = versions
    author = people[first["by"]]
    practice = actions.write_practice(by=author, group=group, said=said, at=at - timedelta(days=first["days"]))
    plan_a_sit(practice_for(author, practice.key))
    for number, (told, then) in enumerate(later, start=1):
        actions.edit_practice(
            by=people[told["by"]],
            practice=practice,
            said=then,
            version=number,
            changed=told["changed"],
            at=at - timedelta(days=told["days"]),
        )
    return practice


def _said(told: Mapping[str, Any]) -> PracticeText:
    segments = told["segments"]
    return practice_text(
        title=told["title"],
        lead=told["lead"],
        plan={"total_s": segments[-1]["at_s"], "segments": segments, "care": told["care"]},
        nourishes=System.SOOTHING,
        meets=[Trigger.ENDING_ON_TIME],
        teacher_led=False,
        about=told["about"],
    )
