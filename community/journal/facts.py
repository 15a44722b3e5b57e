"""What happens to journals; what stood in them is in no fact."""

from dataclasses import dataclass

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class PageErased(Event):
    """A member erases a page: announced just before its row goes, so that what hangs from it can still be found."""

    member_id: int
    entry_id: int


@dataclass(frozen=True, kw_only=True)
class JournalErased(Event):
    """A member erases all of their journal: announced just before its rows go, as above."""

    member_id: int
