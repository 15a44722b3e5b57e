"""People in a circle who do all sorts of things, and an onlooker who holds the stone to its promises."""

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from community.sits.stone import KEPT_S, REST_S, CircleOver, Company, NotHolding, Stone, Word, as_of, step

PEOPLE = range(1, 6)
TEACHERS = (1, 2)
RETURN_WITHIN_S = 45.0  # then the seat of somebody lost is free


class Circle:
    """One circle. Between two looks nothing is worked out, as with a clock that ticks only now and then."""

    def __init__(self, teachers: tuple[int, ...] = TEACHERS) -> None:
        self.at = 1_000.0
        self.stone = Stone(seq=1)
        self.teachers = teachers
        self.here: set[int] = set(PEOPLE)
        self.lost: dict[int, float] = {}
        self.wants: set[int] = set()  # counted here again, so that nobody's asking is forgotten
        self.may_go: set[int] = set()  # from whom the stone may have gone since the last look
        self.handed: list[tuple[int, float]] = []  # who has held it since when

    @property
    def company(self) -> Company:
        return Company(frozenset(self.here), dict(self.lost), self.teachers)

    def wait(self, seconds: float) -> None:
        self.at += seconds
        for member_id in [each for each, since in self.lost.items() if since + RETURN_WITHIN_S <= self.at]:
            self.leave(member_id)

    def come(self, member_id: int) -> None:
        self.lost.pop(member_id, None)
        self.here.add(member_id)

    def lose(self, member_id: int) -> None:
        if member_id in self.here:
            self.here.remove(member_id)
            self.lost[member_id] = self.at

    def leave(self, member_id: int) -> None:
        """Go, which the house hears of at once."""
        self.here.discard(member_id)
        self.lost.pop(member_id, None)
        self.wants.discard(member_id)
        self.may_go.add(member_id)
        self.look()

    def say(self, word: Word, by: int) -> None:
        """Have somebody who is here do something; only teachers may take and end."""
        if by not in self.here or (word in {Word.TAKE, Word.END} and by not in self.teachers):
            return
        self.look()
        before = self.stone
        try:
            self.stone = step(before, word, by, self.company, self.at)
        except NotHolding:
            assert word in {Word.PASS, Word.SKIP}
            assert before.holder != by
        except CircleOver:
            assert before.ended
        else:
            self._note(word, by, before)
        self.check()

    def look(self) -> None:
        """Let the house work out what time has done, and hold it to its promises."""
        self._note_lost()
        self.stone = as_of(self.stone, self.company, self.at)
        self.check()

    def _note(self, word: Word, by: int, before: Stone) -> None:
        if word is Word.ASK and before.holder != by:
            self.wants.add(by)
        if word in {Word.KEEP_SILENCE, Word.END}:
            self.wants -= {by} if word is Word.KEEP_SILENCE else set(PEOPLE)
        if word in {Word.PASS, Word.SKIP} and before.holder == by:
            self.may_go.add(by)
        if word in {Word.TAKE, Word.END}:
            self.may_go |= set(PEOPLE)

    def _note_lost(self) -> None:
        self.may_go |= {each for each, since in self.lost.items() if since + KEPT_S <= self.at}
        self.wants -= {each for each in self.may_go if each == self.stone.holder}

    def check(self) -> None:
        """Every promise, at this moment."""
        stone, company = self.stone, self.company
        if stone.ended:
            assert stone.holder is None
            assert not stone.asked
            return
        self._check_holder()
        waiting = stone.next(company)
        if stone.holder is None and waiting is not None:
            assert self.at - stone.since <= REST_S, "nobody has it though somebody waits"
            assert self.at < stone.rests_until
        assert len({each.member_id for each in stone.asked}) == len(stone.asked)
        assert not stone.has_asked(stone.holder or 0)
        assert all(stone.has_asked(each) for each in self.wants), "somebody's asking was forgotten"
        assert as_of(stone, company, self.at) == stone

    def _check_holder(self) -> None:
        stone = self.stone
        last = self.handed[-1] if self.handed else None
        if stone.holder is None:
            if last is not None and last[0]:
                assert last[0] in self.may_go, "the stone went from somebody without a reason"
                self.handed.append((0, stone.since))
            self.may_go.clear()
            return
        assert stone.holder in self.here or self.at < max(self.lost[stone.holder], stone.since) + KEPT_S
        if last == (stone.holder, stone.since):
            return
        if last is not None:
            assert not last[0] or last[0] in self.may_go, "two hold it"
            assert stone.since >= last[1] + REST_S, "it went on without two breaths"
        self.wants.discard(stone.holder)
        self.handed.append((stone.holder, stone.since))
        self.may_go.clear()


def run(chance: Random, *, steps: int, looks_within: float) -> None:
    """Let a circle go its way by chance, looked at every so often."""
    circle = Circle(chance.choice([(), (1,), TEACHERS]))
    acts = [circle.come] * 3 + [circle.lose] * 2 + [circle.leave]
    words = [Word.ASK] * 6 + [Word.PASS] * 4 + [Word.SKIP] * 2 + [Word.KEEP_SILENCE, Word.TAKE]
    for number in range(steps):
        left = chance.choice([0.0, 0.2, 1.0, 3.0, 6.0, 12.0, 20.0, 40.0])
        while left > 0:
            passed = min(left, chance.uniform(0.05, looks_within))
            circle.wait(passed)
            left -= passed
            circle.look()
        who = chance.choice(PEOPLE)
        if chance.random() < 0.3:
            chance.choice(acts)(who)
        else:
            by = circle.stone.holder if chance.random() < 0.3 else None
            circle.say(chance.choice(words), by or who)
        if number == steps - 2 and chance.random() < 0.2:
            circle.say(Word.END, 1)


class CircleMachine(RuleBasedStateMachine):
    """The same circle, led by hypothesis, which looks for the shortest way to break a promise."""

    @initialize(teachers=st.sampled_from([(), (1,), TEACHERS]))
    def begin(self, *, teachers: tuple[int, ...]) -> None:
        self.circle = Circle(teachers)

    @rule(who=st.sampled_from(PEOPLE), word=st.sampled_from([word for word in Word if word is not Word.END]))
    def say(self, *, who: int, word: Word) -> None:
        self.circle.say(word, who)

    @rule(word=st.sampled_from([Word.PASS, Word.SKIP]))
    def the_holder_says(self, *, word: Word) -> None:
        if self.circle.stone.holder is not None:
            self.circle.say(word, self.circle.stone.holder)

    @rule(who=st.sampled_from(PEOPLE))
    def come(self, *, who: int) -> None:
        self.circle.come(who)

    @rule(who=st.sampled_from(PEOPLE))
    def lose(self, *, who: int) -> None:
        self.circle.lose(who)

    @rule(who=st.sampled_from(PEOPLE))
    def leave(self, *, who: int) -> None:
        self.circle.leave(who)

    @rule(seconds=st.sampled_from([0.1, 0.5, 2.0, 5.9, 6.0, 14.0, 19.9, 20.0, 44.0]), looked=st.booleans())
    def wait(self, *, seconds: float, looked: bool) -> None:
        self.circle.wait(seconds)
        if looked:
            self.circle.look()

    @invariant()
    def never_two(self) -> None:
        assert isinstance(self.circle.stone.holder, int | None)
