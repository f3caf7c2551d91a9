/** The load run: first the callbacks, at their rate; then every task, one by one. Resolves to whether all is well. */
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../bench/measures/load.ts";
import type { BacklineClient } from "../../rig/local/backline-client.ts";
import type { Made, Task } from "../../rig/provider/ledger.ts";
import { MADE_PRODUCTS } from "../../rig/provider/products/kinds.ts";
import { deliveriesOf } from "./deliveries.ts";
import { fire, type Fired } from "./fire.ts";
import { type Ground, prepareGround } from "./ground.ts";
import type { LoadOptions } from "./options.ts";
import { type Faults, verify } from "./verify.ts";

const SHOWN_FAULTS = 20;
const PAUSE_MS = 1_000;
/** After the last callback, for each task. */
const SETTLE_MS = { once: 60_000, each: 60 };

export async function run(options: LoadOptions, signal: AbortSignal): Promise<boolean> {
  const { seed, rate } = options;
  const startedAt = Date.now();
  const ground = await prepareGround(seed, signal);
  try {
    const tasks = submitAll(ground, options.tasks);
    await Promise.all([...ground.provider.made.keys()].map((taskId) => ground.provider.done(taskId)));
    // Another product than music calls back once.
    const deliveries = deliveriesOf(seed, tasks.length).filter(
      ({ task, stage }) => stage === "complete" || !isMade(task),
    );
    console.log(
      `Seed ${seed}: ${tasks.length} tasks, ${deliveries.length} callbacks at ${rate} a second, ${cpus().length} cores.`,
    );
    const fired = await fire(ground.provider, tasks, deliveries, rate, signal);
    reportFired(fired, deliveries.length, rate);
    await settled(ground.client, tasks.length, signal);
    reportFiles(tasks);
    console.log(`Settled after ${seconds(startedAt)} s. Looking at every task.`);
    const faults = await verify(ground, tasks, signal);
    return reportFaults(faults, tasks.length, startedAt);
  } finally {
    await ground.stop();
  }
}

/** One task in five is another product than music. */
function isMade(number: number): boolean {
  return number % 5 === 4;
}

/** Nothing is sent by itself: each callback has its time in the list. */
function submitAll({ provider, callBackUrl }: Ground, count: number): readonly (Task | Made)[] {
  const products = MADE_PRODUCTS.filter((product) => product !== "midi");
  let parent: Task | undefined;
  return Array.from({ length: count }, (_, index) => {
    // Of equal length, as the title is part of the song.
    const title = `Load song ${String(index + 1).padStart(6, "0")}`;
    if (parent !== undefined && isMade(index)) {
      const product = products[Math.floor(index / 5) % products.length] ?? "wav";
      const of = { taskId: parent.taskId, audioId: parent.tracks[0].trackId, prompt: title };
      return provider.make(product, { ...of, callBackUrl }, { afterMs: 0, silent: true });
    }
    const about = { uploadUrl: provider.sourceUrl("vocals"), title, tags: "warm indie pop", negativeTags: "metal" };
    parent = provider.submit({ ...about, callBackUrl }, { plan: [] });
    return parent;
  });
}

/** Resolves when the list shows no open task, or when there was time enough. */
async function settled(client: BacklineClient, tasks: number, signal: AbortSignal): Promise<void> {
  const endAt = Date.now() + SETTLE_MS.once + SETTLE_MS.each * tasks;
  while (Date.now() < endAt) {
    const answer = await client.get("/tasks?status=open&limit=1");
    const said = await answer.text();
    if (said.includes('"items":[]')) return;
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

function reportFired({ sorted, lags, errors, givenUp, perSecond }: Fired, callbacks: number, rate: number): void {
  const at = (share: number): string => percentile({ sorted }, share).toFixed(1);
  console.log(`${sorted.length} of ${callbacks} callbacks acknowledged, ${perSecond.toFixed(1)} of ${rate} a second.`);
  console.table({
    "ack ms, from when it was due": { p50: at(0.5), p95: at(0.95), p99: at(0.99), "p99.9": at(0.999), max: at(1) },
  });
  const lag = percentile({ sorted: lags }, 0.99).toFixed(1);
  console.log(`This process was up to ${lag} ms late itself (p99), which is part of those.`);
  console.log(`${errors.length} errors${errors.length === 0 ? "" : `: ${kindsOf(errors)}`}, ${givenUp} given up`);
}

function reportFiles(tasks: readonly (Task | Made)[]): void {
  const fetches = tasks.flatMap((task) => task.fetches);
  const spoiled = fetches.filter(({ fault }) => fault !== null).length;
  console.log(`${fetches.length} requests for files, ${spoiled} of them spoiled.`);
}

function reportFaults(faults: Faults, tasks: number, startedAt: number): boolean {
  const sentences = [...faults.values()].flat();
  for (const sentence of sentences.slice(0, SHOWN_FAULTS)) console.error(sentence);
  if (sentences.length > SHOWN_FAULTS) console.error(`… and ${sentences.length - SHOWN_FAULTS} more.`);
  console.log(`${seconds(startedAt)} s`);
  console.log(`verified ${Math.max(0, tasks - faults.size)} of ${tasks}`);
  return faults.size === 0;
}

function kindsOf(errors: readonly string[]): string {
  const kinds = Map.groupBy(errors, (error) => error);
  return [...kinds].map(([kind, all]) => `${all.length} × ${kind}`).join(", ");
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1_000).toFixed(0);
}
