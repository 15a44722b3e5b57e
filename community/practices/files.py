"""A practice as a file: what ``plan.json`` holds, written and read. ``docs/plan-schema.md`` tells what stands in it.

Pure. Whatever the file, it is a draft that its teacher may look at, or one clear sentence.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from community.errors import Invalid
from community.practices.draft import Draft, draft_of
from community.practices.kinds import System, Trigger
from community.practices.library import Practice

FILE_MOST: Final = 64 * 1024
_DEEPEST: Final = 8


class UnreadableFile(Invalid):
    """A file that is no practice; the sentence says what would be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a file says, to be looked at before it is kept."""

    draft: Draft
    lead: str = ""
    about: str = ""
    nourishes: System | None = None
    meets: tuple[Trigger, ...] = ()


def written(practice: Practice) -> str:
    """Write a practice as a file."""
    data = {
        "lead": practice.lead,
        "about": practice.about,
        "nourishes": practice.nourishes.value,
        "meets": [trigger.value for trigger in practice.meets],
        "teacher_led": practice.teacher_led,
        "plan": practice.plan.to_json(),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def read_file(content: bytes) -> Given:
    """Read a file that somebody brought: a practice as we write it, or a plan alone. Raises UnreadableFile."""
    data = _data(content)
    inner = data.get("plan")
    plan = inner if isinstance(inner, Mapping) else data
    if "segments" not in plan:
        raise UnreadableFile("This file holds no plan: there are no segments in it.", field="plan")
    about = plan is not data
    nourishes = data.get("nourishes") if about else None
    meets = data.get("meets") if about else None
    known = {trigger.value: trigger for trigger in Trigger}
    return Given(
        draft=draft_of(plan, teacher_led=about and data.get("teacher_led") is True),
        lead=_words(data.get("lead"), 1_000) if about else "",
        about=_words(data.get("about"), 40_000) if about else "",
        nourishes=next((system for system in System if system.value == nourishes), None),
        meets=tuple(known[each] for each in (meets if isinstance(meets, list) else []) if _names(each, known)),
    )


def _names(value: object, known: Mapping[str, Trigger]) -> bool:
    return isinstance(value, str) and value in known


def _data(content: bytes) -> dict[str, Any]:
    if len(content) > FILE_MOST:
        raise UnreadableFile(f"This file is larger than {FILE_MOST // 1024} kB, and no plan is.", field="plan")
    if not content.strip():
        raise UnreadableFile("Choose a file first, one that was saved from a practice.", field="plan")
    told = "This is not a file that we can read. It is text that begins with { and holds a plan."
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(told, field="plan") from error
    if not isinstance(data, dict) or _depth(data) > _DEEPEST:
        raise UnreadableFile(told, field="plan")
    return data


def _depth(value: object, at: int = 1) -> int:
    """Say how deep a file's data goes, as far as it matters."""
    if at > _DEEPEST:
        return at
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((_depth(each, at + 1) for each in inner), default=at)


def _words(value: object, most: int) -> str:
    if not isinstance(value, str):
        return ""
    return value[:most].replace("\x00", "").encode("utf-8", "replace").decode()
