import assert from "node:assert/strict";
import { test } from "node:test";

import { bellTone } from "../../static/js/sit/bells.js";

const RATE = 24_000;
const KINDS = ["opening", "interval", "walking", "closing"];
const loudest = (samples) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

for (const kind of KINDS) {
  test(`the ${kind} bell begins and ends in silence, and never clips even over its own echo`, () => {
    const tone = bellTone(kind, RATE);
    assert.ok(tone.every(Number.isFinite));
    assert.ok(Math.abs(tone[0]) < 1e-6 && Math.abs(tone.at(-1)) < 1e-6);
    const peak = loudest(tone);
    assert.ok(peak > 0.3 && peak < 0.85, `peak ${peak}`);
    const again = loudest(tone.slice(6 * RATE));
    assert.ok(peak + again < 1, `with the stroke before it ${peak + again}`);
  });

  test(`the ${kind} bell dies away`, () => {
    const tone = bellTone(kind, RATE);
    const seconds = Math.floor(tone.length / RATE);
    const parts = Array.from({ length: seconds }, (_, second) => loudest(tone.slice(second * RATE, (second + 1) * RATE)));
    assert.ok(parts.at(-1) < parts[0] / 100);
    assert.ok(parts[2] < parts[0]);
  });
}

test("the bells differ, and an unknown kind sounds as an interval bell", () => {
  const lengths = KINDS.map((kind) => bellTone(kind, RATE).length);
  assert.equal(new Set(lengths).size, 4);
  assert.deepEqual(bellTone("gong", RATE), bellTone("interval", RATE));
});
