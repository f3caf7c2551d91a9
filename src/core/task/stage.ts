/**
 * How far a task has come: stage, failure, outcome, settled. Selectors, so that the order of callbacks cannot show.
 *
 * Pure.
 */
import type { Observed } from "./event.ts";
import { failureOf, type Failure } from "../provider/failure.ts";
import { fileStatus, isQueued, mainKindOf, type Doubt, type FileStatus } from "./copies.ts";
import { deliveredBy } from "./files.ts";
import { isNews, type ObservationKind } from "../provider/message.ts";
import { entryOf } from "../provider/products/products.ts";
import { isMusic, productOf, saidOf } from "./product.ts";
import type { Task } from "./task.ts";
import { byPrecedence, type Track } from "./tracks.ts";

export const STAGES = ["pending", "text", "first", "complete", "failed"] as const;
export type Stage = (typeof STAGES)[number];

/** What a task gave: null until it has failed or settled. */
export const OUTCOMES = ["complete", "partial", "lost", "failed", "failed_with_tracks"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function stageOf(task: Task): Stage {
  if (!isMusic(task)) {
    if (saw(task, "complete") && hasDelivery(task)) return "complete";
    return failureSeen(task) === null ? "pending" : "failed";
  }
  if (saw(task, "complete") && hasAudio(task)) return "complete";
  if (failureSeen(task) !== null) return "failed";
  // A `complete` without audio is not the end: another one with audio has been seen to follow.
  if (saw(task, "complete") || saw(task, "first")) return "first";
  return saw(task, "text") ? "text" : "pending";
}

/** Recorded under `complete` too, but it shows only while the stage is `failed`. */
export function failureShown(task: Task): Failure | null {
  return stageOf(task) === "failed" ? failureSeen(task) : null;
}

/** When a stage was first reported, and by what; null where it was skipped. */
export function stageReport(task: Task, kind: "text" | "first" | "complete"): Observed | null {
  const delivered = hasDelivery(task);
  const reached = kind === "complete" && !delivered ? "none" : kind;
  const early = kind === "first" && !delivered ? "complete" : "none";
  const reports = saidOf(task).filter(({ observation }) => observation.kind === reached || observation.kind === early);
  return reports.toSorted((a, b) => a.at - b.at || byPrecedence(a, b))[0] ?? null;
}

/** Of a failed task at once, of a complete one when it has settled. */
export function outcomeOf(task: Task): Outcome | null {
  const stage = stageOf(task);
  const states = deliveredBy(task).map((track) => audioStatus(task, track).state);
  if (stage === "failed") return states.some((state) => state !== "lost") ? "failed_with_tracks" : "failed";
  if (stage !== "complete" || !isSettled(task)) return null;
  if (states.length > 0 && states.every((state) => state === "lost")) return "lost";
  return states.every((state) => state === "stored") ? "complete" : "partial";
}

/** Whether the provider ever said that it gave the credits back, whatever came of the task. */
export function wasRefunded(task: Task): boolean {
  return saidOf(task).some(({ observation }) => observation.failure?.refunded === true);
}

/** Nothing is left to wait for. Covers, assessments and notifications never hold it up. */
export function isSettled(task: Task): boolean {
  const stage = stageOf(task);
  if (stage !== "complete" && stage !== "failed") return false;
  const tracks = deliveredBy(task);
  if (tracks.some((track) => isQueued(task, track))) return false;
  return tracks.every((track) => {
    const { state, isProvisional } = audioStatus(task, track);
    return state === "lost" || (state === "stored" && !isProvisional);
  });
}

/** The audio of a track, or a file. After a failure no link will come any more, so a file without one is lost, not awaited. */
export function audioStatus(task: Task, track: Track): FileStatus {
  const status = fileStatus(task, track, mainKindOf(track));
  if (status.state !== "waiting" || stageOf(task) !== "failed") return status;
  const reason = status.reason ?? "task_failed: the task failed before this track had audio";
  return { ...status, state: "lost", reason };
}

/** Whether an observation says anything about this task: what another product calls back under its id does not. */
export function concerns(task: Task, event: Observed): boolean {
  if (!isNews(event.observation)) return false;
  const after = { ...task, observations: [...task.observations, event] };
  if (productOf(after) !== productOf(task)) return true;
  return (event.observation.product === undefined && isMusic(after)) || saidOf(after).includes(event);
}

/** Of a whole file: a new link to it would give the same bytes. */
const WHOLE: ReadonlySet<Doubt | null> = new Set([null, "same_take", "failed"]);

/**
 * Why new links are not to be made, which would cost credits: the provider makes them for music alone, or all audio is
 * kept whole, though it may sound bad.
 */
export function whyNoRecovery(task: Task): "not_recoverable" | "nothing_missing" | null {
  if (!isMusic(task)) return "not_recoverable";
  const files = deliveredBy(task).map((track) => audioStatus(task, track));
  const isWhole = files.length > 0 && files.every(({ state, doubt }) => state === "stored" && WHOLE.has(doubt));
  return isWhole ? "nothing_missing" : null;
}

/** When something new was last said of this task. Repeats and what is only counted are no news; a retry is. */
export function lastNewsAt(task: Task): number {
  const news = saidOf(task).filter(({ observation }) => isNews(observation));
  return Math.max(task.createdAt, task.retriedAt ?? 0, ...news.map(({ at }) => at));
}

/** Open, and silent for longer than is usual. News ends it. */
export function isStalled(task: Task): boolean {
  return task.settledAt === null && task.stalledAt !== null && task.stalledAt >= lastNewsAt(task);
}

/** The claim of a stage that the provider's record has yet to confirm. */
export function unconfirmedReport(task: Task, kind: "text" | "first" | "complete"): Observed | null {
  const claims = task.observations.filter(
    ({ verdict, observation }) =>
      verdict === "hmac_unconfirmed" &&
      observation.kind === kind &&
      (observation.product === undefined) === isMusic(task),
  );
  return claims.toSorted((a, b) => a.at - b.at)[0] ?? null;
}

/** The one that counts, at any stage. */
export function failureSeen(task: Task): Failure | null {
  const failed = saidOf(task)
    .filter(({ observation }) => observation.failure !== null)
    .toSorted(byPrecedence);
  const failure = failed[0]?.observation.failure ?? null;
  if (failure !== null) return { ...failure, refunded: wasRefunded(task) };
  if (task.abandonedAt === null || task.abandonedAt < lastNewsAt(task)) return null;
  return { ...failureOf(null, null, null), reason: "no_news" };
}

/** The provider said that it is done, and sent no link to anything. */
export function isHollow(task: Task): boolean {
  return saw(task, "complete") && !hasDelivery(task);
}

/** Some products name their files late, or deliver none: lyrics, say, or no note. */
function hasDelivery(task: Task): boolean {
  if (hasAudio(task)) return true;
  const shape = isMusic(task) ? undefined : (entryOf(productOf(task))?.files ?? null);
  return shape === null || shape?.as === "notes";
}

function hasAudio(task: Task): boolean {
  return deliveredBy(task).some((track) => track.audioLinks.length > 0);
}

function saw(task: Task, kind: ObservationKind): boolean {
  return saidOf(task).some(({ observation }) => observation.kind === kind);
}
