"""Which posts wait for a teacher's reading: one pure rule."""

from community.groups.models import Group, Holding, Membership
from community.threads.models import HeldFor, PostStatus

FIRST_POSTS_AT_MOST = 20  # a group may ask to read so many posts of somebody new; none are counted beyond


def held_for(group: Group, membership: Membership) -> HeldFor | None:
    """Say why what this member writes waits for a teacher's reading; None where it does not.

    A teacher's post never waits. A newcomer is one of whom fewer posts stand in this group than it reads first.
    """
    if membership.is_teacher or group.holding is Holding.NOTHING:
        return None
    if group.holding is Holding.EVERYTHING:
        return HeldFor.EVERYTHING
    return HeldFor.NEWCOMER if membership.posts_let_through < group.held_first_posts else None


def status_of_new_post(group: Group, membership: Membership) -> tuple[PostStatus, HeldFor | None]:
    """Say where a new post by this member begins, and why it waits if it does."""
    reason = held_for(group, membership)
    return (PostStatus.VISIBLE if reason is None else PostStatus.HELD), reason
