/** Other products on the same callBackUrl: each body of their documents is known by its mark. */
import { expect, test } from "vitest";
import { OTHER_PRODUCTS, type OtherProduct } from "../../../../src/core/provider/products/products.ts";
import { FIXTURES, no, ok } from "./product-fixtures.ts";
import { parseMessage } from "../../../../src/core/provider/message.ts";
import { fold } from "../../../../src/core/task/reduce.ts";
import { due } from "../../../../src/core/next/agenda.ts";
import { scoreboardOf } from "../../../../src/core/view/statistics.ts";
import { usualOf } from "../../../../src/core/view/usual.ts";
import { productOf } from "../../../../src/core/task/product.ts";
import { stageOf } from "../../../../src/core/task/stage.ts";
import { catalogRowOf } from "../../../../src/core/view/catalog-row.ts";
import { viewOf } from "../../../../src/core/view/view.ts";
import { at, audioUrl, DAY, listed, observation, observed, T0, TASK_ID, taskOf } from "../../builders.ts";
import { askingPace } from "../../history.ts";
import { observationOf, parsed } from "../../messages.ts";

const WAV = "https://cdn.example.com/a.wav";
const MP3 = "https://cdn.example.com/a.mp3";

const COMPLETE: readonly (readonly [OtherProduct, object])[] = [
  ...OTHER_PRODUCTS.flatMap((product) =>
    product === "unknown"
      ? []
      : [...FIXTURES[product].callbacks, ...FIXTURES[product].records].map(({ body }) => [product, body] as const),
  ),
  ["unknown", ok({ state: "success", resultJson: JSON.stringify({ resultUrls: [MP3] }) })],
  ["unknown", ok({ something_new_url: MP3 })],
];

const FAILED: readonly (readonly [OtherProduct, object])[] = [
  ...OTHER_PRODUCTS.flatMap((product) =>
    product === "unknown"
      ? []
      : FIXTURES[product].failures.flatMap(({ body, isNameless }) =>
          isNameless === true ? [] : [[product, body] as const],
        ),
  ),
  ["unknown", { code: 500, msg: "no_audio_id_mappings", task_id: TASK_ID, data: null }],
];

test("each product is known by its mark, complete at once, and never taken for music", () => {
  for (const [product, body] of COMPLETE) {
    const { taskIds, observation: read } = parsed(body);
    expect([body, taskIds]).toEqual([body, [TASK_ID]]);
    expect([body, read]).toMatchObject([body, { product, kind: "complete", failure: null, tracks: [] }]);
    const task = taskOf(observed(read));
    const settled = read.files === undefined;
    expect(viewOf(task)).toMatchObject({
      product,
      stage: "complete",
      settled,
      outcome: settled ? "complete" : null,
      failure: null,
    });
  }
});

test("each product's failure is one, settled at once", () => {
  for (const [product, body] of FAILED) {
    const read = observationOf(body);
    expect([body, read]).toMatchObject([body, { product, kind: "failed", tracks: [] }]);
    const task = taskOf(observed(read));
    expect(viewOf(task)).toMatchObject({ product, stage: "failed", settled: true, outcome: "failed" });
  }
});

test("a product that is text is failed where its fields are there and hold nothing", () => {
  const words = { callbackType: "complete", taskId: TASK_ID };
  const empty: readonly (readonly [OtherProduct, object])[] = [
    ["lyrics", ok({ ...words, data: [{ text: "", title: "", status: "failed", errorMessage: "bad" }] })],
    ["voice", ok({ voiceId: null, status: "success" })],
  ];
  for (const [product, body] of empty) {
    const task = taskOf(observed(parsed(body).observation));
    expect(viewOf(task)).toMatchObject({ product, stage: "failed", settled: true });
    expect(catalogRowOf(task, T0, null).problem).toBe("failed");
  }
  const one = ok({ ...words, data: [{ text: "" }, { text: "la" }] });
  expect(parsed(one).observation.kind).toBe("complete");
});

test("files are named as the provider names them, and by their place where it does not", () => {
  const market = ok({ state: "success", resultJson: JSON.stringify({ resultUrls: [MP3, WAV, "none", MP3] }) });
  expect(namesIn(market)).toEqual(["file-1", "file-2"]);
  const split = { vocalUrl: MP3, "\u00e9Url": WAV, call_back_url: "https://b.example.com", originUrl: null };
  expect(namesIn(ok({ vocal_removal_info: split }))).toEqual(["vocal", "file"]);
});

function record(response: object | null, successFlag: string): object {
  return { code: 200, data: { taskId: TASK_ID, response, successFlag } };
}

test("a record is of the product that was asked for, whatever it holds", () => {
  const piano = parseMessage(record({ pianoUrl: MP3 }, "SUCCESS"), "stems").observation;
  expect(piano).toMatchObject({
    product: "stems",
    kind: "complete",
    files: [{ name: "piano", link: MP3 }],
    tracks: [],
  });
  expect(parseMessage(record(null, "PENDING"), "wav").observation).toMatchObject({ product: "wav", kind: "pending" });
  expect(parseMessage(record({ pianoUrl: MP3 }, "SUCCESS")).observation).not.toHaveProperty("files");
});

test("what a record says is under way is neither", () => {
  for (const body of [
    ok({ response: { audioWavUrl: null }, successFlag: "PENDING" }),
    ok({ response: { images: [] }, successFlag: 2 }),
  ])
    expect(observationOf(body)).toMatchObject({ kind: "pending", failure: null });
  expect(observationOf({ code: 201, msg: "running", task_id: TASK_ID, data: null }).failure).toBeNull();
});

test("another product that is done is asked once for what it is made of, and counts in no statistics", () => {
  const asked = at(T0 + 1, { type: "polled", result: "unchanged", reason: null, lastAt: T0 + 1, times: 1 });
  for (const [, body] of [...COMPLETE, ...FAILED]) {
    const done = taskOf(observed(observationOf(body)));
    const isMade = ["wav", "stems", "video", "cover_art"].includes(productOf(done));
    const isAsked = due(done, T0, askingPace).some(({ type }) => type === "poll");
    expect([body, isAsked]).toEqual([body, isMade && stageOf(done) === "complete"]);
    const task = taskOf(observed(observationOf(body)), asked);
    const wanted = due(task, T0 + 20 * DAY, askingPace).map(({ type }) => type);
    const copies = (observationOf(body).files ?? []).map(() => "copy");
    expect([body, wanted]).toEqual([body, copies.length > 0 ? copies : ["publish"]]);
    const row = catalogRowOf(task, T0, null);
    expect(scoreboardOf([row], T0)).toMatchObject({ tasks: { all: 0, failed: 0 }, failures: [] });
    expect(usualOf(Array.from({ length: 20 }, () => ({ ...row, completeAt: T0 + DAY }))).complete).toBeNull();
  }
});

test("one that is under way is asked about at the pace of music, stalls, and is given up", () => {
  const pending = taskOf(observed(observationOf(ok({ response: { audioWavUrl: null }, successFlag: "PENDING" }))));
  expect(due(pending, T0 + 30_000, askingPace)).toMatchObject([{ type: "poll" }]);
  expect(due(pending, T0 + 20 * DAY, askingPace).map(({ type }) => type)).toEqual(["abandon", "stall", "poll"]);
});

test("what a signature alone says of another product is asked about", () => {
  const claim = observed(observationOf(ok({ audioWavUrl: WAV })), { verdict: "hmac_unconfirmed" });
  expect(due(taskOf(claim), T0 + DAY, askingPace).map(({ type }) => type)).toContain("poll");
});

test("a permanent code is a failure though the record says pending", () => {
  const refused = { response: { audioWavUrl: null }, successFlag: "PENDING", errorCode: 413, errorMessage: "matches" };
  expect(observationOf(ok(refused))).toMatchObject({ product: "wav", kind: "failed", failure: { code: 413 } });
  expect(observationOf(ok({ ...refused, errorCode: 0 }))).toMatchObject({ kind: "pending", failure: null });
});

test("music is music whatever else is said under its id, in any order", () => {
  const song = observed(observation("complete", [listed({ audioLink: audioUrl("a") })]));
  const wav = observed(observationOf(ok({ audioWavUrl: WAV })));
  const lost = observed(observationOf(no(400, { audioWavUrl: null })));
  for (const events of [
    [song, wav, lost],
    [wav, lost, song],
  ])
    expect(viewOf(fold(TASK_ID, events) ?? taskOf(song))).toMatchObject({
      product: "music",
      stage: "complete",
      settled: false,
      failure: null,
      tracks: [{ audio: { state: "queued" } }],
    });
});

test("a failure that names no product is one of the task, whatever that is", () => {
  const text = observed(observation("text"));
  const nameless = observed(observationOf({ code: 531, msg: "no", task_id: TASK_ID, data: null }));
  for (const events of [
    [text, nameless],
    [nameless, text],
  ])
    expect(viewOf(fold(TASK_ID, events) ?? taskOf(text))).toMatchObject({
      product: "music",
      stage: "failed",
      failure: { reason: "refunded" },
    });
});

test("what we submitted is add_instrumental, and music with an empty field of another product is music", () => {
  const submitted = { type: "submitted", at: T0, ref: "mine", request: {} } as const;
  expect(viewOf(taskOf(submitted)).product).toBe("add_instrumental");
  const body = ok({ callbackType: "text", data: [], images: [], video_url: null });
  expect(observationOf(body)).toEqual({ kind: "text", failure: null, tracks: [], tracksDropped: 0 });
});

function namesIn(body: object): readonly string[] {
  return (observationOf(body).files ?? []).map(({ name }) => name);
}
