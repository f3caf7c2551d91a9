/** When the provider is asked about a task. */
import { expect, test } from "vitest";
import { due, nextWake } from "../../../src/core/next/agenda.ts";
import type { Polled, TaskEvent } from "../../../src/core/task/event.ts";
import { failureOf } from "../../../src/core/provider/failure.ts";
import { MAX_CLAIM_POLLS, nextClaimPoll } from "../../../src/core/next/claims.ts";
import { MAX_POLLS } from "../../../src/core/next/pace.ts";
import { isUnknownToProvider, nextPoll } from "../../../src/core/next/polling.ts";
import {
  at,
  audioUrl,
  copied,
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
import { askingPace, pace } from "../history.ts";

const A = audioUrl("a");
const text = observed(observation("text"));
const complete = observed(observation("complete", [listed({ audioLink: A })]));

function asked(
  time: number,
  times: number,
  result: Polled["result"] = "unchanged",
  reason: string | null = null,
): TaskEvent {
  return { type: "polled", result, reason, at: T0, lastAt: time, times };
}

function askedForClaim(time: number, times: number): TaskEvent {
  return { type: "polled", result: "unchanged", reason: null, claim: true, at: T0, lastAt: time, times };
}

const claimOf = (...events: readonly TaskEvent[]) => nextClaimPoll(taskOf(...events), askingPace);
const pollOf = (...events: readonly TaskEvent[]) => nextPoll(taskOf(...events), askingPace);

test("without a key nobody is asked", () => {
  expect(nextPoll(taskOf(text), pace)).toBeNull();
  expect(due(taskOf(text), T0 + HOUR, askingPace)).toContainEqual({ type: "poll", claim: false });
});

test("a silent task is asked about after half a minute, then ever more seldom", () => {
  const gaps = Array.from({ length: 9 }, (_, times) => {
    const last = T0 + times * DAY;
    return (times === 0 ? pollOf(text) : pollOf(text, asked(last, times))) ?? 0;
  }).map((time, times) => time - (T0 + times * DAY));
  expect(gaps).toEqual([30 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, HOUR, HOUR]);
});

test("news puts the question off, a repeat does not", () => {
  const first = observed(observation("first"), { at: T0 + 20 * SECOND });
  expect(pollOf(text, first)).toBe(T0 + 50 * SECOND);
  expect(pollOf(text, { ...text, lastAt: T0 + 20 * SECOND, times: 2 })).toBe(T0 + 30 * SECOND);
});

test("sixty questions are enough", () => {
  expect(pollOf(text, asked(T0, MAX_POLLS - 1))).not.toBeNull();
  expect(pollOf(text, asked(T0, MAX_POLLS - 20), asked(T0, 20, "failed", "x"))).toBeNull();
});

test("a task that failed or has every link is not asked about", () => {
  expect(pollOf(observed(observation("failed", [], { failure: failureOf(500, null, null) })))).toBeNull();
  expect(pollOf(complete)).toBeNull();
  const half = observed(observation("complete", [listed({ audioLink: A }), listed({ id: "track-b" })]));
  expect(pollOf(half)).toBe(T0 + 30 * SECOND);
});

test("a task that somebody adopts is asked about at once", () => {
  expect(pollOf(at(T0, { type: "adopted" }))).toBe(T0);
  expect(pollOf(at(T0, { type: "adopted" }), asked(T0 + 1, 1))).toBe(T0 + 1 + 30 * SECOND);
});

test("once all links of a file are dead, the provider is asked for a fresh one, once for each death", () => {
  const dead = [started(T0, A), failed(T0 + SECOND, A, true)];
  expect(pollOf(complete, ...dead)).toBe(T0 + SECOND);
  expect(pollOf(complete, started(T0, A), failed(T0 + SECOND, A, false))).toBe(T0 + SECOND + 5 * MINUTE);
  expect(pollOf(complete, ...dead, asked(T0 + 2 * SECOND, 1))).toBeNull();
  const again = [started(T0 + 3 * SECOND, A), failed(T0 + 4 * SECOND, A, true)];
  expect(pollOf(complete, ...dead, asked(T0 + 2 * SECOND, 1), ...again)).toBe(T0 + 7 * SECOND);
  const other = observed(observation("complete", [listed({ audioLink: audioUrl("b") })]), { at: T0 + 2 * SECOND });
  expect(pollOf(complete, ...dead, other)).toBe(T0 + SECOND + 5 * MINUTE);
});

test("a question about a dead link that failed is asked again", () => {
  const dead = [started(T0, A), failed(T0 + SECOND, A, true)];
  const unanswered = asked(T0 + 2 * SECOND, 3, "failed", "http_500: the provider answered 500");
  expect(pollOf(complete, ...dead, unanswered)).toBe(T0 + 2 * SECOND + 2 * MINUTE);
  const answered = [...dead, unanswered, asked(T0 + 3 * SECOND, 1)];
  expect(pollOf(complete, ...answered)).toBeNull();
  expect(pollOf(complete, ...answered, started(T0 + MINUTE, A))).toBeNull();
});

test("audio whose links are dead is not lost before the provider has answered", () => {
  const deaths = [1, 2, 3, 4, 5].flatMap((n) => [started(T0 + n, A), failed(T0 + n, A, true)]);
  const effectsOf = (...more: readonly TaskEvent[]) =>
    due(taskOf(complete, ...deaths, ...more), T0 + HOUR, askingPace).map(({ type }) => type);
  expect(effectsOf()).toEqual(["poll"]);
  expect(effectsOf(asked(T0 + SECOND, 1, "failed"))).toEqual(["poll"]);
  expect(effectsOf(asked(T0 + SECOND, 1))).toEqual(["lose"]);
  expect(effectsOf(asked(T0 + SECOND, MAX_POLLS, "failed"))).toEqual([]);
  // Who never gets an answer gives up at some time.
  expect(effectsOf(asked(T0 + SECOND, MAX_POLLS + 16, "failed"))).toEqual(["lose"]);
});

test("what went wrong before a link died does not shorten the tries of the dead one, and neither does a crash", () => {
  const passing = Array.from({ length: 20 }, (_, n) => [started(T0 + n, A), failed(T0 + n, A, false)]).flat();
  const task = taskOf(complete, ...passing, started(T0 + SECOND, A), failed(T0 + SECOND, A, true));
  expect(nextWake(task, pace)).toBe(T0 + SECOND + MINUTE);
  expect(due(task, T0 + SECOND + MINUTE, pace)).toMatchObject([{ type: "copy" }]);
  const crashed = taskOf(complete, started(T0, A), failed(T0, A, true), started(T0 + MINUTE, A));
  expect(nextWake(crashed, pace)).toBe(T0 + 2 * MINUTE);
});

test("a dead cover is no reason to ask", () => {
  const cover = "https://cdn.example.com/a.jpeg";
  const pictured = observed(observation("complete", [listed({ audioLink: A, coverLink: cover })]));
  expect(
    pollOf(pictured, copied(T0, A), started(T0, cover, { file: "cover" }), failed(T0, cover, true, { file: "cover" })),
  ).toBeNull();
});

test("a claim that only the record can confirm is asked about at once, and again when it is repeated", () => {
  const claim = observed(observation("complete", [listed({ audioLink: A })]), { verdict: "hmac_unconfirmed" });
  expect(claimOf(claim)).toBe(T0);
  const failure = failureOf(500, null, null);
  const known = observed(observation("failed", [], { failure }), { at: T0 });
  expect(claimOf(known, claim, asked(T0 + MINUTE, 1))).toBeNull();
  expect(claimOf(known, claim, asked(T0 + MINUTE, 1), { ...claim, lastAt: T0 + HOUR, times: 2 })).toBe(T0 + HOUR);
  expect(claimOf(known, claim, askedForClaim(T0 + MINUTE, 1))).toBeNull();
  expect(nextClaimPoll(taskOf(claim), pace)).toBeNull();
});

test("questions about claims have a budget of their own, and leave the others theirs", () => {
  const claim = observed(observation("complete", [listed({ audioLink: A })]), { verdict: "hmac_unconfirmed" });
  const flood = { ...claim, lastAt: T0 + DAY, times: 200 };
  expect(claimOf(flood, askedForClaim(T0 + DAY - 1, 5))).toBe(T0 + DAY - 1 + 5 * SECOND);
  expect(claimOf(flood, askedForClaim(T0 + DAY - 1, 20))).toBe(T0 + DAY - 1 + HOUR);
  expect(claimOf(flood, askedForClaim(T0 + DAY - 1, MAX_CLAIM_POLLS))).toBeNull();
  // The silence is asked about as if nobody had claimed anything.
  const flooded = taskOf(flood, askedForClaim(T0 + SECOND, MAX_CLAIM_POLLS));
  expect(due(flooded, T0 + 30 * SECOND, askingPace)).toContainEqual({ type: "poll", claim: false });
  expect(pollOf(flood, askedForClaim(T0 + SECOND, MAX_CLAIM_POLLS))).toBe(T0 + 30 * SECOND);
});

test("two questions are never closer than five seconds", () => {
  const dead = [started(T0, A), failed(T0 + 1, A, true)];
  expect(pollOf(complete, asked(T0, 1), ...dead)).toBe(T0 + 5 * SECOND);
});

test("a task that the provider does not know and nobody called about is given up after an hour", () => {
  const adopted = at(T0, { type: "adopted" });
  const unknown = taskOf(adopted, asked(T0 + SECOND, 1, "unknown"));
  expect(isUnknownToProvider(unknown)).toBe(true);
  expect(due(unknown, T0 + HOUR - 1, askingPace)).not.toContainEqual({ type: "abandon" });
  expect(due(unknown, T0 + HOUR, askingPace)).toContainEqual({ type: "abandon", why: "unknown" });
  const later = taskOf(adopted, asked(T0 + SECOND, 1, "unknown"), asked(T0 + MINUTE, 1, "failed", "x"));
  expect(due(later, T0 + HOUR, askingPace)).not.toContainEqual({ type: "abandon" });
  const called = taskOf(text, asked(T0 + SECOND, 1, "unknown"));
  expect(due(called, T0 + HOUR, askingPace)).not.toContainEqual({ type: "abandon" });
});

test("a settled task is forgotten when its retention is over", () => {
  const settled = taskOf(
    complete,
    started(T0, A),
    copied(T0 + 1, A),
    at(T0 + 1, { type: "published", version: 3, settled: true }),
  );
  expect(nextWake(settled, askingPace)).toBe(T0 + 1 + 30 * DAY);
  expect(due(settled, T0 + 1 + 30 * DAY, askingPace)).toEqual([{ type: "forget" }]);
  expect(nextWake(settled, pace)).toBeNull();
});
