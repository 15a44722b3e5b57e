"""Two teachers who lay a programme on their group at the same moment, on either engine."""

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa

from community.clock import now
from community.db import session, transaction
from community.groups.queries import group_for
from community.members.models import Member
from community.programmes import actions
from community.programmes.models import Following
from community.programmes.programme import programme
from community.sits.models import SitSeries
from tests.factories import inside
from tests.groups.test_races import Beside
from tests.moderation.conftest import engine  # noqa: F401 - the desk's fixture serves here too
from tests.people import People


def laying(who: Member, people: People, key: str) -> Callable[[], object]:
    def lay() -> object:
        by = session().get_one(Member, who.id)
        return actions.lay_programme(
            by=by,
            group=group_for(by, people.group.slug),
            programme=programme(key),
            wall=datetime(2036, 3, 19, 19, 30),  # noqa: DTZ001 - a wall time
            every_weeks=1,
            leader=by,
            at=now(),
        )

    return lay


@pytest.mark.usefixtures("engine")
def test_of_two_who_lay_one_at_once_the_second_is_told(people: People) -> None:
    with inside(), transaction():
        laying(people.maren, people, "settling")()
        second = Beside(laying(people.tomasz, people, "receiving_care"))
        second.join(0.3)
    assert second.ended() == "FollowsAnother"
    with inside():
        assert session().scalars(sa.select(Following.programme)).all() == ["settling"]
        assert session().scalar(sa.select(sa.func.count()).select_from(SitSeries)) == 4
