import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { mount } from "../../static/js/behaviors/sign-out.js";
import { Sat } from "../../static/js/sat.js";

const PRACTICE = { practice: "ending_on_time", version: 2 };
const BEGAN = 1_795_400_000_000;
const UNTIL = BEGAN + 480_000;

let kept;
let sent;
let answer;

beforeEach(() => {
  kept = new Map();
  sent = [];
  answer = () => Response.json({ page: "/journal/pages/new?sit=5" });
  const store = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  globalThis.window = { localStorage: store };
  globalThis.location = { href: "https://house.example.org/", origin: "https://house.example.org" };
  globalThis.document = { querySelector: () => null };
  globalThis.fetch = async (_url, { body }) => {
    sent.push(Object.fromEntries(body));
    return answer();
  };
});

const sit = (until = UNTIL, done = true) => {
  const mine = new Sat("7");
  const key = mine.begin(PRACTICE, BEGAN, UNTIL);
  mine.until(key, until, done);
  return { mine, key };
};

test("a sit that has ended is brought once, with its times, its practice and its key", async () => {
  const { mine, key } = sit(UNTIL + 9_000);
  const { pages, waiting } = await mine.bring(UNTIL);
  assert.equal(pages.get(key), "/journal/pages/new?sit=5");
  assert.equal(waiting, false);
  assert.deepEqual(sent, [{ practice: "ending_on_time", version: "2", write_key: key, began_ms: String(BEGAN), ended_ms: String(UNTIL) }]);
  await mine.bring(UNTIL);
  assert.equal(sent.length, 1);
  assert.equal([...kept.values()].join(""), "");
});

test("a sit is not brought while somebody sits, and one whose page was closed ends with its last sign of life", async () => {
  const { mine } = sit(BEGAN + 200_000, false);
  await mine.bring(UNTIL + 1_000);
  assert.deepEqual(sent, []);
  await mine.bring(UNTIL + 61_000);
  assert.deepEqual(sent.map(({ ended_ms }) => Number(ended_ms) - BEGAN), [200_000]);
});

test("whoever leaves this browser takes nothing along: a sit without an end is brought with its last sign of life", async () => {
  const { mine, key } = sit(BEGAN + 200_000, false);
  const { pages } = await mine.bring(BEGAN + 230_000, { leaving: true });
  assert.deepEqual([...pages.keys()], [key]);
  assert.deepEqual(sent.map(({ ended_ms }) => Number(ended_ms) - BEGAN), [200_000]);
  assert.equal(mine.empty, true);
});

test("the way out waits until it is brought, once, and is not held where nothing waits", async () => {
  globalThis.document.querySelector = () => ({ getAttribute: () => "7" });
  const out = () => {
    const form = { left: 0, addEventListener: (_name, then) => { form.submitted = then; }, submit: () => { form.left += 1; } };
    mount({ querySelector: () => form });
    return form;
  };
  const press = (form) => {
    let held = false;
    form.submitted({ preventDefault: () => { held = true; } });
    return held;
  };
  assert.equal(press(out()), false);
  sit(BEGAN + 200_000, false);
  const form = out();
  assert.deepEqual([press(form), press(form), form.left], [true, true, 0]);
  while (!form.left) await new Promise((done) => setImmediate(done));
  assert.deepEqual([sent.length, form.left], [1, 1]);
});

test("who leaves within a minute has only looked in", async () => {
  const { mine, key } = sit(BEGAN + 59_000);
  assert.deepEqual([...(await mine.bring(UNTIL)).brief], [key]);
  assert.deepEqual([sent, [...kept.values()].join("")], [[], ""]);
});

test("while the house is away, ails or has forgotten who this is, a sit waits; then it arrives under the same key", async () => {
  const { mine, key } = sit();
  const lost = () => { throw new TypeError("no line"); };
  const answers = [lost, ...[502, 500, 429, 400, 401].map((status) => () => new Response("", { status }))];
  for (answer of answers) assert.equal((await mine.bring(UNTIL)).waiting, true);
  answer = () => Response.json({ page: "/journal" });
  assert.deepEqual([...(await mine.bring(UNTIL)).pages.keys()], [key]);
  assert.deepEqual(new Set(sent.map(({ write_key }) => write_key)), new Set([key]));
});

test("what the journal will never take goes, and says why", async () => {
  const { mine, key } = sit();
  answer = () => Response.json({ error: { sentence: "This is longer than a day, so it is not kept as one sit." } }, { status: 422 });
  const { refused, waiting } = await mine.bring(UNTIL);
  assert.match(refused.get(key), /longer than a day/);
  assert.equal(waiting, false);
  assert.equal([...kept.values()].join(""), "");
});

test("nobody else's page sends it or loses it", async () => {
  const { mine } = sit();
  await new Sat("8").bring(UNTIL);
  new Sat("8").drop(JSON.parse(kept.get("sat 7"))[0].key);
  assert.deepEqual(sent, []);
  await mine.bring(UNTIL);
  assert.equal(sent.length, 1);
});

test("it holds ids and times, and nothing else", () => {
  sit();
  const [one] = JSON.parse(kept.get("sat 7"));
  assert.deepEqual(Object.keys(one).sort(), ["began_ms", "done", "ended_ms", "key", "practice", "until_ms", "version"]);
});
