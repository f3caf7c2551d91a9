/** The task as its readers see it. */
import { expect, test } from "vitest";
import { submittedEvent, type TaskEvent } from "../../../src/core/task/event.ts";
import { catalogRowOf, isMoved } from "../../../src/core/view/catalog-row.ts";
import { failureOf, FAILURES } from "../../../src/core/provider/failure.ts";
import { taskView, viewOf } from "../../../src/core/view/view.ts";
import {
  at,
  audioUrl,
  copied,
  coverUrl,
  DAY,
  failed,
  listed,
  MINUTE,
  observation,
  observed,
  started,
  T0,
  TASK_ID,
  taskOf,
} from "../builders.ts";

const A = audioUrl("a");
const track = listed({
  audioLink: A,
  streamLink: audioUrl("stream"),
  coverLink: coverUrl("a"),
  title: "Night",
  createdAt: "1767600000000",
});
const first = observed(observation("first", [track]));
const complete = observed(observation("complete", [track]), { at: T0 + MINUTE, via: "poll" });

test("a new task shows what is known and null for the rest", () => {
  expect(viewOf(taskOf(first))).toMatchObject({
    taskId: TASK_ID,
    ref: null,
    version: 1,
    stage: "first",
    outcome: null,
    settled: false,
    failure: null,
    tracks: [
      {
        trackId: "track-a",
        title: "Night",
        tags: null,
        durationSeconds: null,
        model: null,
        createdAt: "1767600000000",
        audio: { state: "queued", url: null, bytes: null, sha256: null, contentType: null, attempts: 0, reason: null },
        cover: { state: "queued", url: null, bytes: null, sha256: null, contentType: null, attempts: 0, reason: null },
        streamUrl: audioUrl("stream"),
        assessment: null,
      },
    ],
    stages: { text: null, first: { at: "2026-01-05T12:00:00.000Z", via: "callback" }, complete: null },
    request: null,
    stalled: false,
    createdAt: "2026-01-05T12:00:00.000Z",
    updatedAt: "2026-01-05T12:00:00.000Z",
    settledAt: null,
  });
});

test("a stored file shows our own address, and the provider's stream is gone", () => {
  const view = viewOf(taskOf(first, complete, started(T0 + MINUTE, A), copied(T0 + 2 * MINUTE, A)));
  expect(view).toMatchObject({ stage: "complete", outcome: "complete", settled: true, version: 4 });
  expect(view.settledAt).toBe("2026-01-05T12:02:00.000Z");
  expect(view.stages.complete).toEqual({ at: "2026-01-05T12:01:00.000Z", via: "poll" });
  expect(view.tracks[0]).toMatchObject({
    streamUrl: null,
    audio: {
      state: "stored",
      url: `/tasks/${TASK_ID}/tracks/track-a/audio`,
      bytes: 1_000,
      contentType: "audio/mpeg",
      attempts: 1,
    },
    cover: { state: "queued", url: null },
  });
});

test("the provider's links to files are never shown, but for the stream until the audio is stored", () => {
  const text = JSON.stringify(viewOf(taskOf(first, started(T0, A), failed(T0 + 1, A, true))));
  expect(text).not.toContain(A);
  expect(text).not.toContain(coverUrl("a"));
});

test("a failure shows what to do", () => {
  const failure = failureOf(429, null, "no money");
  const view = viewOf(taskOf(first, observed(observation("failed", [], { failure }))));
  expect(view.failure).toEqual({ ...failure, advice: FAILURES.no_credits.advice });
  expect(view.outcome).toBe("failed_with_tracks");
});

test("the view keeps to its schema", () => {
  for (const task of [taskOf(first), taskOf(first, complete), taskOf(observed(observation("unknown")))])
    expect(taskView.parse(viewOf(task))).toEqual(viewOf(task));
});

test("repeats, overflows and our own bookkeeping do not change the version", () => {
  const other = observed(observation("complete", [], { product: "wav" }));
  const quiet = [
    { ...first, times: 2, lastAt: T0 + MINUTE },
    { type: "overflowed", at: T0, count: 1, lastAt: T0 },
    { type: "published", at: T0, version: 1, settled: false },
    { type: "swept", at: T0, attempts: 0, deleted: 0 },
    { type: "effect_failed", at: T0, effect: "publish", reason: "internal" },
    { type: "ignored", at: T0, originalType: "later" },
    other,
  ] as const;
  expect(viewOf(taskOf(first, ...quiet))).toEqual(viewOf(taskOf(first)));
  expect(viewOf(taskOf(other)).version).toBe(1);
});

test("the catalog is told of a first sight, a stage, a silence, and of what stirs a settled task", () => {
  const [seen, done] = [taskOf(first), taskOf(first, complete)];
  expect(isMoved(null, seen)).toBe(true);
  expect(isMoved(seen, seen)).toBe(false);
  expect(isMoved(seen, done)).toBe(true);
  expect(isMoved(seen, taskOf(first, at(T0 + DAY, { type: "stalled" })))).toBe(true);
  const settled = taskOf(first, complete, copied(T0 + MINUTE, A));
  const late = observed(observation("text", [listed({ audioLink: A, tags: "late" })]), { at: T0 + DAY });
  expect(isMoved(settled, settled)).toBe(false);
  expect(isMoved(settled, taskOf(first, complete, copied(T0 + MINUTE, A), late))).toBe(true);
});

test("until tracks have titles, a row has that of the request", () => {
  const titled = at(T0, submittedEvent("r", JSON.stringify({ title: "Asked for" })));
  expect(catalogRowOf(taskOf(titled), T0, null).title).toBe("Asked for");
  expect(catalogRowOf(taskOf(at(T0, submittedEvent("r", JSON.stringify({ title: 5 })))), T0, null).title).toBeNull();
  expect(catalogRowOf(taskOf(titled, first), T0, null).title).toBe("Night");
});

test("a row of the catalog tells the same as the view", () => {
  const task = taskOf(first, complete, started(T0 + MINUTE, A), copied(T0 + 2 * MINUTE, A));
  expect(catalogRowOf(task, T0 + 3 * MINUTE, null)).toMatchObject({
    taskId: TASK_ID,
    title: "Night",
    stage: "complete",
    failureReason: null,
    settled: true,
    createdAt: T0,
    firstAt: T0,
    completeAt: T0 + MINUTE,
    settledAt: T0 + 2 * MINUTE,
    version: 4,
    touchedAt: T0 + 3 * MINUTE,
  });
  const failure = failureOf(531, null, null);
  expect(catalogRowOf(taskOf(observed(observation("failed", [], { failure }))), T0, null)).toMatchObject({
    title: null,
    stage: "failed",
    failureReason: "refunded",
    settled: true,
    firstAt: null,
    completeAt: null,
  });
});

test("a stage that the signature alone claims is shown as unconfirmed and does not count", () => {
  const claim = observed(observation("complete", [track]), { verdict: "hmac_unconfirmed", at: T0 + MINUTE });
  const view = viewOf(taskOf(first, claim));
  expect(view.stage).toBe("first");
  expect(view.stages.complete).toEqual({ at: "2026-01-05T12:01:00.000Z", via: "callback", unconfirmed: true });
  expect(viewOf(taskOf(first, claim, complete)).stages.complete).toEqual({
    at: "2026-01-05T12:01:00.000Z",
    via: "poll",
  });
});

const submitted = (ref: string) => at(T0, { type: "submitted", ref, request: { title: ref } });

test("a submission shows its reference and request, and the first of each stands", () => {
  expect(viewOf(taskOf(submitted("one"), submitted("two")))).toMatchObject({
    ref: "one",
    request: { title: "one" },
    stage: "pending",
  });
  const called = taskOf({ ...first, ref: "mine" }, { ...complete, ref: "other" }, submitted("one"));
  expect(viewOf(called)).toMatchObject({ ref: "mine", request: { title: "one" } });
});

test("a cover that nobody sent is waited for only while the task is open", () => {
  const bare = observed(observation("complete", [listed({ audioLink: audioUrl("a") })]));
  expect(viewOf(taskOf(bare)).tracks[0]?.cover.state).toBe("waiting");
  expect(viewOf(taskOf(bare, copied(T0, audioUrl("a")))).tracks[0]?.cover.state).toBe("none");
});

const ended = (reason: string | null) => at(T0 + 4, { type: "recovery_ended", reason });

test("new links that were asked for are told as running until they end", () => {
  const asked = at(T0, { type: "recovery_asked", by: "person", origin: "https://b.example.com" });
  const called = at(T0 + 1, { type: "recovery_called" });
  const started = at(T0 + 2, { type: "recovery_started", recoveryId: "r" });
  const polled = at(T0 + 3, { type: "recovery_polled", lastAt: T0 + 3, times: 1 });
  const stateOf = (...events: readonly TaskEvent[]) => viewOf(taskOf(asked, ...events)).recovery;
  for (const events of [[], [called], [called, started], [called, started, polled]])
    expect(stateOf(...events)).toMatchObject({ state: "running", by: "person", reason: null });
  expect(stateOf(called, started, ended(null))).toMatchObject({ state: "done" });
  expect(stateOf(called, ended("refused_500: no"))).toMatchObject({ state: "failed", reason: "refused_500: no" });
});
