"""How often somebody may, counted in memory that lets go of whoever has gone."""

import threading
from types import SimpleNamespace

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from community import windows
from community.windows import PatientMemory

RULE = parse("3 per minute")


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1_000_000.0
        monkeypatch.setattr(windows, "time", SimpleNamespace(time=lambda: self.seconds))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_window_moves_with_the_time(clock: Clock) -> None:
    limiter = MovingWindowRateLimiter(PatientMemory())
    said = []
    for _ in range(7):
        said.append(limiter.hit(RULE, "ines"))
        clock.seconds += 15
    assert said == [True, True, True, False, True, True, True]


def test_a_refused_act_does_not_count_and_others_are_counted_apart(clock: Clock) -> None:
    limiter = MovingWindowRateLimiter(PatientMemory())
    assert [limiter.hit(RULE, "ines") for _ in range(9)] == [True] * 3 + [False] * 6
    assert limiter.hit(RULE, "jonah")
    assert not limiter.test(RULE, "ines")
    stats = limiter.get_window_stats(RULE, "ines")
    assert (stats.reset_time, stats.remaining) == (clock.seconds + 60, 0)
    clock.seconds += 60
    assert limiter.test(RULE, "ines", cost=3)
    assert limiter.hit(RULE, "ines", cost=3)
    assert not limiter.hit(RULE, "jonah", cost=4)


def test_whoever_has_gone_is_forgotten(clock: Clock) -> None:
    memory = PatientMemory()
    limiter = MovingWindowRateLimiter(memory)
    for number in range(1000):
        limiter.hit(RULE, f"address {number}")
    clock.seconds += 30
    limiter.hit(RULE, "ines")
    assert len(memory.moments) == 1001
    clock.seconds += 31
    limiter.hit(RULE, "jonah")
    assert len(memory.moments) == 2
    assert len(memory._over_at) == 2
    memory.clear(RULE.key_for("ines"))
    assert memory.reset() == 1
    assert memory.moments == {}


def test_many_at_once_are_counted_exactly() -> None:
    limiter, rule, allowed = MovingWindowRateLimiter(PatientMemory()), parse("500 per hour"), list[bool]()

    def try_often() -> None:
        allowed.extend(limiter.hit(rule, "everybody") for _ in range(200))

    threads = [threading.Thread(target=try_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert allowed.count(True) == 500
