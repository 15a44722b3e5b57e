// @ts-check
/** After the closing bell: thanks, without leaving the room for them. */

/**
 * Send the thanks of a room by script; where that does not work, the form goes its own way.
 * @param {HTMLElement} room
 */
export function bindThanks(room) {
  const form = /** @type {HTMLFormElement | null} */ (room.querySelector("form[data-room-thanks]"));
  const said = /** @type {HTMLElement | null} */ (room.querySelector("[data-room-thanked]"));
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sending = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
    const answer = await fetch(form.action, sending).catch(() => null);
    if (!answer?.ok || !said) return form.submit();
    form.hidden = true;
    said.hidden = false;
    said.focus();
  });
}
