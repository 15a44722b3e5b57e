import assert from "node:assert/strict";
import { test } from "node:test";

import { HELD, LATE, STROKES_APART, Schedule, strokesOf } from "../../static/js/sit/bells.js";
import { seeded } from "./random.js";

const PLAN = [
  { at_ms: 100_000, strokes: 3, kind: "opening" },
  { at_ms: 460_000, strokes: 1, kind: "interval" },
  { at_ms: 700_000, strokes: 2, kind: "walking" },
  { at_ms: 1_000_000, strokes: 1, kind: "closing" },
];
const asIs = (server) => server;
const ids = (due) => due.map(({ stroke }) => stroke.id);

test("strokes of one bell are six seconds apart", () => {
  const strokes = strokesOf(PLAN);
  assert.deepEqual(strokes.map(({ serverMs }) => serverMs), [100_000, 106_000, 112_000, 460_000, 700_000, 706_000, 1_000_000]);
  assert.equal(STROKES_APART, 6_000);
  assert.equal(new Set(strokes.map(({ id }) => id)).size, 7);
});

test("each stroke is due once, at its time", () => {
  const schedule = new Schedule();
  schedule.plan(PLAN, asIs, 0);
  assert.deepEqual(schedule.due(99_999), []);
  assert.deepEqual(schedule.due(100_000).map(({ how }) => how), ["ring"]);
  assert.deepEqual(schedule.due(100_001), []);
  assert.equal(schedule.waiting[0].localMs, 106_000);
});

test("who comes late hears only what is still to come", () => {
  const schedule = new Schedule();
  schedule.plan(PLAN, asIs, 461_000);
  assert.deepEqual(schedule.due(461_000), []);
  assert.deepEqual(schedule.waiting.map(({ kind }) => kind), ["walking", "walking", "closing"]);
});

test("a stroke missed by little still rings, by more it is shown, long after it is only marked", () => {
  const how = (late) => {
    const schedule = new Schedule();
    schedule.plan(PLAN, asIs, 459_000);
    return schedule.due(460_000 + late)[0].how;
  };
  assert.deepEqual([0, LATE - 1, LATE, 9_999, 10_000, 90_000].map(how), ["ring", "ring", "show", "show", "faded", "faded"]);
});

test("joining again neither doubles nor forgets a stroke", () => {
  const schedule = new Schedule();
  schedule.plan(PLAN, asIs, 0);
  assert.equal(schedule.due(100_500).length, 1);
  schedule.plan(PLAN, asIs, 101_000);
  schedule.plan(PLAN, asIs, 101_500);
  assert.deepEqual(ids(schedule.due(112_000)), ["opening:100000:1", "opening:100000:2"]);
  assert.equal(schedule.waiting.length, 4);
});

test("a clock that is corrected moves far bells, and none that is less than two seconds away", () => {
  const schedule = new Schedule();
  schedule.plan(PLAN, asIs, 0);
  schedule.retime((server) => server - 150, 100_000 - HELD + 1);
  assert.deepEqual(schedule.waiting.slice(0, 2).map(({ localMs }) => localMs), [100_000, 105_850]);
});

test("a stroke that has rung stays rung when the clock goes back", () => {
  const schedule = new Schedule();
  schedule.plan(PLAN, asIs, 0);
  schedule.due(100_000);
  schedule.retime((server) => server + 5_000, 100_010);
  assert.equal(schedule.waiting[0].id, "opening:100000:1");
});

test("a server's clock that is put forward or back moves no bell that is less than two seconds away", () => {
  for (const jump of [-9_000, -3_000, 3_000, 600_000]) {
    const schedule = new Schedule();
    schedule.plan(PLAN, asIs, 0);
    schedule.retime((server) => server + jump, 98_500);
    const near = schedule.waiting.find(({ id }) => id === "opening:100000:0");
    assert.equal(near?.localMs, 100_000, `a jump of ${jump}`);
  }
});

test("a machine that slept over a bell does not ring it late", () => {
  const schedule = new Schedule();
  schedule.plan(PLAN, asIs, 0);
  schedule.retime((server) => server - 900_000, 99_000);
  const due = schedule.due(99_001);
  assert.deepEqual(due.map(({ how }) => how), Array(6).fill("faded"));
  assert.equal(schedule.waiting[0].localMs, 100_000);
});

test("a plan that was changed loses what is no longer in it, but not what is about to ring", () => {
  const schedule = new Schedule();
  schedule.plan(PLAN, asIs, 0);
  schedule.plan([{ at_ms: 900_000, strokes: 1, kind: "closing" }], asIs, 99_000);
  assert.deepEqual(schedule.waiting.map(({ localMs }) => localMs), [100_000, 900_000]);
});

test("over a thousand bells with jitter, rejoins and late timers, none is missed and none rings twice", () => {
  let rung = 0;
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    const schedule = new Schedule();
    const times = new Map();
    let offset = random.between(-80, 80);
    let now = 0;
    const localAt = (server) => server + offset;
    schedule.plan(PLAN, localAt, now);
    while (now < 1_010_000) {
      now += random.next() < 0.02 ? random.between(0, 1_400) : Math.min(random.between(1, 4_000), Math.max(1, (schedule.waiting[0]?.localMs ?? now + 5_000) - now));
      for (const { stroke, how } of schedule.due(now)) {
        assert.ok(!times.has(stroke.id), `seed ${seed}: ${stroke.id} twice`);
        assert.equal(how, "ring", `seed ${seed}: ${stroke.id}`);
        times.set(stroke.id, now);
      }
      if (random.next() < 0.3) offset = random.between(-80, 80);
      if (random.next() < 0.3) schedule.plan(PLAN, localAt, now);
      if (random.next() < 0.3) schedule.retime(localAt, now);
    }
    assert.equal(times.size, 7, `seed ${seed}`);
    for (const { id, serverMs } of strokesOf(PLAN)) assert.ok(Math.abs(times.get(id) - serverMs) <= 80 + 1_400, `seed ${seed}: ${id}`);
    rung += times.size;
  }
  assert.equal(rung, 1_400);
});
