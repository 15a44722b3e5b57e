// @ts-check
/**
 * A worker that keeps time for a page: browsers slow the timers of a hidden page to one a minute, and somebody who
 * sits with the screen off would seem to be gone; a worker's timers keep their pace. It says "beat" every five
 * seconds, give or take a fifth, and "due" once the milliseconds have passed that it was last told.
 */

import { untilNextBeat } from "./heart.js";

/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

function beat() {
  postMessage("beat");
  setTimeout(beat, untilNextBeat());
}

addEventListener("message", ({ data }) => {
  clearTimeout(waiting);
  if (Number.isFinite(data)) waiting = setTimeout(() => postMessage("due"), data);
});

setTimeout(beat, 1_000);
