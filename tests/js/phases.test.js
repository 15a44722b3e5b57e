import assert from "node:assert/strict";
import { test } from "node:test";

import { centreWords, clockOf, elapsed, isOpen, isSilent, lengthOf, mayChange, nextChange, phaseAt } from "../../static/js/sit/phases.js";

const START = 1_000_000_000;
const MINUTE = 60_000;
const plan = {
  total_s: 1_800,
  segments: [
    { at_s: 0, kind: "bell", bells: 3, text: "settle" },
    { at_s: 120, kind: "silence" },
    { at_s: 1_200, kind: "walk", bells: 1, text: "Walk slowly." },
    { at_s: 1_800, kind: "bell", bells: 1 },
  ],
};
const phases = [
  { phase: "scheduled", from_ms: null },
  { phase: "doors", from_ms: START - 10 * MINUTE },
  { phase: "settling", from_ms: START - MINUTE },
  { phase: "sitting", from_ms: START, segment: 0 },
  { phase: "sitting", from_ms: START + 2 * MINUTE, segment: 1 },
  { phase: "sitting", from_ms: START + 20 * MINUTE, segment: 2 },
  { phase: "closing_bell", from_ms: START + 30 * MINUTE },
  { phase: "circle", from_ms: START + 30.5 * MINUTE },
  { phase: "closed", from_ms: START + 45 * MINUTE },
];
const sit = { starts_ms: START, plan, phases };
const at = (minutes) => phaseAt(phases, START + minutes * MINUTE);
const words = (minutes) => centreWords(at(minutes), START + minutes * MINUTE, sit);

test("each moment is in the phase that has begun last", () => {
  const named = [-60, -10, -1.001, -1, 0, 2, 25, 30, 30.5, 45, 900].map((minutes) => at(minutes).phase);
  assert.deepEqual(named, ["scheduled", "doors", "doors", "settling", "sitting", "sitting", "sitting", "closing_bell", "circle", "closed", "closed"]);
  assert.equal(at(2).segment, 1);
});

test("a list that begins with the doors says scheduled before them", () => {
  assert.equal(phaseAt(phases.slice(1), START - 11 * MINUTE).phase, "scheduled");
});

test("before the first bell the middle says how long, in words, and then a moment", () => {
  const large = (minutes) => words(minutes).large;
  assert.deepEqual([-10, -4, -3.6, -3.4, -1.4, -1, -0.2].map(large), [
    "Ten minutes", "Four minutes", "Four minutes", "Three minutes", "One minute", "A moment", "A moment",
  ]);
  assert.deepEqual([-24, -90, -60 * 24 * 3].map(large), ["Twenty-four minutes", "Two hours", "Three days"]);
  const days = (count) => large(-60 * 24 * count);
  assert.deepEqual([13, 14, 60, 125, 365].map(days), ["Thirteen days", "Two weeks", "Nine weeks", "Four months", "Twelve months"]);
  assert.equal(words(-4).quiet, "until the first bell");
});

test("no words in the room hold a digit", () => {
  for (let minutes = -5_000; minutes < 50; minutes += 0.7) assert.doesNotMatch(JSON.stringify(words(minutes)), /\d/);
});

test("in silence the middle is empty but for words of the plan", () => {
  assert.deepEqual(words(0.1), { large: "", quiet: "", cue: "settle" });
  assert.deepEqual(words(5), { large: "", quiet: "", cue: "" });
  assert.equal(words(20.1).cue, "Walk slowly.");
  assert.equal(centreWords(at(0.1), START, { starts_ms: START, plan: null }).cue, "");
});

test("words of the plan fade after twenty seconds, but for those that one writes to", () => {
  const writing = { ...plan, segments: [plan.segments[0], { at_s: 120, kind: "write", text: "What helps?" }, ...plan.segments.slice(2)] };
  const cue = (ms) => centreWords(phaseAt(phases, START + ms), START + ms, { starts_ms: START, plan: writing }).cue;
  assert.deepEqual([0, 19_999, 20_000, 2 * MINUTE, 19.9 * MINUTE].map(cue), ["settle", "settle", "", "What helps?", "What helps?"]);
  assert.equal(nextChange(sit, START + 16_000, true), 4_000);
});

test("the sit has passed from the first bell to the closing bell", () => {
  assert.deepEqual([-5, 0, 15, 30, 40].map((minutes) => elapsed(sit, START + minutes * MINUTE)), [0, 0, 0.5, 1, 1]);
  assert.equal(lengthOf({ ...sit, phases: [] }), 1_800_000);
});

test("silence is sitting and the closing bell; the room is open from the doors until it is closed", () => {
  assert.deepEqual(["doors", "sitting", "closing_bell", "circle"].map(isSilent), [false, true, true, false]);
  assert.deepEqual(["scheduled", "doors", "sitting", "circle", "closed"].map(isOpen), [false, true, true, true, false]);
});

test("the clock is the reader's, wherever their machine is, and the machine's where the zone is not known", () => {
  const moment = Date.UTC(2026, 10, 22, 19, 42);
  assert.equal(clockOf(moment, "Asia/Tokyo"), "04:42");
  assert.equal(clockOf(moment, "America/New_York"), "14:42");
  assert.equal(clockOf(moment, "Nowhere/At_all"), clockOf(moment));
});

test("in silence the ring may change only just after an edge", () => {
  const edges = [START, START + 2 * MINUTE];
  assert.ok(mayChange("doors", edges, START - 1));
  assert.ok(mayChange("sitting", edges, START));
  assert.ok(!mayChange("sitting", edges, START + MINUTE));
  assert.ok(mayChange("sitting", edges, START + 2 * MINUTE + 400));
  assert.ok(!mayChange("closing_bell", edges, START + 30 * MINUTE));
});

test("the next change is a minute's turn, an edge, or ink every fifteen seconds", () => {
  const wait = (minutes, still = false) => nextChange(sit, START + minutes * MINUTE, still);
  assert.equal(wait(-4), MINUTE / 2);
  assert.equal(wait(-4.5), MINUTE);
  assert.equal(wait(-1.1), Math.round(0.1 * MINUTE));
  assert.equal(wait(5), 15_000);
  assert.equal(wait(5, true), MINUTE);
  assert.equal(Math.round(wait(1.99)), 600);
});
