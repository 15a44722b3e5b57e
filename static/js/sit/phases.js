// @ts-check
/**
 * Where a sit stands, from the list of phases that arrived with the join. Pure: time goes in as server milliseconds.
 * Intervals are half-open: at the very moment of an edge the later phase has begun.
 */

import { capital, several } from "./company.js";

/** @typedef {import("../types/sit").PhaseFrom} PhaseFrom */
/** @typedef {import("../types/sit").Plan} Plan */

const MINUTE = 60_000;
/** After an edge the ring may catch up with who came and went for this long. */
const EDGE_OPEN = 5_000;
/** Words of the plan are there for this long, then they fade: time to read 140 letters slowly, and to let go of them. */
export const CUE_SHOWN = 20_000;

/**
 * @param {PhaseFrom[]} phases in order of time
 * @param {number} now
 * @returns {PhaseFrom}
 */
export function phaseAt(phases, now) {
  let found = phases[0] ?? { phase: "scheduled", from_ms: now };
  if (now < found.from_ms) return { phase: "scheduled", from_ms: -Infinity };
  for (const one of phases) if (one.from_ms <= now) found = one;
  return found;
}

/** @param {string} phase */
export function isSilent(phase) {
  return phase === "sitting" || phase === "closing_bell";
}

/** @param {string} phase */
export function isOpen(phase) {
  return phase !== "scheduled" && phase !== "closed";
}

/**
 * May the ring change now? Outside silence always; in silence only just after an edge.
 * @param {string} phase
 * @param {number[]} edges
 * @param {number} now
 */
export function mayChange(phase, edges, now) {
  return !isSilent(phase) || edges.some((edge) => edge <= now && now < edge + EDGE_OPEN);
}

/**
 * The part of the sit that has passed, 0 to 1.
 * @param {{starts_ms: number, plan?: Plan | null, phases: PhaseFrom[]}} sit
 * @param {number} now
 */
export function elapsed(sit, now) {
  return Math.max(0, Math.min(1, (now - sit.starts_ms) / lengthOf(sit)));
}

/**
 * Milliseconds from the first bell to the closing bell.
 * @param {{starts_ms: number, plan?: Plan | null, phases: PhaseFrom[]}} sit
 */
export function lengthOf({ starts_ms, plan, phases }) {
  const closing = phases.find(({ phase }) => phase === "closing_bell");
  if (closing) return closing.from_ms - starts_ms;
  return (plan?.total_s ?? 1) * 1000;
}

/**
 * A moment as the clock on the wall of the reader says it: in the zone of their profile, as everywhere in the house,
 * or this machine's where the browser does not know that one.
 * @param {number} moment
 * @param {string} [zone]
 * @returns {string}
 */
export function clockOf(moment, zone) {
  try {
    return new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  } catch {
    return clockOf(moment);
  }
}

/** @typedef {{large: string, quiet: string, cue: string}} CentreWords */

/**
 * The words in the middle of the ring: a large line with a quiet one under it, or words of the plan.
 * @param {PhaseFrom} at
 * @param {number} now
 * @param {{starts_ms: number, plan?: Plan | null}} sit
 * @returns {CentreWords}
 */
export function centreWords(at, now, sit) {
  const say = (large = "", quiet = "", cue = "") => ({ large, quiet, cue });
  if (at.phase === "sitting") return say("", "", cueText(at, now, sit.plan));
  if (at.phase === "closing_bell") return say();
  if (at.phase === "circle") return say("The circle", "stay a while, if you like");
  if (at.phase === "closed") return say("Thank you", "for sitting together");
  return say(waiting(sit.starts_ms - now), "until the first bell");
}

/**
 * "Four minutes" for anything nearer to four than to three or five; within the last one "A moment". What is far off is
 * told in few words, since the ring is small: days, then weeks, then months.
 * @param {number} left
 */
function waiting(left) {
  const minutes = Math.round(left / MINUTE);
  if (left <= MINUTE) return "A moment";
  if (minutes < 60) return capital(several(minutes, "minute", "minutes"));
  if (minutes < 48 * 60) return capital(several(Math.round(minutes / 60), "hour", "hours"));
  const days = Math.round(minutes / 1440);
  if (days < 14) return capital(several(days, "day", "days"));
  if (days < 61) return capital(several(Math.round(days / 7), "week", "weeks"));
  return capital(several(Math.round(days / 30.44), "month", "months"));
}

/**
 * What is written to stays as long as one writes; everything else that is said fades.
 * @param {PhaseFrom} at
 * @param {number} now
 * @param {Plan | null | undefined} plan
 */
function cueText(at, now, plan) {
  const segment = at.segment == null ? null : plan?.segments[at.segment];
  if (!segment?.text || (segment.kind !== "write" && now >= at.from_ms + CUE_SHOWN)) return "";
  return segment.text;
}

/**
 * Milliseconds until the room next has something new to draw: an edge, another minute in the words, words that fade, or
 * ink.
 * @param {{starts_ms: number, phases: PhaseFrom[]}} sit
 * @param {number} now
 * @param {boolean} still less motion is wanted: ink moves once a minute
 */
export function nextChange({ phases, starts_ms }, now, still) {
  const edges = phases.flatMap(({ from_ms, phase }) => (phase === "sitting" ? [from_ms, from_ms + CUE_SHOWN] : [from_ms]));
  const waits = edges.map((edge) => edge - now).filter((wait) => wait > 0);
  const before = now < starts_ms;
  const step = before || still ? MINUTE : 15_000;
  const passed = now - starts_ms - (before ? MINUTE / 2 : 0);
  return Math.min(...waits, step - (((passed % step) + step) % step));
}
