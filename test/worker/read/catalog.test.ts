/** The catalog's queries: none of them grows with the number of tasks. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import * as z from "zod";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import * as queries from "../../../src/platform/catalog/task-queries.ts";
import { EVERYTHING as everything, catalogQuestions, watchedSql } from "../catalog-questions.ts";
import { catalogRow } from "../catalog-rows.ts";
import { newTaskId } from "../messages.ts";

const plan = z.object({ detail: z.string() });
const ASKED = catalogQuestions({ createdAt: Date.now(), taskId: "m" });

test.each(Object.keys(ASKED))("no query scans: %s", async (name) => {
  await catalogOf(env).list(everything);
  const plans = await runInDurableObject(catalogOf(env), (_, { storage }) => plansOf(storage.sql, ASKED[name]));
  for (const { query, details } of plans) {
    const scans = details.filter((detail) => /^SCAN (?:tasks|submissions)/.test(detail));
    // A walk along the key or an index of few, with an end.
    const bounded = / LIMIT (?:\d|\?)/.test(query)
      ? scans.filter((detail) => !/^SCAN tasks(?: USING (?:COVERING )?INDEX \w+)?$/.test(detail))
      : scans;
    expect([query, bounded]).toEqual([query, []]);
    const sorted = details.filter((detail) => detail.includes("USE TEMP B-TREE"));
    // Those who are untouched are chosen from a bounded number.
    expect([query, sorted.length > 0 && name !== "untouched"]).toEqual([query, false]);
  }
});

test("200 that cannot be visited starve nobody", async () => {
  const catalog = catalogOf(env);
  const hour = 60 * 60_000;
  const now = Date.now() + 10 * hour;
  const touchedAt = now - 5 * hour;
  const broken = Array.from({ length: 200 }, () => catalogRow({ touchedAt, createdAt: touchedAt }));
  const settled = { settled: true, stage: "complete", settledAt: touchedAt, wake: touchedAt } as const;
  const waiting = [
    catalogRow({ touchedAt: touchedAt + 1, createdAt: touchedAt + 1 }),
    catalogRow({ touchedAt: touchedAt + 1, createdAt: touchedAt + 1, ...settled }),
  ];
  await catalog.tell([...broken, ...waiting]);
  const first = await catalog.neglected(now - hour, 200);
  for (const row of first) await catalog.missed(row, now);
  const second = (await catalog.neglected(now - hour, 200)).map(({ taskId }) => taskId);
  const visited = new Set([...first.map(({ taskId }) => taskId), ...second]);
  for (const { taskId } of waiting) expect(visited).toContain(taskId);
});

test("a text search looks at no more rows than it may, and hands on its cursor", async () => {
  const catalog = catalogOf(env);
  const needle = newTaskId();
  const old = catalogRow({ createdAt: 1_000, title: "Old", ref: `Mine-${needle}` });
  await catalog.tell([old]);
  for (let block = 0; block < 21; block += 1)
    await catalog.tell(
      Array.from({ length: 1_000 }, (_, index) =>
        catalogRow({ createdAt: 2_000 + block * 1_000 + index, touchedAt: Date.now() }),
      ),
    );
  const query = { ...everything, text: `mine-${needle}`.toUpperCase() };
  let pages = 0;
  const found: string[] = [];
  for (let place: typeof query.after | { createdAt: number; taskId: string } = null; ; pages += 1) {
    const rowsRead = await rowsReadBy((sql) => queries.listTasks(sql, { ...query, after: place }));
    expect(rowsRead).toBeLessThanOrEqual(20_000);
    const page = await catalog.list({ ...query, after: place });
    found.push(...page.items.map(({ taskId }) => taskId));
    place = page.next;
    if (place === null) break;
  }
  expect([found, pages]).toEqual([[old.taskId], 2]);
});

async function rowsReadBy(ask: (sql: SqlStorage) => unknown): Promise<number> {
  return runInDurableObject(catalogOf(env), (_, { storage }) => {
    let rowsRead = 0;
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    ask(
      watchedSql(storage.sql, (query, values) => {
        const cursor = storage.sql.exec(query, ...values);
        cursors.push(cursor);
        return cursor;
      }),
    );
    for (const cursor of cursors) rowsRead += cursor.rowsRead;
    return rowsRead;
  });
}

/** How SQLite goes about each query of an answer. */
function plansOf(
  sql: SqlStorage,
  ask: ((sql: SqlStorage) => unknown) | undefined,
): readonly { query: string; details: string[] }[] {
  const plans: { query: string; details: string[] }[] = [];
  ask?.(
    watchedSql(sql, (query, values) => {
      const steps = sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...values).toArray();
      plans.push({ query, details: steps.map((step) => plan.parse(step).detail) });
      return sql.exec(query, ...values);
    }),
  );
  return plans;
}
