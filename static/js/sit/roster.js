// @ts-check
/**
 * Who is here: a snapshot, then numbered differences. Pure.
 *
 * A difference covers the numbers after `from_seq` up to `seq`. One that is not newer than what is known is dropped;
 * one that begins later leaves a gap, and it waits while a new snapshot is asked for; so do all that arrive before
 * the first snapshot. A snapshot always wins: it is the answer to our own question.
 */

/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").Difference} Difference */
/** @typedef {import("../types/sit").Snapshot} Snapshot */

const MOST_WAITING = 200;

export class Roster {
  /** The number of the last change that is known; null before the first snapshot. @type {number | null} */
  seq = null;
  /** People without a seat of their own in the list. */
  others = 0;
  /** @type {Map<string, Person>} */
  #here = new Map();
  /** @type {Difference[]} */
  #waiting = [];
  /** Kept from before a reconnect although the snapshot did not know them yet. @type {Set<string>} */
  #kept = new Set();

  /** True while there is a gap, or nothing yet: ask for a snapshot. */
  get needsSnapshot() {
    return this.seq === null || this.#waiting.length > 0;
  }

  /** Everybody who is seated, in the order of arrival. */
  get people() {
    return [...this.#here.values()].sort((a, b) => a.order - b.order);
  }

  get count() {
    return this.#here.size + this.others;
  }

  /**
   * Take a snapshot, then the waiting differences that follow it.
   * @param {Snapshot} snapshot
   * @param {{keepMissing?: boolean}} [options] after a reconnect: who is missing stays, as away, until `letGo`
   */
  snapshot({ seq, here, others }, { keepMissing = false } = {}) {
    const before = this.#here;
    this.seq = seq;
    this.others = others;
    this.#here = new Map(here.map((person) => [person.id, person]));
    this.#kept = new Set(keepMissing ? [...before.keys()].filter((id) => !this.#here.has(id)) : []);
    for (const id of this.#kept) this.#here.set(id, { .../** @type {Person} */ (before.get(id)), away: true });
    const waiting = this.#waiting.sort((a, b) => a.seq - b.seq);
    this.#waiting = [];
    for (const difference of waiting) this.difference(difference);
  }

  /** Let those go who did not come back after a reconnect. */
  letGo() {
    for (const id of this.#kept) this.#here.delete(id);
    this.#kept.clear();
  }

  /**
   * Take a difference.
   * @param {Difference} difference
   * @returns {boolean} whether anything may have changed
   */
  difference(difference) {
    if (this.seq !== null && difference.seq <= this.seq) return false;
    if (this.seq === null || difference.from_seq > this.seq) {
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push(difference);
      return false;
    }
    this.seq = difference.seq;
    for (const person of difference.joined) this.#come(person);
    for (const id of difference.gone) this.#go(id);
    for (const id of difference.away) this.#turn(id, true);
    for (const id of difference.back) this.#turn(id, false);
    this.others = Math.max(0, difference.total - this.#here.size);
    return true;
  }

  /** @param {Person} person */
  #come(person) {
    this.#kept.delete(person.id);
    this.#here.set(person.id, person);
  }

  /** @param {string} id */
  #go(id) {
    this.#kept.delete(id);
    this.#here.delete(id);
  }

  /**
   * @param {string} id
   * @param {boolean} away
   */
  #turn(id, away) {
    const person = this.#here.get(id);
    if (person) this.#here.set(id, { ...person, away });
    if (!away) this.#kept.delete(id);
  }
}

/** Places beside the bell's and one's own: rings of 6, 8, 10, 14, 18 and 24, then two rows up to 64. */
const STEPS = [4, 6, 8, 12, 16, 22, 28, 38, 50, 62];
const BENCH_SEATS = 8;

/**
 * Who keeps which cushion. The ring is drawn anew whenever somebody comes or goes; this remembers the places, so
 * that nobody else moves: who comes takes the lowest free place, who leaves leaves a free one, who returns finds
 * the same cushion if nobody sits on it. The circle widens by steps and never narrows during a visit.
 */
export class Seating {
  #rows = new Places();
  #bench = new Places();
  #far = new Places();
  #size = 0;

  /**
   * Give everybody but the viewer and the teacher by the bell a place, and say how many seats stay free.
   * @param {{people: Person[], you: string | null, teacher?: string | null, others?: number}} given
   * @returns {{people: Person[], free: number}}
   */
  arrange({ people, you, teacher, others = 0 }) {
    const arrived = [...people].sort((a, b) => a.order - b.order);
    const head = teacher === undefined ? arrived.find((person) => person.teacher)?.id : teacher;
    const rest = arrived.filter((person) => person.id !== you && person.id !== head);
    const apart = arrived.filter((person) => !rest.includes(person));
    if (people.length + others > 64) return { people: [...apart, ...this.#crowd(rest)], free: 0 };
    const places = this.#rows.of(rest.map((person) => person.id));
    const seated = rest.map((person) => ({ ...person, place: places.get(person.id) }));
    return { people: [...apart, ...seated], free: this.#widen(seated, people.length) };
  }

  /**
   * @param {Person[]} seated
   * @param {number} all
   */
  #widen(seated, all) {
    const needed = Math.max(this.#size, ...seated.map((person) => Number(person.place) + 1));
    const few = all <= 3 && this.#size <= 2;
    this.#size = few ? needed : Math.max(needed, STEPS.find((step) => step >= needed) ?? needed);
    return this.#size - seated.length;
  }

  /**
   * The first to show a name or initials sit beside the viewer and stay there; a seat that falls free on the long mat
   * is for somebody who comes, not for somebody who sits elsewhere already.
   * @param {Person[]} rest
   */
  #crowd(rest) {
    const marked = rest.filter((person) => person.near);
    const close = marked.length ? marked : rest.filter((person) => person.initials !== null);
    const unseated = close.filter((person) => !this.#far.holds(person.id));
    const places = this.#bench.of(unseated.map((person) => person.id), BENCH_SEATS);
    const far = this.#far.of(rest.filter((person) => !places.has(person.id)).map((person) => person.id));
    return rest.map((person) => {
      const near = places.has(person.id);
      return { ...person, near, place: near ? places.get(person.id) : far.get(person.id) };
    });
  }
}

/** Places by number, each kept for the id that had it last. */
class Places {
  /** @type {Map<string, number>} */
  #held = new Map();
  /** @type {Map<string, number>} */
  #once = new Map();

  /** Does somebody sit here now? @param {string} id */
  holds(id) {
    return this.#held.has(id);
  }

  /**
   * @param {string[]} ids in the order of arrival
   * @param {number} [limit] how many places there are; who finds none is not in the answer
   */
  of(ids, limit = Infinity) {
    const taken = new Set();
    /** @type {Map<string, number>} */
    const given = new Map();
    const give = (/** @type {string} */ id, /** @type {number | undefined} */ place) => {
      if (place === undefined || given.has(id) || taken.has(place)) return;
      taken.add(place);
      given.set(id, place);
    };
    for (const id of ids) give(id, this.#held.get(id));
    for (const id of ids) give(id, this.#once.get(id));
    let next = 0;
    for (const id of ids) {
      while (taken.has(next)) next += 1;
      if (next >= limit) break;
      give(id, next);
    }
    this.#held = given;
    for (const [id, place] of given) this.#once.set(id, place);
    return given;
  }
}
