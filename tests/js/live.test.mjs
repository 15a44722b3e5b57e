import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect, FIRST_PAUSE_MS, granted, JITTER, LONGEST_PAUSE_MS, open, pauseBefore, Refused, stateAfter } from "../../static/js/live.js";

/** A Socket.IO client without a network: its events are fired by hand, its answers given by the test. */
function client({ active = false } = {}) {
  const heard = new Map();
  const socket = {
    active,
    connected: false,
    tried: 0,
    closed: false,
    sent: [],
    answer: async () => ({ ok: true }),
    options: null,
    on: (name, fn) => { heard.set(name, [...(heard.get(name) ?? []), fn]); },
    off: (name, fn) => { heard.set(name, (heard.get(name) ?? []).filter((each) => each !== fn)); },
    connect: () => { socket.tried += 1; },
    disconnect: () => { socket.closed = true; },
    timeout: (ms) => ({ emitWithAck: (name, payload) => { socket.sent.push({ name, payload, ms }); return socket.answer(); } }),
    fire: (name, ...given) => { for (const fn of heard.get(name) ?? []) fn(...given); },
  };
  return { socket, io: (options) => { socket.options = options; return socket; } };
}

function opened(options) {
  const { socket, io } = client(options);
  const line = open(io);
  const states = [];
  line.onState((state) => states.push(state));
  return { socket, line, states };
}

describe("how the line stands", () => {
  it("is not live before it was, and says so at once to whoever asks", () => {
    assert.deepEqual(opened().states, ["not-live"]);
  });

  it("is live when connected, not when lost, and live again", () => {
    const { socket, states } = opened({ active: true });
    socket.fire("connect");
    socket.fire("disconnect", "transport close");
    socket.fire("connect_error", new Error("websocket error"));
    socket.fire("connect");
    assert.deepEqual(states, ["not-live", "live", "not-live", "live"]);
  });

  it("ends for good when the house says that this person is signed out", () => {
    const { socket, states } = opened();
    socket.fire("connect_error", new Error("signed out"));
    socket.fire("connect");
    assert.deepEqual(states, ["not-live", "ended"]);
    assert.ok(socket.closed);
  });

  it("changes in no other way", () => {
    const happenings = [{ kind: "connected" }, { kind: "lost" }, { kind: "refused", message: "full" }, { kind: "refused", message: "signed out" }];
    const after = (state) => happenings.map((happening) => stateAfter(state, happening));
    assert.deepEqual(after("live"), ["live", "not-live", "not-live", "ended"]);
    assert.deepEqual(after("not-live"), ["live", "not-live", "not-live", "ended"]);
    assert.deepEqual(after("ended"), ["ended", "ended", "ended", "ended"]);
  });
});

describe("coming back", () => {
  it("uses websockets only and the pauses that a storm needs", () => {
    const { transports, reconnectionDelay, reconnectionDelayMax, randomizationFactor } = opened().socket.options;
    assert.deepEqual(transports, ["websocket"]);
    assert.deepEqual([reconnectionDelay, reconnectionDelayMax, randomizationFactor], [500, 5000, 0.5]);
  });

  it("tries again after a pause when the house has closed the line, once", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { socket } = opened();
    socket.fire("connect");
    socket.fire("disconnect", "io server disconnect");
    assert.equal(socket.tried, 0);
    t.mock.timers.tick(FIRST_PAUSE_MS * (1 + JITTER));
    assert.equal(socket.tried, 1);
  });

  it("leaves it to the client where that comes back by itself", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { socket } = opened({ active: true });
    socket.fire("connect");
    socket.fire("disconnect", "transport close");
    socket.fire("connect_error", new Error("websocket error"));
    t.mock.timers.tick(60_000);
    assert.equal(socket.tried, 0);
  });

  it("does not come back when signed out", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { socket } = opened();
    socket.fire("connect");
    socket.fire("disconnect", "io server disconnect");
    socket.fire("connect_error", new Error("signed out"));
    t.mock.timers.tick(60_000);
    assert.equal(socket.tried, 0);
  });

  it("waits longer each time, never over the longest, and never all at one moment", () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((tries) => pauseBefore(tries, 0.5)), [500, 1000, 2000, 4000, 5000, 5000, 5000]);
    assert.equal(pauseBefore(0, 0), FIRST_PAUSE_MS * (1 - JITTER));
    assert.equal(pauseBefore(99, 1), LONGEST_PAUSE_MS * (1 + JITTER));
  });
});

describe("a command", () => {
  it("gives the answer", async () => {
    const { socket, line } = opened();
    socket.fire("connect");
    socket.answer = async () => ({ ok: true, last: 7 });
    assert.equal((await line.command("thread:watch", { thread: 3 }, 800)).last, 7);
    assert.deepEqual(socket.sent, [{ name: "thread:watch", payload: { thread: 3 }, ms: 800 }]);
  });

  it("throws what the house says", async () => {
    const { socket, line } = opened();
    socket.fire("connect");
    socket.answer = async () => ({ ok: false, error: { kind: "not_found", message: "There is nothing here." } });
    await assert.rejects(line.command("thread:watch", { thread: 3 }), { kind: "not_found", message: "There is nothing here." });
  });

  it("throws when no answer comes in time, and when the line is not live", async () => {
    const { socket, line } = opened();
    await assert.rejects(line.command("sit:beat", {}), { kind: "not_live" });
    assert.equal(socket.sent.length, 0);
    socket.fire("connect");
    socket.answer = async () => { throw new Error("operation has timed out"); };
    await assert.rejects(line.command("sit:beat", {}), { kind: "no_answer" });
  });

  it("takes nothing for a grant that is none", () => {
    for (const answer of [undefined, null, {}, { ok: "yes" }, "ok", []]) assert.throws(() => granted(answer), Refused);
  });
});

describe("facts", () => {
  it("arrive until nobody wants them any more", () => {
    const { socket, line } = opened();
    const seen = [];
    const off = line.on("post:written", (fact) => seen.push(fact.post));
    socket.fire("post:written", { post: 1 });
    off();
    socket.fire("post:written", { post: 2 });
    assert.deepEqual(seen, [1]);
  });
});

describe("a page", () => {
  it("has one line, whoever asks, and asks again for a client that did not arrive", async () => {
    const { io } = client();
    let asked = 0;
    const load = async () => { asked += 1; if (asked === 1) throw new Error("no network"); return { io }; };
    await assert.rejects(connect(load));
    const [one, other] = await Promise.all([connect(load), connect(load)]);
    assert.equal(one, other);
    assert.equal(asked, 2);
  });
});
