/** What the record of a recovery says. */
import { expect, test } from "vitest";
import { parseMessage } from "../../../src/core/provider/message.ts";
import { readDelivery, readRecovery, recoveryRef } from "../../../src/core/provider/recovery.ts";

const done = { id: "a", audio_url: "https://cdn.example.com/a.m4a", title: "A", status: "success", error: null };
const failed = { id: "b", audio_url: null, title: "B", status: "failed", error: "clip_error" };

test("code 201 is still running, and never a failure", () => {
  expect(readRecovery({ code: 201, msg: "running", task_id: "r", data: null })).toEqual({ type: "running" });
  expect(readRecovery({ code: "201", data: null })).toEqual({ type: "running" });
});

test("a mix of recovered and failed tracks is done, by the original's audio ids and in their order", () => {
  expect(readRecovery({ code: 200, msg: "success", task_id: "r", data: [done, failed] })).toMatchObject({
    type: "done",
    observation: {
      kind: "recovered",
      tracks: [
        { id: "a", audioLink: done.audio_url },
        { id: "b", audioLink: null },
      ],
    },
  });
  expect(readRecovery({ code: 200, data: [{ audioUrl: done.audio_url }, "junk"] })).toMatchObject({
    observation: { tracks: [{ id: null, audioLink: done.audio_url }] },
  });
});

test("where no track came back, the provider's own word says why", () => {
  expect(readRecovery({ code: 200, data: [failed] })).toEqual({ type: "failed", reason: "not_recovered: clip_error" });
  expect(readRecovery({ code: 500, msg: "no_audio_id_mappings", data: null })).toEqual({
    type: "failed",
    reason: "not_recovered: no_audio_id_mappings",
  });
  expect(readRecovery({ code: 500, msg: "The original Suno\n task does not exist." })).toEqual({
    type: "failed",
    reason: "not_recovered: code 500, “The original Suno task does not exist.”",
  });
  const long = readRecovery({ code: 501, msg: "word ".repeat(1_000) });
  expect(long.type === "failed" && long.reason.length).toBeLessThan(400);
});

test("what tells no end is still running: it was paid for", () => {
  for (const body of [
    { code: 200, msg: "success", data: null },
    { code: 200, msg: "success", task_id: "r" },
    { code: 200, data: [] },
    { code: 200, data: [{ id: "a", audio_url: null, status: "processing" }] },
    { code: 429, msg: "too many requests", data: null },
    null,
    "text",
    {},
  ])
    expect(readRecovery(body)).toEqual({ type: "running" });
});

test("a delivery is read as a recovery's under the name of that task's recovery alone", () => {
  const body = { code: 200, msg: "success", task_id: "r", data: [done, failed] };
  expect(readDelivery(body, parseMessage(body), "original", recoveryRef("original"))).toMatchObject({
    observation: { kind: "recovered", tracks: [{ id: "a" }, { id: "b" }] },
    recovery: { id: "r", reason: null },
  });
  const lost = { code: 500, msg: "no_audio_id_mappings", data: null };
  expect(readDelivery(lost, parseMessage(lost), "original", recoveryRef("original"))).toMatchObject({
    observation: { kind: "unknown", failure: null },
    recovery: { id: null, reason: "not_recovered: no_audio_id_mappings" },
  });
  for (const ref of [null, "mine", recoveryRef("other")]) {
    const ordinary = { code: 200, data: { callbackType: "text", task_id: "original", data: [] } };
    expect(readDelivery(ordinary, parseMessage(ordinary), "original", ref)).toMatchObject({
      observation: { kind: "text" },
    });
    expect(readDelivery(ordinary, parseMessage(ordinary), "original", ref).recovery).toBeUndefined();
  }
});
