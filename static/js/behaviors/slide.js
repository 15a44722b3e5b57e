// @ts-check
/**
 * A slider between two ends in words: it counts once it was moved, and can be left out again. No number is ever shown.
 * Where it was left stays in this browser's session until its form was taken, as words do (behaviors/keep.js).
 */
import { stashFor } from "../kept.js";

export const selector = "[data-slide]";

const LEFT_OUT = "left out";

/**
 * Say a place from 0 to 100 in one of the words, as the server does.
 * @param {string[]} words
 * @param {number} value
 */
export function wordFor(words, value) {
  return words[Math.min(Math.floor((value * words.length) / 100), words.length - 1)] ?? "";
}

/** @param {HTMLElement} slide */
export function mount(slide) {
  const range = /** @type {HTMLInputElement | null} */ (slide.querySelector("input[type=range]"));
  const box = /** @type {HTMLInputElement | null} */ (slide.querySelector("input[type=checkbox]"));
  if (!range || !box) return;
  const words = (slide.dataset.slide ?? "").split("|");

  const out = document.createElement("button");
  out.type = "button";
  out.className = "act";
  out.textContent = "Leave this one out";
  out.setAttribute("aria-label", `${out.textContent}: ${slide.querySelector("b")?.textContent ?? ""}`);

  const show = () => {
    slide.dataset.state = box.checked ? "told" : "left-out";
    range.setAttribute("aria-valuetext", box.checked ? wordFor(words, range.valueAsNumber) : LEFT_OUT);
    out.hidden = !box.checked;
  };
  const { hold, back } = keeping(range, box);
  const told = () => { box.checked = true; show(); hold(); };

  const label = box.closest("label");
  if (label) {
    label.hidden = true;
    label.after(out);
  }
  range.addEventListener("input", told);
  // Set down where it stood: that is an answer as well, and no input.
  range.addEventListener("pointerup", told);
  out.addEventListener("click", () => {
    box.checked = false;
    range.value = "50";
    show();
    hold();
    range.focus();
  });
  if (range.value !== range.defaultValue) return told(); // moved before this module was there
  if (back()) slide.closest("details")?.setAttribute("open", "");
  show();
}

/**
 * Keep where a slider was left, and put it back where the house still says of it what it said then.
 * @param {HTMLInputElement} range
 * @param {HTMLInputElement} box
 */
function keeping(range, box) {
  const { form, name } = range;
  if (!form) return { hold: () => {}, back: () => false };
  // One form is sent to one place for many sits.
  const sit = /** @type {HTMLInputElement | null} */ (form.querySelector("input[name=sit]"));
  const stash = stashFor(`${form.getAttribute("action")} ${sit?.value ?? ""} ${range.id}`);
  const said = box.defaultChecked ? range.defaultValue : "";
  const stands = () => (box.checked ? range.value : "");
  form.addEventListener("submit", () => { if (stash.get()) stash.sent(); });
  form.addEventListener("taken", () => stash.clear());
  return {
    hold: () => {
      if (stands() === said) stash.clear();
      else stash.set({ words: { [name]: stands() }, before: { [name]: said }, sent: false });
    },
    back: () => {
      const kept = stash.get();
      if (kept?.before[name] !== said) return false;
      const left = kept.words[name] ?? "";
      box.checked = left !== "";
      range.value = left || "50";
      return true;
    },
  };
}
