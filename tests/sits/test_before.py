"""Before one's first sit: what may come up, what one may always do, and a look at oneself that leaves no trace."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from tests.doors import Browser
from tests.factories import join, make_member, plan_sit
from tests.people import People

Open = Callable[..., Browser]


class Boxes(HTMLParser):
    """The boxes to tick of a page: their attributes, and whether they stand in a form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.in_form, self.found = False, list[tuple[dict[str, str | None], bool]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_form = tag == "form" or self.in_form
        if tag == "input" and dict(attrs).get("type") == "checkbox":
            self.found.append((dict(attrs), self.in_form))

    def handle_endtag(self, tag: str) -> None:
        self.in_form = self.in_form and tag != "form"


@pytest.mark.parametrize("where", ["the first sit", "its own page"])
def test_the_look_at_oneself_is_sent_nowhere_and_kept_nowhere(people: People, browser: Open, where: str) -> None:
    noor = make_member("Noor Vale", seen_as=None, briefed_at=None)
    join(noor, people.group)
    first = f"/groups/ending-on-time/sits/{plan_sit(people.group, people.maren)}"
    page = browser(noor)
    page.get(first if where == "the first sit" else "/before-you-sit")
    boxes = Boxes(page.page).found
    assert len(boxes) == 5
    for box, in_form in boxes:
        assert not in_form
        assert not {"name", "id", "form", "value"} & set(box)
        assert box["autocomplete"] == "off"
    for words in ("Keep your eyes open", "Leave, without a word", "not treatment", "nobody watches"):
        assert words in page.page
    assert "talk to a teacher or your own clinician first" in page.page


def test_the_page_is_found_again_from_the_room_and_open_to_everybody(people: People, browser: Open) -> None:
    ines = browser(people.ines)
    ines.get(f"/groups/ending-on-time/sits/{plan_sit(people.group, people.maren)}")
    assert 'href="/before-you-sit"' in ines.page
    assert browser().get("/before-you-sit").status_code == 200
