// @ts-check
/** What is seen of a room: who sits where, the line of time, the words in the middle, and what is said aloud. */

import { Announcer, ringSentence } from "./company.js";
import { circleSentence, circleWords, stoneOf } from "./circle.js";
import { Cues } from "./cues.js";
import { RingDrawing } from "./draw.js";
import { Roster, Seating } from "./roster.js";
import { centreWords, elapsed, isOpen, isSilent, lengthOf, mayChange } from "./phases.js";
import { keep, recall } from "./panel.js";
import { ring, strokeOfTime } from "./ring.js";

/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").PhaseFrom} PhaseFrom */
/** @typedef {import("../types/sit").RoomData} RoomData */
/** @typedef {import("./panel.js").Panel} Panel */

export class Scene {
  roster = new Roster();
  /** The viewer's own seat. @type {string | null} */
  you = null;
  #panel;
  #sit;
  #board;
  #words;
  #drawing;
  #cues;
  #seating = new Seating();
  #announcer = new Announcer();
  /** Who is drawn; in silence others may know more already. @type {{people: Person[], others: number, free: number} | null} */
  #drawn = null;
  /** A join is quick: until then an empty circle is not drawn only to be drawn anew. */
  #drawFrom = performance.now() + 1_500;

  /**
   * @param {Panel} panel
   * @param {RoomData} sit as the room knows it; a join completes it
   * @param {object} [more]
   * @param {import("./circle-board.js").CircleBoard | null} [more.board] where a circle follows
   * @param {typeof centreWords} [more.centre] other words for the middle
   * @param {typeof ringSentence} [more.sentence] and for those who hear it
   */
  constructor(panel, sit, { board = null, centre = centreWords, sentence = ringSentence } = {}) {
    this.#panel = panel;
    this.#board = board;
    this.#words = { centre, sentence };
    this.#sit = sit;
    this.#cues = new Cues(panel, sit.plan);
    this.#drawing = new RingDrawing(/** @type {any} */ (panel.part("ring")));
    const aloud = this.#aloud;
    if (!aloud) return;
    aloud.checked = recall("localStorage", "sit.aloud") !== "no";
    aloud.addEventListener("change", () => keep("localStorage", "sit.aloud", aloud.checked ? "yes" : "no"));
  }

  /** Whether arrivals are said aloud is asked where somebody may arrive. */
  get #aloud() {
    return /** @type {HTMLInputElement | null} */ (this.#panel.part("aloud")?.querySelector("input") ?? null);
  }

  /** A bell rings: one slow ring of light. */
  wave() {
    this.#drawing.wave();
  }

  /** Another phase begins. @param {string} phase */
  enter(phase) {
    if (isSilent(phase)) this.#announcer.hush();
    else this.#drawn = null;
    if (phase === "closed") this.#board?.leave();
    else if (phase !== "circle") this.#board?.clear();
  }

  /**
   * Draw the moment, and say what there is to be said.
   * @param {PhaseFrom} at
   * @param {number} server
   * @param {number} local
   */
  draw(at, server, local) {
    this.#draw(at, server);
    const said = this.#announcer.say(local);
    if (said) this.#panel.say("said", said);
  }

  /** Milliseconds until there is something to draw or to say that no edge brings. @param {number} local @param {number} server */
  wait(local, server) {
    const first = this.#drawFrom > local ? this.#drawFrom - local : Infinity;
    return Math.min(first, this.#announcer.wait(local), this.#board?.circle.wait(server) ?? Infinity);
  }

  /**
   * @param {PhaseFrom} at
   * @param {number} server
   */
  #draw({ phase: planned, ...rest }, server) {
    const phase = this.#panel.isCopy && this.roster.seq === null && planned === "circle" ? "closed" : planned; // it knows of no stone
    const fresh = this.#refresh(phase, server);
    if (!this.#drawn && isOpen(phase) && performance.now() < this.#drawFrom) return;
    const sit = this.#sit;
    const you = this.you;
    const { people, others, free } = this.#drawn ?? { people: [], others: 0, free: 0 };
    const geometry = ring({ people, you, phase, sit: sit.sit, free, others });
    const part = elapsed(sit, server);
    const standing = phase === "circle" && this.#board ? this.#board.circle.at(server, you) : null;
    const centre = this.#words.centre({ phase, ...rest }, server, sit);
    const cue = this.#cues.said(centre.cue);
    const bells = part < 1 ? sit.bells.map(({ at_ms }) => (at_ms - sit.starts_ms) / lengthOf(sit)) : [];
    this.#drawing.draw({
      geometry,
      time: strokeOfTime({ line: geometry.line, elapsed: part, bells }),
      words: standing ? circleWords(standing, people) : { ...centre, cue },
      sentence: this.#words.sentence({ phase, geometry, people, you, part }) + (standing ? ` ${circleSentence(standing, people, you)}` : ""),
      stone: standing && stoneOf(geometry, standing),
    });
    if (standing) this.#board?.show(standing, people, you);
    if (fresh) this.#panel.show({ phase, people, you, others, geometry, ended: standing?.ended });
  }

  /**
   * Take over who came and went, if the ring may change now: always outside silence, in it at the edges, and once for
   * somebody who comes late.
   * @param {string} phase
   * @param {number} server
   */
  #refresh(phase, server) {
    if (this.roster.seq === null) return !isOpen(phase);
    if (this.#drawn && !mayChange(phase, this.#sit.edges, server)) return false;
    const { people, others } = this.roster;
    this.#drawn = { others, ...this.#seating.arrange({ people, you: this.you, others }) };
    this.#announcer.see(people, this.you);
    if (isSilent(phase) || !this.#aloud?.checked) this.#announcer.hush();
    return true;
  }
}
