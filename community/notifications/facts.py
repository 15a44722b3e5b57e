"""What happens to notices."""

from dataclasses import dataclass

from community.events import Event


@dataclass(frozen=True, kw_only=True)
class NoticesMade(Event):
    """Something was put down for these members; their open pages may ask whether it is new to them."""

    member_ids: tuple[int, ...]
