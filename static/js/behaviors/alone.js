// @ts-check
/** The room with one seat: begins when whoever sits says so, and asks nothing of the house until it is over. */

import { AlonePanel, centreAlone, sentenceAlone } from "../sit/alone-panel.js";
import { Course } from "../sit/course.js";
import { Sat } from "../sat.js";
import { Ringing } from "../sit/sound.js";
import { Scene } from "../sit/scene.js";
import { ServerClock } from "../sit/clock.js";
import { bindLeaving } from "../sit/panel.js";
import { courseFrom, firstBell, forget, remember, underWay } from "../sit/begun.js";
import { isOpen, isSilent } from "../sit/phases.js";
import { keepPage } from "../sit/copy.js";

export const selector = "[data-alone]";

/** What could not be brought to the journal is tried again after this long. */
const TRY_AGAIN = 15_000;
const WAITS = "Your journal has it as soon as the house can be reached, from here or from the next page you open.";
const AWAY = "The house cannot be reached just now. Close this page whenever you like.";
const ARRIVED = "This sit is in your journal.";
const BRIEF = "It was under a minute, so it is not in your journal.";

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
  #sat = new Sat(this.#whose);
  /** The sit that is under way, or has just ended, by its name. @type {string | null} */
  #key = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** The house was not there when it was last asked. */
  #away = false;

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
    const begun = underWay(this.#data, this.#whose, this.#now);
    if (begun) this.#goBy(begun.starts_ms);
    this.#key = begun?.key ?? null;
    for (const plain of this.#element.querySelectorAll("[data-alone-plain]")) plain.remove();
    const begin = this.#begin;
    begin.hidden = begun !== null;
    begin.querySelector("button")?.addEventListener("click", () => this.#beginNow());
    const hint = (/** @type {string} */ words) => this.#panel.say("escape", words);
    const under = () => isOpen(this.#course.phase);
    const reachable = () => !under() && !this.#away;
    const gone = () => {
      hint("");
      if (under()) this.#stop();
      else this.#panel.say("note", AWAY);
    };
    bindLeaving(this.#element, { reachable, leaving: () => {}, gone, shut: () => false, hint });
    this.#course.start();
    void this.#keep();
  }

  /** @returns {import("../sit/course.js").Told} */
  #told() {
    return {
      still: (phase) => isSilent(phase) || phase === "settling",
      shown: () => {},
      entered: (phase) => {
        if (phase === "closing_bell") void this.#over();
        if (phase === "closed") forget();
      },
      beat: () => {
        if (this.#key && this.#course.phase === "sitting") this.#sat.until(this.#key, this.#now);
      },
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
    this.#key = this.#sat.begin(this.#data, starts, starts + this.#data.plan.total_s * 1000);
    remember(this.#data, this.#whose, { starts_ms: starts, key: this.#key });
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
    if (this.#course.phase === "settling") {
      if (this.#key) this.#sat.drop(this.#key);
      this.#goBy();
      this.#begin.hidden = false;
      return this.#course.tick();
    }
    this.#panel.stopped = true;
    this.#sit.phases = [{ phase: "closed", from_ms: 0 }];
    this.#course.tick();
    this.#course.end();
    void this.#over();
  }

  /** It is over: the journal may have it, now or later. */
  async #over() {
    if (!this.#key) return;
    this.#sat.until(this.#key, this.#now, true);
    window.addEventListener("online", () => void this.#bring());
    await this.#bring();
  }

  async #bring() {
    clearTimeout(this.#again);
    const key = this.#key ?? "";
    const { pages, refused, brief, waiting } = await this.#sat.bring(this.#now);
    const page = pages.get(key);
    this.#away = waiting;
    if (page) this.#offer(page);
    else if (brief.has(key)) this.#panel.tell(BRIEF);
    else if (refused.has(key)) this.#panel.tell(refused.get(key) ?? "");
    else if (waiting) {
      this.#panel.tell(WAITS);
      this.#again = setTimeout(() => void this.#bring(), TRY_AGAIN);
    }
  }

  /** @param {string} page where to write of it */
  #offer(page) {
    this.#panel.tell(ARRIVED);
    const write = /** @type {HTMLAnchorElement} */ (this.#element.querySelector("[data-alone-write]"));
    write.href = page;
    write.hidden = false;
  }

  /** Put the page aside, so that it opens again without the house. */
  async #keep() {
    await keepPage(location.pathname).catch(() => {}); // then it is there as long as this page is
    this.#element.dataset.kept = "";
  }
}
