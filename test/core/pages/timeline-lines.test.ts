/** The timeline for people: a line for each file and each delivery, and nothing of how the work is done. */
import { expect, test } from "vitest";
import type { TaskEvent } from "../../../src/core/task/event.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { peopleLines } from "../../../src/http/pages/timeline/timeline-lines.ts";
import {
  at,
  audioUrl,
  copied,
  failed,
  listed,
  lost,
  observation,
  observed,
  SECOND,
  started,
  T0,
  taskOf,
} from "../builders.ts";

const A = audioUrl("a");
const complete = observed(observation("complete", [listed({ audioLink: A })]), { times: 3 });

test("the attempts of a file are one line, numbered as they were", () => {
  const attempts = [1, 2, 3].map((attempt) => ({ attempt }));
  const [first, second, third] = attempts;
  const lines = linesOf([
    complete,
    started(T0, A, first),
    failed(T0 + SECOND, A, false, first),
    started(T0 + 2 * SECOND, A, second),
    failed(T0 + 3 * SECOND, A, false, second),
    started(T0 + 4 * SECOND, A, third),
    copied(T0 + 5 * SECOND, A, third),
  ]);
  expect(lines.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^Callback: all is done \(1 take\).*It came 3 times\.$/),
    "Audio of take 1 kept after 3 tries: 1 kB.",
  ]);
  expect(lines[1]?.folded.map(({ text }) => text.slice(0, 6))).toEqual([
    "Try 1,",
    "Failed",
    "Try 2,",
    "Failed",
    "Try 3,",
    "The au",
  ]);
});

test("a page of the timeline tells tries by their own numbers, and no total that a later page exceeds", () => {
  const tries = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({ attempt: from + index })).flatMap((about) => [
      started(T0, A, about),
      failed(T0 + SECOND, A, false, { ...about, reason: "http_500: the server answered 500" }),
    ]);
  const [early] = linesOf(tries(1, 49), true);
  expect(early?.text).toBe("Audio of take 1 was not kept in tries 1 to 49: the provider's file server failed (500).");
  const [cut] = linesOf([started(T0, A, { attempt: 50 })], true);
  expect(cut?.text).toBe("Audio of take 1 was being copied, try 50.");
  const [late] = linesOf(tries(50, 124));
  expect(late?.text).toMatch(/^Audio of take 1 is not kept yet after 124 tries: /);
  expect(late?.folded[0]?.text).toMatch(/^Try 50, /);
});

test.each([
  ["unreachable: the provider could not be reached", 1],
  ["timeout: the provider did not answer in time", 3],
  ["http_500: the provider answered 500", 11],
  ["provider_401: the provider answered with code 401", 2],
  ["unreadable: the provider's answer is no JSON", 1],
  ["unreadable: the record is of another task", 2],
])("a question in vain is told so that it is true of every answer and of none: %s", (reason, times) => {
  const [line] = linesOf([at(T0, { type: "polled", result: "failed", reason, lastAt: T0, times })]);
  const asked = times === 1 ? "asked" : `asked ${times} times`;
  const because = `${times === 1 ? "" : "the first time: "}${reason.replace("_", " ")}`;
  expect(line?.text).toBe(`The provider was ${asked}, and gave no record of this task (${because}).`);
});

test("a file that is kept at once has nothing to fold, one that is lost says why", () => {
  const [kept] = linesOf([started(T0, A), copied(T0, A)]);
  expect([kept?.text, kept?.folded]).toEqual(["Audio of take 1 kept: 1 kB.", []]);
  const [gone] = linesOf([started(T0, A), lost(T0, [A], { reason: "dead_link: http_404: the server answered 404" })]);
  expect(gone?.text).toBe("Audio of take 1 could not be kept: its link is dead (the file server answered 404).");
});

test("a line stands at the time of what it says, after what led to it", () => {
  const lines = linesOf([
    started(T0, A),
    failed(T0 + SECOND, A, false),
    at(T0 + 5 * SECOND, { type: "retried" }),
    started(T0 + 6 * SECOND, A),
    copied(T0 + 30 * SECOND, A),
  ]);
  expect(lines.map(({ text, last }) => [text.slice(0, 20), (last.event.at - T0) / SECOND])).toEqual([
    ["Somebody asked to tr", 5],
    ["Audio of take 1 kept", 30],
  ]);
});

test("our own bookkeeping does not show, and what failed of it neither hides a person's wish", () => {
  const lines = linesOf([
    at(T0, { type: "published", version: 1, settled: false }),
    at(T0, { type: "swept", attempts: 1, deleted: 0 }),
    at(T0, { type: "assess_started", sha256: "x", attempt: 1 }),
    at(T0, { type: "retried" }),
  ]);
  expect(lines.map(({ text }) => text)).toEqual(["Somebody asked to try again."]);
});

test.each([undefined, "unknown", "no_link"] as const)(
  "why a task was given up is told as its advice begins: %s",
  (why) => {
    const abandoned = at(T0, { type: "abandoned", ...(why === undefined ? {} : { why }) });
    const [what = ""] = viewOf(taskOf(at(T0, { type: "adopted" }), abandoned)).failure?.advice.split(". ") ?? [];
    const [line] = linesOf([abandoned]);
    expect([what.length > 40, line?.text]).toEqual([true, `${what}: it is closed. A late callback opens it again.`]);
  },
);

function linesOf(events: readonly TaskEvent[], hasLater = false) {
  const logged = events.map((event, index) => ({ event, body: null, seq: index + 1 }));
  return peopleLines(logged, () => "take 1", hasLater);
}
