import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Reach, waitingWords } from "../../static/js/behaviors/thread.js";

describe("how far a thread reaches", () => {
  it("has nothing waiting until something was written after what is shown", () => {
    const reach = new Reach(4);
    reach.heard(3);
    reach.heard(4);
    assert.equal(reach.waiting, 0);
    reach.heard(6);
    reach.heard(5); // a late signal takes nothing back
    assert.equal(reach.waiting, 2);
  });

  it("has nothing waiting any more once it was placed, even what no signal told of", () => {
    const reach = new Reach(4);
    reach.heard(5);
    reach.placed([5, 6]);
    assert.equal(reach.waiting, 0);
    assert.equal(reach.shown, 6);
  });

  it("takes the later pages of a thread for what they are", () => {
    const reach = new Reach(20, 45);
    assert.equal(reach.waiting, 0);
    reach.heard(45);
    assert.equal(reach.waiting, 0);
    reach.heard(46);
    assert.equal(reach.waiting, 1);
  });

  it("stays as it is when nothing was placed", () => {
    const reach = new Reach(4);
    reach.heard(5);
    reach.placed([]);
    assert.deepEqual([reach.shown, reach.waiting], [4, 1]);
  });
});

describe("the line that says so", () => {
  it("is quiet, says one, or says how many, and where", () => {
    assert.equal(waitingWords(0, true), "");
    assert.equal(waitingWords(1, true), "One new post.");
    assert.equal(waitingWords(3, false), "Three new posts on the last page.");
    assert.equal(waitingWords(12, true), "12 new posts.");
  });
});
