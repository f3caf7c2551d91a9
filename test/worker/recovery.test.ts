/** Nobody calls, links die, alarms get lost, a signature proves little: each has its remedy, and each remedy a test. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sign } from "../../src/core/provider/signature.ts";
import { watch } from "../../src/platform/watchdog.ts";
import { message, newTaskId, track } from "./messages.ts";
import { playProvider, recordOf, type PlayedProvider } from "./provider-api.ts";
import { SONG } from "./provider-files.ts";
import { SECRETS } from "./secrets.ts";
import { configureWithKey } from "./settings.ts";
import { callback, eventsOf, reading, signedCallback, viewOf, worker } from "./worker.ts";

/** Silence of half a minute is 0.3 s, and an alarm takes a second. */
configureWithKey(100);
const PATIENTLY = { timeout: 8_000, interval: 50 };
const MINUTE_MS = 60_000;

let provider: PlayedProvider;

beforeEach(() => {
  provider = playProvider();
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a task whose callbacks are all lost is completed by asking", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  provider.records.set(taskId, recordOf(taskId, [{ id: "a", audioUrl: song(taskId) }], "CALLBACK_EXCEPTION"));
  const view = await settled(taskId);
  expect(view).toMatchObject({ stage: "complete", tracks: [{ audio: { state: "stored", bytes: SONG.length } }] });
  expect(view.stages).toMatchObject({ text: { via: "callback" }, complete: { via: "poll" } });
});

test("a dead link is replaced by asking for fresh ones", async () => {
  const taskId = newTaskId();
  const dead = `https://cdn.example.com/${taskId}/dead.mp3`;
  provider.files.set(dead, null);
  provider.records.set(taskId, recordOf(taskId, [{ id: "a", audioUrl: song(taskId) }]));
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: dead })])));
  const view = await settled(taskId);
  expect(view.tracks).toMatchObject([{ audio: { state: "stored", attempts: 2 } }]);
  expect(provider.asked.filter((asked) => asked === taskId)).toHaveLength(1);
  const steps = (await eventsOf(taskId)).slice(0, 7);
  expect(steps.map(({ type, via, dead: gone }) => [type, via ?? gone ?? null])).toEqual([
    ["observed", "callback"],
    ["copy_started", null],
    ["copy_failed", true],
    ["observed", "poll"],
    ["polled", null],
    ["copy_started", null],
    ["copied", null],
  ]);
});

test("the watchdog revives a task whose alarm was lost", async () => {
  const taskId = newTaskId();
  provider.records.set(taskId, recordOf(taskId, [{ id: "a", audioUrl: song(taskId) }]));
  await worker(callback(message(taskId, "text")));
  await runInDurableObject(env.TASKS.getByName(taskId), (_, state) => state.storage.deleteAlarm());
  await vi.waitFor(async () => expect(await (await worker(reading(`/tasks?q=${taskId}`))).text()).toContain(taskId));
  await scheduler.wait(1_500);
  expect(await viewOf(taskId)).toMatchObject({ stage: "text", version: 1 });
  await watch(env, Date.now() + MINUTE_MS);
  expect(await settled(taskId)).toMatchObject({ stage: "complete" });
});

test("an HMAC-only delivery counts only after the read-back", async () => {
  const taskId = newTaskId();
  const record = Promise.withResolvers<object>();
  provider.records.set(taskId, record.promise);
  const claim = message(taskId, "complete", [track("a", { audio_url: song(taskId) })]);
  expect((await worker(signedCallback(claim, signed(taskId)))).status).toBe(200);
  await vi.waitFor(() => expect(provider.asked).toContain(taskId), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({
    stage: "pending",
    tracks: [],
    stages: { complete: { unconfirmed: true } },
  });
  record.resolve(recordOf(taskId, [{ id: "a", audioUrl: song(taskId) }]));
  const view = await settled(taskId);
  expect(view).toMatchObject({ stage: "complete", tracks: [{ audio: { state: "stored" } }] });
  expect(view.stages.complete).toEqual({ at: view.stages.complete?.at, via: "poll" });
  expect((await eventsOf(taskId)).flatMap(({ verdict }) => verdict ?? [])).toEqual(["hmac_unconfirmed", "record"]);
});

test("what a signature alone claims and the record denies never counts", async () => {
  const taskId = newTaskId();
  provider.records.set(taskId, recordOf(taskId, [], "PENDING"));
  const forged = message(taskId, "complete", [track("evil", { audio_url: song(taskId) })]);
  await worker(signedCallback(forged, signed(taskId)));
  await vi.waitFor(
    async () => expect(await eventsOf(taskId)).toContainEqual(expect.objectContaining({ type: "polled" })),
    PATIENTLY,
  );
  expect(await viewOf(taskId)).toMatchObject({ stage: "pending", tracks: [] });
});

/** A link of its own for each task, to a song that is there. */
function song(taskId: string): string {
  const url = `https://cdn.example.com/${taskId}/song.mp3`;
  provider.files.set(url, SONG);
  return url;
}

async function settled(taskId: string): ReturnType<typeof viewOf> {
  return vi.waitFor(async () => {
    const view = await viewOf(taskId);
    expect(view.settled).toBe(true);
    return view;
  }, PATIENTLY);
}

function signed(taskId: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return {
    "x-webhook-timestamp": timestamp,
    "x-webhook-signature": sign(SECRETS.CALLBACK_HMAC_KEY, taskId, timestamp),
  };
}
