/** What an effect records, over dependencies that are made of nothing. */
import { expect, test } from "vitest";
import type { TaskView } from "../../../src/core/view/view.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { nextPoll } from "../../../src/core/next/polling.ts";
import { startEffect, type Deps } from "../../../src/platform/task/effects.ts";
import { runAlarm } from "../../../src/platform/task/engine.ts";
import { reduce } from "../../../src/core/task/reduce.ts";
import {
  at,
  audioUrl,
  copied,
  failed,
  HOUR,
  listed,
  observation,
  observed,
  SECOND,
  started,
  T0,
  taskOf,
} from "../builders.ts";
import { askingPace } from "../history.ts";

const A = audioUrl("a");
const complete = observed(observation("complete", [listed({ audioLink: A })]));

test("an answer that was on its way when a link died is no answer about that link", async () => {
  const recorded: TaskEvent[] = [];
  let now = T0;
  const deps: Deps = {
    pace: askingPace,
    now: () => now,
    task: () => taskOf(complete),
    record: (event) => void recorded.push({ at: now, ...event }),
    ask: async () => {
      now = T0 + 2 * SECOND;
      return { type: "unknown" };
    },
    ...unused,
  };
  await startEffect(deps, { type: "poll", claim: false }, new AbortController().signal);
  expect(recorded).toMatchObject([{ type: "polled", result: "unknown", lastAt: T0, times: 1 }]);
  const died = [started(T0, A), failed(T0 + SECOND, A, true)];
  expect(nextPoll(taskOf(complete, ...died, ...recorded), askingPace)).not.toBeNull();
});

test("an analysis that breaks off leaves its start, and after three of them it is given up", async () => {
  const copy = copied(T0, A);
  const recorded: TaskEvent[] = [];
  const deps: Deps = {
    ...unused,
    pace: askingPace,
    now: () => T0,
    task: () => taskOf(complete, copy),
    record: (event) => void recorded.push({ at: T0, ...event }),
    ask: never,
    assess: never,
  };
  const effect = { type: "assess", trackId: "a", stored: copy } as const;
  await startEffect(deps, { ...effect, starts: 2 }, new AbortController().signal);
  expect(recorded).toMatchObject([{ type: "assess_started", attempt: 3 }]);
  recorded.length = 0;
  await startEffect(deps, { ...effect, starts: 3 }, new AbortController().signal);
  expect(recorded).toMatchObject([{ type: "assessed", outcome: "failed", facts: null }]);
  expect(JSON.stringify(recorded)).toContain('ASSESS to \\"scan\\"');
});

test("a recovery that does not end within an hour is given up, and not asked about again", async () => {
  const recorded: TaskEvent[] = [];
  const running = [
    at(T0, { type: "recovery_asked", by: "person", origin: "" }),
    at(T0, { type: "recovery_started", recoveryId: "r1" }),
  ];
  const deps = (now: number): Deps => ({
    ...unused,
    pace: askingPace,
    now: () => now,
    task: () => taskOf(complete, ...running),
    record: (event) => void recorded.push({ at: now, ...event }),
    ask: never,
    followRecovery: async () => ({ type: "running" }),
  });
  const effect = { type: "follow_recovery", recoveryId: "r1" } as const;
  await startEffect(deps(T0 + HOUR - 1), effect, new AbortController().signal);
  await startEffect({ ...deps(T0 + HOUR), followRecovery: never }, effect, new AbortController().signal);
  expect(recorded).toMatchObject([
    { type: "recovery_polled", times: 1 },
    { type: "recovery_ended", reason: "timeout: the provider did not end it" },
  ]);
});

const never = async (): Promise<never> => {
  throw new Error("not to be called");
};
const unused = {
  shown: (view: TaskView) => view,
  assessMode: "off" as const,
  assess: never,
  notify: never,
  copy: never,
  publish: never,
  sweep: never,
  usualSilence: never,
  forget: () => undefined,
  origin: () => null,
  recover: never,
  followRecovery: never,
  assertOwned: () => undefined,
  lease: never,
  rearm: never,
  awaitWake: never,
};

test("a run secures its successor before it does anything, and arms for the rest at its end", async () => {
  const done: string[] = [];
  let task = taskOf(complete, copied(T0, A));
  const deps: Deps = {
    ...unused,
    pace: askingPace,
    now: () => T0 + 5 * SECOND,
    task: () => task,
    record: (event) => {
      done.push(event.type);
      task = reduce(task, { at: T0 + 5 * SECOND, ...event });
    },
    ask: never,
    lease: async () => void done.push("lease"),
    publish: async () => {
      done.push("publish");
      return 0;
    },
    rearm: async () => void done.push("rearm"),
    awaitWake: () => new Promise(() => undefined),
  };
  await runAlarm(deps);
  expect(done).toEqual(["lease", "publish", "published", "rearm"]);
});

test("a run that was superseded starts nothing more", async () => {
  const task = taskOf(complete, copied(T0, A));
  const superseded = new Error("this instance was superseded");
  const deps: Deps = {
    ...unused,
    pace: askingPace,
    now: () => T0 + 5 * SECOND,
    task: () => task,
    record: () => {
      throw new Error("not to be called");
    },
    ask: never,
    lease: async () => undefined,
    assertOwned: () => {
      throw superseded;
    },
  };
  await expect(runAlarm(deps)).rejects.toBe(superseded);
});
