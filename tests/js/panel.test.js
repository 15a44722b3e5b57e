import assert from "node:assert/strict";
import { test } from "node:test";

import { EscapeKey } from "../../static/js/sit/panel.js";

test("one key leaves: twice within three seconds, or once with a button focused", () => {
  const key = new EscapeKey();
  assert.equal(key.press(10_000, false), "once more");
  assert.equal(key.press(13_100, false), "once more");
  assert.equal(key.press(16_000, false), "leave");
  assert.equal(new EscapeKey().press(0, true), "leave");
});
