/** Failures: told apart by code, then by word, never by their wording. */
import { expect, test } from "vitest";
import { FAILURES, failureOf, type FailureReason } from "../../../src/core/provider/failure.ts";
import { TASK_ID } from "../builders.ts";
import { callback, observationOf, readTrack, snakeTrack } from "../messages.ts";
import { like } from "../matchers.ts";

const BY_CODE: readonly (readonly [number, FailureReason, boolean])[] = [
  [400, "invalid_request", false],
  [422, "invalid_request", false],
  [401, "unauthorized", false],
  [402, "no_credits", true],
  [429, "no_credits", true],
  [405, "rate_limited", true],
  [430, "rate_limited", true],
  [408, "timeout", true],
  [413, "too_long", false],
  [451, "source_unreachable", true],
  [409, "invalid_request", false],
  [433, "no_credits", true],
  [505, "provider_error", true],
  [455, "provider_error", true],
  [500, "provider_error", true],
  [501, "provider_error", true],
  [531, "refunded", true],
  [418, "unknown", true],
  [0, "unknown", true],
];

test("each code of the provider's table has its reason", () => {
  for (const [code, reason, retryable] of BY_CODE) {
    for (const given of [code, String(code), ` ${code} `]) {
      expect(
        observationOf({ code: given, msg: "any", data: { callbackType: "failed", task_id: TASK_ID } }),
      ).toMatchObject({
        kind: "failed",
        failure: { reason, code, message: "any", retryable, refunded: reason === "refunded" },
      });
    }
  }
});

test("a failure without a code goes by its word", () => {
  const reasons = {
    CREATE_TASK_FAILED: "invalid_request",
    SENSITIVE_WORD_ERROR: "content_rejected",
    GENERATE_AUDIO_FAILED: "provider_error",
    failed: "provider_error",
    error: "provider_error",
    fail: "provider_error",
  };
  for (const [status, reason] of Object.entries(reasons))
    expect(observationOf({ code: 200, data: { task_id: TASK_ID, status } }).failure).toMatchObject({
      reason,
      code: null,
    });
});

test("the code decides over the stage word", () => {
  expect(observationOf(callback("complete", null, { code: 400 }))).toMatchObject({
    kind: "failed",
    failure: { reason: "invalid_request" },
  });
  expect(observationOf(callback("failed", [], { code: 200 }))).toMatchObject({
    kind: "failed",
    failure: { reason: "provider_error", code: null },
  });
});

test("a failure comes with data null, empty or missing", () => {
  for (const data of [null, [], {}, undefined, "gone"])
    expect(observationOf({ code: 500, msg: "x", task_id: TASK_ID, data })).toMatchObject({
      kind: "failed",
      tracks: [],
    });
});

test("an error text alone is a failure, beside code 200 it is not", () => {
  expect(observationOf({ task_id: TASK_ID, error: "boom" })).toMatchObject({
    kind: "failed",
    failure: { message: "boom", code: null },
  });
  expect(observationOf({ code: 200, task_id: TASK_ID, error: "boom" })).toMatchObject({
    kind: "unknown",
    failure: null,
  });
  expect(observationOf({ code: 451, error: "refused" }).failure).toMatchObject({
    reason: "source_unreachable",
    message: "refused",
  });
});

test("a failed record names its own code and message", () => {
  const record = {
    code: 200,
    msg: "success",
    data: { taskId: TASK_ID, status: "GENERATE_AUDIO_FAILED", errorCode: 531, errorMessage: "refunded" },
  };
  expect(observationOf(record).failure).toMatchObject({
    reason: "refunded",
    code: 531,
    message: "refunded",
    refunded: true,
  });
  const market = { code: 200, data: { taskId: TASK_ID, state: "fail", failCode: "422", failMsg: "too loud" } };
  expect(observationOf(market).failure).toMatchObject({ reason: "invalid_request", code: 422, message: "too loud" });
  const nothing = { code: 200, data: { taskId: TASK_ID, status: "FAILED", errorCode: 200 } };
  expect(observationOf(nothing).failure).toMatchObject({ reason: "provider_error", code: null });
});

test("a code that is no whole number is no code", () => {
  for (const code of ["", "abc", "-1", "1e3", 200.5, null, true, [400], "99999999"])
    expect([code, observationOf({ code, data: { callbackType: "text", task_id: TASK_ID } }).kind]).toEqual([
      code,
      "text",
    ]);
});

test("a failure keeps the tracks that it brings", () => {
  expect(observationOf(callback("failed", [snakeTrack], { code: 500 }))).toMatchObject({
    kind: "failed",
    tracks: [readTrack],
  });
});

test("a failure word counts even beside what no track can be read from", () => {
  expect(observationOf(callback("error", [{ reason: "no track" }]))).toMatchObject({ kind: "failed", tracks: [] });
  expect(observationOf({ code: 200, data: { taskId: TASK_ID, state: "fail", images: [] } }).kind).toBe("failed");
});

test("a wording never changes the reason", () => {
  const reasons = ["refunded", "insufficient credits", "timeout"].map((msg) => failureOf(500, "failed", msg).reason);
  expect(new Set(reasons)).toEqual(new Set(["provider_error"]));
});

test("every reason has an advice that says what to do", () => {
  for (const [reason, { advice }] of Object.entries(FAILURES)) expect([reason, advice]).toEqual([reason, like(/\.$/)]);
});

test("a word that says more than its code wins", () => {
  const said = { code: 400, msg: "no", data: { task_id: TASK_ID, status: "SENSITIVE_WORD_ERROR" } };
  expect(observationOf(said).failure).toMatchObject({ reason: "content_rejected", code: 400, retryable: false });
  expect(observationOf({ ...said, data: { ...said.data, status: "CREATE_TASK_FAILED" } }).failure).toMatchObject({
    reason: "invalid_request",
  });
});

test("a task that is pending with a code that ends it has failed", () => {
  for (const [code, reason] of [
    [413, "too_long"],
    ["400", "invalid_request"],
    [451, "source_unreachable"],
    [531, "refunded"],
  ] as const)
    expect(pendingWith(code)).toMatchObject({ kind: "failed", failure: { reason, message: "no" } });
  for (const code of [0, "", null, 200, 500, 430])
    expect(pendingWith(code)).toMatchObject({ kind: "pending", failure: null });
});

test("201 is no failure, and what could not be fetched is named with its cure", () => {
  expect(
    observationOf({ code: 201, msg: "running", data: { task_id: TASK_ID, status: "PENDING" } }).failure,
  ).toBeNull();
  expect(FAILURES.source_unreachable).toMatchObject({ retryable: true });
  expect(FAILURES.source_unreachable.advice).toContain("Check that every link of the request is public");
  expect(FAILURES.invalid_request.advice).toContain("content");
});

function pendingWith(errorCode: unknown): unknown {
  const data = { taskId: TASK_ID, status: "PENDING", errorCode, errorMessage: "no" };
  return observationOf({ code: 200, data });
}
