/**
 * What was submitted through us, recorded before the provider is called. **A persisted contract.**
 *
 * The key is the Idempotency-Key, or the reference where there is none. Between the record and the provider's answer
 * a crash leaves a submission that may have happened: it is told as `submitting` and never repeated by us.
 */
import * as z from "zod";

export interface Submission {
  readonly key: string;
  /** SHA-256 of the request: the same key with another request is a mistake. */
  readonly requestHash: string;
  readonly ref: string;
  /** As JSON: a request has fields of any kind. */
  readonly requestJson: string;
  readonly at: number;
}

/** `reserved`: call the provider now. Everything else: do not. */
export type Reservation =
  | { readonly state: "reserved" }
  | { readonly state: "submitted"; readonly taskId: string; readonly ref: string }
  | { readonly state: "in_flight" }
  | { readonly state: "unclear"; readonly ref: string }
  | { readonly state: "conflict" }
  | { readonly state: "limited"; readonly retryAfterSeconds: number };

/** A task whose callback named a submission of which the provider's answer was lost. */
export interface Reunion {
  readonly taskId: string;
  readonly ref: string;
  readonly requestJson: string;
}

const LIMIT = 20;
const LIMIT_WINDOW_MS = 10_000;
/** Longer than a call to the provider can take. */
const IN_FLIGHT_MS = 60_000;

const row = z.object({
  request_hash: z.string(),
  ref: z.string(),
  request: z.string(),
  at: z.int(),
  task_id: z.string().nullable(),
});

export function createSubmissions(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS submissions (
    key TEXT PRIMARY KEY, request_hash TEXT NOT NULL, ref TEXT NOT NULL UNIQUE, request TEXT NOT NULL, at INTEGER NOT NULL,
    task_id TEXT) WITHOUT ROWID`);
  sql.exec("CREATE INDEX IF NOT EXISTS submissions_by_time ON submissions (at)");
}

/** What is known of a key, without reserving it; null for a new one. */
export function findSubmission(sql: SqlStorage, key: string, requestHash: string, now: number): Reservation | null {
  const [found] = sql
    .exec("SELECT * FROM submissions WHERE key = ?", key)
    .toArray()
    .map((one) => row.parse(one));
  if (found === undefined) return null;
  if (found.request_hash !== requestHash) return { state: "conflict" };
  if (found.task_id !== null) return { state: "submitted", taskId: found.task_id, ref: found.ref };
  return now - found.at < IN_FLIGHT_MS ? { state: "in_flight" } : { state: "unclear", ref: found.ref };
}

export function reserveSubmission(
  sql: SqlStorage,
  { key, requestHash, ref, requestJson, at }: Submission,
): Reservation {
  const known = findSubmission(sql, key, requestHash, at);
  if (known !== null) return known;
  if (sql.exec("SELECT 1 FROM submissions WHERE ref = ?", ref).toArray().length > 0) return { state: "conflict" };
  const recent = sql.exec("SELECT at FROM submissions WHERE at > ? ORDER BY at", at - LIMIT_WINDOW_MS).toArray();
  const oldest = recent.length < LIMIT ? undefined : z.object({ at: z.int() }).parse(recent[0]).at;
  if (oldest !== undefined)
    return { state: "limited", retryAfterSeconds: Math.ceil((oldest + LIMIT_WINDOW_MS - at) / 1_000) };
  const values = [key, requestHash, ref, requestJson, at];
  sql.exec("INSERT INTO submissions (key, request_hash, ref, request, at) VALUES (?, ?, ?, ?, ?)", ...values);
  return { state: "reserved" };
}

/** The provider refused: nothing was submitted, and the key is free again. */
export function releaseSubmission(sql: SqlStorage, key: string): void {
  sql.exec("DELETE FROM submissions WHERE key = ? AND task_id IS NULL", key);
}

/** The task was deleted, and what was asked goes with it. The key stays taken. */
export function forgetRequest(sql: SqlStorage, taskId: string, createdAt: number): void {
  const ofTask = "ref = (SELECT ref FROM tasks WHERE created_at = ?1 AND task_id = ?2)";
  sql.exec(`UPDATE submissions SET request = '{}' WHERE ${ofTask} AND task_id = ?2`, createdAt, taskId);
}

/** The task of a submission is known. Returns the submission the first time. */
export function resolveSubmission(sql: SqlStorage, ref: string, taskId: string): Reunion | null {
  const [found] = sql.exec("SELECT * FROM submissions WHERE ref = ? AND task_id IS NULL", ref).toArray();
  if (found === undefined) return null;
  sql.exec("UPDATE submissions SET task_id = ? WHERE ref = ?", taskId, ref);
  return { taskId, ref, requestJson: row.parse(found).request };
}
