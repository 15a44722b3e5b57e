import assert from "node:assert/strict";
import { test } from "node:test";

import { Roster } from "../../static/js/sit/roster.js";
import { people, person } from "./people.js";
import { seeded } from "./random.js";

const change = (from_seq, seq, more = {}) => ({ from_seq, seq, joined: [], gone: [], away: [], back: [], total: 0, ...more });
const known = (roster) => roster.people.map(({ id, away }) => (away ? `${id}?` : id)).join(" ");
const begun = (count = 3) => {
  const roster = new Roster();
  roster.snapshot({ seq: 10, here: people(count), others: 0 });
  return roster;
};

test("a difference that follows is applied", () => {
  const roster = begun();
  assert.ok(roster.difference(change(10, 11, { joined: [person(3)], gone: ["p1"], away: ["p2"] })));
  assert.equal(known(roster), "p0 p2? p3");
  assert.ok(roster.difference(change(11, 12, { back: ["p2"], total: 7 })));
  assert.equal(known(roster), "p0 p2 p3");
  assert.equal(roster.count, 7);
});

test("one that is not newer is dropped", () => {
  const roster = begun();
  assert.ok(!roster.difference(change(9, 10, { gone: ["p1"] })));
  assert.ok(!roster.difference(change(3, 4, { gone: ["p1"] })));
  assert.equal(known(roster), "p0 p1 p2");
  assert.ok(!roster.needsSnapshot);
});

test("after a gap nothing is applied until a snapshot comes, then what waited follows it", () => {
  const roster = begun();
  assert.ok(!roster.difference(change(11, 12, { gone: ["p2"] })));
  assert.ok(roster.needsSnapshot);
  roster.snapshot({ seq: 11, here: people(4), others: 0 });
  assert.equal(known(roster), "p0 p1 p3");
  assert.equal(roster.seq, 12);
  assert.ok(!roster.needsSnapshot);
});

test("what arrives before the first snapshot waits for it", () => {
  const roster = new Roster();
  assert.ok(roster.needsSnapshot);
  roster.difference(change(5, 6, { joined: [person(7)] }));
  roster.difference(change(6, 7, { joined: [person(8)] }));
  roster.snapshot({ seq: 6, here: people(2), others: 0 });
  assert.equal(known(roster), "p0 p1 p8");
});

test("a repeated join is no second person, and a place in the order is kept", () => {
  const roster = begun();
  roster.difference(change(10, 11, { joined: [person(1, { name: "Ines C." })] }));
  assert.equal(known(roster), "p0 p1 p2");
  assert.equal(roster.people[1].name, "Ines C.");
});

test("after a reconnect those the server does not know yet stay as away, until they are let go", () => {
  const roster = begun(4);
  roster.snapshot({ seq: 99, here: [person(1)], others: 0 }, { keepMissing: true });
  assert.equal(known(roster), "p0? p1 p2? p3?");
  roster.difference(change(99, 100, { joined: [person(0)], gone: ["p3"] }));
  roster.letGo();
  assert.equal(known(roster), "p0 p1");
});

test("over ten thousand bad lines the roster is the server's again after at most one question", () => {
  for (let seed = 1; seed <= 10_000; seed += 1) runOverBadLine(seeded(seed), seed);
});

/** A server that numbers its differences, a line that loses, repeats and reorders them, one roster at its end. */
function runOverBadLine(random, seed) {
  const server = { seq: random.below(50), here: new Map(), order: 0 };
  const roster = new Roster();
  const line = [];
  const snapshot = () => ({ seq: server.seq, here: [...server.here.values()], others: 0 });
  const step = () => {
    const difference = change(server.seq, server.seq + 1);
    for (let arrivals = random.below(3); arrivals > 0; arrivals -= 1) {
      const one = person((server.order += 1));
      server.here.set(one.id, one);
      difference.joined.push(one);
    }
    for (const one of [...server.here.values()]) {
      const fresh = difference.joined.includes(one);
      if (fresh || random.next() > 0.2) continue;
      if (random.next() < 0.5) {
        server.here.delete(one.id);
        difference.gone.push(one.id);
      } else {
        server.here.set(one.id, { ...one, away: !one.away });
        difference[one.away ? "back" : "away"].push(one.id);
      }
    }
    server.seq += 1;
    return difference;
  };
  let questions = 0;
  for (let round = 0; round < 12; round += 1) {
    const sent = step();
    const chance = random.next();
    if (round === 3) roster.snapshot(snapshot());
    if (chance > 0.15) line.push(sent);
    if (chance > 0.85) line.push(sent);
    if (random.next() < 0.5) {
      for (const difference of random.shuffle(line.splice(0))) roster.difference(difference);
    }
  }
  for (const difference of random.shuffle(line)) roster.difference(difference);
  if (roster.needsSnapshot || roster.seq !== server.seq) {
    questions += 1;
    roster.snapshot(snapshot());
  }
  const truth = [...server.here.values()].map(({ id, away }) => (away ? `${id}?` : id)).join(" ");
  assert.equal(known(roster), truth, `seed ${seed}`);
  assert.ok(questions <= 1 && !roster.needsSnapshot, `seed ${seed}`);
}
