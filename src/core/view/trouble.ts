/** What of a task wants a person's attention, for the list of problems. Pure. */
import { assessmentOf } from "../task/assessment.ts";
import { DOUBTS, fileStatus, mainKindOf, type Doubt } from "../task/copies.ts";
import { doubtReason } from "./doubt.ts";
import { deliveredBy } from "../task/files.ts";
import { audioStatus, failureShown, isStalled, stageOf } from "../task/stage.ts";
import { lacksParent } from "../task/product.ts";
import type { Task } from "../task/task.ts";
import type { Track } from "../task/tracks.ts";
import { isAllKept, viewOf } from "./view.ts";

/** The gravest first. **A persisted contract** of the catalog's table. */
export const TROUBLES = ["failed", "lost", "faulty", "in_doubt", "stalled"] as const;
export type Trouble = (typeof TROUBLES)[number];

/** A lost cover is none: nothing else would tell of it. */
export function troubleOf(task: Task): Trouble | null {
  if (stageOf(task) === "failed") return "failed";
  const tracks = deliveredBy(task);
  if (tracks.some((track) => audioStatus(task, track).state === "lost")) return "lost";
  if (tracks.some((track) => isFaulty(task, track))) return "faulty";
  if (gravestDoubt(task) !== null) return "in_doubt";
  return isStalled(task) ? "stalled" : null;
}

/** All is kept without a doubt, and the provider has nothing more to say: to try again would change nothing. */
export function isBeyondRetry(task: Task): boolean {
  return troubleOf(task) === null && !lacksParent(task) && isAllKept(viewOf(task));
}

/** Tracks whose audio is kept, of those that are known. */
export function keptCount(task: Task): number {
  return deliveredBy(task).filter((track) => audioStatus(task, track).state === "stored").length;
}

/**
 * Why it is not all well: of the failure, else of a file that is lost, else what is in doubt of a kept one, else of a
 * file that is not kept yet. A cover is no trouble. Null where nothing went wrong.
 */
export function lastReason(task: Task): string | null {
  const failure = failureShown(task);
  if (failure !== null) return failure.reason;
  const tracks = deliveredBy(task);
  const files = tracks.map((track) => audioStatus(task, track));
  const doubt = gravestDoubt(task);
  const reasons = [
    ...files.filter(({ state }) => state === "lost").map(({ reason }) => reason),
    doubt === null ? null : doubtReason(doubt),
    ...files.map(({ reason }) => reason),
  ];
  return reasons.find((reason) => reason !== null) ?? null;
}

function gravestDoubt(task: Task): Doubt | null {
  const doubts = new Set(deliveredBy(task).map((track) => fileStatus(task, track, mainKindOf(track)).doubt));
  return DOUBTS.findLast((doubt) => doubts.has(doubt)) ?? null;
}

function isFaulty(task: Task, track: Track): boolean {
  const { stored } = audioStatus(task, track);
  return stored?.file === "audio" && assessmentOf(task, track, stored).verdict === "fail";
}
