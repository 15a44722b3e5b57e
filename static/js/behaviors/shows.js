// @ts-check
/** What belongs to the chosen one of a list stands open beside it, and nothing else; without script all are there, folded. */

export const selector = "[data-shows]";

/** @param {HTMLSelectElement} select its data-shows is how the ids of the folds begin; the values are how they end */
export function mount(select) {
  const start = `${select.dataset["shows"]}-`;
  const folds = [...document.querySelectorAll("details[id]")].filter((fold) => fold.id.startsWith(start));

  function show() {
    for (const fold of folds) {
      const chosen = fold.id === start + select.value;
      fold.toggleAttribute("hidden", !chosen);
      fold.toggleAttribute("open", chosen);
    }
  }

  select.addEventListener("change", show);
  show();
}
