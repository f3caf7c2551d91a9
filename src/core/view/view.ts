/**
 * The task as its readers see it: names are camelCase, times ISO 8601 UTC, units in names, null for known to be absent.
 *
 * The schemas are the contract; the view is built to their types. Pure.
 */
import * as z from "zod";
import { shownReport, shownSource } from "../audio/findings/source-report.ts";
import { assessmentView } from "../task/assessment.ts";
import { entryOf, PRODUCTS } from "../provider/products/products.ts";
import { parentTask } from "../provider/submission.ts";
import { adviceOf } from "../provider/failure.ts";
import { fileStatus, keptAssessmentOf, type FileStatus } from "../task/copies.ts";
import {
  audioStatus,
  failureShown,
  isStalled,
  outcomeOf,
  OUTCOMES,
  stageOf,
  stageReport,
  STAGES,
  unconfirmedReport,
  wasRefunded,
} from "../task/stage.ts";
import { filesOf, takesOf } from "../task/files.ts";
import { parentOf, productOf } from "../task/product.ts";
import { doubtReason } from "./doubt.ts";
import type { Task } from "../task/task.ts";
import { chosenOf, type Track } from "../task/tracks.ts";

const time = z.iso.datetime();

const count = z.int().min(0);
const taskId = z.string();
const trackId = z.string();

const attempted = { attempts: count, reason: z.string().nullable() };
const nothing = { url: z.null(), bytes: z.null(), sha256: z.null(), contentType: z.null() };

const storedFile = z.object({
  state: z.literal("stored"),
  /** Our own route. */
  url: z.string(),
  bytes: count,
  sha256: z.string(),
  contentType: z.string(),
  ...attempted,
});
/** `none`: nobody sent one, and the task is settled. */
const missingFile = z.object({ state: z.enum(["waiting", "queued", "lost", "none"]), ...nothing, ...attempted });

export const fileView = z.discriminatedUnion("state", [storedFile, missingFile]);

/** As the provider calls it: `wav`, `vocal`, `drums`, `video`, `image-1`. */
export const namedFile = z.object({ name: z.string() });
const namedFileView = z.discriminatedUnion("state", [
  storedFile.extend(namedFile.shape),
  missingFile.extend(namedFile.shape),
]);

export const trackView = z.object({
  trackId,
  /** What the provider calls it, which may change; null where it gave no id. */
  audioId: z.string().nullable(),
  title: z.string().nullable(),
  tags: z.string().nullable(),
  durationSeconds: z.number().nullable(),
  model: z.string().nullable(),
  /** As the provider wrote it. */
  createdAt: z.string().nullable(),
  audio: fileView,
  cover: fileView,
  /** The provider's link for listening until the audio is stored. */
  streamUrl: z.string().nullable(),
  assessment: assessmentView.nullable(),
});

const stageView = z
  .object({
    at: time,
    via: z.enum(["callback", "poll"]),
    /** The signature alone says so; the provider's record has yet to confirm it, and until then it does not count. */
    unconfirmed: z.literal(true).optional(),
  })
  .nullable();

export const failureView = z.object({
  reason: z.string(),
  code: z.int().nullable(),
  message: z.string().nullable(),
  advice: z.string(),
  retryable: z.boolean(),
  refunded: z.boolean(),
});

const recoveryView = z.object({
  state: z.enum(["running", "done", "failed"]),
  /** Who wanted it: somebody, or `RECOVERY = "auto"`. */
  by: z.enum(["person", "auto"]),
  at: time,
  reason: z.string().nullable(),
});

const spreadView = z.object({ median: time, p90: time }).nullable();

export const taskView = z.object({
  taskId,
  product: z.enum(PRODUCTS),
  /** The task that this one was made of; null where there is none, or nobody said. */
  parent: parentTask.nullable(),
  /** What the provider charges for it by its price list; null where that is not known. */
  credits: z.number().nullable(),
  ref: z.string().nullable(),
  version: count,
  stage: z.enum(STAGES),
  outcome: z.enum(OUTCOMES).nullable(),
  settled: z.boolean(),
  /** The track that somebody chose of the task's. */
  chosen: trackId.nullable(),
  failure: failureView.nullable(),
  /** The provider said that it gave the credits back, at whatever stage. */
  refunded: z.boolean(),
  /** New links that the provider was asked to make; null where nobody asked. */
  recovery: recoveryView.nullable(),
  tracks: z.array(trackView),
  /** What another product than music delivered. */
  files: z.array(namedFileView),
  stages: z.object({ text: stageView, first: stageView, complete: stageView }),
  /** What was asked of the provider; null where the task was submitted elsewhere. */
  request: z.record(z.string(), z.unknown()).nullable(),
  /** What was found of the source audio before it was submitted through us. */
  source: shownReport.nullable(),
  stalled: z.boolean(),
  /** Of an open task: when each stage is usually reached here; null until ten tasks have shown it. */
  expected: z.object({ firstAt: spreadView, completeAt: spreadView }).nullable(),
  /** What to do where something is wrong, and what is missing in the configuration that an open task could need. */
  advice: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
  settledAt: time.nullable(),
});

export type TaskView = z.infer<typeof taskView>;
type TrackView = z.infer<typeof trackView>;
type FileView = z.infer<typeof fileView>;

export function viewOf(task: Task): TaskView {
  const failure = failureShown(task);
  return {
    taskId: task.taskId,
    product: productOf(task),
    parent: parentOf(task),
    credits: task.request === null ? null : (entryOf(productOf(task))?.submit?.credits(task.request) ?? null),
    ref: task.ref,
    version: task.version,
    stage: stageOf(task),
    outcome: outcomeOf(task),
    settled: task.settledAt !== null,
    chosen: chosenOf(task),
    failure: failure === null ? null : { ...failure, advice: adviceOf(failure.reason, task.abandonedWhy) },
    refunded: wasRefunded(task),
    recovery: recoveryViewOf(task),
    tracks: takesOf(task).map((track) => trackViewOf(task, track)),
    files: filesOf(task).map((file) => namedFileViewOf(task, file)),
    stages: { text: reported(task, "text"), first: reported(task, "first"), complete: reported(task, "complete") },
    request: requestOf(task),
    source: task.source === null ? null : shownSource(task.source),
    stalled: isStalled(task),
    expected: null,
    advice: null,
    createdAt: isoTime(task.createdAt),
    updatedAt: isoTime(task.updatedAt),
    settledAt: task.settledAt === null ? null : isoTime(task.settledAt),
  };
}

export const NOTHING_TO_RETRY = "There is nothing to try again: every file of the task is kept.";

/** Nothing is left that could be tried again. */
export function isAllKept({ settled, stage, tracks, files }: TaskView): boolean {
  const kept = [...tracks.flatMap(({ audio, cover }) => [audio, cover]), ...files];
  return (
    settled &&
    stage === "complete" &&
    kept.every(({ state }) => state === "stored" || state === "none") &&
    tracks.every(({ assessment }) => assessment?.verdict !== "fail") &&
    files.every(({ reason }) => reason === null)
  );
}

/** As it went to the provider. */
function requestOf({ request }: Task): TaskView["request"] {
  if (request === null) return null;
  const { product: _, parent: __, ...asked } = request;
  return asked;
}

/** ISO 8601 in UTC, of epoch milliseconds. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

function trackViewOf(task: Task, track: Track): TrackView {
  const audio = audioStatus(task, track);
  const path = `/tasks/${task.taskId}/tracks/${track.trackId}`;
  return {
    trackId: track.trackId,
    audioId: track.audioId,
    title: track.title,
    tags: track.tags,
    durationSeconds: track.durationSeconds,
    model: track.model,
    createdAt: track.createdAt,
    audio: fileViewOf({ ...audio, reason: audio.reason ?? untoldDoubt(audio) }, `${path}/audio`),
    cover: coverViewOf(task, track, `${path}/cover`),
    streamUrl: audio.state === "stored" ? null : track.streamLink,
    assessment: audio.stored === null ? null : keptAssessmentOf(task, track, audio.stored),
  };
}

/** Of one that is too short or sounds bad its findings tell. */
function untoldDoubt({ doubt }: FileStatus): string | null {
  return doubt === null || doubt === "failed" || doubt === "short" ? null : doubtReason(doubt);
}

/** No assessment says of a file that it was kept for want of better, so its reason does. */
function namedFileViewOf(task: Task, file: Track): z.infer<typeof namedFileView> {
  const { trackId: name } = file;
  const status = audioStatus(task, file);
  const reason = status.stored?.lastResort ?? status.reason;
  return { name, ...fileViewOf({ ...status, reason }, `/tasks/${task.taskId}/files/${name}`) };
}

function fileViewOf({ state, stored, attempts, reason }: FileStatus, url: string): FileView {
  if (stored === null) {
    const known = state === "stored" ? "waiting" : state;
    return { state: known, url: null, bytes: null, sha256: null, contentType: null, attempts, reason };
  }
  const { bytes, sha256, contentType } = stored;
  return { state: "stored", url, bytes, sha256, contentType, attempts, reason };
}

/** Covers hold up nothing, so one that nobody sent is waited for only while the task is open. */
function coverViewOf(task: Task, track: Track, url: string): FileView {
  const view = fileViewOf(fileStatus(task, track, "cover"), url);
  return view.state === "waiting" && task.settledAt !== null ? { ...view, state: "none" } : view;
}

function recoveryViewOf({ recovery }: Task): z.infer<typeof recoveryView> | null {
  if (recovery === null) return null;
  const { by, at, reason } = recovery;
  const state = recovery.state === "done" || recovery.state === "failed" ? recovery.state : "running";
  return { state, by, at: isoTime(at), reason };
}

function reported(task: Task, kind: "text" | "first" | "complete"): z.infer<typeof stageView> {
  const report = stageReport(task, kind);
  if (report !== null) return { at: isoTime(report.at), via: report.via };
  const claim = unconfirmedReport(task, kind);
  return claim === null ? null : { at: isoTime(claim.at), via: claim.via, unconfirmed: true };
}
