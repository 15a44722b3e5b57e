"""The circle at its door: the stone goes round among those who are seated, and what is said is kept by nobody."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from community import live as live_door
from community import shared
from community.clock import now
from community.errors import Invalid
from community.groups.models import Membership, Role
from community.members.models import Member, SeenAs
from community.sits import circle
from community.sits import live as sits_live
from community.sits.meeting import meeting_link
from community.sits.seats_in_memory import MemoryStore
from tests.doors import Browser, Live, until
from tests.factories import inside, join, make_member, plan_sit
from tests.people import People
from tests.services import redis_server

Open = Callable[..., Browser]
Connect = Callable[..., Live]
IN_CIRCLE = -timedelta(minutes=31)


@pytest.fixture(autouse=True, params=["one process", pytest.param("many processes", marks=pytest.mark.services)])
def empty_rooms(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every test meet a circle of its own, in the memory of one process and in a Redis that many share."""
    shared.init(redis_server.new_store() if request.param == "many processes" else "")
    monkeypatch.setattr(sits_live, "_memory", MemoryStore())
    for kept in (sits_live._rooms, sits_live._tabs, sits_live._beats, circle._circles):
        kept.clear()
    yield
    shared.init()


@pytest.fixture
def key(people: People) -> str:
    """Give a sit of the group that is in its circle."""
    return plan_sit(people.group, people.maren, begins_in=IN_CIRCLE, leader_id=people.maren.id)


class Seated:
    """Somebody who sits in the circle."""

    def __init__(self, live: Connect, member: Member, key: str, tab: str = "one") -> None:
        self.live, self.key = live(member), key
        self.joined = self.live.command("sit:join", sit=key, tab=tab)
        assert self.joined["ok"], self.joined
        self.seat = self.joined["you"]

    def does(self, verb: str, **more: Any) -> dict[str, Any]:
        return self.live.command(f"circle:{verb}", sit=self.key, **more)

    def hears(self) -> dict[str, Any]:
        fact = self.live.next("circle:stone")
        assert isinstance(fact, dict)
        return fact


@pytest.fixture
def maren(people: People, live: Connect, key: str) -> Seated:
    return Seated(live, people.maren, key)


@pytest.fixture
def ines(people: People, live: Connect, key: str) -> Seated:
    return Seated(live, people.ines, key)


@pytest.fixture
def jonah(people: People, live: Connect, key: str) -> Seated:
    return Seated(live, people.jonah, key)


def time_passes(monkeypatch: pytest.MonkeyPatch, seconds: float = 0) -> None:
    """Run the tick of the circles by hand, so many seconds from now."""
    at = now() + timedelta(seconds=seconds)
    with inside(), monkeypatch.context() as clock:
        clock.setattr(circle, "now", lambda: at)
        circle.turn()


def test_a_fault_in_one_circle_stops_no_other(
    people: People, live: Connect, ines: Seated, jonah: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        broken = plan_sit(people.group, people.maren, begins_in=IN_CIRCLE, title=f"Broken {number}")
        Seated(live, people.maren, broken)
        shared.Cell(f"stone:{broken}", 60).change(lambda _document: {"broken": True})
    ines.does("ask")
    jonah.does("ask")
    ines.does("pass")
    while jonah.hears()["holder"]:
        pass
    time_passes(monkeypatch, 6.5)
    assert jonah.live.next("circle:turn")["sit"] == jonah.key


def test_who_asks_first_has_the_stone_and_all_who_are_seated_hear_of_it(ines: Seated, jonah: Seated) -> None:
    answer = ines.does("ask")
    assert (answer["holder"], answer["next"], answer["soft_ms"]) == (ines.seat, None, 180_000)
    heard = jonah.hears()
    assert (heard["holder"], heard["sit"]) == (ines.seat, ines.key)
    assert "soft_ms" not in heard
    assert ines.live.next("circle:turn") == {"sit": ines.key, "soft_ms": 180_000}
    jonah.live.settle()
    assert jonah.live.heard("circle:turn") == []


def test_the_stone_goes_to_the_next_after_two_breaths(
    ines: Seated, jonah: Seated, maren: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines.does("ask")
    assert jonah.does("ask")["asked"]
    maren.does("ask")
    passed = ines.does("pass")
    assert (passed["holder"], passed["next"], passed["ok"]) == (None, jonah.seat, True)
    assert 5_900 <= passed["rests_until_ms"] - passed["since_ms"] <= 6_100
    time_passes(monkeypatch, 5)
    assert ines.does("look")["holder"] is None
    time_passes(monkeypatch, 6.5)
    seen = ines.does("look")
    assert (seen["holder"], seen["next"]) == (jonah.seat, maren.seat)
    assert jonah.live.next("circle:turn")["sit"] == jonah.key


def test_others_learn_of_the_next_and_of_nobody_else_who_asked(ines: Seated, jonah: Seated, maren: Seated) -> None:
    ines.does("ask")
    jonah.does("ask")
    maren.does("ask")
    seen = ines.does("look")
    assert seen["next"] == jonah.seat
    assert maren.seat not in str(seen)


def test_only_the_holder_speaks_and_all_who_are_seated_hear_it(ines: Seated, jonah: Seated) -> None:
    assert jonah.does("say", words="Me first.")["error"]["kind"] == "conflict"
    ines.does("ask")
    assert jonah.does("say", words="May I?")["error"]["message"] == "The stone is not with you at the moment."
    assert ines.does("say", words="  <b>Quiet</b>\u00a0today. ")["ok"] is False, "a field is printable text"
    assert ines.does("say", words="<b>Quiet</b> today. " + "ß" * 480)["ok"]
    said = jonah.live.next("circle:said")
    assert (said["seat"], said["words"][:19]) == (ines.seat, "<b>Quiet</b> today.")


def test_words_and_stone_are_numbered_above_what_a_page_knows_from_before_a_restart(ines: Seated, key: str) -> None:
    before = ines.does("ask")["seq"], ines.does("say", words="before")["number"]
    shared.Cell(f"stone:{key}", 60).change(lambda _document: None)
    assert ines.does("ask")["seq"] > before[0]
    assert ines.does("say", words="after")["number"] > before[1]


@pytest.mark.parametrize("words", ["", "   ", "\u200b", "x" * 501, 7, None])
def test_words_have_bounds(ines: Seated, words: Any) -> None:
    ines.does("ask")
    assert ines.does("say", words=words)["error"]["kind"] == "invalid"


def test_one_turn_has_bounds(ines: Seated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circle, "IN_ONE_TURN", 3)
    ines.does("ask")
    assert [ines.does("say", words="again")["ok"] for _ in range(4)] == [True, True, True, False]


def test_who_loses_their_page_finds_what_was_said_and_who_comes_later_does_not(
    people: People, live: Connect, key: str, ines: Seated, jonah: Seated
) -> None:
    ines.does("ask")
    ines.does("say", words="It was only a morning.")
    again = Seated(live, people.jonah, key, "reloaded")
    assert [each["words"] for each in again.joined["circle"]["said"]] == ["It was only a morning."]
    assert again.joined["circle"]["holder"] == ines.seat
    later = Seated(live, people.maren, key)
    assert later.joined["circle"]["said"] == []
    assert later.joined["circle"]["holder"] == ines.seat


def test_when_the_teacher_ends_the_circle_what_was_said_is_gone(
    people: People, live: Connect, key: str, ines: Seated, jonah: Seated, maren: Seated
) -> None:
    ines.does("ask")
    ines.does("say", words="a word that is not kept")
    assert jonah.does("end")["error"]["kind"] == "not_allowed"
    assert maren.does("end")["ended"]
    assert until(lambda: any(fact["ended"] for fact in jonah.live.heard("circle:stone")))
    assert "not kept" not in str(shared._ground["ours"].read(f"stone:{key}"))
    assert Seated(live, people.jonah, key, "reloaded").joined["circle"]["said"] == []
    for verb, more in (("ask", {}), ("say", {"words": "and yet"})):
        assert "circle is closed" in ines.does(verb, **more)["error"]["message"]
    assert maren.does("end")["ok"], "ending it twice is fine"


def test_when_the_room_closes_the_house_forgets_the_circle(
    ines: Seated, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines.does("ask")
    ines.does("say", words="a word that is not kept")
    time_passes(monkeypatch)
    time_passes(monkeypatch, 15 * 60)
    assert shared._ground["ours"].read(f"stone:{key}") is None


def test_the_stone_of_a_holder_whose_line_is_cut_goes_back_to_the_teacher(
    ines: Seated, jonah: Seated, maren: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines.does("ask")
    jonah.does("ask")
    ines.live.cut()
    assert until(lambda: any(seat.away for seat in sits_live.register.snapshot(ines.key).seats))
    time_passes(monkeypatch, 20)
    assert jonah.does("look")["holder"] == ines.seat
    time_passes(monkeypatch, 27)
    assert (jonah.does("look")["holder"], jonah.does("look")["next"]) == (None, maren.seat)
    time_passes(monkeypatch, 34)
    assert (jonah.does("look")["holder"], jonah.does("look")["next"]) == (maren.seat, jonah.seat)


def test_a_holder_who_is_back_in_time_has_kept_the_stone(
    people: People, live: Connect, ines: Seated, jonah: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines.does("ask")
    ines.live.cut()
    assert until(lambda: any(seat.away for seat in sits_live.register.snapshot(ines.key).seats))
    time_passes(monkeypatch, 15)
    again = Seated(live, people.ines, ines.key)
    assert (again.joined["circle"]["holder"], again.joined["circle"]["soft_ms"]) == (ines.seat, 180_000)
    assert again.does("say", words="Here I am.")["ok"]


def test_who_leaves_loses_the_stone_at_once(
    browser: Open, people: People, ines: Seated, jonah: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines.does("ask")
    jonah.does("ask")
    browser(people.ines).post(f"/groups/ending-on-time/sits/{ines.key}/leaving")
    time_passes(monkeypatch)
    assert (jonah.does("look")["holder"], jonah.does("look")["next"]) == (None, jonah.seat)


def test_one_who_is_turned_out_loses_the_stone_and_hears_nothing_more(
    people: People, ines: Seated, jonah: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines.does("ask")
    live_door.turn_out(member_id=people.ines.id, group_id=people.group.id)
    time_passes(monkeypatch)
    assert jonah.does("look")["holder"] is None
    ines.live.settle()
    ines.live.heard("circle:stone")
    jonah.does("ask")
    ines.live.settle()
    assert ines.live.heard("circle:stone") == []
    assert ines.does("say", words="still here")["error"]["kind"] == "conflict"


def test_a_teacher_asks_for_the_stone_back(ines: Seated, maren: Seated) -> None:
    ines.does("ask")
    assert ines.does("take")["error"]["kind"] == "not_allowed"
    taken = maren.does("take")
    assert (taken["holder"], taken["next"]) == (None, maren.seat)


def test_one_who_was_asked_to_be_quiet_sits_in_the_circle_without_a_word(
    people: People, ines: Seated, live: Connect, key: str
) -> None:
    from community.db import session, transaction

    with inside(), transaction():
        row = session().get(Membership, (people.group.id, people.ines.id))
        assert row is not None
        row.muted_until = now() + timedelta(days=1)
    assert ines.does("look")["ok"]
    assert ines.does("ask")["error"]["kind"] == "not_allowed"


def test_a_member_of_the_group_who_is_not_seated_gets_nothing(
    people: People, live: Connect, browser: Open, ines: Seated
) -> None:
    ines.does("ask")
    ines.does("say", words="only for those who sit here")
    outside = live(people.jonah)
    for verb in ("look", "ask", "pass", "say"):
        answer = outside.command(f"circle:{verb}", sit=ines.key, words="x")
        assert answer["error"]["kind"] == "conflict"
        assert ines.seat not in str(answer)
    outside.settle()
    assert (outside.heard("circle:said"), outside.heard("circle:stone")) == ([], [])
    page = browser(people.jonah)
    page.get(f"/groups/ending-on-time/sits/{ines.key}")
    assert "only for those who sit here" not in page.page
    assert "circle" not in outside.command("sit:snapshot", sit=ines.key)


def test_there_is_no_stone_before_the_circle(people: People, live: Connect) -> None:
    early = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=3))
    ines = Seated(live, people.ines, early)
    assert "after the closing bell" in ines.does("ask")["error"]["message"]
    assert "circle" not in ines.joined


def test_a_teacher_who_is_seen_as_one_more_person_is_not_shown_by_a_stone_that_goes_back(
    people: People, live: Connect, key: str, ines: Seated, jonah: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    noor = make_member("Noor Vale", seen_as=SeenAs.ONE_MORE)
    join(noor, people.group, role=Role.TEACHER)
    Seated(live, noor, key)
    ines.does("ask")
    jonah.does("ask")
    ines.live.cut()
    assert until(lambda: any(seat.away for seat in sits_live.register.snapshot(key).seats))
    time_passes(monkeypatch, 27)
    assert jonah.does("look")["next"] == jonah.seat


def test_nothing_that_is_said_reaches_a_table_or_a_log(
    ines: Seated, maren: Seated, capfd: pytest.CaptureFixture[str]
) -> None:
    from community.db import db, session

    ines.does("ask")
    ines.does("say", words="heronwords at dusk")
    maren.does("end")
    with inside():
        for table in db.metadata.sorted_tables:
            assert "heronwords" not in str(session().execute(table.select()).all())
    assert "heronwords" not in "".join(capfd.readouterr())


LINK = "https://meet.example.org/evening-sit?room=7"


def test_the_meeting_is_shown_to_those_who_are_seated_and_nowhere_else(
    people: People, live: Connect, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=3), meeting_link=LINK)
    assert Seated(live, people.ines, key).joined["meeting_link"] == LINK
    outside = live(people.jonah)
    assert "meeting_link" not in outside.command("sit:snapshot", sit=key)
    for member in (people.jonah, people.maren):
        page = browser(member)
        for path in ("", "/sits", f"/sits/{key}", f"/sits/{key}/seats", f"/sits/{key}/changes/new"):
            page.get(f"/groups/ending-on-time{path}")
            assert "meet.example.org" not in page.page, path
        page.get("/")
        assert "meet.example.org" not in page.page
    assert live(people.viktor).command("sit:join", sit=key, tab="x")["error"]["kind"] in {"not_found", "not_allowed"}


def test_a_sit_without_a_meeting_says_nothing_of_one(ines: Seated) -> None:
    assert "meeting_link" not in ines.joined


def test_a_teacher_plans_a_sit_with_a_meeting_and_gets_back_what_was_typed(people: People, browser: Open) -> None:
    from community.db import session
    from community.sits.models import SitSeries

    maren, at = browser(people.maren), (now() + timedelta(days=3)).date().isoformat()
    planned: dict[str, Any] = {"title": "Early", "plan": "quiet_half_hour", "day": at, "time": "07:00"}
    planned |= {"repeat": "once", "leader": "0"}
    refused = maren.post("/groups/ending-on-time/sits", **planned, meeting_link="http://meet.example.org")
    assert refused.status_code == 422
    assert "beginning with https://" in maren.page
    assert "http://meet.example.org" in maren.page
    assert maren.post("/groups/ending-on-time/sits", **planned, meeting_link=f" {LINK} ").status_code == 303
    with inside():
        assert [each.meeting_link for each in session().query(SitSeries)] == [LINK]


def test_a_teacher_changes_the_meeting_of_a_series_and_takes_it_away(
    people: People, live: Connect, browser: Open
) -> None:
    key = plan_sit(people.group, people.maren, begins_in=timedelta(minutes=3), meeting_link=LINK)
    meeting, other = f"/groups/ending-on-time/series/{key.partition('-')[0]}/meeting", "https://other.example.org/room"
    maren, ines = browser(people.maren), browser(people.ines)
    maren.get("/groups/ending-on-time/sits")
    assert f'action="{meeting}"' in maren.page
    assert "meet.example.org" not in maren.page
    ines.get("/groups/ending-on-time/sits")
    assert meeting not in ines.page
    assert ines.post(meeting, meeting_link=other).status_code == 403
    assert maren.post(meeting, meeting_link="http://other.example.org").status_code == 422
    assert "beginning with https://" in maren.page
    assert 'value="http://other.example.org"' in maren.page
    assert '<details class="ask" open>' in maren.page
    assert Seated(live, people.ines, key).joined["meeting_link"] == LINK
    answer = maren.post(meeting, meeting_link=f" {other} ")
    assert (answer.status_code, answer.location) == (303, "/groups/ending-on-time/sits")
    assert Seated(live, people.jonah, key).joined["meeting_link"] == other
    assert maren.post(meeting, meeting_link="").status_code == 303
    assert "meeting_link" not in Seated(live, people.tomasz, key).joined


@pytest.mark.parametrize(
    "link",
    [
        *("http://meet.example.org", "javascript:alert(1)", "//meet.example.org", "meet.example.org", "https://"),
        *("https://somebody:secret@meet.example.org/", "https://meet.example.org/a b", "https://[::1", "https://a:b/"),
        *('https://meet.example.org/"><script>', "https://meet.example.org\\@evil.example", "https://" + "a" * 500),
    ],
)
def test_no_browser_is_sent_to_anything_but_a_plain_address(link: str) -> None:
    with pytest.raises(Invalid):
        meeting_link(link)


@pytest.mark.parametrize("none", [None, "", "  "])
def test_no_meeting_is_fine(none: str | None) -> None:
    assert meeting_link(none) is None
