// @ts-check
/**
 * What was sat alone in this browser, until the journal has it: ids and times under the id of whoever sat, and never a
 * word. Another person's page neither sends nor shows it. A sit is named by a key, so that it arrives once.
 */

import { Refusal, send } from "./fragment.js";
import { keep, recall } from "./sit/panel.js";

/**
 * @typedef {object} Sitting
 * @property {string} key
 * @property {string} practice
 * @property {number} version
 * @property {number} began_ms the first bell
 * @property {number} ended_ms so far
 * @property {number} until_ms the closing bell
 * @property {boolean} done
 */
/** @typedef {{pages: Map<string, string>, refused: Map<string, string>, brief: Set<string>, waiting: boolean}} Brought by the sits' keys */

/** Who leaves sooner has only looked in. */
const LEAST = 60_000;
/** So long after its closing bell a sit without an end is over: its page was closed on the way. */
const GONE = 60_000;
/** With these answers it is not the journal that spoke; ask again another time. */
const LATER = new Set([0, 400, 401, 408, 429]);

export class Sat {
  #name;

  /** @param {string} whose the id of whoever is signed in */
  constructor(whose) {
    this.#name = `sat ${whose}`;
  }

  /**
   * Somebody begins to sit.
   * @param {{practice: string, version: number}} practice
   * @param {number} began
   * @param {number} until
   * @returns {string} the key of the sit
   */
  begin({ practice, version }, began, until) {
    const key = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#keep([...this.#all(), { key, practice, version, began_ms: began, ended_ms: began, until_ms: until, done: false }]);
    return key;
  }

  /** They sit still, or have ended. @param {string} key @param {number} now @param {boolean} [done] */
  until(key, now, done = false) {
    this.#keep(this.#all().map((one) => (one.key === key ? { ...one, ended_ms: Math.min(now, one.until_ms), done } : one)));
  }

  /** Nothing was begun after all, or it has arrived. @param {string} key */
  drop(key) {
    this.#keep(this.#all().filter((one) => one.key !== key));
  }

  /**
   * Bring what is over to the journal. What cannot be brought now stays; what the journal will never take goes, and
   * `refused` says why; `brief` names what was over within a minute. Whoever is leaving this browser brings what has
   * no end yet, too: with its last sign of life.
   * @param {number} now
   * @param {{leaving?: boolean}} [how]
   * @returns {Promise<Brought>}
   */
  async bring(now, { leaving = false } = {}) {
    /** @type {Brought} */
    const brought = { pages: new Map(), refused: new Map(), brief: new Set(), waiting: false };
    for (const one of this.#all().filter(({ done, until_ms }) => leaving || done || now > until_ms + GONE)) {
      if (one.ended_ms - one.began_ms >= LEAST) await this.#send(one, brought);
      else {
        brought.brief.add(one.key);
        this.drop(one.key);
      }
    }
    return brought;
  }

  /** Whether nothing waits here. */
  get empty() {
    return this.#all().length === 0;
  }

  /**
   * @param {Sitting} one
   * @param {Brought} brought
   */
  async #send({ key, practice, version, began_ms, ended_ms }, brought) {
    const times = { began_ms: String(Math.round(began_ms)), ended_ms: String(Math.round(ended_ms)) };
    try {
      const answer = await send("/journal/sits", { practice, version: String(version), write_key: key, ...times });
      brought.pages.set(key, JSON.parse(answer).page);
      this.drop(key);
    } catch (refusal) {
      const final = refusal instanceof Refusal && refusal.status < 500 && !LATER.has(refusal.status);
      if (!final) brought.waiting = true;
      else {
        brought.refused.set(key, refusal.message);
        this.drop(key);
      }
    }
  }

  /** @returns {Sitting[]} */
  #all() {
    return JSON.parse(recall("localStorage", this.#name) || "[]");
  }

  /** @param {Sitting[]} all */
  #keep(all) {
    keep("localStorage", this.#name, all.length ? JSON.stringify(all) : "");
  }
}

/**
 * On any page of the person: bring what is left here, and offer to write of it.
 * @param {string} whose
 */
export async function bringWhatIsLeft(whose) {
  const { pages, refused } = await new Sat(whose).bring(Date.now());
  const [sentence] = refused.values();
  const written = [...pages.values()];
  if (sentence) place(sentence);
  if (written.length) place("What you sat alone is in your journal now. ", written.length === 1 ? written[0] : "/journal");
}

/**
 * @param {string} words
 * @param {string} [page]
 */
function place(words, page) {
  const said = Object.assign(document.createElement("p"), { textContent: words });
  if (page) said.append(Object.assign(document.createElement("a"), { href: page, textContent: "Write in your journal" }));
  const notice = Object.assign(document.createElement("div"), { className: "notice" });
  notice.append(said);
  const around = Object.assign(document.createElement("div"), { className: "wrap said-once" });
  around.setAttribute("role", "status");
  document.querySelector("main")?.before(around);
  around.append(notice);
}
