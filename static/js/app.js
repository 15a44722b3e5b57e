// @ts-check
/**
 * Mounts what a page asks for. A behaviour is one small module with `selector` and `mount(element)`, fetched only where
 * its selector is found, so that a page carries no script it does not use; every page works without any of them.
 *
 * `near` waits until somebody comes near: a pointer, a finger, the focus. Until then the plain form or fold is there.
 * `rest` waits until the page has settled, so that the live line never competes with what is to be read.
 */

/** @typedef {{selector: string, when: "now" | "near" | "rest", load: () => Promise<{mount: (element: any) => void}>}} Behavior */

/** @type {Behavior[]} */
export const behaviors = [
  { selector: "[data-composer]", when: "now", load: () => import("./behaviors/composer.js") },
  { selector: "[data-plan-editor]", when: "now", load: () => import("./behaviors/plan-editor.js") },
  { selector: "[data-keep]", when: "now", load: () => import("./behaviors/keep.js") },
  { selector: "[data-read-url]", when: "now", load: () => import("./behaviors/readmark.js") },
  { selector: "[data-room]", when: "now", load: () => import("./behaviors/room.js") },
  { selector: "[data-alone]", when: "now", load: () => import("./behaviors/alone.js") },
  { selector: "[data-ring]", when: "now", load: () => import("./behaviors/ring.js") },
  { selector: "[data-print]", when: "now", load: () => import("./behaviors/print.js") },
  { selector: "[data-shows]", when: "now", load: () => import("./behaviors/shows.js") },
  { selector: "[data-slide]", when: "rest", load: () => import("./behaviors/slide.js") },
  { selector: "[data-zone]", when: "now", load: () => import("./behaviors/zone.js") },
  { selector: "[data-theme-switch]", when: "near", load: () => import("./behaviors/theme.js") },
  { selector: "[data-in-room]", when: "rest", load: () => import("./behaviors/in-room.js") },
  { selector: "[data-ask]", when: "near", load: () => import("./behaviors/ask.js") },
  { selector: "[data-thread]", when: "rest", load: () => import("./behaviors/thread.js") },
  { selector: "[data-passage]", when: "rest", load: () => import("./behaviors/passage.js") },
  { selector: "[data-sign-out]", when: "now", load: () => import("./behaviors/sign-out.js") },
  { selector: "[data-at-hand]", when: "rest", load: () => import("./behaviors/at-hand.js") },
  { selector: "[data-notices]", when: "rest", load: () => import("./behaviors/notices.js") },
];

/** What wakes a behaviour that waits; each comes before the click or the key that it is for. */
const APPROACHES = ["pointerenter", "touchstart", "focusin"];

/** @type {WeakMap<Element, Set<string>>} */
const mounted = new WeakMap();

/**
 * Mount every behaviour found in a part of the page; asked twice, nothing happens twice.
 * @param {ParentNode} root
 */
export function mountIn(root) {
  for (const behavior of behaviors) {
    for (const element of root.querySelectorAll(behavior.selector)) {
      const known = mounted.get(element) ?? new Set();
      if (known.has(behavior.selector)) continue;
      mounted.set(element, known.add(behavior.selector));
      arrange(behavior, element);
    }
  }
}

/**
 * @param {Behavior} behavior
 * @param {Element} element
 */
function arrange({ when, load }, element) {
  // A module that does not arrive leaves the element as it is, and that works too.
  const mount = () => load().then((module) => module.mount(element), () => {});
  if (when === "now") mount();
  else if (when === "rest") settled(mount);
  else {
    const waiting = new AbortController();
    const once = () => { waiting.abort(); mount(); };
    for (const name of APPROACHES) element.addEventListener(name, once, { passive: true, signal: waiting.signal });
  }
}

/** @param {() => void} then */
function settled(then) {
  const soon = () => ("requestIdleCallback" in window ? window.requestIdleCallback(then, { timeout: 2000 }) : setTimeout(then, 200));
  if (document.readyState === "complete") soon();
  else window.addEventListener("load", soon, { once: true });
}

try {
  // Only after a form that took kept words along; see there what becomes of them.
  if (sessionStorage.getItem("sent")) import("./kept.js").then((module) => module.settle(), () => {});
  // A room that was kept for another person goes, and every one before somebody signs in; see there why.
  const kept = localStorage.getItem("kept");
  const whose = document.querySelector('meta[name="writer"]')?.getAttribute("content");
  if (kept && (whose ? whose !== kept : location.pathname === "/sign-in")) {
    import("./sit/copy.js").then((module) => module.forgetRooms(), () => {});
  }
  // What somebody sat alone goes to their journal from their own pages; a room is not disturbed for it.
  if (whose && localStorage.getItem(`sat ${whose}`) && document.querySelector("main.body")) {
    import("./sat.js").then((module) => module.bringWhatIsLeft(whose), () => {});
  }
} catch {
  // A storage that is closed to us has kept nothing.
}
mountIn(document);
document.addEventListener("fragment:placed", (event) => mountIn(/** @type {ParentNode} */ (event.target)));
