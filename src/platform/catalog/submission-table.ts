/**
 * What was submitted through us, recorded before the provider is called. **A persisted contract.**
 *
 * The key is the user's Idempotency-Key, or the reference where there is none. Between the record and the provider's
 * answer a crash leaves a submission that may have happened: it is never repeated by us, and after a while it is told
 * as unclear. Once its task is known, the submission is handed over to the task's object; that is tried until done.
 */
import * as z from "zod";
import { sourceReport, type SourceReport } from "../../core/audio/findings/source-report.ts";

export interface Submission {
  /** Null: the reference is the key. */
  readonly key: string | null;
  /** SHA-256 of the request: the same key with another request is a mistake. */
  readonly requestHash: string;
  readonly ref: string;
  /** As JSON: a request has fields of any kind. */
  readonly requestJson: string;
  /** Where it was asked for, and what was found of its source. */
  readonly host: string;
  /** Null where the product has no source. */
  readonly source: SourceReport | null;
  readonly at: number;
}

/** `reserved`: call the provider now. Everything else: do not. */
export type Reservation =
  | { readonly state: "reserved" }
  | { readonly state: "submitted"; readonly taskId: string; readonly ref: string; readonly handedOver: boolean }
  | { readonly state: "in_flight" }
  /** The answer was lost: a callback may still tell, or (`unclear`) should have long ago. */
  | { readonly state: "submitting" | "unclear"; readonly ref: string }
  | { readonly state: "conflict" }
  | { readonly state: "limited"; readonly retryAfterSeconds: number };

/** A submission whose task is known, for the task's object to know it too. */
export interface Handover extends Pick<Submission, "ref" | "requestJson" | "host"> {
  readonly taskId: string;
  readonly source: SourceReport | null;
}

/** Longer than a call to the provider can take. */
const IN_FLIGHT_MS = 60_000;
/** A task calls back within minutes. */
const UNCLEAR_AFTER_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const UNCLEAR_KEPT_MS = 30 * DAY_MS;
const KEPT_MS = 90 * DAY_MS;

const row = z.object({
  ref: z.string(),
  request_hash: z.string(),
  request: z.string(),
  host: z.string(),
  source: z.string().nullable(),
  at: z.int(),
  task_id: z.string().nullable(),
  answer_lost: z.int(),
  handed_over: z.int(),
});

/** `look_at` is when the watchdog has something to do: hand it over, or drop it. */
export function createSubmissions(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS submissions (
    ref TEXT PRIMARY KEY, key TEXT, request_hash TEXT NOT NULL, request TEXT NOT NULL, host TEXT NOT NULL, source TEXT,
    at INTEGER NOT NULL, task_id TEXT, answer_lost INTEGER NOT NULL DEFAULT 0, handed_over INTEGER NOT NULL DEFAULT 0,
    look_at INTEGER NOT NULL) WITHOUT ROWID`);
  sql.exec("CREATE UNIQUE INDEX IF NOT EXISTS submissions_by_key ON submissions (key) WHERE key IS NOT NULL");
  sql.exec("CREATE INDEX IF NOT EXISTS submissions_to_look_at ON submissions (look_at)");
}

/** What is known of a submission, without reserving it; null for a new one. `now` is epoch milliseconds. */
export function findSubmission(
  sql: SqlStorage,
  { key, ref, requestHash }: Pick<Submission, "key" | "ref" | "requestHash">,
  now: number,
  timeScale: number,
): Reservation | null {
  const [byKey] = key === null ? [] : rows(sql, "SELECT * FROM submissions WHERE key = ?", key);
  const [byRef] = rows(sql, "SELECT * FROM submissions WHERE ref = ?", ref);
  // A reference of the user's is taken once, whichever key it came with.
  const found = byKey ?? byRef;
  if (found === undefined) return null;
  if (found.request_hash !== requestHash) return { state: "conflict" };
  const { task_id: taskId } = found;
  if (taskId !== null) return { state: "submitted", taskId, ref: found.ref, handedOver: found.handed_over === 1 };
  const state = awaitedState(found, now, timeScale);
  return state === "in_flight" ? { state } : { state, ref: found.ref };
}

/** A submission that nothing is listed of yet. */
export interface Awaited {
  /** `submitted`: as the task `taskId`. */
  readonly state: "in_flight" | "submitting" | "unclear" | "submitted";
  readonly taskId: string | null;
  /** From when on a callback should have come, in epoch milliseconds. */
  readonly unclearAt: number;
}

/** Null where nothing was submitted under this reference, or all of it was handed over. */
export function awaitedSubmission(sql: SqlStorage, ref: string, now: number, timeScale: number): Awaited | null {
  const [found] = rows(sql, "SELECT * FROM submissions WHERE ref = ? AND handed_over = 0", ref);
  if (found === undefined) return null;
  const unclearAt = found.at + UNCLEAR_AFTER_MS / timeScale;
  const { task_id: taskId } = found;
  return { taskId, unclearAt, state: taskId === null ? awaitedState(found, now, timeScale) : "submitted" };
}

/** An answer is awaited, or was lost: then a callback is, or should have come. */
function awaitedState(
  { at, answer_lost: isLost }: z.infer<typeof row>,
  now: number,
  timeScale: number,
): "in_flight" | "submitting" | "unclear" {
  if (isLost === 0 && now - at < IN_FLIGHT_MS) return "in_flight";
  return now - at < UNCLEAR_AFTER_MS / timeScale ? "submitting" : "unclear";
}

export function insertSubmission(sql: SqlStorage, submission: Submission): void {
  const { ref, key, requestHash, requestJson, host, source, at } = submission;
  sql.exec(
    `INSERT INTO submissions (ref, key, request_hash, request, host, source, at, look_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ref,
    key,
    requestHash,
    requestJson,
    host,
    source === null ? null : JSON.stringify(source),
    at,
    at + UNCLEAR_KEPT_MS,
  );
}

/** The provider refused: nothing was submitted, and key and reference are free again. */
export function releaseSubmission(sql: SqlStorage, ref: string): void {
  sql.exec("DELETE FROM submissions WHERE ref = ? AND task_id IS NULL", ref);
}

export function loseAnswer(sql: SqlStorage, ref: string): void {
  sql.exec("UPDATE submissions SET answer_lost = 1 WHERE ref = ? AND task_id IS NULL", ref);
}

/** The task was deleted, and what was asked goes with it. The key stays taken. */
export function forgetRequest(sql: SqlStorage, taskId: string, createdAt: number): void {
  const ofTask = "ref = (SELECT ref FROM tasks WHERE created_at = ?1 AND task_id = ?2)";
  sql.exec(`UPDATE submissions SET request = '{}', source = NULL WHERE ${ofTask} AND task_id = ?2`, createdAt, taskId);
}

/** The task of a submission is known. Returns what its object is to be told, until it was. */
export function resolveSubmission(sql: SqlStorage, ref: string, taskId: string, now: number): Handover | null {
  const [found] = rows(sql, "SELECT * FROM submissions WHERE ref = ? AND handed_over = 0", ref);
  if (found === undefined || (found.task_id !== null && found.task_id !== taskId)) return null;
  if (found.task_id === null)
    sql.exec("UPDATE submissions SET task_id = ?, look_at = ? WHERE ref = ?", taskId, now, ref);
  return handoverOf({ ...found, task_id: taskId });
}

/** `ours`: it is this task's. `other`: it has another task, or this task came without it. */
export type RefClaim = "ours" | "other" | "unknown";

/** The first task that is named under a reference whose task is not known has it: the answer was lost, or is late. */
export function claimRef(sql: SqlStorage, ref: string, taskId: string, isNew: boolean, now: number): RefClaim {
  const [found] = rows(sql, "SELECT * FROM submissions WHERE ref = ?", ref);
  if (found === undefined) return "unknown";
  if (found.task_id !== null || !isNew) return found.task_id === taskId ? "ours" : "other";
  sql.exec("UPDATE submissions SET task_id = ?, look_at = ? WHERE ref = ?", taskId, now, ref);
  return "ours";
}

/** The provider's answer says more than a callback that came before it. */
export function correctSubmission(sql: SqlStorage, ref: string, taskId: string, now: number): void {
  const update = "UPDATE submissions SET task_id = ?1, handed_over = 0, look_at = ?2";
  sql.exec(`${update} WHERE ref = ?3 AND task_id IS NOT NULL AND task_id <> ?1`, taskId, now, ref);
}

export function noteHandover(sql: SqlStorage, ref: string): void {
  const update = "UPDATE submissions SET handed_over = 1, look_at = at + ? WHERE ref = ? AND handed_over = 0";
  sql.exec(update, KEPT_MS, ref);
}

/** What is still to be handed over, the longest waiting first; each moves to the end of the queue. Drops what is old. */
export function submissionsToHandOver(sql: SqlStorage, now: number, limit: number): readonly Handover[] {
  const due = rows(sql, `SELECT * FROM submissions WHERE look_at <= ? ORDER BY look_at LIMIT ${limit}`, now);
  return due.flatMap((found) => {
    const handover = found.handed_over === 0 ? handoverOf(found) : null;
    if (handover === null || now - found.at > KEPT_MS) sql.exec("DELETE FROM submissions WHERE ref = ?", found.ref);
    else sql.exec("UPDATE submissions SET look_at = ? WHERE ref = ?", now + 1, found.ref);
    return handover ?? [];
  });
}

function handoverOf({ ref, request, host, source, task_id: taskId }: z.infer<typeof row>): Handover | null {
  if (taskId === null) return null;
  const found = source === null ? null : sourceReport.parse(JSON.parse(source));
  return { ref, taskId, requestJson: request, host, source: found };
}

function rows(sql: SqlStorage, query: string, ...values: (string | number)[]): readonly z.infer<typeof row>[] {
  return sql
    .exec(query, ...values)
    .toArray()
    .map((found) => row.parse(found));
}
