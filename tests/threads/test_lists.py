"""Threads in lists: a group's, read by key, and what is new in all of one's groups."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.clock import now
from community.db import session, transaction
from community.errors import NotFound
from community.groups import queries as groups
from community.groups.models import Group
from community.members.models import Member
from community.threads import lists, queries
from community.threads.models import POSTS_A_PAGE, PostStatus, Thread
from community.threads.paging import Cursor, page_of, positions_of, read_cursor, read_page
from tests.factories import inside, make_group, make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers, Statements

EARLY = datetime(2026, 3, 1, 9, tzinfo=UTC)


def many_threads(group: Group, author: Member, moments: list[datetime]) -> list[int]:
    """Put threads in a group in one go; gives their ids, newest activity first."""
    if not moments:
        return []
    with inside(), transaction():
        rows = [
            {
                "group_id": group.id,
                "author_id": author.id,
                "title": f"Thread {number}",
                "last_position": 1,
                "last_activity_at": moment,
                "created_at": moment,
                "status": PostStatus.VISIBLE,
            }
            for number, moment in enumerate(moments)
        ]
        found = session().execute(sa.insert(Thread).returning(Thread.id, Thread.last_activity_at), rows)
        keyed = [(at, thread_id) for thread_id, at in found]
    return [thread_id for _, thread_id in sorted(keyed, reverse=True)]


def listed(viewer: Member, group: Group, **cursors: Cursor | None) -> lists.ThreadList:
    with inside():
        by = session().get_one(Member, viewer.id)
        return lists.threads_of(by, groups.read_group(by, group.slug), **cursors)


# Who finds what in a group's list


def test_a_groups_page_lists_its_threads_newest_activity_first(people: People, browser: Browsers) -> None:
    old = make_thread(people.group, people.jonah, title="An older one", at=now() - timedelta(days=2))
    make_thread(people.group, people.jonah, title="A newer one", at=now() - timedelta(days=1), wants="be_heard")
    reader = browser(people.ines)
    reader.get(f"/groups/{people.group.slug}")
    assert reader.page.index("A newer one") < reader.page.index("An older one")
    assert '<span class="aside">be heard</span>' in reader.page
    scenes.reply(browser(people.maren), old)
    reader.get(f"/groups/{people.group.slug}")
    assert reader.page.index("An older one") < reader.page.index("A newer one")


@pytest.mark.parametrize("status", list(PostStatus))
@pytest.mark.parametrize("who", ["jonah", "ines", "maren"])
def test_a_list_holds_what_its_reader_may_open(people: People, browser: Browsers, who: str, status: PostStatus) -> None:
    thread = make_thread(people.group, people.jonah, title="The lean", status=status)
    reader = browser(getattr(people, who))
    opens = reader.get(f"/threads/{thread.id}").status_code == 200
    reader.get(f"/groups/{people.group.slug}")
    assert ("The lean" in reader.page) == opens


def test_those_outside_see_no_list(people: People, browser: Browsers) -> None:
    make_thread(people.group, people.jonah, title="The lean")
    for who in (people.viktor, people.ada):
        reader = browser(who)
        reader.get(f"/groups/{people.group.slug}")
        assert "The lean" not in reader.page


def test_an_empty_group_offers_a_beginning_to_those_who_may_begin(people: People, browser: Browsers) -> None:
    reader = browser(people.ines)
    reader.get(f"/groups/{people.group.slug}")
    assert "No one has begun a thread in this group. A first one can be a single question." in reader.page
    assert f'href="/groups/{people.group.slug}/threads/new"' in reader.page
    scenes.mute(people.ines, people.group)
    reader.get(f"/groups/{people.group.slug}")
    assert f'href="/groups/{people.group.slug}/threads/new"' not in reader.page


# Newer and older


def test_one_turns_the_pages_of_a_list_to_its_end_and_back(people: People, browser: Browsers) -> None:
    ids = many_threads(people.group, people.jonah, [EARLY + timedelta(minutes=each) for each in range(45)])
    first = listed(people.ines, people.group)
    second = listed(people.ines, people.group, before=first.older)
    third = listed(people.ines, people.group, before=second.older)
    assert [row.id for page in (first, second, third) for row in page.rows] == ids
    assert (first.newer, third.older) == (None, None)
    back = listed(people.ines, people.group, after=third.newer)
    assert [row.id for row in back.rows] == ids[20:40]
    assert [row.id for row in listed(people.ines, people.group, after=back.newer).rows] == ids[:20]
    reader = browser(people.ines)
    reader.get(f"/groups/{people.group.slug}?before={first.older}")
    assert "Newer threads</a>" in reader.page
    assert "Older threads</a>" in reader.page
    assert "Thread 24<" in reader.page
    assert "Thread 25<" not in reader.page


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(st.integers(0, 30), min_size=0, max_size=70))
def test_turning_pages_meets_every_thread_once_however_the_moments_lie(people: People, minutes: list[int]) -> None:
    group = make_group(f"Group {now().timestamp()}", teachers=[people.maren], members=[people.ines])
    ids = many_threads(group, people.maren, [EARLY + timedelta(minutes=each) for each in minutes])
    met: list[int] = []
    cursor: Cursor | None = None
    while True:
        page = listed(people.ines, group, before=cursor)
        met += [row.id for row in page.rows]
        cursor = page.older
        if cursor is None:
            break
    assert met == ids


@pytest.mark.parametrize("cursor", ["", "x", "1", "1-", "-1", "g-1", "0-0 ", "ffffffffffffffffff-1", "%27--"])
def test_a_broken_cursor_is_an_address_that_does_not_exist(people: People, browser: Browsers, cursor: str) -> None:
    for name in ("before", "after"):
        assert browser(people.ines).get(f"/groups/{people.group.slug}?{name}={cursor}").status_code == 404


@given(at=st.datetimes(datetime(1970, 1, 1), datetime(2300, 1, 1)), number=st.integers(0, 2**31 - 1))  # noqa: DTZ001
def test_a_cursor_comes_back_as_it_went(at: datetime, number: int) -> None:
    cursor = Cursor(at.replace(tzinfo=UTC), number)
    assert read_cursor(str(cursor)) == cursor


@given(text=st.text(max_size=30))
def test_no_text_breaks_a_cursor_or_a_page(text: str) -> None:
    thread = Thread(last_position=45)
    for read in (read_cursor, lambda words: read_page(words, thread)):
        try:
            read(text)
        except NotFound:
            continue


@given(position=st.integers(1, 10**6))
def test_a_position_stands_on_the_page_that_holds_it(position: int) -> None:
    first, last = positions_of(page_of(position))
    assert first <= position <= last
    assert last - first + 1 == POSTS_A_PAGE
    assert Thread(last_position=position).last_page == page_of(position)


# What is new, in words


def fresh_words(viewer: Member, group: Group) -> dict[str, str]:
    return {row.title: row.fresh for row in listed(viewer, group).rows}


def test_a_list_says_in_words_what_is_new(people: People, browser: Browsers) -> None:
    at = now() - timedelta(hours=2)
    posts = [(people.maren, "Yes.")] * 3
    read, half, _ = (
        make_thread(people.group, people.jonah, title=title, posts=posts, at=at)
        for title in ("Read", "Half", "Unopened")
    )
    reader = browser(people.ines)
    reader.post(f"/threads/{read.id}/reading", position="4")
    reader.post(f"/threads/{half.id}/reading", position="1")
    assert fresh_words(people.ines, people.group) == {"Read": "", "Half": "3 new replies", "Unopened": "new"}
    reader.post(f"/threads/{half.id}/reading", position="3")
    assert fresh_words(people.ines, people.group)["Half"] == "1 new reply"


def test_what_was_written_before_somebody_came_is_not_held_up_to_them(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, title="Old", at=now() - timedelta(days=9))
    scenes.change(scenes.membership(people.ines, people.group), joined_at=now() - timedelta(days=1))
    assert fresh_words(people.ines, people.group) == {"Old": ""}
    scenes.reply(browser(people.jonah), thread)
    assert fresh_words(people.ines, people.group) == {"Old": "new"}


def test_what_is_held_is_new_to_nobody(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah, title="The lean", at=now() - timedelta(hours=2))
    browser(people.ines).post(f"/threads/{thread.id}/reading", position="1")
    scenes.held_post(thread, people.maren)
    assert fresh_words(people.ines, people.group) == {"The lean": ""}


# Today


def test_today_shows_what_is_new_in_all_of_ones_groups_and_nothing_of_others(people: People, browser: Browsers) -> None:
    mine = make_group("Early Years", teachers=[people.maren], members=[people.ines])
    unagreed = make_group("Late Agreement", teachers=[people.maren], members=[people.ines], agreed=False)
    left = make_group("Left Behind", teachers=[people.maren], members=[people.ines])
    scenes.change(scenes.membership(people.ines, left), status="left")
    at = now() - timedelta(hours=1)
    make_thread(people.group, people.jonah, title="In one group", at=at)
    make_thread(mine, people.maren, title="In another", at=at)
    for group, title in ((unagreed, "Not agreed"), (left, "Not there any more"), (people.elsewhere, "Elsewhere")):
        make_thread(group, people.odile, title=title, at=at)
    make_thread(people.group, people.jonah, title="Too long ago", at=now() - timedelta(days=40))
    make_thread(people.group, people.jonah, title="Held", at=at, status=PostStatus.HELD)
    read = make_thread(people.group, people.jonah, title="Read", at=at)
    browser(people.ines).post(f"/threads/{read.id}/reading", position="1")
    with inside():
        rows = lists.new_for(session().get_one(Member, people.ines.id), 8, at=now())
    assert {(row.title, row.group_name) for row in rows} == {
        ("In one group", "Ending on Time"),
        ("In another", "Early Years"),
    }


def test_today_never_asks_for_more_than_it_shows(people: People, statements: Statements) -> None:
    many_threads(people.group, people.jonah, [now() - timedelta(minutes=each) for each in range(40)])
    with inside():
        by = session().get_one(Member, people.ines.id)
        with statements() as seen:
            rows = lists.new_for(by, 5, at=now())
    assert len(rows) == 5
    assert len(seen) == 1


# What it costs


def plan_of(statement: str, parameters: tuple[object, ...]) -> str:
    with inside():
        rows = session().connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)


@contextmanager
def asked() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Note the statements of what happens inside, with their parameters; stand inside the application."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_rest: object) -> None:
        seen.append((statement, parameters))

    engine = session().get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_list_is_one_statement_by_an_index_whatever_stands_before(people: People) -> None:
    crowd = make_group("Long List", teachers=[people.maren], members=[people.ines])
    many_threads(crowd, people.maren, [EARLY + timedelta(minutes=each) for each in range(3000)])
    with inside():
        by = session().get_one(Member, people.ines.id)
        group = groups.read_group(by, crowd.slug)
        with asked() as seen:
            first = lists.threads_of(by, group)
            deep = lists.threads_of(by, group, before=Cursor(EARLY + timedelta(minutes=100), 0))
    assert len(first.rows) == len(deep.rows) == 20
    assert len(seen) == 2
    assert "(group_id=? AND last_activity_at<?)" in plan_of(*seen[1])
    for statement, parameters in seen:
        assert "count(" not in statement.lower()
        plan = plan_of(statement, parameters)
        assert "SEARCH threads USING INDEX ix_threads_group_id_last_activity_at_id (group_id=?" in plan
        assert "SCAN" not in plan
        assert "TEMP B-TREE" not in plan


def test_a_page_of_a_thread_is_found_by_its_positions(people: People) -> None:
    thread = scenes.long_thread(people.group, people.jonah, 1500)
    with inside():
        by = session().get_one(Member, people.ines.id)
        opened = queries.open_thread(by, thread.id)
        with asked() as seen:
            for page in (1, 40, opened.thread.last_page):
                assert len(queries.page_of_posts(by, opened.thread, page)) == 20
    for statement, parameters in seen:
        plan = plan_of(statement, parameters)
        assert "uq_posts_thread_id_position" in plan or "sqlite_autoindex_posts" in plan
        assert "SCAN posts" not in plan, plan
