/** What a message says: whose it is, which stage, where its tracks are. Each shape of the provider's pages once. */
import { expect, test } from "vitest";
import { MAX_TRACKS, type ObservationKind } from "../../../src/core/provider/message.ts";
import { TASK_ID } from "../builders.ts";
import { callback, camelTrack, observationOf, parsed, readTrack, snakeTrack } from "../messages.ts";

test("the task id is found in every place that it has been seen in", () => {
  const messages = [
    { data: { task_id: TASK_ID } },
    { data: { taskId: TASK_ID } },
    { task_id: TASK_ID },
    { taskId: TASK_ID },
    { task_id: TASK_ID, data: [] },
    { taskId: TASK_ID, data: null },
    { data: { response: { taskId: TASK_ID } } },
    { data: { response: { task_id: TASK_ID } } },
    { data: { task_id: ` ${TASK_ID}\n` } },
  ];
  for (const message of messages) expect(parsed(message).taskIds).toEqual([TASK_ID]);
  expect(parsed({ data: { task_id: "2fac****9f72" } }).taskIds).toEqual(["2fac****9f72"]);
  expect(parsed({ data: { task_id: 42 } }).taskIds).toEqual(["42"]);
});

test("all usable ids are told, each once, the most likely first", () => {
  const message = { task_id: "outer", data: { task_id: "one", taskId: "two", response: { taskId: "one" } } };
  expect(parsed(message).taskIds).toEqual(["one", "two", "outer"]);
});

test("an id that cannot name an object is no id", () => {
  const bad = ["", " ", ".", "..", "a/b", "a b", "é", "a".repeat(129), "%2e", null, true, {}, [TASK_ID]];
  for (const id of bad) expect(parsed({ data: { task_id: id } }).taskIds).toEqual([]);
  expect(parsed({ data: { task_id: "../x", taskId: TASK_ID } }).taskIds).toEqual([TASK_ID]);
  expect(parsed({ data: { task_id: "a".repeat(128) } }).taskIds).toHaveLength(1);
});

function numbered(id: string): string {
  return `{"data":{"callbackType":"first","task_id":${id},"data":[{"id":${id},"audio_url":""}]}}`;
}

test("a number that JSON rounds is no id, so that two tasks or tracks never become one", () => {
  const exact = parsed(JSON.parse(numbered("9007199254740991")));
  expect([exact.taskIds, exact.observation.tracks[0]?.id]).toEqual([["9007199254740991"], "9007199254740991"]);
  for (const id of ["9007199254740992", "9007199254740993", "-9007199254740993", "1e21"]) {
    const { taskIds, observation } = parsed(JSON.parse(numbered(id)));
    expect([taskIds, observation.tracks]).toEqual([[], [expect.objectContaining({ id: null })]]);
  }
});

const WORDS: Record<string, ObservationKind> = {
  text: "text",
  TEXT: "text",
  first: "first",
  First: "first",
  complete: "complete",
  COMPLETE: "complete",
  " complete ": "complete",
  completed: "complete",
  task_completed: "complete",
  failed: "failed",
  error: "failed",
  PENDING: "pending",
  TEXT_SUCCESS: "text",
  FIRST_SUCCESS: "first",
  SUCCESS: "complete",
  GENERATING: "pending",
  CREATE_TASK_FAILED: "failed",
  GENERATE_AUDIO_FAILED: "failed",
  CALLBACK_EXCEPTION: "complete",
  SENSITIVE_WORD_ERROR: "failed",
  FAILED: "failed",
  waiting: "pending",
  queuing: "pending",
  generating: "pending",
  success: "complete",
  fail: "failed",
  "a word of next year": "unknown",
};

test("every stage word is understood in every case, as callbackType, status and state", () => {
  for (const [word, kind] of Object.entries(WORDS)) {
    for (const field of ["callbackType", "status", "state"]) {
      expect([word, observationOf({ code: 200, data: { task_id: TASK_ID, [field]: word } }).kind]).toEqual([
        word,
        kind,
      ]);
      expect([word, observationOf({ code: 200, taskId: TASK_ID, [field]: word }).kind]).toEqual([word, kind]);
    }
  }
});

test("an empty stage word gives way to the next field", () => {
  expect(observationOf({ data: { callbackType: "", status: null, state: "success" } }).kind).toBe("complete");
});

const kindOf = (data: unknown) => observationOf({ code: 200, task_id: TASK_ID, data }).kind;

test("without a stage word the tracks tell it", () => {
  const silent = { id: "two", audio_url: "" };
  expect(kindOf([snakeTrack])).toBe("complete");
  expect(kindOf([snakeTrack, silent])).toBe("first");
  expect(kindOf([silent])).toBe("text");
  expect(kindOf([])).toBe("unknown");
});

test("tracks are found in every place that they have been seen in", () => {
  const market = JSON.stringify({ data: [snakeTrack] });
  const messages = [
    callback("complete"),
    { code: 200, task_id: TASK_ID, callbackType: "complete", data: [snakeTrack] },
    { code: 200, data: { taskId: TASK_ID, status: "SUCCESS", response: { taskId: TASK_ID, sunoData: [camelTrack] } } },
    { code: 200, data: { taskId: TASK_ID, status: "SUCCESS", response: { data: [camelTrack] } } },
    { code: 200, data: { taskId: TASK_ID, state: "success", resultJson: market } },
    { code: 200, data: { taskId: TASK_ID, callbackType: "task_completed", resultJson: { data: [snakeTrack] } } },
    { code: 200, data: { taskId: TASK_ID, state: "success", resultJson: JSON.stringify({ sunoData: [camelTrack] }) } },
    { code: 200, data: { task_id: TASK_ID, callbackType: "complete", data: [], response: { sunoData: [camelTrack] } } },
  ];
  for (const message of messages)
    expect(observationOf(message)).toEqual({ kind: "complete", failure: null, tracks: [readTrack], tracksDropped: 0 });
});

test("a result that is no JSON, or no object, holds no tracks", () => {
  for (const resultJson of ["", "{", "[]", "null", "7", 7, null])
    expect(observationOf({ code: 200, data: { state: "success", resultJson } })).toMatchObject({
      kind: "complete",
      tracks: [],
    });
});

test("first carries both tracks, the unfinished one without link and duration", () => {
  const { duration, ...unfinished } = { ...snakeTrack, id: "two", audio_url: "" };
  const { kind, tracks } = observationOf(callback("first", [snakeTrack, unfinished]));
  expect(kind).toBe("first");
  expect(tracks).toMatchObject([
    { id: "e231-snake", durationSeconds: duration },
    { id: "two", audioLink: null, durationSeconds: null },
  ]);
});

test("text comes empty or with tracks that have no link yet", () => {
  expect(observationOf(callback("text", []))).toMatchObject({ kind: "text", tracks: [] });
  expect(observationOf(callback("text", [{ id: "one", audio_url: "" }]))).toMatchObject({
    kind: "text",
    tracks: [{ id: "one" }],
  });
});

test("an unreadable track never hides its neighbours", () => {
  const { kind, tracks } = observationOf(callback("complete", [null, 7, "x", [], {}, { title: "?" }, snakeTrack]));
  expect(kind).toBe("complete");
  expect(tracks).toEqual([readTrack]);
});

test("a field of another product beside tracks does not hide them", () => {
  const message = {
    code: 200,
    data: { callbackType: "complete", task_id: TASK_ID, data: [snakeTrack], video_url: null, images: [] },
  };
  expect(observationOf(message)).toMatchObject({ kind: "complete", tracks: [readTrack] });
});

test("a liar's list is cut at the bound and the rest is counted", () => {
  const tracks = Array.from({ length: 10_000 }, (_, n) => ({ id: `n${n}` }));
  const { tracks: kept, tracksDropped } = observationOf(callback("complete", tracks));
  expect(kept).toHaveLength(MAX_TRACKS);
  expect(tracksDropped).toBe(10_000 - MAX_TRACKS);
});
