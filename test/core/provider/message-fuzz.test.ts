/** Whatever arrives, reading it never throws and what is kept of it is bounded. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isTaskId } from "../../../src/core/ids.ts";
import { isRecord } from "../../../src/core/provider/loose-values.ts";
import { MAX_TRACKS, parseMessage } from "../../../src/core/provider/message.ts";
import { fold } from "../../../src/core/task/reduce.ts";
import { viewOf, taskView } from "../../../src/core/view/view.ts";
import { anyText } from "../any-text.ts";
import { observed, TASK_ID } from "../builders.ts";
import { runs } from "../runs.ts";

/** What an observation may hold at most: sixteen tracks with three links and five texts each. */
const MAX_CHARS = MAX_TRACKS * (3 * 4_096 + 256 + 300 + 2_000 + 100 + 64 + 500) * 6;

function staysBounded(json: unknown): void {
  const { taskIds, observation } = parseMessage(json);
  expect(taskIds.length).toBeLessThanOrEqual(6);
  expect(taskIds.every(isTaskId)).toBe(true);
  expect(observation.tracks.length).toBeLessThanOrEqual(MAX_TRACKS);
  expect(observation.tracksDropped).toBeGreaterThanOrEqual(0);
  expect(observation.failure === null).toBe(observation.kind !== "failed");
  const text = JSON.stringify(observation);
  expect(text.length).toBeLessThan(MAX_CHARS);
  expect(text.isWellFormed()).toBe(true);
  expect(JSON.parse(text)).toEqual(observation);
  const task = fold(TASK_ID, [observed(observation)]);
  expect(taskView.safeParse(task && viewOf(task)).success).toBe(true);
}

test("any JSON value can be read", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => staysBounded(json)),
    { numRuns: runs(300) },
  );
});

const scalar = fc.oneof(
  fc.constantFrom(
    null,
    "",
    "None",
    "complete",
    "failed",
    "first",
    200,
    "200",
    531,
    0,
    true,
    TASK_ID,
    "..",
    "\ud800",
    "\u0000",
  ),
  anyText,
  fc.double({ noNaN: true }),
  fc.webUrl(),
  fc.constant("x".repeat(9_000)),
);
const trackKeys = [
  "id",
  "audio_url",
  "audioUrl",
  "stream_audio_url",
  "image_url",
  "title",
  "tags",
  "duration",
  "model_name",
  "createTime",
  "__proto__",
];
const dataKeys = [
  "callbackType",
  "task_id",
  "taskId",
  "status",
  "state",
  "errorCode",
  "errorMessage",
  "images",
  "video_url",
  "param",
];

/** By its text, so that `__proto__` is a field of it. */
function asObject(json: string): object {
  const parsed: unknown = JSON.parse(json);
  return isRecord(parsed) ? parsed : {};
}

function objectOf(keys: readonly string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc
    .array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 8 })
    .map((entries) =>
      asObject(`{${entries.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`).join()}}`),
    );
}

const list = fc.array(fc.oneof(objectOf(trackKeys, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }))), scalar), {
  maxLength: 20,
});
const near = fc
  .record(
    {
      root: objectOf(["code", "msg", "error", "task_id", "status"], scalar),
      data: objectOf(dataKeys, scalar),
      list,
      place: fc.constantFrom("data", "root", "sunoData", "response", "resultJson", "none"),
    },
    { noNullPrototype: true },
  )
  .map(({ root, data, list, place }) => Object.assign(root, { data: placed(data, list, place) }));

function placed(data: object, list: unknown, place: string): unknown {
  if (place === "root") return list;
  if (place === "data") return { ...data, data: list };
  if (place === "sunoData") return { ...data, response: { taskId: "r", sunoData: list } };
  if (place === "response") return { ...data, response: { data: list } };
  return place === "resultJson" ? { ...data, resultJson: JSON.stringify({ data: list }) } : data;
}

test("what is nearly a message of the provider can be read", () => {
  fc.assert(
    fc.property(near, (json) => staysBounded(json)),
    { numRuns: runs(400) },
  );
});

test("deep nesting and long lists are no trouble", () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const long = Array.from({ length: 10_000 }, () => ({ id: "x".repeat(300), title: "y".repeat(400) }));
  const messages: readonly unknown[] = [
    JSON.parse(deep),
    JSON.parse(`{"data":{"callbackType":"complete","task_id":"t","data":${deep},"resultJson":"[[[["}}`),
    { data: { data: long } },
  ];
  for (const message of messages) expect(() => staysBounded(message)).not.toThrow();
});
