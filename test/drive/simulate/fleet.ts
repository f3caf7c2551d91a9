/** Shares the lives among threads, one for each of two cores, and gathers what came of them. */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { LifeResult } from "./result.ts";

/** Seeds `seed` to `seed + lives`, the last one not included. */
export interface Voyage {
  readonly seed: number;
  readonly lives: number;
  readonly trace: boolean;
  readonly plant: string | null;
  /** With the first violation, the rest is left out. */
  readonly untilViolation: boolean;
}

export interface Harvest {
  readonly lives: number;
  readonly steps: number;
  readonly crashes: number;
  readonly seconds: number;
  /** The lives that broke a law, by their seed. */
  readonly broken: readonly LifeResult[];
}

const THREADS = 2;
const MAX_SHOWN = 20;
/** After so many lives a thread makes room for a fresh one: what lives leave behind goes with it. */
const LIVES_OF_A_THREAD = 20_000;
/** A life leaves behind what is short-lived: with more room for that, less time goes into clearing it. */
const ROOM = { maxYoungGenerationSizeMb: 192 };

/** `onLife` is told of each life, in the order in which they end. Rejects where the simulation itself breaks. */
export async function sail(voyage: Voyage, onLife: (life: LifeResult) => void): Promise<Harvest> {
  const startedAt = performance.now();
  const total = { lives: 0, steps: 0, crashes: 0 };
  const broken: LifeResult[] = [];
  const threads = new Set<Worker>();
  const enough = (): boolean => (voyage.untilViolation ? broken.length > 0 : broken.length >= MAX_SHOWN);
  const count = (life: LifeResult): void => {
    total.lives += 1;
    total.steps += life.steps;
    total.crashes += life.crashes;
    onLife(life);
    if (life.violations.length === 0) return;
    broken.push(life);
    if (enough()) for (const thread of threads) void thread.terminate();
  };
  const end = voyage.seed + voyage.lives;
  async function watch(index: number): Promise<void> {
    const step = THREADS * LIVES_OF_A_THREAD;
    for (let first = voyage.seed + index; first < end && !enough(); first += step) {
      const thread = threadOf(voyage, first, Math.min(end, first + step));
      threads.add(thread);
      await endOf(thread, count);
      threads.delete(thread);
    }
  }
  await Promise.all(Array.from({ length: THREADS }, (_, index) => watch(index)));
  const seconds = (performance.now() - startedAt) / 1_000;
  return { ...total, seconds, broken: broken.toSorted((a, b) => a.seed - b.seed) };
}

/** Every second seed from `first` on. */
function threadOf({ trace, plant }: Voyage, first: number, end: number): Worker {
  const share = { first, step: THREADS, end, trace, plant };
  return new Worker(fileURLToPath(new URL("thread.ts", import.meta.url).href), {
    workerData: share,
    resourceLimits: ROOM,
  });
}

function endOf(thread: Worker, count: (life: LifeResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.on("message", (lives: readonly LifeResult[]) => lives.forEach(count));
    thread.once("error", reject);
    thread.once("exit", () => resolve());
  });
}
