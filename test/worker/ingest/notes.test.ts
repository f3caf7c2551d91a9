/** Notes are kept as a MIDI file, however many they are: 2 MB of them are more than any other callback may have. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { parseMidi } from "midi-file";
import { afterEach, expect, test, vi } from "vitest";
import { sha256Hex } from "../../../src/core/ids.ts";
import { newTaskId } from "../messages.ts";
import { playProvider } from "../provider-api.ts";
import { SECRETS } from "../secrets.ts";
import { sign } from "../../../src/core/provider/signature.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, eventsOf, reading, signedCallback, viewOf, worker } from "../worker.ts";

configureWithKey(10_000);

afterEach(() => vi.restoreAllMocks());

const MIB = 1_024 * 1_024;
const PATIENTLY = { timeout: 15_000, interval: 50 };

function instruments(notes: number): readonly object[] {
  const played = Array.from({ length: notes }, (_, index) => ({
    pitch: 21 + (index % 88),
    start: (index / 4).toFixed(4),
    end: (index / 4 + 0.2).toFixed(4),
    velocity: 0.8,
  }));
  return [{ name: "Klavier 🎹", notes: played }];
}

const MANY = instruments(32_000);

async function settled(taskId: string): Promise<void> {
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ settled: true }), PATIENTLY);
}

async function keptNotes(taskId: string): Promise<number> {
  const [file] = (await viewOf(taskId)).files;
  expect(file).toMatchObject({ name: "midi", state: "stored", contentType: "audio/midi" });
  const served = await worker(reading(`/tasks/${taskId}/files/midi?download`));
  expect(served.headers.get("content-disposition")).toContain("midi.mid");
  const bytes = new Uint8Array(await served.arrayBuffer());
  expect(sha256Hex(bytes)).toBe(file?.sha256);
  return parseMidi(bytes)
    .tracks.flat()
    .filter(({ type }) => type === "noteOn").length;
}

test("2 MB of notes in a callback are kept: the file, and the message whole", async () => {
  playProvider();
  const taskId = newTaskId();
  const body = { task_id: taskId, code: 200, msg: "success", data: { state: "complete", instruments: MANY } };
  expect(JSON.stringify(body).length).toBeGreaterThan(2 * MIB);
  expect((await worker(callback(body))).status).toBe(200);
  expect((await worker(callback(body))).status).toBe(200);
  await settled(taskId);
  expect(await viewOf(taskId)).toMatchObject({ product: "midi", stage: "complete", outcome: "complete" });
  expect(await keptNotes(taskId)).toBe(32_000);
  const events = await eventsOf(taskId);
  expect(events.find(({ type }) => type === "observed")).toMatchObject({ times: 2, body });
  expect(await (await worker(acting("POST", `/tasks/${taskId}/rebuild`))).json()).toMatchObject({ identical: true });

  // What R2 lost is made of the message again.
  const [object] = (await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects;
  await env.AUDIO.delete(object?.key ?? "");
  await (await worker(reading(`/tasks/${taskId}/files/midi`))).arrayBuffer();
  await vi.waitFor(async () => expect(await keptNotes(taskId)).toBe(32_000), PATIENTLY);

  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  const tables = await runInDurableObject(env.TASKS.getByName(taskId), (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name LIKE 'log%'").toArray(),
  );
  expect(tables).toEqual([]);
});

test("2 MB of notes in a record are kept too", async () => {
  const provider = playProvider();
  const taskId = newTaskId();
  const midiData = { state: "complete", instruments: MANY };
  provider.records.set(taskId, { taskId, audioId: "a", midiData, successFlag: 1, errorCode: 0 });
  await worker(callback({ code: 200, data: { taskId, midiData: null, successFlag: 0 } }));
  await settled(taskId);
  expect(await keptNotes(taskId)).toBe(32_000);
});

test.each([
  ["unreadable_notes", [{ name: "Drums", notes: [{ pitch: 36, start: 0, end: 2_300_000 }] }]],
  ["too_many_instruments", Array.from({ length: 12_000 }, () => instruments(1)[0])],
])("notes of which no file can be made say so, and hold up nobody: %s", async (reason, odd) => {
  playProvider();
  const taskId = newTaskId();
  await worker(callback({ code: 200, data: { taskId, state: "complete", instruments: odd } }));
  await vi.waitFor(async () => expect((await viewOf(taskId)).files[0]?.reason).toContain(`${reason}: `), {
    timeout: 3_000,
    interval: 50,
  });
  expect(await viewOf(taskId)).toMatchObject({ stage: "complete", files: [{ name: "midi", bytes: null }] });
});

test("notes that are kept after the deletion take their own file along", async () => {
  playProvider();
  const taskId = newTaskId();
  const gate = Promise.withResolvers<void>();
  const put = env.AUDIO.put.bind(env.AUDIO);
  vi.spyOn(env.AUDIO, "put").mockImplementation(async (key: string, bytes) => {
    await gate.promise;
    return (await put(key, bytes)) ?? Promise.reject(new Error("nothing was put"));
  });
  const dropped = vi.spyOn(env.AUDIO, "delete");
  await worker(callback({ code: 200, data: { taskId, state: "complete", instruments: instruments(1) } }));
  await vi.waitFor(async () => expect((await viewOf(taskId)).files).toMatchObject([{ attempts: 1 }]), PATIENTLY);
  expect((await worker(acting("DELETE", `/tasks/${taskId}`))).status).toBe(204);
  gate.resolve();
  await vi.waitFor(() => expect(dropped).toHaveBeenCalledWith(`tasks/${taskId}/midi/file-1.mid`), PATIENTLY);
  expect((await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects).toEqual([]);
});

test("nothing else may be so large, and nobody who is known by a signature alone", async () => {
  playProvider();
  const taskId = newTaskId();
  const large = "x".repeat(MIB);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const headers = {
    "x-webhook-timestamp": timestamp,
    "x-webhook-signature": sign(SECRETS.CALLBACK_HMAC_KEY, taskId, timestamp),
  };
  const notes = { code: 200, data: { taskId, instruments: MANY } };
  for (const request of [
    callback({ code: 200, data: { task_id: taskId, callbackType: "text", large } }),
    callback({ instruments: [], code: 200, data: { task_id: taskId, audioWavUrl: "https://a.example.com/a", large } }),
    callback(`{"instruments": ${large}`),
    signedCallback(notes, headers),
    callback({ ...notes, large: large.repeat(4) }),
  ])
    expect((await worker(request)).status).toBe(413);
  expect((await worker(reading(`/tasks/${taskId}`))).status).toBe(404);
});

test("a song without a note is complete without a file", async () => {
  playProvider();
  const taskId = newTaskId();
  await worker(callback({ code: 200, data: { taskId, state: "complete", instruments: [] } }));
  await settled(taskId);
  expect(await viewOf(taskId)).toMatchObject({ stage: "complete", outcome: "complete", files: [] });
});
