// @ts-check
/**
 * A sit of one's own in time: the plan knows only seconds from its first bell, and this says when that is. Where it was
 * begun is remembered in this browser's session, for whoever is signed in, so that a page loaded anew goes on.
 */

import { keep, recall } from "./panel.js";

/** @typedef {import("../types/sit").AloneData} AloneData */
/** @typedef {import("../types/sit").RoomData} RoomData */
/** @typedef {{starts_ms: number, key: string}} Begun the first bell, and what the sit is called until the journal has it */

const BEGUN = "sit.alone";
/** Nobody has begun: the first bell is as good as never. */
const NEVER = 1e14;

/**
 * The course of the sit if its first bell is at this moment.
 * @param {AloneData} data
 * @param {number} [starts] epoch milliseconds; left out, it has not begun
 * @returns {RoomData}
 */
export function courseFrom(data, starts = NEVER) {
  const { bells, edges, phases, ...rest } = data;
  return {
    ...rest,
    now_ms: 0,
    starts_ms: starts,
    bells: bells.map((bell) => ({ ...bell, at_ms: bell.at_ms + starts })),
    edges: edges.map((edge) => edge + starts),
    phases: phases.map((phase) => ({ ...phase, from_ms: phase.from_ms + starts })),
  };
}

/**
 * When the first bell is, for one who begins now: after a few breaths.
 * @param {AloneData} data
 * @param {number} now epoch milliseconds
 */
export function firstBell({ phases }, now) {
  return now - phases[0].from_ms;
}

/**
 * @param {AloneData} data
 * @param {string} whose
 * @param {Begun} begun
 */
export function remember({ practice, version }, whose, begun) {
  keep("sessionStorage", BEGUN, JSON.stringify({ whose, practice, version, ...begun }));
}

/** Nothing is under way here any more. */
export function forget() {
  keep("sessionStorage", BEGUN, "");
}

/**
 * The sit with this very plan that is still under way; null where there is none.
 * @param {AloneData} data
 * @param {string} whose
 * @param {number} now
 * @returns {Begun | null}
 */
export function underWay({ practice, version, phases }, whose, now) {
  const begun = JSON.parse(recall("sessionStorage", BEGUN) || "null");
  const same = begun && begun.whose === whose && begun.practice === practice && begun.version === version;
  if (!same || now >= begun.starts_ms + phases[phases.length - 1].from_ms) return null;
  return { starts_ms: begun.starts_ms, key: begun.key };
}
