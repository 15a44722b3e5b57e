// @ts-check
/** A passage that is open in a page: when its writer takes it back, or it is answered, it is read again in its place. */
import { fetchFragment, place, Refusal } from "../fragment.js";

export const selector = "[data-passage]";

/** @param {HTMLElement} element holds the passage; without words for its being gone, it is what the address gives */
export async function mount(element) {
  const { passage, passageThread, passageUrl = "", passageGone } = element.dataset;
  const thread = passageThread ? Number(passageThread) : null;
  const live = await import("../live.js").then((module) => module.connect()).catch(() => null);
  if (!live) return;

  const again = async () => {
    if (!element.isConnected) return;
    try {
      const html = await fetchFragment(passageUrl);
      if (passageGone) place(element, html);
      else exchange(element, html);
    } catch (refusal) {
      if (refusal instanceof Refusal && [403, 404].includes(refusal.status)) leave(element, passageGone ?? "");
    }
  };
  live.on("passage:changed", (fact) => { if (fact.passage === Number(passage)) void again(); });
  live.on("post:changed", (fact) => { if (fact.thread === thread) void again(); });
  live.onState((state) => {
    element.dataset.live = "not-live";
    if (state !== "live") return;
    const watched = thread === null ? Promise.resolve() : live.command("thread:watch", { thread });
    // Until the line was there it may have been taken back without a word reaching this page.
    watched.then(again, () => {}).then(() => { element.dataset.live = "live"; });
  });
}

/**
 * Put what is there now in the place of what was: the same passage, another one, or nothing.
 * @param {HTMLElement} element
 * @param {string} html
 */
function exchange(element, html) {
  const box = document.createElement("div");
  place(box, html);
  const fresh = /** @type {HTMLElement | null} */ (box.querySelector("[data-passage]"));
  if (fresh && fresh.dataset.passage !== element.dataset.passage) {
    const around = element.parentElement;
    element.replaceWith(fresh);
    around?.dispatchEvent(new CustomEvent("fragment:placed", { bubbles: true }));
    return;
  }
  element.replaceChildren(...(fresh?.childNodes ?? []));
  element.hidden = !fresh;
}

/**
 * @param {HTMLElement} element
 * @param {string} words
 */
function leave(element, words) {
  const said = document.createElement("p");
  said.className = "taken-back";
  said.textContent = words;
  element.replaceChildren(said);
}
