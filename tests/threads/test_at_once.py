"""What happens to a writer while they wait for a thread that somebody else is writing in."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from community.clock import now
from community.db import session, transaction
from community.groups.models import Belonging, Group, GroupStatus, Membership, Role
from community.members.models import Member
from community.threads import actions, queries
from community.threads.models import PostStatus
from community.threads.wording import post_text
from tests.factories import inside, make_thread
from tests.groups.test_races import Beside
from tests.moderation.conftest import engine  # noqa: F401 - the desk's fixture serves here too
from tests.people import People
from tests.threads import scenes

ON_POSTGRESQL = pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=pytest.mark.services)], indirect=True
)  # SQLite has one writer: nobody reads while another's transaction is open


def removed(row: Membership) -> None:
    row.status = Belonging.REMOVED


def muted(row: Membership) -> None:
    row.muted_until = now() + timedelta(days=1)


def archived(row: Membership) -> None:
    session().get_one(Group, row.group_id).status = GroupStatus.ARCHIVED


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("change", [removed, muted, archived])
def test_what_changed_while_one_waited_for_the_thread_counts(
    people: People, change: Callable[[Membership], None]
) -> None:
    thread = make_thread(people.group, people.jonah)
    text = post_text("I was on my way.")

    def write() -> None:
        by = session().get_one(Member, people.ines.id)
        actions.write_post(by=by, thread=queries.thread_to_write_in(by, thread.id), text=text, at=now())

    with inside(), transaction() as rows:
        queries.thread_to_write_in(rows.get_one(Member, people.maren.id), thread.id)
        writer = Beside(write)
        writer.join(0.5)
        assert writer.is_alive(), "the writer waits for the thread"
        change(rows.get_one(Membership, (people.group.id, people.ines.id)))
    assert writer.ended() == ("NotFound" if change is removed else "NotAllowed")
    assert len(scenes.posts_in(thread)) == 1


@ON_POSTGRESQL
@pytest.mark.usefixtures("engine")
def test_a_teacher_released_while_waiting_hides_nothing(people: People) -> None:
    thread = make_thread(people.group, people.jonah)
    (post,) = scenes.posts_in(thread)

    def hide() -> None:
        by = session().get_one(Member, people.tomasz.id)
        actions.hide(by=by, post=queries.post_to_keep(by, post.id), at=now())

    with inside(), transaction() as rows:
        queries.thread_to_write_in(rows.get_one(Member, people.maren.id), thread.id)
        second = Beside(hide)
        second.join(0.5)
        rows.get_one(Membership, (people.group.id, people.tomasz.id)).role = Role.MEMBER
    assert second.ended() == "NotAllowed"
    assert scenes.fresh(post).status is PostStatus.VISIBLE
