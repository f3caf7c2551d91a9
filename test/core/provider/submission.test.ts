/** A request to the provider, checked before it costs credits. */
import { expect, test } from "vitest";
import { readEvent, submittedEvent } from "../../../src/core/task/event.ts";
import { requestHash, submissionRequest, unknownOptions } from "../../../src/core/provider/submission.ts";
import { meant } from "../../../src/http/request/wrong-input.ts";
import { T0 } from "../builders.ts";

const request = {
  uploadUrl: "https://songs.example.com/voice.mp3",
  title: "Night",
  tags: "jazz",
  negativeTags: "metal",
};

function accepts(fields: object): boolean {
  return submissionRequest.safeParse({ ...request, ...fields }).success;
}

test("the required fields are required, and texts are neither empty nor too long", () => {
  expect(accepts({})).toBe(true);
  for (const field of Object.keys(request)) {
    expect([field, accepts({ [field]: undefined })]).toEqual([field, false]);
    expect([field, accepts({ [field]: "  " })]).toEqual([field, false]);
  }
  for (const [field, length] of [
    ["title", 100],
    ["tags", 1_000],
    ["negativeTags", 500],
  ] as const) {
    expect([field, accepts({ [field]: "x".repeat(length) })]).toEqual([field, true]);
    expect([field, accepts({ [field]: "x".repeat(length + 1) })]).toEqual([field, false]);
  }
});

test("the source is a web address", () => {
  for (const uploadUrl of [
    "ftp://a.example/x",
    "data:audio/mpeg,x",
    "voice.mp3",
    `https://a.example/${"x".repeat(4_096)}`,
  ])
    expect(accepts({ uploadUrl })).toBe(false);
});

test("a weight goes from 0 to 1 in hundredths", () => {
  for (let n = 0; n <= 100; n += 1) expect([n, accepts({ styleWeight: n / 100 })]).toEqual([n, true]);
  for (const weight of [-0.01, 1.01, 0.005, 0.123, "0.5", null])
    for (const field of ["styleWeight", "weirdnessConstraint", "audioWeight"])
      expect(accepts({ [field]: weight })).toBe(false);
});

test("unknown models and fields pass through, our own field is refused", () => {
  expect(submissionRequest.parse({ ...request, model: "V9", later: 1 })).toMatchObject({ model: "V9", later: 1 });
  expect(accepts({ callBackUrl: "https://elsewhere.example/" })).toBe(false);
  expect(accepts({ vocalGender: "x" })).toBe(false);
  expect(accepts({ ref: "my song" })).toBe(false);
  expect(accepts({ ref: "my-song_1" })).toBe(true);
});

test("equal requests have equal hashes, whatever the order of their fields", () => {
  const fields = { ...request, later: 1, muchLater: 2 };
  const parsed = submissionRequest.parse(fields);
  const turned = submissionRequest.parse(Object.fromEntries(Object.entries(fields).toReversed()));
  expect(requestHash(turned)).toBe(requestHash(parsed));
  expect(requestHash(submissionRequest.parse({ ...fields, title: "Day" }))).not.toBe(requestHash(parsed));
});

test("what was asked is an event that reads back the same", () => {
  const event = submittedEvent("my-song", JSON.stringify(request));
  expect(event).toEqual({ type: "submitted", ref: "my-song", request });
  expect(readEvent("submitted", T0, event)).toEqual({ ...event, at: T0 });
});

test("a field or a model that nobody knows is passed on, and named", () => {
  const known = { ...request, model: "V5", lyrics: "la", ref: "r", force: true };
  expect(unknownOptions(submissionRequest.parse(known), meant)).toEqual([]);
  const told = unknownOptions({ ...request, styleWieght: 0.5, model: "V99" }, meant);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatch(/^styleWieght: .*did you mean `styleWeight`/);
  expect(told[1]).toMatch(/^model: /);
  expect(unknownOptions({ product: "wav", taskId: "t", audioId: "a", sorround: true }, meant)).toEqual([
    expect.stringMatching(/^sorround: /),
  ]);
});
