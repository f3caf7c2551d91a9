/** RETENTION_DAYS: counted from the settlement, never of an open task, and gone the same way as a deletion. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watch } from "../../../src/platform/watchdog.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { playProvider, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { configure } from "../settings.ts";
import { callback, reading, viewOf, worker } from "../worker.ts";

configure({ RETENTION_DAYS: "5" });
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const AUDIO = "https://cdn.example.com/song.mp3";

let provider: PlayedProvider;

beforeEach(() => {
  provider = playProvider();
  provider.files.set(AUDIO, SONG);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + DAY_MS });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a settled task is deleted five days after it settled, files and all", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  await pass(taskId, 3 * DAY_MS);
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await pass(taskId, 2_000);
  expect(await viewOf(taskId)).toMatchObject({ settled: true, tracks: [{ audio: { state: "stored" } }] });
  expect(await filesOf(taskId)).toHaveLength(1);
  await pass(taskId, 5 * DAY_MS - HOUR_MS);
  expect(await statusOf(taskId)).toBe(200);
  await pass(taskId, HOUR_MS);
  expect(await statusOf(taskId)).toBe(410);
  await pass(taskId, 2_000);
  expect(await filesOf(taskId)).toEqual([]);
  expect(await env.STATE.get(`task:${taskId}`, "json")).toMatchObject({ deleted: true });
  expect(await (await worker(reading(`/tasks?q=${taskId}`))).json()).toMatchObject({ items: [] });
  expect((await worker(callback(message(taskId, "first")))).status).toBe(200);
  expect(await statusOf(taskId)).toBe(410);
});

test("an open task is not deleted, however old it is", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  await pass(taskId, 13 * DAY_MS);
  await watch(env, Date.now());
  await pass(taskId, 2_000);
  expect(await viewOf(taskId)).toMatchObject({ stage: "text", settled: false });
});

test("a task that opened again is kept while it is open, and then for five days more", async () => {
  const taskId = newTaskId();
  await worker(callback(failure(taskId)));
  await pass(taskId, 2_000);
  await pass(taskId, 4 * DAY_MS);
  provider.files.delete(AUDIO);
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await pass(taskId, 2_000);
  await pass(taskId, 2 * DAY_MS);
  // The catalog may still hold it for settled: what it says is only a reason to look.
  await watch(env, Date.now());
  await pass(taskId, 2_000);
  expect(await viewOf(taskId)).toMatchObject({ stage: "complete", settled: false });
  provider.files.set(AUDIO, SONG);
  await pass(taskId, 7 * HOUR_MS);
  expect(await viewOf(taskId)).toMatchObject({ settled: true });
  await pass(taskId, 4 * DAY_MS);
  expect(await statusOf(taskId)).toBe(200);
  await pass(taskId, DAY_MS);
  expect(await statusOf(taskId)).toBe(410);
});

test("a task that settled without an alarm is deleted by the watchdog's round", async () => {
  const taskId = newTaskId();
  await worker(callback(failure(taskId)));
  await pass(taskId, 2_000);
  await runInDurableObject(env.TASKS.getByName(taskId), (_, state) => state.storage.deleteAlarm());
  vi.setSystemTime(Date.now() + 6 * DAY_MS);
  await watch(env, Date.now());
  await pass(taskId, 2_000);
  expect(await statusOf(taskId)).toBe(410);
});

/** So much time goes by, and then the alarm runs. */
async function pass(taskId: string, ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
}

async function statusOf(taskId: string): Promise<number> {
  return (await worker(reading(`/tasks/${taskId}`, { "cache-control": "no-cache" }))).status;
}

async function filesOf(taskId: string): Promise<readonly string[]> {
  return (await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects.map(({ key }) => key);
}
