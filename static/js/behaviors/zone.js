// @ts-check
/** A new member's time zone: taken from the browser, shown as one line, and open to change. */

export const selector = "[data-zone]";

/** @param {HTMLSelectElement} select stays as it is when the browser names a zone that it does not hold */
export function mount(select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const field = select.closest(".field");
  if (!field || ![...select.options].some((option) => option.value === zone)) return;
  select.value = zone;
  if (select.getAttribute("aria-invalid")) return;

  const line = document.createElement("p");
  line.className = "note";
  line.append(`Times will be shown for ${select.selectedOptions[0]?.text ?? zone}. `);
  const change = document.createElement("button");
  change.type = "button";
  change.className = "link";
  change.textContent = "Choose another zone";
  change.addEventListener("click", () => {
    line.remove();
    field.removeAttribute("hidden");
    select.focus();
  });
  line.append(change);
  field.setAttribute("hidden", "");
  field.before(line);
}
