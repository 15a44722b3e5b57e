// @ts-check
/** A form for one's journal in the room of a sit: it is kept without leaving the room, and the words stay until it is. */
export const selector = "[data-in-room]";

const NOT_KEPT = "It could not be kept just now. What you have here stays here; try again in a moment.";

/** @param {HTMLFormElement} form */
export function mount(form) {
  const fold = form.closest("details");
  const kept = /** @type {HTMLElement | null} */ (fold?.parentElement?.querySelector("[data-in-room-kept]") ?? null);
  const told = form.querySelector("[data-told]");
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    if (told) told.textContent = "";
    const sending = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
    const answer = await fetch(form.action, sending).catch(() => null);
    busy = false;
    if (answer?.ok && fold && kept) {
      form.dispatchEvent(new Event("taken")); // what was kept of it may go
      fold.hidden = true;
      kept.hidden = false;
      kept.focus();
    } else if (told) told.textContent = (await sentence(answer)) ?? NOT_KEPT;
  });
}

/** @param {Response | null} answer @returns {Promise<string | null>} */
async function sentence(answer) {
  if (!answer?.headers.get("Content-Type")?.startsWith("application/json")) return null;
  const said = await answer.json().catch(() => null);
  return said?.error?.sentence ?? null;
}
