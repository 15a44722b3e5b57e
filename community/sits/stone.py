"""The stone of a circle: who holds it, and who has it next. Pure, with no clock of its own.

One person at most holds the stone. Others ask for it, and it goes to them in the order in which they asked; between
two of them it rests for two breaths. Where nobody asks it lies in the middle. What time alone does (the rest is
over, a holder is lost for good) is worked out whenever somebody looks, so that it does not depend on when the clock
last ticked. Times are seconds of one steady scale.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from community.errors import Conflict

REST_S: Final = 6.0  # two breaths between holders
KEPT_S: Final = 20.0  # how long the stone stays with a holder who is lost
SOFT_S: Final = 180.0  # after so long the holder, and nobody else, is shown that time has passed


class NotHolding(Conflict):
    """Somebody passes on, or speaks with, a stone that is not with them."""

    sentence = "The stone is not with you at the moment."


class CircleOver(Conflict):
    """The teacher has closed the circle."""

    sentence = "The circle is closed. Stay a little, or leave quietly."


class Word(StrEnum):
    """What somebody in the circle may do about the stone."""

    ASK = "ask"
    KEEP_SILENCE = "keep silence"  # take back that one asked
    PASS = "pass"
    SKIP = "skip"  # let the next go first
    TAKE = "take"  # a teacher asks for the stone back
    END = "end"


@dataclass(frozen=True, slots=True)
class Company:
    """Who is in the circle: those who are heard, and since when the others are not. Who is in neither has left."""

    here: frozenset[int]
    lost: Mapping[int, float] = field(default_factory=dict)
    teachers: tuple[int, ...] = ()  # to the first of them who is here a lost holder's stone goes back


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody would like the stone, since when."""

    member_id: int
    at: float


@dataclass(frozen=True, slots=True)
class Stone:
    """Where the stone is. ``since`` is when its holder got it; without one it rests until ``rests_until``."""

    seq: int
    holder: int | None = None
    since: float = 0.0
    rests_until: float = 0.0
    asked: tuple[Asked, ...] = ()
    ended: bool = False

    def next(self, company: Company) -> int | None:
        """Give who has the stone next: the first who asked and is here."""
        return next((each.member_id for each in self.asked if each.member_id in company.here), None)

    def has_asked(self, member_id: int) -> bool:
        """Say whether somebody waits for the stone."""
        return any(each.member_id == member_id for each in self.asked)

    def to_json(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self) | {"asked": [[each.member_id, each.at] for each in self.asked]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Stone":
        """Read what ``to_json`` gave."""
        return cls(**{**kept, "asked": tuple(Asked(member_id, at) for member_id, at in kept["asked"])})


def as_of(stone: Stone, company: Company, at: float) -> Stone:
    """Let time pass: who left waits no longer, a lost holder's stone goes back, a rested stone goes on."""
    if stone.ended:
        return stone
    now = _left(stone, company, at)
    now = _given_back(now, company, at)
    now = _gone_on(now, company, at)
    return now if now == stone else replace(now, seq=stone.seq + 1)


def step(stone: Stone, word: Word, by: int, company: Company, at: float) -> Stone:
    """Do what somebody who is here asks for; the door has seen to their right. Asking twice is fine.

    Raises NotHolding and CircleOver.
    """
    before = as_of(stone, company, at)
    if before.ended:
        if word is Word.END:
            return before
        raise CircleOver
    done = _STEPS[word](before, by, company, at)
    if done == before:
        return before
    return as_of(replace(done, seq=before.seq + 1), company, at)


# --- what time does ---


def _left(stone: Stone, company: Company, at: float) -> Stone:
    known = company.here | company.lost.keys()
    asked = tuple(each for each in stone.asked if each.member_id in known)
    stone = replace(stone, asked=asked)
    return _let_go(stone, at) if stone.holder is not None and stone.holder not in known else stone


def _given_back(stone: Stone, company: Company, at: float) -> Stone:
    if stone.holder is None or stone.holder in company.here:
        return stone
    back_at = max(company.lost[stone.holder], stone.since) + KEPT_S
    if at < back_at:
        return stone
    lost = stone.holder
    stone = _let_go(_without(stone, lost), back_at)
    teacher = next((each for each in company.teachers if each in company.here and each != lost), None)
    return stone if teacher is None else _first(stone, teacher, back_at)


def _gone_on(stone: Stone, company: Company, at: float) -> Stone:
    """A stone that has rested is with the next since then, however late anybody looks."""
    if stone.holder is not None or at < stone.rests_until:
        return stone
    follows = next((each for each in stone.asked if each.member_id in company.here), None)
    if follows is None:
        return stone
    since = max(stone.rests_until, follows.at)
    return replace(_without(stone, follows.member_id), holder=follows.member_id, since=since)


# --- what people do ---


def _ask(stone: Stone, by: int, _company: Company, at: float) -> Stone:
    if stone.holder == by or stone.has_asked(by):
        return stone
    return replace(stone, asked=(*stone.asked, Asked(by, at)))


def _keep_silence(stone: Stone, by: int, _company: Company, _at: float) -> Stone:
    return _without(stone, by)


def _pass(stone: Stone, by: int, _company: Company, at: float) -> Stone:
    if stone.holder != by:
        raise NotHolding
    return _let_go(stone, at)


def _skip(stone: Stone, by: int, company: Company, at: float) -> Stone:
    """Let the next who is here go first, and stay in line behind them; where nobody else asks, a holder passes."""
    if stone.holder != by and not stone.has_asked(by):
        raise NotHolding
    rest = _without(stone, by)
    first = rest.next(company)
    if first is None:
        return _pass(stone, by, company, at) if stone.holder == by else stone
    behind = 1 + next(place for place, each in enumerate(rest.asked) if each.member_id == first)
    asked = (*rest.asked[:behind], Asked(by, at), *rest.asked[behind:])
    if stone.holder == by:
        rest = _let_go(rest, at)
    return replace(rest, asked=asked)


def _take(stone: Stone, by: int, _company: Company, at: float) -> Stone:
    if stone.holder == by:
        return stone
    return _first(_let_go(stone, at) if stone.holder is not None else stone, by, at)


def _end(stone: Stone, _by: int, _company: Company, at: float) -> Stone:
    return Stone(stone.seq, since=at, ended=True)


_STEPS: Final = {
    Word.ASK: _ask,
    Word.KEEP_SILENCE: _keep_silence,
    Word.PASS: _pass,
    Word.SKIP: _skip,
    Word.TAKE: _take,
    Word.END: _end,
}


def _let_go(stone: Stone, at: float) -> Stone:
    return replace(stone, holder=None, since=at, rests_until=at + REST_S)


def _without(stone: Stone, member_id: int) -> Stone:
    return replace(stone, asked=tuple(each for each in stone.asked if each.member_id != member_id))


def _first(stone: Stone, member_id: int, at: float) -> Stone:
    return replace(stone, asked=(Asked(member_id, at), *_without(stone, member_id).asked))
