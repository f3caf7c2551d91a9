/** Which kept audio is still to be looked into. Pure. */
import { fileStatus } from "../task/copies.ts";
import type { Copied } from "../task/event.ts";
import type { Task } from "../task/task.ts";
import { tracksOf } from "../task/tracks.ts";
import type { Pace } from "./pace.ts";

/** Kept audio that is still to be looked into. */
export interface Waiting {
  readonly trackId: string;
  readonly stored: Copied;
  readonly starts: number;
  readonly lastAt: number;
}

/** Each file once, though two tracks may have the same bytes. */
export function waitingForAssessment(task: Task): readonly Waiting[] {
  const seen = new Set<string>();
  return tracksOf(task).flatMap((track): readonly Waiting[] => {
    const { stored } = fileStatus(task, track, "audio");
    const progress = stored === null ? undefined : task.assessments.get(stored.sha256);
    if (stored === null || progress?.pending !== true || seen.has(stored.sha256)) return [];
    seen.add(stored.sha256);
    return [{ trackId: track.trackId, stored, starts: progress.starts, lastAt: progress.lastAt }];
  });
}

/** Until then a settled task's readers wait for what its music is like; 0 where nothing is awaited. */
export function assessGraceEndsAt(task: Task, pace: Pick<Pace, "assessGraceMs">): number {
  return waitingForAssessment(task).length === 0 ? 0 : (task.settledAt ?? 0) + pace.assessGraceMs;
}
