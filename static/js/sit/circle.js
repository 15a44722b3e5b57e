// @ts-check
/**
 * The circle as a page knows it: who has the stone, who is next, what was said. Pure: server milliseconds go in.
 * The stone goes on by itself once it has rested, as bells ring by themselves; whatever the house tells later is newer.
 */

import { shortName } from "./ring.js";

/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").Stone} Stone */
/** @typedef {import("../types/sit").Said} Said */

/** The house looks twice a second, and a page that is early would be told that it has no stone. */
const HANDED = 250;
const MOST_SAID = 100;
/** Nearer than this to the middle of the bell the stone would lie on its mat: then it lies beside it. */
const BELL = 38;
const ASIDE = 42;

/**
 * Where the stone is at a moment.
 * @typedef {object} Standing
 * @property {string | null} holder
 * @property {string | null} next
 * @property {boolean} mine the viewer has it
 * @property {boolean} asked the viewer waits for it
 * @property {boolean} resting somebody waits, and two breaths pass
 * @property {boolean} ended
 * @property {boolean} long the viewer has had it for longer than most turns are
 */

export class Circle {
  /** @type {Stone} */
  #stone = { seq: -1, holder: null, next: null, since_ms: 0, rests_until_ms: 0, ended: false };
  #asked = false;
  #softMs = Infinity;
  /** @type {Said[]} */
  said = [];

  /** Take the answer to a question of our own: it is the truth, whatever was known. @param {any} seen */
  snapshot({ asked, said, soft_ms, ...stone }) {
    this.#stone = stone;
    this.#asked = asked;
    this.#softMs = soft_ms ?? Infinity;
    const here = new Set(said.map((/** @type {Said} */ { number }) => number));
    this.said = [...this.said.filter(({ number }) => !here.has(number)), ...said].sort((a, b) => a.number - b.number);
    if (stone.ended) this.clear();
  }

  /**
   * Take news of the stone; news that is older than what is known says nothing.
   * @param {Stone} stone
   * @param {string | null} you
   */
  take(stone, you) {
    if (stone.seq <= this.#stone.seq) return false;
    if (stone.holder !== this.#stone.holder) this.#softMs = Infinity;
    this.#stone = stone;
    if (stone.holder === you) this.#asked = false;
    if (stone.ended) this.clear();
    return true;
  }

  /** The viewer has the stone, and this is how long most turns are. @param {number} softMs */
  turn(softMs) {
    this.#softMs = softMs;
  }

  /** Somebody said something; what was heard before is not said twice. @param {Said} said */
  hear({ number, seat, words }) {
    if (this.#stone.ended || this.said.some((each) => each.number === number)) return false;
    this.said = [...this.said, { number, seat, words }].slice(-MOST_SAID);
    return true;
  }

  /** The circle is over: what was said is gone. */
  clear() {
    this.said = [];
    this.#asked = false;
  }

  /**
   * @param {number} now
   * @param {string | null} you
   * @returns {Standing}
   */
  at(now, you) {
    const { holder, next, rests_until_ms, since_ms, ended } = this.#stone;
    const handed = !holder && next !== null && !ended && now >= rests_until_ms + HANDED;
    const has = handed ? next : holder;
    const mine = has !== null && has === you;
    return {
      holder: has,
      next: handed ? null : next,
      mine,
      asked: this.#asked && !mine,
      resting: !has && next !== null,
      ended,
      long: mine && now >= (handed ? rests_until_ms : since_ms) + this.#softMs,
    };
  }

  /** Milliseconds until time alone changes something. @param {number} now */
  wait(now) {
    const { holder, rests_until_ms, since_ms } = this.#stone;
    const moment = holder ? since_ms + this.#softMs : rests_until_ms + HANDED;
    return moment > now ? moment - now : Infinity;
  }
}

/**
 * What a person is called in a circle: as they chose to be seen.
 * @param {Person[]} people
 * @param {string | null} id
 */
export function calledIn(people, id) {
  const found = people.find((person) => person.id === id);
  return shortName(found?.name ?? "") || found?.initials || "One more person";
}

/**
 * What was typed while a saying was on its way stays to be said.
 * @param {string} now what stands there
 * @param {string} sent what stood there when it was sent
 */
export function unsaid(now, sent) {
  return now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
}

/**
 * The words in the middle of the ring.
 * @param {Standing} standing
 * @param {Person[]} people
 * @returns {import("./phases.js").CentreWords}
 */
export function circleWords({ holder, next, mine, resting, ended }, people) {
  const say = (/** @type {string} */ large, /** @type {string} */ quiet) => ({ large, quiet, cue: "" });
  if (ended) return say("Thank you", "the circle is closed");
  if (mine) return say("You", "have the stone");
  if (holder) return say(calledIn(people, holder), "has the stone");
  if (resting) return say("Two breaths", `then ${next ? calledIn(people, next) : "the next"}`);
  return say("The stone", "lies in the middle");
}

/**
 * One sentence for those who hear the ring; also what is said aloud when the stone has moved.
 * @param {Standing} standing
 * @param {Person[]} people
 * @param {string | null} you
 */
export function circleSentence({ holder, next, mine, ended }, people, you) {
  if (ended) return "The circle is closed.";
  const follows = next ? (next === you ? " You are next." : ` ${calledIn(people, next)} is next.`) : "";
  if (mine) return `The stone is with you.${follows}`;
  if (holder) return `${calledIn(people, holder)} has the stone.${follows}`;
  return follows ? `The stone rests.${follows}` : "The stone lies in the middle.";
}

/**
 * What one may do, and what is said of it under the buttons.
 * @param {Standing} standing
 * @param {Person[]} people
 * @param {{you: string | null, silent: boolean}} viewer
 * @returns {{acts: string[], hint: string}}
 */
export function choices(standing, people, { you, silent }) {
  const { holder, next, mine, asked, ended, long } = standing;
  if (ended) return { acts: [], hint: "What was said is gone. Stay a little, or leave quietly." };
  const kept = "What is said here is not kept; it goes when the circle closes.";
  if (mine) {
    const time = long ? "Some minutes have passed. Take what you need; nothing happens by itself." : "Speak, write, or hold it in silence.";
    return { acts: next ? ["pass", "skip"] : ["pass"], hint: `The stone is with you. ${time} ${kept}` };
  }
  if (asked || next === you) {
    const when = next === you ? "You are next." : "You have asked for the stone, and it comes round to you.";
    return { acts: ["unask"], hint: `${when} ${kept}` };
  }
  if (silent) return { acts: ["ask"], hint: "You are keeping silence, and the stone passes you by." };
  const follows = next && holder ? `${calledIn(people, next)} is next. ` : "";
  return { acts: ["ask", "silence"], hint: follows + kept };
}

/**
 * Where the stone and the one that is to come are drawn: at the edge of the mat, towards the middle.
 * @param {import("../types/sit").Geometry} geometry
 * @param {{holder: string | null, next: string | null}} standing
 * @returns {import("../types/sit").StoneDrawn}
 */
export function stoneOf(geometry, { holder, next }) {
  const held = placeOf(geometry, holder);
  return {
    glow: held && { x: held.x, y: held.y, r: tenth(2.7 * held.c) },
    held: held && atTheMat(held, 11, 8.5, geometry.line),
    next: (next && lies(placeOf(geometry, next), geometry.line)) || null,
  };
}

/** @param {{x: number, y: number, c: number} | null} place @param {number} line */
function lies(place, line) {
  return place && atTheMat(place, 9, 7, line);
}

/**
 * @param {import("../types/sit").Geometry} geometry
 * @param {string | null} id
 */
function placeOf({ seats, far }, id) {
  if (!id) return null;
  const seat = seats.find((one) => one.id === id);
  if (seat) return { x: seat.x, y: seat.y, c: seat.c };
  const dot = far.find(({ key }) => key === id);
  return dot ? { x: dot.x, y: dot.y, c: dot.r } : null;
}

/**
 * @param {{x: number, y: number, c: number}} place
 * @param {number} rx
 * @param {number} ry
 * @param {number} line radius of the line of time, on which the bell stands at the top
 */
function atTheMat({ x, y, c }, rx, ry, line) {
  const [across, down] = [x - 400, y - 400];
  const far = Math.hypot(across, down) || 1;
  const part = (far - 1.62 * c) / far;
  const scale = Math.max(0.6, Math.min(1, c / 34));
  const turn = (Math.atan2(down, across) * 180) / Math.PI + 70;
  const aside = Math.hypot(across * part, down * part + line) < BELL ? ASIDE : 0;
  return { x: tenth(400 + across * part + aside), y: tenth(400 + down * part), rx: tenth(rx * scale), ry: tenth(ry * scale), turn: tenth(turn) };
}

/** @param {number} value */
function tenth(value) {
  return Math.round(value * 10) / 10;
}
