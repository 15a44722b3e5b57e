// @ts-check
/** What a page says of the people in a sit, with numbers and lists as one speaks them. Pure. */

import { shortName } from "./ring.js";

/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").Geometry} Geometry */

const ANNOUNCE_EVERY = 20_000;

/**
 * "Eleven have arrived".
 * @param {number} count
 * @param {boolean} seated whether the viewer is one of them
 * @param {boolean} crowd
 */
export function heading(count, seated, crowd) {
  if (count === 0) return "Nobody has arrived yet";
  if (count === 1) return seated ? "You are the first" : "One person has arrived";
  return `${capital(inWords(count))} ${crowd ? "are here" : "have arrived"}`;
}

/**
 * Names in the order of arrival, the teacher first and the viewer last, and what is free.
 * @param {Person[]} people
 * @param {string | null} you
 * @param {Geometry} geometry
 */
export function note(people, you, geometry) {
  if (people.length === 1 && people[0].id === you) return "The room is open. Sitting alone is sitting too.";
  if (countOf(geometry) === 0) return "";
  if (!geometry.crowd) {
    const { free } = geometry;
    const still = free ? ` ${capital(several(free, "seat is", "seats are"))} still free.` : "";
    return `${capital(called(people, you, geometry.others))}.${still}`;
  }
  const beside = new Set(geometry.seats.filter(({ teacher }) => !teacher).map(({ id }) => id));
  const names = called(people.filter(({ id }) => beside.has(id) && id !== you), you, 0);
  return drawn(geometry) + (names ? ` In the seats beside yours: ${names}.` : "");
}

/** @param {Geometry} geometry */
function drawn(geometry) {
  const others = geometry.others ? `, and ${geometry.others} others sit with you` : "";
  return `${drawnOf(geometry)} seats are drawn${others}.`;
}

/**
 * @param {Person[]} people
 * @param {string | null} you
 * @param {number} others
 */
function called(people, you, others) {
  const first = [...people].sort((a, b) => Number(b.teacher) - Number(a.teacher) || a.order - b.order);
  const rest = first.filter(({ id }) => id !== you);
  const names = rest.flatMap((person) => (calling(person) ? [calling(person)] : []));
  const nameless = rest.length - names.length + others;
  if (nameless) names.push(names.length ? `${inWords(nameless)} more` : several(nameless, "person", "people"));
  if (first.length > rest.length) names.push("you");
  return listed(names);
}

/** @param {Person} person */
function calling({ name, initials }) {
  return shortName(name) || initials || "";
}

/**
 * The whole ring in one sentence or two, for those who hear it.
 * @param {object} given
 * @param {string} given.phase
 * @param {Geometry} given.geometry
 * @param {Person[]} given.people
 * @param {string | null} given.you
 * @param {number} given.part of the sit that has passed
 */
export function ringSentence({ phase, geometry, people, you, part }) {
  const count = countOf(geometry);
  const taken = capital(several(count, "person", "people"));
  const verb = count === 1 ? "is" : "are";
  if (phase === "sitting" || phase === "closing_bell") {
    return `${count ? `${taken} ${verb} sitting` : "The room is"} in silence. ${passed(part)}`;
  }
  if (phase === "circle") return `The circle after the sit. ${taken} ${verb} here.`;
  if (phase === "closed") return "The ring of a sit that has ended.";
  if (geometry.crowd) return `${taken} have arrived. ${drawn(geometry)}`;
  return `The circle. ${seatsTaken(count, geometry.free)} ${whoLeads(people, you)}`;
}

/** How many people are here, drawn or not. @param {Geometry} geometry */
export function countOf(geometry) {
  return drawnOf(geometry) + geometry.others;
}

/** @param {Geometry} geometry */
function drawnOf({ seats, far }) {
  return seats.filter(({ free }) => !free).length + far.length;
}

/**
 * @param {number} count
 * @param {number} free
 */
function seatsTaken(count, free) {
  if (!free) return `${capital(several(count, "seat is", "seats are"))} taken.`;
  return `${capital(inWords(count))} of ${inWords(count + free)} seats ${count === 1 ? "is" : "are"} taken.`;
}

/**
 * @param {Person[]} people
 * @param {string | null} you
 */
function whoLeads(people, you) {
  const teacher = [...people].sort((a, b) => a.order - b.order).find((person) => person.teacher);
  if (teacher && teacher.id === you) return "You sit by the bell at the top.";
  const own = you && people.some(({ id }) => id === you) ? "your seat is" : "a seat for you is";
  if (!teacher) return `The seat by the bell is free; ${own} at the bottom.`;
  return `${teacher.name ?? teacher.initials ?? "The teacher"} sits by the bell at the top; ${own} at the bottom.`;
}

/** @param {number} part */
function passed(part) {
  if (part < 0.1) return "The sit has just begun.";
  if (part > 0.9) return "The sit is nearly over.";
  const words = ["a quarter", "a third", "half", "two thirds", "three quarters"];
  const parts = [1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4];
  const nearest = parts.reduce((best, value, at) => (Math.abs(value - part) < Math.abs(parts[best] - part) ? at : best), 0);
  return `About ${words[nearest]} of the sit has passed.`;
}

/** Arrivals read aloud: in batches, each person once, nothing about leaving, nothing once the bell has rung. */
export class Announcer {
  /** @type {Set<string>} */
  #known = new Set();
  /** @type {Person[]} */
  #waiting = [];
  #last = -Infinity;

  /**
   * Note who is here. Whom the first call names was here before and is not announced.
   * @param {Person[]} people
   * @param {string | null} you
   */
  see(people, you) {
    const first = this.#known.size === 0;
    for (const person of people) {
      if (this.#known.has(person.id)) continue;
      this.#known.add(person.id);
      if (!first && person.id !== you) this.#waiting.push(person);
    }
  }

  /** Forget what has not been said. */
  hush() {
    this.#waiting = [];
  }

  /**
   * The next sentence, or an empty one; at most every twenty seconds.
   * @param {number} now
   */
  say(now) {
    if (!this.#waiting.length || now - this.#last < ANNOUNCE_EVERY) return "";
    this.#last = now;
    const [first, ...more] = this.#waiting;
    this.#waiting = [];
    const name = calling(first) || "One more person";
    if (!more.length) return `${name} has arrived.`;
    return `${name} and ${several(more.length, "other", "others")} have arrived.`;
  }

  /** Milliseconds until `say` may have something to say. @param {number} now */
  wait(now) {
    return this.#waiting.length ? Math.max(0, this.#last + ANNOUNCE_EVERY - now) : Infinity;
  }
}

const SMALL = (
  "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/**
 * Say a whole number: 11 is "eleven", 400 is "four hundred".
 * @param {number} number
 * @returns {string}
 */
export function inWords(number) {
  if (number < 20) return SMALL[number];
  if (number < 100) return TENS[Math.floor(number / 10) - 2] + (number % 10 ? `-${SMALL[number % 10]}` : "");
  const [unit, word] = number < 1000 ? [100, "hundred"] : [1000, "thousand"];
  const left = number % unit;
  const link = left < 100 ? " and " : ", ";
  return `${inWords(Math.floor(number / unit))} ${word}${left ? link + inWords(left) : ""}`;
}

/**
 * @param {number} number
 * @param {string} one
 * @param {string} many
 */
export function several(number, one, many) {
  return `${inWords(number)} ${number === 1 ? one : many}`;
}

/** @param {string} sentence */
export function capital(sentence) {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/**
 * "Priya", "Priya and Jonah", "Priya, Jonah and Aoife".
 * @param {string[]} parts
 */
export function listed(parts) {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

/**
 * Break a text into lines of at most so many letters; a longer word has a line of its own.
 * @param {string} text
 * @param {number} most
 */
export function folded(text, most) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
