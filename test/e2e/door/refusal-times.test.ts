/** How long a refusal takes, by a clock outside of the Worker: its own stands still while code runs. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { median } from "../../drive/bench/figures.ts";
import { type LocalWorker, startWorker } from "../../rig/local/worker.ts";
import { API_TOKEN, CALLBACK_TOKEN } from "../stand.ts";

const ROUNDS = 300;
/** Generous: a machine that is busy elsewhere shifts medians by some per cent. */
const MOST = 1.5;

let worker: LocalWorker;

beforeAll(async () => {
  worker = await startWorker({
    bundle: inject("bundle"),
    dataDir: null,
    port: 0,
    vars: { CALLBACK_TOKEN, API_TOKEN },
  });
});
afterAll(() => worker.stop());

test("it does not tell how much of the token was right", async () => {
  const guesses = [`${CALLBACK_TOKEN.slice(0, -1)}~`, "~".repeat(CALLBACK_TOKEN.length), "~"];
  const times = guesses.map(() => new Array<number>());
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, guess] of guesses.entries()) times[index]?.push(await msToRefuse(guess));
  const medians = times.map(median);
  const [fastest, slowest] = [Math.min(...medians), Math.max(...medians)];
  expect(fastest).toBeGreaterThan(0);
  expect(slowest / fastest).toBeLessThan(MOST);
});

async function msToRefuse(token: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(`${worker.origin}/callback/${token}`, { method: "POST", body: "{}" });
  await response.arrayBuffer();
  const ms = performance.now() - startedAt;
  expect(response.status).toBe(401);
  return ms;
}
