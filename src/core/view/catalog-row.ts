/**
 * One task in the catalog: what lists, the watchdog and statistics need. **A persisted contract** of the catalog's
 * table and of the calls to it. Pure. Times are epoch milliseconds.
 */
import { failureShown, isStalled, stageOf, stageReport, type Stage } from "../task/stage.ts";
import { deliveredBy, takesOf } from "../task/files.ts";
import { parentOf, productOf } from "../task/product.ts";
import type { ParentTask } from "../provider/submission.ts";
import type { Product } from "../provider/products/products.ts";
import type { Task } from "../task/task.ts";
import { tallyOf, type Tally } from "./tally.ts";
import { chosenOf, type Track } from "../task/tracks.ts";
import { publicTrackId } from "../ids.ts";
import { keptCount, lastReason, troubleOf, type Trouble } from "./trouble.ts";

export interface CatalogRow {
  readonly taskId: string;
  readonly product: Product;
  readonly ref: string | null;
  /** What it was made of. */
  readonly parent: ParentTask | null;
  readonly title: string | null;
  readonly stage: Stage;
  readonly failureReason: string | null;
  /** The track that somebody chose. */
  readonly chosen: string | null;
  /** The tracks that it may be found by, under the ids of here and of the provider. They are not read back. */
  readonly trackIds?: readonly string[];
  readonly settled: boolean;
  readonly stalled: boolean;
  /** What wants a person's attention. */
  readonly problem: Trouble | null;
  /** Why it is not all well: a code, and after a colon what happened. */
  readonly reason: string | null;
  /** Tracks whose audio is kept, of those that are known. */
  readonly keptTracks: number;
  readonly tracks: number;
  readonly createdAt: number;
  readonly firstAt: number | null;
  readonly completeAt: number | null;
  readonly settledAt: number | null;
  readonly version: number;
  readonly touchedAt: number;
  /** When the task's alarm is to run next; null: there is nothing left to do. */
  readonly wake: number | null;
  readonly tally: Tally;
}

export function catalogRowOf(task: Task, now: number, wake: number | null): CatalogRow {
  return {
    taskId: task.taskId,
    product: productOf(task),
    ref: task.ref,
    parent: parentOf(task),
    title: takesOf(task)[0]?.title ?? requestedTitle(task),
    stage: stageOf(task),
    failureReason: failureShown(task)?.reason ?? null,
    chosen: chosenOf(task),
    trackIds: [...new Set(takesOf(task).flatMap(namesOf))],
    settled: task.settledAt !== null,
    stalled: isStalled(task),
    problem: troubleOf(task),
    reason: lastReason(task),
    keptTracks: keptCount(task),
    tracks: deliveredBy(task).length,
    createdAt: task.createdAt,
    firstAt: stageReport(task, "first")?.at ?? null,
    completeAt: stageReport(task, "complete")?.at ?? null,
    settledAt: task.settledAt,
    version: task.version,
    touchedAt: now,
    // What is due already is as good as due now.
    wake: wake === null ? null : Math.ceil(Math.max(wake, now)),
    tally: tallyOf(task),
  };
}

/** What the catalog is told of: a first sight, a move of the stage, and what gives a settled task work again. */
export function isMoved(before: Task | null, task: Task): boolean {
  if (before === null || stageOf(before) !== stageOf(task) || isStalled(before) !== isStalled(task)) return true;
  return before.settledAt !== null && before.version !== task.version;
}

/** Whether an older row says the same in a list. The reason of a file that is tried again changes with each try. */
export function isShownBy(older: CatalogRow, row: CatalogRow): boolean {
  const isSame = (["stage", "keptTracks", "tracks"] as const).every((name) => older[name] === row[name]);
  return isSame && (older.reason === null) === (row.reason === null);
}

function requestedTitle({ request }: Task): string | null {
  const title = request?.["title"];
  return typeof title === "string" ? title : null;
}

function namesOf({ trackId, audioId }: Track): readonly string[] {
  return audioId === null ? [trackId] : [trackId, publicTrackId(audioId)];
}
