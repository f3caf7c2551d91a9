/**
 * The catalog's rows of tasks in SQLite. **A persisted contract**: columns are added, never changed.
 *
 * Newest first is the order of the key, so a page of a list reads only its own rows; open tasks have an index of
 * their own, which is as long as there are open tasks.
 */
import * as z from "zod";
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import { STAGES } from "../../core/task/stage.ts";
import { tally } from "../../core/view/tally.ts";

export const LIST_STATUSES = [...STAGES, "open", "settled", "stalled"] as const;

export interface CatalogQuery {
  readonly status: (typeof LIST_STATUSES)[number] | null;
  readonly ref: string | null;
  /** Part of a title or of an id, in any case. */
  readonly text: string | null;
  /** Only tasks after this one, newest first. */
  readonly after: CatalogPlace | null;
  readonly limit: number;
}

export interface CatalogPlace {
  readonly createdAt: number;
  readonly taskId: string;
}

const flag = z.int().transform((value) => value === 1);
const stored = z
  .object({
    task_id: z.string(),
    ref: z.string().nullable(),
    title: z.string().nullable(),
    stage: z.enum(STAGES),
    failure_reason: z.string().nullable(),
    settled: flag,
    stalled: flag,
    created_at: z.int(),
    first_at: z.int().nullable(),
    complete_at: z.int().nullable(),
    settled_at: z.int().nullable(),
    version: z.int(),
    touched_at: z.int(),
    tally: z.string(),
  })
  .transform(
    ({
      task_id,
      failure_reason,
      created_at,
      first_at,
      complete_at,
      settled_at,
      touched_at,
      tally: tallied,
      ...rest
    }): CatalogRow => {
      const renamed = { taskId: task_id, failureReason: failure_reason, createdAt: created_at, firstAt: first_at };
      return {
        ...rest,
        ...renamed,
        completeAt: complete_at,
        settledAt: settled_at,
        touchedAt: touched_at,
        tally: tally.parse(JSON.parse(tallied)),
      };
    },
  );

export function createTasks(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS tasks (
    created_at INTEGER NOT NULL, task_id TEXT NOT NULL, ref TEXT, title TEXT, search TEXT NOT NULL, stage TEXT NOT NULL,
    failure_reason TEXT, settled INTEGER NOT NULL, stalled INTEGER NOT NULL, first_at INTEGER, complete_at INTEGER,
    settled_at INTEGER, version INTEGER NOT NULL, touched_at INTEGER NOT NULL, tally TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (created_at, task_id)) WITHOUT ROWID`);
  sql.exec("CREATE INDEX IF NOT EXISTS open_tasks ON tasks (created_at, task_id) WHERE settled = 0");
}

/** View columns change only where the version is newer; `touchedAt` is the later of the two. */
export function upsertTask(sql: SqlStorage, told: CatalogRow): void {
  const search = `${told.title ?? ""} ${told.taskId}`.toLowerCase();
  sql.exec(
    `INSERT INTO tasks (created_at, task_id, ref, title, search, stage, failure_reason, settled, stalled, first_at,
       complete_at, settled_at, version, touched_at, tally) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
     ON CONFLICT (created_at, task_id) DO UPDATE SET ref = ?3, title = ?4, search = ?5, stage = ?6, failure_reason = ?7,
       settled = ?8, stalled = ?9, first_at = ?10, complete_at = ?11, settled_at = ?12, version = ?13,
       touched_at = max(touched_at, ?14), tally = ?15 WHERE version < ?13`,
    told.createdAt,
    told.taskId,
    told.ref,
    told.title,
    search,
    told.stage,
    told.failureReason,
    Number(told.settled),
    Number(told.stalled),
    told.firstAt,
    told.completeAt,
    told.settledAt,
    told.version,
    told.touchedAt,
    JSON.stringify(told.tally),
  );
}

export function touchTask(sql: SqlStorage, { createdAt, taskId }: CatalogPlace, at: number): void {
  const place = "created_at = ?1 AND task_id = ?2";
  sql.exec(`UPDATE tasks SET touched_at = max(touched_at, ?3) WHERE ${place}`, createdAt, taskId, at);
}

/** No list shows it, and no later word of an older version brings it back. */
export function markTaskDeleted(sql: SqlStorage, { createdAt, taskId }: CatalogPlace, version: number): void {
  const fields = "deleted = 1, settled = 1, title = NULL, search = '', version = max(version, ?3)";
  sql.exec(`UPDATE tasks SET ${fields} WHERE created_at = ?1 AND task_id = ?2`, createdAt, taskId, version);
}

export function dropTask(sql: SqlStorage, { createdAt, taskId }: CatalogPlace): void {
  sql.exec("DELETE FROM tasks WHERE created_at = ? AND task_id = ?", createdAt, taskId);
}

/** Newest first. */
export function listTasks(sql: SqlStorage, { status, ref, text, after, limit }: CatalogQuery): readonly CatalogRow[] {
  const where = ["deleted = 0"];
  const values: (string | number)[] = [];
  const add = (condition: string, ...bound: (string | number)[]): void => {
    where.push(condition);
    values.push(...bound);
  };
  if (status === "open") add("settled = 0");
  else if (status === "settled") add("settled = 1");
  else if (status === "stalled") add("stalled = 1");
  else if (status !== null) add("stage = ?", status);
  if (ref !== null) add("ref = ?", ref);
  if (text !== null) add("instr(search, ?) > 0", text.toLowerCase());
  if (after !== null) add("(created_at, task_id) < (?, ?)", after.createdAt, after.taskId);
  const order = "ORDER BY created_at DESC, task_id DESC LIMIT ?";
  return rows(sql, `SELECT * FROM tasks WHERE ${where.join(" AND ")} ${order}`, ...values, limit);
}

/** Open tasks that nobody has touched since `before`, the longest neglected first. */
export function neglectedTasks(sql: SqlStorage, before: number, limit: number): readonly CatalogRow[] {
  const query =
    "SELECT * FROM tasks INDEXED BY open_tasks WHERE settled = 0 AND touched_at < ? ORDER BY touched_at LIMIT ?";
  return rows(sql, query, before, limit);
}

/** Tasks that settled before `before`, the oldest first. */
export function expiredTasks(sql: SqlStorage, before: number, limit: number): readonly CatalogRow[] {
  const where = "settled = 1 AND deleted = 0 AND settled_at < ?1 AND created_at < ?1";
  return rows(sql, `SELECT * FROM tasks WHERE ${where} ORDER BY created_at, task_id LIMIT ?2`, before, limit);
}

/** The latest tasks that came to their end, for what is usual here. */
export function completedTasks(sql: SqlStorage, limit: number): readonly CatalogRow[] {
  const where = "complete_at IS NOT NULL AND deleted = 0";
  return rows(sql, `SELECT * FROM tasks WHERE ${where} ORDER BY created_at DESC, task_id DESC LIMIT ?`, limit);
}

/** Tasks first seen at or after `since`, the newest first. */
export function recentTasks(sql: SqlStorage, since: number, limit: number): readonly CatalogRow[] {
  const where = "created_at >= ? AND deleted = 0";
  return rows(sql, `SELECT * FROM tasks WHERE ${where} ORDER BY created_at DESC, task_id DESC LIMIT ?`, since, limit);
}

function rows(sql: SqlStorage, query: string, ...values: (string | number)[]): readonly CatalogRow[] {
  return sql
    .exec(query, ...values)
    .toArray()
    .map((found) => stored.parse(found));
}
