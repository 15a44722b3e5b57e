/**
 * Write the spare bells into static/sounds from the tones that the room makes itself: `node tools/bells.mjs`.
 * A test holds the files to the tones.
 */
import { writeFileSync } from "node:fs";

import { bellTone } from "../static/js/sit/bells.js";

export const RATE = 8_000;
export const KINDS = ["opening", "interval", "walking", "closing"];
const SECONDS = 7;
const FADE_SECONDS = 2.5;
const HEADER = 44;

/** A bell as a WAV file of 16 bits: its first seconds, faded out, as loud as the room's own. @param {string} kind */
export function bellFile(kind) {
  const tone = bellTone(kind, RATE).slice(0, SECONDS * RATE);
  const fade = FADE_SECONDS * RATE;
  const file = new DataView(new ArrayBuffer(HEADER + tone.length * 2));
  const text = (at, words) => [...words].forEach((letter, index) => file.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  file.setUint32(4, file.byteLength - 8, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, RATE, true);
  file.setUint32(28, RATE * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, "data");
  file.setUint32(40, tone.length * 2, true);
  tone.forEach((sample, index) => {
    const left = Math.min(1, (tone.length - 1 - index) / fade);
    file.setInt16(HEADER + index * 2, Math.round(sample * left * 32_767), true);
  });
  return new Uint8Array(file.buffer);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const kind of KINDS) writeFileSync(new URL(`../static/sounds/${kind}.wav`, import.meta.url), bellFile(kind));
}
