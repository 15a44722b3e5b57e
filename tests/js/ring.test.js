import assert from "node:assert/strict";
import { test } from "node:test";

import { brush, chance, farSpots, hourPath, ring, shortName, strokeOfTime } from "../../static/js/sit/ring.js";
import { peers, people, person } from "./people.js";

const SIZES = [1, 2, 3, 6, 8, 9, 14, 18, 24, 25, 30, 40, 64, 65, 120, 220, 400];
const SIT = "12-20261122T193000Z";

const laidOut = (count, more = {}) => {
  const seated = (more.teacher === null ? peers : people)(Math.min(count, 220));
  return ring({ people: seated, you: "p1", sit: SIT, others: count - seated.length, ...more });
};
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
const radiusOf = (seat) => distance(seat, { x: 400, y: 400 });
const circles = ({ seats, far }) => [...seats.map(({ x, y, c }) => ({ x, y, r: c })), ...far];

for (const count of SIZES) {
  test(`${count} people are all seated or counted, each in their own place`, () => {
    const laid = laidOut(count);
    const taken = laid.seats.filter((seat) => !seat.free);
    const expected = count === 1 ? 1 : Math.min(count, laid.crowd ? 219 : count);
    assert.equal(taken.length + laid.far.length, expected);
    assert.equal(taken.length + laid.far.length + laid.others, count);
    assert.equal(new Set([...laid.seats, ...laid.far].map(({ key }) => key)).size, laid.seats.length + laid.far.length);
  });

  test(`no two cushions of ${count} overlap`, () => {
    const all = circles(laidOut(count));
    for (const [index, one] of all.entries()) {
      for (const other of all.slice(index + 1)) {
        assert.ok(distance(one, other) > one.r + other.r, `${JSON.stringify(one)} on ${JSON.stringify(other)}`);
      }
    }
  });

  test(`${count} people sit inside the drawn square, outside the line of time`, () => {
    const laid = laidOut(count);
    for (const one of circles(laid)) {
      for (const side of [one.x, one.y]) assert.ok(Math.abs(side - 400) + one.r < laid.half);
      assert.ok(radiusOf(one) - one.r > laid.line + 8);
    }
    assert.ok(laid.half <= 400);
  });
}

test("the teacher is at the top and the viewer at the bottom", () => {
  for (const count of [2, 6, 14, 24, 30, 64, 400]) {
    const { seats, radius } = laidOut(count);
    const [top, bottom] = [seats.find((seat) => seat.teacher), seats.find((seat) => seat.you)];
    assert.equal(top.id, "p0");
    assert.equal(top.x, 400);
    assert.ok(400 - top.y > radius - 12);
    assert.equal(bottom.id, "p1");
    assert.equal(bottom.x, 400);
    assert.ok(bottom.y - 400 > radius - 12);
  }
});

test("with no teacher the seat behind the bell stays free, and alone nobody is missed", () => {
  const { seats, free } = laidOut(6, { teacher: null });
  const top = seats.find((seat) => seat.key === "top");
  assert.ok(top.free && !top.yours);
  assert.equal(free, 0);
  const alone = ring({ people: [person(1)], you: "p1", sit: SIT });
  assert.deepEqual(alone.seats.map(({ key }) => key), ["p1"]);
  assert.equal(alone.radius, 215);
});

test("the circle draws closer when few are here", () => {
  const radii = [1, 3, 4, 8, 9, 24, 25, 64, 65].map((count) => laidOut(count).radius);
  assert.deepEqual(radii, [215, 215, 262, 262, 316, 316, 334, 334, 352]);
  assert.deepEqual([3, 8, 24, 30, 400].map((count) => laidOut(count).line), [121, 168, 222, 194, 188]);
});

test("cushions have the sizes of the design", () => {
  assert.deepEqual([6, 14, 24, 30].map((count) => laidOut(count).seats[0].c), [38, 34, 29.8, 25]);
});

test("others fill right and left in turn, in the order of arrival", () => {
  const { seats } = laidOut(14);
  const byOrder = seats.filter((seat) => !seat.teacher && !seat.you);
  assert.deepEqual(byOrder.map(({ id }) => id), people(14).slice(2).map(({ id }) => id));
  byOrder.forEach((seat, index) => assert.equal(seat.x > 400, index % 2 === 0));
  const right = byOrder.filter((_, index) => index % 2 === 0).map(({ y }) => y);
  assert.deepEqual(right, [...right].sort((a, b) => a - b));
});

test("thirty sit in two rows, six in ten of them outside", () => {
  const { seats } = laidOut(30);
  const inner = seats.filter((seat) => radiusOf(seat) < 290);
  assert.equal(inner.length, 12);
  assert.ok(inner.every((seat) => Math.abs(radiusOf(seat) - 260) < 0.2));
});

test("four hundred are 219 cushions and 181 others, with one's own people on a long mat", () => {
  const laid = laidOut(400);
  assert.equal(laid.seats.length, 10);
  assert.equal(laid.far.length, 209);
  assert.equal(laid.others, 181);
  assert.equal(laid.bench, "M184.1 665.2A342 342 0 0 0 615.9 665.2");
  assert.deepEqual(laid.seats.filter((seat) => seat.turn === null).map(({ id }) => id).slice(0, 3), ["p1", "p2", "p3"]);
});

test("people marked as near come before those who merely showed a name", () => {
  const crowd = people(100).map((one) => ({ ...one, near: one.order > 90 }));
  const beside = ring({ people: crowd, you: "p1", sit: SIT }).seats.filter((seat) => seat.turn === null && !seat.you);
  assert.deepEqual(beside.map(({ id }) => id), [91, 92, 93, 94, 95, 96, 97, 98].map((order) => `p${order}`));
});

test("a crowd of the unnamed leaves the long mat to the viewer", () => {
  const nameless = people(100).map((one) => ({ ...one, name: null, initials: one.order < 2 ? one.initials : null }));
  const laid = ring({ people: nameless, you: "p1", sit: SIT });
  assert.equal(laid.seats.length, 2);
  assert.equal(laid.far.length, 98);
});

test("a half-full row of a crowd is scattered, not broken off", () => {
  const { far } = laidOut(65 + 24);
  const halves = [far.filter(({ x }) => x < 400).length, far.filter(({ x }) => x > 400).length];
  assert.ok(Math.abs(halves[0] - halves[1]) < far.length / 5);
  assert.equal(farSpots().length, 209);
});

test("a viewer who is the teacher sits by the bell, and the first to come sits across", () => {
  const { seats } = ring({ people: people(6), you: "p0", sit: SIT });
  assert.ok(seats.find((seat) => seat.you).teacher);
  const across = seats.find((seat) => seat.id === "p1");
  assert.ok(across.y > 620 && across.x === 400);
  const crowd = ring({ people: people(100), you: "p0", sit: SIT });
  assert.equal(crowd.seats.filter((seat) => seat.free).length, 0);
  assert.equal(crowd.seats.find((seat) => seat.y === 742).id, "p1");
});

test("free seats are drawn after those who are here", () => {
  const { seats, free } = laidOut(11, { free: 3 });
  assert.equal(free, 3);
  assert.equal(seats.length, 14);
  assert.deepEqual(seats.slice(-3).map((seat) => seat.free), [true, true, true]);
});

test("whoever has not sat down finds a seat that is theirs to take, until the sit is closed", () => {
  const arrived = people(6).filter(({ id }) => id !== "p1");
  const { seats } = ring({ people: arrived, sit: SIT, small: true });
  assert.deepEqual(seats.filter((seat) => seat.yours).map(({ key, free }) => [key, free]), [["yours", true]]);
  assert.equal(ring({ people: [], sit: SIT, phase: "closed" }).seats.length, 0);
});

test("a small ring is closer and without letters", () => {
  const laid = laidOut(6, { small: true });
  assert.equal(laid.radius, 250);
  assert.equal(laid.half, 304);
  assert.ok(laid.seats.every((seat) => seat.initials === "" && seat.name === ""));
});

test("a cushion lies a little askew, always in the same way", () => {
  const [first, again] = [laidOut(14), laidOut(14)];
  assert.deepEqual(first, again);
  for (const seat of first.seats) {
    assert.ok(Math.abs(radiusOf(seat) - 316) <= 4.1);
    const [shift, twist] = chance(SIT, seat.key);
    assert.ok(Math.abs(shift) <= 1 && Math.abs(twist) <= 1);
  }
  assert.notDeepEqual(laidOut(14, { sit: "another" }).seats, first.seats);
});

test("chance is spread over its whole range", () => {
  const drawn = Array.from({ length: 2_000 }, (_, index) => chance(SIT, `member-${index}`));
  for (const side of [0, 1]) {
    const values = drawn.map((pair) => pair[side]);
    assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length) < 0.05);
    assert.ok(Math.min(...values) < -0.98 && Math.max(...values) > 0.98);
  }
});

test("somebody away is shown so outside silence only", () => {
  const seated = people(6).map((one) => ({ ...one, away: one.order === 3 }));
  const away = (phase) => ring({ people: seated, you: "p1", phase, sit: SIT }).seats.filter((seat) => seat.away).length;
  assert.deepEqual(["doors", "sitting", "closing_bell", "circle"].map(away), [1, 0, 0, 1]);
});

test("nothing in the ring but the away mark depends on the phase", () => {
  assert.deepEqual(laidOut(14, { phase: "settling" }), laidOut(14, { phase: "sitting" }));
});

test("names stand by the seats while they fit, and the viewer is called you", () => {
  const named = (count) => laidOut(count).seats.filter((seat) => seat.name).length;
  assert.deepEqual([6, 18, 19, 30, 400].map(named), [6, 18, 1, 1, 1]);
  const { seats } = laidOut(14);
  assert.equal(seats.find((seat) => seat.you).name, "you");
  for (const seat of seats) assert.equal(seat.nameY < 0, seat.y < 400);
  assert.equal(shortName("Wilhelmina-Charlotte Smith"), "Wilhelmina-…");
  assert.equal(shortName(null), "");
});

test("one who shows initials has no name, one more person has neither", () => {
  const seated = [person(0), person(1), person(2, { name: null }), person(3, { name: null, initials: null })];
  const { seats } = ring({ people: seated, you: "p1", sit: SIT });
  assert.deepEqual(seats.slice(-2).map(({ name, initials }) => [name, initials]), [["", "PR"], ["", ""]]);
});

test("the line of ink begins at the bell, grows, and comes back to it", () => {
  const none = strokeOfTime({ line: 222, elapsed: 0 });
  assert.equal(none.path, "");
  assert.equal(none.ember, null);
  const half = strokeOfTime({ line: 222, elapsed: 0.5 });
  assert.deepEqual(half.ember, { x: 400, y: 622 });
  const whole = strokeOfTime({ line: 222, elapsed: 1 });
  assert.equal(whole.ember, null);
  assert.ok(whole.path.length > half.path.length);
  for (const { path } of [half, whole]) {
    const numbers = path.match(/[\d.]+/g).map(Number);
    assert.ok(numbers.every((value) => value > 170 && value < 630));
    assert.match(path, /^M[\d. L]+Z$/);
  }
});

test("ink that has dried does not move while the line grows", () => {
  const points = (elapsed) => strokeOfTime({ line: 222, elapsed }).path.slice(1, -1).split("L");
  const [early, late] = [points(0.4), points(0.6)];
  assert.deepEqual(late.slice(0, 55), early.slice(0, 55));
});

test("the brush is thin at both ends and never vanishes", () => {
  assert.ok(brush(0, 340) < 3 && brush(340, 340) < 3);
  for (let t = 0; t <= 340; t += 1) assert.ok(brush(t, 340) > 0.3 && brush(t, 340) < 7);
});

test("bells on the way are open circles that fill once rung, and the first and last are the bowl itself", () => {
  const { ticks } = strokeOfTime({ line: 222, elapsed: 0.5, bells: [0, 0.2, 0.5, 0.8, 1] });
  assert.deepEqual(ticks.map(({ rung }) => rung), [true, true, false]);
  assert.deepEqual([ticks[0].x, ticks[0].y], [616.5, 351.1]);
});

test("the faint circle leaves room for the bell", () => {
  assert.equal(hourPath(222), "M433.9 180.6A222 222 0 1 1 366.1 180.6");
});
