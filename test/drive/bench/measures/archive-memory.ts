/** What the copies of `npm run bench -- archive` hold in memory while they run. */
import type { LocalWorker } from "../../../rig/local/worker.ts";
import { copied } from "../copied.ts";
import { median } from "../figures.ts";
import { openHeap } from "../heap.ts";
import { forgetPeak, workerdBytes, workerdPeakBytes } from "../machine.ts";
import type { Origin } from "../origin.ts";

export interface MemoryFigure {
  readonly what: string;
  readonly megabytes: number;
  readonly atOnce: number;
  /** Of the Worker's isolate, over idle: the most that was seen. */
  readonly heapBytes: number;
  /** The same, half of the time: a single look may find buffers that are dead and not yet swept. */
  readonly usualBytes: number;
  /** Of the whole local process, over what it held before; null where the system does not tell. */
  readonly processBytes: number | null;
}

interface Case {
  readonly what: string;
  readonly path: "/bare" | "/ours";
  readonly kind: "known" | "unknown";
  readonly megabytes: number;
  readonly atOnce: number;
}

const CASES: readonly Case[] = [
  { what: "shortest Worker", path: "/bare", kind: "known", megabytes: 100, atOnce: 1 },
  ...[5, 20, 100].map(
    (megabytes) => ({ what: "known length", path: "/ours", kind: "known", megabytes, atOnce: 1 }) as const,
  ),
  { what: "known length", path: "/ours", kind: "known", megabytes: 20, atOnce: 8 },
  { what: "unknown length", path: "/ours", kind: "unknown", megabytes: 20, atOnce: 1 },
  { what: "unknown length", path: "/ours", kind: "unknown", megabytes: 20, atOnce: 8 },
];

/** Small files come one after the other, so that as many looks fall on them as on a large one. */
const LOOKED_AT_MEGABYTES = 100;

export async function archiveMemory(worker: LocalWorker, origin: Origin): Promise<readonly MemoryFigure[]> {
  const poke = (): Promise<void> => copied(worker, "/bare", "", 0);
  const heap = await openHeap(await worker.miniflare.getInspectorURL(), poke);
  const figures: MemoryFigure[] = [];
  try {
    for (const { what, path, kind, megabytes, atOnce } of CASES) {
      await forgetPeak();
      const before = workerdBytes();
      const idle = await heap.bytes();
      const url = origin.url(`${kind}/${megabytes}.mp3`);
      const times = Math.ceil(LOOKED_AT_MEGABYTES / (megabytes * atOnce));
      const looks = await looksDuring(() => again(times, () => copied(worker, path, url, atOnce)), heap.bytes);
      const peak = workerdPeakBytes();
      const processBytes = before === null || peak === null ? null : Math.max(0, peak - before);
      const heapBytes = Math.max(0, Math.max(...looks) - idle);
      const usualBytes = Math.max(0, median(looks) - idle);
      figures.push({ what, megabytes, atOnce, heapBytes, usualBytes, processBytes });
    }
  } finally {
    heap.close();
  }
  return figures;
}

export function memoryRows(figures: readonly MemoryFigure[]): readonly Record<string, string | number>[] {
  return figures.map(({ what, megabytes, atOnce, heapBytes, usualBytes, processBytes }) => ({
    what,
    "file, MB": megabytes,
    "at once": atOnce,
    isolate: (heapBytes / 1e6).toFixed(1),
    usually: (usualBytes / 1e6).toFixed(1),
    process: processBytes === null ? "not told" : (processBytes / 1e6).toFixed(1),
  }));
}

async function again(times: number, work: () => Promise<void>): Promise<void> {
  for (let time = 0; time < times; time += 1) await work();
}

/** Looks again and again until the work is done. */
async function looksDuring(work: () => Promise<void>, look: () => Promise<number>): Promise<readonly number[]> {
  const under = { way: true };
  const ended = work().finally(() => (under.way = false));
  const looks: number[] = [];
  while (under.way) looks.push(await look());
  await ended;
  return looks;
}
