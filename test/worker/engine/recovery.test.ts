/** Nobody calls, links die, alarms get lost, a signature proves little: each has its remedy, and each remedy a test. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { sign } from "../../../src/core/provider/signature.ts";
import { watch } from "../../../src/platform/watchdog.ts";
import { reaching } from "../reach.ts";
import { message, newTaskId, track } from "../messages.ts";
import { playProvider, recordOf, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { SECRETS } from "../secrets.ts";
import { configureWithKey } from "../settings.ts";
import {
  acting,
  callback,
  eventsOf,
  inboxEntries,
  problemOf,
  reading,
  signedCallback,
  viewOf,
  worker,
  workerWith,
  type Fetch,
} from "../worker.ts";

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

test("a recovery is asked for once, followed by the alarm, and its links join the original task by audio id", async () => {
  const taskId = newTaskId();
  const [dead, fresh] = [`https://cdn.example.com/${taskId}/dead.mp3`, song(taskId)];
  provider.files.set(dead, null);
  provider.records.set(taskId, recordOf(taskId, [track("a", { audio_url: dead })]));
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: dead })])));
  await vi.waitFor(async () => expect((await audioOf(taskId))?.attempts).toBe(1), PATIENTLY);
  provider.recoveries.push(
    { code: 201, msg: "running", task_id: "rec-1", data: null },
    {
      code: 200,
      msg: "success",
      task_id: "rec-1",
      data: [{ id: "a", audio_url: fresh, status: "success", error: null }],
    },
  );
  const asked = await worker(acting("POST", `/tasks/${taskId}/recover`));
  expect([asked.status, (await asked.json<{ recovery: object }>()).recovery]).toMatchObject([
    202,
    { state: "running", by: "person" },
  ]);
  await worker(acting("POST", `/tasks/${taskId}/recover`));
  await vi.waitFor(async () => expect(await audioOf(taskId)).toMatchObject({ state: "stored" }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({
    stage: "complete",
    recovery: { state: "done" },
    tracks: [{ trackId: "a" }],
  });
  expect(provider.recovered).toHaveLength(1);
  expect(provider.recovered[0]).toMatchObject({ sunoTaskId: taskId, task_id: taskId });
});

test("a recovery's own callback brings its links, whatever its record says, and leaves nothing in the inbox", async () => {
  const { taskId, callBackUrl } = await recovering("running");
  // As long as it is asked, the record says nothing.
  provider.recoveries.push(...Array.from({ length: 500 }, () => ({ code: 200, msg: "success", data: null })));
  expect((await called(callBackUrl, { code: 201, msg: "running", task_id: "rec-1", data: null })).status).toBe(200);
  expect(await viewOf(taskId)).toMatchObject({ recovery: { state: "running" } });
  const item = { id: "a", audio_url: song(taskId), title: "A", status: "success", error: null };
  const done = { code: 200, msg: "success", task_id: "rec-1", data: [item] };
  for (let times = 0; times < 2; times += 1) expect((await called(callBackUrl, done)).status).toBe(200);
  await vi.waitFor(async () => expect(await audioOf(taskId)).toMatchObject({ state: "stored" }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({ recovery: { state: "done" }, tracks: [{ trackId: "a" }], ref: null });
  expect((await inboxEntries()).filter(({ body }) => body.includes("rec-1"))).toEqual([]);
  expect((await worker(reading("/tasks/rec-1"))).status).toBe(404);
});

test("a recovery's callback without links ends it with the provider's word", async () => {
  const { taskId, callBackUrl } = await recovering("running");
  provider.recoveries.push(...Array.from({ length: 500 }, () => ({ code: 201, msg: "running", data: null })));
  // Of an earlier one, perhaps.
  await called(callBackUrl, { code: 500, msg: "feed_failed", task_id: "rec-0", data: null });
  expect(await viewOf(taskId)).toMatchObject({ recovery: { state: "running" } });
  await called(callBackUrl, { code: 500, msg: "no_audio_id_mappings", task_id: "rec-1", data: null });
  expect(await viewOf(taskId)).toMatchObject({
    recovery: { state: "failed", reason: "not_recovered: no_audio_id_mappings" },
  });
});

test("a callback completes a recovery whose answer was lost", async () => {
  provider.recover = { msg: "half an answer" };
  const { taskId, callBackUrl } = await recovering("failed");
  const item = { id: "a", audio_url: song(taskId), status: "success", error: null };
  await called(callBackUrl, { code: 200, msg: "success", task_id: "rec-9", data: [item] });
  await vi.waitFor(async () => expect(await audioOf(taskId)).toMatchObject({ state: "stored" }), PATIENTLY);
  expect(await viewOf(taskId)).toMatchObject({ recovery: { state: "done", reason: null } });
});

test("the callBackUrl of a recovery is good for its task alone, and one out of reach has it delivered later", async () => {
  const { taskId, callBackUrl } = await recovering("running");
  provider.recoveries.push(...Array.from({ length: 500 }, () => ({ code: 201, msg: "running", data: null })));
  const other = newTaskId();
  await worker(callback(message(other, "complete", [track("a", {})])));
  const body = { code: 200, task_id: "rec-1", data: [{ id: "a", audio_url: song(taskId), status: "success" }] };
  await called(callBackUrl.replace(taskId, other), body);
  expect((await viewOf(other)).tracks).toMatchObject([{ audio: { state: "waiting" } }]);
  const cut = workerWith({ TASKS: reaching(env.TASKS, () => false) });
  expect((await called(callBackUrl, body, cut)).status).toBe(200);
  expect(await viewOf(taskId)).toMatchObject({ recovery: { state: "running" } });
  await watch(env, Date.now());
  expect(await viewOf(taskId)).toMatchObject({ recovery: { state: "done" } });
});

test("a recovery that the provider refuses says so in the provider's words, without a secret", async () => {
  const taskId = newTaskId();
  const echo = `/callback/${SECRETS.CALLBACK_TOKEN}`;
  provider.recover = { code: 500, msg: `The original Suno task does not exist, says ${echo}.`, data: null };
  await worker(callback(message(taskId, "text", [track("a", {})])));
  await worker(acting("POST", `/tasks/${taskId}/recover`));
  await vi.waitFor(async () => {
    expect(await viewOf(taskId)).toMatchObject({
      recovery: {
        state: "failed",
        reason: expect.stringMatching(
          /^refused_500: the provider answered with code 500, “The original Suno task does not exist, says /,
        ) as unknown,
      },
    });
  }, PATIENTLY);
  expect(JSON.stringify(await viewOf(taskId))).not.toContain(SECRETS.CALLBACK_TOKEN);
});

test("of another product than music no new links are asked for: it costs credits, and gives none", async () => {
  const dead = "https://cdn.example.com/gone.wav";
  provider.files.set(dead, null);
  for (const data of [
    { audioWavUrl: dead },
    { vocal_removal_info: { vocal_url: dead } },
    { something_new_url: dead },
  ]) {
    const taskId = newTaskId();
    await worker(callback({ code: 200, msg: "ok", data: { task_id: taskId, ...data } }));
    const refused = await worker(acting("POST", `/tasks/${taskId}/recover`));
    expect([refused.status, await problemOf(refused)]).toMatchObject([
      409,
      { type: "urn:backline:problem:not_recoverable", detail: expect.stringContaining("/retry") as unknown },
    ]);
    expect((await viewOf(taskId)).recovery).toBeNull();
    const page = await (await worker(reading(`/tasks/${taskId}`, { accept: "text/html" }))).text();
    expect(page).not.toContain("/recover");
  }
  expect(provider.recovered).toEqual([]);
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

test("200 forged bodies under one captured signature leave the real end confirmed", async () => {
  const taskId = newTaskId();
  provider.records.set(taskId, recordOf(taskId, [], "PENDING"));
  const captured = signed(taskId);
  await worker(signedCallback(message(taskId, "text"), captured));
  for (let forged = 0; forged < 200; forged += 1) {
    const evil = track(`evil${forged}`, { audio_url: song(taskId) });
    expect((await worker(signedCallback(message(taskId, "complete", [evil]), captured))).status).toBe(200);
  }
  provider.records.set(taskId, recordOf(taskId, [{ id: "a", audioUrl: song(taskId) }]));
  await worker(signedCallback(message(taskId, "complete", [track("a", { audio_url: song(taskId) })]), signed(taskId)));
  const view = await settled(taskId);
  expect(view).toMatchObject({ stage: "complete", stages: { complete: { via: "poll" } } });
  expect(view.tracks.map(({ trackId, audio }) => [trackId, audio.state])).toEqual([["a", "stored"]]);
}, 30_000);

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

async function audioOf(taskId: string) {
  return (await viewOf(taskId)).tracks[0]?.audio;
}

/** A task whose file is gone, and of which new links were asked for: where the provider is to call back. */
async function recovering(state: string): Promise<{ readonly taskId: string; readonly callBackUrl: string }> {
  const taskId = newTaskId();
  const dead = `https://cdn.example.com/${taskId}/dead.mp3`;
  provider.files.set(dead, null);
  provider.recoveries.push({ code: 200, msg: "success", data: null });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: dead })])));
  await worker(acting("POST", `/tasks/${taskId}/recover`));
  await vi.waitFor(() => expect(provider.recovered).toHaveLength(1), PATIENTLY);
  await vi.waitFor(async () => expect(await viewOf(taskId)).toMatchObject({ recovery: { state } }), PATIENTLY);
  const asked = z.object({ callBackUrl: z.string(), call_back_url: z.string() }).parse(provider.recovered[0]);
  expect(asked.call_back_url).toBe(asked.callBackUrl);
  return { taskId, callBackUrl: asked.callBackUrl };
}

function called(callBackUrl: string, body: object, as: Fetch = worker): Promise<Response> {
  return as(new Request(callBackUrl, { method: "POST", body: JSON.stringify(body) }));
}
