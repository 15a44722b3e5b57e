"""Words for something that went away while they were written: refused, and handed back."""

import pytest

from community.groups.models import Belonging, GroupKind, Role
from tests.factories import make_group
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People
from tests.threads.scenes import change, membership

WORDS = "I fear for him, he wrote to me at night."


def test_a_flag_on_a_post_that_a_teacher_has_hidden_meanwhile(people: People, browser: Browsers) -> None:
    post = scenes.visible_post(people.group, people.ines)
    browser(people.maren).post(f"/posts/{post.id}/hidings", words="For now.")
    sender = browser(people.jonah)
    answer = sender.post(f"/posts/{post.id}/flags", reason="flag_worried", words=WORDS)
    assert answer.status_code == 403
    assert WORDS in sender.page
    assert "Nobody has been sent this." in sender.page


@pytest.mark.parametrize("act", ["hidings", "decision", "mutings", "removals"])
def test_what_somebody_wrote_who_no_longer_teaches(people: People, browser: Browsers, act: str) -> None:
    post = scenes.visible_post(people.group, people.ines)
    scenes.bring(browser(people.jonah), post)
    case, sender = scenes.open_case(), browser(people.tomasz)
    change(membership(people.tomasz, people.group), role=Role.MEMBER)
    path = {"hidings": f"/posts/{post.id}/hidings", "decision": f"/cases/{case.id}/decision"}.get(
        act, f"/groups/{people.group.slug}/members/{people.ines.id}/{act}"
    )
    answer = sender.post(path, words=WORDS, verdict="hide", version="1", hours="24")
    assert answer.status_code in {403, 404}
    assert WORDS in sender.page


def test_a_reason_for_somebody_who_has_left_meanwhile(people: People, browser: Browsers) -> None:
    change(membership(people.ines, people.group), status=Belonging.LEFT)
    teacher = browser(people.maren)
    for act in ("mutings", "removals"):
        path = f"/groups/{people.group.slug}/members/{people.ines.id}/{act}"
        assert teacher.post(path, words=WORDS, hours="24").status_code == 404
        assert WORDS in teacher.page


def test_an_agreement_by_somebody_who_no_longer_teaches(people: People, browser: Browsers) -> None:
    writer = browser(people.tomasz)
    change(membership(people.tomasz, people.group), role=Role.MEMBER)
    answer = writer.post(f"/groups/{people.group.slug}/agreement", source=WORDS, follows="1")
    assert answer.status_code == 403
    assert WORDS in writer.page


def test_words_to_a_group_that_is_hidden_by_now(people: People, browser: Browsers) -> None:
    hidden = make_group("Slow Circle", kind=GroupKind.HIDDEN, teachers=[people.maren])
    asking = browser(people.viktor)
    assert asking.post(f"/groups/{hidden.slug}/requests", words=WORDS).status_code == 404
    assert WORDS in asking.page
    assert hidden.name not in asking.page
    asking.post(f"/groups/{hidden.slug}/requests")
    assert "Nobody has been sent this." not in asking.page
