/** Every query of the catalog, for what reads its plans and what counts its rows. */
import * as queries from "../../src/platform/catalog/task-queries.ts";
import {
  dropTask,
  markTaskDeleted,
  touchTask,
  upsertTask,
  type CatalogPlace,
} from "../../src/platform/catalog/task-table.ts";
import {
  claimRef,
  correctSubmission,
  findSubmission,
  forgetRequest,
  loseAnswer,
  noteHandover,
  releaseSubmission,
  resolveSubmission,
  submissionsToHandOver,
} from "../../src/platform/catalog/submission-table.ts";
import { catalogRow } from "./catalog-rows.ts";

const MONTH_MS = 30 * 24 * 3_600_000;
export const EVERYTHING = { status: null, ref: null, parent: null, text: null, after: null, limit: 25 } as const;

/** Each way in which the catalog is asked; `after` is a task in the middle of it. */
export function catalogQuestions(after: CatalogPlace): Readonly<Record<string, (sql: SqlStorage) => unknown>> {
  return {
    ...Object.fromEntries(
      [null, ...queries.LIST_STATUSES].flatMap((status) => [
        [`list ${status}`, (sql: SqlStorage) => queries.listTasks(sql, { ...EVERYTHING, status })],
        [`list ${status}, a later page`, (sql: SqlStorage) => queries.listTasks(sql, { ...EVERYTHING, status, after })],
      ]),
    ),
    "list by ref": (sql) => queries.listTasks(sql, { ...EVERYTHING, ref: "mine", after }),
    "list by parent": (sql) => queries.listTasks(sql, { ...EVERYTHING, parent: "parent", after }),
    "list by text": (sql) => queries.listTasks(sql, { ...EVERYTHING, text: "song" }),
    "task holding": (sql) => queries.taskHolding(sql, "task", "track"),
    untouched: (sql) => queries.untouchedTasks(sql, 0, Date.now(), 200),
    "watched until": (sql) => queries.watchedUntil(sql, 0),
    overdue: (sql) => queries.overdueTasks(sql, Date.now(), 200),
    aged: (sql) => queries.agedTasks(sql, 0, Date.now()),
    completed: (sql) => queries.completedTasks(sql, 200),
    recent: (sql) => queries.recentTasks(sql, Date.now() - MONTH_MS, 10_000),
    "find a submission": (sql) => findSubmission(sql, { key: "key 1", ref: "mine", requestHash: "" }, Date.now(), 1),
    "release a submission": (sql) => releaseSubmission(sql, "mine"),
    "lose an answer": (sql) => loseAnswer(sql, "mine"),
    "resolve a submission": (sql) => resolveSubmission(sql, "mine", "task", Date.now()),
    "claim a ref": (sql) => claimRef(sql, "mine", "task", true, Date.now()),
    "correct a submission": (sql) => correctSubmission(sql, "mine", "task", Date.now()),
    "note a handover": (sql) => noteHandover(sql, "mine"),
    "hand over": (sql) => submissionsToHandOver(sql, Date.now(), 200),
    "forget a request": (sql) => forgetRequest(sql, "task", 0),
    touch: (sql) => touchTask(sql, after, Date.now(), null),
    upsert: (sql) => upsertTask(sql, catalogRow()),
    "mark deleted": (sql) => markTaskDeleted(sql, after, 1, 0),
    drop: (sql) => dropTask(sql, after),
  };
}

type Exec = (query: string, values: readonly SqlStorageValue[]) => SqlStorageCursor<Record<string, SqlStorageValue>>;

/** The storage, each query of which goes through `exec`. */
export function watchedSql(sql: SqlStorage, exec: Exec): SqlStorage {
  return new Proxy(sql, {
    get: (target, name): unknown =>
      name === "exec"
        ? (query: string, ...values: readonly SqlStorageValue[]) => exec(query, values)
        : Reflect.get(target, name),
  });
}
