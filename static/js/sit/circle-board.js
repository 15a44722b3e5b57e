// @ts-check
/** The circle in the page: what was said, the words one may write while one holds the stone, and what one may do. */

import { Circle, calledIn, choices, circleSentence, unsaid } from "./circle.js";

/** @typedef {import("../types/sit").Live} Live */
/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").Said} Said */

const SVG = "http://www.w3.org/2000/svg";
/** Where the stone went is said aloud once it has come to rest there. */
const SETTLED = 800;
const COMMANDS = { ask: "circle:ask", unask: "circle:keep_silence", pass: "circle:pass", skip: "circle:skip", take: "circle:take", end: "circle:end" };

export class CircleBoard {
  circle = new Circle();
  #room;
  #given;
  /** @type {Live | null} */
  #live = null;
  #reached = false;
  #silent = false;
  /** The command that is on its way: pressed twice it is sent once, and another one need not wait for it. */
  #asked = "";
  /** How people were called when they spoke: some have left since. @type {Map<number, Person | undefined>} */
  #speakers = new Map();
  #aloud = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #saying;

  /**
   * @param {HTMLElement} room
   * @param {{sit: string, changed: () => void}} given `changed` is called when there is news to draw
   */
  constructor(room, given) {
    this.#room = room;
    this.#given = given;
    for (const button of room.querySelectorAll("[data-circle-act]")) {
      button.addEventListener("click", () => void this.#act(/** @type {HTMLElement} */ (button).dataset.circleAct ?? ""));
    }
    this.#part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#say();
    });
    this.#words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void this.#say();
    });
  }

  /** Hear the circle from now on. @param {Live} live @param {() => string | null} you */
  listen(live, you) {
    this.#live = live;
    const ours = (/** @type {(fact: any) => boolean | void} */ take) => (/** @type {any} */ fact) => {
      if (fact.sit === this.#given.sit && take(fact) !== false) this.#given.changed();
    };
    live.on("circle:stone", ours(({ sit: _, ...stone }) => this.circle.take(stone, you())));
    live.on("circle:turn", ours(({ soft_ms }) => this.circle.turn(soft_ms)));
    live.on("circle:said", ours((said) => this.circle.hear(said)));
  }

  /** Seated: what the answer to the join says of the circle, and where people meet to speak. @param {any} answer */
  joined({ circle, meeting_link }) {
    this.#reached = true;
    this.#meet(meeting_link);
    if (circle) this.circle.snapshot(circle);
  }

  /** The line is gone: what is shown is what was known last. */
  lost() {
    this.#reached = false;
  }

  /** Show where people meet to speak; the address is known to those who are seated alone. @param {string} [link] */
  #meet(link = "") {
    const safe = link.startsWith("https://") && URL.canParse(link);
    const part = this.#part("meeting");
    part.hidden = !safe;
    const anchor = /** @type {HTMLAnchorElement} */ (part.querySelector("a"));
    if (safe) anchor.href = link;
    else anchor.removeAttribute("href");
    this.#write("host", safe ? new URL(link).host : "");
  }

  /** This person sits here no longer. */
  leave() {
    this.clear();
    this.#meet();
  }

  /** The circle or the room is over: what was said goes from the page. */
  clear() {
    this.circle.clear();
    this.#words.value = "";
    this.#speakers.clear();
    this.#part("said").replaceChildren();
    this.#part("whole").hidden = true;
  }

  /**
   * Show the circle as it stands.
   * @param {import("./circle.js").Standing} standing
   * @param {Person[]} people
   * @param {string | null} you
   */
  show(standing, people, you) {
    this.#part("whole").hidden = false;
    if (standing.ended) this.#words.value = "";
    const { acts, hint } = choices(standing, people, { you, silent: this.#silent });
    const seated = people.some(({ id }) => id === you);
    const teaching = standing.ended ? [] : standing.holder && !standing.mine ? ["take", "end"] : ["end"];
    this.#offer(seated && this.#reached ? [...acts, ...teaching] : []);
    this.#part("form").hidden = !(standing.mine && this.#reached);
    this.#write("hint", this.#reached ? hint : "The stone was here when we last heard.");
    this.#show(standing, people, you);
    this.#announce(circleSentence({ ...standing, resting: false }, people, you));
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#room.querySelector(`[data-circle-${name}]`));
  }

  get #words() {
    return /** @type {HTMLTextAreaElement} */ (this.#part("words"));
  }

  /** @param {string} name @param {string} words */
  #write(name, words) {
    const part = this.#part(name);
    if (part.textContent !== words) part.textContent = words;
  }

  /** Show these buttons and no others; a focus that loses its button goes to the first that is left. @param {string[]} acts */
  #offer(acts) {
    const lost = /** @type {HTMLElement | null} */ (document.activeElement)?.closest("[data-circle-act]");
    const ink = acts.find((act) => act === "ask" || act === "pass");
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (this.#room.querySelectorAll("[data-circle-act]"))) {
      const act = button.dataset.circleAct ?? "";
      button.hidden = !acts.includes(act);
      button.classList.toggle("ink", act === ink && !this.#silent);
    }
    if (lost instanceof HTMLElement && lost.hidden) {
      /** @type {HTMLElement | null} */ (this.#room.querySelector("[data-circle-act]:not([hidden])"))?.focus();
    }
    this.#part("teaching").hidden = !this.#room.querySelector("[data-circle-teaching] [data-circle-act]:not([hidden])");
  }

  /**
   * @param {import("./circle.js").Standing} standing
   * @param {Person[]} people
   * @param {string | null} you
   */
  #show({ holder }, people, you) {
    const list = this.#part("said");
    const wanted = new Set(this.circle.said.map(({ number }) => String(number)));
    for (const row of /** @type {HTMLElement[]} */ ([...list.children])) if (!wanted.has(row.dataset.number ?? "")) row.remove();
    const shown = new Set([...list.children].map((row) => /** @type {HTMLElement} */ (row).dataset.number));
    for (const said of this.circle.said) {
      if (!this.#speakers.get(said.number)) this.#speakers.set(said.number, people.find(({ id }) => id === said.seat));
      if (shown.has(String(said.number))) continue;
      list.append(spoken(said, this.#speakers.get(said.number), said.seat === you));
      list.scrollTop = list.scrollHeight;
    }
    const last = this.circle.said.at(-1);
    for (const row of list.children) {
      const has = row.querySelector(".note");
      if (has) has.textContent = last && /** @type {HTMLElement} */ (row).dataset.number === String(last.number) && last.seat === holder ? "has the stone" : "";
    }
  }

  /** @param {string} sentence */
  #announce(sentence) {
    if (sentence === this.#aloud) return;
    this.#aloud = sentence;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => this.#write("aloud", sentence), SETTLED);
  }

  /** @param {string} act */
  async #act(act) {
    this.#tell("");
    if (act === "end" && !this.#sure()) return;
    if (act === "silence" || act === "ask") this.#silent = act === "silence";
    if (act === "silence") return this.#given.changed();
    await this.#ask(/** @type {Record<string, string>} */ (COMMANDS)[act], {});
  }

  /** Closing the circle takes away what was said, so it is asked once. */
  #sure() {
    const button = /** @type {HTMLButtonElement} */ (this.#room.querySelector('[data-circle-act="end"]'));
    const { dataset } = button;
    if (dataset.sure) return true;
    const before = button.textContent;
    dataset.sure = "asked";
    button.textContent = "Close it for everybody? What was said goes.";
    const calm = () => {
      delete dataset.sure;
      button.textContent = before;
    };
    button.addEventListener("blur", calm, { once: true });
    return false;
  }

  async #say() {
    const typed = this.#words.value;
    const words = typed.replace(/\s+/g, " ").trim();
    if (!words || this.#asked === "circle:say") return;
    if (await this.#ask("circle:say", { words })) this.#words.value = unsaid(this.#words.value, typed);
    this.#words.focus();
  }

  /** @param {string} command @param {object} more @returns {Promise<boolean>} whether it was done */
  async #ask(command, more) {
    if (this.#asked === command || !this.#live) return false;
    this.#asked = command;
    try {
      const answer = await this.#live.command(command, { sit: this.#given.sit, ...more });
      if ("holder" in answer) this.circle.snapshot(withoutOk(answer));
      this.#tell("");
      return true;
    } catch (refused) {
      this.#tell(/** @type {Error} */ (refused).message);
      const seen = await this.#live.command("circle:look", { sit: this.#given.sit }).catch(() => null);
      if (seen) this.circle.snapshot(withoutOk(seen));
      return false;
    } finally {
      if (this.#asked === command) this.#asked = "";
      this.#given.changed();
    }
  }

  /** @param {string} words */
  #tell(words) {
    this.#write("told", words);
  }
}

/** @param {any} answer */
function withoutOk({ ok: _, ...rest }) {
  return rest;
}

/**
 * Words and whose they are.
 * @param {Said} said
 * @param {Person | undefined} person
 * @param {boolean} mine
 */
function spoken({ number, words }, person, mine) {
  const row = document.createElement("article");
  row.className = "said";
  row.dataset.number = String(number);
  const by = document.createElement("div");
  by.className = "row";
  const called = mine ? "You" : calledIn(person ? [person] : [], person?.id ?? null);
  const name = Object.assign(document.createElement("b"), { textContent: called });
  by.append(cushion(person?.initials ?? "", mine), name, Object.assign(document.createElement("span"), { className: "note" }));
  row.append(by, Object.assign(document.createElement("p"), { textContent: words }));
  return row;
}

/** @param {string} letters @param {boolean} mine */
function cushion(letters, mine) {
  const seat = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["class", mine ? "seat s is-you" : "seat s"], ["viewBox", "-24 -24 48 48"], ["aria-hidden", "true"]]) seat.setAttribute(name, value);
  for (const [name, r] of [["zafu", "22"], ["pleat", "19.7"]]) {
    const circle = document.createElementNS(SVG, "circle");
    circle.setAttribute("class", name);
    circle.setAttribute("r", r);
    seat.append(circle);
  }
  if (letters) {
    const text = document.createElementNS(SVG, "text");
    for (const [name, value] of [["class", "ini"], ["y", ".6"], ["font-size", letters.length > 2 ? "14" : "16"]]) text.setAttribute(name, value);
    text.textContent = letters.slice(0, 3);
    seat.append(text);
  }
  return seat;
}
