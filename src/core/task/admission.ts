/**
 * Which deliveries a task's log keeps whole: the bound on what one task can store.
 *
 * The first bodies are always kept. After that a body must bring something: a higher stage, a field or a track that
 * was missing, a link for a file that is not stored. The rest is counted. Pure.
 */
import type { EventBody, FileKind, Observed } from "./event.ts";
import { fileStatus, kindsOf, linksOf } from "./copies.ts";
import { deliveredBy } from "./files.ts";
import type { Observation } from "../provider/message.ts";
import { parentOf } from "./product.ts";
import { reduce } from "./reduce.ts";
import { failureSeen, stageOf, wasRefunded } from "./stage.ts";
import type { Task } from "./task.ts";
import type { Track } from "./tracks.ts";
import { isSameMessage } from "./trust.ts";

export const MAX_BODIES = 64;
export const MAX_OBSERVATIONS = 200;

/** `redelivery`: the same bytes are in the log; `overflow`: only counted. */
export type Admission = "new" | "redelivery" | "overflow";

export function admit(task: Task, event: Observed): Admission {
  if (task.observations.some((known) => isSameMessage(known, event))) return "redelivery";
  if (task.observations.length < MAX_BODIES) return "new";
  const after = reduce(task, event);
  // A message moves the stage up, or a given-up task back to where it was: too seldom to need room under the bound.
  if (stageOf(after) !== stageOf(task) || wasRefunded(after) !== wasRefunded(task)) return "new";
  if (task.observations.length >= MAX_OBSERVATIONS) return "overflow";
  return brings(task, after, event.observation) ? "new" : "overflow";
}

/** Whether an answer of the provider says anything that was not known: otherwise it is only counted. */
export function learns(task: Task, event: Observed): boolean {
  return admit(task, event) === "new" && told(reduce(task, event)) !== told(task);
}

/** Of a link's rank, its place among the others counts, and whether it is confirmed. */
function told(task: Task): string {
  return JSON.stringify([stageOf(task), failureSeen(task), deliveredBy(task), parentOf(task)], (name, value: unknown) =>
    name === "rank" ? value !== 0 : value,
  );
}

function brings(task: Task, after: Task, observation: Observation): boolean {
  if (observation.tracks.length === 0 && observation.files === undefined) return false;
  const before = new Map(deliveredBy(task).map((track) => [track.trackId, track]));
  return deliveredBy(after).some((track) => {
    const known = before.get(track.trackId);
    if (known === undefined) return true;
    return kindsOf(track).some((file) => bringsLink(task, known, track, file)) || fillsField(known, track);
  });
}

function bringsLink(task: Task, known: Track, track: Track, file: FileKind): boolean {
  const hashes = new Set(linksOf(known, file).map(({ hash }) => hash));
  return linksOf(track, file).some(({ hash }) => !hashes.has(hash)) && fileStatus(task, known, file).state !== "stored";
}

const FIELDS = ["title", "tags", "durationSeconds", "model", "createdAt", "streamLink"] as const;

function fillsField(known: Track, track: Track): boolean {
  return FIELDS.some((field) => known[field] === null && track[field] !== null);
}

/** The event of a message that has just come: a new one, or one more of a known one. `ref` is the callBackUrl's. */
export function received(
  task: Task | null,
  message: Pick<Observed, "sha256" | "via" | "verdict" | "observation" | "host">,
  ref: string | null,
  now: number,
): Observed {
  const known = task?.observations.find((other) => isSameMessage(other, message));
  if (known !== undefined) return { ...known, lastAt: now, times: known.times + 1 };
  return { type: "observed", ...message, ...(ref === null ? {} : { ref }), at: now, lastAt: now, times: 1 };
}

/** One more that is only counted. */
export function overflowed(
  { overflow }: Task,
  now: number,
): Extract<EventBody, { type: "overflowed" }> & { at: number } {
  return { type: "overflowed", at: overflow?.lastAt ?? now, lastAt: now, count: (overflow?.count ?? 0) + 1 };
}
