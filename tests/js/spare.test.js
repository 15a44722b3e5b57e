import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { KINDS, RATE, bellFile } from "../../tools/bells.mjs";

const HEADER = 44;
const kept = (kind) => readFileSync(new URL(`../../static/sounds/${kind}.wav`, import.meta.url));
const samples = (file) => new Int16Array(file.buffer.slice(file.byteOffset + HEADER, file.byteOffset + file.byteLength));

/** How strong a frequency is in the second after the stroke, by Goertzel's filter. */
function strength(tone, hertz) {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / RATE);
  let [one, two] = [0, 0];
  for (const sample of tone.slice(0.1 * RATE, 1.1 * RATE)) [one, two] = [sample + turn * one - two, one];
  return Math.sqrt(one * one + two * two - turn * one * two);
}

for (const kind of KINDS) {
  test(`the spare ${kind} bell is the tone that the room makes, small, and ends in silence`, () => {
    const made = samples(Buffer.from(bellFile(kind)));
    const file = samples(kept(kind));
    assert.equal(file.length, made.length);
    assert.ok(file.every((sample, index) => Math.abs(sample - made[index]) <= 1), "node tools/bells.mjs writes them anew");
    assert.ok(kept(kind).byteLength <= 115_000);
    assert.ok(Math.abs(file[0]) <= 1 && Math.abs(file.at(-1)) <= 1);
  });
}

test("the bells are told apart by their lowest note, each the strongest in its own", () => {
  const notes = { opening: 196, interval: 262, walking: 330, closing: 175 };
  for (const [kind, own] of Object.entries(notes)) {
    const tone = samples(kept(kind));
    for (const other of Object.values(notes)) {
      if (other !== own) assert.ok(strength(tone, own) > 8 * strength(tone, other), `${kind}: ${own} beside ${other}`);
    }
  }
});
