/** Named people for the tests of the ring and the roster. */
const NAMES = ["Maren Oduya", "Ines Caldeira", "Priya Raman", "Jonah Feld", "Aoife Byrne", "Samuel Adeyemi", "Hana Kobayashi"];

export function person(order, more = {}) {
  const name = NAMES[order] ?? `Guest${order} Somebody`;
  const initials = name.split(" ").map((word) => word[0]).join("");
  return { id: `p${order}`, name, initials, teacher: order === 0, away: false, order, ...more };
}

/** So many people in the order of arrival; the first is the teacher, the second is the viewer ("p1"). */
export function people(count) {
  return Array.from({ length: count }, (_, order) => person(order));
}

/** The same without a teacher; the viewer is "p1". */
export function peers(count) {
  return Array.from({ length: count }, (_, index) => person(index + 1, { teacher: false }));
}
