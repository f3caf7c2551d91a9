/**
 * The sessions that ended before their time, and the share links that were made, in the catalog. **A persisted contract.**
 *
 * All else about them is signed into the cookie or the link itself. What has expired is dropped with the next write.
 */
import * as z from "zod";

export interface StoredShare {
  readonly id: string;
  readonly taskId: string;
  readonly trackId: string | null;
  /** Whether files may be taken along. */
  readonly download: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What no longer opens, though its signature does. */
export interface Ended {
  /** Ids of sessions and of shares. */
  readonly ids: readonly string[];
  /** Sessions that started until then, in epoch milliseconds. */
  readonly sessionsUntil: number;
}

const EVERY_SESSION = "*";
const ended = z.object({ id: z.string(), created_at: z.int() });
const storedShare = z
  .object({
    id: z.string(),
    task_id: z.string(),
    track_id: z.string().nullable(),
    download: z.int(),
    created_at: z.int(),
    expires_at: z.int(),
  })
  .transform(({ id, task_id, track_id, download, created_at, expires_at }): StoredShare => ({
    id,
    taskId: task_id,
    trackId: track_id,
    download: download === 1,
    createdAt: created_at,
    expiresAt: expires_at,
  }));

export function createAccess(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS access (
    id TEXT PRIMARY KEY, task_id TEXT, track_id TEXT, download INTEGER NOT NULL, created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, ended INTEGER NOT NULL) WITHOUT ROWID`);
  sql.exec("CREATE INDEX IF NOT EXISTS access_by_task ON access (task_id)");
  sql.exec("CREATE INDEX IF NOT EXISTS access_ended ON access (expires_at) WHERE ended = 1");
}

export function endedAccess(sql: SqlStorage, now: number): Ended {
  const rows = sql
    .exec("SELECT id, created_at FROM access WHERE ended = 1 AND expires_at > ?", now)
    .toArray()
    .map((row) => ended.parse(row));
  const all = rows.find(({ id }) => id === EVERY_SESSION);
  return { ids: rows.map(({ id }) => id), sessionsUntil: all?.created_at ?? 0 };
}

/** `expiresAt`: when it would have ended by itself. */
export function endSession(sql: SqlStorage, id: string, now: number, expiresAt: number): void {
  dropExpired(sql, now);
  sql.exec("INSERT OR REPLACE INTO access VALUES (?, NULL, NULL, 0, ?, ?, 1)", id, now, expiresAt);
}

/** Every session that has started by now. */
export function endSessions(sql: SqlStorage, now: number, expiresAt: number): void {
  endSession(sql, EVERY_SESSION, now, expiresAt);
}

export function addShare(sql: SqlStorage, share: StoredShare): void {
  const { id, taskId, trackId, download, createdAt, expiresAt } = share;
  dropExpired(sql, createdAt);
  const values = [id, taskId, trackId, Number(download), createdAt, expiresAt];
  sql.exec("INSERT INTO access VALUES (?, ?, ?, ?, ?, ?, 0)", ...values);
}

/** Those that still open, the newest first. */
export function sharesOf(sql: SqlStorage, taskId: string, now: number): readonly StoredShare[] {
  const where = "task_id = ? AND ended = 0 AND expires_at > ?";
  return sql
    .exec(`SELECT * FROM access WHERE ${where} ORDER BY created_at DESC, id LIMIT 1000`, taskId, now)
    .toArray()
    .map((row) => storedShare.parse(row));
}

/** Whether there was one to revoke. */
export function endShare(sql: SqlStorage, taskId: string, id: string): boolean {
  const where = "id = ? AND task_id = ?";
  return sql.exec(`UPDATE access SET ended = 1 WHERE ${where} RETURNING id`, id, taskId).toArray().length > 0;
}

function dropExpired(sql: SqlStorage, now: number): void {
  sql.exec("DELETE FROM access WHERE expires_at <= ?", now);
}
