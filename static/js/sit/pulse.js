// @ts-check
/**
 * A worker that says "now" every five seconds, give or take a fifth. Browsers slow the timers of a hidden page to one
 * a minute, and somebody who sits with the screen off would seem to be gone; a worker's timers keep their pace.
 */

function beat() {
  postMessage("beat");
  setTimeout(beat, 5_000 * (0.8 + 0.4 * Math.random()));
}

setTimeout(beat, 1_000);
