// @ts-check
/**
 * The keeper: a service worker by which the room of a sit, and "Ninety seconds", open while the house cannot be reached.
 * It asks the house first, every time. What it has to give instead was put aside by the page itself (sit/copy.js) for
 * the person who was signed in there; a house that answers with a way out or a refusal makes it forget.
 */
{
  /** A house that is silent for so long is not there. */
  const PATIENCE = 4_000;
  const keeper = /** @type {any} */ (self);
  /** The one page that this registration is about. */
  const place = new URL(keeper.registration.scope).pathname;

  const forget = async () => {
    await caches.delete(`kept ${place}`);
    await keeper.registration.unregister();
  };

  const copy = async () => {
    const found = await caches.match(place, { ignoreVary: true });
    const until = found?.headers.get("X-Kept-Until");
    if (!until || Date.now() < Number(until)) return found;
    await forget();
    return undefined;
  };

  /** @param {Request} request */
  const page = async (request) => {
    const asked = fetch(request);
    const reached = asked.catch(() => null);
    const answer = await Promise.race([reached, new Promise((late) => setTimeout(late, PATIENCE, null))]);
    if (answer && answer.status < 500) {
      if (!answer.ok) await forget();
      return answer;
    }
    return (await copy()) ?? asked;
  };

  /** Files bear the mark of their contents in their address: a kept one is as good as any. @param {Request} request */
  const file = async (request) => (await caches.match(request.url, { ignoreVary: true })) ?? fetch(request);

  keeper.addEventListener("install", () => keeper.skipWaiting());
  keeper.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(keeper.clients.claim()));
  keeper.addEventListener("fetch", (/** @type {any} */ event) => {
    const { method, mode, url } = event.request;
    const { origin, pathname } = new URL(url);
    if (method !== "GET" || origin !== location.origin) return;
    if (mode === "navigate" && pathname === place) event.respondWith(page(event.request));
    else if (pathname.startsWith("/static/")) event.respondWith(file(event.request));
  });
}
