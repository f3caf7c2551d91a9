/**
 * Whether it stays as fast as tasks pile up: the same questions with a hundred, a thousand, ten thousand open tasks
 * present. Open ones are the worst case: the watchdog and the list know settled ones only by their rows.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { backlineClient } from "../../../rig/local/backline-client.ts";
import { buildWorker } from "../../../rig/local/bundle.ts";
import { startWorker, type LocalWorker } from "../../../rig/local/worker.ts";
import { median, type Report } from "../figures.ts";
import { closedLoop, percentile, type Latencies, type Shot } from "./load.ts";
import { folderBytes } from "../machine.ts";
import { rowsRead } from "./rows-read.ts";
import { CONNECTIONS, PASSES, reportOf, type Figure } from "./scale-report.ts";
import { tallied } from "../tasks-drive.ts";

const TOKEN = "bench-callback-token-0123456789abcdef";
const API_TOKEN = "bench-api-token-0123456789abcdef01234";
const HEADERS = { authorization: `Bearer ${API_TOKEN}` };
const GROWING_CONNECTIONS = 32;
/** The smallest and the largest there are; `--tasks` says how far to go. */
const SIZES = [100, 1_000, 10_000, 100_000] as const;
const PAGE = 50;
/** Later than any task was touched, by the watchdog's ten minutes. */
const NEGLECTED_MS = 11 * 60_000;

interface Stage {
  readonly worker: LocalWorker;
  readonly dataDir: string;
  readonly ids: Set<string>;
}

/** The catalog is told after the answers. */
const TOLD_MS = 1_000;

export async function benchScale(most: number, requests: number): Promise<Report> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-scale-"));
  const bundle = await buildWorker({ entry: "test/drive/bench/workers/counted.ts" });
  const vars = { CALLBACK_TOKEN: TOKEN, API_TOKEN };
  const worker = await startWorker({ bundle, dataDir, port: 0, vars });
  const stage = { worker, dataDir, ids: new Set<string>() };
  try {
    const figures: Figure[] = [];
    for (const tasks of SIZES.filter((size) => size <= most)) {
      const rowsPerTask = await grow(stage, tasks);
      // The first size alone would pay for a cold start of the Worker.
      if (figures.length === 0) await warmUp(stage, requests);
      figures.push({ ...(await measure(stage, requests)), rowsPerTask });
    }
    await worker.stop();
    const rows = await rowsRead();
    const report = reportOf(figures, requests);
    return {
      ...report,
      tables: [...report.tables, ...rows.tables],
      goals: [...report.goals, ...rows.goals],
      figures: { ...report.figures, rowsRead: rows.figures },
    };
  } finally {
    await worker.stop();
  }
}

/** Up to so many tasks. Returns the rows that each of the new ones took. */
async function grow({ worker, ids }: Stage, tasks: number): Promise<number> {
  const added = Array.from({ length: Math.max(0, tasks - ids.size) }, newId);
  await tallied(worker, "DELETE");
  await closedLoop(worker.origin, GROWING_CONNECTIONS, added.map(callback));
  for (const id of added) ids.add(id);
  await sleep(TOLD_MS);
  const counts = await tallied(worker, "GET");
  const written = ["tasks.rowsWritten", "tasks.alarmWrites", "catalog.rowsWritten"].map((name) => counts[name] ?? 0);
  return written.reduce((sum, rows) => sum + rows, 0) / added.length;
}

async function warmUp({ worker, ids }: Stage, requests: number): Promise<void> {
  const known = [...ids];
  const asked = Array.from({ length: requests }, (_, index) => known[index % known.length] ?? "");
  await p50(worker, asked.map(callback));
  await p50(
    worker,
    asked.map((id) => get(`/tasks/${id}`)),
  );
  await pagesOf(worker, requests);
  await passes(worker, () => new Date());
}

async function measure(stage: Stage, requests: number): Promise<Omit<Figure, "rowsPerTask">> {
  const { worker, dataDir } = stage;
  const ids = [...stage.ids];
  const tasks = ids.length;
  const stored = await folderBytes(join(dataDir, "do"));
  const asked = Array.from({ length: requests }, () => ids[Math.floor(Math.random() * tasks)] ?? "");
  const statuses = asked.map((id) => get(`/tasks/${id}`));
  const cold = await p50(worker, statuses);
  const warm = await p50(worker, statuses);
  const pages = await pagesOf(worker, requests);
  const [firstPage = get("/tasks")] = pages;
  const firstPageMs = await p50(
    worker,
    Array.from({ length: requests }, () => firstPage),
  );
  const listMs = await p50(worker, pages);
  const idlePassMs = await passes(worker, () => new Date());
  const busyPassMs = await passes(worker, () => new Date(Date.now() + NEGLECTED_MS));
  // Last, for it adds tasks.
  const fresh = Array.from({ length: requests }, newId);
  const ackMs = await p50(worker, fresh.map(callback));
  for (const id of fresh) stage.ids.add(id);
  const bytesPerTask = stored / tasks;
  return {
    tasks,
    ackMs,
    statusMs: warm,
    coldStatusMs: cold,
    firstPageMs,
    listMs,
    idlePassMs,
    busyPassMs,
    bytesPerTask,
  };
}

async function p50({ origin }: LocalWorker, shots: readonly Shot[]): Promise<number> {
  const latencies: Latencies = await closedLoop(origin, CONNECTIONS, shots);
  return percentile(latencies, 0.5);
}

const page = z.object({
  items: z.array(z.object({ taskId: z.string(), createdAt: z.iso.datetime() })),
  nextCursor: z.string().nullable(),
});

/** The first page, then pages that start at the places of known tasks: a cursor is (createdAt, id). */
async function pagesOf({ origin }: LocalWorker, count: number): Promise<readonly Shot[]> {
  const client = backlineClient(origin, API_TOKEN);
  const shots: Shot[] = [];
  for (let cursor: string | null = ""; shots.length < count;) {
    const path: string = `/tasks?limit=${PAGE}${cursor === "" || cursor === null ? "" : `&cursor=${cursor}`}`;
    shots.push(get(path));
    const read: z.infer<typeof page> = page.parse(await (await client.get(path)).json());
    cursor = read.nextCursor ?? "";
  }
  return shots;
}

/** The median of the watchdog's rounds. */
async function passes({ miniflare }: LocalWorker, when: () => Date): Promise<number> {
  const worker = await miniflare.getWorker();
  const times: number[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const startedAt = performance.now();
    await worker.scheduled({ cron: "*/5 * * * *", scheduledTime: when() });
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

function callback(id: string): Shot {
  const data = { callbackType: "text", task_id: id, data: [] };
  return { path: `/callback/${TOKEN}`, body: JSON.stringify({ code: 200, msg: "success", data }) };
}

function get(path: string): Shot {
  return { path, headers: HEADERS };
}

function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
