// @ts-check
/** The drop beside the letter in the head: set as soon as something has arrived. */
import { fetchFragment, place } from "../fragment.js";

export const selector = "[data-notices]";

/** @param {HTMLElement} link holds what /notices/mark answers */
export async function mount(link) {
  const url = link.dataset.markUrl ?? "";
  const ask = () => fetchFragment(url).then((html) => place(link, html), () => {});
  // Without a live line the mark is as old as the page, and the link still leads to the list.
  const live = await import("../live.js").then((module) => module.connect()).catch(() => null);
  if (!live) return;
  let before = false;
  live.on("notice:arrived", ask);
  live.onState((state) => {
    if (state !== "live") return;
    // While the line was away something may have come; at first the page itself is as new as the line.
    if (before) ask();
    before = true;
  });
}
