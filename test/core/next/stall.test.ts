/** Silence that is longer than usual: said once, and ended by news. */
import { expect, test } from "vitest";
import { due, nextWake } from "../../../src/core/next/agenda.ts";
import { catalogRowOf, type CatalogRow } from "../../../src/core/view/catalog-row.ts";
import { failureOf } from "../../../src/core/provider/failure.ts";
import { isStalled } from "../../../src/core/task/stage.ts";
import { usualOf } from "../../../src/core/view/usual.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { at, audioUrl, DAY, HOUR, listed, MINUTE, observation, observed, SECOND, T0, taskOf } from "../builders.ts";
import { pace } from "../history.ts";

const text = observed(observation("text"));
const stalled = at(T0 + 10 * MINUTE, { type: "stalled" });

test("ten minutes of silence are worth a question, or what is usual if that is longer", () => {
  expect(nextWake(taskOf(text), pace)).toBe(T0 + 10 * MINUTE);
  expect(due(taskOf(text), T0 + 10 * MINUTE, pace)).toEqual([{ type: "stall" }]);
  const usual = at(T0 + 10 * MINUTE, { type: "usual", silenceMs: HOUR });
  expect(nextWake(taskOf(text, usual), pace)).toBe(T0 + HOUR);
  const short = at(T0 + 10 * MINUTE, { type: "usual", silenceMs: SECOND });
  expect(nextWake(taskOf(text, short), pace)).toBe(T0 + 10 * MINUTE);
});

test("a question that failed is put off", () => {
  const failing = at(T0 + 10 * MINUTE, { type: "effect_failed", effect: "stall", reason: "internal" });
  expect(nextWake(taskOf(text, failing), pace)).toBeGreaterThan(T0 + 10 * MINUTE);
});

test("a stalled task shows it, as a change of its version, until there is news", () => {
  const task = taskOf(text, stalled);
  expect(viewOf(task)).toMatchObject({ stalled: true, version: 2 });
  expect(catalogRowOf(task, T0, null).stalled).toBe(true);
  expect(nextWake(task, pace)).toBe(T0 + 14 * DAY);
  const first = observed(observation("first"), { at: T0 + HOUR });
  expect(isStalled(taskOf(text, stalled, first))).toBe(false);
  expect(nextWake(taskOf(text, stalled, first), pace)).toBe(T0 + HOUR + 10 * MINUTE);
});

test("a finished task does not stall", () => {
  const done = observed(observation("complete", [listed({ audioLink: audioUrl("a") })]));
  const failure = failureOf(500, null, null);
  for (const end of [done, observed(observation("failed", [], { failure }))])
    expect(due(taskOf(end), T0 + DAY, pace)).not.toContainEqual({ type: "stall" });
});

const timeOf = (ms: number | null) => (ms === null ? null : T0 + ms);

function finished(firstMs: number | null, completeMs: number | null): CatalogRow {
  const row = catalogRowOf(taskOf(text), T0, null);
  return { ...row, createdAt: T0, firstAt: timeOf(firstMs), completeAt: timeOf(completeMs) };
}

test("what is usual is known from ten tasks on", () => {
  const rows = Array.from({ length: 10 }, (_, n) => finished(n * SECOND, n < 9 ? n * MINUTE : null));
  expect(usualOf(rows.slice(1)).first).toBeNull();
  expect(usualOf(rows)).toEqual({ first: { medianMs: 5 * SECOND, p90Ms: 9 * SECOND }, complete: null });
  expect(usualOf([])).toEqual({ first: null, complete: null });
});

test("what is usual does not depend on the order of tasks", () => {
  const rows = Array.from({ length: 100 }, (_, n) => finished(((n * 37) % 100) * SECOND, n * MINUTE));
  expect(usualOf(rows)).toEqual({
    first: { medianMs: 50 * SECOND, p90Ms: 90 * SECOND },
    complete: { medianMs: 50 * MINUTE, p90Ms: 90 * MINUTE },
  });
});
