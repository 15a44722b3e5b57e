"""The circle over the wire: who holds the stone, and what its holder says.

All of it is one short document that the processes share, and nothing else: no row, no log. What was said is in it
only for those who sat there when it was said and lose their page for a moment; it is gone when the circle closes.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from community import shared
from community.clock import now
from community.errors import Conflict
from community.groups.queries import teachers_of
from community.live import Call, command, every, member_room, sit_room, tell
from community.members.models import Member, SeenAs
from community.permissions import Act, require
from community.sits import live as room
from community.sits import queries
from community.sits.plan import PhaseName
from community.sits.seats import BEAT_S
from community.sits.sit import Sit
from community.sits.stone import SOFT_S, CircleOver, Company, NotHolding, Stone, Word, as_of, step
from community.sits.wire import seat_id
from community.text import one_line

TICK_SECONDS = 0.5
WORDS_LENGTH = 500
IN_ONE_TURN = 20
MOST_SAID = 60  # what somebody who lost their page may find again; the oldest words go first
LONGEST_BEAT_S = 1.2 * BEAT_S
SOFT_MS = int(SOFT_S * 1000)

_circles: set[str] = set()  # the circles that went on at the last tick of this process

Document = dict[str, Any]


@dataclass(frozen=True)
class Seated:
    """Who of those that the stone concerns is in the circle, and the place of each in the order of arrival."""

    company: Company
    orders: dict[int, int]


Change = Callable[[Document, Stone, Seated], Document]
"""What becomes of the document; given it, the stone as of now, and who is seated."""

NOTHING_YET: Document = {
    "seq": 0,
    "holder": None,
    "next": None,
    "since_ms": 0,
    "rests_until_ms": 0,
    "ended": False,
    "asked": False,
    "said": [],
}


class NoCircle(Conflict):
    """The sit is not in its circle."""

    sentence = "The circle begins after the closing bell, and ends when the room closes."


class TurnIsFull(Conflict):
    """One turn has its bounds."""

    sentence = "That is much for one turn. Say the rest with your voice, or pass the stone on."


@command("circle:ask", sit=str)
def ask(call: Call, *, sit: str) -> Document:
    """Ask for the stone; asking twice is fine."""
    return _do(call, sit, Act.ASK_STONE, Word.ASK)


@command("circle:keep_silence", sit=str)
def keep_silence(call: Call, *, sit: str) -> Document:
    """Take back that one asked."""
    return _do(call, sit, Act.PASS_STONE, Word.KEEP_SILENCE)


@command("circle:pass", sit=str)
def pass_on(call: Call, *, sit: str) -> Document:
    """Pass the stone on."""
    return _do(call, sit, Act.PASS_STONE, Word.PASS)


@command("circle:skip", sit=str)
def skip(call: Call, *, sit: str) -> Document:
    """Let the next go first."""
    return _do(call, sit, Act.PASS_STONE, Word.SKIP)


@command("circle:take", sit=str)
def take(call: Call, *, sit: str) -> Document:
    """Ask for the stone back, as a teacher."""
    return _do(call, sit, Act.TAKE_STONE, Word.TAKE)


@command("circle:end", sit=str)
def end(call: Call, *, sit: str) -> Document:
    """Close the circle for everybody; what was said is gone."""
    return _do(call, sit, Act.END_CIRCLE, Word.END)


@command("circle:look", sit=str)
def look(call: Call, *, sit: str) -> Document:
    """Say again where the stone is, to a browser that is not sure."""
    found = _circle(call, sit, Act.JOIN_SIT)
    return _seen_by(sit, call.by.id, _cell(sit, found.closes_at, call.at).read(), call.at.timestamp())


@command("circle:say", longest=WORDS_LENGTH, sit=str, words=str)
def say(call: Call, *, sit: str, words: str) -> Document:
    """Say something while one holds the stone: heard by those who are seated now, kept nowhere for longer."""
    found = _circle(call, sit, Act.SAY_IN_CIRCLE)
    line = one_line(words, limit=WORDS_LENGTH, field="words", what="sentence")

    def spoken(document: Document, stone: Stone, _seated: Seated) -> Document:
        if stone.ended:
            raise CircleOver
        if stone.holder != call.by.id:
            raise NotHolding
        said = document["said"]
        if sum(each["by"] == call.by.id and each["at"] >= stone.since for each in said) >= IN_ONE_TURN:
            raise TurnIsFull
        number, at = document["count"] + 1, call.at.timestamp()
        last = max(seat.order for seat in room.register.snapshot(sit).seats)  # who comes later has not heard it
        new = {"number": number, "by": call.by.id, "words": line, "at": at, "last_order": last}
        return document | {"said": [*said, new][-MOST_SAID:], "count": number}

    document = _change(found, call, spoken)
    told = _said_on_wire(sit, document["said"][-1])
    tell(sit_room(sit), "circle:said", {"sit": sit, **told})
    return {"number": told["number"]}


def beside_a_join(sit: Sit, member: Member, at: datetime) -> Document:
    """Give one who has just sat down what only those who are seated may know."""
    answer: Document = {"meeting_link": sit.series.meeting_link} if sit.series.meeting_link else {}
    if sit.phase(at).name is PhaseName.CIRCLE:
        with suppress(shared.Away):
            document = _cell(sit.key, sit.closes_at, at).read()
            answer["circle"] = _seen_by(sit.key, member.id, document, at.timestamp())
    return answer


def turn() -> None:
    """Let time pass in every circle that goes on, and forget those that have closed; one process does it for all."""
    at = now()
    if not shared.leads(room.ROOMS):
        return
    with suppress(shared.Away):
        going_on = {sit.key: sit for sit in room.sits_with_people() if sit.phase(at).name is PhaseName.CIRCLE}
        for key in _circles - going_on.keys():
            shared.Cell(_name(key), 1).change(lambda _document: None)
        _circles.clear()
        _circles.update(going_on)
        for sit in going_on.values():
            with room.apart(sit.key):
                _turn(sit, at)


def _turn(sit: Sit, at: datetime) -> None:
    document = _cell(sit.key, sit.closes_at, at).read()
    if document is None:
        return
    stone, seconds = Stone.from_json(document["stone"]), at.timestamp()
    if as_of(stone, _seated(sit.key, document, seconds).company, seconds) != stone:
        _write(sit.key, sit.closes_at.timestamp(), seconds, lambda document, _stone, _seated: document)


# --- the document ---


def _do(call: Call, key: str, act: Act, word: Word) -> Document:
    sit, at = _circle(call, key, act), call.at.timestamp()

    def done(document: Document, stone: Stone, seated: Seated) -> Document:
        after = step(stone, word, call.by.id, seated.company, at)
        return document | {"stone": after.to_json(), "said": [] if after.ended else document["said"]}

    return _seen_by(key, call.by.id, _change(sit, call, done), at)


def _change(sit: Sit, call: Call, change: Change) -> Document:
    """Have one of the seated change their circle."""
    return _write(
        sit.key, sit.closes_at.timestamp(), call.at.timestamp(), change, by=call.by.id, teachers=_teachers(sit)
    )


def _write(
    key: str, closes_at: float, at: float, change: Change, *, by: int | None = None, teachers: list[int] | None = None
) -> Document:
    """Change the document of a circle, let time pass in it first, and tell those who are seated what is new."""
    before: list[int | None] = []

    def changed(document: Document | None) -> Document:
        first = int(at * 1000)  # above all that a page may know from before the house was started again
        document = document or {"stone": Stone(first).to_json(), "said": [], "count": first, "teachers": []}
        document = document if teachers is None else document | {"teachers": teachers}
        stone = Stone.from_json(document["stone"])
        before[:] = [stone.seq, stone.holder]
        seated = _seated(key, document, at, by)
        if by is not None and by not in seated.orders:
            raise room.NotSeated
        stone = as_of(stone, seated.company, at)
        return change(document | {"stone": stone.to_json()}, stone, seated)

    document = shared.Cell(_name(key), max(1.0, closes_at - at)).change(changed) or {}
    stone = Stone.from_json(document["stone"])
    if stone.seq != before[0]:
        tell(sit_room(key), "circle:stone", {"sit": key, **_stone_on_wire(key, document, at)})
    if stone.holder not in {None, before[1]}:
        tell(member_room(int(stone.holder or 0)), "circle:turn", {"sit": key, "soft_ms": SOFT_MS})
    return document


def _circle(call: Call, key: str, act: Act) -> Sit:
    """Load the sit through the one who asks, who must be seated in its circle."""
    sit = queries.sit_visible_to(call.by, key)
    require(call.by, act, sit, at=call.at)
    if sit_room(key) not in call.socket.rooms:
        raise room.NotSeated
    if sit.phase(call.at).name is not PhaseName.CIRCLE:
        raise NoCircle
    return sit


def _seated(key: str, document: Document, at: float, member_id: int | None = None) -> Seated:
    """Give who of those that the stone concerns is here, and one more, who is heard as they speak."""
    holder = document["stone"]["holder"]
    asked = [each for each, _at in document["stone"]["asked"]]
    ids = {*asked, *document["teachers"], holder, member_id} - {None}
    orders, away = {}, set()
    for seat in room.register.snapshot(key, most=len(ids), first=ids).seats:
        orders[seat.member_id] = seat.order
        if seat.away and seat.member_id != member_id:
            away.add(seat.member_id)
    lost = dict.fromkeys(away, at)
    if holder in lost:  # since the moment at which the next beat was due at the latest
        lost[holder] = min(at, LONGEST_BEAT_S + (room.register.heard_at(key, holder, at=at) or at))
    return Seated(Company(frozenset(orders.keys() - away), lost, tuple(document["teachers"])), orders)


def _teachers(sit: Sit) -> list[int]:
    """List to whom a lost stone goes back: teachers who are seen as such, the one who leads first."""
    found = [each.id for each in teachers_of(sit.group) if each.seen_as is not SeenAs.ONE_MORE]
    return sorted(found, key=lambda member_id: member_id != sit.series.leader_id)


def _cell(key: str, closes_at: datetime, at: datetime) -> shared.Cell:
    return shared.Cell(_name(key), max(1.0, (closes_at - at).total_seconds()))


def _name(key: str) -> str:
    return f"stone:{key}"


# --- on the wire ---


def _seen_by(key: str, member_id: int, document: Document | None, at: float) -> Document:
    """Give the circle as one of the seated sees it: their own asking, and what was said since they came."""
    if document is None:
        return NOTHING_YET
    stone, order = Stone.from_json(document["stone"]), _seated(key, document, at, member_id).orders.get(member_id)
    said = [each for each in document["said"] if order is not None and order <= each["last_order"]]
    return {
        **_stone_on_wire(key, document, at),
        **({"soft_ms": SOFT_MS} if stone.holder == member_id else {}),
        "asked": stone.has_asked(member_id),
        "said": [_said_on_wire(key, each) for each in said],
    }


def _stone_on_wire(key: str, document: Document, at: float) -> Document:
    """Give where the stone is; of those who asked only the next is known to others."""
    stone = Stone.from_json(document["stone"])
    follows = stone.next(_seated(key, document, at).company) if stone.asked else None
    return {
        "seq": stone.seq,
        "holder": _seat(key, stone.holder),
        "next": _seat(key, follows),
        "since_ms": int(stone.since * 1000),
        "rests_until_ms": int(stone.rests_until * 1000),
        "ended": stone.ended,
    }


def _said_on_wire(key: str, each: Document) -> Document:
    return {"number": each["number"], "seat": _seat(key, each["by"]), "words": each["words"]}


def _seat(key: str, member_id: int | None) -> str | None:
    secret = str(current_app.extensions["settings"].secret_keys[0])
    return None if member_id is None else seat_id(secret, key, member_id)


room.answer_with(beside_a_join)
every(TICK_SECONDS, turn)
