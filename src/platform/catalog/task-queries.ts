/**
 * What is asked of the catalog's rows of tasks. No query grows with the number of tasks: it has an index of just what
 * it looks for, or looks at a bounded number of rows and hands on where it stopped. Limits are ours and written out: a
 * bound one has SQLite plan the query again at each call.
 */
import * as z from "zod";
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import { STAGES } from "../../core/task/stage.ts";
import { readRows, type CatalogPlace } from "./task-table.ts";

export const LIST_STATUSES = [...STAGES, "open", "settled", "stalled", "problems"] as const;
type ListStatus = (typeof LIST_STATUSES)[number];

export interface CatalogQuery {
  readonly status: ListStatus | null;
  readonly ref: string | null;
  /** Only what was made of this task. */
  readonly parent: string | null;
  /** Part of a title, an id or a reference, in any case. */
  readonly text: string | null;
  /** Only tasks after this one, newest first. */
  readonly after: CatalogPlace | null;
  readonly limit: number;
}

export interface CatalogPage {
  readonly items: readonly CatalogRow[];
  /** Where the next page starts after; null at the end. A page can have few items, or none, and still a next one. */
  readonly next: CatalogPlace | null;
}

/** Rows that one page looks at. They are looked at twice where too few of them match, to say where it stopped. */
const LOOKED_AT = 9_990;
/** Open tasks that one round of the watchdog chooses from. */
const WATCHED = 20_000;
/** Rows that one round of retention looks at. */
const AGED = 2_000;
const NEWEST_FIRST = "ORDER BY created_at DESC, task_id DESC";

/** Newest first. */
export function listTasks(sql: SqlStorage, query: CatalogQuery): CatalogPage {
  const { limit } = query;
  const { from, values } = sourceOf(query);
  const filter = filterOf(query);
  const found = readRows(
    sql,
    `SELECT * FROM (SELECT * ${from} LIMIT ${LOOKED_AT}) WHERE ${filter.where} LIMIT ${limit + 1}`,
    ...values,
    ...filter.values,
  );
  const items = found.slice(0, limit);
  if (found.length > limit) return { items, next: items.at(-1) ?? null };
  const last = `SELECT created_at, task_id ${from} LIMIT 1 OFFSET ${LOOKED_AT - 1}`;
  const [stopped] = sql.exec(last, ...values).toArray();
  return { items, next: stopped === undefined ? null : placeOf(stopped) };
}

/** What an index narrows it to. */
function sourceOf({ status, ref, parent, after }: CatalogQuery): { from: string; values: SqlStorageValue[] } {
  const [index, condition, ...bound] = narrowest(status, ref, parent);
  const rest = after === null ? [] : [after.createdAt, after.taskId];
  const where = [condition, after === null ? "" : "(created_at, task_id) < (?, ?)"].filter((one) => one !== "");
  const clause = where.length === 0 ? "" : `WHERE ${where.join(" AND ")}`;
  return { from: `FROM tasks ${index} ${clause} ${NEWEST_FIRST}`, values: [...bound, ...rest] };
}

function narrowest(
  status: ListStatus | null,
  ref: string | null,
  parent: string | null,
): readonly [string, string, ...SqlStorageValue[]] {
  if (parent !== null) return ["INDEXED BY tasks_by_parent", "parent = ?", parent];
  if (ref !== null) return ["INDEXED BY tasks_by_ref", "ref = ?", ref];
  switch (status) {
    case "problems":
    case "failed":
      return ["INDEXED BY problem_tasks", "problem IS NOT NULL"];
    case "open":
    case "pending":
    case "text":
    case "first":
    case "stalled":
      return ["INDEXED BY open_tasks", "settled = 0"];
    case "complete":
    case "settled":
    case null:
      return ["", ""];
  }
}

function filterOf({ status, ref, parent, text }: CatalogQuery): { where: string; values: SqlStorageValue[] } {
  const where = ["deleted = 0"];
  const values: SqlStorageValue[] = [];
  if (status === "open") where.push("settled = 0");
  else if (status === "settled") where.push("settled = 1");
  else if (status === "stalled") where.push("stalled = 1");
  else if (status === "problems") where.push("problem IS NOT NULL");
  else if (status !== null) {
    where.push("stage = ?");
    values.push(status);
  }
  if (parent !== null && ref !== null) {
    where.push("ref = ?");
    values.push(ref);
  }
  if (text !== null) {
    where.push("instr(search, ?) > 0");
    values.push(text.toLowerCase());
  }
  return { where: where.join(" AND "), values };
}

/** Of the latest tasks the one of this id, or the one that has a track of this id; null where there is none. */
export function taskHolding(sql: SqlStorage, id: string, trackId: string): string | null {
  const newest = `SELECT task_id, track_ids, deleted FROM tasks ${NEWEST_FIRST} LIMIT ${LOOKED_AT}`;
  const where = "deleted = 0 AND (task_id = ? OR instr(track_ids, ?) > 0)";
  const [found] = sql.exec(`SELECT task_id FROM (${newest}) WHERE ${where} LIMIT 1`, id, `,${trackId},`).toArray();
  return typeof found?.["task_id"] === "string" ? found["task_id"] : null;
}

/** Open tasks that nobody has touched since `before`, of those first seen at or after `from`; the neglected first. */
export function untouchedTasks(sql: SqlStorage, from: number, before: number, limit: number): readonly CatalogRow[] {
  const open = `SELECT * FROM tasks INDEXED BY open_tasks WHERE settled = 0 AND created_at >= ? ORDER BY created_at LIMIT ${WATCHED}`;
  return readRows(sql, `SELECT * FROM (${open}) WHERE touched_at < ? ORDER BY touched_at LIMIT ${limit}`, from, before);
}

/** Where the next round is to go on: open tasks are more than one round chooses from. Null: they are not. */
export function watchedUntil(sql: SqlStorage, from: number): number | null {
  const query = `SELECT created_at, task_id FROM tasks INDEXED BY open_tasks WHERE settled = 0 AND created_at >= ? ORDER BY created_at LIMIT 1 OFFSET ${WATCHED - 1}`;
  const [last] = sql.exec(query, from).toArray();
  return last === undefined ? null : placeOf(last).createdAt;
}

/** Settled tasks whose next wake is overdue since `before`, the longest overdue first. */
export function overdueTasks(sql: SqlStorage, before: number, limit: number): readonly CatalogRow[] {
  const where = "settled = 1 AND wake IS NOT NULL AND wake < ?";
  return readRows(
    sql,
    `SELECT * FROM tasks INDEXED BY unfinished_tasks WHERE ${where} ORDER BY wake LIMIT ${limit}`,
    before,
  );
}

/** The oldest tasks first seen at or after `from` and before `before`: as many as one round looks at. */
export function agedTasks(sql: SqlStorage, from: number, before: number): readonly CatalogRow[] {
  const where = "created_at >= ? AND created_at < ? AND deleted = 0";
  return readRows(sql, `SELECT * FROM tasks WHERE ${where} ORDER BY created_at LIMIT ${AGED}`, from, before);
}

/** Whether that were as many as one round looks at. */
export function isFullRound(rows: readonly CatalogRow[]): boolean {
  return rows.length === AGED;
}

/** The latest tasks that came to their end, for what is usual here. */
export function completedTasks(sql: SqlStorage, limit: number): readonly CatalogRow[] {
  const newest = `SELECT * FROM tasks ${NEWEST_FIRST} LIMIT ${LOOKED_AT}`;
  return readRows(sql, `SELECT * FROM (${newest}) WHERE complete_at IS NOT NULL AND deleted = 0 LIMIT ${limit}`);
}

/** Tasks first seen at or after `since`, the newest first. */
export function recentTasks(sql: SqlStorage, since: number, limit: number): readonly CatalogRow[] {
  const where = "created_at >= ? AND deleted = 0";
  return readRows(sql, `SELECT * FROM tasks WHERE ${where} ${NEWEST_FIRST} LIMIT ${limit}`, since);
}

const place = z.object({ created_at: z.int(), task_id: z.string() });

function placeOf(found: unknown): CatalogPlace {
  const { created_at: createdAt, task_id: taskId } = place.parse(found);
  return { createdAt, taskId };
}
