import assert from "node:assert/strict";
import { test } from "node:test";

import { Announcer, heading, note, ringSentence } from "../../static/js/sit/company.js";
import { capital, folded, inWords, listed, several } from "../../static/js/sit/company.js";
import { ring } from "../../static/js/sit/ring.js";
import { peers, people, person } from "./people.js";

const drawn = (seated, more = {}) => ring({ people: seated, you: "p1", sit: "s", ...more });

test("numbers are words", () => {
  const said = [0, 1, 11, 20, 24, 100, 101, 387, 400, 1_000, 1_234].map(inWords);
  assert.deepEqual(said, [
    "no", "one", "eleven", "twenty", "twenty-four", "one hundred", "one hundred and one",
    "three hundred and eighty-seven", "four hundred", "one thousand", "one thousand, two hundred and thirty-four",
  ]);
  assert.equal(several(1, "seat", "seats"), "one seat");
  assert.equal(capital(several(3, "seat", "seats")), "Three seats");
});

test("lists end with and", () => {
  assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed), ["", "a", "a and b", "a, b and c"]);
});

test("a text is folded into short lines and loses no word", () => {
  const text = "Find a breath that is even and a little slower, in and out alike.";
  const lines = folded(text, 20);
  assert.equal(lines.join(" "), text);
  assert.ok(lines.every((line) => line.length <= 20));
  assert.deepEqual(folded("", 20), []);
});

test("the heading says how many have arrived", () => {
  assert.equal(heading(11, true, false), "Eleven have arrived");
  assert.equal(heading(400, true, true), "Four hundred are here");
  assert.equal(heading(1, true, false), "You are the first");
  assert.equal(heading(0, false, false), "Nobody has arrived yet");
});

test("the note names people in the order of arrival, the teacher first and the viewer last", () => {
  const seated = [person(1), person(2), person(0, { order: 5 })];
  assert.equal(note(seated, "p1", drawn(seated, { free: 3 })), "Maren, Priya and you. Three seats are still free.");
});

test("who shows initials is called by them, who shows nothing is one more", () => {
  const seated = [...people(2), person(2, { name: null }), person(3, { name: null, initials: null })];
  assert.equal(note(seated, "p1", drawn(seated)), "Maren, PR, one more and you.");
  const nameless = [person(3, { name: null, initials: null, order: 0 }), person(4, { name: null, initials: null })];
  assert.equal(note(nameless, null, drawn(nameless, { you: null })), "Two people.");
});

test("alone, one is told that this is sitting too", () => {
  assert.equal(note(peers(1), "p1", drawn(peers(1))), "The room is open. Sitting alone is sitting too.");
});

test("in a crowd the note counts what is drawn and names those beside the viewer", () => {
  const seated = people(220);
  const geometry = drawn(seated, { others: 180 });
  assert.match(note(seated, "p1", geometry), /^219 seats are drawn, and 181 others sit with you\. In the seats beside yours: Priya, Jonah, /);
});

test("the ring is one truthful sentence in every phase", () => {
  const sentence = (seated, phase, more = {}) =>
    ringSentence({ phase, geometry: drawn(seated, more), people: seated, you: "p1", part: more.part ?? 0.5 });
  assert.equal(
    sentence(people(11), "doors", { free: 3 }),
    "The circle. Eleven of fourteen seats are taken. Maren Oduya sits by the bell at the top; your seat is at the bottom.",
  );
  assert.equal(sentence(peers(6), "doors"), "The circle. Six seats are taken. The seat by the bell is free; your seat is at the bottom.");
  assert.equal(sentence(people(14), "sitting"), "Fourteen people are sitting in silence. About half of the sit has passed.");
  assert.equal(sentence(peers(1), "sitting", { part: 0.01 }), "One person is sitting in silence. The sit has just begun.");
  assert.equal(sentence(people(220), "doors", { others: 180 }), "Four hundred people have arrived. 219 seats are drawn, and 181 others sit with you.");
  assert.equal(sentence(people(3), "circle"), "The circle after the sit. Three people are here.");
});

test("arrivals are announced in batches, at most every twenty seconds, and each person once", () => {
  const announcer = new Announcer();
  announcer.see(people(2), "p1");
  assert.equal(announcer.say(0), "");
  announcer.see(people(3), "p1");
  assert.equal(announcer.say(1_000), "Priya has arrived.");
  announcer.see(people(6), "p1");
  assert.equal(announcer.say(2_000), "");
  assert.equal(announcer.wait(2_000), 19_000);
  assert.equal(announcer.say(21_000), "Jonah and two others have arrived.");
  assert.equal(announcer.wait(21_000), Infinity);
});

test("leaving is never announced, nor is coming back", () => {
  const announcer = new Announcer();
  announcer.see(people(5), "p1");
  announcer.see(people(2), "p1");
  announcer.see(people(5), "p1");
  assert.equal(announcer.say(60_000), "");
});

test("once the bell has rung nothing waits to be said", () => {
  const announcer = new Announcer();
  announcer.see(people(2), "p1");
  announcer.see([...people(2), person(2, { name: null, initials: null })], "p1");
  announcer.hush();
  assert.equal(announcer.say(60_000), "");
});
