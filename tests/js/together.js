/**
 * People who sit together by the room's own clock and schedule, each on a machine with its own idea of time, over lines
 * that take 0 to 150 ms longer each way, with reconnects, returns, late timers and, if wanted, a server that is killed.
 * Time is made up, so that many sits take seconds: 0 is the first bell by the true time, which is the server's.
 */
import { PROBES, ServerClock } from "../../static/js/sit/clock.js";
import { Schedule, strokesOf } from "../../static/js/sit/bells.js";
import { seeded } from "./random.js";

const MINUTE = 60_000;
const JITTER = 150;
/** An ordinary crystal is wrong by up to so much; a machine that keeps network time, by far less. */
const DRIFT = 0.00002;

export const PLAN = [
  { at_ms: 0, strokes: 3, kind: "opening" },
  { at_ms: 8 * MINUTE, strokes: 1, kind: "interval" },
  { at_ms: 14 * MINUTE, strokes: 2, kind: "walking" },
  { at_ms: 18 * MINUTE, strokes: 2, kind: "walking" },
  { at_ms: 25 * MINUTE, strokes: 1, kind: "closing" },
];
export const STROKES = strokesOf(PLAN).length;
const END = 25 * MINUTE + 10_000;

class Sitter {
  #clock = new ServerClock();
  #schedule = new Schedule();
  #random;
  #drift;
  #origin;
  #base;
  #killedAt;
  #t;
  /** Every stroke that was due here: how it rang, and by how much it missed the true time. */
  rung = [];

  constructor(random, killedAt) {
    this.#random = random;
    this.#killedAt = killedAt;
    this.#drift = random.between(-DRIFT, DRIFT);
    this.#origin = random.between(-1e9, 1e9);
    this.#base = random.between(5, 40);
    this.#t = -random.between(15_000, 600_000);
  }

  sit() {
    const random = this.#random;
    this.#measureByThePage();
    this.#join();
    let reconnectAt = this.#t + random.between(MINUTE, 12 * MINUTE);
    let beats = 0;
    let beatAt = this.#t;
    while (this.#t < END) {
      const stroke = this.#schedule.waiting[0];
      const strokeAt = stroke ? this.#truth(stroke.localMs) : Infinity;
      const next = Math.min(beatAt, reconnectAt, strokeAt);
      const late = random.next() < 0.02 ? random.between(0, 1_400) : random.between(0, 20);
      this.#t = Math.max(this.#t, next + late);
      this.#ring();
      if (next === reconnectAt) {
        reconnectAt = this.#t + random.between(MINUTE, 12 * MINUTE);
        this.#t += random.next() < 0.5 ? 0 : random.between(0, 1_000);
        this.#join();
      } else if (next === beatAt) {
        beatAt = this.#t + 5_000 * random.between(0.8, 1.2);
        if (random.next() < 0.02) this.#measure("returned");
        this.#measure("regular");
        if ((beats += 1) % 12 === 0) this.#retime();
      }
    }
    return this;
  }

  #local(t) {
    return t * (1 + this.#drift) + this.#origin;
  }

  #truth(local) {
    return (local - this.#origin) / (1 + this.#drift);
  }

  get #server() {
    return this.#t < this.#killedAt;
  }

  #measureByThePage() {
    const sample = this.#probe();
    this.#clock.rebase([sample], sample.t3);
  }

  #join() {
    this.#schedule.plan(PLAN, (server) => this.#clock.localAt(server), this.#local(this.#t));
    this.#measure("reconnected");
  }

  #measure(why) {
    if (!this.#server || !this.#clock.due(this.#local(this.#t), why)) return;
    const samples = [];
    for (let probe = 0; probe < PROBES && this.#server; probe += 1) {
      samples.push(this.#probe());
      this.#ring();
    }
    this.#clock.rebase(samples, this.#local(this.#t));
    this.#retime();
  }

  #probe() {
    const out = this.#base + this.#random.between(0, JITTER);
    const back = this.#base + this.#random.between(0, JITTER);
    const t0 = this.#local(this.#t);
    const seen = this.#t + out;
    this.#t += out + back;
    return { t0, t1: seen, t2: seen, t3: this.#local(this.#t) };
  }

  #retime() {
    this.#schedule.retime((server) => this.#clock.localAt(server), this.#local(this.#t));
  }

  #ring() {
    for (const { stroke, how } of this.#schedule.due(this.#local(this.#t))) {
      this.rung.push({ id: stroke.id, how, off: this.#truth(stroke.localMs) - stroke.serverMs });
    }
  }
}

/**
 * Let people sit together.
 * @param {{sits: number, people?: number, killed?: boolean, seed?: number}} wanted
 */
export function sitTogether({ sits, people = 20, killed = false, seed = 1 }) {
  const found = { events: 0, missed: 0, doubled: 0, silent: 0, skews: [], off: [] };
  for (let sit = 0; sit < sits; sit += 1) {
    const random = seeded(seed + sit);
    const killedAt = killed ? random.between(30_000, 24 * MINUTE) : Infinity;
    const sitters = Array.from({ length: people }, () => new Sitter(random, killedAt).sit());
    for (const { id } of strokesOf(PLAN)) {
      const heard = sitters.map(({ rung }) => rung.filter((each) => each.id === id));
      for (const times of heard) {
        found.events += 1;
        found.missed += Number(times.length === 0);
        found.doubled += Number(times.length > 1);
        found.silent += times.filter(({ how }) => how !== "ring").length;
      }
      const off = heard.flatMap((times) => times.map((one) => one.off));
      found.off.push(...off.map(Math.abs));
      for (const [index, one] of off.entries()) for (const other of off.slice(index + 1)) found.skews.push(Math.abs(one - other));
    }
  }
  return found;
}

/** The value that so large a part of the values does not pass. */
export function percentile(values, part) {
  return Float64Array.from(values).sort()[Math.min(values.length - 1, Math.floor(part * values.length))];
}

export function most(values) {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}
