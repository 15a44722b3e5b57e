// @ts-check
/** A question asked once: the fold that the page has becomes a dialog, and is itself again when that is closed. */

export const selector = "[data-ask]";

/** @param {HTMLDetailsElement} details its second child is what is asked */
export function mount(details) {
  const summary = /** @type {HTMLElement} */ (details.querySelector("summary"));
  const inside = /** @type {HTMLElement} */ (details.querySelector(".ask-in"));
  if (!("showModal" in HTMLDialogElement.prototype)) return;

  summary.addEventListener("click", (event) => {
    if (details.open) return;
    event.preventDefault();
    open(details, summary, inside);
  });
}

/**
 * @param {HTMLDetailsElement} details
 * @param {HTMLElement} summary
 * @param {HTMLElement} inside
 */
function open(details, summary, inside) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const asked = inside.querySelector(".asked");
  if (asked) dialog.setAttribute("aria-label", asked.textContent ?? "");

  const away = document.createElement("button");
  away.type = "button";
  away.className = "btn plain";
  away.textContent = "Not now";
  away.addEventListener("click", () => dialog.close());

  // Beside the page's own structure, so that a list or a row around the fold does not lay the dialog out.
  inside.append(away);
  dialog.append(inside);
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    away.remove();
    details.append(inside);
    dialog.remove();
    summary.focus();
  });
  dialog.showModal();
}
