// @ts-check
/** A button that prints the page; without script the browser's own way is there, and no button that does nothing. */

export const selector = "[data-print]";

/** @param {HTMLButtonElement} button */
export function mount(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
