"""The signal that something was put down; what it is, a page asks for over HTTP."""

from community.live import member_room, tell
from community.notifications.facts import NoticesMade


def on_notices_made(fact: NoticesMade) -> None:
    """Let the members' open pages know."""
    for member_id in fact.member_ids:
        tell(member_room(member_id), "notice:arrived", {})
