import assert from "node:assert/strict";
import { test } from "node:test";

import { Heart, untilNextBeat, Wakefulness } from "../../static/js/sit/heart.js";

test("steady beats are no sleep, however long the page is open", () => {
  const awake = new Wakefulness();
  for (let at = 0; at < 3_600_000; at += 5_900) assert.equal(awake.slept(at, 1_700_000_000_000 + at), false);
});

test("a machine whose clock stood still while it slept has slept", () => {
  const awake = new Wakefulness();
  awake.slept(10_000, 1_000_000);
  assert.equal(awake.slept(15_000, 1_605_000), true);
  assert.equal(awake.slept(20_000, 1_610_000), false);
});

test("a page that was stopped has slept, though both clocks went on", () => {
  const awake = new Wakefulness();
  awake.slept(10_000, 1_000_000);
  assert.equal(awake.slept(70_000, 1_060_000), true);
});

test("a wall clock that is put back says nothing", () => {
  const awake = new Wakefulness();
  awake.slept(10_000, 1_000_000);
  assert.equal(awake.slept(15_000, 900_000), false);
});

test("a beat follows the one before it after five seconds, give or take a fifth, and not always the same", () => {
  const pauses = Array.from({ length: 2_000 }, untilNextBeat);
  assert.ok(Math.min(...pauses) >= 4_000 && Math.min(...pauses) < 4_100);
  assert.ok(Math.max(...pauses) <= 6_000 && Math.max(...pauses) > 5_900);
});

test("a page without a worker beats by itself, in the same measure", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let beats = 0;
  new Heart({ beat: () => (beats += 1), due: () => {}, woke: () => {} });
  mock.timers.tick(3_999);
  assert.equal(beats, 0);
  const minute = 60_000;
  for (let passed = 0; passed < minute; passed += 100) mock.timers.tick(100);
  assert.ok(beats >= minute / 6_000 && beats <= minute / 4_000 + 1, `${beats} beats in a minute`);
});
