// @ts-check
/**
 * The live line to the house: one for each page, over which commands are answered and facts arrive.
 * A fact is only a signal; what it is about is fetched by HTTP. A line that is lost comes back by itself, after a
 * pause that differs from page to page, so that a house that starts again is not stormed. It ends for good only when
 * the house says that this person is signed out.
 */

/** @typedef {"live" | "not-live" | "ended"} State */
/** @typedef {{kind: "connected"} | {kind: "lost"} | {kind: "refused", message: string}} Happening */

export const FIRST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 5000;
export const JITTER = 0.5;
const PATIENCE_MS = 5000;
const SIGNED_OUT = "signed out";
/** @type {string} so that nobody checks the types of another's script */
const CLIENT = "./vendor/socket.io.esm.min.js";
const UNREACHED = "We could not reach the house just now. Try again in a moment.";

/** A command that was not done; `kind` is the server's word for why, or ours: "not_live", "no_answer". */
export class Refused extends Error {
  /** @param {{kind: string, message: string}} why */
  constructor({ kind, message }) {
    super(message);
    this.kind = kind;
  }
}

/** @type {Promise<import("./types/sit").Live> | null} */
let line = null;

/**
 * Give the page's line, opened at the first asking; the client is fetched only then. It may not be live yet: ask
 * `onState`, which also tells at once how it stands.
 * @param {() => Promise<{io: (options: object) => any}>} [load]
 * @returns {Promise<import("./types/sit").Live>}
 */
export function connect(load = () => import(CLIENT)) {
  line ??= load().then(({ io }) => open(io), (error) => {
    line = null; // the next asking tries again
    throw error;
  });
  return line;
}

/**
 * Open a line with a Socket.IO client.
 * @param {(options: object) => any} io
 * @returns {import("./types/sit").Live}
 */
export function open(io) {
  const socket = io({
    transports: ["websocket"],
    reconnectionDelay: FIRST_PAUSE_MS,
    reconnectionDelayMax: LONGEST_PAUSE_MS,
    randomizationFactor: JITTER,
    timeout: PATIENCE_MS,
  });
  /** @type {State} */
  let state = "not-live";
  let tries = 0;
  /** @type {Set<(state: State) => void>} */
  const listeners = new Set();

  /** @param {Happening} happening */
  const happen = (happening) => {
    const next = stateAfter(state, happening);
    if (next === state) return;
    state = next;
    if (state === "live") tries = 0;
    for (const listener of [...listeners]) listener(state);
    if (state === "ended") socket.disconnect();
  };
  // The client comes back by itself from a lost network, but not when the house has closed or refused the line.
  const comeBack = () => {
    if (state === "ended") return;
    setTimeout(() => { if (state !== "ended" && !socket.connected) socket.connect(); }, pauseBefore(tries));
    tries += 1;
  };

  socket.on("connect", () => happen({ kind: "connected" }));
  socket.on("disconnect", (/** @type {string} */ reason) => {
    happen({ kind: "lost" });
    if (reason === "io server disconnect") comeBack();
  });
  socket.on("connect_error", (/** @type {Error} */ error) => {
    happen({ kind: "refused", message: error.message });
    if (!socket.active) comeBack();
  });

  return {
    async command(name, payload, timeoutMs = PATIENCE_MS) {
      if (state !== "live") throw new Refused({ kind: "not_live", message: UNREACHED });
      let answer;
      try {
        answer = await socket.timeout(timeoutMs).emitWithAck(name, payload);
      } catch {
        throw new Refused({ kind: "no_answer", message: UNREACHED });
      }
      return granted(answer);
    },
    on(event, fn) {
      socket.on(event, fn);
      return () => socket.off(event, fn);
    },
    onState(fn) {
      listeners.add(fn);
      fn(state);
      return () => listeners.delete(fn);
    },
  };
}

/**
 * How the line stands after something has happened; what has ended stays so.
 * @param {State} state
 * @param {Happening} happening
 * @returns {State}
 */
export function stateAfter(state, happening) {
  if (state === "ended") return "ended";
  if (happening.kind === "connected") return "live";
  return happening.kind === "refused" && happening.message === SIGNED_OUT ? "ended" : "not-live";
}

/**
 * How long to wait before a try: twice as long each time, never over the longest, and never all at the same moment.
 * @param {number} tries how many have failed before
 * @param {number} [chance] from 0 to 1
 */
export function pauseBefore(tries, chance = Math.random()) {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10));
  return Math.round(pause * (1 + JITTER * (2 * chance - 1)));
}

/**
 * Give an answer that grants, or throw what it says.
 * @param {any} answer
 * @throws {Refused}
 */
export function granted(answer) {
  if (answer?.ok === true) return answer;
  throw new Refused({ kind: answer?.error?.kind ?? "no_answer", message: answer?.error?.message ?? UNREACHED });
}
