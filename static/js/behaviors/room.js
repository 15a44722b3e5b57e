// @ts-check
/** The room of a sit, live: takes over the page that the server made, and rings on if the server goes. */

import { CircleBoard } from "../sit/circle-board.js";
import { Course } from "../sit/course.js";
import { OwnSeat, tabName } from "../sit/own-seat.js";
import { Panel, bindLeaving } from "../sit/panel.js";
import { Ringing } from "../sit/sound.js";
import { Scene } from "../sit/scene.js";
import { ServerClock } from "../sit/clock.js";
import { forgetRooms, keepRoom, noteTime, notedTime } from "../sit/copy.js";
import { isOpen, isSilent } from "../sit/phases.js";
import { bindThanks } from "../sit/after.js";
import { knockIn, waitingWords } from "../sit/soft-doors.js";

export const selector = "[data-room]";

/** A line that is back sooner was never gone. */
const UNNOTICED = 3_000;
const TRY_AGAIN = 5_000;
const NOT_LIVE = "Not live just now.";
const STILL_RINGING = " The bells will still ring.";
const ENDED = "This page is no longer connected. Come in again, and your seat is there.";

/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").RoomData} RoomData */

/** @param {HTMLElement} element */
export function mount(element) {
  void new Room(element).open();
}

class Room {
  #element;
  /** @type {RoomData} */
  #sit;
  #clock = new ServerClock();
  #panel;
  #board;
  #scene;
  #ringing;
  #course;
  /** @type {OwnSeat | null} */
  #seat = null;
  #kept = false;
  #live = false;
  #reachable = true;
  #left = false;
  #waiting = false;
  /** What is amiss, made into words when they are shown. */
  #amiss = () => "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #doubt;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#sit = JSON.parse(element.dataset.room ?? "{}");
    this.#panel = new Panel(element);
    this.#board = new CircleBoard(element, { sit: this.#sit.sit, changed: () => this.#course.tick() });
    this.#scene = new Scene(this.#panel, this.#sit, { board: this.#board });
    this.#measureByThePage();
    const seen = () => this.#scene.wave();
    this.#ringing = new Ringing({ sit: this.#sit.sit, clock: this.#clock, panel: this.#panel, seen });
    const [sit, clock, panel, scene, ringing] = [this.#sit, this.#clock, this.#panel, this.#scene, this.#ringing];
    this.#course = new Course(element, { sit, clock, panel, scene, ringing, told: this.#told() });
  }

  async open() {
    const { sit, bells, you } = this.#sit;
    this.#ringing.plan(bells);
    this.#takeYou(you);
    this.#bind();
    this.#course.start();
    const told = {
      joined: (/** @type {any} */ answer) => this.#joined(answer),
      changed: () => this.#course.tick(),
      left: () => this.#gone("You left from another tab. Close this page whenever you like."),
      silent: () => this.#course.silent,
      measured: () => this.#measured(),
      waits: () => this.#wait(),
      refused: (/** @type {{message: string}} */ { message }) => this.#refuse(message),
    };
    this.#seat = new OwnSeat({ sit, tab: await tabName(), roster: this.#scene.roster, clock: this.#clock, told });
    await this.#connect();
  }

  /** @returns {import("../sit/course.js").Told} */
  #told() {
    return {
      still: (phase) => isSilent(phase) && !this.#waiting,
      shown: (phase) => {
        if (!isSilent(phase)) this.#panel.say("quiet", this.#amiss());
      },
      entered: () => this.#takeSeat(),
      beat: () => {
        if (this.#live && isOpen(this.#course.now().at.phase)) void this.#seat?.beat();
      },
      returned: (why) => void this.#seat?.measure(why),
    };
  }

  /** The page itself was a probe: asked for, made at a known time, answered. A kept one was made some other time. */
  #measureByThePage() {
    if ("roomCopy" in this.#element.dataset) {
      const noted = notedTime();
      this.#clock.rebase([noted], noted.t3);
      return;
    }
    const asked = /** @type {PerformanceNavigationTiming} */ (performance.getEntriesByType("navigation")[0]);
    const { now_ms } = this.#sit;
    const sample = { t0: asked?.requestStart ?? 0, t1: now_ms, t2: now_ms, t3: asked?.responseStart || performance.now() };
    this.#clock.rebase([sample], sample.t3);
  }

  /** Reach the house; until that works, what the page knew when it was made is enough for the bells. */
  async #connect() {
    try {
      const { connect } = await import("../live.js");
      const live = /** @type {import("../types/sit").Live} */ (await connect());
      this.#live = true;
      live.onState((state) => this.#state(state));
      this.#seat?.listen(live);
      this.#board.listen(live, () => this.#scene.you);
      this.#takeSeat();
    } catch {
      this.#state("not-live");
      setTimeout(() => this.#connect(), TRY_AGAIN);
    }
  }

  #measured() {
    noteTime(this.#clock);
    this.#ringing.place();
  }

  #takeSeat() {
    if (this.#live && isOpen(this.#course.now().at.phase)) void this.#seat?.join();
  }

  /** @param {"live" | "not-live" | "ended"} state */
  #state(state) {
    clearTimeout(this.#doubt);
    if (this.#left) return;
    this.#live = state === "live";
    this.#reachable = state !== "not-live";
    if (!this.#live) this.#element.dataset.live = state;
    if (state === "live") {
      this.#quietly(() => "");
      this.#takeSeat();
      return;
    }
    if (state === "ended") {
      this.#seat?.stop();
      void forgetRooms(); // signed out elsewhere: nothing of this person stays here
    } else this.#seat?.lost();
    this.#board.lost();
    this.#course.tick(); // what cannot be done any more is not offered any more
    const lost = () => NOT_LIVE + (this.#ringing.next < Infinity ? STILL_RINGING : "");
    this.#doubt = setTimeout(() => this.#quietly(state === "ended" ? () => ENDED : lost), UNNOTICED);
  }

  /** In silence no page says that something is amiss; afterwards it may. @param {() => string} amiss */
  #quietly(amiss) {
    this.#amiss = amiss;
    if (!this.#course.silent) this.#panel.say("quiet", amiss());
  }

  /** @param {string} message */
  #refuse(message) {
    if (!this.#course.silent) this.#ringing.end(); // who is sitting keeps the closing bell, whatever happens
    this.#quietly(() => message);
  }

  /** The doors are soft, and people sit: say so, and come in with the next edge. Gives how long that is. */
  #wait() {
    const { server } = this.#course.now();
    const { edges } = this.#sit;
    const [heading, note] = waitingWords(edges, server, this.#sit.zone);
    this.#waiting = true;
    this.#element.dataset.waiting = "";
    this.#element.classList.remove("silence");
    this.#panel.say("heading", heading);
    this.#panel.say("note", note);
    this.#panel.part("who").hidden = true;
    return knockIn(edges, server, Math.random());
  }

  #letIn() {
    if (!this.#waiting) return;
    this.#waiting = false;
    delete this.#element.dataset.waiting;
    this.#course.again(); // as somebody who is seated
  }

  /** @param {any} answer */
  #joined(answer) {
    if (this.#left) return;
    this.#letIn();
    const { bells, edges, phases, plan, starts_ms } = answer;
    Object.assign(this.#sit, { bells, edges, phases, plan, starts_ms });
    this.#takeYou(answer.you);
    this.#board.joined(answer);
    this.#element.dataset.live = "live";
    this.#quietly(() => "");
    this.#ringing.plan(bells);
    this.#course.tick();
    if (!this.#kept) void this.#keep();
  }

  /** Put the room aside, so that it opens again and rings if the house goes away. */
  async #keep() {
    this.#kept = true;
    await keepRoom().catch(() => {}); // then it is there as long as this page is
    this.#element.dataset.kept = "";
  }

  /** @param {string | Person | null | undefined} you */
  #takeYou(you) {
    if (you) this.#scene.you = typeof you === "string" ? you : you.id;
  }

  #bind() {
    this.#panel.part("show").addEventListener("click", () => this.#list());
    const hint = (/** @type {string} */ words) => this.#panel.say("escape", words);
    const leaving = () => this.#seat?.stop();
    bindThanks(this.#element);
    const shut = () => this.#left || this.#shut();
    bindLeaving(this.#element, { reachable: () => this.#reachable, leaving, gone: () => this.#gone(), shut, hint });
  }

  #list() {
    const shown = this.#element.classList.toggle("listing");
    const button = this.#panel.part("show");
    button.setAttribute("aria-expanded", String(shown));
    button.textContent = shown ? "Hide the list" : "Show the list";
    /** @type {HTMLDetailsElement} */ (this.#panel.part("who")).open = shown;
  }

  /** Close the list, if it is open. */
  #shut() {
    const who = /** @type {HTMLDetailsElement} */ (this.#panel.part("who"));
    const open = this.#element.classList.contains("listing");
    if (open) this.#list();
    else if (this.#course.silent || !who.open) return false;
    who.open = false;
    return true;
  }

  /** Left while the house cannot be reached: this page is all there is to leave. */
  #gone(words = "The house cannot be reached just now. Close this page whenever you like.") {
    this.#left = true;
    clearTimeout(this.#doubt);
    this.#course.end();
    void this.#seat?.leave();
    this.#board.leave();
    this.#element.classList.remove("silence");
    this.#element.classList.add("left", "circle");
    this.#panel.say("heading", "You have left quietly");
    this.#panel.say("note", words);
    for (const part of ["quiet", "escape"]) this.#panel.say(part, "");
    this.#panel.part("back").hidden = false;
  }
}
