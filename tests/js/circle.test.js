import assert from "node:assert/strict";
import { test } from "node:test";

import { Circle, choices, circleSentence, circleWords, stoneOf, unsaid } from "../../static/js/sit/circle.js";
import { ring } from "../../static/js/sit/ring.js";
import { people } from "./people.js";

const stone = (seq, holder, more = {}) => ({ seq, holder, next: null, since_ms: 1_000, rests_until_ms: 0, ended: false, ...more });
const here = people(5);
const [, you, priya, jonah] = here.map(({ id }) => id);
const known = (...facts) => {
  const circle = new Circle();
  for (const fact of facts) circle.take(fact, you);
  return circle;
};

test("only newer news counts, and an answer to one's own question always does", () => {
  const circle = known(stone(5, priya), stone(4, jonah), stone(5, jonah));
  assert.equal(circle.at(2_000, you).holder, priya);
  circle.snapshot({ ...stone(2, jonah), asked: true, said: [] });
  assert.equal(circle.at(2_000, you).holder, jonah);
  assert.equal(circle.at(2_000, you).asked, true);
});

test("the stone goes on by itself once it has rested, though the house says nothing", () => {
  const circle = known(stone(5, null, { next: priya, rests_until_ms: 10_000 }));
  assert.deepEqual([circle.at(9_900, you).holder, circle.at(9_900, you).resting], [null, true]);
  assert.equal(circle.wait(9_000), 1_250);
  assert.deepEqual([circle.at(10_250, you).holder, circle.at(10_250, you).next], [priya, null]);
  assert.equal(circle.wait(11_000), Infinity);
});

test("the time of a turn is its holder's alone, and nothing happens when it is over", () => {
  const circle = known(stone(5, you));
  circle.turn(180_000);
  assert.equal(circle.at(100_000, you).long, false);
  assert.equal(circle.wait(1_000), 180_000);
  assert.equal(circle.at(181_000, you).long, true);
  assert.equal(circle.at(181_000, you).holder, you);
  assert.equal(circle.at(181_000, priya).long, false);
  circle.take(stone(6, priya), you);
  assert.equal(circle.wait(2_000), Infinity);
});

test("what is said is heard once, in its order, and is gone when the circle closes", () => {
  const circle = known(stone(5, priya));
  assert.equal(circle.hear({ number: 2, seat: priya, words: "two" }), true);
  assert.equal(circle.hear({ number: 2, seat: priya, words: "two" }), false);
  circle.snapshot({ ...stone(5, priya), asked: false, said: [{ number: 1, seat: jonah, words: "one" }, { number: 2, seat: priya, words: "two" }] });
  assert.deepEqual(circle.said.map(({ words }) => words), ["one", "two"]);
  circle.take(stone(6, null, { ended: true }), you);
  assert.deepEqual(circle.said, []);
  assert.equal(circle.hear({ number: 3, seat: priya, words: "late" }), false);
});

test("the middle of the ring says who has the stone", () => {
  const words = (...facts) => Object.values(circleWords(known(...facts).at(5_000, you), here)).slice(0, 2);
  assert.deepEqual(words(), ["The stone", "lies in the middle"]);
  assert.deepEqual(words(stone(5, priya)), ["Priya", "has the stone"]);
  assert.deepEqual(words(stone(5, you)), ["You", "have the stone"]);
  assert.deepEqual(words(stone(5, "nobody we know")), ["One more person", "has the stone"]);
  assert.deepEqual(words(stone(5, null, { next: priya, rests_until_ms: 9_000 })), ["Two breaths", "then Priya"]);
  assert.deepEqual(words(stone(5, null, { ended: true })), ["Thank you", "the circle is closed"]);
});

test("the ring says it in a sentence to those who hear it", () => {
  const says = (fact) => circleSentence(known(fact).at(5_000, you), here, you);
  assert.equal(says(stone(5, priya, { next: jonah })), "Priya has the stone. Jonah is next.");
  assert.equal(says(stone(5, priya, { next: you })), "Priya has the stone. You are next.");
  assert.equal(says(stone(5, you)), "The stone is with you.");
  assert.equal(says(stone(5, null)), "The stone lies in the middle.");
});

test("one is offered what one may do, and nothing else", () => {
  const offers = (silent, ...facts) => choices(known(...facts).at(5_000, you), here, { you, silent }).acts;
  assert.deepEqual(offers(false), ["ask", "silence"]);
  assert.deepEqual(offers(true), ["ask"]);
  assert.deepEqual(offers(false, stone(5, you)), ["pass"]);
  assert.deepEqual(offers(false, stone(5, you, { next: priya })), ["pass", "skip"]);
  assert.deepEqual(offers(false, stone(5, priya, { next: you })), ["unask"]);
  assert.deepEqual(offers(false, stone(5, null, { ended: true })), []);
  const waiting = new Circle();
  waiting.snapshot({ ...stone(5, priya, { next: jonah }), asked: true, said: [] });
  assert.deepEqual(choices(waiting.at(5_000, you), here, { you, silent: false }).acts, ["unask"]);
});

test("the stone lies at the edge of the mat, towards the middle, in every ring", () => {
  for (const count of [1, 2, 3, 5, 8, 9, 16, 40, 120]) {
    const seated = people(count);
    const geometry = ring({ people: seated, you: "p1", sit: "s", phase: "circle" });
    for (const { id } of seated) {
      const { held, next } = stoneOf(geometry, { holder: id, next: id });
      if (!held) continue;
      const place = geometry.seats.find((seat) => seat.id === id) ?? geometry.far.find(({ key }) => key === id);
      assert.ok(Math.hypot(held.x - 400, held.y - 400) < Math.hypot(place.x - 400, place.y - 400));
      assert.ok(Math.hypot(held.x - place.x, held.y - place.y) < 76);
      const [across, down] = [Math.abs(held.x - 400), Math.abs(held.y - 400 + geometry.line)];
      assert.ok(across - held.rx > 26 || down - held.ry > 26, `${count}: the stone lies on the mat of the bell`);
      assert.deepEqual([next.x, next.y], [held.x, held.y]);
    }
  }
  assert.deepEqual(stoneOf(ring({ people: here, you, sit: "s" }), { holder: null, next: "gone" }), { glow: null, held: null, next: null });
});

test("what is typed while a saying is on its way stays to be said", () => {
  assert.equal(unsaid("Quiet.", "Quiet."), "");
  assert.equal(unsaid("Quiet. And a door", "Quiet."), "And a door");
  assert.equal(unsaid("Something else", "Quiet."), "Something else");
});
