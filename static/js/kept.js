// @ts-check
/**
 * What somebody has typed, in this browser's session: for its writer alone, and until it has arrived.
 * Where the session's storage is closed to us, nothing is kept and nothing breaks.
 */

/** @typedef {Record<string, string>} Words what has been typed, by field */
/**
 * @typedef {object} Kept
 * @property {Words} words
 * @property {Words} before what the page began with
 * @property {boolean} sent whether the form was on its way; whether it arrived is another question
 * @property {string} [key] the composer's own, by which the server knows whether it has posted
 */
/** @typedef {{get: () => Kept | null, set: (kept: Kept) => void, clear: () => void, sent: () => void}} Stash */

export const BACK = "These words were kept in this browser.";

const KEPT = "kept ";
const SENT = "sent";
let settled = false;

/**
 * Give the place for one text of the person whose page this is; what others left in this browser goes.
 * @param {string} place
 * @returns {Stash}
 */
export function stashFor(place) {
  settle();
  const mine = `${KEPT}${writer()} `;
  const key = mine + place;
  tried(() => {
    for (const each of Object.keys(sessionStorage)) {
      if (each.startsWith(KEPT) && !each.startsWith(mine)) sessionStorage.removeItem(each);
    }
  });
  return {
    get: () => tried(() => JSON.parse(sessionStorage.getItem(key) ?? "null")),
    set: (kept) => { tried(() => sessionStorage.setItem(key, JSON.stringify(kept))); },
    clear: () => { tried(() => sessionStorage.removeItem(key)); },
    sent: () => { tried(() => sessionStorage.setItem(SENT, JSON.stringify([...waiting(), key]))); },
  };
}

/**
 * Let go of what a form took along that was sent from the page before. One that was taken leads on to this page; one
 * that was refused is answered by this page itself, or by none of ours.
 */
export function settle() {
  if (settled) return;
  settled = true;
  tried(() => {
    const keys = waiting();
    sessionStorage.removeItem(SENT);
    const [entry] = performance.getEntriesByType("navigation");
    if (!(entry instanceof PerformanceNavigationTiming) || entry.type !== "navigate" || !entry.redirectCount) return;
    for (const key of keys) sessionStorage.removeItem(key);
  });
}

/**
 * Put words back at once where nothing would be written over; else let their writer choose.
 * @param {{status: HTMLElement, untouched: boolean, put: () => void, drop?: () => void}} given
 */
export function giveBack({ status, untouched, put, drop }) {
  const back = () => {
    put();
    status.replaceChildren(BACK, ...(drop ? [" ", choice("Let them go", () => { drop(); status.replaceChildren(); })] : []));
  };
  if (untouched) back();
  else status.replaceChildren("This browser has kept other words for this place. ", choice("Put them back", back));
}

/**
 * @param {Words} one
 * @param {Words} other
 */
export function same(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  // A textarea's line ends are one character here and may be two in what the server wrote.
  return [...names].every((name) => (one[name] ?? "").replaceAll("\r\n", "\n") === (other[name] ?? "").replaceAll("\r\n", "\n"));
}

/**
 * @param {string} words
 * @param {() => void} act
 */
function choice(words, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = words;
  button.addEventListener("click", act);
  return button;
}

/** @returns {string} who writes on this page */
function writer() {
  return document.querySelector('meta[name="writer"]')?.getAttribute("content") ?? "";
}

/** @returns {string[]} what was sent and has not been settled */
function waiting() {
  return JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
}

/** @template T @param {() => T} act @returns {T | null} */
function tried(act) {
  try { return act(); } catch { return null; }
}
