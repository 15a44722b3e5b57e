// @ts-check
/**
 * The composer: reads a text back as it will look, and keeps every keystroke.
 * What is typed goes to the server after a short rest; until it is there, it stays in this browser's session.
 */
import { place, Refusal, send } from "../fragment.js";
import { giveBack, same, stashFor } from "../kept.js";

export const selector = "[data-composer]";

const REST_MS = 1500;
const LONGEST_REST_MS = 30_000;
const LONGEST_WAIT_MS = 3000;
const KEPT = "Kept.";
const NOT_KEPT = "Not kept yet; still here in this browser.";

/** @param {HTMLElement} element holds the text, its two sides and the status line; stands inside a form */
export function mount(element) {
  const form = /** @type {HTMLFormElement} */ (element.closest("form"));
  twoSides(element, form);
  const { draftUrl } = element.dataset;
  if (!draftUrl) return;

  const status = /** @type {HTMLElement} */ (element.querySelector("[data-composer-status]"));
  const place = stashFor(`composer ${draftUrl}`);
  const stash = { ...place, set: (/** @type {Kept} */ kept) => place.set({ ...kept, key: keyField(form)?.value ?? "" }) };
  const keeper = keep({
    read: () => words(form),
    before: words(form, "defaultValue"),
    save: (keepalive) => send(draftUrl, fieldsOf(form), { keepalive }),
    stash,
    say: (sentence) => { if (status.textContent !== sentence) status.textContent = sentence; },
  });
  form.addEventListener("input", keeper.changed);
  form.addEventListener("submit", (event) => keeper.leaving(event, form));
  window.addEventListener("pagehide", keeper.hidden);
  window.addEventListener("pageshow", keeper.returned);
  window.addEventListener("focus", keeper.again);
  void takeBack({ form, stash, status, draftUrl, changed: keeper.changed });
}

/** @typedef {import("../kept.js").Words} Words */
/** @typedef {import("../kept.js").Kept} Kept */
/** @typedef {Pick<import("../kept.js").Stash, "get" | "set" | "clear">} Stash */

/**
 * Keep what is typed: in the stash at once, on the server after a rest; one saving at a time.
 * @param {{read: () => Words, before?: Words, save: (keepalive: boolean) => Promise<unknown>, stash: Stash, say: (sentence: string) => void, rest?: number}} given
 */
export function keep({ read, before = read(), save, stash, say, rest = REST_MS }) {
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
      const { submitter } = event;
      // A draft that is let go takes what was typed along.
      if (submitter?.getAttribute("name") === "drop") stash.clear();
      else if (unsaved || saving) stash.set({ words: read(), before, sent: true });
      if (!saving || waited) return;
      waited = true;
      event.preventDefault();
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
    /** Somebody turns to the page again, who may have come in from another tab meanwhile. */
    again() {
      pause = rest;
      clearTimeout(timer);
      saveNow();
    },
  };
}

/**
 * Put back what this browser kept and the server never had.
 * @param {{form: HTMLFormElement, stash: Stash, status: HTMLElement, draftUrl: string, changed: () => void}} given
 */
async function takeBack({ form, stash, status, draftUrl, changed }) {
  const kept = stash.get();
  const here = words(form);
  const written = words(form, "defaultValue");
  if (kept && same(kept.words, written)) {
    // A page that shows refused words again has them nowhere else.
    if (!kept.sent) stash.clear();
    return;
  }
  if (!kept || same(kept.words, here)) {
    // On a slow line something was typed before this module was there, or the browser has put it back by itself.
    if (!kept?.sent && !same(here, written)) changed();
    return;
  }
  // A composer that has posted is empty, whatever it began with.
  const nothingLost = same(kept.before, here) || (kept.sent && same({}, here));
  if (nothingLost && await hasPosted(kept, form, draftUrl)) {
    // What has been typed since then is in the stash by now, and stays.
    if (same(stash.get()?.words ?? {}, kept.words)) stash.clear();
    return;
  }
  const put = () => {
    const key = keyField(form);
    // With its first key a post that did arrive after all is not written twice.
    if (key && kept.key) key.value = kept.key;
    write(form, kept.words);
    form.dispatchEvent(new Event("input"));
  };
  giveBack({ status, untouched: nothingLost && same(here, words(form)), put });
}

/**
 * Ask whether kept words have become a post: the server keeps no draft for a composer that has posted.
 * @param {Kept} kept
 * @param {HTMLFormElement} form
 * @param {string} draftUrl
 */
async function hasPosted(kept, form, draftUrl) {
  if (!kept.key) return false;
  const fields = fieldsOf(form);
  for (const [name, value] of Object.entries({ ...kept.words, write_key: kept.key })) fields.set(name, value);
  try {
    return JSON.parse(await send(draftUrl, fields)).kept_at === null;
  } catch {
    return false;
  }
}

/**
 * @param {HTMLFormElement} form
 * @returns {HTMLInputElement | null}
 */
function keyField(form) {
  return form.querySelector("input[name=write_key]");
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
 * @param {"value" | "defaultValue"} which as it is, or as the server wrote it
 * @returns {Words}
 */
function words(form, which = "value") {
  return Object.fromEntries(typed(form).map((field) => [field.name, field[which]]));
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
