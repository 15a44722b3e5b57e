// @ts-check
/**
 * The server's time on this machine. Local time is performance.now(), which never jumps; wall clocks do. Pure.
 *
 * A probe leaves at t0 and is back at t3 (local), the server saw it at t1 and answered at t2 (its own time). Of
 * several probes the quickest is the truest: its error is at most half of its round trip.
 */

/** @typedef {{t0: number, t1: number, t2: number, t3: number}} Sample */
/** @typedef {{offset: number, roundTrip: number}} Measure */

export const PROBES = 8;
/** Measured again after this long, and on focus, resume and reconnect. */
export const MEASURE_EVERY = 5 * 60_000;
/** Two rounds are never closer than this. */
const MEASURE_GAP = 10_000;
/** A measure that may be wrong by more is rough: a few more rounds soon follow, before the house may be gone. */
const ROUGH = 20;
const ROUGH_EVERY = 12_000;
const ROUNDS_WHILE_ROUGH = 10;
/** Quartz clocks part by up to this much per millisecond. */
const DRIFT = 0.00005;

/**
 * The measure of the sample with the shortest round trip; null when none can be used.
 * @param {Sample[]} samples
 * @returns {Measure | null}
 */
export function bestOffset(samples) {
  /** @type {Measure | null} */
  let best = null;
  for (const { t0, t1, t2, t3 } of samples) {
    const roundTrip = t3 - t0 - (t2 - t1);
    if (!Number.isFinite(roundTrip) || roundTrip < 0 || t2 < t1) continue;
    if (best === null || roundTrip < best.roundTrip) best = { offset: (t1 - t0 + (t2 - t3)) / 2, roundTrip };
  }
  return best;
}

export class ServerClock {
  /** @type {Measure & {at: number} | null} */
  #known = null;
  #askedAt = -Infinity;
  #rounds = 0;

  get known() {
    return this.#known !== null;
  }

  /** Server milliseconds at a local time. @param {number} local */
  serverAt(local) {
    return local + (this.#known?.offset ?? 0);
  }

  /** Local milliseconds at a server time. @param {number} server */
  localAt(server) {
    return server - (this.#known?.offset ?? 0);
  }

  /**
   * Take a round of probes. The new measure counts if it is the surer one, or if the two cannot both be right: then
   * this machine slept, and its clock with it. Whoever planned by the old time plans again (Schedule.retime leaves
   * bells alone that are less than two seconds away).
   * @param {Sample[]} samples
   * @param {number} now local
   * @returns {number} by how many milliseconds server time moved here
   */
  rebase(samples, now) {
    const best = bestOffset(samples);
    if (best === null) return 0;
    const before = this.#known;
    if (before !== null) {
      const oldError = before.roundTrip / 2 + (now - before.at) * DRIFT;
      const agree = Math.abs(best.offset - before.offset) <= oldError + best.roundTrip / 2;
      if (agree && oldError < best.roundTrip / 2) return 0;
    }
    this.#known = { ...best, at: now };
    return best.offset - (before?.offset ?? best.offset);
  }

  get #rough() {
    return (this.#known?.roundTrip ?? Infinity) / 2 > ROUGH && this.#rounds < ROUNDS_WHILE_ROUGH;
  }

  /**
   * Should a round of probes start? Says yes at most every ten seconds, unless it must be.
   * @param {number} now local
   * @param {"regular" | "returned" | "reconnected" | "woken"} why
   */
  due(now, why) {
    const since = now - this.#askedAt;
    const gap = why === "returned" ? MEASURE_GAP : this.#rough ? ROUGH_EVERY : MEASURE_EVERY;
    const yes = why === "reconnected" || why === "woken" || since >= gap;
    if (yes) this.#rounds += 1;
    if (yes) this.#askedAt = now;
    return yes;
  }
}
