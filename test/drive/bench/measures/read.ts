/** Reads: the status of a task that settled long ago (KV), of an open one (its object), what has not changed, the list. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { backlineClient, type BacklineClient } from "../../../rig/local/backline-client.ts";
import { buildWorker } from "../../../rig/local/bundle.ts";
import { startWorker, type LocalWorker } from "../../../rig/local/worker.ts";
import { startProvider } from "../../../rig/provider/provider.ts";
import { rotated, shown, spreadOf, type Report, type Spread } from "../figures.ts";
import { closedLoop, percentile, type Latencies, type Shot } from "./load.ts";

export interface ReadOptions {
  readonly rounds: number;
  readonly requests: number;
  readonly connections: readonly number[];
}

const CALLBACK_TOKEN = "bench-callback-token-0123456789abcdef";
const API_TOKEN = "bench-api-token-0123456789abcdef01234";
const AUTHORIZED = { authorization: `Bearer ${API_TOKEN}` };
/** Quarters of an hour become seconds: after so long KV answers alone. */
const TIME_SCALE = 300;
const SETTLED_FOR_MS = (15 * 60_000) / TIME_SCALE;
/** For the list. */
const TASKS = 200;

interface Subject {
  readonly name: string;
  readonly shot: Shot;
}

interface Figure {
  readonly connections: number;
  readonly what: string;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly requestsPerSecond: Spread;
}

export async function benchRead(options: ReadOptions): Promise<Report> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-read-"));
  const vars = { CALLBACK_TOKEN, API_TOKEN, TIME_SCALE: String(TIME_SCALE), AUDIO_ORIGINS: "http://127.0.0.1:*" };
  const worker = await startWorker({
    bundle: await buildWorker(),
    dataDir,
    port: 0,
    vars: { ...vars, ASSESS: "scan" },
  });
  try {
    const subjects = await prepare(worker);
    const figures: Figure[] = [];
    for (const connections of options.connections) {
      figures.push(...(await measure(worker.origin, subjects, { ...options, connections })));
    }
    return reportOf(figures, options);
  } finally {
    await worker.stop();
  }
}

async function measure(
  origin: string,
  subjects: readonly Subject[],
  { rounds, requests, connections }: Pick<ReadOptions, "rounds" | "requests"> & { readonly connections: number },
): Promise<readonly Figure[]> {
  const runs = new Map<string, Latencies[]>();
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, shot } of rotated(subjects, round)) {
      const shots = Array.from({ length: requests }, () => shot);
      const latencies = await closedLoop(origin, connections, shots);
      if (round >= 0) runs.set(name, [...(runs.get(name) ?? []), latencies]);
    }
  }
  return [...runs].map(([what, own]) => ({
    connections,
    what,
    p50Ms: spreadOf(own.map((run) => percentile(run, 0.5))),
    p99Ms: spreadOf(own.map((run) => percentile(run, 0.99))),
    requestsPerSecond: spreadOf(own.map((run) => run.requestsPerSecond)),
  }));
}

async function prepare(worker: LocalWorker): Promise<readonly Subject[]> {
  const client = backlineClient(worker.origin, API_TOKEN);
  const settled = await settledTask(worker, client);
  const ids = Array.from({ length: TASKS }, () => crypto.randomUUID().replaceAll("-", ""));
  await closedLoop(worker.origin, 8, ids.map(callback));
  // By now the tasks that were silent count as stalled, and nothing more happens to them.
  await sleep(SETTLED_FOR_MS + 1_000);
  await expectPublished(worker, settled);
  const unchanged = async (name: string, path: string): Promise<Subject> => {
    const etag = (await client.get(path)).headers.get("etag") ?? "";
    return { name, shot: { path, headers: { ...AUTHORIZED, "if-none-match": etag }, status: 304 } };
  };
  const open = `/tasks/${ids[0]}`;
  return [
    read("settled task, from KV", `/tasks/${settled}`),
    read("open task, from its object", open),
    await unchanged("settled task, 304", `/tasks/${settled}`),
    await unchanged("open task, 304", open),
    read("list, 50 tasks", "/tasks?limit=50"),
  ];
}

function callback(id: string): Shot {
  const data = { callbackType: "text", task_id: id, data: [] };
  return { path: `/callback/${CALLBACK_TOKEN}`, body: JSON.stringify({ code: 200, msg: "success", data }) };
}

function read(name: string, path: string): Subject {
  return { name, shot: { path, headers: AUTHORIZED } };
}

/** A whole one: two tracks, with audio and cover. */
async function settledTask(worker: LocalWorker, client: BacklineClient): Promise<string> {
  const provider = await startProvider({ rateLimits: false, songSeconds: 3, seed: 7, timeScale: 1_000 });
  try {
    const callBackUrl = `${worker.origin}/callback/${CALLBACK_TOKEN}`;
    const about = { title: "Bench", tags: "house", negativeTags: "vocals", callBackUrl };
    const { taskId } = provider.submit({ uploadUrl: provider.sourceUrl("bench"), ...about });
    while ((await client.task(taskId))?.settled !== true) await sleep(100);
    return taskId;
  } finally {
    await provider.close();
  }
}

const published = z.object({ view: z.object({ settledAt: z.iso.datetime() }) });

/** Else the reads that are to show KV would show the object. */
async function expectPublished({ miniflare }: LocalWorker, taskId: string): Promise<void> {
  const kv = await miniflare.getKVNamespace("STATE");
  const { view } = published.parse(await kv.get(`task:${taskId}`, "json"));
  if (Date.now() - Date.parse(view.settledAt) < SETTLED_FOR_MS) throw new Error("the task settled too lately");
}

function reportOf(figures: readonly Figure[], { rounds, requests, connections }: ReadOptions): Report {
  return {
    title: `Reads; ${rounds} rounds of ${requests} requests, in turn: median (least to most).`,
    tables: connections.map((count) => ({
      heading: `connections: ${count}; ${TASKS} open tasks and a settled one`,
      rows: figures
        .filter((figure) => figure.connections === count)
        .map(({ what, p50Ms, p99Ms, requestsPerSecond }) => ({
          what,
          "p50 ms": shown(p50Ms),
          "p99 ms": shown(p99Ms),
          "req/s": shown(requestsPerSecond, 0),
        })),
    })),
    goals: [],
    notes: ["The open task is one object that all connections ask at once: the worst case."],
    figures: { rounds, requests, figures },
  };
}
