/**
 * What can be recorded about a task. **A persisted contract**: rows of these shapes lie in every task's log.
 *
 * Fields are added as optional, never renamed or removed; types are added, never reused. A type that this code does
 * not know (written by a newer release before a rollback) is read as `ignored`: counted, kept, without effect.
 * Times (`at`) are epoch milliseconds of our own clock and never run backwards within a task.
 */
import * as z from "zod";
import { audioFacts } from "../audio/facts.ts";
import { containerFacts } from "../audio/container/facts.ts";
import { sourceReport } from "../audio/findings/source-report.ts";
import type { Observation } from "../provider/message.ts";
import { PRODUCTS } from "../provider/products/products.ts";

/** Of a track its audio and its cover; `file` is what another product delivers. */
export const FILE_KINDS = ["audio", "cover", "file"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** How much is looked into: the sound too, the container alone, or nothing. */
export const ASSESS_MODES = ["full", "scan", "off"] as const;
export type AssessMode = (typeof ASSESS_MODES)[number];

const observation = z.custom<Observation>((value) => typeof value === "object" && value !== null);
const attempt = { file: z.enum(FILE_KINDS), trackId: z.string(), link: z.string(), attempt: z.int() };

const observed = z.object({
  type: z.literal("observed"),
  /** SHA-256 of the raw bytes, which is the identity of a delivery. */
  sha256: z.string(),
  via: z.enum(["callback", "poll"]),
  /** How we know that it is the provider's: `token`, `hmac`, … */
  verdict: z.string(),
  observation,
  /** Where it was received: our own host, which is never fetched from. */
  host: z.string().optional(),
  /** Our own name of the submission, where the callBackUrl carried it. */
  ref: z.string().optional(),
  /** Of the first receipt is `at`; redeliveries only raise these two. */
  lastAt: z.int(),
  times: z.int(),
});
const overflowed = z.object({ type: z.literal("overflowed"), count: z.int(), lastAt: z.int() });
/** Committed before the fetch, so that a crash costs an attempt and never a track. `link` is the hash of the link. */
const copyStarted = z.object({ type: z.literal("copy_started"), ...attempt, host: z.string() });
const copied = z.object({
  type: z.literal("copied"),
  ...attempt,
  key: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  contentType: z.string(),
  /** Of audio: what was found while it was copied, by which release of the analyzer, and what is to follow. */
  container: containerFacts.optional(),
  analyzerVersion: z.string().optional(),
  assess: z.enum(ASSESS_MODES).optional(),
  /** Why the bytes are not whole: a cut file is kept where nothing better was found. */
  lastResort: z.string().optional(),
});
/** A file that ended too early, and plays as far as it goes. `key` names it in R2. */
const cutFile = z.object({
  key: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  contentType: z.string(),
  container: containerFacts,
});
/** `dead`: the link itself is no good (gone, expired, refused), as against a passing fault. */
const copyFailed = z.object({
  type: z.literal("copy_failed"),
  ...attempt,
  reason: z.string(),
  dead: z.boolean(),
  /** What there was of it, where that is more than was known: the file's last resort. */
  cut: cutFile.optional(),
});
/** R2 does not have a key that the log names. The file is wanted again. */
const fileGone = z.object({ type: z.literal("file_gone"), ...attempt, key: z.string() });
/** The file is given up on as long as no other link than `links` is known. */
const lost = z.object({
  type: z.literal("lost"),
  file: z.enum(FILE_KINDS),
  trackId: z.string(),
  links: z.array(z.string()),
  reason: z.string(),
});
/** Committed before the analysis, so that one that takes the isolate along is not begun for ever. */
const assessStarted = z.object({ type: z.literal("assess_started"), sha256: z.string(), attempt: z.int() });
/** What the sound of the file with these bytes is like. `waveformKey` names an object in R2. */
const assessed = z.object({
  type: z.literal("assessed"),
  sha256: z.string(),
  analyzerVersion: z.string(),
  outcome: z.enum(["done", "skipped", "failed"]),
  reason: z.string().nullable(),
  facts: audioFacts.nullable(),
  waveformKey: z.string().nullable(),
});
/** Somebody wants all kept audio looked into again. */
const assessAsked = z.object({ type: z.literal("assess_asked") });
/** `unknown`: to the provider; `no_link`: it said that it is done, and no usable link came. Absent: nothing was heard for too long. */
export const GIVEN_UP = ["unknown", "no_link"] as const;
export type GivenUp = (typeof GIVEN_UP)[number];
const abandoned = z.object({ type: z.literal("abandoned"), why: z.enum(GIVEN_UP).optional() });
const published = z.object({
  type: z.literal("published"),
  version: z.int(),
  settled: z.boolean(),
  /** An earlier instance may have been at it too, and end later: it is told once more then. */
  againAt: z.int().optional(),
});
/** Of attempts up to `attempts`, what no event names was deleted, and what another file took the place of (`keys`). */
const swept = z.object({
  type: z.literal("swept"),
  attempts: z.int(),
  deleted: z.int(),
  keys: z.array(z.string()).optional(),
});
/** Work that is not a copy failed on our side of the platform; it is due again after a while. */
const effectFailed = z.object({
  type: z.literal("effect_failed"),
  effect: z.enum(["publish", "sweep", "stall"]),
  reason: z.string(),
});
/** What was asked of the provider, and our name for it. */
const submitted = z.object({
  type: z.literal("submitted"),
  ref: z.string(),
  request: z.record(z.string(), z.unknown()),
  host: z.string().optional(),
  /** What was found of its source. */
  source: sourceReport.optional(),
});
/** A task that was submitted elsewhere is ours to ask about. */
const adopted = z.object({
  type: z.literal("adopted"),
  host: z.string().optional(),
  /** As whoever named it says; music where nobody said. */
  product: z.enum(PRODUCTS).optional(),
});
/** The provider is to make new links, which may cost credits. `origin` is ours, for its callBackUrl. */
const recoveryAsked = z.object({
  type: z.literal("recovery_asked"),
  by: z.enum(["person", "auto"]),
  origin: z.string(),
});
/** Committed before the call: one that breaks off may have cost credits, so it is not repeated. */
const recoveryCalled = z.object({ type: z.literal("recovery_called") });
/** Under this id the provider tells of its end. */
const recoveryStarted = z.object({ type: z.literal("recovery_started"), recoveryId: z.string() });
/** Its record was read, last at `lastAt`, and it was still running. One row, counted. */
const recoveryPolled = z.object({ type: z.literal("recovery_polled"), lastAt: z.int(), times: z.int() });
/** `reason` is null where it gave links. */
const recoveryEnded = z.object({ type: z.literal("recovery_ended"), reason: z.string().nullable() });
export const POLL_RESULTS = ["news", "unchanged", "unknown", "failed"] as const;
/** The provider was asked, at `at` and last at `lastAt`. One row for each result, counted; `reason` is that of its first time. */
const polled = z.object({
  type: z.literal("polled"),
  result: z.enum(POLL_RESULTS),
  reason: z.string().nullable(),
  /** Asked for what a signature alone claims. */
  claim: z.literal(true).optional(),
  lastAt: z.int(),
  times: z.int(),
});
/** Somebody wants it tried again: failures, losses and polls count from here. */
const retried = z.object({ type: z.literal("retried") });
/** Silent for longer than is usual. */
const stalled = z.object({ type: z.literal("stalled") });
/** How long a silence is usual on this deployment, as it was when it was asked. */
const usual = z.object({ type: z.literal("usual"), silenceMs: z.number() });
/** What `NOTIFY_URL` is told of. */
export const NOTICE_KINDS = ["track.stored", "task.settled", "task.reopened", "task.stalled"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];
const notice = { kind: z.enum(NOTICE_KINDS), key: z.string(), webhookId: z.string() };
/** The endpoint took it, with the view of this version, at the attempt of this number. */
const notified = z.object({ type: z.literal("notified"), ...notice, version: z.int(), attempts: z.int() });
/** It was sent in vain, at `at` and last at `lastAt`. One row for each notice, counted; `reason` is that of its first time. */
const notifyFailed = z.object({
  type: z.literal("notify_failed"),
  ...notice,
  reason: z.string(),
  lastAt: z.int(),
  times: z.int(),
});
/** It is not sent again. `gone`: nor is anything else of this task, which is what the endpoint asked for. */
const notifyEnded = z.object({
  type: z.literal("notify_ended"),
  ...notice,
  reason: z.string(),
  gone: z.boolean(),
  attempts: z.int(),
});
/** Somebody wants everything told again that holds now. */
const notifyAsked = z.object({ type: z.literal("notify_asked") });
/** The take that somebody chose of the task's tracks; null takes the choice back. The latest stands. */
const chosen = z.object({ type: z.literal("chosen"), trackId: z.string().nullable() });
const ignored = z.object({ type: z.literal("ignored"), originalType: z.string() });

export const eventBody = z.discriminatedUnion("type", [
  observed,
  overflowed,
  copyStarted,
  copied,
  copyFailed,
  fileGone,
  lost,
  assessStarted,
  assessed,
  assessAsked,
  abandoned,
  published,
  swept,
  effectFailed,
  submitted,
  adopted,
  recoveryAsked,
  recoveryCalled,
  recoveryStarted,
  recoveryPolled,
  recoveryEnded,
  polled,
  retried,
  stalled,
  usual,
  notified,
  notifyFailed,
  notifyEnded,
  notifyAsked,
  chosen,
  ignored,
]);

/** `requestJson` is what was asked of the provider, as JSON. */
export function submittedEvent(ref: string, requestJson: string): Extract<EventBody, { type: "submitted" }> {
  const request: unknown = JSON.parse(requestJson);
  return submitted.parse({ type: "submitted", ref, request });
}

export type EventBody = z.infer<typeof eventBody>;
export type TaskEvent = EventBody & { readonly at: number };
export type Observed = Extract<TaskEvent, { type: "observed" }>;
export type Polled = Extract<TaskEvent, { type: "polled" }>;
export type Assessed = Extract<TaskEvent, { type: "assessed" }>;
export type Copied = Extract<TaskEvent, { type: "copied" }>;
/** A cut file with what it is a copy of, and why it is cut. */
export type Cut = z.infer<typeof cutFile> &
  Pick<Copied, "file" | "trackId" | "link" | "attempt"> & { readonly reason: string };

/** Reads a stored row. What this code cannot read becomes `ignored`. */
export function readEvent(type: string, at: number, data: unknown): TaskEvent {
  const fields = typeof data === "object" && data !== null ? data : {};
  const parsed = eventBody.safeParse({ ...fields, type });
  return parsed.success ? { ...parsed.data, at } : { type: "ignored", originalType: type, at };
}
