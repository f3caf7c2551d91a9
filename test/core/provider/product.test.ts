/** Other products on the same callBackUrl: each body of their documents is known by its mark. */
import { expect, test } from "vitest";
import type { OtherProduct } from "../../../src/core/provider/product.ts";
import { fold } from "../../../src/core/task/reduce.ts";
import { due, nextWake } from "../../../src/core/next/agenda.ts";
import { scoreboardOf } from "../../../src/core/view/statistics.ts";
import { usualOf } from "../../../src/core/view/usual.ts";
import { catalogRowOf } from "../../../src/core/view/catalog-row.ts";
import { viewOf } from "../../../src/core/view/view.ts";
import { audioUrl, DAY, listed, observation, observed, T0, TASK_ID, taskOf } from "../builders.ts";
import { askingPace } from "../history.ts";
import { observationOf, parsed } from "../messages.ts";

const WAV = "https://cdn.example.com/a.wav";
const PNG = "https://cdn.example.com/a.png";
const MP3 = "https://cdn.example.com/a.mp3";
const MP4 = "https://cdn.example.com/a.mp4";
const NOTES = [{ name: "Drums", notes: [{ pitch: 36, start: "0.45", end: "0.55", velocity: 1 }] }];
const RECOVERED = { id: "a", audio_url: "https://cdn.example.com/a.m4a", status: "success", error: null };
const UNRECOVERED = { id: "b", audio_url: null, status: "failed", error: "clip_error" };

function ok(data: object): object {
  return { code: 200, msg: "success", data: { task_id: TASK_ID, ...data } };
}

function no(code: number, data: object): object {
  return { code, msg: "no", data: { task_id: TASK_ID, ...data } };
}

/** The bodies of the provider's pages. */
const COMPLETE: readonly (readonly [OtherProduct, object])[] = [
  ["cover_art", { code: 200, msg: "success", data: { taskId: TASK_ID, images: [PNG, PNG] } }],
  ["wav", ok({ audioWavUrl: WAV })],
  ["wav", ok({ audio_wav_url: WAV })],
  ["wav", ok({ musicId: "m", response: { audioWavUrl: WAV }, successFlag: "SUCCESS" })],
  ["stems", ok({ vocal_removal_info: { origin_url: "", instrumental_url: MP3, vocal_url: MP3 } })],
  ["stems", ok({ vocal_separation_info: { vocal_url: MP3, drums_url: MP3 } })],
  ["stems", ok({ vocal_removal_info: { origin_data: [{ extract: { id: "x", audio_url: MP3 }, remove: {} }] } })],
  ["stems", ok({ response: { id: "x", vocalUrl: MP3, originData: [] }, successFlag: "SUCCESS" })],
  ["midi", { task_id: TASK_ID, code: 200, msg: "success", data: { state: "complete", instruments: NOTES } }],
  ["midi", ok({ state: "complete", instruments: NOTES })],
  ["video", ok({ video_url: MP4 })],
  ["video", ok({ response: { videoUrl: MP4 }, successFlag: "SUCCESS" })],
  ["lyrics", ok({ callbackType: "complete", data: [{ text: "[Verse] la", title: "Song", status: "complete" }] })],
  ["lyrics", ok({ callbackType: "complete", lyricsData: [{ text: "[Verse] la", title: "Song" }] })],
  ["recovery", { code: 200, msg: "success", task_id: TASK_ID, data: [RECOVERED, UNRECOVERED] }],
  ["voice", ok({ voiceId: "v", status: "success" })],
  ["voice", ok({ validateInfo: "Sing this", status: "wait_validating" })],
  ["wav", ok({ state: "success", resultJson: JSON.stringify({ resultUrls: [WAV] }) })],
  ["video", ok({ model: "ai-music-api/create-music-video", state: "success", resultJson: '{"resultUrls":["x"]}' })],
  ["lyrics", ok({ state: "success", resultJson: JSON.stringify({ resultObject: { lyricsData: [{ text: "la" }] } }) })],
  ["unknown", ok({ state: "success", resultJson: JSON.stringify({ resultUrls: [MP3] }) })],
  ["unknown", ok({ something_new_url: MP3 })],
];

const FAILED: readonly (readonly [OtherProduct, object])[] = [
  ["cover_art", { code: 501, msg: "no", data: { taskId: TASK_ID, images: null } }],
  ["wav", no(400, { audioWavUrl: null })],
  ["stems", no(500, { vocal_removal_info: null })],
  ["stems", no(501, { vocal_separation_info: null })],
  ["video", no(500, { video_url: null })],
  ["recovery", { code: 200, msg: "success", task_id: TASK_ID, data: [UNRECOVERED] }],
  ["voice", ok({ voiceId: null, status: "fail", errorCode: 400, errorMessage: "no" })],
  ["wav", ok({ response: { audioWavUrl: "" }, successFlag: "GENERATE_WAV_FAILED", errorCode: 500 })],
  ["cover_art", ok({ response: { images: [] }, successFlag: 3 })],
  ["wav", ok({ model: "ai-music-api/convert-to-wav-format", state: "fail", failCode: 500, failMsg: "no" })],
  ["unknown", { code: 500, msg: "no_audio_id_mappings", task_id: TASK_ID, data: null }],
];

test("each product is known by its mark, complete at once, and never taken for music", () => {
  for (const [product, body] of COMPLETE) {
    const { taskIds, observation: read } = parsed(body);
    expect([body, taskIds]).toEqual([body, [TASK_ID]]);
    expect([body, read]).toEqual([body, { product, kind: "complete", failure: null, tracks: [], tracksDropped: 0 }]);
    const task = taskOf(observed(read));
    expect(viewOf(task)).toMatchObject({
      product,
      stage: "complete",
      settled: true,
      outcome: "complete",
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

test("what a record says is under way is neither", () => {
  for (const body of [
    ok({ response: { audioWavUrl: null }, successFlag: "PENDING" }),
    ok({ response: { images: [] }, successFlag: 2 }),
  ])
    expect(observationOf(body)).toMatchObject({ kind: "pending", failure: null });
  expect(observationOf({ code: 201, msg: "running", task_id: TASK_ID, data: null }).failure).toBeNull();
});

test("of another product nobody is asked, it never stalls, is never given up, and counts in no statistics", () => {
  const bodies = [...COMPLETE, ...FAILED].map(([, body]) => body);
  const pending = ok({ response: { audioWavUrl: null }, successFlag: "PENDING" });
  for (const body of [...bodies, pending]) {
    const task = taskOf(observed(observationOf(body)));
    const wanted = due(task, T0 + 20 * DAY, askingPace).map(({ type }) => type);
    expect([body, wanted]).toEqual([body, body === pending ? [] : ["publish"]]);
    expect(nextWake(task, askingPace) === null).toBe(body === pending);
    const row = catalogRowOf(task, T0, null);
    expect(scoreboardOf([row], T0)).toMatchObject({ tasks: { all: 0, failed: 0 }, failures: [] });
    expect(usualOf(Array.from({ length: 20 }, () => ({ ...row, completeAt: T0 + DAY }))).complete).toBeNull();
  }
});

test("a signature alone makes no question about another product", () => {
  const claim = observed(observationOf(ok({ audioWavUrl: WAV })), { verdict: "hmac_unconfirmed" });
  expect(due(taskOf(claim), T0 + DAY, askingPace)).toEqual([]);
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
