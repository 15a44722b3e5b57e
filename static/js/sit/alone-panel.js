// @ts-check
/** What stands around the ring of one who sits alone, and the words that such a sit has. */

import { ringSentence } from "./company.js";
import { Panel } from "./panel.js";
import { centreWords } from "./phases.js";

/** What is said before and after: [heading, words under it]. @type {Record<string, [string, string]>} */
const SAID = {
  scheduled: ["Your seat is here", "Nobody waits, and nobody sees. When you begin there are a few breaths, and then the first bell."],
  closed: ["The sit has ended", "Thank you for sitting. Go when you like."],
  stopped: ["You stopped here", "That was a sit too. There is nothing to make up for."],
};

export class AlonePanel extends Panel {
  /** Did whoever sits stop before the closing bell? */
  stopped = false;

  /** @override @param {string} phase */
  enter(phase) {
    this.part("sounding").hidden = phase !== "scheduled";
    this.part("after").hidden = phase !== "closed";
  }

  /** What became of the sit. @param {string} words */
  tell(words) {
    this.say("journal", words);
  }

  /** @override @param {{phase: string}} now */
  show({ phase }) {
    const [heading, note] = SAID[phase === "closed" && this.stopped ? "stopped" : phase] ?? [];
    if (heading === undefined) return;
    this.say("heading", heading);
    this.say("note", note);
  }
}

/** @type {typeof centreWords} */
export function centreAlone(at, now, sit) {
  if (at.phase === "scheduled") return { large: "A quiet seat", quiet: "begin when you like", cue: "" };
  if (at.phase === "closed") return { large: "Thank you", quiet: "for sitting", cue: "" };
  return centreWords(at, now, sit);
}

/** @type {typeof ringSentence} */
export function sentenceAlone(given) {
  const { phase } = given;
  if (phase === "scheduled") return "Your seat, and the bell across from it.";
  if (phase === "closed") return "Your seat, after the sit.";
  if (phase === "settling") return "Your seat. The first bell rings in a moment.";
  return ringSentence(given).replace("One person is", "You are");
}
