import assert from "node:assert/strict";
import { test } from "node:test";

import { MEASURE_EVERY, PROBES, ServerClock, bestOffset } from "../../static/js/sit/clock.js";
import { seeded } from "./random.js";

/** Probe a server whose time is local time plus `truth`, over a line with these one-way delays. */
function probe(random, truth, at, { base, jitter, share = 0.5 }) {
  const out = base * 2 * share + jitter * random.next() ** 3;
  const back = base * 2 * (1 - share) + jitter * random.next() ** 3;
  return { t0: at, t1: at + out + truth, t2: at + out + truth, t3: at + out + back };
}

const round = (random, truth, at, line) =>
  Array.from({ length: PROBES }, (_, index) => probe(random, truth, at + index * 120, line));
const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.floor(part * values.length)];

test("a quick sample counts and a slow one does not", () => {
  const quick = { t0: 100, t1: 1_110, t2: 1_110, t3: 120 };
  const slow = { t0: 200, t1: 1_600, t2: 1_600, t3: 640 };
  assert.deepEqual(bestOffset([slow, quick]), { offset: 1_000, roundTrip: 20 });
});

test("time that the server took is not the road's", () => {
  assert.deepEqual(bestOffset([{ t0: 0, t1: 510, t2: 560, t3: 70 }]), { offset: 500, roundTrip: 20 });
});

test("samples that cannot be are left out", () => {
  assert.equal(bestOffset([]), null);
  assert.equal(bestOffset([{ t0: 10, t1: 5, t2: 90, t3: 20 }]), null);
  assert.equal(bestOffset([{ t0: 0, t1: NaN, t2: 1, t3: 2 }]), null);
});

test("eight probes over a line with 0 to 150 ms of jitter each way find the time within 50 ms, nearly always 25", () => {
  const errors = [];
  for (let seed = 1; seed <= 3_000; seed += 1) {
    const random = seeded(seed);
    const clock = new ServerClock();
    clock.rebase(round(random, 1_700_000_000_000, 5_000, { base: random.between(5, 90), jitter: 150 }), 6_000);
    errors.push(Math.abs(clock.serverAt(9_000) - 1_700_000_009_000));
  }
  assert.ok(percentile(errors, 0.95) <= 25, `p95 ${percentile(errors, 0.95)}`);
  assert.ok(Math.max(...errors) <= 75, `max ${Math.max(...errors)}`);
});

test("any two of twenty people hear a bell within 50 ms of each other, 95 times in a hundred", () => {
  const skews = [];
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    const bells = Array.from({ length: 20 }, () => {
      const truth = random.between(-1e7, 1e7);
      const clock = new ServerClock();
      clock.rebase(round(random, truth, 0, { base: random.between(5, 40), jitter: 150 }), 1_000);
      return clock.localAt(60_000) + truth;
    });
    for (const [index, one] of bells.entries()) for (const other of bells.slice(index + 1)) skews.push(Math.abs(one - other));
  }
  assert.ok(percentile(skews, 0.95) <= 50, `p95 ${percentile(skews, 0.95)}`);
  assert.ok(Math.max(...skews) <= 150, `max ${Math.max(...skews)}`);
});

test("a lopsided road shifts the time by no more than half of the round trip", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seeded(seed);
    const samples = round(random, 42_000, 0, { base: 80, jitter: 60, share: random.between(0, 1) });
    const best = bestOffset(samples);
    assert.ok(Math.abs(best.offset - 42_000) <= best.roundTrip / 2 + 1e-6);
  }
});

test("a worse round does not spoil a good one, a better one counts", () => {
  const clock = new ServerClock();
  clock.rebase([{ t0: 0, t1: 1_010, t2: 1_010, t3: 20 }], 20);
  assert.equal(clock.rebase([{ t0: 1_000, t1: 2_150, t2: 2_150, t3: 1_250 }], 1_250), 0);
  assert.equal(clock.serverAt(0), 1_000);
  assert.equal(clock.rebase([{ t0: 2_000, t1: 3_005, t2: 3_005, t3: 2_004 }], 2_004), 3);
  assert.equal(clock.serverAt(0), 1_003);
});

test("an old measure ages: after an hour a fair one is the surer", () => {
  const clock = new ServerClock();
  clock.rebase([{ t0: 0, t1: 1_005, t2: 1_005, t3: 10 }], 10);
  const hour = 3_600_000;
  clock.rebase([{ t0: hour, t1: hour + 1_160, t2: hour + 1_160, t3: hour + 100 }], hour + 100);
  assert.equal(clock.serverAt(0), 1_110);
});

test("a machine that slept believes the new measure, however rough", () => {
  const clock = new ServerClock();
  clock.rebase([{ t0: 0, t1: 1_005, t2: 1_005, t3: 10 }], 10);
  const moved = clock.rebase([{ t0: 5_000, t1: 606_150, t2: 606_150, t3: 5_300 }], 5_300);
  assert.equal(moved, 600_000);
});

test("no answer changes nothing", () => {
  const clock = new ServerClock();
  clock.rebase([{ t0: 0, t1: 1_005, t2: 1_005, t3: 10 }], 10);
  assert.equal(clock.rebase([], 900), 0);
  assert.equal(clock.serverAt(0), 1_000);
  assert.ok(clock.known);
});

test("the clock is measured at a reconnect, on return but not restlessly, and every five minutes", () => {
  const clock = new ServerClock();
  assert.ok(clock.due(0, "regular"));
  assert.ok(!clock.due(5_000, "returned"));
  assert.ok(clock.due(12_000, "returned"));
  assert.ok(clock.due(12_500, "reconnected"));
  assert.ok(clock.due(12_500, "woken"));
  assert.ok(!clock.due(20_000, "regular"));
  assert.ok(clock.due(12_500 + MEASURE_EVERY, "regular"));
});

test("a rough measure is soon made anew, a few times; a good one is left alone for five minutes", () => {
  const rough = new ServerClock();
  rough.rebase([{ t0: 0, t1: 1_100, t2: 1_100, t3: 200 }], 200);
  const good = new ServerClock();
  good.rebase([{ t0: 0, t1: 1_010, t2: 1_010, t3: 20 }], 20);
  const rounds = (clock) => Array.from({ length: 58 }, (_, beat) => clock.due(beat * 5_000, "regular")).filter(Boolean).length;
  assert.equal(rounds(good), 1);
  assert.equal(rounds(rough), 10);
});
