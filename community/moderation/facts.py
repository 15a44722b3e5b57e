"""What happens on the desk."""

from dataclasses import dataclass

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseDecided(Event):
    """A teacher has decided; the thing itself has announced its own change."""

    case_id: int
    group_id: int
