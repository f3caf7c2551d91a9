/**
 * Takes many tasks through their life: three callbacks, two tracks with audio and cover, and as many questions to the
 * provider as wanted in between. The Worker is the counted build, the provider is the simulated one.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { startWorker, type LocalWorker } from "../../rig/local/worker.ts";
import type { Stage, Task } from "../../rig/provider/ledger.ts";
import { startProvider, type Provider } from "../../rig/provider/provider.ts";
import type { Counts } from "./figures.ts";
import { folderBytes, workerdCpuMs } from "./machine.ts";

const TOKEN = "bench-callback-token-0123456789abcdef";
const WAVE = 100;
const QUIET_MS = 4_000;
const PATIENCE_MS = 120_000;
/** The stages of real tasks are half a minute apart: the alarm run that one set off is over by the next. */
const PAUSE_MS = 500;
/** The questions are asked in a sixtieth of the time: five of them within 9 s. Nothing else here waits so long. */
const POLLING_TIME_SCALE = 60;

export interface DriveOptions {
  /** Of the counted build (`workers/counted.ts`). */
  readonly bundle: string;
  readonly tasks: number;
  /** Questions to the provider for each task, before it is complete. */
  readonly polls: number;
  readonly assess: "scan" | "full";
  readonly dataDir: string;
}

/** For one task, on average. */
export interface Driven {
  readonly counts: Counts;
  readonly polls: number;
  /** All CPU of the local process, stores included; null where the system does not tell. */
  readonly cpuMs: number | null;
  /** On disk, for its object and its row in the catalog. */
  readonly objectBytes: number;
}

const counts = z.record(z.string(), z.number());

export async function drive(options: DriveOptions): Promise<Driven> {
  const provider = await startProvider({ rateLimits: false, songSeconds: 3, seed: 7, timeScale: 1_000 });
  const worker = await startWorker({ ...options, port: 0, vars: varsOf(options, provider) });
  let driven: Omit<Driven, "objectBytes">;
  try {
    // The tables of the catalog are made once for all tasks.
    await life(worker, provider, options);
    await quiet(worker);
    await tallied(worker, "DELETE");
    const cpuBefore = workerdCpuMs();
    const asked = asksOf(provider);
    for (let at = 0; at < options.tasks; at += WAVE) {
      const wave = Array.from({ length: Math.min(WAVE, options.tasks - at) }, () => life(worker, provider, options));
      await Promise.all(wave);
    }
    const total = await quiet(worker);
    const cpuAfter = workerdCpuMs();
    const perTask = (sum: number): number => sum / options.tasks;
    driven = {
      counts: Object.fromEntries(Object.entries(total).map(([name, times]) => [name, perTask(times)])),
      polls: perTask(asksOf(provider) - asked),
      cpuMs: cpuBefore === null || cpuAfter === null ? null : perTask(cpuAfter - cpuBefore),
    };
  } finally {
    await Promise.all([worker.stop(), provider.close()]);
  }
  // Stopped, the stores have no logs of their own beside them.
  return { ...driven, objectBytes: (await folderBytes(join(options.dataDir, "do"))) / (options.tasks + 1) };
}

function varsOf({ polls, assess }: DriveOptions, provider: Provider): Record<string, string> {
  const asking = {
    PROVIDER_API_KEY: "bench-provider-key",
    PROVIDER_BASE_URL: provider.url,
    TIME_SCALE: String(POLLING_TIME_SCALE),
  };
  return {
    CALLBACK_TOKEN: TOKEN,
    API_TOKEN: "bench-api-token-0123456789abcdef01234",
    AUDIO_ORIGINS: "http://127.0.0.1:*",
    ASSESS: assess,
    ...(polls === 0 ? {} : asking),
  };
}

/** Each stage is told when all that the one before set off is over. */
async function life(worker: LocalWorker, provider: Provider, { polls }: DriveOptions): Promise<void> {
  const task = provider.submit(
    {
      uploadUrl: provider.sourceUrl("bench"),
      title: "Bench",
      tags: "house",
      negativeTags: "vocals",
      callBackUrl: `${worker.origin}/callback/${TOKEN}`,
    },
    { plan: [] },
  );
  await told(provider, task, "text");
  await until("the questions", () => task.asks.length >= Math.floor(polls / 2));
  await told(provider, task, "first");
  await until("the first track", () => filesOf(task) >= 2);
  await sleep(PAUSE_MS);
  await until("more questions", () => task.asks.length >= polls);
  await told(provider, task, "complete");
  await until("all files", () => filesOf(task) >= 4);
}

async function told(provider: Provider, task: Task, stage: Stage): Promise<void> {
  task.progress = stage;
  const { outcome } = await provider.send(task.taskId, stage, provider.bodyOf(task.taskId, stage));
  if (outcome !== "acknowledged") throw new Error(`a callback was ${outcome}`);
}

/** The audio and the covers that were fetched whole. */
function filesOf({ fetches }: Task): number {
  return fetches.filter(({ path, finished }) => finished && path.startsWith("/files/")).length;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const startedAt = Date.now();
  while (!holds()) {
    if (Date.now() - startedAt > PATIENCE_MS) throw new Error(`${what} did not come`);
    await sleep(50);
  }
}

/** The counts once they stand still: all alarms are over, and what was told afterwards. */
async function quiet(worker: LocalWorker): Promise<Counts> {
  for (let last = "", since = Date.now(); ;) {
    const counts = await tallied(worker, "GET");
    const now = JSON.stringify(counts);
    if (now !== last) since = Date.now();
    if (Date.now() - since >= QUIET_MS) return counts;
    last = now;
    await sleep(250);
  }
}

export async function tallied({ origin }: LocalWorker, method: "GET" | "DELETE"): Promise<Counts> {
  const response = await fetch(`${origin}/_tally`, { method });
  return counts.parse(await response.json());
}

function asksOf({ tasks }: Provider): number {
  return [...tasks.values()].reduce((sum, { asks }) => sum + asks.length, 0);
}
