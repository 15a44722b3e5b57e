"""What a page offers is what the permission table allows: every reader, state of a post and state of a group."""

from datetime import timedelta
from itertools import product

import pytest

from community.clock import now
from community.db import session
from community.groups.models import GroupStatus
from community.members.models import Member
from community.permissions import Act, may
from community.threads import queries
from community.threads.models import HeldFor, Post, PostStatus, Thread
from community.threads.rights import rights_in
from tests.factories import inside, make_post, make_thread
from tests.people import People
from tests.threads import scenes

GROUPS = ("kept", "archived", "muted reader")
ACTS = {
    "may_edit": Act.EDIT_POST,
    "may_withdraw": Act.WITHDRAW_POST,
    "may_flag": Act.FLAG_POST,
    "may_hide": Act.HIDE_POST,
    "may_restore": Act.RESTORE_POST,
    "may_read_history": Act.READ_HISTORY,
}


@pytest.mark.parametrize(("who", "group"), list(product(("maren", "ines", "jonah"), GROUPS)))
def test_what_a_page_offers_is_what_the_table_allows(people: People, who: str, group: str) -> None:
    reader: Member = getattr(people, who)
    thread = make_thread(people.group, people.jonah)
    posts = [
        make_post(
            thread,
            writer,
            status=status,
            position=None if status is PostStatus.HELD else number,
            held_for=HeldFor.NEWCOMER if status is PostStatus.HELD else None,
        )
        for number, (writer, status) in enumerate(product((people.maren, people.ines, people.jonah), PostStatus), 2)
    ]
    scenes.change(thread, last_position=20)
    if group == "archived":
        scenes.change(people.group, status=GroupStatus.ARCHIVED)
    if group == "muted reader":
        scenes.change(scenes.membership(reader, people.group), muted_until=now() + timedelta(hours=1))
    seen = 0
    with inside():
        at, viewer = now(), session().get_one(Member, reader.id)
        opened = queries.open_thread(viewer, thread.id).thread
        rights = rights_in(viewer, opened, at=at)
        assert rights.answers == may(viewer, Act.WRITE_POST, opened, at=at)
        for shown in queries.page_of_posts(viewer, opened, 1):
            post = session().get_one(Post, shown.id)
            for name, act in ACTS.items():
                assert getattr(rights, name)(shown) == may(viewer, act, post, at=at), (
                    name,
                    post.status,
                    post.author_id,
                )
            seen += 1
    assert seen == len(posts) + 1 - 2  # what is held by others is not on the page


@pytest.mark.parametrize("status", list(PostStatus))
def test_answering_is_offered_in_a_thread_that_stands(people: People, status: PostStatus) -> None:
    thread = make_thread(people.group, people.jonah, status=status)
    with inside():
        viewer, found = session().get_one(Member, people.jonah.id), session().get_one(Thread, thread.id)
        assert rights_in(viewer, found, at=now()).answers == (status is PostStatus.VISIBLE)
