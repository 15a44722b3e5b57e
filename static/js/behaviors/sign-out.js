// @ts-check
/** A way out of this browser: it takes along what waits here, so what was sat alone goes to the journal before. */
import { Sat } from "../sat.js";

export const selector = "[data-sign-out]";

/** Whoever wants to leave is not held longer than this. */
const PATIENCE = 4_000;

/** @param {HTMLElement} element holds the form */
export function mount(element) {
  const form = /** @type {HTMLFormElement} */ (element.querySelector("form"));
  const whose = document.querySelector('meta[name="writer"]')?.getAttribute("content") ?? "";
  let leaving = false;
  form.addEventListener("submit", (event) => {
    const sat = new Sat(whose);
    if (!whose || (!leaving && sat.empty)) return;
    event.preventDefault();
    if (leaving) return;
    leaving = true;
    void new Promise((go) => {
      const enough = setTimeout(go, PATIENCE);
      void sat.bring(Date.now(), { leaving: true }).catch(() => {}).then(() => { clearTimeout(enough); go(null); });
    }).then(() => form.submit());
  });
}
