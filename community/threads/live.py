"""Who has a thread open, and the signals they get; what a post says, each of them asks for over HTTP."""

from typing import Any

from community.live import Call, command, tell, thread_room, unwatch, watch
from community.threads import queries
from community.threads.facts import PostChanged, PostWritten


@command("thread:watch", thread=int)
def watch_thread(call: Call, *, thread: int) -> dict[str, Any]:
    """Let somebody who may read a thread hear of its posts; gives the last position there is."""
    found = queries.thread_for(call.by, thread)
    watch(call, thread_room(found.id), group_id=found.group_id)
    return {"last": found.last_position}


@command("thread:unwatch", thread=int)
def unwatch_thread(call: Call, *, thread: int) -> None:
    """Let somebody hear of a thread no longer; one that they never heard is fine."""
    unwatch(call, thread_room(thread))


def on_post_written(fact: PostWritten) -> None:
    """Tell those who have the thread open."""
    where = {"thread": fact.thread_id, "post": fact.post_id, "position": fact.position}
    tell(thread_room(fact.thread_id), "post:written", where)


def on_post_changed(fact: PostChanged) -> None:
    """Tell those who have the thread open to read the post again."""
    tell(thread_room(fact.thread_id), "post:changed", {"thread": fact.thread_id, "post": fact.post_id})
