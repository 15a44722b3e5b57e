"""What is unread, against a model that keeps every post and every reader's memory as plain lists."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.clock import now
from community.db import session, transaction
from community.groups import queries as groups
from community.groups.models import Group, Holding
from community.members.models import Member
from community.threads import actions, lists, queries
from community.threads.models import Post, PostStatus, Thread
from community.threads.wording import post_text
from tests.factories import inside, make_group
from tests.people import People

WORDS = post_text("I know this lean.")
PEOPLE = ("ines", "jonah", "maren")
DOINGS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(PEOPLE), st.sampled_from(["all", "none", "as read"])),
    st.tuples(st.just("read"), st.sampled_from(PEOPLE), st.integers(0, 14)),
    st.tuples(st.just("hold"), st.booleans()),
    st.tuples(st.just("let through"), st.integers(0, 5)),
    st.tuples(st.just("give back"), st.integers(0, 5)),
    st.tuples(st.just("withdraw"), st.integers(0, 14)),
    st.tuples(st.just("hide"), st.integers(0, 14)),
)


MOMENTS = (now() + timedelta(minutes=3 * each) for each in count())


def later() -> datetime:
    """Give a moment three minutes after the last one: nobody writes more in an hour than they may."""
    return next(MOMENTS)


@dataclass
class Model:
    """Posts by their place, and for each reader how far they have come: no stored counter, no mark in SQL."""

    places: list[int] = field(default_factory=list)  # ids of posts, in the order in which they took their place
    waiting: list[int] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    status: dict[int, PostStatus] = field(default_factory=dict)
    writer: dict[int, str] = field(default_factory=dict)

    def put(self, who: str, post: int, read_to: int | None) -> None:
        """A post takes the next place; its writer has read it too, unless something before it is still unread."""
        before = len(self.places)
        self.places.append(post)
        self.status[post] = PostStatus.VISIBLE
        seen = max(self.read.get(who, 0), before if read_to is None else min(read_to, before))
        self.read[who] = before + 1 if seen == before else seen

    def fresh(self, who: str) -> str:
        unread = [place for place in range(1, len(self.places) + 1) if place > self.read.get(who, 0)]
        if not unread:
            return ""
        if not self.read.get(who):
            return "new"
        return "1 new reply" if len(unread) == 1 else f"{len(unread)} new replies"

    def first_unread(self, who: str) -> int:
        place = min(self.read.get(who, 0) + 1, len(self.places))
        return self.places[place - 1]


class Town:
    """The real thing: one thread, three people, every act in a transaction of its own."""

    def __init__(self, people: People) -> None:
        self.people, self.model = people, Model()
        members = {name: getattr(people, name) for name in PEOPLE}
        self.group = make_group(f"Town {now().timestamp()}", teachers=[members["maren"]], members=[
            members["ines"], members["jonah"], people.tomasz])  # fmt: skip
        self.ids = {name: member.id for name, member in members.items()}
        with inside(), transaction():
            by = session().get_one(Member, people.tomasz.id)
            group = session().get_one(Group, self.group.id)
            thread = actions.open_thread(by=by, group=group, title="The lean", text=WORDS, at=later())
            self.thread_id = thread.id
            self.model.put("tomasz", session().query(Post).filter_by(thread_id=thread.id).one().id, None)

    def do(self, doing: tuple[Any, ...]) -> None:
        name, *given = doing
        with inside(), transaction():
            getattr(self, name.replace(" ", "_"))(*given)

    def member(self, who: str) -> Member:
        return session().get_one(Member, self.ids[who])

    def write(self, who: str, how_far: str) -> None:
        by = self.member(who)
        thread = queries.thread_to_write_in(by, self.thread_id)
        read_to = {"all": None, "none": 0, "as read": self.model.read.get(who, 0)}[how_far]
        post = actions.write_post(by=by, thread=thread, text=WORDS, read_to=read_to, at=later())
        self.model.writer[post.id] = who
        if post.status is PostStatus.HELD:
            self.model.waiting.append(post.id)
        else:
            self.model.put(who, post.id, read_to)

    def read(self, who: str, position: int) -> None:
        by = self.member(who)
        actions.mark_read(by=by, thread=queries.thread_for(by, self.thread_id), position=position, at=later())
        self.model.read[who] = max(self.model.read.get(who, 0), min(position, len(self.model.places)))

    def hold(self, everything: bool) -> None:  # noqa: FBT001
        session().get_one(Group, self.group.id).holding = Holding.EVERYTHING if everything else Holding.NOTHING

    def let_through(self, which: int) -> None:
        if which < len(self.model.waiting):
            post_id = self.model.waiting.pop(which)
            maren = self.member("maren")
            actions.let_through(by=maren, post=queries.post_to_keep(maren, post_id), at=later())
            self.model.put(self.model.writer[post_id], post_id, 0)

    def give_back(self, which: int) -> None:
        if which < len(self.model.waiting):
            maren, post_id = self.member("maren"), self.model.waiting.pop(which)
            post = queries.post_to_keep(maren, post_id)
            actions.return_to_writer(by=maren, post=post, words="Not like this.", at=later())

    def withdraw(self, place: int) -> None:
        post_id = self.model.places[place] if place < len(self.model.places) else None
        if post_id and post_id in self.model.writer and self.model.status[post_id] is not PostStatus.WITHDRAWN:
            by = self.member(self.model.writer[post_id])
            actions.withdraw_post(by=by, post=queries.post_to_write(by, post_id), at=later())
            self.model.status[post_id] = PostStatus.WITHDRAWN

    def hide(self, place: int) -> None:
        post_id = self.model.places[place] if place < len(self.model.places) else None
        theirs = post_id is not None and self.model.writer.get(post_id) not in {None, "maren"}
        if post_id and theirs and self.model.status[post_id] is PostStatus.VISIBLE:
            maren = self.member("maren")
            actions.hide(by=maren, post=queries.post_to_keep(maren, post_id), at=later())
            self.model.status[post_id] = PostStatus.HIDDEN

    def agrees(self) -> None:
        """Compare what each reader is told with what the model says."""
        for who in PEOPLE:
            with inside():
                by = self.member(who)
                (row,) = lists.threads_of(by, groups.read_group(by, self.group.slug)).rows
                opened = queries.open_thread(by, self.thread_id)
                assert (who, row.fresh) == (who, self.model.fresh(who))
                assert opened.mark == self.model.read.get(who, 0)
                assert queries.first_unread(opened.thread, opened.mark)[1] == self.model.first_unread(who)
                today = lists.new_for(by, 50, at=now())
                assert (self.thread_id in {each.id for each in today}) == bool(row.fresh)
        with inside():
            thread = session().get_one(Thread, self.thread_id)
            placed = session().query(Post.id).filter(Post.thread_id == thread.id, Post.position.is_not(None))
            assert [row.id for row in placed.order_by(Post.position)] == self.model.places
            assert thread.last_position == len(self.model.places)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(doings=st.lists(DOINGS, max_size=16))
def test_everybody_is_told_what_they_have_not_read_and_led_to_it(people: People, doings: list[tuple[Any, ...]]) -> None:
    town = Town(people)
    for doing in doings:
        town.do(doing)
        town.agrees()
