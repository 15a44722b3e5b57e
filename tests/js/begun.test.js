import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { courseFrom, firstBell, forget, remember, underWay } from "../../static/js/sit/begun.js";
import { centreAlone, sentenceAlone } from "../../static/js/sit/alone-panel.js";
import { phaseAt } from "../../static/js/sit/phases.js";

const DATA = {
  sit: "alone:ending_on_time",
  practice: "ending_on_time",
  version: 2,
  bells: [{ at_ms: 0, strokes: 1, kind: "opening" }, { at_ms: 60_000, strokes: 1, kind: "closing" }],
  edges: [0, 60_000],
  phases: [
    { phase: "settling", from_ms: -15_000 },
    { phase: "sitting", from_ms: 0, segment: 0 },
    { phase: "closing_bell", from_ms: 60_000 },
    { phase: "closed", from_ms: 90_000 },
  ],
  plan: { total_s: 60, segments: [{ at_s: 0, kind: "bell", bells: 1 }, { at_s: 60, kind: "bell", bells: 1 }] },
};
const NOW = 1_795_400_000_000;
const phases = (starts, moments) => moments.map((ms) => phaseAt(courseFrom(DATA, starts).phases, NOW + ms).phase);

beforeEach(() => {
  const kept = new Map();
  globalThis.window = { sessionStorage: { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) } };
});

test("until it is begun nothing has a time; then there are a few breaths, and all follows the first bell", () => {
  assert.deepEqual(phases(undefined, [0, 86_400_000]), ["scheduled", "scheduled"]);
  const starts = firstBell(DATA, NOW);
  assert.equal(starts, NOW + 15_000);
  assert.deepEqual(phases(starts, [0, 14_999, 15_000, 75_000, 105_000]), ["settling", "settling", "sitting", "closing_bell", "closed"]);
  assert.deepEqual(courseFrom(DATA, starts).bells.map(({ at_ms }) => at_ms - NOW), [15_000, 75_000]);
});

test("a page that is loaded anew goes on, for the same person with the same plan, until it is over", () => {
  const begun = { starts_ms: NOW, key: "a" };
  remember(DATA, "7", begun);
  assert.deepEqual(underWay(DATA, "7", NOW + 89_999), begun);
  assert.equal(underWay(DATA, "7", NOW + 90_000), null);
  assert.equal(underWay(DATA, "8", NOW), null);
  assert.equal(underWay({ ...DATA, version: 3 }, "7", NOW), null);
  assert.equal(underWay({ ...DATA, practice: "open_room" }, "7", NOW), null);
  forget();
  assert.equal(underWay(DATA, "7", NOW), null);
});

test("the words of a seat alone speak of nobody else", () => {
  const given = (phase) => ({ phase, geometry: { seats: [{ free: false }], far: [], others: 0, free: 0 }, people: [], you: "you", part: 0.5 });
  assert.equal(sentenceAlone(given("sitting")), "You are sitting in silence. About half of the sit has passed.");
  for (const phase of ["scheduled", "settling", "sitting", "closing_bell", "closed"]) {
    const said = sentenceAlone(given(phase)) + JSON.stringify(centreAlone({ phase, from_ms: NOW }, NOW, { starts_ms: NOW, plan: DATA.plan }));
    assert.doesNotMatch(said, /person|people|together|circle|\d/i);
  }
});
