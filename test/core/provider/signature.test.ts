/** The provider's signature, and what a message may do by the way it was verified. */
import { expect, test } from "vitest";
import { isFresh, sign, signatureHeaders, verifySignature } from "../../../src/core/provider/signature.ts";
import { effective, VERDICTS, weightOf } from "../../../src/core/task/trust.ts";
import { DAY, observation, observed, T0, TASK_ID } from "../builders.ts";

const KEY = "test-webhook-hmac-key";
const TIMESTAMP = "1769670760";
const SIGNATURE = "xG6/yOyrMyJtUdc1yjmHpKLHSHF3MpzOPa6uxSj3qb4=";
const headers = { timestamp: TIMESTAMP, signature: SIGNATURE };

test("the vector of the reference is signed and verified", () => {
  expect(sign(KEY, TASK_ID, TIMESTAMP)).toBe(SIGNATURE);
  expect(verifySignature([KEY], TASK_ID, headers)).toBe(true);
});

test("any of several keys verifies, another key, id or time does not", () => {
  expect(verifySignature(["other", KEY], TASK_ID, headers)).toBe(true);
  expect(verifySignature([KEY, "other"], TASK_ID, headers)).toBe(true);
  expect(verifySignature(["other"], TASK_ID, headers)).toBe(false);
  expect(verifySignature([], TASK_ID, headers)).toBe(false);
  expect(verifySignature([KEY], "other-task", headers)).toBe(false);
  expect(verifySignature([KEY], TASK_ID, { ...headers, timestamp: "1769670761" })).toBe(false);
});

test("headers of another form are no signature", () => {
  expect(signatureHeaders(TIMESTAMP, SIGNATURE)).toEqual(headers);
  for (const timestamp of [undefined, "", "x", "-1", "1.5", "1".repeat(13), " 1"])
    expect(signatureHeaders(timestamp, SIGNATURE)).toBeNull();
  for (const signature of [
    undefined,
    "",
    "x",
    SIGNATURE.slice(0, -1),
    `${SIGNATURE}=`,
    SIGNATURE.replace("/", "_"),
    "é".repeat(43) + "=",
  ])
    expect(signatureHeaders(TIMESTAMP, signature)).toBeNull();
});

test("a signature is fresh for a day, before and after", () => {
  const signedAt = Number(TIMESTAMP) * 1_000;
  for (const age of [0, DAY, -DAY]) expect(isFresh(headers, signedAt + age)).toBe(true);
  for (const age of [DAY + 1, -DAY - 1]) expect(isFresh(headers, signedAt + age)).toBe(false);
});

test("what a message may do depends on how it was verified", () => {
  const weights = Object.fromEntries(VERDICTS.map((verdict) => [verdict, weightOf({ via: "callback", verdict })]));
  expect(weights).toEqual({
    token: "full",
    "token+hmac": "full",
    capability: "full",
    "capability+hmac": "full",
    hmac: "adds",
    hmac_unconfirmed: "none",
    hmac_stale: "none",
  });
  expect(weightOf({ via: "callback", verdict: "of a newer release" })).toBe("none");
  expect(weightOf({ via: "poll", verdict: "record" })).toBe("full");
});

test("a message without weight is not effective", () => {
  const all = ["token", "hmac_stale", "hmac"].map((verdict) => observed(observation("text"), { verdict, at: T0 }));
  expect(effective(all).map(({ verdict }) => verdict)).toEqual(["token", "hmac"]);
  expect(effective(all)).toBe(effective(all));
});
