// @ts-check
/** A passage that is open in a page: when its writer takes it back, or it is answered, it is read again in its place. */
import { fetchFragment, place, Refusal } from "../fragment.js";

export const selector = "[data-passage]";

/** @param {HTMLElement} element holds the passage; without words for its being gone, it goes itself */
export async function mount(element) {
  const { passage, passageThread, passageUrl = "", passageGone } = element.dataset;
  const thread = passageThread ? Number(passageThread) : null;
  const live = await import("../live.js").then((module) => module.connect()).catch(() => null);
  if (!live) return;

  const again = async () => {
    try {
      place(element, await fetchFragment(passageUrl));
    } catch (refusal) {
      if (refusal instanceof Refusal && [403, 404].includes(refusal.status)) leave(element, passageGone);
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
 * @param {HTMLElement} element
 * @param {string} [words]
 */
function leave(element, words) {
  if (!words) {
    element.replaceChildren();
    element.hidden = true;
    return;
  }
  const said = document.createElement("p");
  said.className = "taken-back";
  said.textContent = words;
  element.replaceChildren(said);
}
