"""A crowd arrives in a house that runs for real: what each browser is told of it; `make bench` takes a thousand."""

from bench.presence import measured

PEOPLE = 40


def test_a_crowd_that_arrives_at_once_is_told_in_batches_and_in_the_silence_not_at_all() -> None:
    arrival = measured(PEOPLE, idle=3.0)
    assert arrival.seated == PEOPLE
    assert arrival.rosters <= 4
    assert arrival.heard == PEOPLE
    assert arrival.seen_p95 <= 1.0
    assert arrival.idle_messages == 0
