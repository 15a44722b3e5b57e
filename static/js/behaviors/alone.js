// @ts-check
/** The room with one seat: begins when whoever sits says so, and asks nothing of the house until it is over. */

import { AlonePanel, centreAlone, sentenceAlone } from "../sit/alone-panel.js";
import { Course } from "../sit/course.js";
import { Ringing } from "../sit/sound.js";
import { Scene } from "../sit/scene.js";
import { ServerClock } from "../sit/clock.js";
import { bindLeaving } from "../sit/panel.js";
import { courseFrom, firstBell, forget, remember, underWay } from "../sit/begun.js";
import { isOpen, isSilent } from "../sit/phases.js";
import { keepPage } from "../sit/copy.js";

export const selector = "[data-alone]";

/** @typedef {import("../types/sit").AloneData} AloneData */

/** @param {HTMLElement} element */
export function mount(element) {
  new Alone(element).open();
}

class Alone {
  #element;
  /** @type {AloneData} */
  #data;
  #sit;
  #clock = new ServerClock();
  #panel;
  #ringing;
  #course;
  #whose = document.querySelector('meta[name="writer"]')?.getAttribute("content") ?? "";

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#data = JSON.parse(element.dataset.alone ?? "{}");
    this.#sit = courseFrom(this.#data);
    this.#panel = new AlonePanel(element);
    const scene = new Scene(this.#panel, this.#sit, { centre: centreAlone, sentence: sentenceAlone });
    scene.roster.snapshot({ seq: 0, here: [this.#data.you], others: 0 });
    scene.you = this.#data.you.id;
    const [sit, clock, panel] = [this.#sit, this.#clock, this.#panel];
    const ringing = new Ringing({ sit: sit.sit, clock, panel, seen: () => scene.wave() });
    this.#ringing = ringing;
    this.#course = new Course(element, { sit, clock, panel, scene, ringing, told: this.#told() });
  }

  open() {
    this.#goByTheWall();
    const starts = underWay(this.#data, this.#whose, this.#now);
    if (starts !== null) this.#goBy(starts);
    for (const then of this.#element.querySelectorAll("[data-alone-then]")) then.remove();
    const begin = this.#begin;
    begin.hidden = starts !== null;
    begin.querySelector("button")?.addEventListener("click", () => this.#beginNow());
    const hint = (/** @type {string} */ words) => this.#panel.say("escape", words);
    const under = () => isOpen(this.#course.phase);
    bindLeaving(this.#element, { reachable: () => !under(), leaving: () => {}, gone: () => this.#stop(), shut: () => false, hint });
    this.#course.start();
    void this.#keep();
  }

  /** @returns {import("../sit/course.js").Told} */
  #told() {
    return {
      still: (phase) => isSilent(phase) || phase === "settling",
      shown: () => {},
      entered: (phase) => {
        if (phase === "closed") forget();
      },
      beat: () => {},
      returned: (why) => {
        if (why === "woken") this.#goByTheWall();
      },
    };
  }

  get #begin() {
    return /** @type {HTMLElement} */ (this.#element.querySelector("[data-alone-begin]"));
  }

  get #now() {
    return this.#clock.serverAt(performance.now());
  }

  /**
   * The wall clock says where a page that is loaded anew stands, and how long a machine slept. In between the page goes
   * by a clock that never jumps.
   */
  #goByTheWall() {
    const [local, wall] = [performance.now(), Date.now()];
    if (this.#clock.known && wall <= this.#now) return; // a clock that was put back makes no sit longer
    this.#clock.rebase([{ t0: local, t1: wall, t2: wall, t3: local }], local);
    this.#ringing.place();
  }

  #beginNow() {
    const starts = firstBell(this.#data, this.#now);
    remember(this.#data, this.#whose, starts);
    this.#begin.hidden = true;
    this.#goBy(starts);
    this.#course.tick();
    this.#element.focus();
  }

  /** @param {number} [starts] */
  #goBy(starts) {
    Object.assign(this.#sit, courseFrom(this.#data, starts));
    this.#ringing.plan(this.#sit.bells);
  }

  /** Stop before the closing bell, and the line of time stays where it is; before the first one, nothing was begun. */
  #stop() {
    forget();
    this.#panel.say("escape", "");
    if (this.#course.phase === "settling") {
      this.#goBy();
      this.#begin.hidden = false;
      return this.#course.tick();
    }
    this.#panel.stopped = true;
    this.#sit.phases = [{ phase: "closed", from_ms: 0 }];
    this.#course.tick();
    this.#course.end();
  }

  /** Put the page aside, so that it opens again without the house. */
  async #keep() {
    await keepPage(location.pathname).catch(() => {}); // then it is there as long as this page is
    this.#element.dataset.kept = "";
  }
}
