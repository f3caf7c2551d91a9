/**
 * How the provider did lately: how many tasks, how fast, and what failed, from the catalog's rows of music. Pure.
 *
 * The catalog is told at each move of a stage and when a task settles, so what comes after that is not counted.
 */
import * as z from "zod";
import type { CatalogRow } from "./catalog-row.ts";
import { quantile } from "./usual.ts";
import { isMusicProduct } from "../provider/products/products.ts";
import { addTallies, NOTHING, tally } from "./tally.ts";

const DAY_MS = 24 * 3_600_000;
/** The time that is looked back on. */
export const SCOREBOARD_MS = 30 * DAY_MS;

const spread = z.object({ count: z.int(), medianSeconds: z.number(), p95Seconds: z.number() }).nullable();

export const scoreboard = z.object({
  since: z.iso.datetime(),
  /** `all` is the sum of open, complete and failed, some of the open are stalled. */
  tasks: z.object({ all: z.int(), open: z.int(), complete: z.int(), failed: z.int(), stalled: z.int() }),
  /** Days in UTC, the oldest first, those without tasks too. */
  perDay: z.array(z.object({ day: z.iso.date(), tasks: z.int(), failed: z.int() })),
  /** From first sight; null where no task got there. */
  timeToFirst: spread,
  timeToComplete: spread,
  /** The most frequent first. */
  failures: z.array(z.object({ reason: z.string(), tasks: z.int() })),
  /** Of all these tasks, so far as the catalog was told. */
  tally,
});

export type Scoreboard = z.infer<typeof scoreboard>;

export function scoreboardOf(rows: readonly CatalogRow[], now: number): Scoreboard {
  const since = now - SCOREBOARD_MS;
  const recent = rows.filter(({ createdAt, product }) => createdAt >= since && isMusicProduct(product));
  const failed = recent.filter(isFailed);
  const count = (holds: (row: CatalogRow) => boolean): number => recent.filter(holds).length;
  return {
    since: new Date(since).toISOString(),
    tasks: {
      all: recent.length,
      open: count(({ settled }) => !settled),
      complete: count(({ stage, settled }) => settled && stage === "complete"),
      failed: failed.length,
      stalled: count(({ stalled }) => stalled),
    },
    perDay: perDay(recent, since, now),
    timeToFirst: spreadOf(recent.flatMap(({ firstAt, createdAt }) => (firstAt === null ? [] : [firstAt - createdAt]))),
    timeToComplete: spreadOf(
      recent.flatMap(({ completeAt, createdAt }) => (completeAt === null ? [] : [completeAt - createdAt])),
    ),
    failures: failuresOf(failed),
    tally: recent.map((row) => row.tally).reduce(addTallies, NOTHING),
  };
}

/** As long as a file of it is still tried it is open. */
function isFailed({ settled, stage }: CatalogRow): boolean {
  return settled && stage === "failed";
}

function perDay(rows: readonly CatalogRow[], since: number, now: number): Scoreboard["perDay"] {
  const days = new Map<string, { day: string; tasks: number; failed: number }>();
  for (let at = since; at <= now; at += DAY_MS) days.set(dayOf(at), { day: dayOf(at), tasks: 0, failed: 0 });
  for (const row of rows) {
    const entry = days.get(dayOf(row.createdAt));
    if (entry === undefined) continue;
    entry.tasks += 1;
    if (isFailed(row)) entry.failed += 1;
  }
  return [...days.values()];
}

function failuresOf(rows: readonly CatalogRow[]): Scoreboard["failures"] {
  const counts = new Map<string, number>();
  for (const { failureReason } of rows)
    if (failureReason !== null) counts.set(failureReason, (counts.get(failureReason) ?? 0) + 1);
  return [...counts].map(([reason, tasks]) => ({ reason, tasks })).toSorted((a, b) => b.tasks - a.tasks);
}

function spreadOf(durationsMs: readonly number[]): z.infer<typeof spread> {
  if (durationsMs.length === 0) return null;
  const at = (share: number): number => quantile(durationsMs, share) / 1_000;
  return { count: durationsMs.length, medianSeconds: at(0.5), p95Seconds: at(0.95) };
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
