// @ts-check
/**
 * The ring of a sit, as numbers. Pure: the same people give the same places, in any browser, at any time.
 *
 * The space is 800 × 800 with its centre at (400, 400). The teacher sits behind the bell at the top, the viewer
 * across from it; everybody else fills right and left in turn. A place is a number that belongs to a cushion
 * (0 right of the bell, 1 left, 2 right again …). People without a `place` are seated in the order of arrival;
 * with one (see Seating) they keep it when others come and go.
 */

/** @typedef {import("../types/sit").Person} Person */
/** @typedef {import("../types/sit").Seat} Seat */
/** @typedef {{angle: number, radius: number, steady?: boolean}} Spot */

const MIDDLE = 400;
const TOP = -90;
/** Rows of a crowd, outside first: radius and cushion. */
const FAR_ROWS = [
  [352, 13],
  [314, 12],
  [278, 11.5],
  [243, 11],
];
const BENCH = { radius: 342, c: 23, half: 30, seats: 8 };
const CROWD_TEACHER = 346;
/** The line of time begins and ends this far from the middle of the bell. */
const GAP = 34;
/** Beyond this, names would lie on the next person's mat. */
const NAMES_FIT = 18;

/**
 * Lay out the ring.
 *
 * @param {object} given
 * @param {Person[]} given.people everybody whose seat is known, the viewer and the teacher among them
 * @param {string | null} [given.you] id of the viewer's seat; null draws a seat that is theirs to take
 * @param {string | null} [given.teacher] id of who sits by the bell; by default the first teacher to arrive
 * @param {string} [given.phase] "away" is shown in every phase but the silent ones
 * @param {string} [given.sit] with the person's id it turns and shifts a cushion a little, always the same way
 * @param {number} [given.free] free seats to draw
 * @param {number} [given.others] people who are here without a seat in `people`
 * @param {boolean} [given.small] a small ring on a card: closer, without names
 * @returns {import("../types/sit").Geometry}
 */
export function ring({ people, you = null, teacher, phase = "doors", sit = "", free = 0, others = 0, small = false }) {
  const arrived = [...people].sort((a, b) => a.order - b.order);
  const headId = teacher === undefined ? (arrived.find((person) => person.teacher)?.id ?? null) : teacher;
  const head = arrived.find((person) => person.id === headId) ?? null;
  const self = arrived.find((person) => person.id === you && person !== head) ?? null;
  const rest = placed(arrived.filter((person) => person !== head && person !== self));
  const offer = phase !== "closed" || self !== null;
  const scene = { head, self, rest, you, sit, small, offer, silent: phase === "sitting" || phase === "closing_bell" };
  return arrived.length + others > 64 ? crowdRing(scene, others) : rowsRing(scene, free, others);
}

/** @typedef {{head: Person | null, self: Person | null, rest: Map<number, Person>, you: string | null, sit: string, small: boolean, offer: boolean, silent: boolean}} Scene */

/**
 * Give everybody a place: their own where they have one, else the lowest that nobody holds.
 * @param {Person[]} people
 */
function placed(people) {
  /** @type {Map<number, Person>} */
  const rest = new Map();
  for (const person of people) if (person.place !== undefined) rest.set(person.place, person);
  let next = 0;
  for (const person of people) {
    if (rest.get(person.place ?? -1) === person) continue;
    while (rest.has(next)) next += 1;
    rest.set(next, person);
  }
  return rest;
}

/**
 * One row up to 24 seats, two rows up to 64.
 * @param {Scene} scene
 * @param {number} free
 * @param {number} others
 */
function rowsRing(scene, free, others) {
  const { head, self, rest, you, small } = scene;
  const across = head !== null && head.id === you;
  const places = Math.max(rest.size + free, ...[...rest.keys()].map((place) => place + 1));
  const all = (head ? 1 : 0) + (across ? 0 : 1) + places;
  const size = rowSize(all, small);
  const spots = all > 24 ? twoRows(places, across, size.radius) : oneRow(places, across, size.radius);
  const named = !small && all <= NAMES_FIT;
  /** @type {Seat[]} */
  const seats = [];
  const add = (/** @type {Person | null} */ person, /** @type {Spot} */ spot, /** @type {string} */ key) =>
    seats.push(seat({ scene, person, spot, key, c: size.c, named }));
  if (head || all > 1) add(head, { angle: TOP, radius: size.radius }, "top");
  if (!across && scene.offer) add(self, { angle: -TOP, radius: size.radius }, "yours");
  spots.forEach((spot, place) => add(rest.get(place) ?? null, spot, `free:${place}`));
  const { radius, half, floor, line } = size;
  return { radius, half, floor, line, crowd: false, seats, far: [], bench: null, others, free: places - rest.size };
}

/**
 * The circle draws closer when few are here.
 * @param {number} all
 * @param {boolean} small
 */
function rowSize(all, small) {
  if (all > 24) return { radius: 334, c: 25, half: 396, floor: 396, line: 194 };
  const full = all <= 3 ? 215 : all <= 8 ? 262 : 316;
  const radius = small ? full - 12 : full;
  const c = Math.min(all <= 8 ? 38 : 34, (0.36 * 2 * Math.PI * radius) / all);
  return { radius, c, half: radius + (small ? 54 : 76), floor: radius + 76, line: radius - 94 };
}

/**
 * Right and left in turn, evenly on each side; when the viewer is the teacher, the first place is across.
 * @param {number} places
 * @param {boolean} across
 * @param {number} radius
 * @returns {Spot[]}
 */
function oneRow(places, across, radius) {
  const sides = across ? Math.max(places - 1, 0) : places;
  const right = Math.ceil(sides / 2);
  const left = sides - right;
  const spots = Array.from({ length: sides }, (_, place) => {
    const step = Math.floor(place / 2) + 1;
    const angle = place % 2 ? TOP - (180 * step) / (left + 1) : TOP + (180 * step) / (right + 1);
    return { angle, radius };
  });
  return across && places ? [{ angle: -TOP, radius }, ...spots] : spots;
}

/**
 * Six in ten sit outside, the bell's and the viewer's seats among them; the inner row is off by half a seat.
 * @param {number} places
 * @param {boolean} across
 * @param {number} radius
 * @returns {Spot[]}
 */
function twoRows(places, across, radius) {
  const reserved = across ? 1 : 2;
  const outside = Math.round(0.6 * (places + reserved)) - reserved;
  const inside = places - outside;
  const inner = Array.from({ length: inside }, (_, place) => {
    const step = (Math.floor(place / 2) + 0.5) * (360 / inside);
    return { angle: place % 2 ? TOP - step : TOP + step, radius: 260, steady: true };
  });
  return [...oneRow(outside, across, radius), ...inner];
}

/**
 * Sixty-five and more: plain cushions in four rows, and one long mat for people of one's own.
 * @param {Scene} scene
 * @param {number} others
 */
function crowdRing(scene, others) {
  const { head, self, you, sit, silent } = scene;
  const people = [...scene.rest.values()];
  const across = head !== null && head.id === you;
  const beside = benchOf(people);
  const onMat = (/** @type {Person | null} */ person, /** @type {number} */ angle) => {
    const spot = { angle, radius: BENCH.radius, steady: true };
    /** @type {Seat} */
    const made = { ...seat({ scene, person, spot, key: "yours", c: BENCH.c, named: false }), turn: null };
    return made;
  };
  const angles = [...beside.keys()].map((place) => matAngle(across ? place - 1 : place));
  const seats = [...beside.values()].map((person, index) => onMat(person, angles[index]));
  if (!across && scene.offer) seats.unshift(onMat(self, -TOP));
  const top = { angle: TOP, radius: CROWD_TEACHER, steady: true };
  seats.unshift(seat({ scene, person: head, spot: top, key: "top", c: BENCH.c, named: false }));
  const near = new Set(beside.values());
  const { far, left } = farSeats(people.filter((person) => !near.has(person)), sit, silent);
  const bench = benchPath(Math.max(-TOP, ...angles), Math.min(-TOP, ...angles));
  return { radius: 352, half: 396, floor: 396, line: 188, crowd: true, seats, far, bench, others: others + left, free: 0 };
}

/**
 * Left and right of the viewer in turn; the place before the first is the middle of the mat.
 * @param {number} place
 */
function matAngle(place) {
  const step = ((2.54 * BENCH.c) / BENCH.radius) * (180 / Math.PI);
  return place < 0 ? -TOP : -TOP + (place % 2 ? -1 : 1) * (Math.floor(place / 2) + 1) * step;
}

/**
 * Who sits beside the viewer: those marked as near, else the first who showed more than "one more person".
 * Their `place` counts along the mat, left first.
 * @param {Person[]} people
 */
function benchOf(people) {
  const marked = people.filter((person) => person.near);
  const chosen = marked.length ? marked : people.filter((person) => person.initials !== null);
  const known = marked.length > 0 && marked.every((person) => (person.place ?? BENCH.seats) < BENCH.seats);
  return new Map(chosen.slice(0, BENCH.seats).map((person, index) => [known ? Number(person.place) : index, person]));
}

/**
 * @param {number} from
 * @param {number} to
 */
function benchPath(from, to) {
  const [start, end] = [point(from, BENCH.radius), point(to, BENCH.radius)];
  return `M${start.x} ${start.y}A${BENCH.radius} ${BENCH.radius} 0 0 0 ${end.x} ${end.y}`;
}

/**
 * Seat people in the rows of a crowd; `left` is how many found no cushion.
 * @param {Person[]} people
 * @param {string} sit
 * @param {boolean} silent
 */
function farSeats(people, sit, silent) {
  const spots = farSpots();
  /** @type {Map<number, Person>} */
  const taken = new Map();
  const unplaced = people.filter((person) => {
    const at = person.near ? -1 : (person.place ?? -1);
    if (at < 0 || at >= spots.length || taken.has(at)) return true;
    taken.set(at, person);
    return false;
  });
  let next = 0;
  for (const person of unplaced) {
    while (taken.has(next)) next += 1;
    if (next >= spots.length) break;
    taken.set(next, person);
  }
  const far = [...taken].map(([at, person]) => {
    const { x, y, r } = spots[at];
    const [sideways, along] = chance(sit, person.id);
    return { key: person.id, x: tenth(x + 1.4 * sideways), y: tenth(y + 1.4 * along), r, away: person.away && !silent };
  });
  return { far, left: people.length - far.length };
}

/**
 * Every place for a plain cushion, in the order they are taken: rows from the outside in, each row scattered, so
 * that a row half full looks open rather than broken off. Room is kept for the teacher and a full mat.
 */
export function farSpots() {
  return FAR_ROWS.flatMap(([radius, r], row) => {
    const count = Math.floor((2 * Math.PI * radius) / (2.5 * r));
    const spots = Array.from({ length: count }, (_, index) => {
      const angle = TOP + ((index + (row % 2) / 2) * 360) / count;
      return { ...exactly(angle, radius), r };
    });
    return scattered(spots).filter(({ x, y }) => clear(x, y, r));
  });
}

/**
 * Order a row by steps of the golden section: each next seat falls into the widest gap.
 * @template T
 * @param {T[]} row
 */
function scattered(row) {
  const golden = (Math.sqrt(5) - 1) / 2;
  const turn = row.map((_, index) => ({ index, at: (index * golden) % 1 }));
  turn.sort((a, b) => a.at - b.at);
  /** @type {T[]} */
  const ordered = [];
  turn.forEach(({ index }, position) => (ordered[index] = row[position]));
  return ordered;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
function clear(x, y, r) {
  const teacher = exactly(TOP, CROWD_TEACHER);
  if (Math.hypot(x - teacher.x, y - teacher.y) < 1.27 * BENCH.c + r) return false;
  const reach = ((BENCH.seats / 2) * 2.54 * BENCH.c) / BENCH.radius;
  const angle = Math.atan2(x - MIDDLE, y - MIDDLE);
  const nearest = Math.max(-reach, Math.min(reach, angle));
  const onMat = { x: MIDDLE + BENCH.radius * Math.sin(nearest), y: MIDDLE + BENCH.radius * Math.cos(nearest) };
  return Math.hypot(x - onMat.x, y - onMat.y) >= BENCH.half + r;
}

/**
 * One cushion, with or without a person.
 * @param {{scene: Scene, person: Person | null, spot: Spot, key: string, c: number, named: boolean}} given
 * @returns {Seat}
 */
function seat({ scene, person, spot, key, c, named }) {
  const [shift, twist] = chance(scene.sit, person ? person.id : key);
  const { x, y } = point(spot.angle, spot.radius + (spot.steady ? 0 : 4 * shift));
  const you = person !== null && person.id === scene.you;
  const above = y < MIDDLE;
  const reach = matReach(spot.angle, c) + 8;
  return {
    key: person ? person.id : key,
    id: person ? person.id : null,
    place: person?.place ?? null,
    x,
    y,
    c: tenth(c),
    turn: tenth(spot.angle - TOP + 4 * twist),
    free: person === null,
    yours: person === null && key === "yours",
    you,
    teacher: key === "top" && person !== null,
    away: person !== null && person.away && !scene.silent,
    initials: scene.small ? "" : (person?.initials ?? ""),
    name: you && !scene.small ? "you" : named && person ? shortName(person.name) : "",
    nameY: tenth(above ? -reach : reach + (spot.radius === BENCH.radius ? 16 : 12)),
  };
}

/**
 * The name under a cushion: the first one, as one calls a person.
 * @param {string | null} name
 */
export function shortName(name) {
  const first = (name ?? "").trim().split(/\s+/)[0];
  return first.length > 12 ? `${first.slice(0, 11)}…` : first;
}

/**
 * How far a turned mat reaches up or down from its middle.
 * @param {number} angle
 * @param {number} c
 */
function matReach(angle, c) {
  const turn = ((angle - TOP) * Math.PI) / 180;
  const corner = 0.46 * c;
  return Math.abs(Math.sin(turn)) * (1.27 * c - corner) + Math.abs(Math.cos(turn)) * (1.25 * c - corner) + corner;
}

/**
 * The line of ink that leaves the bell and comes back to it.
 *
 * @param {object} given
 * @param {number} given.line its radius
 * @param {number} given.elapsed the part of the sit that has passed, 0 to 1
 * @param {number[]} [given.bells] parts at which a bell rings on the way
 * @returns {import("../types/sit").Time}
 */
export function strokeOfTime({ line, elapsed, bells = [] }) {
  const from = (GAP / line) * (180 / Math.PI);
  const sweep = 360 - 2 * from;
  const part = Math.max(0, Math.min(1, elapsed));
  const on = (/** @type {number} */ at, radius = line) => point(TOP + from + at * sweep, radius);
  const ticks = bells.filter((at) => at > 0 && at < 1).map((at) => ({ ...on(at), rung: at <= part }));
  if (part === 0) return { path: "", ember: null, ticks };
  const end = part * sweep;
  const steps = Math.max(1, Math.ceil(end / 2));
  const outside = [];
  const inside = [];
  for (let step = 0; step <= steps; step += 1) {
    const degrees = Math.min(2 * step, end);
    const width = brush(degrees, end);
    const waver = 0.9 * Math.sin(degrees / 31);
    outside.push(on(degrees / sweep, line + waver + width / 2));
    inside.unshift(on(degrees / sweep, line + waver - width / 2));
  }
  const path = `M${[...outside, ...inside].map(({ x, y }) => `${x} ${y}`).join("L")}Z`;
  return { path, ember: part < 1 ? on(part) : null, ticks };
}

/**
 * A brush, not a gauge: the width of the ink `t` degrees from the bell, thin at both ends.
 * @param {number} t
 * @param {number} end
 */
export function brush(t, end) {
  const width = 2.5 + 1.25 * Math.sin(t / 46 + 0.5) + 0.55 * Math.sin(t / 13 + 1) + 0.3 * Math.sin(t / 5.3);
  return 1.5 * width * Math.min(1, 0.34 + 0.15 * t, 0.38 + 0.065 * (end - t));
}

/**
 * The faint circle that the ink will follow, open where the bell stands.
 * @param {number} line
 */
export function hourPath(line) {
  const from = (GAP / line) * (180 / Math.PI);
  const [start, end] = [point(TOP + from, line), point(TOP - from, line)];
  return `M${start.x} ${start.y}A${line} ${line} 0 1 1 ${end.x} ${end.y}`;
}

/**
 * Two numbers between -1 and 1 that belong to this person in this sit (FNV-1a), so that a cushion never jumps.
 * @param {string} sit
 * @param {string} id
 */
export function chance(sit, id) {
  let hash = 0x811c9dc5;
  for (const letter of `${sit} ${id}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return [(hash & 0xffff) / 0x7fff - 1, (hash >>> 16) / 0x7fff - 1].map((part) => Math.min(1, part));
}

/**
 * @param {number} angle degrees, 0 to the right, clockwise
 * @param {number} radius
 */
function exactly(angle, radius) {
  const turn = (angle * Math.PI) / 180;
  return { x: MIDDLE + radius * Math.cos(turn), y: MIDDLE + radius * Math.sin(turn) };
}

/**
 * @param {number} angle
 * @param {number} radius
 */
function point(angle, radius) {
  const { x, y } = exactly(angle, radius);
  return { x: tenth(x), y: tenth(y) };
}

/** @param {number} value */
function tenth(value) {
  return Math.round(value * 10) / 10;
}
