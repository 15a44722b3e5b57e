// @ts-check
/**
 * A thread that is open: what is written meanwhile arrives, and nothing that is being read is moved by it.
 * A new post waits behind a quiet line until its reader asks for it; only where the end of the posts lies below the
 * window, and nobody can see it grow, it is put there at once. A post that changed is read again in its place.
 */
import { fetchFragment, place, Refusal } from "../fragment.js";

export const selector = "[data-thread]";

const GONE = "This is no longer open to you.";
const SIGNED_OUT = "You are no longer signed in. Come in from another tab; what you typed stays here.";
const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];

/** @param {HTMLElement} element holds the posts of one page, and below them the place where new ones wait */
export async function mount(element) {
  const page = new OpenPage(element);
  const live = await import("../live.js").then((module) => module.connect()).catch(() => null);
  if (live) page.listen(live);
}

/** What is known of a thread: how far its reader could read when the page was made, and how far it is said to reach. */
export class Reach {
  /**
   * @param {number} shown the last position on the page
   * @param {number} [last] the thread's last position when the page was made; later pages of it are not new
   */
  constructor(shown, last = shown) {
    this.shown = Math.max(shown, last);
    this.said = this.shown;
  }

  get waiting() {
    return Math.max(0, this.said - this.shown);
  }

  /** A post was written. @param {number} position */
  heard(position) {
    this.said = Math.max(this.said, position);
  }

  /** Posts were put on the page. @param {number[]} positions */
  placed(positions) {
    this.shown = Math.max(this.shown, ...positions);
    this.said = Math.max(this.said, this.shown);
  }
}

/**
 * What the line says of posts that wait.
 * @param {number} waiting
 * @param {boolean} here whether they would stand on this page
 */
export function waitingWords(waiting, here) {
  if (waiting < 1) return "";
  const posts = `${NUMBERS[waiting] ?? waiting} new ${waiting === 1 ? "post" : "posts"}`;
  return here ? `${posts}.` : `${posts} on the last page.`;
}

class OpenPage {
  #element;
  #posts;
  #words;
  #button;
  #reach;
  #here;
  /** @type {Promise<void> | null} */
  #fetching = null;
  #watched = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#posts = find(element, "[data-posts]");
    this.#words = find(element, "[data-arrived-words]");
    this.#button = find(element, "[data-arrived-show]");
    const { last, threadLast } = element.dataset;
    this.#here = "openEnded" in element.dataset;
    this.#reach = new Reach(Number(last), this.#here ? undefined : Number(threadLast ?? last));
    this.#button.addEventListener("click", () => void this.#asked());
  }

  /** @param {import("../types/sit").Live} live */
  listen(live) {
    const thread = Number(this.#element.dataset.thread);
    live.on("post:written", (fact) => { if (fact.thread === thread) void this.#written(fact); });
    live.on("post:changed", (fact) => { if (fact.thread === thread) void this.#changed(fact.post); });
    live.onState((state) => {
      this.#element.dataset.live = "not-live";
      if (state === "live") void this.#watch(live, thread);
      else if (state === "ended") this.#say(SIGNED_OUT);
    });
  }

  /**
   * Hear of this thread from now on, and make up for what was missed: signals may be lost, the page may not.
   * @param {import("../types/sit").Live} live
   * @param {number} thread
   */
  async #watch(live, thread) {
    try {
      const { last } = await live.command("thread:watch", { thread });
      // A page that does not say how far its thread reached is taken to be as new as the line.
      if (!this.#here && !this.#watched && !this.#element.dataset.threadLast) this.#reach.placed([last]);
      this.#reach.heard(last);
      if (this.#watched) await this.#readAgain();
      this.#watched = true;
      this.#element.dataset.live = "live";
      await this.#arrive();
    } catch {
      // Refused or out of reach: the page stays as it is, and a new one asks again.
    }
  }

  /** @param {{post: number, position: number}} fact */
  async #written({ post, position }) {
    if (this.#article(post)) {
      // It stood here already, held, for its writer alone.
      if (position === this.#reach.shown + 1) this.#reach.placed([position]);
      await this.#changed(post);
    }
    this.#reach.heard(position);
    await this.#arrive();
  }

  /** Put new posts where nobody sees the page grow; else let them wait. */
  async #arrive() {
    const unseen = this.#words.getBoundingClientRect().top > window.innerHeight;
    if (this.#here && unseen && this.#reach.waiting) await this.#fetch().catch(() => {});
    this.#tell();
  }

  /** Somebody asked for what waits: it is put below what there is, and the first of it is where they are now. */
  async #asked() {
    if (!this.#here) return location.assign(`/threads/${this.#element.dataset.thread}?page=last`);
    const before = this.#posts.lastElementChild;
    try {
      await this.#fetch();
      /** @type {HTMLElement | null} */ (next(before, "[data-post]"))?.focus();
    } catch (refusal) {
      this.#say(refusal instanceof Refusal ? refusal.message : String(refusal));
      return;
    }
    this.#tell();
  }

  /** One fetch at a time, as often as the server has more to give. */
  #fetch() {
    this.#fetching ??= this.#fetchAll().finally(() => { this.#fetching = null; });
    return this.#fetching;
  }

  async #fetchAll() {
    for (let from = -1; this.#reach.waiting && from !== this.#reach.shown;) {
      from = this.#reach.shown;
      const html = await fetchFragment(`${this.#element.dataset.sinceUrl}?position=${from}`);
      const placed = place(this.#posts, html, "append").filter((each) => each instanceof HTMLElement && each.dataset.post);
      this.#reach.placed(placed.map(positionOf));
      placed.forEach((each) => this.#leaveOne(/** @type {HTMLElement} */ (each)));
    }
    const form = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=read_to]"));
    if (form) form.value = String(this.#reach.shown);
  }

  /** A post that its writer saw waiting at the end has its own place now. @param {HTMLElement} placed */
  #leaveOne(placed) {
    for (const each of this.#posts.querySelectorAll(`[data-post="${placed.dataset.post}"]`)) if (each !== placed) each.remove();
  }

  /** @param {number} post */
  async #changed(post) {
    const article = this.#article(post);
    if (!article) return;
    try {
      const html = await fetchFragment(`/posts/${post}/fragment`);
      const box = document.createElement("div");
      place(box, html);
      const fresh = box.querySelector("[data-post]");
      if (fresh instanceof HTMLElement) exchange(article, fresh);
    } catch (refusal) {
      if (refusal instanceof Refusal && [403, 404].includes(refusal.status)) empty(article);
    }
    await this.#layAnew(post);
  }

  /** What lies over the first post is as open as that post is. @param {number} post */
  async #layAnew(post) {
    const laid = /** @type {HTMLElement | null} */ (this.#element.querySelector(`[data-laid="${post}"]`));
    if (!laid) return;
    try {
      place(laid, await fetchFragment(laid.dataset.laidUrl ?? ""));
    } catch (refusal) {
      if (refusal instanceof Refusal && [403, 404].includes(refusal.status)) laid.replaceChildren();
    }
  }

  /** Read the page's own posts again, and put in place what reads otherwise by now. */
  async #readAgain() {
    const html = await fetchFragment(`${this.#element.dataset.sinceUrl}?position=${Number(this.#element.dataset.first) - 1}`);
    const box = document.createElement("div");
    place(box, html);
    for (const fresh of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[data-post]"))) {
      const article = this.#article(Number(fresh.dataset.post));
      if (article && article.dataset.state !== fresh.dataset.state) exchange(article, fresh);
      this.#reach.heard(positionOf(fresh));
    }
    const laid = /** @type {HTMLElement | null} */ (this.#element.querySelector("[data-laid]"));
    if (laid) await this.#layAnew(Number(laid.dataset.laid));
  }

  #tell() {
    this.#say(waitingWords(this.#reach.waiting, this.#here));
    this.#button.hidden = this.#reach.waiting === 0;
    this.#button.textContent = this.#here ? (this.#reach.waiting === 1 ? "Show it" : "Show them") : "Go there";
  }

  /** @param {string} words */
  #say(words) {
    if (this.#words.textContent !== words) this.#words.textContent = words;
  }

  /** @param {number} post @returns {HTMLElement | null} */
  #article(post) {
    return this.#posts.querySelector(`[data-post="${post}"]`);
  }
}

/**
 * Put a post's new form in the place of its old one, and leave the reader's eyes, focus and open folds where they are.
 * @param {HTMLElement} article
 * @param {HTMLElement} fresh
 */
function exchange(article, fresh) {
  const { top, bottom, height } = article.getBoundingClientRect();
  const below = /** @type {HTMLElement | null} */ (article.nextElementSibling);
  const at = below?.getBoundingClientRect().top ?? 0;
  const old = /** @type {HTMLDetailsElement | null} */ (article.querySelector("details.fold"));
  const fold = /** @type {HTMLDetailsElement | null} */ (fresh.querySelector("details.fold"));
  if (old && fold) fold.open = old.open;
  const focused = article.contains(document.activeElement);

  const around = article.parentElement;
  article.replaceWith(fresh);
  if (focused) fresh.focus({ preventScroll: true });
  if (bottom <= 0) window.scrollBy({ top: (below?.getBoundingClientRect().top ?? 0) - at, behavior: "instant" });
  else if (top < window.innerHeight && fresh.getBoundingClientRect().height < height) fresh.style.minHeight = `${height}px`;
  around?.dispatchEvent(new CustomEvent("fragment:placed", { bubbles: true }));
}

/** @param {HTMLElement} article */
function empty(article) {
  const words = document.createElement("p");
  words.className = "aside";
  words.textContent = GONE;
  article.replaceChildren(words);
}

/** @param {Element} element */
function positionOf(element) {
  return Number(/** @type {HTMLElement} */ (element).dataset.position ?? 0);
}

/**
 * @param {Element | null} from
 * @param {string} which
 */
function next(from, which) {
  let element = from?.nextElementSibling ?? null;
  while (element && !element.matches(which)) element = element.nextElementSibling;
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {string} which
 * @returns {HTMLElement}
 */
function find(element, which) {
  return /** @type {HTMLElement} */ (element.querySelector(which));
}
