/**
 * One task in the catalog: what lists, the watchdog and statistics need. **A persisted contract** of the catalog's
 * table and of the calls to it. Pure. Times are epoch milliseconds.
 */
import { failureShown, isStalled, stageOf, stageReport, type Stage } from "../task/stage.ts";
import type { Task } from "../task/task.ts";
import { tallyOf, type Tally } from "./tally.ts";
import { tracksOf } from "../task/tracks.ts";

export interface CatalogRow {
  readonly taskId: string;
  readonly ref: string | null;
  readonly title: string | null;
  readonly stage: Stage;
  readonly failureReason: string | null;
  readonly settled: boolean;
  readonly stalled: boolean;
  readonly createdAt: number;
  readonly firstAt: number | null;
  readonly completeAt: number | null;
  readonly settledAt: number | null;
  readonly version: number;
  readonly touchedAt: number;
  readonly tally: Tally;
}

export function catalogRowOf(task: Task, now: number): CatalogRow {
  return {
    taskId: task.taskId,
    ref: task.ref,
    title: tracksOf(task)[0]?.title ?? null,
    stage: stageOf(task),
    failureReason: failureShown(task)?.reason ?? null,
    settled: task.settledAt !== null,
    stalled: isStalled(task),
    createdAt: task.createdAt,
    firstAt: stageReport(task, "first")?.at ?? null,
    completeAt: stageReport(task, "complete")?.at ?? null,
    settledAt: task.settledAt,
    version: task.version,
    touchedAt: now,
    tally: tallyOf(task),
  };
}
