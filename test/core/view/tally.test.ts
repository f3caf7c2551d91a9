/** What it took to get a task. */
import { expect, test } from "vitest";
import { addTallies, NOTHING, tallyOf } from "../../../src/core/view/tally.ts";
import { at, audioUrl, copied, failed, listed, observation, observed, SECOND, T0, taskOf } from "../builders.ts";

const [A, B] = [audioUrl("a"), audioUrl("b")];
const tracks = [listed({ id: "a", audioLink: A }), listed({ id: "b", audioLink: B })];

test("repeats are counted, and a stage that only asking told is recovered", () => {
  const text = observed(observation("text"), { times: 3 });
  const first = observed(observation("first", [listed({ id: "a", audioLink: A })]), { via: "poll", verdict: "poll" });
  const complete = observed(observation("complete", tracks), { via: "poll", verdict: "poll", at: T0 + SECOND });
  const late = observed(observation("complete", tracks), { at: T0 + 2 * SECOND });
  expect(tallyOf(taskOf(text))).toEqual({ ...NOTHING, callbacks: 3, repeats: 2 });
  expect(tallyOf(taskOf(text, first, complete, late))).toMatchObject({ callbacks: 4, repeats: 2, recovered: 2 });
  expect(tallyOf(taskOf(text, { ...late, at: T0 }))).toMatchObject({ recovered: 0 });
});

test("kept files are counted with their bytes, and failed attempts by their reason's code", () => {
  const task = taskOf(
    observed(observation("complete", tracks)),
    copied(T0, A, { attempt: 1 }),
    failed(T0, B, false, { attempt: 2, reason: "http_503" }),
    failed(T0 + SECOND, B, false, { attempt: 3, reason: "truncated: 5 of 9 announced bytes arrived" }),
  );
  expect(tallyOf(task)).toMatchObject({ copies: 1, copiedBytes: 1_000, failedCopies: { http_503: 1, truncated: 1 } });
});

test("what failed is counted though its link was good in the end, and a copy that another replaced is not", () => {
  const cut = { attempt: 2, reason: "truncated: 5 of 9 announced bytes arrived" };
  const task = taskOf(
    observed(observation("complete", tracks)),
    failed(T0, A, false, { attempt: 1, reason: "http_503: the server answered 503" }),
    failed(T0 + SECOND, A, false, cut),
    { ...copied(T0 + 2 * SECOND, A, { attempt: 2, trackId: "a" }), lastResort: cut.reason },
    at(T0 + 3 * SECOND, { type: "retried" }),
    observed(observation("complete", [listed({ id: "a", audioLink: audioUrl("whole") })]), { at: T0 + 4 * SECOND }),
    copied(T0 + 5 * SECOND, audioUrl("whole"), { attempt: 3, trackId: "a" }),
  );
  expect(task.stored.size).toBe(2);
  expect(tallyOf(task)).toMatchObject({
    copies: 1,
    copiedBytes: 1_000,
    failedCopies: { http_503: 1, truncated: 1 },
  });
});

test("tallies add up", () => {
  const one = { ...NOTHING, callbacks: 2, copies: 1, failedCopies: { timeout: 1, http_404: 2 } };
  expect(addTallies(one, { ...one, repeats: 1, failedCopies: { http_404: 1 } })).toEqual({
    ...NOTHING,
    callbacks: 4,
    repeats: 1,
    copies: 2,
    failedCopies: { timeout: 1, http_404: 3 },
  });
});
