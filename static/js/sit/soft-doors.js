// @ts-check
/** Soft doors: when to knock again, and what to say until then. Pure; all times in milliseconds of the server's clock. */

import { clockOf } from "./phases.js";

/** The server lets people in from five seconds before an edge, so that they are seated when the circle catches up. */
const OPEN_AHEAD = 5_000;
const SOONEST_AHEAD = 4_000;
const SPREAD = 2_500;

/**
 * @param {number[]} edges
 * @param {number} server now
 * @returns {number | undefined} the edge to wait for
 */
export function nextEdge(edges, server) {
  return edges.find((edge) => edge - OPEN_AHEAD > server);
}

/**
 * How long to wait before knocking again: not all who wait at the same moment.
 * @param {number[]} edges
 * @param {number} server now
 * @param {number} chance from 0 to 1
 */
export function knockIn(edges, server, chance) {
  const edge = nextEdge(edges, server);
  return edge === undefined ? OPEN_AHEAD : edge - SOONEST_AHEAD + chance * SPREAD - server;
}

/**
 * @param {number[]} edges
 * @param {number} server now
 * @param {string} [zone] the reader's
 * @returns {[string, string]} a heading and a note
 */
export function waitingWords(edges, server, zone) {
  const edge = nextEdge(edges, server) ?? server;
  return [`The doors open again at ${clockOf(edge, zone)}`, "They are soft here while people sit. Wait as long as you like: this page lets you in by itself."];
}
