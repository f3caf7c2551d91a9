/** What the scoreboard adds up. */
import { expect, test } from "vitest";
import type { CatalogRow } from "../../../src/core/view/catalog-row.ts";
import { SCOREBOARD_MS, scoreboardOf } from "../../../src/core/view/statistics.ts";
import { NOTHING } from "../../../src/core/view/tally.ts";
import { SECOND, T0 } from "../builders.ts";

const done: CatalogRow = {
  product: "music" as const,
  taskId: "t",
  ref: null,
  parent: null,
  title: null,
  stage: "complete",
  failureReason: null,
  chosen: null,
  settled: true,
  stalled: false,
  problem: null,
  reason: null,
  keptTracks: 0,
  tracks: 0,
  wake: null,
  createdAt: T0,
  firstAt: T0 + 30 * SECOND,
  completeAt: T0 + 90 * SECOND,
  settledAt: T0 + 95 * SECOND,
  version: 7,
  touchedAt: T0,
  tally: { ...NOTHING, callbacks: 4, repeats: 1, copies: 2, copiedBytes: 1_000, failedCopies: { http_404: 2 } },
};
const failed: CatalogRow = { ...done, stage: "failed", failureReason: "refunded", firstAt: null, completeAt: null };
const old: CatalogRow = { ...done, createdAt: T0 - SCOREBOARD_MS };
const now = T0 + 100 * SECOND;

test("tasks of the last 30 days are counted by what became of them", () => {
  const board = scoreboardOf([done, done, failed, old], now);
  expect(board).toMatchObject({
    tasks: { all: 3, open: 0, complete: 2, failed: 1, stalled: 0 },
    timeToFirst: { count: 2, medianSeconds: 30 },
    timeToComplete: { count: 2, medianSeconds: 90, p95Seconds: 90 },
    failures: [{ reason: "refunded", tasks: 1 }],
    tally: { callbacks: 12, repeats: 3, recovered: 0, copies: 6, copiedBytes: 3_000, failedCopies: { http_404: 6 } },
  });
  expect(board.perDay.at(-1)).toMatchObject({ tasks: 3, failed: 1 });
});

test("what is still under way is open whatever its stage, so the parts add up to all", () => {
  const copying: CatalogRow = { ...done, settled: false, settledAt: null };
  const failing: CatalogRow = { ...failed, settled: false, settledAt: null, stalled: true };
  const { tasks, perDay, failures } = scoreboardOf([done, failed, copying, failing], now);
  expect(tasks).toEqual({ all: 4, open: 2, complete: 1, failed: 1, stalled: 1 });
  expect([perDay.at(-1)?.failed, failures]).toEqual([1, [{ reason: "refunded", tasks: 1 }]]);
});

test("of no task there is nothing to tell", () => {
  expect(scoreboardOf([], now)).toMatchObject({
    tasks: { all: 0 },
    timeToFirst: null,
    timeToComplete: null,
    failures: [],
  });
});
