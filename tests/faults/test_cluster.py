"""Three processes, one house: what one of them does is true in all, and one that dies takes nobody along."""

import time

import pytest

from tests.cluster import Cluster, answers, wait_for
from tests.doors import until
from tests.faults.caller import Caller, StepIn, a_thread, asks_for_a_letter, letters_to

pytestmark = pytest.mark.services


def hear_of(wire: object, fact: str, seconds: float = 3) -> bool:
    """Wait for a fact on a line."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        heard = wire.hear()  # type: ignore[attr-defined]
        if heard is None:
            return False
        if f'"{fact}"' in heard:
            return True
    return False


def test_a_post_by_one_process_is_heard_on_the_lines_of_the_others(house: Cluster, step_in: StepIn) -> None:
    ines = step_in("Ines")
    thread = a_thread(ines)
    wires = [ines.line(each.url) for each in house.apps]
    for wire in wires:
        wire.command("thread:watch", {"thread": int(thread.rpartition("/")[2])})
        assert '"ok":true' in str(wire.hear())
    said = ines.write(thread, "A word for all three.", at=house.apps[0].url)
    assert said.status == 303, said.page[-2000:]
    assert all(hear_of(wire, "post:written") for wire in wires)


def test_who_signs_out_by_one_process_is_off_the_line_everywhere_at_once(house: Cluster) -> None:
    jonah = Caller(house.url).step_in("Ines")
    wires = [jonah.line(each.url) for each in house.apps]
    since = time.monotonic()
    assert jonah.post("/sign-out", at=house.apps[1].url).status == 303
    assert all(wire.is_cut_within(2) for wire in wires)
    assert time.monotonic() - since < 2  # long before the sweep, which comes every five seconds


def test_whose_door_is_closed_by_a_command_is_off_the_line_everywhere(house: Cluster, step_in: StepIn) -> None:
    lucja = step_in("Łucja")
    wires = [lucja.line(each.url) for each in house.apps]
    house.flask("close-door", "--email", "lucja@example.org")
    assert all(wire.is_cut_within(2) for wire in wires)
    house.flask("open-door", "--email", "lucja@example.org")


def test_letters_are_sent_by_the_worker_and_by_nobody_else(house: Cluster) -> None:
    worker, email = house.worker, "maren@example.org"
    assert worker is not None
    asks_for_a_letter(house, email)
    assert until(lambda: letters_to(house, email) == 1)
    worker.kill()
    asks_for_a_letter(house, email)
    time.sleep(1.5)  # long enough for whoever would send it and should not
    assert letters_to(house, email) == 1
    worker.start()
    wait_for(lambda: letters_to(house, email) == 2, 20)


def test_a_process_that_dies_takes_nobody_along(house: Cluster, step_in: StepIn) -> None:
    ines, victim = step_in("Ines"), house.apps[2]
    wire = ines.line(house.apps[0].url)
    victim.kill()
    assert [ines.get("/").status for _ in range(12)] == [200] * 12
    wire.command("clock:probe", {})
    assert '"ok":true' in str(wire.hear())
    victim.start()
    wait_for(victim.ready)


def test_where_nobody_is_left_it_is_said_as_such(house: Cluster, step_in: StepIn) -> None:
    ines = step_in("Ines")
    for unit in house.apps:
        unit.kill()
    told = ines.get("/")
    assert told.status == 503
    assert told.headers["Retry-After"] == "5"
    assert "Back in a moment" in told.page
    assert "no-store" in told.headers["Cache-Control"]
    for unit in house.apps:
        unit.start()
    wait_for(lambda: answers(f"{house.url}/readyz"))
    house.wait()
    assert ines.get("/").status == 200


def test_a_second_worker_in_one_gunicorn_is_refused(house: Cluster) -> None:
    from tests.cluster import GUNICORN, run
    from tests.services.process import NotHere

    with pytest.raises(NotHere, match="app:create_app") as refused:
        run((*GUNICORN[:-1], "-w", "2", GUNICORN[-1]), {**house.environment, "PORT": "1"})
    assert "One gunicorn runs one worker" in str(refused.value)


def test_a_limit_counts_over_all_processes(house: Cluster) -> None:
    caller = Caller(house.url)
    said = []
    for number in range(12):  # two were asked for above, at the most
        caller.get("/reset")
        said.append(caller.post("/reset", at=house.apps[number % 3].url, email="nobody@example.org").status)
    assert 2 <= said.count(429) <= 4
    assert said[-2:] == [429, 429]
