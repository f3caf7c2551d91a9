/** What to do next: read off the state, never stored. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { due, effectName, nextWake } from "../../../src/core/next/agenda.ts";
import { failureOf } from "../../../src/core/provider/failure.ts";
import { paceOf } from "../../../src/core/next/pace.ts";
import { isSettled } from "../../../src/core/task/stage.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { deliveries } from "../arbitraries.ts";
import {
  at,
  audioUrl,
  copied,
  coverUrl,
  DAY,
  failed,
  HOUR,
  listed,
  MINUTE,
  observation,
  observed,
  SECOND,
  started,
  T0,
  taskOf,
} from "../builders.ts";
import { askingPace, newHistory, pace, receive, tellingPace, work, type CopyResult } from "../history.ts";
import { like } from "../matchers.ts";

const A = audioUrl("a");
const text = observed(observation("text"));
const complete = observed(observation("complete", [listed({ audioLink: A })]));
const noCredits = observed(observation("failed", [], { failure: failureOf(429, null, null) }));
const settled = taskOf(complete, started(T0 + 1, A), copied(T0 + 2, A));
const published = (time: number, task: Task, asSettled = true) =>
  at(time, { type: "published", version: task.version, settled: asSettled });

const namesOf = (task: Task, now: number) => due(task, now, pace).map(effectName);

test("nothing is due before its time, and the next wake is the earliest time", () => {
  const task = taskOf(complete, started(T0, A), failed(T0, A, true));
  expect(due(task, T0 + MINUTE - 1, pace)).toEqual([]);
  expect(nextWake(task, pace)).toBe(T0 + MINUTE);
  expect(due(task, T0 + MINUTE, pace)).toMatchObject([{ type: "copy", file: "audio", trackId: "track-a" }]);
});

test("cheap effects come first, then audio before covers", () => {
  const pictured = listed({ id: "track-b", coverLink: coverUrl("b") });
  const task = taskOf(
    complete,
    observed(observation("complete", [pictured])),
    copied(T0, A),
    at(T0, { type: "abandoned" }),
  );
  expect(namesOf(task, T0 + 30 * DAY)).toEqual(["audio:track-b", "cover:track-b"]);
  const failedTask = taskOf(observed(observation("first", [listed({ coverLink: coverUrl("a") })])), noCredits);
  expect(namesOf(failedTask, T0)).toEqual(["publish", "cover:track-a"]);
});

test("a task is published once it is settled, and not again", () => {
  expect(namesOf(taskOf(complete, started(T0, A)), T0)).not.toContain("publish");
  expect(namesOf(settled, T0 + 2)).toEqual(["publish"]);
  expect(
    nextWake(taskOf(complete, started(T0 + 1, A), copied(T0 + 2, A), published(T0 + 3, settled)), pace),
  ).toBeNull();
});

test("what an instance that was cut off may still publish is published over, once it must have ended", () => {
  const feared = at(T0 + 3, { type: "published", version: settled.version, settled: true, againAt: T0 + HOUR });
  const events = [complete, started(T0 + 1, A), copied(T0 + 2, A), feared] as const;
  expect(nextWake(taskOf(...events), pace)).toBe(T0 + HOUR);
  expect(nextWake(taskOf(...events, published(T0 + MINUTE, settled)), pace)).toBe(T0 + HOUR);
  expect(nextWake(taskOf(...events, published(T0 + HOUR, settled)), pace)).toBeNull();
});

test("what an attempt that was cut off may still write is swept once it must have ended", () => {
  const again = [started(T0 + 9, A, { attempt: 2 }), copied(T0 + 9, A, { attempt: 2 })];
  const task = taskOf(complete, started(T0, A), ...again);
  expect(namesOf(task, T0 + 15 * MINUTE - 1)).not.toContain("sweep");
  expect(namesOf(task, T0 + 15 * MINUTE)).toContain("sweep");
});

test("a settled task that changed is published again, two seconds after the last time", () => {
  const news = observed(observation("complete", [listed({ audioLink: A, title: "Night" })]), { at: T0 + 4 });
  const task = taskOf(complete, started(T0 + 1, A), copied(T0 + 2, A), published(T0 + 3, settled), news);
  expect(nextWake(task, pace)).toBe(T0 + 3 + 2 * SECOND);
});

test("a task that opens again is published once as open", () => {
  const fresh = observed(observation("complete", [listed({ id: "track-b", audioLink: audioUrl("b") })]), {
    at: T0 + HOUR,
  });
  const events = [complete, started(T0 + 1, A), copied(T0 + 2, A), published(T0 + 3, settled), fresh] as const;
  const open = taskOf(...events);
  expect(namesOf(open, T0 + HOUR)).toEqual(["publish", "audio:track-b"]);
  expect(namesOf(taskOf(...events, published(T0 + HOUR, open, false)), T0 + HOUR)).toEqual(["audio:track-b"]);
});

const failing = (time: number) => at(time, { type: "effect_failed", effect: "publish", reason: "internal" });

test("a publish that failed backs off and stays due", () => {
  const once = taskOf(complete, started(T0, A), copied(T0, A), failing(T0));
  const wake = nextWake(once, pace) ?? 0;
  expect(wake - T0).toBeGreaterThanOrEqual(2.5 * SECOND);
  expect(wake - T0).toBeLessThan(5 * SECOND);
  const often = taskOf(complete, started(T0, A), copied(T0, A), ...Array.from({ length: 30 }, () => failing(T0)));
  expect((nextWake(often, pace) ?? 0) - T0).toBeGreaterThanOrEqual(7.5 * MINUTE);
  expect((nextWake(often, pace) ?? 0) - T0).toBeLessThan(15 * MINUTE);
  const done = taskOf(complete, started(T0, A), copied(T0, A), failing(T0), published(T0 + 1, once));
  expect(nextWake(done, pace)).toBeNull();
});

test("a publish that succeeded forgets the failures before it", () => {
  const news = observed(observation("complete", [listed({ audioLink: A, title: "Night" })]), { at: T0 + 4 });
  const failures = Array.from({ length: 30 }, () => failing(T0 + 2));
  const task = taskOf(complete, started(T0 + 1, A), copied(T0 + 2, A), ...failures, published(T0 + 3, settled), news);
  expect(nextWake(task, pace)).toBe(T0 + 3 + 2 * SECOND);
});

test("after failed attempts what they left in R2 is swept, once", () => {
  const events = [
    complete,
    started(T0, A),
    failed(T0, A, false),
    started(T0 + 9, A, { attempt: 2 }),
    copied(T0 + 9, A, { attempt: 2 }),
  ];
  expect(namesOf(taskOf(...events.slice(0, 4)), T0 + HOUR)).not.toContain("sweep");
  expect(namesOf(taskOf(...events), T0 + HOUR)).toContain("sweep");
  expect(namesOf(taskOf(...events, at(T0 + 10, { type: "swept", attempts: 2, deleted: 1 })), T0 + HOUR)).not.toContain(
    "sweep",
  );
  const failing = taskOf(...events, at(T0 + 10, { type: "effect_failed", effect: "sweep", reason: "internal" }));
  expect(namesOf(failing, T0 + 10)).not.toContain("sweep");
  expect(namesOf(failing, T0 + HOUR)).toContain("sweep");
  expect(namesOf(settled, T0 + HOUR)).not.toContain("sweep");
});

test("a start without an outcome delays the sweep but does not prevent it", () => {
  const fresh = observed(observation("complete", [listed({ audioLink: audioUrl("b") })]), { at: T0 + 1 });
  const crashedThenStored = taskOf(
    complete,
    started(T0, A),
    fresh,
    started(T0 + 1, audioUrl("b"), { attempt: 2 }),
    copied(T0 + 2, audioUrl("b"), { attempt: 2 }),
  );
  expect(namesOf(crashedThenStored, T0 + MINUTE)).not.toContain("sweep");
  expect(namesOf(crashedThenStored, T0 + HOUR)).toContain("sweep");
});

test("a task without news is given up after fourteen days", () => {
  expect(namesOf(taskOf(text), T0 + 14 * DAY - 1)).not.toContain("abandon");
  expect(namesOf(taskOf(text), T0 + 14 * DAY)).toContain("abandon");
  const later = observed(observation("first"), { at: T0 + DAY });
  expect(namesOf(taskOf(text, later), T0 + 15 * DAY - 1)).not.toContain("abandon");
  expect(namesOf(taskOf(noCredits), T0 + 99 * DAY)).not.toContain("abandon");
  expect(namesOf(taskOf(complete), T0 + 99 * DAY)).not.toContain("abandon");
});

test("a complete without any link is given up after a day, unless a link comes", () => {
  const hollow = observed(observation("complete", [listed(), listed({ id: "track-b" })]));
  const end = { type: "abandon", why: "no_link" };
  expect(due(taskOf(hollow), T0 + DAY - 1, pace)).not.toContainEqual(end);
  expect(due(taskOf(hollow), T0 + DAY, pace)).toContainEqual(end);
  const late = observed(observation("first", [listed({ audioLink: A })]), { at: T0 + HOUR });
  expect(namesOf(taskOf(hollow, late), T0 + DAY)).not.toContain("abandon");
});

test("a given-up task that opens again is given up again fourteen days later", () => {
  const reopened = taskOf(
    text,
    at(T0 + 14 * DAY, { type: "abandoned" }),
    observed(observation("first"), { at: T0 + 20 * DAY }),
  );
  expect(namesOf(reopened, T0 + 34 * DAY - 1)).not.toContain("abandon");
  expect(namesOf(reopened, T0 + 34 * DAY)).toContain("abandon");
});

test("a track of a complete task that never gets a link is lost after a day", () => {
  const silent = observed(observation("complete", [listed({ audioLink: A }), listed({ id: "track-b" })]));
  const task = taskOf(silent, copied(T0, A));
  expect(nextWake(task, pace)).toBe(T0 + DAY);
  expect(due(task, T0 + DAY, pace)).toMatchObject([
    { type: "lose", trackId: "track-b", links: [], reason: like(/^no_link: /) },
  ]);
  const gone = taskOf(
    silent,
    copied(T0, A),
    at(T0 + DAY, { type: "lost", file: "audio", trackId: "track-b", links: [], reason: "no_link" }),
  );
  expect(isSettled(gone)).toBe(true);
  const given = observed(observation("complete", [listed({ id: "track-b", audioLink: audioUrl("b") })]), {
    at: T0 + 2 * DAY,
  });
  expect(namesOf(taskOf(silent, copied(T0, A), given), T0 + 2 * DAY)).toContain("audio:track-b");
});

test("a loss names the links that it gave up", () => {
  const times = [T0, T0 + 1, T0 + 2, T0 + 3, T0 + 4];
  const task = taskOf(complete, ...times.flatMap((time) => [started(time, A), failed(time, A, true)]));
  expect(due(task, T0 + DAY, pace)).toMatchObject([{ type: "lose", file: "audio", links: [like(/^[0-9a-f]{32}$/)] }]);
});

test("a time scale divides every pace but the gap between two writes to one key", () => {
  const fast = paceOf(1_000, { canAsk: false, canNotify: false, retentionDays: null });
  expect(fast).toMatchObject({ firstRetryMs: 5, retryCapMs: 900, dayMs: 86_400, publishGapMs: 2 * SECOND });
  expect(fast.deadLinkGapsMs.reduce((sum, gap) => sum + gap, 0)).toBeLessThan(fast.dayMs * 1.01);
});

test("every task comes to rest, whatever becomes of its copies and polls", () => {
  const results = fc.array(fc.constantFrom<CopyResult>("copied", "failed", "dead", "crashed"), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(
      deliveries,
      results,
      fc.constantFrom(pace, { ...askingPace, retentionMs: null }, { ...tellingPace, retentionMs: null }),
      (messages, answers, pace) => {
        const history = newHistory(T0, pace);
        for (const message of messages) receive(history, message);
        let steps = 0;
        for (let wake: number | null = T0; wake !== null && steps < 3_000; wake = nextWake(history.task, pace)) {
          history.now = Math.max(history.now, Math.ceil(wake));
          work(history, answers[steps % answers.length] ?? "failed");
          steps += 1;
        }
        expect(nextWake(history.task, pace)).toBeNull();
        expect(isSettled(history.task)).toBe(true);
        expect(history.task.published).toMatchObject({ version: history.task.version, settled: true });
        expect(history.now - T0).toBeLessThan(30 * DAY);
      },
    ),
    { numRuns: 200 },
  );
});

test("what is due is worked out once for each state of a task, and again for another pace", () => {
  const task = taskOf(complete);
  expect(due(task, T0 + 4, pace)[0]).toBe(due(task, T0 + DAY, pace)[0]);
  expect(due(taskOf(complete), T0 + 4, pace)[0]).not.toBe(due(task, T0 + 4, pace)[0]);
  const silent = taskOf(text);
  expect(due(silent, T0 + HOUR, askingPace).map(({ type }) => type)).toContain("poll");
  expect(due(silent, T0 + HOUR, pace).map(({ type }) => type)).not.toContain("poll");
});
