/** The judges of the chaos and the load run see what they are there to see. */
import { expect, test } from "vitest";
import type { TaskView } from "../../../src/core/view/view.ts";
import { noticeChecks, type Reported } from "../../drive/chaos/notices.ts";
import { namedResults, onceResults } from "../../rig/judge/objects.ts";
import { acknowledgedResults } from "../../rig/judge/timeline.ts";
import { deliveriesOf } from "../../drive/load/deliveries.ts";
import type { TimelineItem } from "../../rig/local/backline-client.ts";
import type { Reply, Sent } from "../../rig/local/receiver.ts";
import type { Callback, Task } from "../../rig/provider/ledger.ts";
import { makeTask } from "../../rig/provider/tracks.ts";

const AT = "2026-01-01T00:00:00.000Z";
const ETAG = { one: "d41d8cd98f00b204e9800998ecf8427e", two: "0cc175b9c0f1b6a831c399e269772661" };

function taskWith(...callbacks: readonly Callback[]): Task {
  const about = {
    uploadUrl: "http://a/b.mp3",
    title: "Judged",
    tags: "a",
    negativeTags: "b",
    callBackUrl: "http://a/",
  };
  return { ...makeTask(about, { seed: 1, number: 0, seconds: 1 }), callbacks: [...callbacks] };
}

function callback(sha256: string, ...statuses: readonly (number | null)[]): Callback {
  const attempts = statuses.map((status) => ({ at: 0, ms: 1, status, error: null }));
  return { kind: "text", at: 0, body: new Uint8Array(), sha256, attempts, outcome: "acknowledged" };
}

function observed(sha256: string, times: number): TimelineItem {
  const fields = {
    via: "callback",
    verdict: "token",
    kind: "text",
    failure: null,
    refunded: false,
    recovery: null,
    tracksDropped: 0,
    body: {},
  } as const;
  return { type: "observed", at: AT, lastAt: AT, sha256, times, ...fields };
}

function copied(key: string): TimelineItem {
  const about = { file: "audio", trackId: "one", link: "l", attempt: 1 } as const;
  return { type: "copied", at: AT, ...about, key, bytes: 1, sha256: "s", contentType: "audio/mpeg" };
}

test("a callback that was acknowledged more often than its log counts is found", () => {
  const task = taskWith(callback("a", 200), callback("a", 500, 200), callback("b", null));
  expect(acknowledgedResults(task, [observed("a", 2)])).toEqual([null]);
  expect(acknowledgedResults(task, [observed("a", 1)])).toEqual([expect.stringContaining("the log counts 1")]);
  expect(acknowledgedResults(task, [])).toEqual([expect.stringContaining("is not in the log")]);
});

test("an object that nothing names, and one that is missing, are found", () => {
  const object = { key: "tasks/t/one/audio-1.mp3", bytes: 1, etag: ETAG.one };
  expect(namedResults([object], [copied(object.key)])).toEqual([null]);
  expect(namedResults([object], [])).toEqual([expect.stringContaining("no event names it")]);
  expect(namedResults([], [copied(object.key)])).toEqual([expect.stringContaining("not in R2")]);
});

test("what another file took the place of may be gone, and must be once it was swept", () => {
  const object = { key: "tasks/t/one/audio-1.mp3", bytes: 1, etag: ETAG.one };
  const swept = { at: AT, type: "swept", attempts: 2, deleted: 1, keys: [object.key] } as const;
  const replaced: readonly TimelineItem[] = [copied(object.key), swept];
  expect(namedResults([], replaced)).toEqual([]);
  expect(namedResults([object], replaced)).toEqual([expect.stringContaining("no event names it")]);

  const about = { file: "audio", trackId: "one", link: "l", attempt: 1, reason: "cut", dead: false } as const;
  const cut = { at: AT, type: "copy_failed", ...about, cut: { key: object.key } } as const;
  expect(namedResults([object], [cut])).toEqual([null]);
  expect(namedResults([], [cut])).toEqual([]);
});

test("a file that lies there twice is found, by its name and by its bytes", () => {
  const object = { key: "tasks/t/one/audio-1.mp3", bytes: 1, etag: ETAG.one };
  expect(onceResults([object, { ...object, key: "tasks/t/two/audio-2.mp3", etag: ETAG.two }])).not.toContainEqual(
    expect.any(String),
  );
  const again = { ...object, key: "tasks/t/one/audio-2.mp3", etag: ETAG.two };
  expect(onceResults([object, again])).toContainEqual(expect.stringContaining("are the same file"));
  const copy = { ...object, key: "tasks/t/two/audio-3.mp3" };
  expect(onceResults([object, copy])).toContainEqual(expect.stringContaining("are the same file"));
  // Both takes of a task may be one, and each lies there once all the same.
  expect(onceResults([object, copy], new Set(["t"]))).toEqual([null, null, null, null]);
  const twice = { ...object, key: "tasks/t/one/audio-4.mp3" };
  expect(onceResults([object, twice], new Set(["t"]))).toContainEqual(expect.stringContaining("are the same file"));
});

const view: TaskView = {
  product: "music",
  parent: null,
  credits: null,
  taskId: "t",
  ref: null,
  version: 3,
  stage: "complete",
  outcome: "complete",
  expected: null,
  advice: null,
  settled: true,
  chosen: null,
  failure: null,
  refunded: false,
  recovery: null,
  tracks: [],
  files: [],
  stages: { text: null, first: null, complete: null },
  request: null,
  source: null,
  stalled: false,
  createdAt: AT,
  updatedAt: AT,
  settledAt: AT,
};

function told(id: string, reply: Reply): Sent {
  return { type: "task.settled", timestamp: AT, data: view, at: 0, id, headers: {}, path: "/", body: "", reply };
}

function notified(webhookId: string): TimelineItem {
  return { type: "notified", at: AT, kind: "task.settled", key: "3", webhookId, version: 3, attempts: 1 };
}

function failuresOf(reported: Reported): readonly string[] {
  return noticeChecks([reported]).flatMap(({ failures }) => failures);
}

test("a settlement that nobody took, and one that was told under two ids, are found", () => {
  const events = [notified("m")];
  expect(failuresOf({ view, events, sent: [told("m", 500), told("m", "cut"), told("m", 204)] })).toEqual([]);
  expect(failuresOf({ view, events, sent: [told("m", "cut")] })).toEqual([
    expect.stringContaining("nobody was told"),
    expect.stringContaining("was never taken"),
  ]);
  expect(failuresOf({ view, events, sent: [told("m", 204), told("n", 204)] })).toEqual([
    expect.stringContaining("was told under m and n"),
  ]);
  expect(failuresOf({ view, events: [], sent: [told("m", 204)] })).toEqual([
    expect.stringContaining("nobody was told"),
  ]);
});

test("the load run calls back three times for each task, a tenth of it twice, and some out of order", () => {
  const deliveries = deliveriesOf(1, 1_000);
  expect(deliveriesOf(1, 1_000)).toEqual(deliveries);
  const stages = new Set(deliveries.map(({ task, stage }) => `${task} ${stage}`));
  expect(stages.size).toBe(3_000);
  expect(deliveries.length / stages.size).toBeCloseTo(1.1, 1);
  const byTask = Map.groupBy(deliveries, ({ task }) => task);
  const late = [...byTask.values()].filter((all) => all.at(-1)?.stage !== "complete");
  expect(late.length).toBeGreaterThan(100);
});
