/** What the endpoint is still to be told: read off the state, once for each thing that happened. */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { due, effectName, nextWake } from "../../../src/core/next/agenda.ts";
import type { EventBody, NoticeKind, TaskEvent } from "../../../src/core/task/event.ts";
import { linkHash, sha256Hex } from "../../../src/core/ids.ts";
import { messageOf, nextNotice, webhookIdOf, type Notice } from "../../../src/core/next/notices.ts";
import { paceOf } from "../../../src/core/next/pace.ts";
import type { Task } from "../../../src/core/task/task.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { deliveries } from "../arbitraries.ts";
import {
  at,
  audioUrl,
  copied,
  DAY,
  HOUR,
  listed,
  MINUTE,
  observation,
  observed,
  SECOND,
  T0,
  TASK_ID,
  taskOf,
} from "../builders.ts";
import { newHistory, pace, receive, work } from "../history.ts";
import { lasting } from "./files-of-a-track.ts";

const telling = paceOf(1, { canAsk: false, canNotify: true, retentionDays: null });
const A = audioUrl("a");
const B = audioUrl("b");
const [FILE_A, FILE_B, FILE_C] = [fileKey(A), fileKey(B), fileKey(audioUrl("c"))];
const [STORED_A, STORED_B, STORED_C] = [FILE_A, FILE_B, FILE_C].map((file) => `track.stored ${file}`);
const complete = observed(observation("complete", [listed({ audioLink: A }), listed({ id: "track-b", audioLink: B })]));
const both = [complete, copied(T0 + 1, A), copied(T0 + 2, B, { trackId: "track-b", attempt: 2 })] as const;
const later = observed(observation("complete", [listed({ id: "track-c", audioLink: audioUrl("c") })]), {
  at: T0 + HOUR,
});

function about(kind: NoticeKind, key: string) {
  return { kind, key, webhookId: webhookIdOf(TASK_ID, { kind, key }) };
}

function told(time: number, kind: NoticeKind, key: string): TaskEvent {
  return at(time, { type: "notified", ...about(kind, key), version: 1, attempts: 1 });
}

function failing(kind: NoticeKind, key: string, firstAt: number, lastAt: number, times: number): TaskEvent {
  return at(firstAt, { type: "notify_failed", ...about(kind, key), reason: "http_500", lastAt, times });
}

function ended(time: number, kind: NoticeKind, key: string, gone: boolean): TaskEvent {
  return at(time, { type: "notify_ended", ...about(kind, key), reason: "gone", gone, attempts: 1 });
}

/** What is sent while the endpoint takes everything, in its order. */
function sequence(...events: readonly TaskEvent[]): readonly string[] {
  const log = [...events];
  const names: string[] = [];
  for (let next = nextNotice(taskOf(...log), telling); next !== null; next = nextNotice(taskOf(...log), telling)) {
    const { kind, key } = next.notice;
    names.push(`${kind} ${key}`);
    if (names.length > 50) break;
    log.push(told(T0 + 10 * DAY, kind, key));
  }
  return names;
}

test("each stored track is told once, and then that the task is settled, in this order", () => {
  expect(sequence(...both)).toEqual([STORED_A, STORED_B, "task.settled 3"]);
  expect(sequence(...both.slice(0, 2))).toEqual([STORED_A]);
  expect(sequence(complete)).toEqual([]);
});

test("without an endpoint nothing is due, and nothing wakes the task", () => {
  const task = taskOf(...both, at(T0 + 3, { type: "published", version: 3, settled: true }));
  expect(due(task, T0 + DAY, pace)).toEqual([]);
  expect(nextWake(task, pace)).toBeNull();
  expect(nextWake(task, telling)).toBe(T0 + 1);
});

test("one notice is due at a time, under a name that no copy has", () => {
  const names = due(taskOf(...both), T0 + MINUTE, telling).map(effectName);
  expect(names).toEqual(["publish", `notify ${STORED_A}`]);
  const [, name] = names;
  expect(name).not.toContain(":");
});

test("a file that two attempts kept is told once", () => {
  expect(sequence(...both, copied(T0 + 9, A, { attempt: 3 })).toSorted()).toEqual(sequence(...both).toSorted());
});

test("a longer file that comes from the same link later is told, too", () => {
  const known = observed(observation("complete", [listed({ audioLink: A, durationSeconds: 180 })]));
  const half = copied(T0 + 1, A, { ...lasting(90), sha256: sha256Hex("half") });
  const whole = copied(T0 + 9, A, { ...lasting(180), attempt: 2 });
  const ofHalf = `${linkHash(A)}-${sha256Hex("half").slice(0, 16)}`;
  expect(sequence(known, half, told(T0 + 2, "track.stored", ofHalf), whole)[0]).toBe(STORED_A);
  // What is no better is not kept, so nobody is told of it.
  const worse = copied(T0 + 9, A, { ...lasting(60), attempt: 2 });
  expect(sequence(known, half, told(T0 + 2, "track.stored", ofHalf), worse)).toEqual([]);
});

test("the settlement waits as long as the publication does for what the music is like", () => {
  const heard = [
    complete,
    copied(T0 + 1, A, { assess: "full" }),
    copied(T0 + 2, B, { trackId: "track-b", attempt: 2, assess: "off" }),
    told(T0 + 3, "track.stored", FILE_A),
    told(T0 + 3, "track.stored", FILE_B),
  ] as const;
  expect(nextNotice(taskOf(...heard), telling)).toMatchObject({ at: T0 + 2 + 20 * SECOND, notice: { at: T0 + 2 } });
  const assessed = at(T0 + 4, {
    type: "assessed",
    sha256: heard[1].sha256,
    analyzerVersion: "1",
    outcome: "done",
    reason: null,
    facts: null,
    waveformKey: null,
  });
  expect(nextNotice(taskOf(...heard, assessed), telling)).toMatchObject({ at: T0 + 2 });
});

test("only an endpoint that may think the task settled is told that it is open again", () => {
  const settledTold = [...both, told(T0 + 3, "track.stored", FILE_A), told(T0 + 3, "track.stored", FILE_B)] as const;
  expect(sequence(...settledTold, later)).toEqual([]);
  expect(sequence(...settledTold, told(T0 + 3, "task.settled", "3"), later)).toEqual(["task.reopened 4"]);
  // The answer may be what got lost.
  expect(sequence(...settledTold, failing("task.settled", "3", T0 + 3, T0 + 3, 1), later)).toEqual(["task.reopened 4"]);
});

test("each settlement and each reopening is told", () => {
  const kept = copied(T0 + HOUR + 1, audioUrl("c"), { trackId: "track-c", attempt: 3 });
  const again = observed(observation("complete", [listed({ id: "track-d", audioLink: audioUrl("d") })]), {
    at: T0 + 2 * HOUR,
  });
  const first = [...both, told(T0 + 3, "task.settled", "3"), later] as const;
  const stored = [STORED_A, STORED_B];
  expect(sequence(...first)).toEqual([...stored, "task.reopened 4"]);
  expect(sequence(...first, kept)).toEqual([...stored, STORED_C, "task.settled 5"]);
  // Nobody was told of the second settlement, so nobody need know that it is over.
  expect(sequence(...first, told(T0 + HOUR, "task.reopened", "4"), kept, again)).toEqual([...stored, STORED_C]);
  expect(sequence(...first, kept, told(T0 + HOUR + 2, "task.settled", "5"), again)).toEqual([
    ...stored,
    STORED_C,
    "task.reopened 6",
  ]);
});

test("a silence is told while it lasts, and the next one again", () => {
  const text = observed(observation("text"));
  const silent = at(T0 + HOUR, { type: "stalled" });
  const news = observed(observation("first"), { at: T0 + 2 * HOUR });
  const key = String(T0 + HOUR);
  expect(sequence(text, silent)).toEqual([`task.stalled ${key}`]);
  expect(sequence(text, silent, told(T0 + HOUR, "task.stalled", key))).toEqual([]);
  expect(sequence(text, silent, news)).toEqual([]);
  const next = at(T0 + 3 * HOUR, { type: "stalled" });
  expect(sequence(text, silent, told(T0 + HOUR, "task.stalled", key), news, next)).toEqual([
    `task.stalled ${T0 + 3 * HOUR}`,
  ]);
});

test("a failure is tried again after seconds, then minutes, then hours, until a day after the first", () => {
  const gaps: number[] = [];
  let [lastAt, times] = [T0 + 1, 0];
  for (; lastAt < T0 + 1 + DAY; times += 1) {
    const task = taskOf(...both.slice(0, 2), failing("track.stored", FILE_A, T0 + 1, lastAt, times + 1));
    const next = nextNotice(task, telling)?.at ?? Number.NaN;
    gaps.push(next - lastAt);
    lastAt = next;
  }
  expect(lastAt).toBe(T0 + 1 + DAY);
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, ...rest] = gaps;
  const upperHalves = [
    [first, 5 * SECOND],
    [second, MINUTE],
    [third, 5 * MINUTE],
    [fourth, 30 * MINUTE],
    [fifth, 2 * HOUR],
    ...rest.slice(0, -1).map((gap) => [gap, 4 * HOUR] as const),
  ] as const;
  for (const [gap, most] of upperHalves) {
    expect(gap).toBeGreaterThanOrEqual(most / 2);
    expect(gap).toBeLessThan(most);
  }
  expect(times).toBeGreaterThanOrEqual(10);
  expect(times).toBeLessThanOrEqual(16);
});

test("a notice that fails lets the others go first", () => {
  const task = taskOf(...both, failing("track.stored", FILE_A, T0 + 3, T0 + 3, 1));
  expect(nextNotice(task, telling)?.notice).toMatchObject({ kind: "track.stored", key: FILE_B, trackId: "track-b" });
});

test("what was given up is not sent again, and the rest is", () => {
  expect(sequence(...both, ended(T0 + 3, "track.stored", FILE_A, false))).toEqual([STORED_B, "task.settled 3"]);
});

test("an endpoint that wants no more is told nothing, whatever happens", () => {
  expect(sequence(...both, ended(T0 + 3, "track.stored", FILE_A, true))).toEqual([]);
  expect(
    sequence(...both, told(T0 + 2, "track.stored", FILE_A), ended(T0 + 3, "track.stored", FILE_A, true), later),
  ).toEqual([]);
});

test("what was told stays told, though a run that was superseded fails late", () => {
  const late = [
    failing("track.stored", FILE_A, T0 + 1, T0 + DAY, 2),
    ended(T0 + DAY, "track.stored", FILE_A, false),
  ] as const;
  for (const event of late)
    expect(sequence(...both, told(T0 + 3, "track.stored", FILE_A), event)).toEqual([STORED_B, "task.settled 3"]);
  expect(sequence(...both, ended(T0 + 3, "track.stored", FILE_A, false), late[0])).toEqual([
    STORED_B,
    "task.settled 3",
  ]);
});

test("a wish to be told again sends everything that holds, under the same ids", () => {
  const done = [...both, ended(T0 + 3, "track.stored", FILE_A, true)] as const;
  expect(sequence(...done, at(T0 + HOUR, { type: "notify_asked" }))).toEqual(sequence(...both));
});

test("telling changes neither the view nor its version", () => {
  const events: readonly EventBody[] = [
    { type: "notified", ...about("track.stored", FILE_A), version: 3, attempts: 1 },
    { type: "notify_failed", ...about("track.stored", FILE_A), reason: "", lastAt: T0 + 3, times: 1 },
    { type: "notify_ended", ...about("track.stored", FILE_A), reason: "", gone: true, attempts: 1 },
    { type: "notify_asked" },
  ];
  for (const event of events)
    expect(viewOf(taskOf(...both, { ...event, at: T0 + 3 }))).toEqual(viewOf(taskOf(...both)));
});

test("a message holds what happened, when, and the view with its version", () => {
  const task = taskOf(...both);
  const notice: Notice = { kind: "track.stored", key: FILE_B, at: T0 + 2, trackId: "track-b" };
  const { id, body } = messageOf(task, notice, (view) => view);
  expect(id).toBe(webhookIdOf(TASK_ID, notice));
  expect(id).toMatch(/^msg_[0-9a-f]{32}$/);
  const timestamp = "2026-01-05T12:00:00.002Z";
  expect(JSON.parse(body)).toEqual({ type: "track.stored", timestamp, trackId: "track-b", data: viewOf(task) });
  const settled = messageOf(task, { kind: "task.settled", key: "3", at: T0 + 2, trackId: null }, (view) => view);
  expect(JSON.parse(settled.body)).toEqual({ type: "task.settled", timestamp, data: viewOf(task) });
});

test("ids differ by task, kind and key, and by nothing else", () => {
  const notice = { kind: "track.stored", key: FILE_A, at: T0, trackId: "a" } as const;
  const id = webhookIdOf(TASK_ID, notice);
  expect(webhookIdOf(TASK_ID, { ...notice, key: FILE_A, kind: "track.stored" })).toBe(id);
  const others = [
    webhookIdOf("other", notice),
    webhookIdOf(TASK_ID, { ...notice, key: "2" }),
    webhookIdOf(TASK_ID, { ...notice, kind: "task.settled" }),
  ];
  expect(new Set([id, ...others]).size).toBe(4);
});

test("no notice is sent twice to an endpoint that takes them, and each settlement ends with one", () => {
  fc.assert(
    fc.property(deliveries, (messages) => {
      const history = newHistory(T0, telling);
      const settlements = new Set<number>();
      for (const message of messages) {
        receive(history, message);
        for (let steps = 0; steps < 200 && work(history, "copied"); steps += 1) noteTurn(history.task, settlements);
      }
      const sent = history.rows.flatMap(({ type, data }) => (type === "notified" ? [nameIn(data)] : []));
      expect(new Set(sent).size).toBe(sent.length);
      const settled = sent.filter((name) => name.startsWith("task.settled"));
      expect(settled).toEqual([...settlements].map((version) => `task.settled ${version}`));
    }),
    { numRuns: 100 },
  );
});

function noteTurn({ settledAt, turned }: Task, settlements: Set<number>): void {
  if (settledAt !== null && turned !== null) settlements.add(turned.version);
}

function nameIn(data: string): string {
  const { kind, key } = z.object({ kind: z.string(), key: z.string() }).parse(JSON.parse(data));
  return `${kind} ${key}`;
}

/** Of the first copy from a link, as a notice names it. */
function fileKey(url: string): string {
  return `${linkHash(url)}-${sha256Hex(url).slice(0, 16)}`;
}
