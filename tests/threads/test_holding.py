"""Which posts wait: the whole table."""

import pytest

from community.groups.models import Belonging, Group, Holding, Membership, Role
from community.threads.holding import status_of_new_post
from community.threads.models import HeldFor, PostStatus

STANDS = (PostStatus.VISIBLE, None)

TABLE = [
    (holding, role, let_through, reads_first, expected)
    for holding, role, let_through, reads_first, expected in (
        (Holding.NOTHING, Role.MEMBER, 0, 1, STANDS),
        (Holding.NOTHING, Role.TEACHER, 0, 1, STANDS),
        (Holding.NEWCOMERS, Role.MEMBER, 0, 1, (PostStatus.HELD, HeldFor.NEWCOMER)),
        (Holding.NEWCOMERS, Role.MEMBER, 1, 1, STANDS),
        (Holding.NEWCOMERS, Role.MEMBER, 2, 3, (PostStatus.HELD, HeldFor.NEWCOMER)),
        (Holding.NEWCOMERS, Role.MEMBER, 3, 3, STANDS),
        (Holding.NEWCOMERS, Role.TEACHER, 0, 3, STANDS),
        (Holding.EVERYTHING, Role.MEMBER, 0, 1, (PostStatus.HELD, HeldFor.EVERYTHING)),
        (Holding.EVERYTHING, Role.MEMBER, 99, 1, (PostStatus.HELD, HeldFor.EVERYTHING)),
        (Holding.EVERYTHING, Role.TEACHER, 0, 1, STANDS),
    )
]


@pytest.mark.parametrize(("holding", "role", "let_through", "reads_first", "expected"), TABLE)
def test_where_a_new_post_begins(
    holding: Holding,
    role: Role,
    let_through: int,
    reads_first: int,
    expected: tuple[PostStatus, HeldFor | None],
) -> None:
    group = Group(holding=holding, held_first_posts=reads_first)
    membership = Membership(role=role, status=Belonging.ACTIVE, posts_let_through=let_through)
    assert status_of_new_post(group, membership) == expected
