// @ts-check
/** Keeps "Ninety seconds" at hand: once seen, it opens again without a network. */

import { keepNinetySeconds } from "../sit/copy.js";

export const selector = "[data-at-hand]";

/** @param {HTMLElement} element */
export async function mount(element) {
  await keepNinetySeconds().catch(() => {}); // then it is there when the network is
  element.dataset.atHand = "kept";
}
