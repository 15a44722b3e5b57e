// @ts-check
/** The room of a sit, live: takes over the page that the server made, and rings on if the server goes. */

import { CircleBoard } from "../sit/circle-board.js";
import { Heart } from "../sit/heart.js";
import { OwnSeat, tabName } from "../sit/own-seat.js";
import { Panel, Screen, bindLeaving, changeTheLight } from "../sit/panel.js";
import { Ringing } from "../sit/sound.js";
import { Scene } from "../sit/scene.js";
import { ServerClock } from "../sit/clock.js";
import { forgetRooms, keepRoom, noteTime, notedTime } from "../sit/copy.js";
import { clockOf, isOpen, isSilent, lengthOf, nextChange, phaseAt } from "../sit/phases.js";
import { bindThanks } from "../sit/after.js";
import { knockIn, waitingWords } from "../sit/soft-doors.js";

export const selector = "[data-room]";

/** A line that is back sooner was never gone. */
const UNNOTICED = 3_000;
const TRY_AGAIN = 5_000;
/** Nearer than two seconds a bell is not moved any more. */
const LAST_LOOK = 2_300;
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
  #screen = new Screen();
  /** @type {OwnSeat | null} */
  #seat = null;
  /** @type {Heart | null} */
  #heart = null;
  #kept = false;
  #live = false;
  #reachable = true;
  #left = false;
  #waiting = false;
  #phase = "";
  /** What is amiss, made into words when they are shown. */
  #amiss = () => "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #doubt;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#sit = JSON.parse(element.dataset.room ?? "{}");
    this.#panel = new Panel(element);
    this.#board = new CircleBoard(element, { sit: this.#sit.sit, changed: () => this.#tick() });
    this.#scene = new Scene(this.#panel, this.#sit, this.#board);
    this.#measureByThePage();
    const seen = () => this.#scene.wave();
    this.#ringing = new Ringing({ sit: this.#sit.sit, clock: this.#clock, panel: this.#panel, seen });
  }

  async open() {
    const { sit, bells, you } = this.#sit;
    this.#ringing.plan(bells);
    this.#takeYou(you);
    this.#bind();
    this.#tick();
    const told = {
      joined: (/** @type {any} */ answer) => this.#joined(answer),
      changed: () => this.#tick(),
      left: () => this.#gone("You left from another tab. Close this page whenever you like."),
      silent: () => isSilent(this.#phase),
      measured: () => this.#measured(),
      waits: () => this.#wait(),
      refused: (/** @type {{message: string}} */ { message }) => this.#refuse(message),
    };
    this.#seat = new OwnSeat({ sit, tab: await tabName(), roster: this.#scene.roster, clock: this.#clock, told });
    const woke = () => this.#returned("woken");
    this.#heart = new Heart({ beat: () => this.#beat(), due: () => this.#due(), woke });
    this.#wakeForTheBell(performance.now());
    await this.#connect();
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
    if (this.#live && isOpen(this.#now().at.phase)) void this.#seat?.join();
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
    this.#tick(); // what cannot be done any more is not offered any more
    const lost = () => NOT_LIVE + (this.#ringing.next < Infinity ? STILL_RINGING : "");
    this.#doubt = setTimeout(() => this.#quietly(state === "ended" ? () => ENDED : lost), UNNOTICED);
  }

  /** In silence no page says that something is amiss; afterwards it may. @param {() => string} amiss */
  #quietly(amiss) {
    this.#amiss = amiss;
    if (!isSilent(this.#phase)) this.#panel.say("quiet", amiss());
  }

  /** @param {string} message */
  #refuse(message) {
    if (!isSilent(this.#phase)) this.#ringing.end(); // who is sitting keeps the closing bell, whatever happens
    this.#quietly(() => message);
  }

  /** The doors are soft, and people sit: say so, and come in with the next edge. Gives how long that is. */
  #wait() {
    const { server } = this.#now();
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
    this.#phase = ""; // enter it once more, as somebody who is seated
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
    this.#tick();
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

  /** Time has passed, or there is news: ring, draw, speak, and come back when there is more. */
  #tick() {
    clearTimeout(this.#timer);
    if (this.#left) return;
    const { local, server, at } = this.#now();
    this.#ringing.ring(local);
    if (at.phase !== this.#phase) this.#enter(at.phase);
    this.#scene.draw(at, server, local);
    const change = nextChange(this.#sit, server, this.#still.matches);
    const wait = Math.min(change, this.#scene.wait(local, server), this.#ringing.next - local);
    this.#timer = setTimeout(() => this.#tick(), Math.max(5, wait + 1));
    this.#wakeForTheBell(local);
  }

  /** Come shortly before a stroke, to look after its place a last time, and when it is due. @param {number} local */
  #wakeForTheBell(local) {
    const left = this.#ringing.next - local;
    this.#heart?.wakeIn(Math.max(5, left > LAST_LOOK + 50 ? left - LAST_LOOK : left + 1));
  }

  #due() {
    if (!this.#left) this.#ringing.place();
    this.#tick();
  }

  #now() {
    const local = performance.now();
    const server = this.#clock.serverAt(local);
    return { local, server, at: phaseAt(this.#sit.phases, server) };
  }

  /** @param {string} phase */
  #enter(phase) {
    const turns = this.#phase !== "" && isSilent(this.#phase) !== isSilent(phase);
    this.#phase = phase;
    this.#scene.enter(phase);
    this.#panel.enter(phase);
    const show = () => {
      const { classList } = this.#element;
      classList.toggle("silence", isSilent(phase) && !this.#waiting);
      classList.toggle("circle", phase === "circle" || phase === "closed");
      this.#panel.say("title", isSilent(phase) ? `: silence. The closing bell rings at ${this.#closing()}.` : "");
      if (!isSilent(phase)) this.#panel.say("quiet", this.#amiss());
    };
    if (turns) crossFade(show);
    else show();
    this.#takeSeat();
    void this.#screen.keepOn(phase === "settling" || isSilent(phase));
  }

  #closing() {
    return clockOf(this.#sit.starts_ms + lengthOf(this.#sit), this.#sit.zone);
  }

  /** Every beat looks after the bells: an audio clock drifts, and stands still for moments where a machine is busy. */
  #beat() {
    if (this.#left) return;
    this.#ringing.place();
    if (this.#live && isOpen(this.#now().at.phase)) void this.#seat?.beat();
  }

  #bind() {
    this.#panel.part("light").addEventListener("click", changeTheLight);
    this.#panel.part("show").addEventListener("click", () => this.#list());
    for (const back of ["visibilitychange", "pageshow", "focus"]) window.addEventListener(back, () => this.#returned());
    document.addEventListener("resume", () => this.#returned("woken"));
    const hint = (/** @type {string} */ words) => this.#panel.say("escape", words);
    const leaving = () => this.#seat?.stop();
    bindThanks(this.#element);
    const shut = () => this.#left || this.#shut();
    bindLeaving(this.#element, { reachable: () => this.#reachable, leaving, gone: () => this.#gone(), shut, hint });
  }

  /**
   * Back from another tab, from sleep, from the past: show the truth.
   * @param {"returned" | "woken"} [why]
   */
  #returned(why = "returned") {
    if (this.#left || (document.hidden && why === "returned")) return;
    this.#ringing.wake();
    this.#tick();
    void this.#seat?.measure(why);
    void this.#screen.keepOn(this.#phase === "settling" || isSilent(this.#phase));
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
    else if (isSilent(this.#phase) || !who.open) return false;
    who.open = false;
    return true;
  }

  /** Left while the house cannot be reached: this page is all there is to leave. */
  #gone(words = "The house cannot be reached just now. Close this page whenever you like.") {
    this.#left = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#doubt);
    void this.#screen.keepOn(false);
    void this.#seat?.leave();
    this.#ringing.end();
    this.#board.leave();
    this.#element.classList.remove("silence");
    this.#element.classList.add("left", "circle");
    this.#panel.say("heading", "You have left quietly");
    this.#panel.say("note", words);
    for (const part of ["quiet", "escape"]) this.#panel.say(part, "");
    this.#panel.part("back").hidden = false;
  }
}

/**
 * From words to stillness and back, without travel.
 * @param {() => void} show
 */
function crossFade(show) {
  if (document.hidden || !document.startViewTransition || matchMedia("(prefers-reduced-motion: reduce)").matches) show();
  else document.startViewTransition(show).ready.catch(() => {});
}
