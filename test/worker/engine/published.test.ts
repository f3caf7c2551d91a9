/** What is derived from a task's log: its published state in KV, and its row in the catalog. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import type * as z from "zod";
import { healthReport } from "../../../src/http/routes/site/health.ts";
import { taskList } from "../../../src/http/reading/task-list.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { watch } from "../../../src/platform/watchdog.ts";
import { like } from "../../core/matchers.ts";
import { catalogRow } from "../catalog-rows.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { COVER, serveFiles, SONG } from "../provider-files.ts";
import { taskView } from "../../../src/core/view/view.ts";
import { acting, callback, problemOf, reading, viewOf, worker, workerWith } from "../worker.ts";

const MINUTE_MS = 60_000;
/** Alarms run within a second or two. */
const PATIENTLY = { timeout: 6_000, interval: 50 };
const AUDIO = "https://cdn.example.com/song.mp3";

/** Every use of it fails. */
const GONE = {
  get(): never {
    throw new Error("nobody should have asked");
  },
};
const noObjects = { TASKS: new Proxy(env.TASKS, GONE), CATALOG: new Proxy(env.CATALOG, GONE) };
/** A Worker to which all that settled did so long ago. */
const later = { TIME_SCALE: "1000000", AUDIO_ORIGINS: "http://127.0.0.1:*" };
const fromKv = workerWith({ ...later, ...noObjects });

afterEach(() => {
  vi.restoreAllMocks();
});

test("a task is published when it settles", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  expect(await publishedAs(taskId)).toBeNull();
  await settle(taskId);
  expect(await publishedAs(taskId)).toEqual({ view: await viewOf(taskId), files: [] });
});

test("a read of what settled long ago comes from KV, and calls no object", async () => {
  const taskId = newTaskId();
  serveFiles({ [AUDIO]: SONG, "https://cdn.example.com/a.jpeg": COVER });
  const links = { audio_url: AUDIO, image_url: "https://cdn.example.com/a.jpeg" };
  await worker(callback(message(taskId, "complete", [track("a", links)])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const view = await viewOf(taskId);
  expect(view).toMatchObject({ settled: true, tracks: [{ audio: { state: "stored" } }] });

  // Long after whatever an isolate remembers of the catalog.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60 * MINUTE_MS });
  const response = await fromKv(reading(`/tasks/${taskId}`));
  vi.useRealTimers();
  expect([response.status, await response.json()]).toEqual([200, view]);
  const audio = await fromKv(reading(`/tasks/${taskId}/tracks/a/audio`));
  expect(new Uint8Array(await audio.arrayBuffer())).toEqual(SONG);
  const sameVersion = await fromKv(reading(`/tasks/${taskId}?min_version=${view.version}`));
  expect(sameVersion.status).toBe(200);
});

test("a file that is not published yet is asked of the object", async () => {
  const taskId = newTaskId();
  serveFiles({ [AUDIO]: SONG });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const view = await viewOf(taskId);
  await env.STATE.put(`task:${taskId}`, JSON.stringify({ view, files: [] }));
  const audio = await workerWith(later)(reading(`/tasks/${taskId}/tracks/a/audio`));
  expect(new Uint8Array(await audio.arrayBuffer())).toEqual(SONG);
});

test("the object is asked where KV could be behind", async () => {
  const taskId = newTaskId();
  await settle(taskId);
  const { version } = await viewOf(taskId);
  const justNow = workerWith(noObjects);
  expect((await justNow(reading(`/tasks/${taskId}`))).status).toBe(500);
  expect((await fromKv(reading(`/tasks/${taskId}?min_version=${version + 1}`))).status).toBe(500);
  expect((await fromKv(reading(`/tasks/${taskId}?wait=1`))).status).toBe(500);
  expect((await fromKv(reading(`/tasks/${taskId}`, { "cache-control": "no-cache" }))).status).toBe(500);
  expect((await fromKv(reading(`/tasks/${newTaskId()}`))).status).toBe(500);
  expect((await fromKv(reading(`/tasks/${taskId}`))).status).toBe(200);
});

test("after a late callback nobody who asks for it gets less", async () => {
  const taskId = newTaskId();
  await settle(taskId);
  const { version } = await viewOf(taskId);
  await worker(callback(message(taskId, "first")));
  const read = workerWith(later);
  const current = await read(reading(`/tasks/${taskId}`, { "cache-control": "max-age=0, No-Cache" }));
  expect(await current.json()).toMatchObject({ version: version + 1, stage: "failed" });
  const reached = await read(reading(`/tasks/${taskId}?min_version=${version + 1}`));
  expect(await reached.json()).toMatchObject({ version: version + 1 });
  expect(await problemOf(await read(reading(`/tasks/${taskId}?min_version=${version + 2}`)))).toMatchObject({
    status: 412,
    version: version + 1,
  });
  // KV is brought up to date by the alarm.
  await vi.waitFor(
    async () =>
      expect(await (await fromKv(reading(`/tasks/${taskId}`))).json()).toMatchObject({ version: version + 1 }),
    PATIENTLY,
  );
}, 10_000);

test("who wished for something reads what came of it, though KV answered for the task", async () => {
  const taskId = newTaskId();
  serveFiles({ [AUDIO]: SONG });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const read = workerWith(later);
  await vi.waitFor(async () => expect((await fromKv(reading(`/tasks/${taskId}`))).status).toBe(200), PATIENTLY);
  const chosen = await worker(acting("PUT", `/tasks/${taskId}/chosen`, {}, JSON.stringify({ trackId: "a" })));
  const { version } = taskView.parse(await chosen.json());
  expect(await (await read(reading(`/tasks/${taskId}`))).json()).toMatchObject({ version, chosen: "a" });
  await vi.waitFor(
    async () => expect(await (await fromKv(reading(`/tasks/${taskId}`))).json()).toMatchObject({ chosen: "a" }),
    PATIENTLY,
  );
});

test("a task that opened again is answered by its object, until it settles anew", async () => {
  const taskId = newTaskId();
  await settle(taskId);
  expect((await fromKv(reading(`/tasks/${taskId}`))).status).toBe(200);
  // KV takes one write to a key in a second or so.
  await scheduler.wait(2_000);
  const network = { slow: true };
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    while (network.slow) await scheduler.wait(20);
    return new Response(new Blob([SONG]).stream(), { headers: { "content-length": String(SONG.length) } });
  });
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: AUDIO })])));
  const { version } = await viewOf(taskId);

  await vi.waitFor(async () => expect(await publishedAs(taskId)).toEqual({ reopened: true, version }), PATIENTLY);
  expect((await fromKv(reading(`/tasks/${taskId}`))).status).toBe(500);
  const answer = await workerWith(later)(reading(`/tasks/${taskId}`));
  expect(await answer.json()).toMatchObject({ stage: "complete", settled: false, settledAt: null });

  network.slow = false;
  await vi.waitFor(async () => {
    const again = await (await fromKv(reading(`/tasks/${taskId}`))).json();
    expect(again).toMatchObject({ settled: true, stage: "complete", tracks: [{ audio: { state: "stored" } }] });
    expect(again).toEqual(await viewOf(taskId));
  }, PATIENTLY);
}, 15_000);

test("a reader gets the answer of the object where KV does not answer", async () => {
  const taskId = newTaskId();
  await settle(taskId);
  const response = await workerWith({ ...later, STATE: new Proxy(env.STATE, GONE) })(reading(`/tasks/${taskId}`));
  expect(await response.json()).toMatchObject({ taskId, settled: true });
  await env.STATE.put(`task:${taskId}`, JSON.stringify({ view: { of: "a newer release" }, files: [] }));
  expect(await (await workerWith(later)(reading(`/tasks/${taskId}`))).json()).toMatchObject({ taskId, settled: true });
});

test("told twice, late or out of order, the catalog keeps the newest", async () => {
  const old = catalogRow({ ref: "order", version: 1, stage: "text", touchedAt: Date.now() - 60 * MINUTE_MS });
  const newer = { ...old, version: 3, stage: "first", title: "Newer", touchedAt: Date.now() } as const;
  const between = { ...old, version: 2, stage: "failed", settled: true } as const;
  await catalogOf(env).tell([newer]);
  for (const told of [old, newer, between, { ...newer, title: "Same version" }]) await catalogOf(env).tell([told]);
  expect(await listed("order")).toMatchObject([{ version: 3, stage: "first", title: "Newer", settled: false }]);
  const neglected = await catalogOf(env).neglected(Date.now() - 30 * MINUTE_MS, 100);
  expect(neglected.map(({ taskId }) => taskId)).not.toContain(old.taskId);
});

test("while a task is open, a list says what its page says: how much is kept, and that the rest fails", async () => {
  const taskId = newTaskId();
  const link = `https://cdn.example.com/${taskId}.mp3`;
  serveFiles({ [link]: SONG });
  const gone = track("b", { audio_url: "https://cdn.example.com/gone.mp3" });
  await worker(callback(message(taskId, "first", [track("a", { audio_url: link }), gone])));
  const kept = { stage: "first", settled: false, keptTracks: 1, tracks: 2 };
  await vi.waitFor(
    async () => expect(await rowOf(taskId)).toMatchObject({ ...kept, reason: like("unreachable") }),
    PATIENTLY,
  );
});

test("what the catalog missed is made good by the watchdog", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  await vi.waitFor(async () => expect(await rowOf(taskId)).toMatchObject({ stage: "text" }));
  await workerWith({ CATALOG: noObjects.CATALOG })(callback(message(taskId, "first", [track("a")])));
  await scheduler.wait(300);
  expect(await rowOf(taskId)).toMatchObject({ stage: "text" });

  await watch(env, Date.now() + 9 * MINUTE_MS);
  expect(await rowOf(taskId)).toMatchObject({ stage: "text" });
  await watch(env, Date.now() + 11 * MINUTE_MS);
  expect(await rowOf(taskId)).toMatchObject({ stage: "first", title: "Song a", version: 2 });
});

test("a visit counts as a touch, so the next round looks after others", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  await vi.waitFor(async () => expect(await rowOf(taskId)).toBeDefined());
  const isNeglected = async (before: number) =>
    (await catalogOf(env).neglected(before, 1_000)).some((row) => row.taskId === taskId);
  const afterCallback = Date.now() + 1;
  expect(await isNeglected(afterCallback)).toBe(true);
  await scheduler.wait(5);
  await watch(env, Date.now() + 11 * MINUTE_MS);
  expect(await isNeglected(afterCallback)).toBe(false);
});

test("health warns when the cron has been silent", async () => {
  await worker(callback(message(newTaskId(), "text")));
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    expect(await warningsAfter(16 * MINUTE_MS)).toEqual([expect.stringContaining("The cron has been silent")]);
    expect(await warningsAfter(0)).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

/** What health says when the cron was here so long ago. */
async function warningsAfter(silenceMs: number): Promise<readonly string[]> {
  await catalogOf(env).noteCron(Date.now() - silenceMs);
  // An isolate asks the catalog at most twice a minute.
  vi.setSystemTime(Date.now() + MINUTE_MS);
  return healthReport.parse(await (await worker(reading("/health"))).json()).warnings ?? [];
}

async function publishedAs(taskId: string): Promise<unknown> {
  return env.STATE.get(`task:${taskId}`, "json");
}

/** Ends the task with a failure, and lets its alarm publish it. */
async function settle(taskId: string): Promise<void> {
  await worker(callback(failure(taskId)));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
}

async function listed(ref: string): Promise<z.infer<typeof taskList>["items"]> {
  return taskList.parse(await (await worker(reading(`/tasks?ref=${ref}`))).json()).items;
}

async function rowOf(taskId: string): Promise<z.infer<typeof taskList>["items"][number] | undefined> {
  const { items } = taskList.parse(await (await worker(reading(`/tasks?q=${taskId}`))).json());
  return items[0];
}
