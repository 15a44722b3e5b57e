// @ts-check
/**
 * The composer: reads a text back as it will look, and keeps every keystroke.
 * What is typed goes to the server after a short rest; until it is there, it stays in this browser's session.
 */
import { place, Refusal, send } from "../fragment.js";

export const selector = "[data-composer]";

const REST_MS = 1500;
const LONGEST_REST_MS = 30_000;
const LONGEST_WAIT_MS = 3000;
const KEPT = "Kept.";
const NOT_KEPT = "Not kept yet; still here in this browser.";
const BACK = "These words were kept in this browser.";

/** @param {HTMLElement} element holds the text, its two sides and the status line; stands inside a form */
export function mount(element) {
  const form = /** @type {HTMLFormElement} */ (element.closest("form"));
  twoSides(element, form);
  const { draftUrl } = element.dataset;
  if (!draftUrl) return;

  const status = /** @type {HTMLElement} */ (element.querySelector("[data-composer-status]"));
  const stash = sessionStash(`composer ${draftUrl}`);
  takeBack({ form, stash, status });

  const keeper = keep({
    read: () => words(form),
    save: (keepalive) => send(draftUrl, fieldsOf(form), { keepalive }),
    stash,
    say: (sentence) => { if (status.textContent !== sentence) status.textContent = sentence; },
  });
  form.addEventListener("input", keeper.changed);
  form.addEventListener("submit", (event) => keeper.leaving(event, form));
  window.addEventListener("pagehide", keeper.hidden);
  window.addEventListener("pageshow", keeper.returned);
}

/**
 * @typedef {Record<string, string>} Words what has been typed, by field
 * @typedef {{words: Words, before: Words, sent: boolean}} Kept
 * @typedef {{get: () => Kept | null, set: (kept: Kept) => void, clear: () => void}} Stash
 */

/**
 * Keep what is typed: in the stash at once, on the server after a rest; one saving at a time.
 * @param {{read: () => Words, save: (keepalive: boolean) => Promise<unknown>, stash: Stash, say: (sentence: string) => void, rest?: number}} given
 */
export function keep({ read, save, stash, say, rest = REST_MS }) {
  const before = read();
  let unsaved = false;
  let sent = false;
  let waited = false;
  let pause = rest;
  /** @type {Promise<void> | null} */
  let saving = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(saveNow, pause);
  };
  const saved = () => {
    pause = rest;
    if (!unsaved) stash.clear();
    say(KEPT);
  };
  /** @param {unknown} refusal */
  const notSaved = (refusal) => {
    pause = Math.min(pause * 2, LONGEST_REST_MS);
    unsaved = true;
    say(refusal instanceof Refusal && refusal.status ? `${NOT_KEPT} ${refusal.message}` : NOT_KEPT);
  };
  const saveNow = () => {
    if (sent || saving || !unsaved) return;
    unsaved = false;
    saving = save(false).then(saved, notSaved).finally(() => {
      saving = null;
      // Typed on meanwhile, or not reached: try again after a rest.
      if (unsaved && !sent) later();
    });
  };

  return {
    changed() {
      unsaved = true;
      stash.set({ words: read(), before, sent: false });
      if (!saving) later();
    },
    /**
     * The form is on its way. A saving that is still under way could arrive after the post and leave its draft
     * behind, so it is waited for a little; and none begins from here on.
     * @param {SubmitEvent} event
     * @param {{requestSubmit: (submitter: HTMLElement | null) => void}} form
     */
    leaving(event, form) {
      clearTimeout(timer);
      sent = true;
      if (unsaved) stash.set({ words: read(), before, sent: true });
      if (!saving || waited) return;
      waited = true;
      event.preventDefault();
      const { submitter } = event;
      const enough = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
      Promise.race([saving, enough]).then(() => form.requestSubmit(submitter));
    },
    /** The page goes, by a closed tab or a step back: what is not on the server yet is given along. */
    hidden() {
      if (sent || !unsaved) return;
      clearTimeout(timer);
      save(true).then(() => stash.clear(), () => {});
    },
    /** The page comes back as it was left, after a step back or a post that did not arrive. */
    returned() {
      sent = false;
      waited = false;
    },
  };
}

/**
 * Put back what this browser kept and the server never had.
 * @param {{form: HTMLFormElement, stash: Stash, status: HTMLElement}} given
 */
function takeBack({ form, stash, status }) {
  const kept = stash.get();
  const here = words(form);
  const arrived = kept?.sent && navigationType() === "navigate";
  if (!kept || arrived || same(kept.words, here)) {
    stash.clear();
    return;
  }
  const put = () => {
    write(form, kept.words);
    status.textContent = BACK;
    form.dispatchEvent(new Event("input"));
  };
  if (same(kept.before, here)) {
    // The server still has what this page began with, so nothing is written over.
    queueMicrotask(put);
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = "Put them back";
  button.addEventListener("click", put);
  status.replaceChildren("This browser has kept other words for this place. ", button);
}

/**
 * Make the strip of two words a pair of tabs.
 * @param {HTMLElement} element
 * @param {HTMLFormElement} form
 */
function twoSides(element, form) {
  const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (element.querySelector(`[data-composer-${name}]`));
  const strip = find("tabs");
  const sides = [{ tab: find("write"), panel: find("side") }, { tab: find("read"), panel: find("page") }];
  strip.setAttribute("role", "tablist");
  sides.forEach(({ tab, panel }, index) => {
    tab.hidden = false;
    tab.setAttribute("role", "tab");
    tab.id ||= `composer-tab-${index}`;
    panel.id ||= `composer-side-${index}`;
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", (event) => { event.preventDefault(); show(index); });
    tab.addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      event.preventDefault();
      sides[1 - index]?.tab.focus();
      show(1 - index);
    });
  });

  /** @param {number} index 0 to write, 1 to read it back */
  const show = (index) => {
    sides.forEach(({ tab, panel }, each) => {
      tab.setAttribute("aria-selected", String(each === index));
      tab.tabIndex = each === index ? 0 : -1;
      panel.hidden = each !== index;
    });
    if (index === 1) readBack(element, form, find("page"));
  };
  // A page that the server made to be read back opens on that side as it is.
  const shown = find("page").hidden ? 0 : 1;
  sides.forEach(({ tab, panel }, each) => {
    tab.setAttribute("aria-selected", String(each === shown));
    tab.tabIndex = each === shown ? 0 : -1;
    panel.hidden = each !== shown;
  });
}

/**
 * @param {HTMLElement} element
 * @param {HTMLFormElement} form
 * @param {HTMLElement} page
 */
async function readBack(element, form, page) {
  page.setAttribute("aria-busy", "true");
  try {
    place(page, await send(element.dataset.previewUrl ?? "", fieldsOf(form)));
  } catch (refusal) {
    const sentence = document.createElement("p");
    sentence.className = "aside";
    sentence.textContent = refusal instanceof Refusal ? refusal.message : String(refusal);
    page.replaceChildren(sentence);
  }
  page.removeAttribute("aria-busy");
}

/** @param {HTMLFormElement} form */
function fieldsOf(form) {
  const fields = new FormData(form);
  fields.delete("csrf_token");
  return fields;
}

/**
 * What a person typed in a form; choices are left out, since they are made again in a moment.
 * @param {HTMLFormElement} form
 * @returns {Words}
 */
function words(form) {
  return Object.fromEntries(typed(form).map((field) => [field.name, field.value]));
}

/**
 * @param {HTMLFormElement} form
 * @param {Words} kept
 */
function write(form, kept) {
  for (const field of typed(form)) if (field.name in kept) field.value = kept[field.name] ?? "";
}

/**
 * @param {HTMLFormElement} form
 * @returns {(HTMLInputElement | HTMLTextAreaElement)[]}
 */
function typed(form) {
  return /** @type {any} */ ([...form.elements].filter((field) =>
    field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === "text")));
}

/**
 * @param {Words} one
 * @param {Words} other
 */
function same(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  // A textarea's line ends are one character here and may be two in what the server wrote.
  return [...names].every((name) => (one[name] ?? "").replaceAll("\r\n", "\n") === (other[name] ?? "").replaceAll("\r\n", "\n"));
}

function navigationType() {
  const [entry] = performance.getEntriesByType("navigation");
  return entry instanceof PerformanceNavigationTiming ? entry.type : "navigate";
}

/**
 * A place in this browser's session; where it is closed to us, nothing is kept and nothing breaks.
 * @param {string} key
 * @returns {Stash}
 */
function sessionStash(key) {
  /** @template T @param {() => T} act @returns {T | null} */
  const tried = (act) => { try { return act(); } catch { return null; } };
  return {
    get: () => tried(() => JSON.parse(sessionStorage.getItem(key) ?? "null")),
    set: (kept) => { tried(() => sessionStorage.setItem(key, JSON.stringify(kept))); },
    clear: () => { tried(() => sessionStorage.removeItem(key)); },
  };
}
