import assert from "node:assert/strict";
import { test } from "node:test";

// The browser's audio clock, as far as the bell asks it: 7 s have passed on it, it goes on, and is heard 200 ms late.
const LATENCY = 0.2;
const PASSED = 7;
/** @type {number[]} */
const started = [];

class Context extends EventTarget {
  state = "running";
  sampleRate = 8_000;
  #made = performance.now();
  get currentTime() {
    return PASSED + (performance.now() - this.#made) / 1000;
  }
  outputLatency = LATENCY;
  destination = {};
  async resume() {}
  async close() {}
}

class Node {
  gain = { setTargetAtTime() {} };
  connect() {}
  disconnect() {}
  stop() {}
  /** @param {number} when */
  start(when) {
    started.push(when);
  }
}

class Buffer {
  copyToChannel() {}
}

Object.assign(globalThis, { AudioContext: Context, GainNode: Node, AudioBufferSourceNode: Node, AudioBuffer: Buffer });
const { BellSound } = await import("../../static/js/sit/sound.js");

/** A bell that may sound: nobody else holds it where there are no locks. */
async function bell() {
  started.length = 0;
  const sound = new BellSound("a lock", () => {});
  sound.mute(false);
  for (let turn = 0; turn < 20 && sound.hearing !== "ready"; turn += 1) await Promise.resolve();
  assert.equal(sound.hearing, "ready");
  return sound;
}

test("a stroke is placed earlier by what the output takes to be heard", async () => {
  const sound = await bell();
  sound.place([{ id: "closing 1", localMs: performance.now() + 10_000, kind: "closing" }]);
  assert.equal(started.length, 1);
  assert.ok(Math.abs(started[0] - (PASSED + 10 - LATENCY)) < 0.05, `${started[0]}`);
});

test("where the browser says what is heard now, that is what counts", async () => {
  const heard = () => ({ contextTime: 6.5, performanceTime: performance.now() });
  Object.assign(Context.prototype, { getOutputTimestamp: heard });
  const sound = await bell();
  sound.place([{ id: "closing 1", localMs: performance.now() + 10_000, kind: "closing" }]);
  Reflect.deleteProperty(Context.prototype, "getOutputTimestamp");
  assert.ok(Math.abs(started[0] - 16.5) < 0.05, `${started[0]}`);
});

test("a stroke that stands well, or is nearer than two seconds, is not placed anew", async () => {
  const sound = await bell();
  const at = performance.now();
  sound.place([{ id: "near", localMs: at + 1_500, kind: "interval" }, { id: "far", localMs: at + 9_000, kind: "closing" }]);
  sound.place([{ id: "near", localMs: at + 1_900, kind: "interval" }, { id: "far", localMs: at + 9_001, kind: "closing" }]);
  assert.equal(started.length, 2);
  sound.place([{ id: "near", localMs: at + 1_900, kind: "interval" }, { id: "far", localMs: at + 9_300, kind: "closing" }]);
  assert.equal(started.length, 3);
});
