/**
 * What it took to get one task: deliveries, stages that only asking told, copies. Summed up by the scoreboard.
 * **A persisted contract** of the catalog's table. Pure.
 */
import * as z from "zod";
import { keysInUse } from "../task/copies.ts";
import { stageReport } from "../task/stage.ts";
import type { Task } from "../task/task.ts";

export const tally = z.object({
  /** Callbacks that were received, repeats included. */
  callbacks: z.int(),
  /** Of them, those that had come before. */
  repeats: z.int(),
  /** Stages whose callback was lost or late, so that asking told of them first. */
  recovered: z.int(),
  /** Files that are kept: one that another took the place of is deleted. */
  copies: z.int(),
  copiedBytes: z.int(),
  /** Attempts that failed, by the reason's code. */
  failedCopies: z.record(z.string(), z.int()),
});

export type Tally = z.infer<typeof tally>;

export const NOTHING: Tally = { callbacks: 0, repeats: 0, recovered: 0, copies: 0, copiedBytes: 0, failedCopies: {} };

const REPORTED = ["text", "first", "complete"] as const;

export function tallyOf(task: Task): Tally {
  const heard = task.observations.filter(({ via }) => via === "callback");
  const inUse = keysInUse(task);
  const stored = [...task.stored.values()].filter(({ key }) => inUse.has(key));
  const callbacks = sum(heard.map(({ times }) => times));
  return {
    callbacks: callbacks + (task.overflow?.count ?? 0),
    repeats: callbacks - heard.length,
    recovered: REPORTED.filter((kind) => stageReport(task, kind)?.via === "poll").length,
    copies: stored.length,
    copiedBytes: sum(stored.map(({ bytes }) => bytes)),
    failedCopies: Object.fromEntries(task.failedCopies),
  };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    callbacks: a.callbacks + b.callbacks,
    repeats: a.repeats + b.repeats,
    recovered: a.recovered + b.recovered,
    copies: a.copies + b.copies,
    copiedBytes: a.copiedBytes + b.copiedBytes,
    failedCopies: sumByKey(a.failedCopies, b.failedCopies),
  };
}

function sumByKey(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const total = { ...a };
  for (const [key, count] of Object.entries(b)) total[key] = (total[key] ?? 0) + count;
  return total;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
