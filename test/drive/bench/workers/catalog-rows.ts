/**
 * How many rows each query of the catalog reads: the entry point of a build for `npm run bench -- scale`.
 *
 * `GET /?tasks=N` fills a catalog of its own with so many tasks and their submissions, and asks it everything once.
 * As on a real account most tasks have settled well: 200 are open, and one in fifty had trouble of some kind.
 */
import { Catalog as PlainCatalog } from "../../../../src/index.ts";
import {
  createSubmissions,
  insertSubmission,
  resolveSubmission,
} from "../../../../src/platform/catalog/submission-table.ts";
import { createTasks, upsertTask } from "../../../../src/platform/catalog/task-table.ts";
import { TROUBLES } from "../../../../src/core/view/trouble.ts";
import type { CatalogRow } from "../../../../src/core/view/catalog-row.ts";
import { catalogQuestions, watchedSql } from "../../../worker/catalog-questions.ts";
import { catalogRow } from "../../../worker/catalog-rows.ts";

export { Assessor, TaskObject } from "../../../../src/index.ts";

const OPEN = 200;
const TROUBLED_OF = 50;
/** Between two tasks: half a minute. */
const APART_MS = 30_000;

export class Catalog extends PlainCatalog {
  /** Fills it and asks it. Rows read, by question. */
  override fetch(request: Request): Response {
    const tasks = Number(new URL(request.url).searchParams.get("tasks"));
    const { sql } = this.ctx.storage;
    createTasks(sql);
    createSubmissions(sql);
    const start = Date.now() - tasks * APART_MS;
    for (let number = 0; number < tasks; number += 1) {
      const row = rowOf(number, tasks, start + number * APART_MS);
      upsertTask(sql, row);
      const { ref, createdAt: at, taskId } = row;
      if (ref === null) continue;
      const asked = { key: `key ${number}`, requestHash: "", requestJson: "{}", host: "", source: null };
      insertSubmission(sql, { ref, at, ...asked });
      resolveSubmission(sql, ref, taskId, at);
    }
    const middle = rowOf(Math.floor(tasks / 2), tasks, start + Math.floor(tasks / 2) * APART_MS);
    const questions = Object.entries(catalogQuestions(middle));
    return Response.json(Object.fromEntries(questions.map(([question, ask]) => [question, this.#rowsReadBy(ask)])));
  }

  #rowsReadBy(ask: (sql: SqlStorage) => unknown): number {
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    const { sql } = this.ctx.storage;
    ask(
      watchedSql(sql, (query, values) => {
        const cursor = sql.exec(query, ...values);
        cursors.push(cursor);
        return cursor;
      }),
    );
    return cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
  }
}

function rowOf(number: number, tasks: number, createdAt: number): CatalogRow {
  const isOpen = number >= tasks - OPEN;
  const problem = number % TROUBLED_OF === 0 ? (TROUBLES[(number / TROUBLED_OF) % TROUBLES.length] ?? null) : null;
  const settledAt = createdAt + 120_000;
  return catalogRow({
    taskId: `task-${String(number).padStart(8, "0")}`,
    createdAt,
    ref: number === 1 ? "mine" : `ref ${number}`,
    title: "Midnight Bossa",
    parent: number % 100 === 1 ? { taskId: "parent", trackId: null } : null,
    ...(isOpen
      ? { stage: "text" }
      : {
          stage: problem === "failed" ? "failed" : "complete",
          problem,
          settled: true,
          settledAt,
          completeAt: settledAt,
          touchedAt: settledAt,
        }),
  });
}

export default {
  fetch: (request, { CATALOG }) => CATALOG.getByName(request.url).fetch(request),
} satisfies ExportedHandler<Env>;
