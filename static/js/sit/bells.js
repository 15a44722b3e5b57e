// @ts-check
/**
 * The bells: when each stroke rings, exactly once, and how it sounds. Pure: nothing here is heard.
 *
 * The plan is in server time. `retime` sets each stroke's local time by the clock as it is known then; a stroke
 * less than two seconds away is never moved, a stroke that has rung never comes back.
 */

/** @typedef {import("../types/sit").Bell} Bell */
/** @typedef {{id: string, serverMs: number, kind: string}} Planned */
/** @typedef {Planned & {localMs: number, state: "waiting" | "done"}} Stroke */

export const STROKES_APART = 6_000;
/** Nothing moves that is nearer than this. */
export const HELD = 2_000;
/** A stroke that was missed by less still rings; by more, it is only shown. */
export const LATE = 1_500;
/** A stroke missed by more than this has faded: the line of time shows that it rang. */
const FADED = 10_000;

/**
 * @param {Bell[]} bells
 * @returns {Planned[]}
 */
export function strokesOf(bells) {
  return bells.flatMap(({ at_ms, strokes, kind }) =>
    Array.from({ length: strokes }, (_, index) => ({
      id: `${kind}:${at_ms}:${index}`,
      serverMs: at_ms + index * STROKES_APART,
      kind,
    })),
  );
}

export class Schedule {
  /** @type {Map<string, Stroke>} */
  #strokes = new Map();

  /**
   * Take the plan, at a join and again at every rejoin. Strokes that are already past are never rung.
   * @param {Bell[]} bells
   * @param {(serverMs: number) => number} localAt
   * @param {number} now local
   */
  plan(bells, localAt, now) {
    const planned = new Map(strokesOf(bells).map((stroke) => [stroke.id, stroke]));
    for (const [id, { localMs, state }] of this.#strokes) {
      const held = state === "done" || localMs - now < HELD;
      if (!planned.has(id) && !held) this.#strokes.delete(id);
    }
    for (const [id, stroke] of planned) {
      if (this.#strokes.has(id)) continue;
      const localMs = localAt(stroke.serverMs);
      this.#strokes.set(id, { ...stroke, localMs, state: localMs < now ? "done" : "waiting" });
    }
    this.retime(localAt, now);
  }

  /**
   * Set the local times anew after the clock was measured; strokes less than two seconds away stay where they are,
   * unless this machine slept and they have long faded everywhere else.
   * @param {(serverMs: number) => number} localAt
   * @param {number} now local
   */
  retime(localAt, now) {
    for (const stroke of this.#strokes.values()) {
      if (stroke.state === "done") continue;
      const localMs = localAt(stroke.serverMs);
      if (stroke.localMs - now >= HELD || now - localMs > FADED) stroke.localMs = localMs;
    }
  }

  /** Strokes still to come, the next one first. */
  get waiting() {
    return [...this.#strokes.values()]
      .filter(({ state }) => state === "waiting")
      .sort((a, b) => a.localMs - b.localMs);
  }

  /**
   * Strokes whose time has come since the last call, each given once.
   * @param {number} now local
   * @returns {{stroke: Stroke, how: "ring" | "show" | "faded"}[]}
   */
  due(now) {
    return this.waiting
      .filter(({ localMs }) => localMs <= now)
      .map((stroke) => {
        stroke.state = "done";
        const late = now - stroke.localMs;
        return { stroke, how: late < LATE ? "ring" : late < FADED ? "show" : "faded" };
      });
  }
}

/**
 * [ratio, loudness, seconds until it has faded to a thousandth]
 * @type {[number, number, number][]}
 */
const MODES = [
  [1, 1, 1],
  [2.78, 0.44, 0.62],
  [5.18, 0.2, 0.36],
  [8.12, 0.08, 0.2],
  [11.5, 0.03, 0.1],
];

/** @typedef {{pitch: number, seconds: number, loudness: number, softness: number, beat: number}} Voice */

/** How each kind of bell differs: a little, as bowls of one family do. @type {Record<string, Voice>} */
const VOICES = {
  opening: { pitch: 196, seconds: 11, loudness: 0.5, softness: 0.014, beat: 0.55 },
  interval: { pitch: 262, seconds: 9, loudness: 0.38, softness: 0.02, beat: 0.7 },
  walking: { pitch: 330, seconds: 6, loudness: 0.36, softness: 0.008, beat: 0.9 },
  closing: { pitch: 175, seconds: 12, loudness: 0.5, softness: 0.016, beat: 0.45 },
};

/**
 * The sound of a stroke, made here: the slow modes of a struck bowl, each a pair that beats, dying away one by one.
 * Gives samples between -1 and 1, from silence to silence. A bowl's modes stand roughly as 1 : 2.8 : 5.2 : 8.1.
 * @param {string} kind opening, interval, walking or closing; any other sounds as an interval bell
 * @param {number} rate samples a second
 * @returns {Float32Array<ArrayBuffer>}
 */
export function bellTone(kind, rate) {
  const voice = VOICES[kind] ?? VOICES.interval;
  const samples = new Float32Array(Math.ceil(voice.seconds * rate));
  const whole = 2 * MODES.reduce((sum, [, loudness]) => sum + loudness, 0);
  for (const [ratio, loudness, fade] of MODES) {
    for (const side of [-0.5, 0.5]) {
      const hertz = voice.pitch * ratio + side * voice.beat * Math.sqrt(ratio);
      if (hertz < rate / 2) addMode(samples, rate, hertz, (voice.loudness * loudness * 1.6) / whole, voice.seconds * fade);
    }
  }
  soften(samples, rate, voice.softness);
  return samples;
}

/**
 * Add one dying sine by turning a point on a shrinking circle: two products a sample instead of a sine.
 * @param {Float32Array} samples
 * @param {number} rate
 * @param {number} hertz
 * @param {number} loudness
 * @param {number} seconds
 */
function addMode(samples, rate, hertz, loudness, seconds) {
  const shrink = Math.exp(-Math.log(1000) / (seconds * rate));
  const turn = (2 * Math.PI * hertz) / rate;
  const [cos, sin] = [shrink * Math.cos(turn), shrink * Math.sin(turn)];
  let x = loudness;
  let y = 0;
  const heard = Math.min(samples.length, Math.ceil((seconds * rate * 5) / 3));
  for (let index = 0; index < heard; index += 1) {
    samples[index] += y;
    [x, y] = [x * cos - y * sin, x * sin + y * cos];
  }
}

/**
 * A soft mallet: no click at the beginning, none at the end.
 * @param {Float32Array} samples
 * @param {number} rate
 * @param {number} seconds
 */
function soften(samples, rate, seconds) {
  const rise = Math.ceil(seconds * rate);
  const fall = Math.ceil(0.4 * rate);
  for (let index = 0; index < rise; index += 1) samples[index] *= 0.5 - 0.5 * Math.cos((Math.PI * index) / rise);
  for (let index = 1; index <= fall; index += 1) samples[samples.length - index] *= (index - 1) / fall;
}
