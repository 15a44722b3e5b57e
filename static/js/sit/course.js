// @ts-check
/**
 * The course of a sit on a page, in company or alone: ring what is due, draw what is new, go from phase to phase, and
 * look after the bells while the page is hidden or the machine asleep. What else a page does then, it is told.
 */

import { Heart } from "./heart.js";
import { Screen, changeTheLight } from "./panel.js";
import { clockOf, isSilent, lengthOf, nextChange, phaseAt } from "./phases.js";

/** Nearer than two seconds a bell is not moved any more. */
const LAST_LOOK = 2_300;

/** @typedef {"returned" | "woken"} Why */

/**
 * @typedef {object} Told
 * @property {(phase: string) => boolean} still whether the page is to be empty but for the ring
 * @property {(phase: string) => void} shown the page has changed to this phase
 * @property {(phase: string) => void} entered the phase has begun
 * @property {() => void} beat every five seconds or so, in a hidden page too
 * @property {(why: Why) => void} returned somebody looks again, or the machine has slept
 */

/**
 * @typedef {object} Parts
 * @property {import("../types/sit").RoomData} sit as it is known now; it may be completed meanwhile
 * @property {import("./clock.js").ServerClock} clock
 * @property {import("./panel.js").Panel} panel
 * @property {import("./scene.js").Scene} scene
 * @property {import("./sound.js").Ringing} ringing
 * @property {Told} told
 */

export class Course {
  #element;
  #parts;
  #screen = new Screen();
  /** @type {Heart | null} */
  #heart = null;
  #phase = "";
  #over = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #less = matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {HTMLElement} element
   * @param {Parts} parts
   */
  constructor(element, parts) {
    this.#element = element;
    this.#parts = parts;
  }

  get phase() {
    return this.#phase;
  }

  get silent() {
    return isSilent(this.#phase);
  }

  get over() {
    return this.#over;
  }

  /** From now on the page follows the time. */
  start() {
    this.#parts.panel.part("light").addEventListener("click", changeTheLight);
    for (const back of ["visibilitychange", "pageshow", "focus"]) window.addEventListener(back, () => this.#returned());
    document.addEventListener("resume", () => this.#returned("woken"));
    const woke = () => this.#returned("woken");
    this.tick();
    this.#heart = new Heart({ beat: () => this.#beat(), due: () => this.#due(), woke });
    this.#wakeForTheBell(performance.now());
  }

  /** Time has passed, or there is news: ring, draw, speak, and come back when there is more. */
  tick() {
    clearTimeout(this.#timer);
    if (this.#over) return;
    const { ringing, scene, sit } = this.#parts;
    const { local, server, at } = this.now();
    ringing.ring(local);
    if (at.phase !== this.#phase) this.#enter(at.phase);
    scene.draw(at, server, local);
    const change = nextChange(sit, server, this.#less.matches);
    const wait = Math.min(change, scene.wait(local, server), ringing.next - local);
    this.#timer = setTimeout(() => this.tick(), Math.max(5, wait + 1));
    this.#wakeForTheBell(local);
  }

  now() {
    const { clock, sit } = this.#parts;
    const local = performance.now();
    const server = clock.serverAt(local);
    return { local, server, at: phaseAt(sit.phases, server) };
  }

  /** Enter the phase once more with the next tick: something about the page is different now. */
  again() {
    this.#phase = "";
  }

  /** Nothing rings and nothing moves any more. */
  end() {
    this.#over = true;
    clearTimeout(this.#timer);
    void this.#screen.keepOn(false);
    this.#parts.ringing.end();
  }

  /** Come shortly before a stroke, to look after its place a last time, and when it is due. @param {number} local */
  #wakeForTheBell(local) {
    const left = this.#parts.ringing.next - local;
    this.#heart?.wakeIn(Math.max(5, left > LAST_LOOK + 50 ? left - LAST_LOOK : left + 1));
  }

  #due() {
    if (!this.#over) this.#parts.ringing.place();
    this.tick();
  }

  /** @param {string} phase */
  #enter(phase) {
    const { scene, panel, told } = this.#parts;
    const turns = this.#phase !== "" && told.still(this.#phase) !== told.still(phase);
    this.#phase = phase;
    scene.enter(phase);
    panel.enter(phase);
    const show = () => {
      const { classList } = this.#element;
      const still = told.still(phase);
      classList.toggle("silence", still);
      classList.toggle("circle", phase === "circle" || phase === "closed");
      panel.say("title", still || isSilent(phase) ? `: silence. The closing bell rings at ${this.#closing()}.` : "");
      told.shown(phase);
    };
    if (turns) crossFade(show);
    else show();
    told.entered(phase);
    this.#light();
  }

  #closing() {
    const { sit } = this.#parts;
    return clockOf(sit.starts_ms + lengthOf(sit), sit.zone);
  }

  #light() {
    void this.#screen.keepOn(this.#phase === "settling" || this.silent);
  }

  /** Every beat looks after the bells: an audio clock drifts, and stands still for moments where a machine is busy. */
  #beat() {
    if (this.#over) return;
    this.#parts.ringing.place();
    this.#parts.told.beat();
  }

  /**
   * Back from another tab, from sleep, from the past: show the truth.
   * @param {Why} [why]
   */
  #returned(why = "returned") {
    if (this.#over || (document.hidden && why === "returned")) return;
    this.#parts.ringing.wake();
    this.#parts.told.returned(why);
    this.tick();
    this.#light();
  }
}

/**
 * From words to stillness and back, without travel.
 * @param {() => void} show
 */
function crossFade(show) {
  if (document.hidden || !document.startViewTransition || matchMedia("(prefers-reduced-motion: reduce)").matches) show();
  else document.startViewTransition(show).ready.catch(() => {});
}
