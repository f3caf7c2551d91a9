/** A retry: failures, losses and polls count anew, and what is stored stays stored. */
import { expect, test } from "vitest";
import { due, effectName } from "../../../src/core/next/agenda.ts";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { fileStatus } from "../../../src/core/task/copies.ts";
import { nextPoll } from "../../../src/core/next/polling.ts";
import { lossKey } from "../../../src/core/task/task.ts";
import { isStalled, stageOf } from "../../../src/core/task/stage.ts";
import {
  at,
  audioUrl,
  copied,
  coverUrl,
  DAY,
  failed,
  HOUR,
  listed,
  lost,
  MINUTE,
  observation,
  observed,
  started,
  T0,
  taskOf,
  trackAt,
} from "../builders.ts";
import { askingPace, pace } from "../history.ts";
import { having } from "../matchers.ts";

const A = audioUrl("a");
const COVER = coverUrl("a");
const LATER = T0 + 3 * DAY;
const retried = at(LATER, { type: "retried" });
const complete = observed(observation("complete", [listed({ audioLink: A, coverLink: COVER })]));

const namesOf = (...events: readonly TaskEvent[]) => due(taskOf(...events), LATER, pace).map(effectName);

test("a lost file is tried again at once", () => {
  const gone = [started(T0, A), failed(T0, A, true), lost(T0 + DAY, [A])];
  expect(namesOf(complete, ...gone)).not.toContain("audio:track-a");
  const task = taskOf(complete, ...gone, retried);
  expect(fileStatus(task, trackAt(task, 0), "audio")).toMatchObject({ state: "queued", attempts: 1 });
  expect(due(task, LATER, pace)).toContainEqual(having({ type: "copy", file: "audio" }));
  expect(task.settledAt).toBeNull();
});

test("a cover that was given up gets another day", () => {
  const gone = [
    started(T0 + 2 * DAY, COVER, { file: "cover" }),
    failed(T0 + 2 * DAY, COVER, false, { file: "cover" }),
    lost(T0 + 2 * DAY, [COVER], { file: "cover" }),
  ];
  const task = taskOf(complete, ...gone, retried);
  expect(due(task, LATER, pace)).toContainEqual(having({ type: "copy", file: "cover" }));
  const again = [started(LATER, COVER, { file: "cover" }), failed(LATER, COVER, false, { file: "cover" })];
  expect(due(taskOf(complete, ...gone, retried, ...again), LATER + HOUR, pace)).toContainEqual(
    having({ type: "copy", file: "cover" }),
  );
});

test("a track that never got a link is waited for and asked about for another day", () => {
  const half = observed(observation("complete", [listed({ audioLink: A }), listed({ id: "track-b" })]));
  const gone = lost(T0 + DAY, [], { trackId: "track-b", reason: "no_link" });
  const task = taskOf(half, copied(T0, A), gone, retried);
  expect(due(task, LATER, pace).map(effectName)).not.toContain("audio:track-b");
  expect(nextPoll(task, askingPace)).toBe(LATER);
  expect(due(task, LATER + DAY, pace)).toContainEqual(having({ type: "lose", trackId: "track-b" }));
});

test("what is stored stays stored", () => {
  const task = taskOf(complete, started(T0, A), copied(T0 + 1, A), retried);
  expect(fileStatus(task, trackAt(task, 0), "audio").state).toBe("stored");
  expect(task.settledAt).toBe(T0 + 1);
});

test("attempts go on counting, for they name keys", () => {
  const task = taskOf(complete, started(T0, A, { attempt: 7 }), retried);
  expect(task.lastAttempts.get(lossKey("audio", trackAt(task, 0).trackId))).toBe(7);
});

test("an abandoned or stalled task is open again, and polls count from zero", () => {
  const text = observed(observation("text"));
  const polled: TaskEvent = { type: "polled", result: "failed", reason: "x", at: T0, lastAt: T0 + HOUR, times: 60 };
  const before = [text, at(T0 + MINUTE, { type: "stalled" }), polled, at(T0 + DAY, { type: "abandoned" })];
  expect(stageOf(taskOf(...before))).toBe("failed");
  const task = taskOf(...before, retried);
  expect(stageOf(task)).toBe("text");
  expect(isStalled(task)).toBe(false);
  expect(nextPoll(task, askingPace)).toBe(LATER);
});
