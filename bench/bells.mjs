/**
 * How far apart do people hear the same bell? `node bench/bells.mjs [sits]`: the room's own clock and schedule, 20 people
 * a sit of 25 minutes, lines with 0 to 150 ms of jitter each way, reconnects; as it is, and with the server killed.
 */
import { cpus, loadavg } from "node:os";

import { most, percentile, sitTogether } from "../tests/js/together.js";

const sits = Number(process.argv[2] ?? 100);
const rows = [
  ["with the server", sitTogether({ sits })],
  ["server killed in the silence", sitTogether({ sits, killed: true, seed: 100_000 })],
];
console.log(`${sits} sits of 20 people, node ${process.version}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}.\n`);
console.log("| how | bell events | missed · doubled | skew of two, p50 · p95 · max ms | from the plan, p95 · max ms |\n|---|---|---|---|---|");
let kept = true;
for (const [how, { events, missed, doubled, silent, skews, off }] of rows) {
  const [half, nearly, all] = [percentile(skews, 0.5), percentile(skews, 0.95), most(skews)];
  kept &&= missed + doubled + silent === 0 && nearly <= 50 && all <= 150;
  const skew = `${half.toFixed(1)} · ${nearly.toFixed(1)} · ${all.toFixed(1)}`;
  console.log(`| ${how} | ${events} | ${missed + silent} · ${doubled} | ${skew} | ${percentile(off, 0.95).toFixed(1)} · ${most(off).toFixed(1)} |`);
}
process.exit(kept ? 0 : 1);
