// @ts-check
/** The small ring on a card: who is seated already, and a seat that is yours to take. */

import { RingDrawing } from "../sit/draw.js";
import { capital, countOf, several } from "../sit/company.js";
import { ring } from "../sit/ring.js";

export const selector = "[data-ring]";

/**
 * Draw into the element: an svg.ring, or a place to put one. Its words, if it has some, stay.
 * @param {HTMLElement | SVGElement} element data-ring holds the seats, or {sit, seats, others, you, free}
 */
export function mount(element) {
  const given = JSON.parse(element.dataset.ring ?? "[]");
  const { sit = "", seats, others = 0, you = null, free = 0 } = Array.isArray(given) ? { seats: given } : given;
  const people = seats.map(personOf);
  const geometry = ring({ people, you, sit, free, others, small: true });
  const svg = element instanceof SVGElement ? element : document.createElementNS("http://www.w3.org/2000/svg", "svg");
  if (svg !== element) element.replaceChildren(svg);
  svg.classList.add("ring");
  const sentence = svg.getAttribute("aria-label") ?? element.getAttribute("aria-label") ?? sentenceFor(countOf(geometry), you);
  if (svg !== element) element.removeAttribute("aria-label");
  new RingDrawing(svg).draw({ geometry, sentence });
}

/**
 * @param {Partial<import("../types/sit").Person>} seat
 * @param {number} index
 * @returns {import("../types/sit").Person}
 */
function personOf(seat, index) {
  const { id = `${seat.name ?? seat.initials ?? ""}${index}`, name = null, initials = null, teacher = false } = seat;
  return { id, name, initials, teacher, away: false, order: seat.order ?? index };
}

/**
 * @param {number} count
 * @param {string | null} you
 */
function sentenceFor(count, you) {
  const arrived = count ? `${capital(several(count, "person has", "people have"))} arrived` : "Nobody has arrived yet";
  return you ? `${arrived}.` : `${arrived}; one seat is free for you.`;
}
