"""Clusters to break: one for each file of tests, since starting one takes ten seconds."""

from collections.abc import Callable, Iterator

import pytest

from tests import cluster
from tests.cluster import Cluster
from tests.faults import caller
from tests.faults.caller import Caller
from tests.services import redis_server
from tests.services.process import NotHere, leave_out


@pytest.fixture(scope="module")
def own_redis() -> Iterator[redis_server.Own]:
    """Run a Redis that may be hung, stopped and started again at its address."""
    try:
        with redis_server.own() as running:
            yield running
    except NotHere as absence:
        leave_out(f"no Redis: {absence}", required_by="REQUIRE_SERVICES")


@pytest.fixture(scope="module")
def house(own_redis: redis_server.Own) -> Iterator[Cluster]:
    """Run three app processes, a worker and what they need."""
    try:
        with cluster.running(redis_url=own_redis.address) as running:
            yield running
    except NotHere as absence:
        leave_out(f"no cluster: {absence}", required_by="REQUIRE_SERVICES")


@pytest.fixture(autouse=True)
def app() -> None:
    """Keep the application of other tests out: these have processes of their own."""


@pytest.fixture(autouse=True)
def lines() -> Iterator[None]:
    """Hang up whatever a test has left open."""
    yield
    while caller.opened:
        caller.opened.pop().hang_up()


@pytest.fixture(scope="module")
def step_in(house: Cluster) -> Callable[[str], Caller]:
    """Give somebody of the demo a browser: each of them one for all tests, as stepping in is limited."""
    known: dict[str, Caller] = {}

    def give(name: str) -> Caller:
        if name not in known:
            known[name] = Caller(house.url).step_in(name)
        return known[name]

    return give
