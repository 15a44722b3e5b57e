import assert from "node:assert/strict";
import { test } from "node:test";

import { Screen } from "../../static/js/sit/panel.js";

/** A device whose screen can be kept on; as devices do, it lets go by itself when the page is hidden. */
function device() {
  const locks = [];
  const request = async () => {
    const lock = { released: false, release: async () => void (lock.released = true) };
    locks.push(lock);
    return lock;
  };
  const held = () => locks.filter(({ released }) => !released).length;
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock: { request } }, configurable: true });
  globalThis.document = { hidden: false };
  return { locks, held };
}

test("the screen stays on while it matters, is taken anew after the page was hidden, and is let go", async () => {
  const { locks, held } = device();
  const screen = new Screen();
  await screen.keepOn(true);
  await screen.keepOn(true);
  assert.equal(held(), 1);
  locks[0].released = true;
  document.hidden = true;
  await screen.keepOn(true);
  assert.equal(held(), 0);
  document.hidden = false;
  await screen.keepOn(true);
  assert.equal(held(), 1);
  await screen.keepOn(false);
  assert.equal(held(), 0);
});

test("a wish that ended while the device was asked is let go at once, and a device without the means is fine", async () => {
  const { held } = device();
  const screen = new Screen();
  const asked = screen.keepOn(true);
  await screen.keepOn(false);
  await asked;
  assert.equal(held(), 0);
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  await new Screen().keepOn(true);
});
