/** What of a task wants a person's attention, for the list of problems. Pure. */
import { assessmentOf } from "../task/assessment.ts";
import { fileStatus, kindsOf, mainKindOf } from "../task/copies.ts";
import { deliveredBy } from "../task/files.ts";
import { audioStatus, failureShown, isStalled, stageOf } from "../task/stage.ts";
import type { Task } from "../task/task.ts";
import type { Track } from "../task/tracks.ts";

/** The gravest first. **A persisted contract** of the catalog's table. */
export const TROUBLES = ["failed", "lost", "faulty", "in_doubt", "stalled"] as const;
export type Trouble = (typeof TROUBLES)[number];

export function troubleOf(task: Task): Trouble | null {
  if (stageOf(task) === "failed") return "failed";
  const tracks = deliveredBy(task);
  if (tracks.some((track) => statesOf(task, track).includes("lost"))) return "lost";
  if (tracks.some((track) => isFaulty(task, track))) return "faulty";
  if (tracks.some((track) => fileStatus(task, track, mainKindOf(track)).doubt !== null)) return "in_doubt";
  return isStalled(task) ? "stalled" : null;
}

/** Tracks whose audio is kept, of those that are known. */
export function keptCount(task: Task): number {
  return deliveredBy(task).filter((track) => audioStatus(task, track).state === "stored").length;
}

/** Why it is not all well: of the failure, else of the last file that was not kept. Null where nothing went wrong. */
export function lastReason(task: Task): string | null {
  const failure = failureShown(task);
  if (failure !== null) return failure.reason;
  const reasons = deliveredBy(task).flatMap((track) => [
    audioStatus(task, track).reason ?? [],
    fileStatus(task, track, "cover").reason ?? [],
  ]);
  return reasons.flat()[0] ?? null;
}

function isFaulty(task: Task, track: Track): boolean {
  const { stored } = audioStatus(task, track);
  return stored?.file === "audio" && assessmentOf(task, track, stored).verdict === "fail";
}

function statesOf(task: Task, track: Track): readonly string[] {
  return kindsOf(track).map(
    (file) => (file === "cover" ? fileStatus(task, track, file) : audioStatus(task, track)).state,
  );
}
