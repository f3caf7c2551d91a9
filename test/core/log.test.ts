/** Law 3: the log is the truth. What its rows fold to is the state that was reached event by event. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvent } from "../../src/core/event.ts";
import { fold } from "../../src/core/reduce.ts";
import { isSettled } from "../../src/core/stage.ts";
import type { Task } from "../../src/core/task.ts";
import { tracksOf } from "../../src/core/tracks.ts";
import { viewOf } from "../../src/core/view.ts";
import { deliveries, junkDeliveries } from "./arbitraries.ts";
import { DAY, MINUTE, T0, TASK_ID, observation, observed, taskOf } from "./builders.ts";
import { newHistory, receive, record, stored, work, type CopyResult, type History } from "./history.ts";

/** The whole state as text: maps as lists, keys in one order. */
function bytesOf(task: Task | null): string {
  return JSON.stringify(task, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

type Act =
  | { readonly type: "receive"; readonly index: number }
  | { readonly type: "work"; readonly result: CopyResult }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "newer release" };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("receive" as const), index: fc.nat({ max: 7 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("work" as const),
      result: fc.constantFrom<CopyResult>("copied", "failed", "dead", "crashed"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.constantFrom(0, 1, MINUTE, DAY, 15 * DAY) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "newer release" as const }) },
);

const lives = fc.tuple(fc.oneof(deliveries, junkDeliveries), fc.array(act, { maxLength: 40 }));

function live(history: History, messages: Awaited<ReturnType<typeof messagesOf>>, step: Act): void {
  if (step.type === "wait") history.now += step.ms;
  else if (step.type === "work") work(history, step.result);
  else if (step.type === "newer release") record(history, { type: "ignored", originalType: "of_a_newer_release" });
  else for (const message of messages.slice(step.index, step.index + 1)) receive(history, message);
}

function messagesOf(life: typeof lives extends fc.Arbitrary<infer L> ? L : never) {
  return life[0];
}

test("the stored rows fold to the same bytes", () => {
  fc.assert(
    fc.property(lives, (life) => {
      const history = newHistory(T0);
      for (const message of messagesOf(life).slice(0, 1)) receive(history, message);
      for (const step of life[1]) live(history, messagesOf(life), step);
      const refolded = fold(TASK_ID, stored(history));
      expect(bytesOf(refolded)).toBe(bytesOf(history.task));
      expect(refolded && JSON.stringify(viewOf(refolded))).toBe(JSON.stringify(viewOf(history.task)));
    }),
    { numRuns: 1_000 },
  );
});

test("a task is marked settled exactly while it is", () => {
  fc.assert(
    fc.property(lives, (life) => {
      const history = newHistory(T0);
      for (const message of messagesOf(life).slice(0, 1)) receive(history, message);
      for (const step of life[1]) {
        live(history, messagesOf(life), step);
        expect(history.task.settledAt !== null).toBe(isSettled(history.task));
      }
    }),
    { numRuns: 500 },
  );
});

test("what shows changes only together with the version", () => {
  fc.assert(
    fc.property(lives, (life) => {
      const history = newHistory(T0);
      for (const message of messagesOf(life).slice(0, 1)) receive(history, message);
      for (const step of life[1]) {
        const before = history.task;
        live(history, messagesOf(life), step);
        if (history.task.version === before.version)
          expect(JSON.stringify(viewOf(history.task))).toBe(JSON.stringify(viewOf(before)));
      }
    }),
    { numRuns: 500 },
  );
});
