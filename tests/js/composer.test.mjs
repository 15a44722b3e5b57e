import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { keep } from "../../static/js/behaviors/composer.js";
import { Refusal } from "../../static/js/fragment.js";

/** A composer without a page: what is typed, a stash, and a server whose answers are given by hand. */
function desk(text = "") {
  const at = { words: { source: text }, kept: null, said: [], asked: [] };
  at.keeper = keep({
    read: () => ({ ...at.words }),
    save: (keepalive) => new Promise((resolve, reject) => at.asked.push({ words: { ...at.words }, keepalive, resolve, reject })),
    stash: { get: () => at.kept, set: (kept) => { at.kept = kept; }, clear: () => { at.kept = null; } },
    say: (sentence) => at.said.push(sentence),
    rest: 1000,
  });
  at.type = (words) => { at.words = { source: words }; at.keeper.changed(); };
  return at;
}

const answered = () => new Promise((resolve) => setImmediate(resolve));

/** @param {HTMLElement | null} submitter */
function submission(submitter = null) {
  return { submitter, prevented: false, preventDefault() { this.prevented = true; } };
}

describe("what is typed", () => {
  it("is in the browser's session at once, and on the server after a rest", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();

    at.type("I know it");
    assert.deepEqual(at.kept, { words: { source: "I know it" }, before: { source: "" }, sent: false });
    t.mock.timers.tick(999);
    assert.equal(at.asked.length, 0);
    t.mock.timers.tick(1);
    at.asked[0].resolve();
    await answered();

    assert.deepEqual(at.asked[0].words, { source: "I know it" });
    assert.equal(at.kept, null);
    assert.deepEqual(at.said, ["Kept."]);
  });

  it("is saved once for many keys, and again for what came meanwhile", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();

    for (const words of ["a", "ab", "abc"]) { at.type(words); t.mock.timers.tick(400); }
    t.mock.timers.tick(1000);
    assert.equal(at.asked.length, 1);
    at.type("abcd");
    at.asked[0].resolve();
    await answered();
    assert.equal(at.kept.words.source, "abcd");
    t.mock.timers.tick(1000);

    assert.deepEqual(at.asked.map((each) => each.words.source), ["abc", "abcd"]);
  });

  it("stays in the browser while the server does not answer, which is asked less and less often", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();

    at.type("still here");
    for (const pause of [1000, 2000, 4000]) {
      t.mock.timers.tick(pause - 1);
      const before = at.asked.length;
      t.mock.timers.tick(1);
      assert.equal(at.asked.length, before + 1);
      at.asked.at(-1).reject(new Refusal("We could not reach the house just now.", 0));
      await answered();
    }

    assert.equal(at.kept.words.source, "still here");
    assert.equal(at.said.at(-1), "Not kept yet; still here in this browser.");
  });

  it("is told why when the server did answer", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();

    at.type("x");
    t.mock.timers.tick(1000);
    at.asked[0].reject(new Refusal("You are no longer signed in.", 401));
    await answered();

    assert.equal(at.said.at(-1), "Not kept yet; still here in this browser. You are no longer signed in.");
  });
});

describe("leaving", () => {
  it("gives along what the server does not have yet when the page goes", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();

    at.type("half a line");
    at.keeper.hidden();
    assert.deepEqual([at.asked[0].words.source, at.asked[0].keepalive], ["half a line", true]);
    at.asked[0].resolve();
    await answered();

    assert.equal(at.kept, null);
  });

  it("sends nothing when all is kept", () => {
    const at = desk("from yesterday");

    at.keeper.hidden();

    assert.equal(at.asked.length, 0);
  });

  it("begins no saving once the form is sent, so that no draft comes after its post", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();
    const event = submission();

    at.type("to be posted");
    at.keeper.leaving(event, { requestSubmit: mock.fn() });
    t.mock.timers.tick(60_000);
    at.keeper.hidden();

    assert.equal(event.prevented, false);
    assert.equal(at.asked.length, 0);
    assert.deepEqual([at.kept.words.source, at.kept.sent], ["to be posted", true]);
  });

  it("waits for a saving that is under way, then sends the form by the same button", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();
    const button = { getAttribute: () => "post" };
    const event = submission(button);
    const requestSubmit = mock.fn();

    at.type("to be posted");
    t.mock.timers.tick(1000);
    at.keeper.leaving(event, { requestSubmit });
    assert.equal(event.prevented, true);
    assert.equal(requestSubmit.mock.callCount(), 0);
    at.asked[0].resolve();
    await answered();

    assert.deepEqual(requestSubmit.mock.calls[0].arguments, [button]);
    const second = submission(button);
    at.keeper.leaving(second, { requestSubmit });
    assert.equal(second.prevented, false);
  });

  it("does not wait for ever", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();
    const requestSubmit = mock.fn();

    at.type("to be posted");
    t.mock.timers.tick(1000);
    at.keeper.leaving(submission(), { requestSubmit });
    t.mock.timers.tick(3000);
    await answered();

    assert.equal(requestSubmit.mock.callCount(), 1);
  });

  it("keeps again when the page comes back as it was left", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const at = desk();

    at.type("once");
    at.keeper.leaving(submission(), { requestSubmit: mock.fn() });
    at.keeper.returned();
    at.type("once more");
    t.mock.timers.tick(1000);

    assert.deepEqual(at.asked.map((each) => each.words.source), ["once more"]);
  });
});
