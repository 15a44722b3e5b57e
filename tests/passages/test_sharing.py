"""From a page of one's journal to a passage: cut down, seen as others would, and only then shared."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from community.groups.models import GroupKind, GroupStatus, Holding
from community.passages.models import Audience, PassageStatus
from community.passages.wording import OPENING
from tests.doors import Browser
from tests.factories import make_group, make_thread
from tests.passages.scenes import KINDLY, LEAN, fresh, page_of, passages, share, shared
from tests.people import People
from tests.threads import scenes as threads

Open = Callable[..., Browser]


def test_the_form_lays_out_the_whole_page_to_be_cut_down(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get(f"/journal/pages/{page_of(people.ines)}/passages/new")
    assert f"{LEAN}\n\n{KINDLY}" in ines.page
    assert "The people of Ending on Time" in ines.page
    assert "The teachers of Ending on Time" in ines.page
    assert "Maren Oduya and Tomasz Wren" in ines.page
    assert "Quiet Harbour" not in ines.page


def test_looking_shares_nothing_and_says_who_would_read_it(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    sent: dict[str, Any] = {"source": LEAN, "wants": "be_heard", "write_key": str(uuid4()), "look": "1"}
    answer = ines.post(f"/journal/pages/{entry}/passages", reach=f"teachers:{people.group.id}", **sent)
    assert answer.status_code == 200
    assert LEAN in ines.page
    assert "Maren Oduya and Tomasz Wren, who teach Ending on Time. Nobody else." in ines.page
    assert "to be listened to" in ines.page
    ines.post(f"/journal/pages/{entry}/passages", reach=f"group:{people.group.id}", **sent)
    assert "The people of Ending on Time, Maren Oduya and Tomasz Wren among them" in ines.page
    assert f"and below it: “{OPENING}”" in ines.page
    assert passages() == []
    assert threads.threads_in(people.group) == []


def test_going_back_from_the_look_keeps_every_word(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    sent: dict[str, Any] = {
        "source": "Half a\n\nsentence",
        "reach": f"group:{people.group.id}",
        "write_key": str(uuid4()),
    }
    answer = ines.post(f"/journal/pages/{entry}/passages", change="1", **sent)
    assert answer.status_code == 200
    assert "Half a\n\nsentence</textarea>" in ines.page
    assert f'value="group:{people.group.id}" checked' in ines.page


def test_with_the_people_of_a_group_a_thread_opens_and_the_passage_lies_over_it(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group, wants="questions")
    (thread,) = threads.threads_in(people.group)
    assert thread.title == "A passage from Ines’s journal"
    assert thread.wants == "questions"
    assert passage.thread_id == thread.id
    jonah = browser(people.jonah)
    jonah.get(f"/threads/{thread.id}")
    assert LEAN in jonah.page
    assert jonah.page.index(LEAN) < jonah.page.index("A passage from my journal, for as long as I share it.")
    assert "Ines has asked for questions." in jonah.page
    assert jonah.get(f"/passages/{passage.id}").status_code == 200
    assert LEAN in jonah.page
    # The words stand in the passage alone: not in the post, its thread's line, or anywhere in the list.
    assert LEAN not in "".join(post.source + post.html for post in threads.posts_in(thread))
    jonah.get("/groups/ending-on-time")
    assert "A passage from Ines’s journal" in jonah.page
    assert LEAN not in jonah.page


def test_a_page_says_whether_something_of_it_is_shared(
    people: People, browser: Open, statements: Callable[[], Any]
) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    page_of(people.ines, body="Nobody reads this one.")
    ines.get("/journal")
    assert (ines.page.count("only you"), ines.page.count("<span>a passage is shared")) == (2, 0)
    assert f'href="/journal/pages/{entry}/passages/new">Share a passage' in ines.page
    passage = shared(ines, entry, people.group)
    with statements() as seen:
        ines.get("/journal")
    assert (ines.page.count("only you"), ines.page.count("<span>a passage is shared")) == (1, 1)
    assert len([each for each in seen if "FROM passages" in each]) == 1
    for path in (f"/journal/pages/{entry}", f"/journal/pages/{entry}/edit"):
        ines.get(path)
        assert "a passage is shared" in ines.page
        assert "only you" not in ines.page
    ines.post(f"/passages/{passage.id}/withdrawal")
    assert "only you" in ines.get(f"/journal/pages/{entry}").get_data(as_text=True)


def test_the_words_lie_on_the_first_page_of_the_thread_alone(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group)
    (thread,) = threads.threads_in(people.group)
    jonah = browser(people.jonah)
    for number in range(21):
        threads.reply(jonah, thread, f"Post {number}.")
    jonah.get(f"/threads/{passage.thread_id}?page=2")
    assert LEAN not in jonah.page


def test_a_passage_waits_with_the_first_post_of_its_thread(people: People, browser: Open) -> None:
    threads.change(people.group, holding=Holding.EVERYTHING)
    passage = shared(browser(people.ines), page_of(people.ines), people.group)
    jonah, maren = browser(people.jonah), browser(people.maren)
    assert jonah.get(f"/passages/{passage.id}").status_code == 404
    assert jonah.get(f"/threads/{passage.thread_id}").status_code == 404
    for path in (f"/threads/{passage.thread_id}", "/desk", "/cases/1"):  # whoever judges it has read it there
        maren.get(path)
        assert LEAN in maren.page
    maren.post("/cases/1/decision", verdict="let_through", version="1")
    assert jonah.get(f"/passages/{passage.id}").status_code == 200
    assert LEAN in jonah.page


def test_a_teacher_who_hides_the_first_post_hides_the_passage(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group)
    (thread,) = threads.threads_in(people.group)
    opening = threads.posts_in(thread)[0]
    maren, jonah, ines = browser(people.maren), browser(people.jonah), browser(people.ines)
    maren.post(f"/posts/{opening.id}/hidings", words="A client could be known by it.")
    assert jonah.get(f"/passages/{passage.id}").status_code == 404
    assert jonah.get(f"/passages/{passage.id}/words").status_code == 404
    assert maren.get(f"/passages/{passage.id}").status_code == 200
    assert ines.get(f"/passages/{passage.id}").status_code == 200
    maren.post(f"/posts/{opening.id}/restorings", words="")
    assert jonah.get(f"/passages/{passage.id}").status_code == 200


def test_the_desk_shows_a_passage_that_was_brought_as_long_as_it_is_shared(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    passage = shared(ines, page_of(people.ines), people.group)
    (thread,) = threads.threads_in(people.group)
    browser(people.jonah).post(f"/posts/{threads.posts_in(thread)[0].id}/flags", reason="flag_client", words="")
    maren = browser(people.maren)
    maren.get("/cases/1")
    assert LEAN in maren.page
    assert f'data-passage-url="/passages/{passage.id}/words?over=thread"' in maren.page
    ines.post(f"/passages/{passage.id}/withdrawal")
    maren.get("/cases/1")
    assert LEAN not in maren.page
    assert "The passage was taken back by its writer." in maren.page


def test_with_the_teachers_it_is_theirs_alone_and_they_are_told(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group, audience="teachers")
    assert passage.audience is Audience.TEACHERS
    assert passage.thread_id is None
    assert threads.threads_in(people.group) == []
    for teacher in (people.maren, people.tomasz):
        desk = browser(teacher)
        desk.get("/notices")
        assert "Ines Caldeira shares a passage with you, who teach Ending on Time" in desk.page
        assert LEAN not in desk.page
        desk.get(f"/passages/{passage.id}")
        assert LEAN in desk.page
    for other in (people.jonah, people.viktor, people.odile, people.ada):
        assert browser(other).get(f"/passages/{passage.id}").status_code == 404
        assert browser(other).get(f"/passages/{passage.id}/words").status_code == 404


def test_a_released_teacher_reads_it_no_more(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group, audience="teachers")
    tomasz = browser(people.tomasz)
    browser(people.maren).post(f"/groups/ending-on-time/teachers/{people.tomasz.id}/release")
    assert tomasz.get(f"/passages/{passage.id}").status_code == 404
    tomasz.get("/notices")
    assert "passage" not in tomasz.page


def test_who_would_read_it_is_looked_at_again_when_it_has_changed(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    answer = share(ines, entry, people.group, audience="teachers", seen_by=str(people.maren.id))
    assert answer.status_code == 409
    assert "Who would read this has changed since you looked." in ines.page
    assert LEAN in ines.page
    assert passages() == []


def test_nobody_else_shares_from_my_page_and_i_share_with_no_group_that_is_not_mine(
    people: People, browser: Open
) -> None:
    entry = page_of(people.ines)
    for other in (people.maren, people.jonah, people.ada):
        assert browser(other).get(f"/journal/pages/{entry}/passages/new").status_code == 404
        assert share(browser(other), entry, people.group).status_code == 404
    ines = browser(people.ines)
    for reach in (f"group:{people.elsewhere.id}", f"teachers:{people.elsewhere.id}", "group:99999", "group:", "x"):
        sent: dict[str, Any] = {"source": LEAN, "reach": reach, "write_key": str(uuid4()), "share": "1"}
        assert ines.post(f"/journal/pages/{entry}/passages", **sent).status_code == 422
        assert "Quiet Harbour" not in ines.page
    assert passages() == []


def test_a_muted_member_may_turn_to_the_teachers_and_not_to_the_group(people: People, browser: Open) -> None:
    threads.mute(people.ines, people.group)
    ines, entry = browser(people.ines), page_of(people.ines)
    assert share(ines, entry, people.group).status_code == 422
    assert share(ines, entry, people.group, audience="teachers").status_code == 303


def test_nothing_is_shared_with_an_archived_group(people: People, browser: Open) -> None:
    threads.change(people.group, status=GroupStatus.ARCHIVED)
    ines, entry = browser(people.ines), page_of(people.ines)
    for audience in ("group", "teachers"):
        assert share(ines, entry, people.group, audience=audience).status_code == 422
    assert "There is nobody to share it with yet" in ines.page


def test_the_only_teacher_of_a_group_is_not_offered_its_teachers(browser: Open, people: People) -> None:
    alone = make_group("Far Shore", kind=GroupKind.HIDDEN, teachers=[people.ada])
    ada, entry = browser(people.ada), page_of(people.ada)
    ada.get(f"/journal/pages/{entry}/passages/new")
    assert "The people of Far Shore" in ada.page
    assert "of Far Shore" not in ada.page.replace("The people of Far Shore", "")
    assert share(ada, entry, alone, audience="teachers").status_code == 422


def test_the_same_form_twice_shares_once(people: People, browser: Open) -> None:
    ines, entry, key = browser(people.ines), page_of(people.ines), str(uuid4())
    for _ in range(2):
        assert share(ines, entry, people.group, write_key=key).status_code == 303
    assert len(passages()) == 1
    assert len(threads.threads_in(people.group)) == 1
    answer = share(ines, entry, people.group, write_key=key, source="Other words.")
    assert answer.status_code == 409
    assert "Other words." in ines.page
    assert len(passages()) == 1


def test_a_passage_is_neither_empty_nor_a_whole_book_and_nothing_typed_is_lost(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    assert share(ines, entry, people.group, source=" \n ").status_code == 422
    assert share(ines, entry, people.group, source="word " * 900).status_code == 422
    assert "a passage has at most 4,000" in ines.page
    assert "word word" in ines.page
    assert passages() == []


def test_a_dozen_an_hour_is_the_most(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    for _ in range(12):
        assert share(ines, entry, people.group, audience="teachers").status_code == 303
    assert share(ines, entry, people.group, audience="teachers").status_code == 429
    assert LEAN in ines.page


def test_a_draft_that_waits_in_the_group_is_left_alone(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.post("/drafts?group=ending-on-time", source="Something quite different", title="Later")
    shared(ines, page_of(people.ines), people.group)
    assert [draft.source for draft in threads.drafts_of(people.ines)] == ["Something quite different"]


def test_a_teacher_answers_once_and_the_writer_is_told(people: People, browser: Open) -> None:
    passage = shared(browser(people.ines), page_of(people.ines), people.group, audience="teachers")
    maren, tomasz, ines = browser(people.maren), browser(people.tomasz), browser(people.ines)
    assert maren.post(f"/passages/{passage.id}/answer", words="").status_code == 422
    assert maren.post(f"/passages/{passage.id}/answer", words="I know that place.").status_code == 303
    late = tomasz.post(f"/passages/{passage.id}/answer", words="So do I.")
    assert late.status_code == 409
    assert "Maren Oduya has answered already." in tomasz.page
    assert "So do I." in tomasz.page
    ines.get("/notices")
    assert "Maren Oduya has answered the passage that you share" in ines.page
    assert "I know that place." not in ines.page
    ines.get(f"/passages/{passage.id}")
    assert "I know that place." in ines.page
    assert fresh(passage).status is PassageStatus.SHARED


def test_nobody_answers_what_was_not_shared_with_the_teachers(people: People, browser: Open) -> None:
    ines, entry = browser(people.ines), page_of(people.ines)
    teachers = shared(ines, entry, people.group, audience="teachers")
    group = shared(ines, entry, people.group)
    assert ines.post(f"/passages/{teachers.id}/answer", words="To myself.").status_code == 403
    assert browser(people.jonah).post(f"/passages/{teachers.id}/answer", words="Me too.").status_code == 404
    assert browser(people.maren).post(f"/passages/{group.id}/answer", words="Here too.").status_code == 403


def test_a_thread_without_a_passage_asks_for_none(people: People, browser: Open) -> None:
    thread = make_thread(people.group, people.ines)
    jonah = browser(people.jonah)
    jonah.get(f"/threads/{thread.id}")
    assert "data-laid" not in jonah.page
