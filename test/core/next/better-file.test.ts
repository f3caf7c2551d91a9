/** Which of two files is the better one: by the stage of its link, and by what is wrong with it. */
import { expect, test } from "vitest";
import { supersededKeys } from "../../../src/core/task/copies.ts";
import { nextPoll } from "../../../src/core/next/polling.ts";
import type { Observed, TaskEvent } from "../../../src/core/task/event.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import {
  at,
  audioUrl,
  copied,
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
import { askingPace } from "../history.ts";
import { complete, FINAL, first, keptKey, lasting, misses, PREVIEW, statusOf, stepOf } from "./files-of-a-track.ts";

function untold(kind: "first" | "complete", url: string, time: number): Observed {
  return observed(observation(kind, [listed({ audioLink: url })]), { at: time });
}

test("what was kept of an earlier stage gives way once the final link works, however it failed before", () => {
  const preview = copied(T0 + MINUTE, PREVIEW, { key: "preview-1", ...lasting(180) });
  const early = observed(first.observation, { at: T0 - 1 });
  for (const dead of [true, false]) {
    const missed = [early, complete, ...misses(1, T0 + 30 * SECOND, FINAL, dead), preview];
    const spent = taskOf(early, complete, ...misses(3, T0 + 30 * SECOND, FINAL, dead), preview);
    const task = taskOf(...missed);
    expect(statusOf(task)).toMatchObject({ state: "stored", doubt: "outranked", isProvisional: true });
    expect(stepOf(task)).toMatchObject({ type: "copy", link: { url: FINAL } });
    expect(nextPoll(task, askingPace)).toBe(T0 + MINUTE);
    // It settles for the preview when the final link had its tries, and tries on.
    expect(task.settledAt).toBeNull();
    expect(spent.settledAt).toBe(T0 + MINUTE);
    expect(stepOf(spent)).toMatchObject({ type: "copy", link: { url: FINAL } });
    const final = copied(T0 + 2 * HOUR, FINAL, { key: "final-2", attempt: 4, ...lasting(180) });
    const whole = taskOf(...missed, final);
    expect([keptKey(whole), statusOf(whole).doubt, stepOf(whole)]).toEqual(["final-2", null, null]);
  }
});

test.each([
  ["as long as the final message says", 180, null, 180, false],
  ["shorter", 30, 30, 180, true],
  ["longer", 180, 180, 30, true],
  ["of a length that only its own message says", 180, 180, null, true],
  ["of a length that nobody says", 180, null, null, true],
])(
  "a file of an earlier stage that is %s: the final one is fetched, or not needed",
  (_, lasts, says, says2, isAsked) => {
    const early = observed(observation("first", [listed({ audioLink: PREVIEW, durationSeconds: says })]), { at: T0 });
    const told = { audioLink: FINAL, durationSeconds: says2 };
    const late = observed(observation("complete", [listed(told)]), { at: T0 + 2 * MINUTE });
    const preview = copied(T0 + MINUTE, PREVIEW, { key: "preview-1", ...lasting(lasts) });
    // The same two messages, whichever came first.
    for (const known of [
      [early, preview, late],
      [late, early, preview],
    ]) {
      const step = stepOf(taskOf(...known));
      expect(step?.type === "copy" ? step.link.url : null).toBe(isAsked ? FINAL : null);
      const final = copied(T0 + HOUR, FINAL, { key: "final-2", attempt: 2, ...lasting(says2 ?? 200) });
      expect(keptKey(taskOf(...known, final))).toBe("final-2");
    }
  },
);

/** Of the final link, each of 12 s. */
const copies = (count: number): readonly TaskEvent[] =>
  Array.from({ length: count }, (_, index) => [
    started(T0 + HOUR + index, FINAL, { attempt: index + 1 }),
    copied(T0 + HOUR + index, FINAL, { key: `try-${index + 1}`, attempt: index + 1, ...lasting(12) }),
  ]).flat();

const fourth = (seconds: number) => copied(T0 + 3 * HOUR, FINAL, { key: "try-4", attempt: 4, ...lasting(seconds) });

test("what is shorter than announced is fetched again from the same link: three times by itself, and when somebody asks", () => {
  for (const count of [1, 2]) {
    const task = taskOf(complete, ...copies(count));
    expect(statusOf(task)).toMatchObject({ state: "stored", doubt: "short", isProvisional: true });
    expect(stepOf(task)).toMatchObject({ type: "copy", link: { url: FINAL } });
  }
  const spent = [complete, ...copies(3)];
  expect([stepOf(taskOf(...spent)), taskOf(...spent).settledAt]).toEqual([null, T0 + HOUR + 2]);
  const asked = [...spent, at(T0 + 2 * HOUR, { type: "retried" })];
  expect(stepOf(taskOf(...asked))).toMatchObject({ type: "copy", link: { url: FINAL } });
  // What is longer takes its place, what is shorter does not, and neither is fetched for ever.
  for (const [seconds, key] of [
    [180, "try-4"],
    [6, "try-3"],
  ] as const) {
    const task = taskOf(...asked, started(T0 + 3 * HOUR, FINAL, { attempt: 4 }), fourth(seconds));
    expect([keptKey(task), stepOf(task)?.type]).toEqual([key, seconds === 180 ? undefined : "copy"]);
    // Readers may have been told of the others: they are swept later, by name.
    const others = ["try-1", "try-2", "try-3", "try-4"].filter((one) => one !== key);
    expect(supersededKeys(task).told.toSorted()).toEqual(others);
  }
  expect(stepOf(taskOf(...asked, fourth(6), fourth(6), fourth(6)))).toBeNull();
});

test("what failed before a short file came, and what crashed, takes none of its three tries", () => {
  const half = copied(T0 + HOUR, FINAL, { key: "half", attempt: 6, ...lasting(12) });
  for (const dead of [true, false]) {
    const before = [complete, ...misses(5, T0 + 30 * SECOND, FINAL, dead)];
    const task = taskOf(...before, half);
    expect(statusOf(task)).toMatchObject({ state: "stored", doubt: "short", isProvisional: true });
    expect([task.settledAt, stepOf(task)]).toMatchObject([null, { type: "copy", link: { url: FINAL } }]);
    // Seconds later, not hours.
    expect(stepOf(task)?.at).toBeLessThan(T0 + HOUR + MINUTE);
    const crashed = taskOf(
      ...before,
      half,
      started(T0 + HOUR + 1, FINAL, { attempt: 7 }),
      started(T0 + HOUR + 2, FINAL, { attempt: 8 }),
    );
    expect(stepOf(crashed)).toMatchObject({ type: "copy", link: { url: FINAL } });
    // A server that has no more of it ends the wait.
    const spent = taskOf(...before, half, ...misses(3, T0 + HOUR + 1, FINAL, dead));
    expect(spent.settledAt).not.toBeNull();
    expect(stepOf(spent)).toMatchObject({ type: "copy" });
  }
});

test("a try that crashed counts as one in vain", () => {
  const preview = copied(T0 + HOUR, PREVIEW, { attempt: 2, ...lasting(180) });
  const early = observed(first.observation, { at: T0 - 1 });
  const task = taskOf(early, complete, started(T0 + MINUTE, FINAL, { attempt: 1 }), preview);
  expect(statusOf(task)).toMatchObject({ state: "stored", doubt: "outranked" });
});

test("where nobody says how long it is, what was kept of an earlier stage may be a preview", () => {
  const [early, late] = [untold("first", PREVIEW, T0 - 1), untold("complete", FINAL, T0 + MINUTE)];
  const preview = copied(T0, PREVIEW, { key: "preview-1", ...lasting(8) });
  expect(statusOf(taskOf(early, preview))).toMatchObject({ doubt: null });
  expect(stepOf(taskOf(early, preview, late))).toMatchObject({ type: "copy", link: { url: FINAL } });
  const final = copied(T0 + HOUR, FINAL, { key: "final-2", attempt: 2, ...lasting(20) });
  for (const events of [
    [early, preview, late, final],
    [early, late, final],
  ])
    expect([keptKey(taskOf(...events)), stepOf(taskOf(...events))]).toEqual(["final-2", null]);
});

const named = (kind: "first" | "complete", id: string, url: string, time: number) =>
  observed(observation(kind, [listed({ id, audioLink: url, durationSeconds: 180 })]), { at: time });

test("where the ids changed and the place alone speaks for it, what was kept of an earlier stage may be another take", () => {
  const kept = copied(T0, PREVIEW, lasting(180));
  const early = named("first", "x", PREVIEW, T0 - 1);
  expect(stepOf(taskOf(early, kept, named("complete", "x", FINAL, T0 + MINUTE)))).toBeNull();
  const changed = taskOf(early, kept, named("complete", "y", FINAL, T0 + MINUTE));
  expect(statusOf(changed)).toMatchObject({ doubt: "outranked" });
  expect(stepOf(changed)).toMatchObject({ type: "copy", link: { url: FINAL } });
});

test("a final file that is whole does not give way to one of an earlier stage, whatever is said against it", () => {
  const late = observed(first.observation, { at: T0 + HOUR });
  const shared = observed(
    observation("complete", [
      listed({ id: "track-a", audioLink: FINAL, durationSeconds: 180 }),
      listed({ id: "track-b", audioLink: audioUrl("b"), durationSeconds: 180 }),
    ]),
  );
  const same = { sha256: "same", ...lasting(180) };
  const b = copied(T0 + 1, audioUrl("b"), { trackId: "track-b", ...same });
  const equal = [shared, copied(T0, FINAL, { key: "final-1", ...same }), b];
  const source = { verdict: "pass" as const, findings: [], audio: lasting(180).container, sha256: "same" };
  const submitted: TaskEvent = { type: "submitted", at: T0 - 1, ref: "r", request: {}, source };
  const faulty = [submitted, complete, copied(T0 + 2 * MINUTE, FINAL, { key: "final-1", ...same })];
  const preview = copied(T0 + 2 * HOUR, PREVIEW, { key: "preview-2", attempt: 2, ...lasting(180) });
  for (const [doubt, events] of [
    ["same_take", equal],
    ["failed", faulty],
  ] as const) {
    const task = taskOf(...events, late);
    expect([statusOf(task).doubt, stepOf(task)]).toEqual([doubt, null]);
    expect(keptKey(taskOf(...events, late, preview))).toBe("final-1");
    // In the other order too.
    expect(keptKey(taskOf(late, preview, ...events))).toBe("final-1");
  }
});

test("a task does not settle for a doubtful file while a better link is being tried", () => {
  const early = observed(first.observation, { at: T0 - 1 });
  const events = [early, copied(T0, PREVIEW, lasting(30)), complete, started(T0 + MINUTE, FINAL, { attempt: 2 })];
  expect([statusOf(taskOf(...events)).state, taskOf(...events).settledAt]).toEqual(["stored", null]);
  const final = copied(T0 + HOUR, FINAL, { attempt: 2, ...lasting(180) });
  expect(taskOf(...events, final).settledAt).toBe(T0 + HOUR);
});

test("takes are one by what is kept of them, not by what gave way", () => {
  const takes = observed(
    observation("complete", [
      listed({ id: "track-a", audioLink: FINAL, durationSeconds: 180 }),
      listed({ id: "track-b", audioLink: audioUrl("b"), durationSeconds: 180 }),
    ]),
  );
  const given = observed(observation("first", [listed({ audioLink: PREVIEW, durationSeconds: 180 })]), { at: T0 - 1 });
  const part = { ...copied(T0, PREVIEW, { sha256: "b", key: "part" }), ...lasting(30) };
  const b = copied(T0 + 1, audioUrl("b"), { trackId: "track-b", sha256: "b", ...lasting(180) });
  const a = copied(T0 + MINUTE, FINAL, { attempt: 2, sha256: "a", ...lasting(180) });
  const codes = viewOf(taskOf(given, takes, part, b, a)).tracks.map(({ assessment }) => assessment?.findings.length);
  expect(codes).toEqual([0, 0]);
});
