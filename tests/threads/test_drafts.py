"""What somebody is still writing: kept on the server, theirs alone, gone when it is posted."""

from uuid import uuid4

import pytest

from community.threads.models import Wants
from tests.factories import make_thread
from tests.people import People
from tests.threads import scenes
from tests.threads.scenes import Browsers

WORDS = "I lean forward, and"


def test_words_are_kept_while_they_are_typed_and_say_when(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    answer = writer.post(f"/drafts?thread={thread.id}", source=WORDS, content_note="A client")
    assert answer.status_code == 200
    assert answer.get_json()["kept_at"].startswith("20")
    writer.post(f"/drafts?thread={thread.id}", source=f"{WORDS} stop.")
    (draft,) = scenes.drafts_of(people.ines)
    assert (draft.thread_id, draft.source, draft.content_note) == (thread.id, f"{WORDS} stop.", "")


def test_a_draft_survives_signing_out_and_is_there_on_another_device(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    phone = browser(people.ines)
    phone.post(f"/drafts?thread={thread.id}", source=WORDS)
    assert phone.post("/sign-out").status_code == 303
    laptop = browser(people.ines)
    laptop.get(f"/threads/{thread.id}")
    assert f">\n{WORDS}</textarea>" in laptop.page
    assert "Kept today, " in laptop.page


def test_a_draft_of_a_new_thread_keeps_title_and_wish(people: People, browser: Browsers) -> None:
    writer = browser(people.ines)
    slug = people.group.slug
    writer.post(f"/drafts?group={slug}", title="The lean", source=WORDS, wants="questions")
    (draft,) = scenes.drafts_of(people.ines)
    assert (draft.thread_id, draft.title, draft.wants) == (None, "The lean", Wants.QUESTIONS)
    writer.get(f"/groups/{slug}/threads/new")
    assert 'value="The lean"' in writer.page
    assert 'value="questions" checked' in writer.page
    assert WORDS in writer.page


def test_there_is_one_draft_for_each_thread_and_one_for_a_new_one(people: People, browser: Browsers) -> None:
    threads = [make_thread(people.group, people.jonah) for _ in range(2)]
    writer = browser(people.ines)
    for _ in range(2):
        for thread in threads:
            writer.post(f"/drafts?thread={thread.id}", source=WORDS)
        writer.post(f"/drafts?group={people.group.slug}", source=WORDS)
    assert len(scenes.drafts_of(people.ines)) == 3


def test_without_script_a_button_keeps_it_and_another_lets_it_go(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    answer = scenes.reply(writer, thread, WORDS, keep="1")
    assert answer.headers["Location"] == f"/threads/{thread.id}?page=last#reply"
    writer.get(f"/threads/{thread.id}")
    assert WORDS in writer.page
    assert "Only you see it." in writer.page
    scenes.reply(writer, thread, WORDS, drop="1")
    assert scenes.drafts_of(people.ines) == []
    assert len(scenes.posts_in(thread)) == 1


def test_without_script_a_new_thread_is_kept_too(people: People, browser: Browsers) -> None:
    writer = browser(people.ines)
    scenes.begin(writer, people.group, "", WORDS, keep="1")
    assert [draft.source for draft in scenes.drafts_of(people.ines)] == [WORDS]
    scenes.begin(writer, people.group, "", WORDS, drop="1")
    assert scenes.drafts_of(people.ines) == []


def test_posting_lets_the_draft_go(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    writer.post(f"/drafts?thread={thread.id}", source=WORDS)
    writer.post(f"/drafts?group={people.group.slug}", source=WORDS)
    scenes.reply(writer, thread, WORDS)
    scenes.begin(writer, people.group, words=WORDS)
    assert scenes.drafts_of(people.ines) == []


def test_a_last_saving_that_arrives_after_the_post_brings_no_draft_back(people: People, browser: Browsers) -> None:
    thread, key = make_thread(people.group, people.jonah), str(uuid4())
    writer = browser(people.ines)
    scenes.reply(writer, thread, WORDS, write_key=key)
    answer = writer.post(f"/drafts?thread={thread.id}", source=WORDS, write_key=key)
    assert answer.get_json() == {"kept_at": None}
    assert scenes.drafts_of(people.ines) == []


def test_words_that_were_all_deleted_leave_no_draft(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    writer.post(f"/drafts?thread={thread.id}", source=WORDS)
    writer.post(f"/drafts?thread={thread.id}", source="  \n ")
    assert scenes.drafts_of(people.ines) == []


def test_a_draft_may_be_too_long_or_too_heavy_to_post(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    writer = browser(people.ines)
    for words in ("word " * 7_000, "[" * 5_000):
        assert writer.post(f"/drafts?thread={thread.id}", source=words).status_code == 200
        assert scenes.drafts_of(people.ines)[0].source == words


@pytest.mark.parametrize("fields", [{"source": "x" * 40_001}, {"title": "t" * 201}, {"content_note": "n" * 201}])
def test_a_draft_over_the_limits_is_refused_in_one_sentence(
    people: People, browser: Browsers, fields: dict[str, str]
) -> None:
    accept = {"Accept": "application/json, text/html;q=0.9"}
    answer = browser(people.ines).post(f"/drafts?group={people.group.slug}", headers=accept, **fields)
    assert answer.status_code == 422
    assert "most" in answer.get_json()["error"]["sentence"]


def test_a_muted_member_may_go_on_writing_for_themselves(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    scenes.mute(people.ines, people.group)
    assert browser(people.ines).post(f"/drafts?thread={thread.id}", source=WORDS).status_code == 200


@pytest.mark.parametrize("query", ["thread={thread}", "group={slug}", "thread=999999", "group=nowhere", "thread=x", ""])
def test_a_stranger_keeps_no_draft_here(people: People, browser: Browsers, query: str) -> None:
    thread = make_thread(people.elsewhere, people.odile)
    place = query.format(thread=thread.id, slug=people.elsewhere.slug)
    answer = browser(people.ines).post(f"/drafts?{place}", source=WORDS)
    assert answer.status_code == 404
    assert scenes.drafts_of(people.ines) == []


def test_nobody_sees_the_draft_of_another(people: People, browser: Browsers) -> None:
    thread = make_thread(people.group, people.jonah)
    browser(people.ines).post(f"/drafts?thread={thread.id}", source=WORDS)
    browser(people.ines).post(f"/drafts?group={people.group.slug}", source=WORDS)
    for other in (people.jonah, people.maren):
        reader = browser(other)
        for path in (f"/threads/{thread.id}", f"/groups/{people.group.slug}/threads/new"):
            reader.get(path)
            assert WORDS not in reader.page
