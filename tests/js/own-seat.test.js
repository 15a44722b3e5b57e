import assert from "node:assert/strict";
import { test } from "node:test";

import { OwnSeat } from "../../static/js/sit/own-seat.js";
import { Roster } from "../../static/js/sit/roster.js";
import { ServerClock } from "../../static/js/sit/clock.js";
import { people, person } from "./people.js";

/** A line to a server that answers as `answers` says, and remembers what was sent. */
function lineTo(answers) {
  const heard = [];
  const facts = {};
  return {
    heard,
    fact: (name, payload) => facts[name](payload),
    on(name, fn) {
      facts[name] = fn;
    },
    async command(name) {
      heard.push(name);
      if (name === "clock:probe") return { received_ms: 1_000, sent_ms: 1_000 };
      const answer = answers[name];
      if (!answer) throw { kind: "no_answer", message: "" };
      return answer();
    },
  };
}

function seatAt(line, { silent = () => false } = {}) {
  const told = { joins: 0, changes: 0, refusals: [], left: 0 };
  const roster = new Roster();
  const seat = new OwnSeat({
    sit: "s",
    tab: "t",
    roster,
    clock: new ServerClock(),
    told: {
      joined: () => (told.joins += 1),
      changed: () => (told.changes += 1),
      silent,
      left: () => (told.left += 1),
      measured: () => {},
      refused: (why) => told.refusals.push(why.kind),
    },
  });
  seat.listen(line);
  return { seat, roster, told };
}

const here = (count, seq = 7) => () => ({ seq, here: people(count), others: 0, you: "p1" });
const refusing = (kind) => () => Promise.reject({ kind, message: "" });
const names = (roster) => roster.people.map(({ id, away }) => (away ? `${id}?` : id)).join(" ");
const difference = (from_seq, more) => ({ sit: "s", from_seq, seq: from_seq + 1, joined: [], gone: [], away: [], back: [], total: 0, ...more });

test("a join takes the snapshot and measures the clock by eight probes", async () => {
  const line = lineTo({ "sit:join": here(3) });
  const { seat, roster, told } = seatAt(line);
  await seat.join();
  assert.equal(names(roster), "p0 p1 p2");
  assert.equal(told.joins, 1);
  assert.equal(line.heard.filter((name) => name === "clock:probe").length, 8);
});

test("a beat that is not known is followed by sitting down again", async () => {
  const line = lineTo({ "sit:join": here(3), "sit:beat": refusing("conflict") });
  const { seat, told } = seatAt(line);
  await seat.join();
  await seat.beat();
  assert.equal(told.joins, 2);
  assert.ok(seat.seated);
});

test("a lost line is no refusal, a refusal is not asked again", async () => {
  const lost = seatAt(lineTo({}));
  await lost.seat.join();
  assert.deepEqual(lost.told.refusals, []);
  const line = lineTo({ "sit:join": refusing("not_allowed") });
  const refused = seatAt(line);
  await refused.seat.join();
  await refused.seat.beat();
  assert.deepEqual(refused.told.refusals, ["not_allowed"]);
  assert.equal(line.heard.length, 1);
});

test("doors that are still closed are tried again", async () => {
  const line = lineTo({ "sit:join": refusing("conflict") });
  const { seat, told } = seatAt(line);
  await seat.join();
  await seat.join();
  assert.equal(line.heard.length, 2);
  assert.deepEqual(told.refusals, []);
});

test("a house that has lost the room is sat down in again, and nobody is seen leaving meanwhile", async () => {
  const lost = () => ({ seq: 900, here: [person(0)], others: 0, you: "p1" });
  const answers = { "sit:join": here(3), "sit:snapshot": lost };
  const line = lineTo(answers);
  const { seat, roster, told } = seatAt(line);
  await seat.join();
  answers["sit:join"] = () => ({ seq: 900, here: [person(0), person(1)], others: 0, you: "p1" });
  line.fact("sit:roster", difference(899, { joined: [person(0)], total: 1 }));
  await new Promise((done) => setTimeout(done, 0));
  assert.equal(told.joins, 2);
  assert.equal(names(roster), "p0 p1 p2?");
});

test("after a gap one snapshot is asked for", async () => {
  const line = lineTo({ "sit:join": here(3), "sit:snapshot": here(5, 10) });
  const { seat, roster } = seatAt(line);
  await seat.join();
  line.fact("sit:roster", difference(9, { joined: [person(4)] }));
  await new Promise(setImmediate);
  assert.equal(names(roster), "p0 p1 p2 p3 p4");
  assert.equal(line.heard.filter((name) => name === "sit:snapshot").length, 1);
});

test("a last difference that was lost is noticed by the beats", async () => {
  const line = lineTo({ "sit:join": here(3), "sit:beat": () => ({ seq: 8 }), "sit:snapshot": here(4, 8) });
  const { seat, roster } = seatAt(line);
  await seat.join();
  await seat.beat();
  assert.equal(names(roster), "p0 p1 p2");
  await seat.beat();
  assert.equal(names(roster), "p0 p1 p2 p3");
});

test("news of another sit is not for this room", async () => {
  const line = lineTo({ "sit:join": here(3) });
  const { seat, roster, told } = seatAt(line);
  await seat.join();
  line.fact("sit:roster", { ...difference(7, { gone: ["p2"] }), sit: "another" });
  assert.equal(names(roster), "p0 p1 p2");
  assert.equal(told.changes, 0);
});

test("after the server was gone nobody vanishes: they come back, or are let go, but not in silence", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let answer = here(3);
  let silence = true;
  const { seat, roster } = seatAt(lineTo({ "sit:join": () => answer() }), { silent: () => silence });
  await seat.join();
  answer = () => ({ seq: 500, here: [person(1)], others: 0 });
  seat.lost();
  await seat.join();
  assert.equal(names(roster), "p0? p1 p2?");
  roster.difference(difference(500, { joined: [person(0)] }));
  context.mock.timers.tick(10_000);
  assert.equal(names(roster), "p0 p1 p2?");
  silence = false;
  context.mock.timers.tick(10_000);
  assert.equal(names(roster), "p0 p1");
});

test("who left stays away", async () => {
  const line = lineTo({ "sit:join": here(3), "sit:leave": () => ({}) });
  const { seat } = seatAt(line);
  await seat.join();
  await seat.leave();
  await seat.join();
  await seat.beat();
  assert.equal(line.heard.filter((name) => name === "sit:join").length, 1);
  assert.equal(line.heard.at(-1), "sit:leave");
});

test("one who left from another tab is not seated again by this one, and hears of it once", async () => {
  const line = lineTo({ "sit:join": here(3) });
  const { seat, told } = seatAt(line);
  await seat.join();
  line.fact("sit:left", { sit: "another" });
  assert.equal(told.left, 0);
  line.fact("sit:left", { sit: "s" });
  line.fact("sit:left", { sit: "s" });
  await seat.beat();
  assert.equal(told.left, 1);
  assert.equal(line.heard.filter((name) => name === "sit:join").length, 1);
});

test("a seat that is held is not taken again, so that an edge of the plan costs no message", async () => {
  const line = lineTo({ "sit:join": here(3) });
  const { seat, told } = seatAt(line);
  await seat.join();
  const before = line.heard.length;
  await seat.join();
  assert.equal(line.heard.length, before);
  assert.equal(told.joins, 1);
});
