// @ts-check
/**
 * Lets the bell be heard: strokes are placed on the audio clock long before their time, so that they ring with the
 * server gone and the tab hidden. Of several tabs one sounds; it holds a lock as long as it can be heard.
 */

import { Schedule, bellTone } from "./bells.js";
import { SpareBell } from "./spare.js";
import { keep, recall } from "./panel.js";

/** @typedef {import("./bells.js").Stroke} Stroke */
/** @typedef {import("../types/sit").Bell} Bell */
/** @typedef {import("./clock.js").ServerClock} ServerClock */
/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {"absent" | "locked" | "muted" | "elsewhere" | "ready"} Hearing */

/** A stroke already placed is placed anew if it would sound this much earlier or later, in seconds. */
const NOTICED = 0.01;
/** Strokes nearer than this, in seconds, stay where they are. */
const NEAR = 2;
/** A stroke whose time has come, but is this far ahead on the audio clock, in seconds: that clock has stood still. */
const STOOD_STILL = 0.5;

function newContext() {
  try {
    return new AudioContext({ latencyHint: "playback" });
  } catch {
    return null;
  }
}

/** What each state means to the person, in words. @type {Record<Hearing, string>} */
export const HEARING_WORDS = {
  absent: "This browser cannot play the bell. It shows as a ring of light.",
  locked: "This browser keeps a page silent until you touch it. Try the bell once, and it will ring for you.",
  muted: "Without sound, the bell shows as a ring of light.",
  elsewhere: "The bell sounds in your other tab, and shows here as a ring of light.",
  ready: "The bell will sound here.",
};

export class BellSound {
  #context = newContext();
  #volume = this.#context && new GainNode(this.#context);
  #spare = new SpareBell();
  #lock;
  #muted = false;
  #ended = false;
  /** Has the audio clock run here before? */
  #heard = false;
  /** True while this tab is the one that sounds. */
  #mine = false;
  #asking = false;
  /** Lets the lock go. */
  #release = () => {};
  /** @type {Map<string, AudioBuffer>} */
  #tones = new Map();
  /** @type {Map<string, {source: AudioBufferSourceNode, when: number}>} */
  #placed = new Map();
  #changed;

  /**
   * @param {string} lock a name that the tabs of one sit share
   * @param {() => void} changed called when the state may have changed: place the strokes again
   */
  constructor(lock, changed) {
    this.#lock = lock;
    this.#changed = changed;
    if (this.#context) this.#volume?.connect(this.#context.destination);
    this.#context?.addEventListener("statechange", () => this.#stateChanged());
  }

  /** @returns {Hearing} */
  get hearing() {
    if (!this.#context && !SpareBell.possible) return "absent";
    if (this.#muted) return "muted";
    if (!this.#able) return "locked";
    return this.#mine ? "ready" : "elsewhere";
  }

  /** Would the browser let this page sound? */
  get #able() {
    return this.#context?.state === "running" || this.#spare.woken;
  }

  /** Wake the sound; browsers allow it only after a touch or a key. */
  async wake() {
    if (this.#ended || this.#context?.state === "running") return;
    if (this.#context) await this.#context.resume().catch(() => {});
    else await this.#spare.wake();
    this.#review();
  }

  /** Ring once now, in this tab, so that a person may try it. */
  async tryOut() {
    await this.wake();
    if (!this.#muted) this.#strike("opening");
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.#muted = muted;
    this.#volume?.gain.setTargetAtTime(muted ? 0 : 1, this.#context?.currentTime ?? 0, 0.1);
    this.#review();
  }

  /**
   * Place the coming strokes on the audio clock; those that are placed well stay.
   * @param {Stroke[]} strokes
   */
  place(strokes) {
    const context = this.#context;
    const wanted = context?.state === "running" && this.hearing === "ready" ? strokes : [];
    const ids = new Set(wanted.map(({ id }) => id));
    for (const id of this.#placed.keys()) if (!ids.has(id)) this.#remove(id);
    for (const { id, localMs, kind } of wanted) {
      const when = this.#contextTime(localMs);
      const now = /** @type {AudioContext} */ (context).currentTime;
      const before = this.#placed.get(id);
      if (before && (Math.abs(before.when - when) < NOTICED || before.when - now < NEAR)) continue;
      this.#remove(id);
      this.#placed.set(id, { source: this.#start(kind, Math.max(0, when)), when });
    }
  }

  /**
   * Has this stroke, whose time has come, sounded here by itself? Each answer is given once. One that the audio clock
   * has not come to yet, because that clock stood still, is taken back: it would ring some other time.
   * @param {string} id
   */
  sounded(id) {
    const placed = this.#placed.get(id);
    const context = this.#context;
    if (!placed || !context) return false;
    if (context.state !== "running" || placed.when - context.currentTime > STOOD_STILL) {
      this.#remove(id);
      return false;
    }
    this.#placed.delete(id);
    return true;
  }

  /** Ring now what could not be placed in time. @param {string} kind */
  ringLate(kind) {
    if (this.hearing === "ready") this.#strike(kind);
  }

  /** @param {string} kind */
  #strike(kind) {
    if (this.#context?.state === "running") this.#start(kind, 0);
    else void this.#spare.ring(kind);
  }

  /** Some devices stop the audio clock while the screen is off or the telephone rings: have the spare bell at hand. */
  #stateChanged() {
    const { state } = /** @type {AudioContext} */ (this.#context);
    if (state === "running") this.#heard = true;
    else if (this.#heard && state !== "closed") {
      this.#spare.fetch();
      this.#spare.woken = true; // the page was touched before, or it would never have sounded
    }
    this.#review();
  }

  /** Leave: nothing more will sound. */
  end() {
    this.#ended = true;
    this.place([]);
    this.#release();
    this.#spare.hush();
    void this.#context?.close().catch(() => {});
  }

  /** Take or leave the part of the tab that sounds. */
  #review() {
    if (this.#able && !this.#ended && !this.#muted) void this.#ask();
    else this.#release();
    this.#changed();
  }

  /** Wait until no other tab sounds; where there are no locks, every tab does. */
  async #ask() {
    if (this.#mine || this.#asking) return;
    const stop = new AbortController();
    const hold = () => new Promise((done) => this.#hold(() => done(undefined)));
    this.#asking = true;
    this.#release = () => stop.abort();
    try {
      await navigator.locks.request(this.#lock, { signal: stop.signal }, hold);
    } catch {
      this.#asking = false;
      if (!stop.signal.aborted) return this.#hold(() => {});
    }
    this.#asking = false;
    this.#release = () => {};
    if (!this.#ended) this.#review();
  }

  /** @param {() => void} done */
  #hold(done) {
    this.#mine = true;
    this.#release = () => {
      this.#mine = false;
      done();
    };
    this.#changed();
  }

  /**
   * When a local time comes by the audio clock. The output timestamp pairs what is heard now with local time; where
   * it is missing, what is made now is heard later by the latency of the output.
   * @param {number} localMs
   */
  #contextTime(localMs) {
    const context = /** @type {AudioContext} */ (this.#context);
    const heard = context.getOutputTimestamp?.();
    if (heard?.performanceTime && heard.contextTime) {
      return heard.contextTime + (localMs - heard.performanceTime) / 1000;
    }
    return context.currentTime + (localMs - performance.now()) / 1000 - (context.outputLatency || 0);
  }

  /**
   * @param {string} kind
   * @param {number} when
   */
  #start(kind, when) {
    const context = /** @type {AudioContext} */ (this.#context);
    const source = new AudioBufferSourceNode(context, { buffer: this.#tone(kind) });
    source.connect(this.#volume ?? context.destination);
    source.start(when);
    return source;
  }

  /** @param {string} kind */
  #tone(kind) {
    const known = this.#tones.get(kind);
    if (known) return known;
    const { sampleRate } = /** @type {AudioContext} */ (this.#context);
    const samples = bellTone(kind, sampleRate);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate });
    buffer.copyToChannel(samples, 0);
    this.#tones.set(kind, buffer);
    return buffer;
  }

  /** @param {string} id */
  #remove(id) {
    const placed = this.#placed.get(id);
    if (!placed) return;
    placed.source.stop();
    placed.source.disconnect();
    this.#placed.delete(id);
  }
}

/** The bells of a room: what is planned, what can be heard, and the two controls for it. */
export class Ringing {
  #given;
  #schedule = new Schedule();
  #sound;
  #muted = false;
  /** The page's own title, while a bell stands in its place. @type {string | null} */
  #title = null;

  /**
   * @param {object} given
   * @param {string} given.sit
   * @param {ServerClock} given.clock
   * @param {Panel} given.panel
   * @param {() => void} given.seen a bell rings: show it
   */
  constructor(given) {
    this.#given = given;
    this.#sound = new BellSound(`sit.bell:${given.sit}`, () => this.place());
    this.#bind();
  }

  /** Take the whole plan. @param {Bell[]} bells */
  plan(bells) {
    this.#schedule.plan(bells, (server) => this.#given.clock.localAt(server), performance.now());
    this.place();
  }

  /** Put the coming strokes where the clock says now, and say how the bell will be noticed. */
  place() {
    const now = performance.now();
    this.ring(now);
    this.#schedule.retime((server) => this.#given.clock.localAt(server), now);
    this.#sound.place(this.#schedule.waiting);
    const { hearing } = this.#sound;
    this.#given.panel.say("hearing", HEARING_WORDS[hearing]);
    this.#given.panel.say("unheard", hearing === "locked" ? "Touch the page once, and the bell will sound." : "");
  }

  /** Ring what is due. @param {number} now */
  ring(now) {
    for (const { stroke, how } of this.#schedule.due(now)) {
      const sounded = this.#sound.sounded(stroke.id);
      if (how === "ring" && !sounded) this.#sound.ringLate(stroke.kind);
      if (how === "faded") continue;
      this.#given.seen();
      if (document.hidden) this.#onTheTab(stroke.kind);
      if (["muted", "absent", "locked"].includes(this.#sound.hearing)) this.#withoutSound();
    }
  }

  /** Local time of the next stroke. */
  get next() {
    return this.#schedule.waiting[0]?.localMs ?? Infinity;
  }

  /** Some browsers let a page sound only after a touch. */
  wake() {
    void this.#sound.wake();
  }

  end() {
    this.#sound.end();
  }

  /** A bell that cannot be heard is felt where the device can, and said to those who hear the page. */
  #withoutSound() {
    const { panel } = this.#given;
    navigator.vibrate?.(400);
    panel.say("said", panel.part("said").textContent === "A bell." ? "A bell rings." : "A bell.");
  }

  /** A hidden page shows in the tab's own words that a bell has rung, until somebody looks. @param {string} kind */
  #onTheTab(kind) {
    this.#title ??= document.title;
    document.title = `${kind === "closing" ? "The closing bell" : "A bell"} · ${this.#title}`;
  }

  #seenAgain() {
    if (document.hidden || this.#title === null) return;
    document.title = this.#title;
    this.#title = null;
  }

  #bind() {
    const { panel, sit } = this.#given;
    document.addEventListener("visibilitychange", () => this.#seenAgain());
    panel.part("try").addEventListener("click", () => {
      this.#given.seen();
      void this.#sound.tryOut();
    });
    panel.part("mute").addEventListener("click", () => {
      this.#mute(!this.#muted);
      keep("localStorage", "sit.mute", this.#muted ? sit : "");
    });
    this.#mute(recall("localStorage", "sit.mute") === sit);
    window.addEventListener("storage", ({ key, newValue }) => key === "sit.mute" && this.#mute(newValue === sit));
    for (const touch of ["pointerdown", "pointerup", "keydown"]) document.addEventListener(touch, () => this.wake());
  }

  /** @param {boolean} muted */
  #mute(muted) {
    this.#muted = muted;
    this.#given.panel.say("mute", muted ? "Sit with sound" : "Sit without sound");
    this.#sound.mute(muted);
  }
}
