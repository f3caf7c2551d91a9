/**
 * Which deliveries a task's log keeps whole: the bound on what one task can store.
 *
 * The first bodies are always kept. After that a body must bring something: a higher stage, a field or a track that
 * was missing, a link for a file that is not stored. The rest is counted. Pure.
 */
import type { Observation } from "./observation.ts";
import { audioStatus, stageOf, type Stage } from "./stage.ts";
import { reduce } from "./reduce.ts";
import type { Task } from "./task.ts";
import { tracksOf, type Track } from "./tracks.ts";
import type { Observed } from "./event.ts";

export const MAX_BODIES = 64;
export const MAX_OBSERVATIONS = 200;

const HEIGHT: Record<Stage, number> = { pending: 0, text: 1, first: 2, failed: 3, complete: 4 };

/** `redelivery`: the same bytes are in the log; `overflow`: only counted. */
export type Admission = "new" | "redelivery" | "overflow";

export function admit(task: Task, event: Observed): Admission {
  if (task.observations.some((known) => known.sha256 === event.sha256)) return "redelivery";
  if (task.observations.length < MAX_BODIES) return "new";
  const after = reduce(task, event);
  // A higher stage can come four times in a task's life, so it needs no room under the bound.
  if (HEIGHT[stageOf(after)] > HEIGHT[stageOf(task)]) return "new";
  if (task.observations.length >= MAX_OBSERVATIONS) return "overflow";
  return brings(task, after, event.observation) ? "new" : "overflow";
}

function brings(task: Task, after: Task, observation: Observation): boolean {
  if (observation.tracks.length === 0) return false;
  const before = new Map(tracksOf(task).map((track) => [track.trackId, track]));
  return tracksOf(after).some((track) => {
    const known = before.get(track.trackId);
    if (known === undefined) return true;
    const newLinks = track.audioLinks.length > known.audioLinks.length && audioStatus(task, known).state !== "stored";
    const newCover = known.coverLinks.length === 0 && track.coverLinks.length > 0;
    return newLinks || newCover || fillsField(known, track);
  });
}

const FIELDS = ["title", "tags", "durationSeconds", "model", "createdAt", "streamLink"] as const;

function fillsField(known: Track, track: Track): boolean {
  return FIELDS.some((field) => known[field] === null && track[field] !== null);
}
