import assert from "node:assert/strict";
import { test } from "node:test";

import { STROKES, most, percentile, sitTogether } from "./together.js";

test("twenty people hear each bell together, once, through reconnects and late timers", () => {
  const { events, missed, doubled, silent, skews } = sitTogether({ sits: 8 });
  assert.equal(events, 8 * 20 * STROKES);
  assert.deepEqual({ missed, doubled, silent }, { missed: 0, doubled: 0, silent: 0 });
  assert.ok(percentile(skews, 0.95) <= 50, `p95 ${percentile(skews, 0.95)}`);
  assert.ok(most(skews) <= 150, `max ${most(skews)}`);
});

test("all of them hear the closing bell together though the server is killed in the silence", () => {
  const { missed, doubled, silent, skews } = sitTogether({ sits: 8, killed: true, seed: 900 });
  assert.deepEqual({ missed, doubled, silent }, { missed: 0, doubled: 0, silent: 0 });
  assert.ok(percentile(skews, 0.95) <= 50, `p95 ${percentile(skews, 0.95)}`);
  assert.ok(most(skews) <= 150, `max ${most(skews)}`);
});
