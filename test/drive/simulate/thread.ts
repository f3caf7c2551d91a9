/** One thread's share of the lives: each in its turn, the results posted fifty at a time. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";
import { installHooks } from "./model/hooks.ts";
import { PLANTS } from "./plants.ts";
import type { LifeResult } from "./result.ts";

const { first, step, end, trace, plant } = z
  .object({ first: z.int(), step: z.int(), end: z.int(), trace: z.boolean(), plant: z.string().nullable() })
  .parse(workerData);

installHooks(plant === null ? null : (PLANTS[plant] ?? null));
const { live } = await import("./life.ts");
const { installGlobals } = await import("./model/globals.ts");
installGlobals();
const MOST_AT_ONCE = 50;
let lives: LifeResult[] = [];
for (let seed = first; seed < end; seed += step) {
  const life = await live(seed, trace);
  lives.push(life);
  if (lives.length === MOST_AT_ONCE || life.violations.length > 0 || seed + step >= end) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of threads has no origin
    parentPort?.postMessage(lives);
    lives = [];
  }
  // A life is microtasks alone, and what is left of one is freed between the turns of the loop.
  await nextTurn();
}
