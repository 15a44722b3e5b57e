// @ts-check
/** The lines of a plan in a form: numbered anew wherever one comes or goes, and nothing announced twice. */
import assert from "node:assert/strict";
import test from "node:test";

import { linesIn, renumbered, toSay } from "../../static/js/plan-lines.js";

test("a name, an id and an address get the number of their place", () => {
  assert.equal(renumbered("lines-3-time", 4), "lines-4-time");
  assert.equal(renumbered("line-12-found", 0), "line-0-found");
  assert.equal(renumbered("lines-__n__-words", 7), "lines-7-words");
  assert.equal(renumbered("/practices/p-3#line-4", 5), "/practices/p-3#line-5");
});

test("what belongs to no line stays what it is", () => {
  for (const name of ["how-times", "title", "outline-3", "deadlines-2", "line-", "plan"]) {
    assert.equal(renumbered(name, 9), name);
  }
});

test("several ids in one attribute are all renumbered", () => {
  assert.equal(renumbered("how-times line-2-found", 3), "how-times line-3-found");
});

test("as many lines are written as the highest number says", () => {
  assert.equal(linesIn(["title", "lines-0-time", "lines-11-words", "lines-2-kind"]), 12);
  assert.equal(linesIn(["title"]), 0);
});

test("what was said already is not said again", () => {
  assert.equal(toSay("Two things.", " Two\n things. "), null);
  assert.equal(toSay("", "Two things."), "Two things.");
});
