import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { RingDrawing } from "../../static/js/sit/draw.js";
import { ring, strokeOfTime } from "../../static/js/sit/ring.js";
import { Sheet } from "./paper.js";
import { people } from "./people.js";

let sheet;
let svg;
let drawing;

beforeEach(() => {
  sheet = new Sheet();
  globalThis.document = sheet;
  svg = sheet.createElementNS("", "svg");
  drawing = new RingDrawing(svg);
});

const scene = (seated, more = {}) => {
  const geometry = ring({ people: seated, you: "p1", sit: "s", ...more });
  return {
    geometry,
    time: strokeOfTime({ line: geometry.line, elapsed: more.elapsed ?? 0, bells: [0.2] }),
    words: more.words ?? { large: "Four minutes", quiet: "until the first bell", cue: "" },
    sentence: "The circle.",
  };
};
const cushions = () => svg.all("zafu").map((zafu) => zafu.parent);
const touchesOf = (act) => {
  const before = sheet.touched;
  act();
  return sheet.touched - before;
};

test("everybody has a cushion with their letters, and the ring says one sentence", () => {
  drawing.draw(scene(people(11), { free: 3 }));
  assert.equal(cushions().length, 14);
  assert.deepEqual(svg.all("ini").map(({ textContent }) => textContent).slice(0, 3), ["MO", "IC", "PR"]);
  assert.equal(svg.all("is-you").length, 1);
  assert.equal(svg.all("is-free").length, 3);
  assert.equal(svg.all("collar").filter((collar) => !collar.classList.contains("gone")).length, 1);
  assert.equal(svg.getAttribute("aria-label"), "The circle.");
  assert.equal(svg.getAttribute("viewBox"), "8 8 784 784");
});

test("drawing the same again touches nothing", () => {
  drawing.draw(scene(people(11)));
  assert.equal(touchesOf(() => drawing.draw(scene(people(11)))), 0);
});

test("in silence only the ink is touched", () => {
  const quiet = { large: "", quiet: "", cue: "" };
  drawing.draw(scene(people(11), { phase: "sitting", words: quiet, elapsed: 0.5 }));
  const touches = touchesOf(() => drawing.draw(scene(people(11), { phase: "sitting", words: quiet, elapsed: 0.51 })));
  assert.ok(touches <= 5, `${touches} touches`);
});

test("words of the plan give way to the next at once, and fade where nothing follows", () => {
  const cue = (words) => drawing.draw(scene(people(3), { phase: "sitting", words: { large: "", quiet: "", cue: words } }));
  const lines = () => svg.all("cue").map((line) => [line.textContent, line.classList.contains("fades")]);
  cue("Feel the chair.");
  cue("Listen.");
  assert.deepEqual(lines(), [["Listen.", false]]);
  cue("");
  assert.deepEqual(lines(), [["Listen.", true]]);
});

test("who sits down fades in, and nobody else's cushion is made anew", () => {
  drawing.draw(scene(people(11), { free: 3 }));
  const before = cushions();
  assert.equal(svg.all("settles").length, 0);
  drawing.draw(scene(people(12), { free: 2 }));
  const fresh = cushions().filter((cushion) => !before.includes(cushion));
  assert.equal(fresh.length, 1);
  assert.ok(fresh[0].classList.contains("settles"));
});

test("who leaves is taken away without a word", () => {
  drawing.draw(scene(people(11)));
  drawing.draw(scene(people(11).map((one) => ({ ...one, away: one.order === 4 }))));
  assert.equal(svg.all("is-away").length, 1);
  const touches = touchesOf(() => drawing.draw(scene(people(11))));
  assert.ok(touches <= 1);
});

test("a crowd is plain cushions, its own people on the long mat, and a number of others", () => {
  drawing.draw(scene(people(220), { others: 180 }));
  assert.equal(svg.all("dot").length, 209);
  assert.equal(cushions().length, 10);
  assert.ok(svg.classList.contains("crowd"));
  assert.equal(svg.all("mid-3")[0].textContent, "and 181 others");
});

test("ink shows its glowing end while it flows, and bells fill once rung", () => {
  drawing.draw(scene(people(3), { elapsed: 0.1 }));
  assert.deepEqual([svg.all("ember")[0].classList.contains("gone"), svg.all("rung").length], [false, 0]);
  drawing.draw(scene(people(3), { elapsed: 1 }));
  assert.deepEqual([svg.all("ember")[0].classList.contains("gone"), svg.all("rung").length], [true, 1]);
});

test("words of the plan are folded inside the line", () => {
  const cue = "Find a breath that is even and a little slower, in and out alike.";
  drawing.draw(scene(people(3), { words: { large: "", quiet: "", cue } }));
  const lines = svg.all("cue").map(({ textContent }) => textContent);
  assert.ok(lines.length > 2);
  assert.equal(lines.join(" "), cue);
});

test("long words stand in two lines", () => {
  drawing.draw(scene(people(11), { words: { large: "Twenty-four minutes", quiet: "until the first bell", cue: "" } }));
  assert.deepEqual(svg.all("mid-1").map(({ textContent }) => textContent), ["Twenty-four", "minutes"]);
});

test("a bell is one ring of light that begins again with the next stroke", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [wave] = svg.all("wave");
  drawing.wave();
  assert.ok(wave.classList.contains("sounding"));
  context.mock.timers.tick(2_000);
  drawing.wave();
  context.mock.timers.tick(2_000);
  assert.ok(wave.classList.contains("sounding"));
  context.mock.timers.tick(1_000);
  assert.ok(!wave.classList.contains("sounding"));
});
