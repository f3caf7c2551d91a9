/** Law 3: the log is the truth. What its rows fold to is the state that was reached event by event. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventBody, Observed } from "../../../src/core/task/event.ts";
import { fold } from "../../../src/core/task/reduce.ts";
import { isSettled } from "../../../src/core/task/stage.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { deliveries, junkDeliveries } from "../arbitraries.ts";
import { DAY, MINUTE, T0, TASK_ID } from "../builders.ts";
import { tellingPace, newHistory, receive, record, stored, work, type CopyResult, type History } from "../history.ts";
import { runs } from "../runs.ts";

type Act = (history: History, messages: readonly Observed[]) => unknown;

const results = fc.constantFrom<CopyResult>("copied", "failed", "dead", "crashed");
const waits = fc.constantFrom(0, MINUTE, MINUTE, DAY, 15 * DAY);
const acts = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 7 }).map((index): Act => receiveOne(index)) },
  { weight: 8, arbitrary: fc.tuple(results, fc.nat({ max: 9 })).map(works) },
  { weight: 4, arbitrary: waits.map(waitsFor) },
  { weight: 1, arbitrary: recorded({ type: "ignored", originalType: "of_a_newer_release" }) },
  { weight: 1, arbitrary: recorded({ type: "retried" }) },
  { weight: 1, arbitrary: recorded({ type: "adopted" }) },
  { weight: 1, arbitrary: recorded({ type: "notify_asked" }) },
  { weight: 1, arbitrary: recorded({ type: "submitted", ref: "ref-1", request: { title: "Night" } }) },
);

const lives = fc.tuple(fc.oneof(deliveries, junkDeliveries), fc.array(acts, { maxLength: 40, size: "max" }));

function works([result, which]: readonly [CopyResult, number]): Act {
  return (history) => work(history, result, which);
}

function waitsFor(ms: number): Act {
  return (history) => {
    history.now += ms;
  };
}

function recorded(body: EventBody): fc.Arbitrary<Act> {
  return fc.constant((history) => record(history, body));
}

function receiveOne(index: number): Act {
  return (history, messages) => {
    for (const message of messages.slice(index, index + 1)) receive(history, message);
  };
}

/** Lives a life, from its first message on; `check` looks at the task before and after each act. */
function live(
  [messages, steps]: readonly [readonly Observed[], readonly Act[]],
  check: (history: History, before: Task) => void = () => undefined,
): History {
  const history = newHistory(T0, tellingPace);
  for (const act of [receiveOne(0), ...steps]) {
    const before = history.task;
    act(history, messages);
    check(history, before);
  }
  return history;
}

/** The whole state as text: maps as lists, keys in one order. */
function bytesOf(task: Task | null): string {
  return JSON.stringify(task, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

test("the stored rows fold to the same bytes", () => {
  fc.assert(
    fc.property(lives, (life) => {
      const history = live(life);
      const refolded = fold(TASK_ID, stored(history));
      expect(bytesOf(refolded)).toBe(bytesOf(history.task));
      expect(refolded && JSON.stringify(viewOf(refolded))).toBe(JSON.stringify(viewOf(history.task)));
    }),
    { numRuns: runs(250) },
  );
});

test("a task is marked settled exactly while it is", () => {
  fc.assert(
    fc.property(lives, (life) => {
      live(life, ({ task }) => expect(task.settledAt !== null).toBe(isSettled(task)));
    }),
    { numRuns: runs(200) },
  );
});

test("what shows changes only together with the version", () => {
  fc.assert(
    fc.property(lives, (life) => {
      live(life, ({ task }, before) => {
        const changed = JSON.stringify(viewOf(task)) !== JSON.stringify(viewOf(before));
        expect(task.version).toBeGreaterThanOrEqual(before.version + (changed ? 1 : 0));
      });
    }),
    { numRuns: runs(150) },
  );
});

test("the clock of a task never runs backwards, and no attempt's number is given twice", () => {
  fc.assert(
    fc.property(lives, (life) => {
      const attempts: string[] = [];
      live(life, (history, before) => {
        expect(history.task.lastEventAt).toBeGreaterThanOrEqual(before.lastEventAt);
        for (const [file, attempt] of history.task.lastAttempts)
          if (attempt !== before.lastAttempts.get(file)) attempts.push(`${file} ${attempt}`);
      });
      expect(new Set(attempts).size).toBe(attempts.length);
    }),
    { numRuns: runs(100) },
  );
});
