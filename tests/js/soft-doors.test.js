import assert from "node:assert/strict";
import { test } from "node:test";

import { knockIn, nextEdge, waitingWords } from "../../static/js/sit/soft-doors.js";

const EDGES = [0, 120_000, 900_000, 1_800_000];

test("whoever waits knocks shortly before the next edge, and not all at once", () => {
  for (const chance of [0, 0.5, 1]) {
    const at = 300_000 + knockIn(EDGES, 300_000, chance);
    assert.ok(at >= 900_000 - 5_000 && at < 900_000, String(at));
  }
  assert.notEqual(knockIn(EDGES, 300_000, 0), knockIn(EDGES, 300_000, 1));
});

test("a refusal within the last seconds before an edge waits for no other", () => {
  assert.equal(nextEdge(EDGES, 894_999), 900_000);
  assert.equal(nextEdge(EDGES, 900_001), 1_800_000);
  assert.ok(knockIn(EDGES, 1_900_000, 0) > 0);
});

test("the page says when the doors open again", () => {
  const [heading] = waitingWords([Date.UTC(2026, 10, 22, 19, 42)], Date.UTC(2026, 10, 22, 19, 40), "Asia/Tokyo");
  assert.equal(heading, "The doors open again at 04:42");
});
