// @ts-check
/** A slider between two ends in words: it counts once it was moved, and can be left out again. No number is ever shown. */

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
  const told = () => { box.checked = true; show(); };

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
    range.focus();
  });
  if (range.value !== range.defaultValue) told(); // moved before this module was there
  else show();
}
