/** When kept audio is looked into, and what is said of it. */
import { expect, test } from "vitest";
import { due, nextWake } from "../../../src/core/next/agenda.ts";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { waitingForAssessment } from "../../../src/core/next/assessing.ts";
import type { Assessed, TaskEvent } from "../../../src/core/task/event.ts";
import { fold } from "../../../src/core/task/reduce.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { troubleOf } from "../../../src/core/view/trouble.ts";
import { adviceFor, headlineOf } from "../../../src/http/pages/task/headline.ts";
import { audioUrl, copied, listed, observation, observed, SECOND, T0, TASK_ID, taskOf } from "../builders.ts";
import { askingPace } from "../history.ts";

const A = audioUrl("a");
const complete = observed(
  observation("complete", [listed({ audioLink: A, durationSeconds: 60, tags: "jazz, 90 bpm" })]),
);
const container = { ...unheard({ format: "mp3", durationSeconds: 60 }) };
const kept = copied(T0, A, { assess: "full", container, analyzerVersion: "1" });
const started = (at: number, attempt: number): TaskEvent => ({
  type: "assess_started",
  sha256: kept.sha256,
  attempt,
  at,
});
const done: Assessed = {
  type: "assessed",
  sha256: kept.sha256,
  analyzerVersion: "1",
  outcome: "done",
  reason: null,
  facts: unheard({ format: "mp3", durationSeconds: 60 }),
  waveformKey: "tasks/t/a/waveform-1.json",
  at: T0 + SECOND,
};

function assessment(task: Task) {
  return viewOf(task).tracks[0]?.assessment ?? null;
}

function effects(task: Task, now: number): readonly string[] {
  return due(task, now, askingPace).map(({ type }) => type);
}

test("nothing is said of audio that is not kept", () => {
  expect(assessment(taskOf(complete))).toBeNull();
});

test("kept audio is due at once, and the publication waits for it, but not for ever", () => {
  const task = taskOf(complete, kept);
  expect(assessment(task)).toMatchObject({ state: "pending", verdict: null, audio: { durationSeconds: 60 } });
  expect(effects(task, T0)).toEqual(["assess"]);
  expect(effects(task, T0 + askingPace.assessGraceMs)).toEqual(["publish", "assess"]);
  expect(effects(taskOf(complete, kept, done), T0 + SECOND)).toEqual(["publish"]);
});

test("a task settles without its assessments", () => {
  expect(taskOf(complete, kept).settledAt).toBe(T0);
});

test("starts without a result are further and further apart", () => {
  const wakes = [1, 2, 3].map((starts) => {
    const begun = Array.from({ length: starts }, (_, index) => started(T0, index + 1));
    const published: TaskEvent = { type: "published", version: 3, settled: true, at: T0 };
    return (nextWake(taskOf(complete, kept, ...begun, published), askingPace) ?? 0) - T0;
  });
  expect(wakes.every((wake, index) => wake > (wakes[index - 1] ?? 2 * SECOND))).toBe(true);
});

test("the same bytes are looked into once, whichever track has them", () => {
  const B = audioUrl("b");
  const both = observed(
    observation("complete", [listed({ id: "a", audioLink: A }), listed({ id: "b", audioLink: B })]),
  );
  const twin = copied(T0, B, { trackId: "b", assess: "full", sha256: kept.sha256 });
  expect(waitingForAssessment(taskOf(both, kept, twin))).toHaveLength(1);
  const task = taskOf(both, kept, twin, done);
  expect(waitingForAssessment(task)).toHaveLength(0);
  expect(viewOf(task).tracks.map(({ assessment }) => assessment?.state)).toEqual(["done", "done"]);
});

test("by the container alone, a shorter file is a failure", () => {
  const short = { ...container, durationSeconds: 40 };
  const task = taskOf(complete, copied(T0, A, { assess: "scan", container: short, analyzerVersion: "1" }));
  expect(effects(task, T0)).not.toContain("assess");
  expect(assessment(task)).toMatchObject({
    state: "done",
    verdict: "fail",
    findings: [{ code: "duration_mismatch" }],
    audio: { durationSeconds: 40, integratedLufs: null },
    analyzerVersion: "1",
  });
});

test("a file shorter than announced is shown as faulty whatever ASSESS says", () => {
  for (const assess of ["off", "scan", undefined] as const) {
    const short = {
      container: unheard({ format: "mp3", durationSeconds: 20 }),
      ...(assess === undefined ? {} : { assess }),
    };
    const task = taskOf(complete, copied(T0, A, short), copied(T0, A, short), copied(T0, A, short));
    expect(assessment(task)).toMatchObject({ verdict: "fail", findings: [{ code: "duration_mismatch" }] });
    expect([troubleOf(task), task.settledAt]).toEqual(["faulty", T0]);
    expect(headlineOf(viewOf(task), false)).toMatchObject({
      standing: "warn",
      text: "Complete. 1 of 1 take kept, but take 1 sounds faulty.",
    });
    expect(adviceFor(viewOf(task), false)).toMatch(/It lasts 20\.0 s; 60\.0 s were announced\./);
  }
});

test("what was kept while ASSESS was off, or by an older release, says how to have it looked into", () => {
  for (const stored of [copied(T0, A, { assess: "off" }), copied(T0, A)]) {
    const off = assessment(taskOf(complete, stored));
    expect(off).toMatchObject({ state: "skipped", verdict: null });
    expect(off?.reason).toContain("POST /tasks/:id/assess");
    const asked = taskOf(complete, stored, { type: "assess_asked", at: T0 + SECOND });
    expect(effects(asked, T0 + SECOND)).toContain("assess");
  }
});

test("a file that was kept cut is faulty while it is listened to, and while it is listened to again", () => {
  const lastResort = "truncated: it ends after 30 s";
  const faulty = { state: "pending", verdict: "fail", findings: [{ code: "truncated" }] };
  expect(assessment(taskOf(complete, { ...kept, lastResort }))).toMatchObject(faulty);
  const short = { ...done, facts: unheard({ format: "mp3", durationSeconds: 30 }) };
  const again: TaskEvent = { type: "assess_asked", at: T0 + 2 * SECOND };
  expect(assessment(taskOf(complete, { ...kept, lastResort }, again))).toMatchObject(faulty);
  expect(assessment(taskOf(complete, kept, short))?.verdict).toBe("fail");
  expect(assessment(taskOf(complete, kept, short, again))).toMatchObject({ state: "pending", verdict: "fail" });
});

test("asked again, the old answer gives way to the new one", () => {
  const asked = taskOf(complete, kept, done, { type: "assess_asked", at: T0 + 2 * SECOND });
  expect(assessment(asked)?.state).toBe("pending");
  const newer = { ...done, analyzerVersion: "2", at: T0 + 3 * SECOND };
  const events = [complete, kept, done, { type: "assess_asked", at: T0 + 2 * SECOND }, newer] as const;
  const task = fold(TASK_ID, events);
  expect(task === null ? null : assessment(task)?.analyzerVersion).toBe("2");
});

test("a skipped or failed analysis keeps its reason, and the container is judged all the same", () => {
  const failed = { ...done, outcome: "failed", reason: "no sound could be decoded", facts: null } as const;
  expect(assessment(taskOf(complete, kept, failed))).toMatchObject({
    state: "failed",
    reason: "no sound could be decoded",
    verdict: "pass",
    audio: { durationSeconds: 60 },
  });
});

test("style and tempo are judged where the request is known, and are no guess where it is not", () => {
  const facts = { ...unheard({ durationSeconds: 60 }), tempoBpm: 120, tempoConfidence: 0.9, decoderErrors: 0 };
  const heard = { ...done, facts };
  expect(assessment(taskOf(complete, kept, heard))).toMatchObject({ style: null, findings: [] });
  const request = { tags: "jazz, 90 bpm", negativeTags: "metal" };
  const submitted: TaskEvent = { type: "submitted", ref: "r", request, at: T0 };
  expect(assessment(taskOf(submitted, complete, kept, heard))).toMatchObject({
    style: { claimedShare: 1, matched: ["jazz"] },
    findings: [{ code: "tempo_mismatch", level: "warn", measured: 120, limit: 90 }],
  });
});

test("the request is known from the provider's record too", () => {
  const asked = { tags: "bossa nova", negativeTags: "jazz" };
  const record = observed({ ...observation("complete", [listed({ audioLink: A })]), asked });
  expect(assessment(taskOf(complete, record, kept, done))?.style).toMatchObject({ missing: ["bossa nova"] });
});
