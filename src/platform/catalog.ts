/**
 * The catalog: one more Durable Object, with a row for every task. Derived: it can be told twice, late and out of
 * order, and is healed by the watchdog.
 *
 * KV cannot be filtered, and an object per task cannot be listed. One account of the provider makes at most two tasks
 * a second, and one object takes some 500 writes a second. RPC methods are a persisted contract.
 */
import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import type { CatalogRow } from "../core/catalog-row.ts";
import { STAGES } from "../core/stage.ts";

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
const row = z
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
  })
  .transform(
    ({ task_id, failure_reason, created_at, first_at, complete_at, settled_at, touched_at, ...rest }): CatalogRow => {
      const renamed = { taskId: task_id, failureReason: failure_reason, createdAt: created_at, firstAt: first_at };
      return { ...rest, ...renamed, completeAt: complete_at, settledAt: settled_at, touchedAt: touched_at };
    },
  );

/** Newest first is the order of the key, so a page of a list reads only its own rows. */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS tasks (
    created_at INTEGER NOT NULL, task_id TEXT NOT NULL, ref TEXT, title TEXT, search TEXT NOT NULL, stage TEXT NOT NULL,
    failure_reason TEXT, settled INTEGER NOT NULL, stalled INTEGER NOT NULL, first_at INTEGER, complete_at INTEGER,
    settled_at INTEGER, version INTEGER NOT NULL, touched_at INTEGER NOT NULL,
    PRIMARY KEY (created_at, task_id)) WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS open_tasks ON tasks (created_at, task_id) WHERE settled = 0`,
  `CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`,
];

export class Catalog extends DurableObject<Env> {
  #ready = false;

  /** Takes rows of tasks. View columns change only where the version is newer; `touchedAt` is the later of the two. */
  tell(rows: readonly CatalogRow[]): void {
    for (const told of rows) this.#upsert(told);
  }

  #upsert(told: CatalogRow): void {
    const search = `${told.title ?? ""} ${told.taskId}`.toLowerCase();
    this.#sql.exec(
      `INSERT INTO tasks (created_at, task_id, ref, title, search, stage, failure_reason, settled, stalled, first_at,
         complete_at, settled_at, version, touched_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
       ON CONFLICT (created_at, task_id) DO UPDATE SET ref = ?3, title = ?4, search = ?5, stage = ?6, failure_reason = ?7,
         settled = ?8, stalled = ?9, first_at = ?10, complete_at = ?11, settled_at = ?12, version = ?13,
         touched_at = max(touched_at, ?14) WHERE version < ?13`,
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
    );
  }

  /** The same, from a visit of the watchdog: it counts as a touch even where nothing is newer. */
  heal(told: CatalogRow): void {
    this.#upsert(told);
    this.#sql.exec(
      "UPDATE tasks SET touched_at = max(touched_at, ?3) WHERE created_at = ?1 AND task_id = ?2",
      told.createdAt,
      told.taskId,
      told.touchedAt,
    );
  }

  /** Newest first; one row more than `limit` tells that there is a next page. */
  list({ status, ref, text, after, limit }: CatalogQuery): readonly CatalogRow[] {
    const where: string[] = [];
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
    const condition = where.length === 0 ? "" : `WHERE ${where.join(" AND ")}`;
    return this.#rows(
      `SELECT * FROM tasks ${condition} ORDER BY created_at DESC, task_id DESC LIMIT ?`,
      ...values,
      limit,
    );
  }

  /** Open tasks that nobody has touched since, the longest neglected first. */
  neglected(before: number, limit: number): readonly CatalogRow[] {
    return this.#rows(
      "SELECT * FROM tasks INDEXED BY open_tasks WHERE settled = 0 AND touched_at < ? ORDER BY touched_at LIMIT ?",
      before,
      limit,
    );
  }

  /** The cron was here. */
  noteCron(at: number): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES ('cron_at', ?)", at);
  }

  /** When the cron last ran, or since when it could have; null while the catalog is empty. */
  cronSeenAt(): number | null {
    const found = this.#sql.exec(
      "SELECT coalesce((SELECT value FROM facts WHERE name = 'cron_at'), (SELECT min(created_at) FROM tasks)) AS at",
    );
    return z.object({ at: z.int().nullable() }).parse(found.one()).at;
  }

  #rows(query: string, ...values: (string | number)[]): readonly CatalogRow[] {
    return this.#sql
      .exec(query, ...values)
      .toArray()
      .map((found) => row.parse(found));
  }

  get #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    if (!this.#ready) for (const table of TABLES) sql.exec(table);
    this.#ready = true;
    return sql;
  }
}

/** There is one. */
export function catalogOf(env: Pick<Env, "CATALOG">): DurableObjectStub<Catalog> {
  return env.CATALOG.getByName("catalog");
}
