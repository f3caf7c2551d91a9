/** A deleted task stays deleted, whatever was under way and whatever comes after. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { taskList } from "../../../src/http/reading/task-list.ts";
import { catalogOf } from "../../../src/platform/catalog/catalog.ts";
import { watch } from "../../../src/platform/watchdog.ts";
import { catalogRow } from "../catalog-rows.ts";
import { failure, message, newTaskId, track } from "../messages.ts";
import { playProvider, recordOf, type PlayedProvider } from "../provider-api.ts";
import { SONG } from "../provider-files.ts";
import { configureWithKey } from "../settings.ts";
import { acting, callback, problemOf, reading, viewOf, worker, workerWith } from "../worker.ts";

const TIME_SCALE = 100;
configureWithKey(TIME_SCALE);
const MINUTE_MS = 60_000 / TIME_SCALE;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PATIENTLY = { timeout: 8_000, interval: 50 };

/** A Worker to which all that settled did so long ago. */
const later = workerWith({ TIME_SCALE: "1000000" });
const tombstone = z.object({ step: z.string(), hits: z.int(), version: z.int(), createdAt: z.int() });

let provider: PlayedProvider;

beforeEach(() => {
  provider = playProvider();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("the next list no longer shows a deleted task", async () => {
  const taskId = await settledTask();
  await vi.waitFor(async () => expect(await listed(taskId)).toHaveLength(1), PATIENTLY);
  expect(await remove(taskId)).toBe(204);
  expect(await listed(taskId)).toEqual([]);
});

test("a copy that ends after the deletion takes its own file along", async () => {
  const taskId = newTaskId();
  const gate = Promise.withResolvers<void>();
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const body = new ReadableStream({
      type: "bytes",
      async start(controller) {
        controller.enqueue(SONG.slice(0, 8_000));
        await gate.promise;
        controller.enqueue(SONG.slice(8_000));
        controller.close();
      },
    });
    return new Response(body, { headers: { "content-length": String(SONG.length) } });
  });
  const dropped = vi.spyOn(env.AUDIO, "delete");
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: song(taskId) })])));
  await vi.waitFor(async () => expect((await viewOf(taskId)).tracks[0]?.audio.attempts).toBe(1), PATIENTLY);
  expect(await remove(taskId)).toBe(204);
  gate.resolve();
  await vi.waitFor(() => expect(dropped).toHaveBeenCalledWith(`tasks/${taskId}/a/audio-1.mp3`), PATIENTLY);
  await vi.waitFor(async () => expect((await tombstoneOf(taskId))?.step).not.toBe("files"), PATIENTLY);
  expect(await filesOf(taskId)).toEqual([]);
  expect(await statusOf(taskId)).toBe(410);
});

test("an answer of the provider that comes after the deletion changes nothing", async () => {
  const taskId = newTaskId();
  const record = Promise.withResolvers<object>();
  provider.records.set(taskId, record.promise);
  await worker(callback(message(taskId, "text")));
  await vi.waitFor(() => expect(provider.asked).toContain(taskId), PATIENTLY);
  expect(await remove(taskId)).toBe(204);
  record.resolve(recordOf(taskId, [{ id: "a", audioUrl: song(taskId) }]));
  await vi.waitFor(async () => expect((await tombstoneOf(taskId))?.step).not.toBe("files"), PATIENTLY);
  expect(await statusOf(taskId)).toBe(410);
  expect(await tablesOf(taskId)).not.toContain("log");
  expect(await listed(taskId)).toEqual([]);
});

test("a callback for a deleted task is received, counted, and changes nothing", async () => {
  const taskId = await settledTask();
  expect(await remove(taskId)).toBe(204);
  const before = await tombstoneOf(taskId);
  for (const stage of ["first", "complete", "complete"]) {
    const response = await worker(callback(message(taskId, stage, [track("a", { audio_url: song(taskId) })])));
    expect([response.status, await response.json()]).toEqual([200, { status: "received" }]);
  }
  expect(await tombstoneOf(taskId)).toEqual({ ...before, hits: 3 });
  for (const path of ["", "?wait=1", "?min_version=1", "/events", "/tracks/a/audio", "/tracks/a/cover"]) {
    const answer = await problemOf(await worker(reading(`/tasks/${taskId}${path}`)));
    expect([path, answer.status, answer.type]).toEqual([path, 410, "urn:backline:problem:task_deleted"]);
  }
  expect(await tablesOf(taskId)).not.toContain("log");
});

test("a callback that comes while the files are being deleted is counted too", async () => {
  const taskId = await settledTask();
  const list = env.AUDIO.list.bind(env.AUDIO);
  vi.spyOn(env.AUDIO, "list").mockImplementation(async (options) => {
    await worker(callback(message(taskId, "first")));
    return list(options);
  });
  expect(await remove(taskId)).toBe(204);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await tombstoneOf(taskId)).toMatchObject({ step: "files_again", hits: 1 });
});

test("a task may be deleted twice, an unknown one not at all", async () => {
  const taskId = await settledTask();
  expect([await remove(taskId), await remove(taskId)]).toEqual([204, 204]);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await remove(taskId)).toBe(204);
  const unknown = newTaskId();
  const refused = await worker(acting("DELETE", `/tasks/${unknown}`));
  expect(await problemOf(refused)).toMatchObject({ status: 404, type: "urn:backline:problem:task_not_found" });
  await evictDurableObject(env.TASKS.getByName(unknown));
  expect(await tablesOf(unknown)).toEqual([]);
});

test("what KV published of a task is replaced when it is deleted", async () => {
  const taskId = await settledTask();
  const { version } = await viewOf(taskId);
  expect((await later(reading(`/tasks/${taskId}`))).status).toBe(200);
  expect(await remove(taskId)).toBe(204);
  const current: readonly Request[] = [
    reading(`/tasks/${taskId}`, { "cache-control": "no-cache" }),
    reading(`/tasks/${taskId}?min_version=${version + 1}`),
    reading(`/tasks/${taskId}?wait=1`),
  ];
  for (const ask of current) expect((await later(ask)).status).toBe(410);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await env.STATE.get(`task:${taskId}`, "json")).toEqual({ deleted: true, version: version + 1 });
  for (const path of ["", `?min_version=${version}`, "/tracks/a/audio"])
    expect((await later(reading(`/tasks/${taskId}${path}`))).status).toBe(410);
});

test("a deletion deletes more files than one page of a list holds", async () => {
  const taskId = await settledTask();
  const keys = Array.from({ length: 1_003 }, (_, n) => `tasks/${taskId}/b/audio-${n}.mp3`);
  await Promise.all(keys.map((key) => env.AUDIO.put(key, "x")));
  expect(await remove(taskId)).toBe(204);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await filesOf(taskId)).toEqual([]);
});

test("a file that comes late is deleted in the second round", async () => {
  const taskId = await settledTask();
  await remove(taskId);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await env.AUDIO.put(`tasks/${taskId}/a/audio-9.mp3`, "of an instance that was superseded");
  await alarmAfter(taskId, 10 * MINUTE_MS);
  expect(await filesOf(taskId)).toEqual([]);
});

test("an alarm that comes early does not shorten the deletion", async () => {
  const taskId = await settledTask();
  await remove(taskId);
  const stub = env.TASKS.getByName(taskId);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2_000 });
  for (let round = 0; round < 4; round += 1) await runDurableObjectAlarm(stub);
  expect(await tombstoneOf(taskId)).toMatchObject({ step: "files_again" });
  expect(await statusOf(taskId)).toBe(410);
});

test("a task that is deleted between a retry and its alarm is not tried again", async () => {
  const taskId = newTaskId();
  const url = song(taskId);
  provider.files.delete(url);
  await worker(callback(message(taskId, "complete", [track("a", { audio_url: url })])));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  provider.files.set(url, SONG);
  expect((await worker(acting("POST", `/tasks/${taskId}/retry`))).status).toBe(202);
  expect(await remove(taskId)).toBe(204);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect([await statusOf(taskId), await filesOf(taskId)]).toEqual([410, []]);
  expect(await tablesOf(taskId)).not.toContain("log");
});

test("nothing can be done about a deleted task", async () => {
  const taskId = await settledTask();
  await remove(taskId);
  for (const [method, path] of [
    ["POST", "/retry"],
    ["POST", "/rebuild"],
    ["PUT", ""],
  ] as const) {
    const refused = await problemOf(await worker(acting(method, `/tasks/${taskId}${path}`)));
    expect([path, refused.type]).toEqual([path, "urn:backline:problem:task_deleted"]);
  }
  const many = await worker(acting("POST", "/tasks/retry?status=settled"));
  expect(await many.text()).not.toContain(taskId);
});

test("a deletion outlives the instance that took it", async () => {
  const taskId = await settledTask();
  await remove(taskId);
  const stub = env.TASKS.getByName(taskId);
  await evictDurableObject(stub);
  expect(await statusOf(taskId)).toBe(410);
  await runDurableObjectAlarm(stub);
  await evictDurableObject(stub);
  expect([await statusOf(taskId), await filesOf(taskId)]).toEqual([410, []]);
});

test("no list shows a deleted task, whatever the catalog hears later", async () => {
  const taskId = await settledTask();
  await vi.waitFor(async () => expect(await listed(taskId)).toMatchObject([{ settled: true }]));
  await remove(taskId);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await listed(taskId)).toEqual([]);
  const { createdAt } = (await tombstoneOf(taskId)) ?? { createdAt: 0 };
  await catalogOf(env).tell([catalogRow({ taskId, createdAt, version: 2, stage: "complete" })]);
  await watch(env, Date.now() + 11 * MINUTE_MS);
  expect([await listed(taskId), await statusOf(taskId)]).toEqual([[], 410]);
});

test("a word to the catalog that comes only after the deletion is taken back", async () => {
  const taskId = newTaskId();
  const unheard = workerWith({ CATALOG: new Proxy(env.CATALOG, { get: () => undefined }) });
  await unheard(callback(message(taskId, "text")));
  await remove(taskId);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const { createdAt } = (await tombstoneOf(taskId)) ?? { createdAt: 0 };
  await catalogOf(env).tell([catalogRow({ taskId, createdAt, settled: true, stage: "failed" })]);
  await alarmAfter(taskId, 10 * MINUTE_MS);
  expect(await listed(taskId)).toEqual([]);
});

test("what was asked of the provider is forgotten with its task, and its key is not free again", async () => {
  const [taskId, ref] = [newTaskId(), newTaskId()];
  const key = { "idempotency-key": ref };
  const uploadUrl = song(newTaskId());
  const request = JSON.stringify({ uploadUrl, title: "A secret", tags: "jazz", negativeTags: "metal", ref });
  provider.accept = () => ({ code: 200, data: { taskId } });
  expect((await worker(acting("POST", "/tasks", key, request))).status).toBe(202);
  await vi.waitFor(async () => expect(await listed(taskId)).toHaveLength(1));
  await remove(taskId);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  const kept = await runInDurableObject(catalogOf(env), (_, { storage }) =>
    storage.sql.exec("SELECT * FROM submissions WHERE ref = ?", ref).toArray(),
  );
  expect(kept).toMatchObject([{ task_id: taskId, request: "{}" }]);
  expect((await worker(acting("POST", "/tasks", key, request))).status).toBe(410);
});

test("the watchdog brings no deleted task back", async () => {
  const taskId = newTaskId();
  await worker(callback(message(taskId, "text")));
  await vi.waitFor(async () => expect(await listed(taskId)).toHaveLength(1));
  vi.spyOn(env.AUDIO, "list").mockRejectedValueOnce(new Error("R2 is away"));
  expect(await remove(taskId)).toBe(204);
  const stub = env.TASKS.getByName(taskId);
  await runInDurableObject(stub, (_, state) => state.storage.deleteAlarm());
  await watch(env, Date.now() + 11 * MINUTE_MS);
  expect([await listed(taskId), await statusOf(taskId)]).toEqual([[], 410]);
  // It is armed anew, for the files.
  expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).not.toBeNull();
});

test("after thirty days nothing is left, and a callback starts a fresh task", async () => {
  const taskId = await settledTask();
  await remove(taskId);
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  await alarmAfter(taskId, 10 * MINUTE_MS);
  await alarmAfter(taskId, 29 * DAY_MS);
  expect(await statusOf(taskId)).toBe(410);
  await alarmAfter(taskId, DAY_MS);
  expect(await statusOf(taskId)).toBe(404);
  expect([await tablesOf(taskId), await tombstoneOf(taskId)]).toEqual([[], null]);
  // The very bytes that the deleted task had.
  for (let times = 1; times <= 2; times += 1) expect((await worker(callback(failure(taskId)))).status).toBe(200);
  expect(await viewOf(taskId)).toMatchObject({ version: 1, stage: "failed" });
});

/** A task that failed, published and listed. */
async function settledTask(): Promise<string> {
  const taskId = newTaskId();
  await worker(callback(failure(taskId)));
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
  expect(await viewOf(taskId)).toMatchObject({ settled: true });
  return taskId;
}

function song(taskId: string): string {
  const url = `https://cdn.example.com/${taskId}/song.mp3`;
  provider.files.set(url, SONG);
  return url;
}

async function remove(taskId: string): Promise<number> {
  return (await worker(acting("DELETE", `/tasks/${taskId}`))).status;
}

/** Runs the alarm as if so much more time had passed. */
async function alarmAfter(taskId: string, ms: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runDurableObjectAlarm(env.TASKS.getByName(taskId));
}

async function statusOf(taskId: string): Promise<number> {
  return (await worker(reading(`/tasks/${taskId}`))).status;
}

async function tombstoneOf(taskId: string): Promise<z.infer<typeof tombstone> | null> {
  return runInDurableObject(env.TASKS.getByName(taskId), (_, state) =>
    tombstone.nullable().parse(state.storage.kv.get("tombstone") ?? null),
  );
}

async function tablesOf(taskId: string): Promise<readonly string[]> {
  return runInDurableObject(env.TASKS.getByName(taskId), (_, state) =>
    state.storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master")
      .toArray()
      .map(({ name }) => name),
  );
}

async function filesOf(taskId: string): Promise<readonly string[]> {
  return (await env.AUDIO.list({ prefix: `tasks/${taskId}/` })).objects.map(({ key }) => key);
}

async function listed(taskId: string): Promise<z.infer<typeof taskList>["items"]> {
  return taskList.parse(await (await worker(reading(`/tasks?q=${taskId}`))).json()).items;
}
