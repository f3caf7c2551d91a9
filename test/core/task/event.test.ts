/** Stored rows: read back as they were written, whichever release wrote them. */
import { expect, test } from "vitest";
import { readEvent, type TaskEvent } from "../../../src/core/task/event.ts";
import { fold, reduce } from "../../../src/core/task/reduce.ts";
import { audioUrl, copied, listed, observation, observed, T0, TASK_ID, taskOf } from "../builders.ts";

function reread({ type, at, ...data }: TaskEvent): TaskEvent {
  return readEvent(type, at, JSON.parse(JSON.stringify(data)));
}

test("a row is read back as it was written", () => {
  const events = [
    observed(observation("first", [listed({ title: "Night", durationSeconds: 1.5 })]), { host: "backline.test" }),
    observed(observation("text")),
    copied(T0, audioUrl("a")),
  ];
  for (const event of events) expect(reread(event)).toEqual(event);
});

test("a type or a shape of another release is ignored: counted, kept, without effect", () => {
  const rows: readonly [string, unknown][] = [
    ["assessed", { loudness: -14 }],
    ["copied", { file: "video" }],
    ["observed", { sha256: "x" }],
    ["published", null],
    ["", "text"],
  ];
  const before = taskOf(observed(observation("text")));
  for (const [type, data] of rows) {
    const event = readEvent(type, T0, data);
    expect(event).toEqual({ type: "ignored", originalType: type, at: T0 });
    expect(reduce(before, event)).toEqual({ ...before, ignored: 1 });
  }
});

test("a field of a newer release does not make a row unreadable", () => {
  const event = copied(T0, audioUrl("a"));
  expect(readEvent("copied", T0, { ...event, type: "overwritten", bitrate: 192 })).toEqual(event);
});

test("an empty log is no task", () => {
  expect(fold(TASK_ID, [])).toBeNull();
});
