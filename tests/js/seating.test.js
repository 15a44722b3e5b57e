import assert from "node:assert/strict";
import { test } from "node:test";

import { ring } from "../../static/js/sit/ring.js";
import { Seating } from "../../static/js/sit/roster.js";
import { people, person } from "./people.js";
import { seeded } from "./random.js";

const SIT = "7-20261122T193000Z";
const drawnBy = (seating, seated, others = 0) => {
  const arranged = seating.arrange({ people: seated, you: "p1", others });
  return ring({ ...arranged, you: "p1", sit: SIT, others });
};
const placesIn = ({ seats, far }) =>
  new Map([...seats.filter(({ free }) => !free), ...far].map(({ key, x, y }) => [key, `${x} ${y}`]));

test("when one leaves nobody else moves, and a free seat is left", () => {
  const seating = new Seating();
  const before = placesIn(drawnBy(seating, people(14)));
  const after = drawnBy(seating, people(14).filter(({ id }) => id !== "p5"));
  for (const [id, place] of placesIn(after)) assert.equal(place, before.get(id));
  assert.equal(after.free, 1);
});

test("who comes takes a free seat, and nobody else moves", () => {
  const seating = new Seating();
  const before = placesIn(drawnBy(seating, people(11)));
  const after = placesIn(drawnBy(seating, people(12)));
  for (const [id, place] of before) assert.equal(after.get(id), place);
});

test("who returns finds the same cushion unless somebody sits on it", () => {
  const seating = new Seating();
  const place = (id, seated) => seating.arrange({ people: seated, you: "p1" }).people.find((one) => one.id === id).place;
  const without = people(10).filter(({ id }) => id !== "p4");
  const before = place("p4", people(10));
  place("p5", without);
  assert.equal(place("p4", people(10)), before);
  assert.equal(place("p40", [...without, person(40)]), before);
  assert.equal(place("p40", [...people(10), person(40)]), before);
  assert.notEqual(place("p4", [...people(10), person(40)]), before);
});

test("two or three sit close, without free seats; from four on the ring has room", () => {
  const free = (count) => new Seating().arrange({ people: people(count), you: "p1" }).free;
  assert.deepEqual([1, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 24].map(free), [0, 0, 0, 2, 0, 1, 0, 1, 3, 0, 3, 0]);
});

test("the circle never narrows during a visit", () => {
  const seating = new Seating();
  seating.arrange({ people: people(14), you: "p1" });
  assert.equal(seating.arrange({ people: people(3), you: "p1" }).free, 11);
});

test("sixty-four people without a teacher all find a place", () => {
  const seated = Array.from({ length: 64 }, (_, index) => person(index + 1, { teacher: false }));
  const laid = drawnBy(new Seating(), seated);
  assert.equal(laid.seats.filter(({ free }) => !free).length, 64);
});

test("in a crowd nobody moves when others come and go", () => {
  const seating = new Seating();
  const before = placesIn(drawnBy(seating, people(150)));
  const fewer = people(150).filter(({ order }) => order % 7 !== 3);
  const after = placesIn(drawnBy(seating, fewer));
  for (const [id, place] of after) assert.equal(place, before.get(id));
  const more = placesIn(drawnBy(seating, people(160)));
  for (const [id, place] of after) assert.equal(more.get(id), place);
});

test("over many comings and goings everybody has one place and keeps it while the size holds", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seeded(seed);
    const seating = new Seating();
    let here = people(2 + random.below(20));
    let next = 100;
    let before = { places: new Map(), count: 0 };
    for (let step = 0; step < 30; step += 1) {
      if (random.next() < 0.5 && here.length > 2) here = here.filter((_, index) => index < 2 || random.next() > 0.2);
      else if (here.length < 60) here = [...here, person((next += 1), { teacher: false })];
      const laid = drawnBy(seating, here);
      const places = placesIn(laid);
      assert.equal(places.size, here.length, `seed ${seed}`);
      assert.equal(new Set(places.values()).size, places.size, `seed ${seed}`);
      const count = laid.seats.length;
      if (count === before.count) {
        for (const [id, place] of before.places) assert.ok(!places.has(id) || places.get(id) === place, `seed ${seed}`);
      }
      before = { places, count };
    }
  }
});
