"""What happens to threads and posts."""

from dataclasses import dataclass

from community.events import Event
from community.threads.models import HeldFor


@dataclass(frozen=True, kw_only=True)
class PostWritten(Event):
    """A post has taken its place, at once or when it was let through: everybody in the group may read it."""

    group_id: int
    thread_id: int
    post_id: int
    position: int


@dataclass(frozen=True, kw_only=True)
class PostHeld(Event):
    """A post waits for a teacher's reading; nobody but its writer and the desk knows of it."""

    group_id: int
    thread_id: int
    post_id: int
    author_id: int
    held_for: HeldFor


@dataclass(frozen=True, kw_only=True)
class PostChanged(Event):
    """A post that stands in its place reads otherwise now: edited, hidden, restored, returned or withdrawn."""

    group_id: int
    thread_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class PostWithdrawn(Event):
    """A writer took a post back, held or not: nobody needs to decide on it any more."""

    group_id: int
    thread_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class PostReturned(Event):
    """A teacher gave a post back to its writer, held or not: it will not stand in the thread again."""

    group_id: int
    thread_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class PostEditedUnread(Event):
    """A post that stands was edited where what its writer writes waits for a reading: the new words had none yet."""

    group_id: int
    thread_id: int
    post_id: int
    author_id: int
    held_for: HeldFor
