// @ts-check
/**
 * One's own seat over the wire: joining and joining again, heartbeats, probes of the clock, news of the others.
 * It knows no page and no sound; it tells the room through the callbacks it was given.
 */

import { PROBES } from "./clock.js";
import { keep, recall } from "./panel.js";

/** @typedef {import("../types/sit").Live} Live */
/** @typedef {import("../types/sit").Refusal} Refusal */
/** @typedef {import("./roster.js").Roster} Roster */
/** @typedef {import("./clock.js").ServerClock} ServerClock */

const PATIENCE = 4_000;
/** After coming back, those whom the server does not know yet are shown as away for this long. */
const COMING_BACK = 10_000;

/**
 * @typedef {object} Told
 * @property {(answer: any) => void} joined the answer to sit:join
 * @property {() => void} changed the roster has news
 * @property {() => boolean} silent whether the ring is being kept as it is
 * @property {() => void} left another tab of this person left for all of them
 * @property {() => void} measured the clock may have moved
 * @property {() => number} waits the doors are soft: says so, and gives the milliseconds until one may knock again
 * @property {(refusal: Refusal) => void} refused the server will not seat this person; nothing is tried again
 */

export class OwnSeat {
  #given;
  /** @type {Live | null} */
  #live = null;
  #seated = false;
  #joining = false;
  #stopped = false;
  #behind = 0;
  #joins = 0;
  /** Soft doors: when to knock again, by the clock of this page. */
  #notBefore = 0;

  /** @param {{sit: string, tab: string, roster: Roster, clock: ServerClock, told: Told}} given */
  constructor(given) {
    this.#given = given;
  }

  get seated() {
    return this.#seated;
  }

  /** Hear of the others from now on. @param {Live} live */
  listen(live) {
    this.#live = live;
    const { sit, roster, told } = this.#given;
    live.on("sit:left", (left) => {
      if (left.sit !== sit || this.#stopped) return;
      this.stop();
      told.left();
    });
    live.on("sit:roster", (difference) => {
      if (difference.sit !== sit) return;
      if (roster.difference(difference)) told.changed();
      else if (this.#seated && roster.needsSnapshot) void this.#catchUp();
    });
  }

  /** Sit down, unless the seat is held; a second time after a reconnect is the same act. */
  async join() {
    if (this.#seated || this.#joining || this.#stopped || !this.#live || performance.now() < this.#notBefore) return;
    this.#joining = true;
    const { sit, tab, roster, told } = this.#given;
    try {
      const answer = await this.#live.command("sit:join", { sit, tab }, PATIENCE);
      roster.snapshot(answer, { keepMissing: this.#joins > 0 });
      this.#joins += 1;
      this.#seated = true;
      this.#behind = 0;
      this.#letGoLater(this.#joins);
      told.joined(answer);
      await this.measure("reconnected");
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#joining = false;
    }
  }

  /** The line is gone: the seat is kept for us for a while, and taken again when it is back. */
  lost() {
    this.#seated = false;
  }

  /** Say that we are still here; anything that fails is mended by joining again. */
  async beat() {
    if (!this.#live || this.#stopped) return;
    if (!this.#seated) return this.join();
    const { sit, tab, roster } = this.#given;
    try {
      const { seq } = await this.#live.command("sit:beat", { sit, tab }, PATIENCE);
      this.#behind = typeof seq === "number" && seq > (roster.seq ?? -1) ? this.#behind + 1 : 0;
      if (this.#behind > 1) await this.#catchUp();
    } catch {
      this.#seated = false;
      return this.join();
    }
    await this.measure("regular");
  }

  /**
   * Measure the clock by a round of probes, if it is time to.
   * @param {"regular" | "returned" | "reconnected" | "woken"} why
   */
  async measure(why) {
    const { clock, told } = this.#given;
    if (!this.#live || !this.#seated || !clock.due(performance.now(), why)) return;
    const samples = [];
    for (let probe = 0; probe < PROBES; probe += 1) {
      const t0 = performance.now();
      const answer = await this.#live.command("clock:probe", {}, PATIENCE).catch(() => null);
      if (answer) samples.push({ t0, t1: answer.received_ms, t2: answer.sent_ms, t3: performance.now() });
    }
    clock.rebase(samples, performance.now());
    told.measured();
  }

  /** Give the seat back and stay away. Waits a moment for the server, not longer. */
  async leave() {
    this.#stopped = true;
    if (!this.#live || !this.#seated) return;
    this.#seated = false;
    const { sit, tab } = this.#given;
    await this.#live.command("sit:leave", { sit, tab }, 800).catch(() => {});
  }

  /** Stop without a word: this person's right to be here has ended. */
  stop() {
    this.#stopped = true;
    this.#seated = false;
  }

  async #catchUp() {
    if (!this.#live) return;
    const { sit, roster, told } = this.#given;
    this.#behind = 0;
    const snapshot = await this.#live.command("sit:snapshot", { sit }, PATIENCE).catch(() => null);
    if (!snapshot) return;
    if (this.#seated && !snapshot.here.some((/** @type {{id: string}} */ { id }) => id === snapshot.you)) {
      this.#seated = false; // the house has lost the room: all come back one by one, and nobody is seen leaving meanwhile
      return this.join();
    }
    roster.snapshot(snapshot);
    told.changed();
  }

  /**
   * Who did not come back is let go, but not in silence: until it ends nobody says who is there.
   * @param {number} join
   */
  #letGoLater(join) {
    setTimeout(() => {
      const { roster, told } = this.#given;
      if (join !== this.#joins || !this.#seated) return;
      if (told.silent()) return this.#letGoLater(join);
      roster.letGo();
      told.changed();
    }, COMING_BACK);
  }

  /** A refusal is final where asking again cannot help; a lost line is not a refusal. @param {any} error */
  #refused(error) {
    if (error?.kind === "soft_doors") {
      const wait = this.#given.told.waits();
      this.#notBefore = performance.now() + wait;
      setTimeout(() => void this.join(), wait + 1);
      return;
    }
    if (!["not_found", "not_allowed", "invalid"].includes(error?.kind)) return;
    this.stop();
    this.#given.told.refused(error);
  }
}

/** This tab's name, the same after a reload. A copied tab takes the name along, so the lock says whose it is. */
export async function tabName() {
  const known = recall("sessionStorage", "sit.tab");
  if (known && (await mine(known))) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  keep("sessionStorage", "sit.tab", made);
  void mine(made);
  return made;
}

/**
 * @param {string} name
 * @returns {Promise<boolean>}
 */
function mine(name) {
  return new Promise((answer) => {
    if (!navigator.locks) return answer(true);
    const hold = (/** @type {Lock | null} */ lock) => {
      answer(lock !== null);
      return lock === null ? undefined : new Promise(() => {});
    };
    navigator.locks.request(`sit.tab:${name}`, { ifAvailable: true }, hold).catch(() => answer(true));
  });
}
