/**
 * The catalog's rows of tasks in SQLite. **A persisted contract**: columns are added, never changed.
 *
 * Newest first is the order of the key. What few tasks are has an index of its own: open ones, those in trouble, those
 * with a reference, and settled ones with something left to do. All else is looked for within a bound.
 */
import * as z from "zod";
import type { CatalogRow } from "../../core/view/catalog-row.ts";
import { PRODUCTS } from "../../core/provider/products/products.ts";
import { STAGES } from "../../core/task/stage.ts";
import { NOTHING, tally } from "../../core/view/tally.ts";
import { TROUBLES } from "../../core/view/trouble.ts";

export interface CatalogPlace {
  readonly createdAt: number;
  readonly taskId: string;
}

const flag = z.int().transform((value) => value === 1);
const stored = z
  .object({
    task_id: z.string(),
    product: z.enum(PRODUCTS),
    ref: z.string().nullable(),
    parent: z.string().nullable(),
    parent_track: z.string().nullable(),
    title: z.string().nullable(),
    stage: z.enum(STAGES),
    failure_reason: z.string().nullable(),
    settled: flag,
    stalled: flag,
    problem: z.enum(TROUBLES).nullable(),
    reason: z.string().nullable(),
    kept_tracks: z.int(),
    tracks: z.int(),
    chosen: z.string().nullable(),
    created_at: z.int(),
    first_at: z.int().nullable(),
    complete_at: z.int().nullable(),
    settled_at: z.int().nullable(),
    version: z.int(),
    touched_at: z.int(),
    wake: z.int().nullable(),
    tally: z.string(),
  })
  .transform((row): CatalogRow => ({
    taskId: row.task_id,
    product: row.product,
    ref: row.ref,
    parent: row.parent === null ? null : { taskId: row.parent, trackId: row.parent_track },
    title: row.title,
    stage: row.stage,
    failureReason: row.failure_reason,
    settled: row.settled,
    stalled: row.stalled,
    problem: row.problem,
    reason: row.reason,
    keptTracks: row.kept_tracks,
    tracks: row.tracks,
    chosen: row.chosen,
    createdAt: row.created_at,
    firstAt: row.first_at,
    completeAt: row.complete_at,
    settledAt: row.settled_at,
    version: row.version,
    touchedAt: row.touched_at,
    wake: row.wake,
    tally: tally.parse(JSON.parse(row.tally)),
  }));

/** What a newer word is compared with, as it is stored. */
const compared = z.object({
  version: z.int(),
  touched_at: z.int(),
  ref: z.string().nullable(),
  parent: z.string().nullable(),
  settled: z.int(),
  problem: z.string().nullable(),
  wake: z.int().nullable(),
});

export function createTasks(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS tasks (
    created_at INTEGER NOT NULL, task_id TEXT NOT NULL, product TEXT NOT NULL, ref TEXT, title TEXT,
    search TEXT NOT NULL, stage TEXT NOT NULL, failure_reason TEXT, settled INTEGER NOT NULL, stalled INTEGER NOT NULL, problem TEXT, reason TEXT,
    kept_tracks INTEGER NOT NULL, tracks INTEGER NOT NULL, first_at INTEGER, complete_at INTEGER, settled_at INTEGER,
    version INTEGER NOT NULL, touched_at INTEGER NOT NULL, wake INTEGER, tally TEXT NOT NULL, chosen TEXT, parent TEXT, parent_track TEXT, track_ids TEXT,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (created_at, task_id)) WITHOUT ROWID`);
  for (const [name, columns, where] of INDEXES)
    sql.exec(`CREATE INDEX IF NOT EXISTS ${name} ON tasks (${columns}) WHERE ${where}`);
}

/** `wake` of an open task is no guide: its rows are told at each stage, and between them the alarm goes on. */
const INDEXES = [
  ["open_tasks", "created_at, task_id", "settled = 0"],
  ["problem_tasks", "created_at, task_id", "problem IS NOT NULL"],
  ["tasks_by_ref", "ref, created_at, task_id", "ref IS NOT NULL"],
  ["tasks_by_parent", "parent, created_at, task_id", "parent IS NOT NULL"],
  ["unfinished_tasks", "wake", "settled = 1 AND wake IS NOT NULL"],
] as const;

/** View columns change only where the version is newer, `wake` also where it is the same and told later. */
export function upsertTask(sql: SqlStorage, row: CatalogRow): void {
  const values: Readonly<Record<string, SqlStorageValue>> = {
    product: row.product,
    title: row.title,
    search: [row.title, row.taskId, row.ref, ...(row.trackIds ?? [])]
      .filter((one) => one !== null)
      .join(" ")
      .toLowerCase(),
    stage: row.stage,
    failure_reason: row.failureReason,
    stalled: Number(row.stalled),
    reason: row.reason,
    kept_tracks: row.keptTracks,
    tracks: row.tracks,
    first_at: row.firstAt,
    complete_at: row.completeAt,
    settled_at: row.settledAt,
    version: row.version,
    tally: JSON.stringify(row.tally),
    chosen: row.chosen,
    parent_track: row.parent?.trackId ?? null,
    track_ids: `,${(row.trackIds ?? []).join(",")},`,
  };
  const indexed = indexedOf(row);
  const known = findTask(sql, row);
  if (known === null) {
    const all = { created_at: row.createdAt, task_id: row.taskId, touched_at: row.touchedAt, ...values, ...indexed };
    const columns = Object.keys(all);
    const marks = columns.map(() => "?").join(", ");
    sql.exec(`INSERT INTO tasks (${columns.join(", ")}) VALUES (${marks})`, ...Object.values(all));
    return;
  }
  if (known.version > row.version) return;
  if (known.version === row.version) {
    const isLater = row.touchedAt >= known.touched_at && row.wake !== known.wake;
    if (isLater) update(sql, row, { wake: row.wake, touched_at: row.touchedAt });
    return;
  }
  const before: Readonly<Record<string, SqlStorageValue>> = known;
  const changed = Object.entries(indexed).filter(([name, value]) => before[name] !== value);
  const touchedAt = Math.max(known.touched_at, row.touchedAt);
  update(sql, row, { ...values, ...Object.fromEntries(changed), touched_at: touchedAt });
}

/** A column that an index holds costs a row of it with each write, so it is written where it changes. */
function indexedOf({ ref, parent, settled, problem, wake }: CatalogRow): Readonly<Record<string, SqlStorageValue>> {
  return { ref, parent: parent?.taskId ?? null, settled: Number(settled), problem, wake };
}

/** A visit of the watchdog: it counts as a touch even where nothing is newer. */
export function touchTask(sql: SqlStorage, visited: CatalogPlace, at: number, wake: number | null): void {
  const known = findTask(sql, visited);
  if (known === null) return;
  const touched = { touched_at: Math.max(known.touched_at, at) };
  update(sql, visited, known.wake === wake ? touched : { ...touched, wake });
}

/** No list shows it, and no later word of an older version brings it back, also where this is the first one. */
export function markTaskDeleted(
  sql: SqlStorage,
  { createdAt, taskId }: CatalogPlace,
  version: number,
  wake: number,
): void {
  sql.exec(
    `INSERT INTO tasks (created_at, task_id, product, search, stage, settled, stalled, kept_tracks, tracks, version,
       touched_at, tally, deleted, wake)
     VALUES (?1, ?2, 'unknown', '', 'failed', 1, 0, 0, 0, ?3, ?1, ?4, 1, ?5)
     ON CONFLICT (created_at, task_id) DO UPDATE SET deleted = 1, settled = 1, problem = NULL, title = NULL, search = '',
       version = max(version, ?3), wake = ?5`,
    createdAt,
    taskId,
    version,
    JSON.stringify(NOTHING),
    Math.ceil(wake),
  );
}

export function dropTask(sql: SqlStorage, { createdAt, taskId }: CatalogPlace): void {
  sql.exec("DELETE FROM tasks WHERE created_at = ? AND task_id = ?", createdAt, taskId);
}

export function readRows(sql: SqlStorage, query: string, ...values: readonly SqlStorageValue[]): readonly CatalogRow[] {
  return sql
    .exec(query, ...values)
    .toArray()
    .map((found) => stored.parse(found));
}

function findTask(sql: SqlStorage, { createdAt, taskId }: CatalogPlace): z.infer<typeof compared> | null {
  const query = `SELECT ${Object.keys(compared.shape).join(", ")} FROM tasks WHERE created_at = ? AND task_id = ?`;
  const [found] = sql.exec(query, createdAt, taskId).toArray();
  return found === undefined ? null : compared.parse(found);
}

function update(
  sql: SqlStorage,
  { createdAt, taskId }: CatalogPlace,
  set: Readonly<Record<string, SqlStorageValue>>,
): void {
  const columns = Object.keys(set).map((name) => `${name} = ?`);
  const query = `UPDATE tasks SET ${columns.join(", ")} WHERE created_at = ? AND task_id = ?`;
  sql.exec(query, ...Object.values(set), createdAt, taskId);
}
