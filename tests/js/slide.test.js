import assert from "node:assert/strict";
import { test } from "node:test";

import { wordFor } from "../../static/js/behaviors/slide.js";

const WORDS = ["hardly", "a little", "somewhat", "clearly", "strongly"];

test("each place between the ends has its word, and the ends have theirs", () => {
  assert.deepEqual([0, 15, 20, 50, 79, 80, 100].map((value) => wordFor(WORDS, value)), [
    "hardly", "hardly", "a little", "somewhat", "clearly", "strongly", "strongly",
  ]);
});
