// @ts-check
/** The candle in the head: changes the light at once and lets the server remember it. */
import { send } from "../fragment.js";

export const selector = "[data-theme-switch]";

/** @param {HTMLFormElement} form its fields say where to send the choice; it works without us, by a reload */
export function mount(form) {
  const wanted = /** @type {HTMLInputElement} */ (form.elements.namedItem("theme"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");

  const now = () => root.dataset.theme ?? (device.matches ? "candlelight" : "paper");
  const offer = () => {
    wanted.value = now() === "paper" ? "candlelight" : "paper";
    if (root.dataset.theme) frame();
    const words = button.querySelector(".vh");
    if (words) words.textContent = `Change to ${wanted.value}`;
  };

  // The browser's own frame follows the page.
  const frame = () => {
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      meta.removeAttribute("media");
      meta.setAttribute("content", getComputedStyle(document.body).backgroundColor);
    }
  };

  device.addEventListener("change", offer);
  offer();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const before = root.dataset.theme;
    const fields = new FormData(form);
    root.dataset.theme = wanted.value;
    offer();
    send(form.action, fields).catch(() => {
      // Not kept: show what is true, and let the plain form say why.
      if (before) root.dataset.theme = before;
      else delete root.dataset.theme;
      offer();
      form.submit();
    });
  });
}
