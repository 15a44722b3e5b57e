"""The desk: one list of what waits, and what a teacher decides from it."""



from community.threads.models import PostStatus
from tests.moderation import scenes
from tests.people import People

Browsers = scenes.Browsers


def test_a_held_post_waits_on_the_desk_of_its_groups_teachers(people: People, browser: Browsers) -> None:
    post = scenes.held_post(browser, people.group, people.ines, "The lean, at ten to.")
    for teacher in (people.maren, people.tomasz):
        desk = browser(teacher)
        assert desk.get("/desk").status_code == 200
        assert "The lean, at ten to." in desk.page
        assert "Ines Caldeira in “The lean”" in desk.page
        assert "Let it through" in desk.page
    assert scenes.status_of(post) is PostStatus.HELD
