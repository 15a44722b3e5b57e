// @ts-check
/** A text that has no draft on the server: what is typed stays in this browser's session until its form was taken. */
import { giveBack, same, stashFor } from "../kept.js";

export const selector = "[data-keep]";

/** @param {HTMLTextAreaElement} area */
export function mount(area) {
  const { form, name } = area;
  if (!form || area.readOnly) return;

  const stash = stashFor(`${form.getAttribute("action")} ${area.id || name}`);
  // What the server wrote; on a slow line something may have been typed before this module was there.
  const before = { [name]: area.defaultValue };
  const hold = () => stash.set({ words: { [name]: area.value }, before, sent: false });
  const typed = { [name]: area.value };
  const kept = stash.get();
  if (!kept && !same(typed, before)) hold();
  if (kept && !same(kept.words, typed)) {
    const status = document.createElement("p");
    status.className = "kept";
    status.setAttribute("role", "status");
    area.after(status);
    const put = () => { area.value = kept.words[name] ?? ""; };
    const drop = () => { area.value = before[name] ?? ""; stash.clear(); };
    giveBack({ status, untouched: same(kept.before, typed), put, drop });
  }
  area.addEventListener("input", () => {
    if (area.value === before[name]) stash.clear();
    else hold();
  });
  form.addEventListener("submit", () => { if (stash.get()) stash.sent(); });
  form.addEventListener("taken", () => stash.clear()); // by a script, which stays on its page
}
