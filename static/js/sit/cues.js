// @ts-check
/**
 * The words of the plan, as whoever sits wants them: shown in the ring or not, and read to a screen reader or not. Both
 * are chosen before the first bell, and remembered in this browser.
 */

import { keep, recall } from "./panel.js";

/** @typedef {import("../types/sit").Plan} Plan */
/** @typedef {import("./panel.js").Panel} Panel */

const SHOWN = "sit.words";
const READ = "sit.read";

export class Cues {
  #panel;
  #cue = "";
  #shown = recall("localStorage", SHOWN) !== "no";
  #read = recall("localStorage", READ) !== "no";

  /**
   * @param {Panel} panel
   * @param {Plan | null | undefined} plan
   */
  constructor(panel, plan) {
    this.#panel = panel;
    panel.part("cues").hidden = !plan?.segments.some(({ text }) => text);
    panel.part("words").addEventListener("click", () => {
      this.#show(!this.#shown);
      keep("localStorage", SHOWN, this.#shown ? "yes" : "no");
    });
    const reading = /** @type {HTMLInputElement} */ (panel.part("reading").querySelector("input"));
    reading.checked = this.#read;
    reading.addEventListener("change", () => {
      this.#read = reading.checked;
      keep("localStorage", READ, this.#read ? "yes" : "no");
    });
    this.#show(this.#shown);
  }

  /**
   * These words are the plan's now; once they change, they are read.
   * @param {string} cue
   * @returns {string} what is to be seen of them
   */
  said(cue) {
    if (cue !== this.#cue) this.#panel.say("cue", this.#read ? cue : "");
    this.#cue = cue;
    return this.#shown ? cue : "";
  }

  /** @param {boolean} shown */
  #show(shown) {
    this.#shown = shown;
    this.#panel.say("words", shown ? "Without words" : "Show the words");
    this.#panel.say("wording", shown ? "Now and then a few words show in the ring, and fade." : "The ring stays without words.");
  }
}
