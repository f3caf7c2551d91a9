/**
 * Time to the 200 of a callback, against the least that a Worker can do and against Express with SQLite.
 *
 * All in one run, in turn, by one client; the ratio to quote is the median over the rounds of the ratio within each.
 */
import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildWorker } from "../local/bundle.ts";
import { startWorker } from "../local/worker.ts";
import { closedLoop, percentile, type Latencies, type Shot } from "./load.ts";

const TOKEN = "bench-callback-token-0123456789abcdef";
const VARS = { CALLBACK_TOKEN: TOKEN, API_TOKEN: "bench-api-token-0123456789abcdef01234" };

interface Contender {
  readonly name: string;
  readonly origin: string;
  readonly pathOf: (taskId: string) => string;
  readonly stop: () => Promise<void>;
}

export interface AckOptions {
  readonly rounds: number;
  readonly requests: number;
  readonly connections: number;
}

export interface AckFigure {
  readonly contender: string;
  readonly tasks: "fresh" | "warm";
  /** Medians over the rounds. */
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** p50 over that of the first contender's floor, median of the rounds. */
  readonly timesFloor: number;
}

export async function benchAck({ rounds, requests, connections }: AckOptions): Promise<readonly AckFigure[]> {
  const contenders = await Promise.all([backline(), floor(true), floor(false), expressSqlite()]);
  const runs = new Map<string, Latencies[]>();
  try {
    for (let round = -1; round < rounds; round += 1) {
      const ids = Array.from({ length: requests }, () => crypto.randomUUID().replaceAll("-", ""));
      for (const tasks of ["fresh", "warm"] as const) {
        for (const contender of rotated(contenders, round)) {
          const shots = ids.map((id) => shotOf(contender, id, tasks));
          const latencies = await closedLoop(contender.origin, connections, shots);
          const name = `${tasks} ${contender.name}`;
          // The first round warms the processes up.
          if (round >= 0) runs.set(name, [...(runs.get(name) ?? []), latencies]);
        }
      }
    }
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
  const figure = (tasks: "fresh" | "warm", { name }: Contender): AckFigure => {
    const own = runs.get(`${tasks} ${name}`) ?? [];
    const floors = runs.get(`${tasks} ${FLOOR}`) ?? [];
    return {
      contender: name,
      tasks,
      requestsPerSecond: median(own.map((run) => run.requestsPerSecond)),
      p50Ms: median(own.map((run) => percentile(run, 0.5))),
      p95Ms: median(own.map((run) => percentile(run, 0.95))),
      p99Ms: median(own.map((run) => percentile(run, 0.99))),
      timesFloor: median(
        own.flatMap((run, round) =>
          floors[round] === undefined ? [] : [percentile(run, 0.5) / percentile(floors[round], 0.5)],
        ),
      ),
    };
  };
  return (["fresh", "warm"] as const).flatMap((tasks) => contenders.map((contender) => figure(tasks, contender)));
}

const FLOOR = "bare Worker + object, row + alarm";

function shotOf(contender: Contender, id: string, tasks: "fresh" | "warm"): Shot {
  const track = (n: number): object => ({
    id: `${id}${n}`,
    audio_url: "",
    stream_audio_url: `https://stream.example.com/${id}${n}`,
    image_url: "",
    prompt: "bench",
    model_name: "V5",
    title: `Track ${n}`,
    tags: "house, 120 bpm",
    createTime: 1_769_670_760_000,
  });
  const data =
    tasks === "fresh"
      ? { callbackType: "text", task_id: id, data: [] }
      : { callbackType: "first", task_id: id, data: [track(1), track(2)] };
  return { path: contender.pathOf(id), body: JSON.stringify({ code: 200, msg: "success", data }) };
}

async function backline(): Promise<Contender> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-bench-"));
  const worker = await startWorker({ bundle: await buildWorker(), dataDir, port: 0, vars: VARS });
  return { name: "Backline", origin: worker.origin, pathOf: () => `/callback/${TOKEN}`, stop: () => worker.stop() };
}

async function floor(withAlarm: boolean): Promise<Contender> {
  const dataDir = await mkdtemp(join(tmpdir(), "backline-floor-"));
  const path = fileURLToPath(new URL("floor.js", import.meta.url));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "floor",
      rootPath: fileURLToPath(new URL(".", import.meta.url)),
      modulesRoot: fileURLToPath(new URL(".", import.meta.url)),
      modules: [{ type: "ESModule", path }],
      compatibilityDate: "2026-10-01",
      durableObjects: { FLOOR: { className: "Floor", useSQLite: true } },
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      resourcePersistencePath: dataDir,
      cf: false,
      telemetry: { enabled: false },
    }),
  );
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL();
  const name = withAlarm ? FLOOR : "bare Worker + object, row only";
  return { name, origin, pathOf: (id) => `/?id=${id}${withAlarm ? "&alarm" : ""}`, stop: () => miniflare.dispose() };
}

async function expressSqlite(): Promise<Contender> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("express-sqlite.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const origin of createInterface({ input: child.stdout })) {
    return { name: "Express + SQLite", origin, pathOf: () => "/callback", stop: async () => void child.kill() };
  }
  throw new Error("the Express server did not start");
}

/** Each round begins with another one, so that drift of the machine falls on all. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = ((by % items.length) + items.length) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
