// @ts-check
/**
 * Draws the ring: numbers from ring.js become SVG elements. What did not change is not touched, so nothing moves or
 * blinks; who sits down fades in where they sit. Only attributes and classes are set, never a style.
 */

import { hourPath } from "./ring.js";
import { folded } from "./company.js";

/** @typedef {import("../types/sit").Geometry} Geometry */
/** @typedef {import("../types/sit").Seat} Seat */
/** @typedef {import("../types/sit").Time} Time */

const SVG = "http://www.w3.org/2000/svg";
const WAVE_MS = 3_000;
let rings = 0;

export class RingDrawing {
  #svg;
  #parts;
  /** @type {Map<string, {element: SVGElement, shape: string}>} */
  #seats = new Map();
  /** @type {Map<string, {element: SVGElement, shape: string}>} */
  #far = new Map();
  #drawn = false;
  #waves = 0;

  /** @param {SVGElement} svg an empty svg.ring */
  constructor(svg) {
    this.#svg = svg;
    this.#parts = skeleton(svg);
  }

  /**
   * Draw what is new.
   * @param {{geometry: Geometry, time?: Time | null, words?: import("./phases.js").CentreWords | null, sentence?: string, stone?: import("../types/sit").StoneDrawn | null}} scene
   */
  draw({ geometry, time = null, words = null, sentence = "", stone = null }) {
    const { half } = geometry;
    change(this.#svg, { viewBox: `${400 - half} ${400 - half} ${2 * half} ${2 * half}` });
    if (sentence) change(this.#svg, { role: "img", "aria-label": sentence });
    this.#svg.classList.toggle("crowd", geometry.crowd);
    this.#floor(geometry);
    this.#people(geometry);
    if (time) this.#time(time);
    if (words) this.#words(words, geometry);
    this.#stone(stone);
    this.#drawn = true;
  }

  /** A bell: one slow ring of light from the bowl. */
  wave() {
    const { wave } = this.#parts;
    wave.classList.remove("sounding");
    wave.getBoundingClientRect();
    wave.classList.add("sounding");
    this.#waves += 1;
    const mine = this.#waves;
    setTimeout(() => this.#waves === mine && wave.classList.remove("sounding"), WAVE_MS);
  }

  /** @param {Geometry} geometry */
  #floor({ floor, line, bench }) {
    const { ground, hour, bowl, wave, mat } = this.#parts;
    change(ground, { r: floor });
    change(hour, { d: hourPath(line) });
    change(bowl, { transform: `translate(400 ${400 - line})` });
    change(wave, { cy: 400 - line });
    change(mat, { d: bench ?? "" });
  }

  /** @param {Geometry} geometry */
  #people({ seats, far }) {
    const place = (/** @type {Seat} */ seat) => `${seat.x} ${seat.y} ${seat.c} ${seat.turn} ${seat.free}`;
    this.#sync(this.#seats, this.#parts.seats, seats, place, cushion, clothe);
    const dot = (/** @type {import("../types/sit").FarSeat} */ seat) => `${seat.x} ${seat.y} ${seat.r}`;
    this.#sync(this.#far, this.#parts.far, far, dot, plainCushion, (element, { away }) =>
      element.classList.toggle("is-away", away),
    );
  }

  /**
   * Keep the elements of those who stay where they are, make those who came, take away those who went.
   * @template {{key: string}} T
   * @param {Map<string, {element: SVGElement, shape: string}>} known
   * @param {SVGElement} parent
   * @param {T[]} wanted
   * @param {(seat: T) => string} shapeOf
   * @param {(seat: T) => SVGElement} make
   * @param {(element: SVGElement, seat: T) => void} dress
   */
  #sync(known, parent, wanted, shapeOf, make, dress) {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { element }] of known) {
      if (keys.has(key)) continue;
      element.remove();
      known.delete(key);
    }
    for (const seat of wanted) {
      const shape = shapeOf(seat);
      const before = known.get(seat.key);
      if (before?.shape !== shape) {
        const element = make(seat);
        if (this.#drawn) element.classList.add("settles");
        before ? before.element.replaceWith(element) : parent.append(element);
        known.set(seat.key, { element, shape });
      }
      dress(/** @type {{element: SVGElement}} */ (known.get(seat.key)).element, seat);
    }
  }

  /** @param {Time} time */
  #time({ path, ember, ticks }) {
    const { burnt, halo, spark, marks } = this.#parts;
    change(burnt, { d: path });
    for (const one of [halo, spark]) {
      one.classList.toggle("gone", ember === null);
      if (ember) change(one, { cx: ember.x, cy: ember.y });
    }
    while (marks.childElementCount > ticks.length) marks.lastElementChild?.remove();
    while (marks.childElementCount < ticks.length) make("circle", { r: 5 }, marks);
    ticks.forEach(({ x, y, rung }, index) => {
      change(marks.children[index], { cx: x, cy: y, class: rung ? "tick rung" : "tick" });
    });
  }

  /** The stone lies at the mat of whoever has it; where it goes next is dashed. @param {import("../types/sit").StoneDrawn | null} stone */
  #stone(stone) {
    const { glow, held, next } = this.#parts;
    glow.classList.toggle("gone", !stone?.glow);
    if (stone?.glow) change(glow, { cx: stone.glow.x, cy: stone.glow.y, r: stone.glow.r });
    for (const [element, place] of /** @type {const} */ ([[held, stone?.held], [next, stone?.next]])) {
      element.classList.toggle("gone", !place);
      if (place) change(element, { rx: place.rx, ry: place.ry, transform: `translate(${place.x} ${place.y}) rotate(${place.turn})` });
    }
  }

  /**
   * @param {import("./phases.js").CentreWords} said
   * @param {Geometry} geometry
   */
  #words({ large, quiet, cue }, { crowd, others, line, half }) {
    const { words } = this.#parts;
    const lines = large ? largeLines(large, quiet, crowd ? others : 0) : cueLines(cue, line, half);
    change(words, { transform: `translate(400 400) scale(${large ? Math.min(1, Math.round(line / 1.88) / 100) : 1})` });
    const wanted = JSON.stringify(lines);
    if (words.getAttribute("data-said") === wanted) return;
    change(words, { "data-said": wanted });
    if (!lines.length) return [...words.children].forEach((line) => line.classList.add("fades"));
    const made = lines.map(({ text, ...rest }) => {
      const element = make("text", rest);
      element.classList.toggle("settles", this.#drawn);
      element.textContent = String(text);
      return element;
    });
    words.replaceChildren(...made);
  }
}

/**
 * The large words, in two lines if they are long, and the quiet ones under them.
 * @param {string} large
 * @param {string} quiet
 * @param {number} others
 * @returns {Record<string, string | number>[]}
 */
function largeLines(large, quiet, others) {
  const texts = folded(large, large.length > 13 ? 12 : 13);
  const first = 2 - 46 * (texts.length - 1);
  const lines = texts.map((text, index) => ({ class: "mid-1", y: first + 56 * index, text }));
  const under = first + 56 * (texts.length - 1) + 38;
  const rest = [{ class: "mid-2", y: under, text: quiet }];
  if (others) rest.push({ class: "mid-3", y: 122, text: `and ${others} others` });
  return [...lines, ...rest];
}

/**
 * Words of the plan, in lines that fit inside the line of time.
 * @param {string} cue
 * @param {number} line
 * @param {number} half
 * @returns {Record<string, string | number>[]}
 */
function cueLines(cue, line, half) {
  const size = Math.round(0.074 * half);
  const texts = folded(cue, Math.floor((45 * line) / half));
  const middle = (texts.length - 1) / 2;
  return texts.map((text, index) => {
    return { class: "cue", "font-size": size, y: tenth(0.35 * size + 1.35 * size * (index - middle)), text };
  });
}

/**
 * Everything that is always there, in the order it is painted.
 * @param {SVGElement} svg
 */
function skeleton(svg) {
  rings += 1;
  const id = `ring-floor-${rings}`;
  const defs = make("defs", {}, svg);
  const light = make("radialGradient", { id }, defs);
  for (const [name, offset] of [["in", 0], ["in", 0.45], ["out", 1]]) make("stop", { class: `floor-${name}`, offset }, light);
  const heard = make("radialGradient", { id: `ring-heard-${rings}` }, defs);
  for (const [name, offset] of [["heard", 0.3], ["heard-out", 1]]) make("stop", { class: name, offset }, heard);
  const ground = make("circle", { cx: 400, cy: 400, fill: `url(#${id})` }, svg);
  const hour = make("path", { class: "hour" }, svg);
  const burnt = make("path", { class: "burnt" }, svg);
  const halo = make("circle", { class: "halo gone", r: 13 }, svg);
  const spark = make("circle", { class: "ember gone", r: 4.2 }, svg);
  const marks = make("g", {}, svg);
  const bowl = make("g", {}, svg);
  make("rect", { class: "bowl-mat", x: -26, y: -26, width: 52, height: 52, rx: 9 }, bowl);
  make("circle", { class: "bowl", r: 19 }, bowl);
  make("circle", { class: "bowl-in", r: 13.5 }, bowl);
  const wave = make("circle", { class: "wave", cx: 400, r: 19 }, svg);
  const far = make("g", {}, svg);
  const mat = make("path", { class: "bench" }, svg);
  const glow = make("circle", { class: "gone", fill: `url(#ring-heard-${rings})` }, svg);
  const seats = make("g", {}, svg);
  const held = make("ellipse", { class: "stone gone" }, svg);
  const next = make("ellipse", { class: "stone-next gone" }, svg);
  const words = make("g", {}, svg);
  return { ground, hour, burnt, halo, spark, marks, bowl, wave, far, mat, glow, seats, held, next, words };
}

/** A mat and a cushion, still without a person. @param {Seat} seat */
function cushion({ x, y, c, turn, free }) {
  const group = make("g", { transform: `translate(${x} ${y})` });
  if (turn !== null) {
    const mat = { x: -1.27 * c, y: -1.2 * c, width: 2.54 * c, height: 2.5 * c, rx: 0.46 * c };
    make("rect", { class: "mat", ...rounded(mat), transform: `rotate(${turn})` }, group);
  }
  if (!free) make("circle", { class: "drop", ...rounded({ cx: 1, cy: 0.09 * c, r: c }) }, group);
  make("circle", { class: "zafu", r: c }, group);
  if (free) return group;
  const pleat = { class: "pleat", "stroke-dasharray": `${tenth(Math.max(0.8, 0.03 * c))} ${tenth(0.115 * c)}` };
  make("circle", { ...pleat, ...rounded({ r: 0.92 * c - 0.55, "stroke-width": 0.15 * c }) }, group);
  make("circle", { class: "collar gone", r: tenth(0.7 * c) }, group);
  make("text", { class: "ini", y: tenth(0.03 * c) }, group);
  make("text", { class: "name" }, group);
  return group;
}

/**
 * What may change about a seat while it stays where it is.
 * @param {SVGElement} group
 * @param {Seat} seat
 */
function clothe(group, seat) {
  const states = { "is-free": seat.free, "is-yours": seat.yours, "is-you": seat.you, "is-away": seat.away };
  for (const [name, on] of Object.entries(states)) group.classList.toggle(name, on);
  if (seat.free) return;
  const [collar, initials, name] = [...group.children].slice(-3);
  collar.classList.toggle("gone", !seat.teacher);
  change(initials, { "font-size": tenth((seat.teacher ? 0.62 : 0.66) * seat.c) });
  change(name, { y: seat.nameY, class: seat.you ? "name you" : "name" });
  if (initials.textContent !== seat.initials) initials.textContent = seat.initials;
  if (name.textContent !== seat.name) name.textContent = seat.name;
}

/** @param {import("../types/sit").FarSeat} seat */
function plainCushion({ x, y, r }) {
  return make("circle", { class: "dot", cx: x, cy: y, r });
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {SVGElement} [parent]
 */
function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  change(element, attributes);
  parent?.append(element);
  return element;
}

/**
 * Set only what differs.
 * @param {Element} element
 * @param {Record<string, string | number>} attributes
 */
function change(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}

/** @param {Record<string, number>} numbers */
function rounded(numbers) {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, tenth(value)]));
}

/** @param {number} value */
function tenth(value) {
  return Math.round(value * 10) / 10;
}
