// @ts-check
/**
 * Puts a page aside for the keeper (keeper.js), so that it opens again while the house is away. A room is put aside
 * without anybody else in it, for the person who is signed in, until the sit is over or somebody else's page is seen.
 */

import { keep, recall } from "./panel.js";

/** Whose rooms lie here; app.js compares it with whose page it is. */
const KEPT = "kept";
const SKEW = "sit.skew";
const NINETY = "/ninety-seconds";

function possible() {
  return "serviceWorker" in navigator && "caches" in window;
}

/** @param {string} place */
async function register(place) {
  await navigator.serviceWorker.register("/keeper.js", { scope: place, updateViaCache: "none" });
}

/** The files that this page is made of, and the worker that it starts. */
function filesOfThisPage() {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const ours = loaded.filter((name) => name.startsWith(`${location.origin}/static/`));
  return new Set([...ours, new URL("./pulse.js", import.meta.url).href]);
}

/**
 * @param {string} place the address at which the page will be asked for
 * @param {string} source where it is made for keeping
 * @param {RequestCredentials} credentials
 */
async function put(place, source, credentials) {
  const made = await fetch(source, { credentials, redirect: "error" });
  if (!made.ok) return;
  const body = await made.blob();
  await caches.delete(`kept ${place}`);
  const cache = await caches.open(`kept ${place}`);
  await cache.put(place, new Response(body, { headers: made.headers }));
  await cache.addAll([...filesOfThisPage()]);
}

/** Keep "Ninety seconds" as strangers see it: with nobody's name. */
export async function keepNinetySeconds() {
  if (!possible()) return;
  await register(NINETY);
  await put(NINETY, NINETY, "omit");
}

/** Keep it where it is not kept: a way out through "Sign out" takes all that a browser holds, and it too. */
export async function haveNinetySeconds() {
  if (possible() && !(await caches.has(`kept ${NINETY}`))) await keepNinetySeconds();
}

/** Keep the room of this page, and no other, as it is made for keeping. */
export async function keepRoom() {
  await keepPage(`${location.pathname}/copy`);
}

/**
 * Keep this page, and no other room.
 * @param {string} source where the house makes it for keeping
 */
export async function keepPage(source) {
  if (!possible()) return;
  const place = location.pathname;
  const whose = document.querySelector('meta[name="writer"]')?.getAttribute("content");
  if (!whose) return;
  await forgetRooms(place);
  keep("localStorage", KEPT, whose);
  await register(place);
  await put(place, source, "same-origin");
  await haveNinetySeconds();
}

/**
 * Forget every room that was kept here.
 * @param {string} [but] except the one at this address
 */
export async function forgetRooms(but) {
  if (!possible()) return;
  for (const name of await caches.keys()) if (isRoom(name.slice(KEPT.length + 1), but)) await caches.delete(name);
  for (const each of await navigator.serviceWorker.getRegistrations()) {
    if (isRoom(new URL(each.scope).pathname, but)) await each.unregister();
  }
  if (!but) localStorage.removeItem(KEPT);
}

/**
 * @param {string} place
 * @param {string} [but]
 */
function isRoom(place, but) {
  return place !== NINETY && place !== but;
}

/**
 * Note what the server's time is by this machine's wall clock: all that a page that is loaded anew can know of it while
 * the house is away.
 * @param {import("./clock.js").ServerClock} clock
 */
export function noteTime(clock) {
  keep("localStorage", SKEW, String(clock.serverAt(performance.now()) - Date.now()));
}

/** What was noted, as a sample of a rough probe: any real one is believed before it. */
export function notedTime() {
  const local = performance.now();
  const server = Date.now() + (Number(recall("localStorage", SKEW)) || 0);
  return { t0: local - 100, t1: server, t2: server, t3: local + 100 };
}
