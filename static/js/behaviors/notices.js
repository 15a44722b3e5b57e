// @ts-check
/** The drop beside the letter in the head: set as soon as something has arrived. */
import { fetchFragment, place } from "../fragment.js";

export const selector = "[data-notices]";

/** @param {HTMLElement} link */
export async function mount(link) {
  const url = link.dataset.markUrl ?? "";
  const ask = () => fetchFragment(url).then((html) => place(link, html), () => {});
  // Without a live line the mark is as old as the page, and the link still leads to the list.
  const live = await import("../live.js").then((module) => module.connect()).catch(() => null);
  live?.on("notice:arrived", ask);
}
