"""What one reader may do on a page of posts: asked of the permission table once a page, not once a post.

The answers for each post follow from the table's own rules; a test holds them to it for every kind of reader,
every state of a post and every state of a group.
"""

from dataclasses import dataclass
from datetime import datetime

from community.members.models import Member
from community.permissions import Act, may
from community.threads.models import PostStatus, Thread
from community.threads.queries import ShownPost

EDITABLE = frozenset({PostStatus.VISIBLE, PostStatus.HELD})
WITHDRAWABLE = frozenset({PostStatus.VISIBLE, PostStatus.HELD, PostStatus.HIDDEN})


@dataclass(frozen=True)
class Rights:
    """What the reader of a page may do there."""

    writes: bool  # may write in the group now
    answers: bool  # and in this thread
    keeps: bool  # teaches the group, under its agreement

    def may_edit(self, post: ShownPost) -> bool:
        """Whether the reader may say it otherwise."""
        return self.writes and post.is_theirs and post.status in EDITABLE

    def may_withdraw(self, post: ShownPost) -> bool:
        """Whether the reader may take it back."""
        return post.is_theirs and post.status in WITHDRAWABLE

    def may_flag(self, post: ShownPost) -> bool:
        """Whether the reader may bring it to a teacher."""
        return not post.is_theirs and post.status is PostStatus.VISIBLE

    def may_hide(self, post: ShownPost) -> bool:
        """Whether the reader may hide it for now."""
        return self.keeps and not post.is_theirs and post.status is PostStatus.VISIBLE

    def may_restore(self, post: ShownPost) -> bool:
        """Whether the reader may show it again."""
        return self.keeps and not post.is_theirs and post.status is PostStatus.HIDDEN

    def may_read_history(self, post: ShownPost) -> bool:
        """Whether the reader may see what it said before."""
        return self.keeps or post.is_theirs


def rights_in(viewer: Member, thread: Thread, *, at: datetime) -> Rights:
    """Ask what a reader of this thread may do in it."""
    return Rights(
        writes=may(viewer, Act.OPEN_THREAD, thread, at=at),
        answers=may(viewer, Act.WRITE_POST, thread, at=at),
        keeps=may(viewer, Act.SEE_DESK, thread, at=at),
    )
