// @ts-check
/** How far I have read: told to the server once the end of what is here has been in view for a moment. */
import { send } from "../fragment.js";

export const selector = "[data-read-url]";

/** Long enough that flying past the end is not reading. */
const MOMENT_MS = 1200;

/** @param {HTMLElement} element stands after the last post; as a form, its fields are what is sent and its button goes */
export function mount(element) {
  const url = element.dataset.readUrl ?? "";
  const fields = element instanceof HTMLFormElement ? new FormData(element) : new FormData();
  const marker = document.createElement("span");
  element.before(marker);
  element.hidden = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pending;

  const watcher = new IntersectionObserver(([entry]) => {
    clearTimeout(pending);
    if (entry?.isIntersecting) pending = setTimeout(tell, MOMENT_MS);
  });
  const tell = () => {
    if (document.visibilityState !== "visible") return;
    watcher.disconnect();
    document.removeEventListener("visibilitychange", again);
    // Not told: the button comes back, and the next visit asks again.
    send(url, fields, { keepalive: true }).catch(() => { element.hidden = false; });
  };
  const again = () => { watcher.unobserve(marker); watcher.observe(marker); };

  document.addEventListener("visibilitychange", again);
  watcher.observe(marker);
}
