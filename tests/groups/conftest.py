"""What the stories about groups share: a way to look at the rows behind them, and a page without other slices."""

from collections.abc import Callable

import pytest

from community.db import session
from community.groups import panels
from community.groups.models import Group, JoinRequest, Membership
from community.members.models import Member
from tests.factories import inside


@pytest.fixture(autouse=True)
def bare_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what threads, sits and the desk lay on a group's pages: their stories are told there."""
    monkeypatch.setattr(panels, "_panels", {})


@pytest.fixture
def belonging() -> Callable[[Member, Group], Membership | None]:
    """Give a member's row in a group, whatever became of it."""

    def look(member: Member, group: Group) -> Membership | None:
        with inside():
            return session().get(Membership, (group.id, member.id))

    return look


@pytest.fixture
def request_by() -> Callable[[Member], JoinRequest]:
    """Give a member's newest request."""

    def look(member: Member) -> JoinRequest:
        with inside():
            found = session().query(JoinRequest).filter_by(member_id=member.id).order_by(JoinRequest.id.desc()).first()
            assert found is not None
            return found

    return look
