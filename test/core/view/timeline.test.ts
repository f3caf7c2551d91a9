/** The log as its readers see it. */
import { expect, test } from "vitest";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { failureOf } from "../../../src/core/provider/failure.ts";
import { timelineEvent } from "../../../src/core/view/timeline.ts";
import { at, audioUrl, copied, failed, lost, observation, observed, SECOND, started, T0 } from "../builders.ts";

const TIME = "2026-01-05T12:00:00.000Z";
const NOTICE = { kind: "task.settled", key: "3", webhookId: "msg_1" } as const;
const text = observed(observation("text"), { lastAt: T0 + SECOND, times: 2 });

function bodyOf(body: string | null): unknown {
  return timelineEvent(text, body)["body"];
}

test("a delivery shows its times, verdict, hash, meaning and body", () => {
  const failure = failureOf(500, null, "boom");
  const event = observed(observation("failed", [], { failure, tracksDropped: 3 }), { lastAt: T0 + SECOND, times: 2 });
  expect(timelineEvent(event, '{"code":500}')).toEqual({
    at: TIME,
    type: "observed",
    lastAt: "2026-01-05T12:00:01.000Z",
    times: 2,
    via: "callback",
    verdict: "token",
    sha256: event.sha256,
    kind: "failed",
    failure,
    tracksDropped: 3,
    body: { code: 500 },
  });
});

test("a body that is no JSON is shown as text", () => {
  expect(bodyOf("{broken")).toBe("{broken");
  expect(bodyOf(null)).toBeNull();
});

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test("a body that is nested too deeply to be written again is shown as text", () => {
  expect(bodyOf(nested(200_000))).toBe(nested(200_000));
  expect(bodyOf(nested(201))).toBe(nested(201));
  expect(bodyOf(nested(200))).toEqual(JSON.parse(nested(200)));
  expect(bodyOf('{"a":'.repeat(300) + "1" + "}".repeat(300))).toBeTypeOf("string");
});

test("brackets in texts do not count as depth", () => {
  const title = `${"[".repeat(500)}\\"${"{".repeat(500)}\\\\`;
  expect(bodyOf(`{"title":"${title}"}`)).toEqual({ title: `${"[".repeat(500)}"${"{".repeat(500)}\\` });
});

test("wide is not deep", () => {
  const wide = `[${Array.from({ length: 500 }, () => "[]").join()}]`;
  expect(bodyOf(wide)).toHaveLength(500);
});

test("every other event shows its fields", () => {
  const url = audioUrl("a");
  const events: readonly TaskEvent[] = [
    started(T0, url),
    copied(T0, url),
    failed(T0, url, true),
    lost(T0, [url]),
    at(T0, { type: "abandoned" }),
    at(T0, { type: "submitted", ref: "song", request: { title: "Night" } }),
    at(T0, { type: "adopted" }),
    at(T0, { type: "retried" }),
    at(T0, { type: "stalled" }),
    at(T0, { type: "usual", silenceMs: 9 }),
    at(T0, { type: "published", version: 3, settled: true }),
    at(T0, { type: "swept", attempts: 2, deleted: 1 }),
    at(T0, { type: "effect_failed", effect: "sweep", reason: "internal" }),
    at(T0, { type: "notified", ...NOTICE, version: 3, attempts: 2 }),
    at(T0, { type: "notify_ended", ...NOTICE, reason: "gone: 410", gone: true, attempts: 2 }),
    at(T0, { type: "notify_asked" }),
    at(T0, { type: "ignored", originalType: "later" }),
  ];
  for (const event of events) expect(timelineEvent(event, null)).toEqual({ ...event, at: TIME });
  const lastAt = T0 + SECOND;
  const polled = { type: "polled", result: "failed", reason: "unreachable", at: T0, lastAt, times: 2 } as const;
  expect(timelineEvent(polled, null)).toEqual({ ...polled, at: TIME, lastAt: "2026-01-05T12:00:01.000Z" });
  const failing = { type: "notify_failed", ...NOTICE, reason: "http_500", at: T0, lastAt, times: 2 } as const;
  expect(timelineEvent(failing, null)).toEqual({ ...failing, at: TIME, lastAt: "2026-01-05T12:00:01.000Z" });
  expect(timelineEvent(at(T0, { type: "overflowed", count: 4, lastAt: T0 + SECOND }), null)).toEqual({
    type: "overflowed",
    at: TIME,
    count: 4,
    lastAt: "2026-01-05T12:00:01.000Z",
  });
});
