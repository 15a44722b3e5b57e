"""The signal that a passage reads otherwise now; what it says, a page asks for over HTTP."""

from community.live import member_room, tell
from community.passages.facts import PassageChanged


def on_passage_changed(fact: PassageChanged) -> None:
    """Let the pages know that those who may read it have open."""
    for member_id in fact.member_ids:
        tell(member_room(member_id), "passage:changed", {"passage": fact.passage_id})
