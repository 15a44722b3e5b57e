"""What happens to passages."""

from dataclasses import dataclass

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class PassageChanged(Event):
    """A passage that teachers read was answered or taken back, or one of them teaches no more.

    Who may have it open asks for it anew.
    """

    passage_id: int
    member_ids: tuple[int, ...]
