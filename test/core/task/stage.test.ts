/** How far a task has come: stage, failure, outcome, settled. */
import { html } from "hono/html";
import { expect, test } from "vitest";
import { unheard } from "../../../src/core/audio/container/facts.ts";
import { failureOf } from "../../../src/core/provider/failure.ts";
import {
  audioStatus,
  failureShown,
  isSettled,
  whyNoRecovery,
  lastNewsAt,
  outcomeOf,
  stageOf,
  stageReport,
} from "../../../src/core/task/stage.ts";
import { reduce } from "../../../src/core/task/reduce.ts";
import { TaskActions } from "../../../src/http/pages/task/task-actions.tsx";
import type { Task } from "../../../src/core/task/task.ts";
import { tracksOf } from "../../../src/core/task/tracks.ts";
import { catalogRowOf } from "../../../src/core/view/catalog-row.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import {
  audioUrl,
  copied,
  DAY,
  HOUR,
  listed,
  lost,
  MINUTE,
  observation,
  observed,
  T0,
  taskOf,
  at,
} from "../builders.ts";

const A = audioUrl("a");
const B = audioUrl("b");
const a = listed({ id: "track-a", audioLink: A });
const b = listed({ id: "track-b", audioLink: B });
const silentB = listed({ id: "track-b" });
const complete = observed(observation("complete", [a, b]));
const noCredits = observed(observation("failed", [], { failure: failureOf(429, null, "no money") }));
const refunded = observed(observation("failed", [], { failure: failureOf(531, null, "sorry") }));
const abandoned = (time: number) => at(time, { type: "abandoned" });

test("the stage is the furthest one that was seen", () => {
  const text = observed(observation("text"));
  const first = observed(observation("first", [a]));
  expect(stageOf(taskOf(observed(observation("pending"))))).toBe("pending");
  expect(stageOf(taskOf(text))).toBe("text");
  expect(stageOf(taskOf(first, text))).toBe("first");
  expect(stageOf(taskOf(complete, first, text))).toBe("complete");
});

test("a complete without audio counts as first until audio comes by any message", () => {
  const hollow = observed(observation("complete", [silentB]), { at: T0 });
  const late = observed(observation("first", [b]), { at: T0 + MINUTE });
  expect(stageOf(taskOf(hollow))).toBe("first");
  expect(stageReport(taskOf(hollow), "complete")).toBeNull();
  expect(stageReport(taskOf(hollow), "first")).toMatchObject({ at: T0 });
  expect(stageOf(taskOf(hollow, late))).toBe("complete");
  expect(stageReport(taskOf(hollow, late), "complete")).toMatchObject({ at: T0 });
});

test("a stage that was skipped was never reported", () => {
  expect(stageReport(taskOf(complete), "text")).toBeNull();
  expect(stageReport(taskOf(complete), "first")).toBeNull();
});

test("a stage is reported by the message that came first", () => {
  const late = observed(observation("text"), { at: T0 + MINUTE, via: "poll" });
  const early = observed(observation("text"), { at: T0 });
  expect(stageReport(taskOf(late, early), "text")).toMatchObject({ at: T0, via: "callback" });
});

test("a failure yields to a complete with audio and outranks everything else", () => {
  const first = observed(observation("first", [a]));
  expect(stageOf(taskOf(first, noCredits))).toBe("failed");
  expect(failureShown(taskOf(first, noCredits))).toMatchObject({ reason: "no_credits", refunded: false });
  expect(stageOf(taskOf(noCredits, complete))).toBe("complete");
  expect(failureShown(taskOf(noCredits, complete))).toBeNull();
});

test("refunded once is refunded, whichever failure is shown", () => {
  const late = { ...noCredits, at: T0 + MINUTE };
  expect(failureShown(taskOf(refunded, late))).toMatchObject({ reason: "no_credits", refunded: true });
});

test("a message that has no effect says nothing about the stage", () => {
  const stale = observed(observation("complete", [a]), { verdict: "hmac_stale" });
  expect(stageOf(taskOf(stale))).toBe("pending");
  expect(lastNewsAt(taskOf(observed(observation("text")), { ...stale, at: T0 + DAY }))).toBe(T0);
});

test("an outcome says what a finished task gave", () => {
  const failedWithTrack = observed(observation("failed", [a], { failure: failureOf(500, null, null) }));
  expect(outcomeOf(taskOf(observed(observation("first", [a]))))).toBeNull();
  expect(outcomeOf(taskOf(complete))).toBeNull();
  expect(outcomeOf(taskOf(complete, copied(T0, A)))).toBeNull();
  expect(outcomeOf(taskOf(complete, copied(T0, A), copied(T0, B, { trackId: "track-b" })))).toBe("complete");
  expect(outcomeOf(taskOf(complete, copied(T0, A), lost(T0, [B], { trackId: "track-b" })))).toBe("partial");
  expect(outcomeOf(taskOf(noCredits))).toBe("failed");
  expect(outcomeOf(taskOf(failedWithTrack))).toBe("failed_with_tracks");
  expect(outcomeOf(taskOf(failedWithTrack, copied(T0, A)))).toBe("failed_with_tracks");
  expect(outcomeOf(taskOf(failedWithTrack, lost(T0, [A])))).toBe("failed");
});

test("a task settles once every audio file is stored or lost", () => {
  const first = taskOf(complete, copied(T0 + 1, A));
  expect(isSettled(first)).toBe(false);
  expect(first.settledAt).toBeNull();
  const both = taskOf(complete, copied(T0 + 1, A), copied(T0 + 2, B, { trackId: "track-b", attempt: 2 }));
  expect(both.settledAt).toBe(T0 + 2);
  expect(taskOf(complete, copied(T0 + 1, A), lost(T0 + 3, [B], { trackId: "track-b" })).settledAt).toBe(T0 + 3);
});

test("covers never hold a task up", () => {
  const pictured = { ...a, coverLink: "https://cdn.example.com/a.jpeg" };
  expect(isSettled(taskOf(observed(observation("complete", [pictured])), copied(T0, A)))).toBe(true);
});

test("a failed task with a track that never got a link settles", () => {
  const task = taskOf(observed(observation("text", [silentB])), noCredits);
  expect(isSettled(task)).toBe(true);
  expect(isSettled(taskOf(observed(observation("first", [a])), noCredits))).toBe(false);
});

test("a new link of a lost file opens the task again, and settling again is a later time", () => {
  const onlyA = observed(observation("complete", [a]));
  const renewed = observed(observation("complete", [{ ...a, audioLink: B }]), { at: T0 + 5 });
  const open = taskOf(onlyA, lost(T0 + 1, [A]), renewed);
  expect(open.settledAt).toBeNull();
  expect(taskOf(onlyA, lost(T0 + 1, [A]), renewed, copied(T0 + 9, B)).settledAt).toBe(T0 + 9);
});

test("an abandoned task is failed with no_news, and a later message about it opens it again", () => {
  const text = observed(observation("text"));
  const given = taskOf(text, abandoned(T0 + 14 * DAY));
  expect(stageOf(given)).toBe("failed");
  expect(failureShown(given)).toMatchObject({ reason: "no_news", code: null, retryable: true, refunded: false });
  expect(given.settledAt).toBe(T0 + 14 * DAY);
  const reopened = taskOf(text, abandoned(T0 + 14 * DAY), observed(observation("first"), { at: T0 + 15 * DAY }));
  expect(stageOf(reopened)).toBe("first");
  expect(reopened.settledAt).toBeNull();
});

test("a given-up task that the provider does not know is said to be that, and not silent for 14 days", () => {
  const adopted = at(T0, { type: "adopted" });
  const given = taskOf(adopted, at(T0 + HOUR, { type: "abandoned", why: "unknown" }));
  const { reason, message, advice } = viewOf(given).failure ?? {};
  expect([reason, message, advice]).toEqual([
    "no_news",
    // It is the provider's, who said nothing.
    null,
    expect.stringMatching(/^The provider does not know a task of this id/),
  ]);
  const again = reduce(reduce(given, at(T0 + DAY, { type: "retried" })), abandoned(T0 + 15 * DAY));
  expect(viewOf(again).failure?.advice).toMatch(/14 days/);
});

test("a repeat, an overflow or another product's callback does not open an abandoned task", () => {
  const text = observed(observation("text", [silentB]));
  const given = abandoned(T0 + 14 * DAY);
  const late = T0 + 15 * DAY;
  const repeat = { ...text, lastAt: late, times: 2 };
  const overflow = at(late, { type: "overflowed", count: 1, lastAt: late });
  const sibling = observed(observation("complete", [], { product: "wav" }), { at: late });
  for (const event of [repeat, overflow, sibling]) {
    const task = taskOf(text, given, event);
    expect(stageOf(task)).toBe("failed");
    expect(task.settledAt).toBe(T0 + 14 * DAY);
  }
});

test("what the provider said of a failure counts over our own giving up", () => {
  const task = taskOf(noCredits, abandoned(T0 + 14 * DAY));
  expect(failureShown(task)).toMatchObject({ reason: "no_credits" });
});

test("what another product's task is told of music changes nothing of what shows", () => {
  const wav = observed(observation("complete", [], { product: "wav", files: [{ name: "wav", link: A }] }));
  const { version } = taskOf(wav);
  expect(taskOf(wav, observed(observation("text"))).version).toBe(version);
  expect(taskOf(wav, noCredits).version).toBe(version + 1);
  const tracks = observed(observation("text", [a]), { verdict: "hmac" });
  expect(viewOf(taskOf(wav, tracks))).toMatchObject({ product: "wav", version, tracks: [] });
  expect(catalogRowOf(taskOf(wav, tracks), T0, null)).toMatchObject({ title: null, trackIds: [] });
  // Another product shows, though nothing of it counts yet.
  const verdict = "hmac_unconfirmed";
  const claims = [observed(observation("text"), { verdict }), { ...wav, verdict }];
  expect(
    claims.map((_, index) => viewOf(taskOf(...claims.slice(0, index + 1)))).map((view) => [view.product, view.version]),
  ).toEqual([
    ["music", 1],
    ["wav", 2],
  ]);
});

test("new links are not made for a whole file that sounds bad, or is another take's: they would lead to the same", async () => {
  const audio = unheard({ format: "mp3", durationSeconds: 180 });
  const source = { verdict: "pass" as const, findings: [], audio, sha256: "source" };
  const submitted = at(T0 - 1, { type: "submitted", ref: "r", request: {}, source });
  const keptAs = (sha256: string) => [
    copied(T0, A, { trackId: "track-a", sha256, container: audio }),
    copied(T0, B, { trackId: "track-b", attempt: 2, sha256, container: audio }),
  ];
  for (const sha256 of ["source", "same"]) {
    const task = taskOf(submitted, complete, ...keptAs(sha256));
    expect([sha256, whyNoRecovery(task)]).toEqual([sha256, "nothing_missing"]);
    expect(await actionsOf(task)).not.toContain("/recover");
    for (const { doubt } of tracksOf(task).map((track) => audioStatus(task, track))) expect(doubt).not.toBeNull();
  }
});

test("a task is whole where each of its files is kept and none is in doubt", async () => {
  const [keptA, keptB] = [copied(T0, A, { trackId: "track-a" }), copied(T0, B, { trackId: "track-b", attempt: 2 })];
  expect(whyNoRecovery(taskOf(complete, keptA, keptB))).toBe("nothing_missing");
  expect(whyNoRecovery(taskOf(complete, keptA))).toBeNull();
  const cut = taskOf(complete, keptA, { ...keptB, lastResort: "truncated: cut", container: unheard({}) });
  expect(whyNoRecovery(cut)).toBeNull();
  expect(await actionsOf(cut)).toContain("/recover");
  expect(whyNoRecovery(taskOf(observed(observation("text"))))).toBeNull();
});

async function actionsOf(task: Task): Promise<string> {
  // It is an object that holds the text.
  return (
    await html`${TaskActions({ view: viewOf(task), help: null, canNotify: false, canRecover: true })}`
  ).toString();
}
