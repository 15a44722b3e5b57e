// @ts-check
/** The heart of a page in the room: beats and waits by a worker, which a hidden page does not slow; and notices sleep. */

/** Milliseconds to the next beat: five seconds, give or take a fifth, so that a room does not beat all at once. */
export function untilNextBeat() {
  return 5_000 * (0.8 + 0.4 * Math.random());
}

/** Between two beats this much more on the wall than here, or here at all, is a machine that slept. */
const SLEPT = 3_000;
const STOPPED = 20_000;

/**
 * Tells from two clocks, read at every beat, that the machine or the page was stopped meanwhile. Pure. A wall clock
 * that was put forward looks the same, which costs a round of probes and moves nothing.
 */
export class Wakefulness {
  /** @type {{local: number, wall: number} | null} */
  #last = null;

  /**
   * @param {number} local
   * @param {number} wall
   */
  slept(local, wall) {
    const last = this.#last;
    this.#last = { local, wall };
    if (!last) return false;
    const passed = local - last.local;
    return passed > STOPPED || wall - last.wall - passed > SLEPT;
  }
}

export class Heart {
  /** @type {Worker | null} */
  #worker = null;
  #given;
  #awake = new Wakefulness();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #due;

  /** @param {{beat: () => void, due: () => void, woke: () => void}} given */
  constructor(given) {
    this.#given = given;
    try {
      this.#worker = new Worker(new URL("./pulse.js", import.meta.url), { type: "module" });
      this.#worker.addEventListener("message", ({ data }) => (data === "beat" ? this.#beat() : given.due()));
      this.#worker.addEventListener("error", () => this.#alone());
    } catch {
      this.#alone();
    }
  }

  /** Say "due" after so many milliseconds; an earlier wish is forgotten. @param {number} ms */
  wakeIn(ms) {
    if (this.#worker) this.#worker.postMessage(ms);
    else {
      clearTimeout(this.#due);
      if (Number.isFinite(ms)) this.#due = setTimeout(this.#given.due, ms);
    }
  }

  /** Without a worker the page beats by itself, slower when it is hidden. */
  #alone() {
    this.#worker?.terminate();
    this.#worker = null;
    const beat = () => {
      this.#beat();
      setTimeout(beat, untilNextBeat());
    };
    setTimeout(beat, untilNextBeat());
  }

  #beat() {
    if (this.#awake.slept(performance.now(), Date.now())) this.#given.woke();
    this.#given.beat();
  }
}
