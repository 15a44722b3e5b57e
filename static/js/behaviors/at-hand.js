// @ts-check
/**
 * Keeps "Ninety seconds" at hand: once seen, it opens again without a network. The page itself is kept anew each time it
 * is seen; the door, where one stands after signing out, sees to it that it is there.
 */

import { haveNinetySeconds, keepNinetySeconds } from "../sit/copy.js";

export const selector = "[data-at-hand]";

/** @param {HTMLElement} element */
export async function mount(element) {
  const keep = element.dataset.atHand === "again" ? haveNinetySeconds : keepNinetySeconds;
  await keep().catch(() => {}); // then it is there when the network is
  element.dataset.atHand = "kept";
}
