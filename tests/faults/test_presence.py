"""A circle on three processes: what its people see of each other when one of them, a process or Redis fails.

Small crowds; ``bench/presence_faults.py`` does the same with three hundred.
"""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
import redis

from bench import presence_faults as faults
from tests import cluster
from tests.cluster import Cluster
from tests.crowd_data import Crowd, make_crowd
from tests.services.process import NotHere, leave_out

pytestmark = pytest.mark.services

PEOPLE = 20


@pytest.fixture(scope="module")
def house() -> Iterator[Cluster]:
    """Run three app processes with nobody in them yet."""
    try:
        with cluster.running(demo=False, worker=False) as running:
            yield running
    except NotHere as absence:
        leave_out(f"no cluster: {absence}", required_by="REQUIRE_SERVICES")


@pytest.fixture(scope="module")
def crowd(house: Cluster) -> Crowd:
    """Give members with their sign-ins, and an open sit."""
    return make_crowd(PEOPLE, house.environment)


def test_who_comes_leaves_or_falls_silent_is_seen_to(house: Cluster, crowd: Crowd) -> None:
    found = asyncio.run(faults.silence(house, crowd, people=8, to_the_end=False))
    assert found.joined_p95 <= 1.0
    assert found.left_p95 <= 1.0
    assert found.away <= 10.0


def test_one_killed_process_makes_nobody_leave_who_comes_back_and_leaves_no_ghost(house: Cluster, crowd: Crowd) -> None:
    found = asyncio.run(faults.one_killed(house, crowd, PEOPLE))
    assert found.true_after <= 20.0
    assert found.no_ghost_after <= 50.0
    assert found.seen_leaving == 0


def test_everybody_is_back_soon_after_a_restart_and_was_refused_only_on_purpose(house: Cluster, crowd: Crowd) -> None:
    found = asyncio.run(faults.all_restarted(house, crowd, PEOPLE))
    assert found.back_after <= 15.0
    assert set(found.refused) <= {503}


def test_a_flushed_redis_is_filled_again_by_those_who_sit(house: Cluster, crowd: Crowd) -> None:
    found = asyncio.run(flushed(house, crowd))
    assert found[0] <= 10.0
    assert found[1] == 0


async def flushed(house: Cluster, crowd: Crowd) -> tuple[float, int]:
    gathering = faults.Gathering(house, crowd, PEOPLE)
    await gathering.gather()
    with contextlib.closing(redis.Redis.from_url(house.redis_url)) as client:
        client.flushall()
    known = {guest: guest.joined_at for guest in gathering.guests}
    back_after = await faults.until(
        lambda: all(guest.seated and guest.joined_at > known[guest] for guest in gathering.guests)
    )
    await faults.until(lambda: all(guest.shown == PEOPLE for guest in gathering.guests))
    await asyncio.sleep(1.0)
    seen_leaving = sum(len(guest.seen_gone) for guest in gathering.guests)
    await gathering.disperse()
    return back_after, seen_leaving
