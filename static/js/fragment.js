// @ts-check
/**
 * Talk with our own server by HTTP: send a form's fields, fetch a piece of a page, put it in its place.
 * This is the only module that turns text into elements, and only text that came from our server.
 */

/** The server did not take it; `status` is 0 when it could not be reached. `message` is fit to be shown. */
export class Refusal extends Error {
  /**
   * @param {string} sentence
   * @param {number} status
   */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

const UNREACHED = "We could not reach the house just now. Try again in a moment.";
const UNSAID = "That did not go through. Try again in a moment.";
const SIGNED_OUT = "You are no longer signed in. Come in from another tab, then try again here.";
const SOMEBODY_ELSE = "Somebody else is signed in here by now. Copy your words before you leave this page.";

/** A page that everybody who is signed in may read, to see who that is by now. */
const ANY_PAGE = "/notices";

/**
 * Send fields to an address of ours. A page may have outlived its sign-in; where its person has come in again from
 * another tab, it is sent once more with the token of now.
 * @param {string} url
 * @param {FormData | URLSearchParams | Record<string, string>} fields a form of very many fields comes as URLSearchParams: the
 *   house takes at most a hundred parts of the other kind
 * @param {{keepalive?: boolean, signal?: AbortSignal}} [options] keepalive lets it finish after the page is gone
 * @returns {Promise<string>} the answer's text
 * @throws {Refusal}
 */
export async function send(url, fields, options = {}) {
  const body = fields instanceof FormData || fields instanceof URLSearchParams ? fields : new FormData();
  if (body !== fields) for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.delete("csrf_token");
  const post = () => answer(url, { method: "POST", body, headers: { "X-CSRFToken": said(document, "csrf-token") }, ...options });
  try {
    return await post();
  } catch (refusal) {
    const outlived = refusal instanceof Refusal && [400, 401].includes(refusal.status);
    if (!outlived || options.keepalive || !said(document, "writer")) throw refusal;
    await renew();
    return post();
  }
}

/**
 * Fetch a piece of a page.
 * @param {string} url
 * @returns {Promise<string>}
 * @throws {Refusal}
 */
export async function fetchFragment(url) {
  return answer(url, {});
}

/**
 * Put a fragment in an element's place: as its content, or before or after what is there. Behaviours in it are mounted.
 * @param {Element} element
 * @param {string} html from our own server
 * @param {"within" | "prepend" | "append" | "instead"} [where]
 * @returns {Element[]} the elements that were placed
 */
export function place(element, html, where = "within") {
  // A parsed document is inert: its scripts never run and its pictures never load before they are placed.
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  const nodes = [...parsed.childNodes].map((node) => document.adoptNode(node));
  const placed = nodes.filter((node) => node instanceof Element);
  const around = where === "instead" ? element.parentElement : element;
  if (where === "within") element.replaceChildren(...nodes);
  else if (where === "prepend") element.prepend(...nodes);
  else if (where === "append") element.append(...nodes);
  else element.replaceWith(...nodes);
  around?.dispatchEvent(new CustomEvent("fragment:placed", { bubbles: true }));
  return placed;
}

/**
 * Take the token of now for the page and its forms, if it is still the same person's.
 * @throws {Refusal}
 */
async function renew() {
  const page = new DOMParser().parseFromString(await answer(ANY_PAGE, {}), "text/html");
  if (said(page, "writer") !== said(document, "writer")) throw new Refusal(SOMEBODY_ELSE, 401);
  const token = said(page, "csrf-token");
  document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", token);
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[name=csrf_token]"))) {
    field.value = token;
  }
}

/**
 * @param {Document} page
 * @param {string} name of what its head says
 * @returns {string}
 */
function said(page, name) {
  return page.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
}

/**
 * @param {string} url
 * @param {RequestInit} init
 * @returns {Promise<string>}
 */
async function answer(url, init) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin) throw new Refusal(UNSAID, 0);
  /** @type {Response} */
  let response;
  try {
    // JSON first, so that a refusal is one sentence and not a page; pieces of pages come as HTML all the same.
    const headers = { Accept: "application/json, text/html;q=0.9", ...init.headers };
    response = await fetch(address, { ...init, headers, redirect: "manual" });
  } catch {
    throw new Refusal(UNREACHED, 0);
  }
  if (response.type === "opaqueredirect") {
    // A form that was taken leads on, and its page is not wanted here; a page that leads on leads to the front door.
    if (init.method === "POST") return "";
    throw new Refusal(SIGNED_OUT, 401);
  }
  if (!response.ok) throw new Refusal(await sentence(response), response.status);
  return response.text();
}

/**
 * @param {Response} response
 * @returns {Promise<string>}
 */
async function sentence(response) {
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return UNSAID;
  const given = await response.json().catch(() => null);
  return given?.error?.sentence ?? UNSAID;
}
