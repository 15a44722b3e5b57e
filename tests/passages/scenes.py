"""What the stories about passages share: a page of a journal, and the forms as a page would send them."""

import re
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from werkzeug.test import TestResponse

from community.clock import now
from community.db import session, transaction
from community.groups.models import Group
from community.journal import actions as journal
from community.members.models import Member
from community.passages.models import Passage
from tests.doors import Browser
from tests.factories import inside

LEAN = "The body first: jaw, then the place under the ribs."
KINDLY = "I end kindly with the ones I like."


def page_of(member: Member, *, body: str = LEAN, thought: str = KINDLY) -> int:
    """Write a page into somebody's journal and give its id."""
    with inside(), transaction() as rows:
        by = rows.get_one(Member, member.id)
        return journal.write_page(by=by, body=body, feeling="", thought=thought, at=now()).id


def share(browser: Browser, entry_id: int, group: Group, *, audience: str = "group", **fields: Any) -> TestResponse:
    """Look at a passage, and share it from what was shown."""
    sent = {"source": LEAN, "reach": f"{audience}:{group.id}", "wants": "", "write_key": str(uuid4()), **fields}
    looked = browser.post(f"/journal/pages/{entry_id}/passages", look="1", **sent)
    seen_by = re.search(r'name="seen_by" value="([^"]*)"', browser.page) if looked.status_code == 200 else None
    given = {"seen_by": seen_by[1] if seen_by else "", **sent, "share": "1"}
    return browser.post(f"/journal/pages/{entry_id}/passages", **given)


def shared(browser: Browser, entry_id: int, group: Group, **fields: Any) -> Passage:
    """Share a passage and give its row."""
    answer = share(browser, entry_id, group, **fields)
    assert answer.status_code == 303, browser.page
    return passages()[-1]


def passages() -> list[Passage]:
    """Give all passages there are."""
    with inside():
        return list(session().scalars(sa.select(Passage).order_by(Passage.id)))


def fresh(passage: Passage) -> Passage:
    """Give a passage as it is now."""
    with inside():
        return session().get_one(Passage, passage.id)
