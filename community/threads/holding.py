"""Which posts wait for a teacher's reading: one pure rule."""

from community.groups.models import Group, Holding, Membership
from community.threads.models import HeldFor, PostStatus


def status_of_new_post(group: Group, membership: Membership) -> tuple[PostStatus, HeldFor | None]:
    """Say where a new post by this member begins, and why it waits if it does.

    A teacher's post never waits. A newcomer is one of whom fewer posts stand in this group than it reads first.
    """
    if membership.is_teacher or group.holding is Holding.NOTHING:
        return PostStatus.VISIBLE, None
    if group.holding is Holding.EVERYTHING:
        return PostStatus.HELD, HeldFor.EVERYTHING
    if membership.posts_let_through < group.held_first_posts:
        return PostStatus.HELD, HeldFor.NEWCOMER
    return PostStatus.VISIBLE, None
