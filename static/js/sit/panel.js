// @ts-check
/** What stands around the ring, in the page that the server made: words, ways out, the light, small choices. */

import { heading, note, countOf } from "./company.js";

/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").Geometry} Geometry */

const TWICE_WITHIN = 3_000;

export class Panel {
  #room;
  #listed = "";

  /** @param {HTMLElement} room */
  constructor(room) {
    this.#room = room;
    for (const name of ["soon", "foot", "aloud"]) if (this.part(name)) this.part(name).hidden = name === "soon";
  }

  /** Is this a page that the browser had kept? */
  get isCopy() {
    return "roomCopy" in this.#room.dataset;
  }

  /** @param {string} name of a data-room-… attribute @returns {HTMLElement} */
  part(name) {
    return /** @type {HTMLElement} */ (this.#room.querySelector(`[data-room-${name}]`));
  }

  /** Before the doors open there is nothing to leave, and no bell to try. @param {string} phase */
  enter(phase) {
    const early = phase === "scheduled";
    this.part("sounding").hidden = early;
    this.part("early").hidden = !early;
    for (const way of this.#room.querySelectorAll("form[data-room-leave]")) way.toggleAttribute("hidden", early);
  }

  /**
   * Change the words of a part; the same words are left alone, so that nothing is read out twice.
   * @param {string} name
   * @param {string} words
   */
  say(name, words) {
    const part = this.part(name);
    if (part.textContent !== words) part.textContent = words;
  }

  /**
   * @param {{phase: string, people: Person[], you: string | null, others: number, geometry: Geometry, ended?: boolean}} now
   */
  show({ phase, people, you, others, geometry, ended = false }) {
    const [head, words] = wordsFor(ended ? "circle closed" : phase, people, you, geometry);
    this.say("heading", head);
    this.say("note", words);
    this.part("start").hidden = phase !== "scheduled";
    const meant = /** @type {HTMLElement | null} */ (this.part("meant")); // only where there is something to mean
    if (meant) meant.hidden = phase !== "scheduled";
    const before = /** @type {HTMLElement | null} */ (this.part("before"));
    if (before) before.hidden = !["scheduled", "doors", "settling"].includes(phase);
    const after = /** @type {HTMLElement | null} */ (this.part("after"));
    if (after) after.hidden = phase !== "circle" && phase !== "closed";
    this.part("who").hidden = people.length + others === 0;
    const rows = people.map(({ id, name, initials, teacher }) => {
      return [`${name || initials || "One more person"}${id === you ? " (you)" : ""}`, teacher ? "by the bell" : ""];
    });
    if (others) rows.push([`and ${others} more`, ""]);
    const wanted = JSON.stringify(rows);
    if (this.#listed !== wanted) this.part("list").replaceChildren(...rows.map(([name, more]) => line(name, more)));
    this.#listed = wanted;
  }
}

/**
 * @param {string} name
 * @param {string} more
 */
function line(name, more) {
  const row = document.createElement("li");
  row.textContent = name;
  if (more) row.append(Object.assign(document.createElement("span"), { className: "note", textContent: more }));
  return row;
}

/**
 * @param {string} phase
 * @param {Person[]} people
 * @param {string | null} you
 * @param {Geometry} geometry
 */
function wordsFor(phase, people, you, geometry) {
  const company = note(people, you, geometry);
  if (phase === "scheduled") return ["The doors are still closed", "They open ten minutes before the first bell, and this page lets you in by itself."];
  if (phase === "circle closed") return ["The circle is closed", "Thank you for listening to one another."];
  if (phase === "circle") return ["Closing circle", "One person holds the stone. The others listen. There is no need to answer."];
  if (phase === "closed") return ["The sit has ended", "Thank you for sitting together. Go when you like."];
  const seated = people.some(({ id }) => id === you);
  return [heading(countOf(geometry), seated, geometry.crowd), company];
}

/**
 * Escape leaves: twice within three seconds, or once with a button to leave focused. Pure: give it the moments.
 */
export class EscapeKey {
  #last = -Infinity;

  /**
   * @param {number} now
   * @param {boolean} onLeave
   * @returns {"leave" | "once more"}
   */
  press(now, onLeave) {
    if (onLeave || now - this.#last < TWICE_WITHIN) return "leave";
    this.#last = now;
    return "once more";
  }
}

/**
 * Bind the forms and the key. The forms go to the server; when it cannot be reached, `gone` shows that one has left.
 * `shut` closes what is open, and says whether anything was: then the key was meant for that.
 * @param {HTMLElement} room
 * @param {{reachable: () => boolean, leaving: () => void, gone: () => void, shut: () => boolean, hint: (words: string) => void}} given
 */
export function bindLeaving(room, { reachable, leaving, gone, shut, hint }) {
  const key = new EscapeKey();
  /** @type {ReturnType<typeof setTimeout>} */
  let clearing;
  for (const form of room.querySelectorAll("form[data-room-leave]")) {
    form.addEventListener("submit", (event) => {
      if (reachable()) return leaving();
      event.preventDefault();
      clearTimeout(clearing);
      gone();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || event.repeat || shut()) return;
    const onLeave = Boolean(document.activeElement?.closest("form[data-room-leave] button"));
    if (key.press(performance.now(), onLeave) === "leave") {
      /** @type {HTMLFormElement} */ (room.querySelector("form[data-room-leave]")).requestSubmit();
      return;
    }
    hint("Escape once more to leave.");
    clearTimeout(clearing);
    clearing = setTimeout(() => hint(""), TWICE_WITHIN);
  });
}

/** From paper to candlelight, or back. */
export function changeTheLight() {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)").matches ? "candlelight" : "paper";
  root.dataset.theme = (root.dataset.theme ?? device) === "candlelight" ? "paper" : "candlelight";
}

/** Keeps the screen on while it matters, where a browser can. */
export class Screen {
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #wanted = false;

  /** @param {boolean} wanted */
  async keepOn(wanted) {
    this.#wanted = wanted;
    if (!wanted) {
      void this.#lock?.release().catch(() => {});
      this.#lock = null;
      return;
    }
    if (document.hidden || (this.#lock && !this.#lock.released)) return;
    const lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    if (this.#wanted) this.#lock = lock;
    else void lock?.release().catch(() => {});
  }
}

/**
 * @param {"localStorage" | "sessionStorage"} where
 * @param {string} name
 * @returns {string | null}
 */
export function recall(where, name) {
  try {
    return window[where].getItem(name);
  } catch {
    return null;
  }
}

/**
 * @param {"localStorage" | "sessionStorage"} where
 * @param {string} name
 * @param {string} value
 */
export function keep(where, name, value) {
  try {
    window[where].setItem(name, value);
  } catch {
    // Nothing is lost but the memory of a choice.
  }
}
